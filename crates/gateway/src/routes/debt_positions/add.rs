// SPDX-License-Identifier: AGPL-3.0-or-later
//! A new debt position.

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::debt_position::{Origin, PositionInput};
use tramite_storage::Payers;
use utoipa::IntoParams;

use super::load::{etag_of, payers, view};
use super::make::{IfExists, make};
use super::view::DebtPositionView;
use super::wire::DebtPositionInput;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, once};
use crate::extract::{Body, IdempotencyKey, Query};
use crate::gateway::Gateway;
use crate::words;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AddParameters {
    /// What happens when the service has a position of that `external_id` already: `reject` answers 409 with its id,
    /// `return` answers it where the request means the same, `replace` gives it the new terms.
    #[param(value_type = Option<words::IfExists>)]
    #[serde(default)]
    if_exists: IfExists,
}

/// Adds a debt position
///
/// Gives each installment its notice number and IUV, unless it brings one of the institution's own. The position is payable at once unless `publish` is false or
/// `valid_from` lies ahead.
#[utoipa::path(
    tag = "debt-positions", operation_id = "add_debt_position",
    params(AddParameters),
    request_body = DebtPositionInput,
    responses(
        (status = 201, description = "The new debt position.", body = DebtPositionView),
        (status = 200, description = "The debt position that was there.", body = DebtPositionView)
    )
)]
#[post("/v1/debt-positions")]
pub(crate) async fn add_debt_position(
    gateway: Data<Gateway>,
    tenant: Tenant,
    key: IdempotencyKey,
    parameters: Query<AddParameters>,
    body: Body<DebtPositionInput>,
) -> Answer {
    let if_exists = parameters.0.if_exists;
    let fingerprint = body.fingerprint_with(&format!("{if_exists:?}"));
    once(&gateway, &tenant, &key, fingerprint, async || {
        let input = PositionInput::from(body.valid()?);
        let made = make(&gateway, &tenant, &input, if_exists, Origin::Api).await?;
        let now = gateway.now();
        let payers = if made.new {
            Payers::default()
        } else {
            // Somebody may be paying what was there already.
            payers(&gateway, &tenant.scope, std::slice::from_ref(&made.position)).await?
        };
        let shown = view(tenant.creditor, &made.position, &payers, now).with_warnings(made.warnings);
        let reply = if made.new {
            Reply::created(&shown, format!("/v1/debt-positions/{}", made.position.id))?
        } else {
            Reply::ok(&shown)?
        };
        Ok((made.batch, reply.about(made.position.id).etag(&etag_of(&made.position, now))))
    })
    .await
}
