// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whom a service asks what is due, as an institution writes and reads it; and `POST /v1/services/{code}/callback-secrets`.

use actix_web::post;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use tramite_domain::ident::ServiceCode;
use tramite_domain::service::{AmountCallback, AmountCallbackInput, OnFailure, renew_callback_secret};
use tramite_domain::violation::Violation;
use utoipa::ToSchema;

use super::within;
use crate::auth::Tenant;
use crate::callback::secret_text;
use crate::convention::{Answer, Reply, once};
use crate::extract::{Body, IdempotencyKey, Segment};
use crate::gateway::Gateway;
use crate::outbound::{Towards, check};
use crate::problem::{Code, OrNotFound, Problem};
use crate::words;

/// A system of the institution that is asked what is due, whenever the Node verifies or gets a notice of the service and whenever
/// a citizen is sent to pay it. It has a second.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AmountCallbackInput)]
pub(super) struct CallbackBody {
    /// Where it is asked.
    #[schema(value_type = words::CallbackAddress)]
    url: String,
    /// The account whose transfer carries the difference to the amount that stands in the debt position; without one, or where an
    /// installment has no transfer to it, the first transfer that is no stamp.
    #[schema(value_type = Option<words::AccountCode>)]
    account_id: Option<String>,
    /// What holds where no usable answer comes.
    #[schema(value_type = words::OnCallbackFailure)]
    on_failure: OnFailure,
}

impl CallbackBody {
    /// Whether that address may be asked.
    pub(super) fn check(&self, towards: Towards) -> Result<(), Problem> {
        check(&self.url, towards).map(drop).map_err(|why| {
            let pointer = "/amount_callback/url".to_owned();
            Problem::invalid(vec![Violation { pointer, code: "address_not_allowed", detail: why.to_owned() }])
        })
    }
}

impl From<CallbackBody> for AmountCallbackInput {
    fn from(body: CallbackBody) -> Self {
        Self { url: body.url, account_id: body.account_id, on_failure: body.on_failure }
    }
}

/// A system of the institution that is asked what is due.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AmountCallback)]
pub(super) struct CallbackView {
    /// Where it is asked.
    #[schema(value_type = words::CallbackAddress)]
    url: String,
    /// The account whose transfer carries the difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::AccountCode>)]
    account_id: Option<String>,
    /// What holds where no usable answer comes.
    #[schema(value_type = words::OnCallbackFailure)]
    on_failure: &'static str,
}

impl CallbackView {
    pub(super) fn of(callback: &AmountCallback) -> Self {
        Self {
            url: callback.url.to_string(),
            account_id: callback.account_id.as_ref().map(ToString::to_string),
            on_failure: callback.on_failure.name(),
        }
    }
}

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
