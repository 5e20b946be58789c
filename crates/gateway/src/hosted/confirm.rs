// SPDX-License-Identifier: AGPL-3.0-or-later
//! The last step of a form: what was filled in becomes a submission with its debt position, which is paid at once or with a notice. The
//! price is worked out once more; the page's own total is no price, it only tells whether the citizen has read the present one.

use actix_web::body::to_bytes;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use tramite_domain::debt_position::{SubjectKind, next_payable};
use tramite_domain::form::{Subject, Submission, SubmissionInput};
use tramite_domain::ids::DebtPositionId;
use tramite_domain::personal::Personal;
use tramite_domain::session::{Language, PayerInput};
use tramite_domain::submission::{Channel, Manner, PayBy};
use tramite_domain::tax_code::SubjectTaxCode;

use super::entered::{Posted, Rows};
use super::fields::{Filled, filled};
use super::form::{Open, Why, address, again, intention, is_of, not_theirs, opened, summary};
use super::guard::{Trust, is_ours, trust};
use super::handed::handed_address;
use super::language::{Lang, Spoken};
use super::outcome::return_url;
use super::page::{Page, Say, Sent};
use super::price::is_online_only;
use crate::convention::{Reply, is_answered, once};
use crate::extract::IdempotencyKey;
use crate::gate::{keep, source_of};
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};
use crate::routes::{HostedSession, open_hosted, submitted};

/// What a page says that its citizen has read: the digest of an amount and its form.
pub(super) const READ: &str = "read";

/// What is said at the end where there is nothing to pay.
#[derive(Serialize)]
struct Done {
    title: String,
}

/// Who comes without a form begins with it.
pub(super) async fn back(request: HttpRequest, place: Path<(String, String)>) -> HttpResponse {
    see_other(&format!("{}{}", address(&place), Spoken::of(&request).query()))
}

/// The last step.
pub(super) async fn confirm(
    gateway: Data<Gateway>,
    request: HttpRequest,
    place: Path<(String, String)>,
    payload: Payload,
) -> HttpResponse {
    let spoken = Spoken::of(&request);
    let (open, posted) = match opened(&gateway, &request, &place, payload, spoken).await {
        Ok(opened) => opened,
        Err(said) => return said,
    };
    let page = || Page::new(&gateway, &request, spoken, Some(&open.host));
    let voucher = posted.last(super::form::VOUCHER).unwrap_or_default();
    let trust = trust(&gateway, &request, Some(voucher));
    // Before anything is worked out for whoever it is.
    if trust == Trust::Foreign {
        return page().say(Say::Foreign).await;
    }
    let filled = filled(&open, &posted, Rows::AsSent, spoken.lang, gateway.now());
    if filled.too_large {
        return page().say(Say::Large).await;
    }
    let submission = match (trust, &filled.look.outcome) {
        (Trust::Foreign | Trust::Stale, _) => {
            return again(&gateway, &request, spoken, &open, &filled, (Some(&posted), Why::Stale)).await;
        }
        (Trust::Ours, Err(_)) => {
            return again(&gateway, &request, spoken, &open, &filled, (Some(&posted), Why::Wrong)).await;
        }
        (Trust::Ours, Ok(submission)) => submission,
    };
    let notice = posted.last("do") == Some("notice") && !is_online_only(submission);
    let pay_by = if notice { PayBy::Notice } else { PayBy::Checkout };
    // Who goes back to the form and comes here again means the same thing, as long as nothing else is entered.
    let intended = intention(&posted);
    let intention = if is_ours(&gateway, &request, intended) { intended } else { voucher };
    let step = Step { gateway: &gateway, request: &request, spoken, open: &open, intention, pay_by };
    match step.take(&filled, &posted, submission).await {
        Ok(response) => response,
        Err(problem) => page().refused(&problem, Sent { address: &open.address, posted: &posted }).await,
    }
}

/// What is to be paid.
struct Owed {
    position: DebtPositionId,
    /// Its only one where that is none.
    installment: Option<String>,
    /// Whether it was there before.
    found: bool,
}

/// A confirmed form.
struct Step<'a> {
    gateway: &'a Gateway,
    request: &'a HttpRequest,
    spoken: Spoken,
    open: &'a Open,
    /// What the submission is made once for, together with its values.
    intention: &'a str,
    pay_by: PayBy,
}

impl Step<'_> {
    async fn take(&self, filled: &Filled, posted: &Posted, submission: &Submission) -> Result<HttpResponse, Problem> {
        if let Some(refused) =
            too_often(self.gateway, self.request, self.spoken, (self.open, posted), &submission.debtor).await
        {
            return Ok(refused);
        }
        let key = self.key(filled)?;
        // What was made already is the same again, whatever it would cost by now.
        if !is_answered(self.gateway, &self.open.host.tenant, &key).await? {
            // Prices may have changed while somebody read: nobody pays what they have not seen.
            let present = summary(self.gateway, self.open, filled, submission, posted, self.spoken).await?;
            if posted.last(READ) != Some(present.read()) {
                let page = Page::new(self.gateway, self.request, self.spoken, Some(&self.open.host));
                return Ok(page.with_form("summary.html", present.changed()).await);
            }
            // A debt that was there has its notice already; here it is paid, and nobody is handed a paper of it: nothing is made for that.
            if present.is_found() && self.pay_by == PayBy::Notice {
                return Err(not_theirs());
            }
        }
        let Some(Owed { position, installment, found }) = self.submit(&key, filled, submission).await? else {
            let title = self.open.ready.form.definition().title.of(self.spoken.lang.code()).to_owned();
            let page = Page::new(self.gateway, self.request, self.spoken, Some(&self.open.host));
            return Ok(page.show("done.html", Done { title }).await);
        };
        // Neither when it is pressed nor when it is pressed again.
        if found && self.pay_by == PayBy::Notice {
            return Err(not_theirs());
        }
        let code = &self.open.host.institution.code;
        let to = match self.pay_by {
            PayBy::Notice => {
                let handed =
                    handed_address(self.gateway, code, position).ok_or_else(|| Problem::new(Code::Unavailable))?;
                format!("{handed}{}", self.spoken.query())
            }
            PayBy::Checkout => {
                let session = HostedSession {
                    position,
                    installment,
                    found,
                    return_url: return_url(self.gateway, code.as_str(), found),
                    payer: payer(submission.payer.as_ref().unwrap_or(&submission.debtor), found),
                    language: match self.spoken.lang {
                        Lang::It => Language::It,
                        Lang::En => Language::En,
                    },
                };
                open_hosted(self.gateway, &self.open.host.tenant, &session).await?
            }
        };
        Ok(see_other(&to))
    }

    /// Under what the submission is made once.
    fn key(&self, filled: &Filled) -> Result<IdempotencyKey, Problem> {
        let text = serde_json::to_vec(&filled.values).map_err(|_| Problem::new(Code::InternalError))?;
        let mut digest = Sha256::new();
        digest.update(Sha256::digest(self.intention.as_bytes()));
        digest.update(Sha256::digest(&text));
        Ok(IdempotencyKey {
            sha256: digest.finalize().into(),
            method: self.request.method().as_str().to_owned(),
            path: self.request.match_info().as_str().to_owned(),
        })
    }

    /// Makes the submission, once for a form that was shown: who presses twice, or goes back and comes here again, gets the same one.
    async fn submit(
        &self,
        key: &IdempotencyKey,
        filled: &Filled,
        submission: &Submission,
    ) -> Result<Option<Owed>, Problem> {
        let tenant = &self.open.host.tenant;
        let email = submission.debtor.email.as_ref().map(|email| Personal::new(email.expose().to_string()));
        let input = SubmissionInput { values: filled.values.clone(), notify_email: email };
        let response = once(self.gateway, tenant, key, key.sha256, async || {
            let channel = Channel::Page { ends_with_due_date: self.open.ends_with_due_date };
            let manner = Manner { channel, pay_by: self.pay_by };
            let made = submitted(self.gateway, tenant, &self.open.ready, &input, manner).await?;
            if made.kept.found && !made.position.as_ref().is_some_and(|found| is_of(found, &submission.debtor)) {
                return Err(not_theirs());
            }
            let id = made.kept.id;
            // Of a debt that was found the installment that was read, whatever becomes of it: pressed again, the same is meant.
            let next = made.position.as_ref().filter(|_| made.kept.found);
            let next = next.and_then(|position| next_payable(position, self.gateway.now()));
            let view = json!({
                "id": id.to_string(), "found": made.kept.found, "service_code": made.kept.service_code.as_str(),
                "debt_position_id": made.position.as_ref().map(|position| position.id.to_string()),
                "installment_reference": next.map(|(_, installment)| installment.reference.to_string()),
            });
            let reply = Reply::created(&view, format!("/v1/submissions/{id}"))?;
            let reply = match &made.position {
                Some(position) => reply.about(position.id),
                None => reply,
            };
            Ok((made.batch, reply))
        })
        .await?;
        let kept = to_bytes(response.into_body()).await.map_err(|_| Problem::new(Code::InternalError))?;
        let kept: Json = serde_json::from_slice(&kept).map_err(|_| Problem::new(Code::InternalError))?;
        let text = |name: &str| kept.get(name).and_then(Json::as_str);
        let position = text("debt_position_id").and_then(|id| id.parse().ok());
        let installment = text("installment_reference").map(str::to_owned);
        let found = kept.get("found").and_then(Json::as_bool).unwrap_or_default();
        Ok(position.map(|position| Owed { position, installment, found }))
    }
}

/// The answer to whoever submits too often, or asks too often for what a form looks for.
pub(super) async fn too_often(
    gateway: &Gateway,
    request: &HttpRequest,
    spoken: Spoken,
    (open, posted): (&Open, &Posted),
    debtor: &Subject,
) -> Option<HttpResponse> {
    let source = source_of(request.peer_addr(), request.headers(), &gateway.settings().trusted_proxies);
    let name = match debtor.tax_code.expose() {
        // Of whom nobody knows a code, the name is counted.
        SubjectTaxCode::Anonymous => debtor.full_name.expose().to_uppercase(),
        code => code.to_string().to_uppercase(),
    };
    let state = gateway.hosted().limits.submission(source, open.host.institution.id, &name).err()?;
    let _refused = keep(request, Err(state));
    let page = Page::new(gateway, request, spoken, Some(&open.host));
    Some(page.too_often(state.retry_seconds, Sent { address: &open.address, posted }).await)
}

/// Who pays, for Checkout; nobody is named where the code is none. Whoever pays a debt that was found tells Checkout where the outcome goes:
/// others may have entered the same before, with an address of theirs.
fn payer(subject: &Subject, found: bool) -> Option<PayerInput> {
    let code = subject.tax_code.expose();
    let known = !matches!(code, SubjectTaxCode::Anonymous)
        && matches!(subject.kind, SubjectKind::NaturalPerson | SubjectKind::LegalPerson);
    known.then(|| PayerInput {
        tax_code: Some(Personal::new(code.to_string())),
        full_name: Some(Personal::new(subject.full_name.expose().clone())),
        email: subject.email.as_ref().filter(|_| !found).map(|email| Personal::new(email.expose().to_string())),
    })
}

fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
}
