// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/services/{code}/callback-secrets`

use actix_web::post;
use actix_web::web::Data;
use tramite_domain::ident::ServiceCode;
use tramite_domain::service::renew_callback_secret;

use super::within;
use crate::auth::Tenant;
use crate::callback::secret_text;
use crate::convention::{Answer, EmptyInput, Reply, SigningSecretView, once};
use crate::extract::{Body, IdempotencyKey, Segment};
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};
use crate::words;

/// Renews the secret that signs questions
///
/// Questions are signed with the new secret from now on, and with the one before it as well: change yours whenever it suits. The
/// secret stands in this answer and nowhere else.
#[utoipa::path(
    tag = "services",
    operation_id = "add_callback_secret",
    params(("code" = words::ServiceCode, Path, description = "The code of the service.")),
    request_body = EmptyInput,
    responses((status = 201, description = "The secret was made.", body = SigningSecretView))
)]
#[post("/v1/services/{code}/callback-secrets")]
pub(super) async fn add_callback_secret(
    gateway: Data<Gateway>,
    tenant: Tenant,
    code: Segment<ServiceCode>,
    key: IdempotencyKey,
    body: Body<EmptyInput>,
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
        let shown = SigningSecretView::shown(&text);
        let kept = SigningSecretView::kept();
        let location = format!("/v1/services/{code}", code = service.code);
        Ok((batch, Reply::created(&shown, location)?.kept_as(&kept)?))
    };
    once(&gateway, &tenant, &key, body.fingerprint(), decide).await
}
