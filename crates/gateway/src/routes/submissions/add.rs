// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/services/{code}/submissions`

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use serde_json::{Map, Value};
use tramite_domain::form::SubmissionInput;
use tramite_domain::form::limits::SUBMISSION_BYTES_MAX;
use tramite_domain::ident::ServiceCode;
use tramite_domain::mac::mac;
use tramite_domain::personal::Personal;
use tramite_domain::refusal::Refusal;
use tramite_domain::service::ServiceStatus;
use tramite_domain::submission::{Channel, Manner, PayBy};
use utoipa::ToSchema;

use super::show::etag_of;
use super::submit::submitted;
use super::view::SubmissionView;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, once};
use crate::extract::{Body, IdempotencyKey, Segment};
use crate::forms::ready;
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// What the digest of a request is made for, so that the key could make no other.
const FINGERPRINT_CONTEXT: &[u8] = b"tramite submission request v1";

/// Values of a form, and how their sender goes on.
// No `Debug`: it is what persons enter.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SubmissionInput, example = json!({"values": {"tax_code": "RSSMRA85T10A562S", "holder": "Mario Rossi", "plate": "AB123CD", "zone": "A"}}))]
pub(crate) struct SubmissionBody {
    /// What was entered.
    #[schema(value_type = words::FormValues)]
    values: Map<String, Value>,
    /// Where the outcome of the payment is told: Checkout is given it for a session that names no other address.
    #[schema(value_type = Option<words::EmailAddress>)]
    notify_email: Option<Personal<String>>,
    /// How it is paid: at once, or later with a notice, for which places are held longer; `checkout` where left out.
    #[schema(value_type = Option<words::PayBy>)]
    pay_by: Option<PayBy>,
}

/// Submits a form
///
/// The amount, its breakdown, the text of the payment and its dates are worked out here, by the published version of the form. What is
/// to be paid becomes a debt position whose `external_id` is the id of the submission; pay it in a checkout session with
/// `submission_id`, or by its notice. Where it comes to zero there is none. All that is wrong with the values is told at once.
#[utoipa::path(
    tag = "submissions", operation_id = "add_submission",
    params(("code" = words::ServiceCode, Path, description = "The code of the service.")),
    request_body = SubmissionBody,
    responses((status = 201, description = "The new submission.", body = SubmissionView))
)]
#[post("/v1/services/{code}/submissions")]
pub(crate) async fn add_submission(
    gateway: Data<Gateway>,
    tenant: Tenant,
    code: Segment<ServiceCode>,
    key: IdempotencyKey,
    body: Body<SubmissionBody, SUBMISSION_BYTES_MAX>,
) -> Answer {
    let pseudonyms = gateway.store().pseudonym_key(&tenant.scope).await?;
    // The plain digest of a request would say whether a guess at what was entered is right.
    let fingerprint = mac(pseudonyms.expose(), &[FINGERPRINT_CONTEXT, &body.fingerprint()]);
    once(&gateway, &tenant, &key, fingerprint, async || {
        let service = gateway.store().service(&tenant.scope, &code).await?.or_not_found()?;
        let SubmissionBody { values, notify_email, pay_by } = body.valid()?;
        if service.status != ServiceStatus::Active {
            return Err(Refusal::ServiceNotActive.into());
        }
        let ready = ready(&gateway, &tenant.scope, &service.code).await?;
        let input = SubmissionInput { values, notify_email };
        let manner = Manner { channel: Channel::Api, pay_by: pay_by.unwrap_or_default() };
        let made = submitted(&gateway, &tenant, &ready, &input, manner).await?;
        let shown =
            SubmissionView::of(&made.kept).with_warnings(made.worked_out.warnings).with_notice(made.position.as_ref());
        let reply = Reply::created(&shown, format!("/v1/submissions/{}", made.kept.id))?.etag(&etag_of(&made.kept));
        let reply = match &made.position {
            Some(position) => reply.about(position.id),
            None => reply,
        };
        Ok((made.batch, reply))
    })
    .await
}
