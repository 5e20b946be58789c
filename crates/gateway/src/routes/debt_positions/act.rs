// SPDX-License-Identifier: AGPL-3.0-or-later
//! Publish and cancel: actions on a debt position, and the removal of a draft.

use actix_web::web::Data;
use actix_web::{delete, post};
use serde::de::DeserializeOwned;
use tramite_domain::audit::AuditLine;
use tramite_domain::batch::Write;
use tramite_domain::debt_position::{Decided, cancel, erase_draft, publish};
use tramite_domain::given::Given;
use tramite_domain::ids::{DebtPositionId, InstallmentId};
use tramite_domain::personal_data::find_personal_data;
use tramite_domain::refusal::Refusal;
use tramite_domain::violation::Violation;
use utoipa::ToSchema;

use super::load::{Loaded, etag_of, load, view};
use super::replace::ForceParameters;
use super::view::DebtPositionView;
use crate::auth::Tenant;
use crate::convention::{Answer, EmptyInput, Reply, once, settle};
use crate::extract::{Body, IdempotencyKey, Preconditions, Query, Segment};
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::words;

/// One action under its key: load, read the body, check the condition, decide, commit, show.
pub(super) async fn act<T: DeserializeOwned + ToSchema, E: Into<Problem>>(
    gateway: &Gateway,
    tenant: &Tenant,
    id: DebtPositionId,
    (key, fingerprint): (&IdempotencyKey, [u8; 32]),
    condition: &Preconditions,
    body: &Body<T>,
    decide: impl Fn(&mut Given<'_>, &Loaded, T) -> Result<Decided, E>,
) -> Answer {
    once(gateway, tenant, key, fingerprint, async || {
        let loaded = load(gateway, &tenant.scope, id).await?;
        let input = body.valid()?;
        condition.check(Some(&loaded.etag(gateway.now())))?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let decided = decide(&mut given, &loaded, input).map_err(Into::into)?;
        let now = gateway.now();
        let shown = view(tenant.creditor, &decided.position, &loaded.payers, now);
        Ok((decided.batch, Reply::ok(&shown)?.about(id).etag(&etag_of(&decided.position, now))))
    })
    .await
}

/// Publishes a draft
///
/// A position that is published already is answered as it is.
#[utoipa::path(
    tag = "debt-positions", operation_id = "publish_debt_position",
    params(("id" = words::Id, Path, description = "The id of the debt position.")),
    request_body = EmptyInput,
    responses((status = 200, description = "The debt position as it is now.", body = DebtPositionView))
)]
#[post("/v1/debt-positions/{id}/publish")]
pub(crate) async fn publish_debt_position(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<DebtPositionId>,
    key: IdempotencyKey,
    condition: Preconditions,
    body: Body<EmptyInput>,
) -> Answer {
    let decide = |given: &mut Given<'_>, loaded: &Loaded, _: EmptyInput| publish(given, &loaded.position);
    act(&gateway, &tenant, *id, (&key, body.fingerprint()), &condition, &body, decide).await
}

/// Cancels a debt position
///
/// What is paid stays paid: of a partially paid position the unpaid installments are cancelled. A position that is
/// cancelled already is answered as it is.
#[utoipa::path(
    tag = "debt-positions", operation_id = "cancel_debt_position",
    params(("id" = words::Id, Path, description = "The id of the debt position."), ForceParameters),
    request_body = EmptyInput,
    responses((status = 200, description = "The debt position as it is now.", body = DebtPositionView))
)]
#[post("/v1/debt-positions/{id}/cancel")]
pub(crate) async fn cancel_debt_position(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<DebtPositionId>,
    key: IdempotencyKey,
    condition: Preconditions,
    parameters: Query<ForceParameters>,
    body: Body<EmptyInput>,
) -> Answer {
    let force = parameters.0.force;
    let decide = |given: &mut Given<'_>, loaded: &Loaded, _: EmptyInput| {
        cancel(given, &loaded.position, loaded.payers.activity(), force)
    };
    let fingerprint = body.fingerprint_with(if force { "force" } else { "" });
    act(&gateway, &tenant, *id, (&key, fingerprint), &condition, &body, decide).await
}

/// Who did it to the position, and why.
pub(super) fn audit(given: &mut Given<'_>, loaded: &Loaded, action: &str, reason: String) -> Write {
    audit_of(given, format!("debt_position {}", loaded.position.id), action, reason)
}

/// Who did it to one of its installments, and why.
pub(super) fn audit_installment(given: &mut Given<'_>, id: InstallmentId, action: &str, reason: String) -> Write {
    audit_of(given, format!("installment {id}"), action, reason)
}

fn audit_of(given: &mut Given<'_>, subject: String, action: &str, reason: String) -> Write {
    Write::InsertAudit(AuditLine::of(given, action, subject).because(reason))
}

/// The audit trail is kept for years and names nobody (rules.md 6).
pub(crate) fn no_person(reason: &str) -> Result<(), Refusal> {
    if find_personal_data(reason).is_none() {
        return Ok(());
    }
    Err(Refusal::Invalid(vec![Violation {
        pointer: "/reason".to_owned(),
        code: "personal_data_in_text",
        detail: "The reason is kept in the audit trail and must hold no personal data.".to_owned(),
    }]))
}

/// Removes a draft
///
/// Its notice numbers are never given again.
#[utoipa::path(
    tag = "debt-positions", operation_id = "remove_debt_position",
    params(("id" = words::Id, Path, description = "The id of the debt position.")),
    responses((status = 204, description = "The draft is gone."))
)]
#[delete("/v1/debt-positions/{id}")]
pub(crate) async fn remove_debt_position(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<DebtPositionId>,
    condition: Preconditions,
) -> Answer {
    settle(&condition, async || {
        let loaded = load(&gateway, &tenant.scope, *id).await?;
        condition.check(Some(&loaded.etag(gateway.now())))?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let batch = erase_draft(&mut given, &loaded.position)?;
        gateway.store().commit(&tenant.scope, batch).await?;
        Ok(Reply::none())
    })
    .await
    .map(Reply::into_response)
}
