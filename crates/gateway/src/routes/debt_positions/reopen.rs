// SPDX-License-Identifier: AGPL-3.0-or-later
//! A withdrawal, or a payment that was told, is taken back (rules.md, table S, 15).

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::access::ApiScope;
use tramite_domain::debt_position::{Decided, Undone, reopen, undone, unmark};
use tramite_domain::given::Given;
use tramite_domain::ids::DebtPositionId;
use utoipa::ToSchema;

use super::act::{act, audit, audit_installment, no_person};
use super::load::Loaded;
use super::mark_paid::installment_id;
use super::view::DebtPositionView;
use crate::auth::Tenant;
use crate::convention::Answer;
use crate::extract::{Body, IdempotencyKey, Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::words;

/// What is taken back, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Cancelled by mistake"}))]
pub(crate) struct ReopenInput {
    /// Kept in the audit trail; no personal data.
    #[schema(value_type = words::Line140)]
    reason: String,
    /// The installment whose mark as paid is taken back. Needed where several were marked, or others were withdrawn.
    #[schema(value_type = Option<words::Id>)]
    installment_id: Option<String>,
}

/// Reopens a debt position
///
/// A cancelled one is again as it was, under the same notice numbers; one whose dates have passed needs later dates first.
/// Where you had marked an installment as paid outside of pagoPA, it is to be paid again; this needs the scope
/// `debt-positions:settle` as well. What a receipt paid stays paid, and a mark stays where a receipt says that the debt was
/// paid a second time. Checkout sessions that are still open ask for it again; one that the mark had completed stays so.
#[utoipa::path(
    tag = "debt-positions", operation_id = "reopen_debt_position",
    params(("id" = words::Id, Path, description = "The id of the debt position.")),
    request_body = ReopenInput,
    responses((status = 200, description = "The debt position as it is now.", body = DebtPositionView))
)]
#[post("/v1/debt-positions/{id}/reopen")]
pub(crate) async fn reopen_debt_position(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<DebtPositionId>,
    key: IdempotencyKey,
    condition: Preconditions,
    body: Body<ReopenInput>,
) -> Answer {
    let (creditor, may_settle) = (tenant.creditor, tenant.may(ApiScope::DebtPositionsSettle));
    let decide = |given: &mut Given<'_>, loaded: &Loaded, input: ReopenInput| -> Result<Decided, Problem> {
        let (position, reason) = (&loaded.position, input.reason);
        let named = input.installment_id.as_deref().map(installment_id);
        let decided = match undone(position, named, given.now)? {
            Undone::Mark(_) if !may_settle => {
                return Err(Problem::insufficient_scope(ApiScope::DebtPositionsSettle.name()));
            }
            Undone::Mark(id) => {
                let mut decided = unmark(given, creditor, position, id, &loaded.payers.marked)?;
                decided.batch.push(audit_installment(given, id, "installment.mark_undone", reason.clone()));
                decided
            }
            Undone::Withdrawal => {
                let mut decided = reopen(given, position, loaded.payers.activity())?;
                decided.batch.push(audit(given, loaded, "debt_position.reopened", reason.clone()));
                decided
            }
        };
        no_person(&reason)?;
        Ok(decided)
    };
    act(&gateway, &tenant, *id, (&key, body.fingerprint()), &condition, &body, decide).await
}
