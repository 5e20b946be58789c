// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/support-accesses`

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::Institution;
use tramite_domain::support::{SUPPORT_SECONDS_DEFAULT, SupportTerms, open_support_access};
use tramite_domain::violation::{Place, Violations};
use tramite_storage::Change;
use utoipa::ToSchema;

use super::etag;
use super::view::SupportAccessView;
use crate::auth::Operator;
use crate::convention::{Answer, Reply, audited, once_by_operator};
use crate::extract::{Body, IdempotencyKey};
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::words;

/// What an operator asks for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SupportAccessInput, example = json!({
    "institution_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01", "reason": "Ticket 4711: a payment is stuck", "expires_in": 3600,
}))]
pub(super) struct SupportAccessInput {
    /// Whose data shall be read.
    #[schema(value_type = words::Id)]
    institution_id: InstitutionId,
    /// Why: the institution reads it. No personal data.
    #[schema(value_type = words::Line140)]
    reason: String,
    /// For how long; an hour where it is left out, eight at most.
    #[schema(value_type = Option<words::SupportSeconds>)]
    expires_in: Option<i64>,
}

/// Opens a support access
///
/// The operator may read in that institution for a while: it takes tokens at `/oauth2/token` with `institution`, whose scopes
/// are those of reading without `journal:payload`. The institution is told by an event, finds every read in its audit trail
/// and may end the access, or switch support off.
#[utoipa::path(
    tag = "support-accesses",
    operation_id = "add_support_access",
    request_body = SupportAccessInput,
    responses((status = 201, description = "The access was opened.", body = SupportAccessView))
)]
#[post("/v1/support-accesses")]
pub(super) async fn add_support_access(
    gateway: Data<Gateway>,
    operator: Operator,
    key: IdempotencyKey,
    body: Body<SupportAccessInput>,
) -> Answer {
    once_by_operator(&gateway, &operator, &key, body.fingerprint(), async |record| {
        let wanted = body.valid()?;
        let institution = known(&gateway, wanted.institution_id).await?;
        let expires_in = wanted.expires_in.unwrap_or(SUPPORT_SECONDS_DEFAULT);
        let terms = SupportTerms { reason: wanted.reason, expires_in };
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(operator.client.id));
        let opened = open_support_access(&mut given, operator.client.id, &institution, &terms)?;
        let access = opened.access;
        let view = SupportAccessView::of(&access, &operator.client.display_name, access.created_at);
        let reply = Reply::created(&view, format!("/v1/support-accesses/{}", access.id))?
            .etag(&etag(&access, access.created_at));
        let subject = format!("support_access/{}", access.id);
        let mut change = Change {
            events: vec![(institution.id, opened.event)],
            record: Some(record.by_operator(&reply)),
            ..audited(&gateway, &operator, "support_access.opened", subject)
        };
        change.audit.push((Some(institution.id), opened.line));
        gateway.store().system().insert_support_access(access, change).await?;
        Ok(reply)
    })
    .await
}

async fn known(gateway: &Gateway, id: InstitutionId) -> Result<Institution, Problem> {
    gateway.store().system().institution(id).await?.ok_or_else(|| {
        let mut faults = Violations::new();
        let place = Place::root().at("institution_id");
        faults.add(&place, "unknown_institution", "There is no institution of that id.");
        Problem::invalid(faults.into_vec())
    })
}
