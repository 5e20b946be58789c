// SPDX-License-Identifier: AGPL-3.0-or-later
//! New terms for a debt position.

use actix_web::put;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::debt_position::PositionInput;
use tramite_domain::ids::DebtPositionId;
use utoipa::IntoParams;

use super::load::{etag_of, load, view};
use super::make::{ground, replace_terms};
use super::view::DebtPositionView;
use super::wire::DebtPositionInput;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, settle};
use crate::extract::{Body, Preconditions, Query, Segment};
use crate::gateway::Gateway;
use crate::words;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ForceParameters {
    /// Do it even while somebody may be paying.
    #[serde(default)]
    pub(crate) force: bool,
}

/// Replaces a debt position
///
/// Changes what is unpaid, and keeps state, notice numbers and printed notices: installments are matched by
/// `reference`. One that is missing is cancelled; a paid one must be there unchanged. The number of an installment may be
/// repeated, and is never changed.
#[utoipa::path(
    tag = "debt-positions", operation_id = "replace_debt_position",
    params(("id" = words::Id, Path, description = "The id of the debt position."), ForceParameters),
    request_body = DebtPositionInput,
    responses((status = 200, description = "The debt position as it is now.", body = DebtPositionView))
)]
#[put("/v1/debt-positions/{id}")]
pub(crate) async fn replace_debt_position(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<DebtPositionId>,
    condition: Preconditions,
    parameters: Query<ForceParameters>,
    body: Body<DebtPositionInput>,
) -> Answer {
    settle(&condition, async || {
        let loaded = load(&gateway, &tenant.scope, *id).await?;
        let input = PositionInput::from(body.valid()?);
        condition.check(Some(&loaded.etag(gateway.now())))?;
        let ground = ground(&gateway, &tenant, &input, None).await?;
        let (subject, force) = ((&loaded.position, &loaded.payers), parameters.0.force);
        let made = replace_terms(&gateway, &tenant, &ground, subject, &input, force).await?;
        gateway.store().commit(&tenant.scope, made.batch).await?;
        let now = gateway.now();
        let shown = view(tenant.creditor, &made.position, &loaded.payers, now).with_warnings(made.warnings);
        Ok(Reply::ok(&shown)?.etag(&etag_of(&made.position, now)))
    })
    .await
    .map(Reply::into_response)
}
