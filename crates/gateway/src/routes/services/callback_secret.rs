// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/services/{code}/callback-secrets`

use actix_web::post;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use tramite_domain::ident::ServiceCode;
use tramite_domain::service::renew_callback_secret;
use utoipa::ToSchema;

use super::within;
use crate::auth::Tenant;
use crate::callback::secret_text;
use crate::convention::{Answer, Reply, once};
use crate::extract::{Body, IdempotencyKey, Segment};
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};
use crate::words;

/// Nothing needs to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CallbackSecretAddition, example = json!({}))]
pub(super) struct SecretBody {}

/// A secret that signs questions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AddedCallbackSecret, example = json!({
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=", "secret_shown": false,
}))]
pub(super) struct SecretView {
    /// The secret, as libraries of Standard Webhooks take it; absent from replays.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CallbackSecret>)]
    secret: Option<String>,
    /// Whether an earlier answer has shown it already.
    secret_shown: bool,
}

/// Renews the secret that signs questions
///
/// Questions are signed with the new secret from now on, and with the one before it as well: change yours whenever it suits. The
/// secret stands in this answer and nowhere else.
#[utoipa::path(
    tag = "services",
    operation_id = "add_callback_secret",
    params(("code" = words::ServiceCode, Path, description = "The code of the service.")),
    request_body = SecretBody,
    responses((status = 201, description = "The secret was made.", body = SecretView))
)]
#[post("/v1/services/{code}/callback-secrets")]
pub(super) async fn add_callback_secret(
    gateway: Data<Gateway>,
    tenant: Tenant,
    code: Segment<ServiceCode>,
    key: IdempotencyKey,
    body: Body<SecretBody>,
) -> Answer {
    within(&tenant, &code)?;
    let decide = async || {
        body.valid()?;
        let present = gateway.store().service(&tenant.scope, &code).await?.or_not_found()?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let (service, batch) = renew_callback_secret(&present, &mut given)?;
        let root = gateway.callbacks().key(gateway.store(), &tenant.scope).await?;
        let number = service.amount_callback.as_ref().map(|callback| callback.secret);
        let text = number.and_then(|number| secret_text(&root, &service.code, number));
        let text = text.ok_or_else(|| Problem::new(Code::InternalError))?;
        let shown = SecretView { secret: Some(text.expose().clone()), secret_shown: false };
        let kept = SecretView { secret: None, secret_shown: true };
        let location = format!("/v1/services/{code}", code = service.code);
        Ok((batch, Reply::created(&shown, location)?.kept_as(&kept)?))
    };
    once(&gateway, &tenant, &key, body.fingerprint(), decide).await
}
