// SPDX-License-Identifier: AGPL-3.0-or-later
//! All the ways in which the debt behind a notice can be paid (SANP 3.11; current.md 9.6): asked by the Node in REST, on
//! the same listener and behind the same proof as its messages. It changes nothing.

use actix_web::http::{Method, StatusCode, header};
use actix_web::web;
use actix_web::{HttpRequest, HttpResponse, Resource};
use serde::Serialize;
use tramite_domain::institution::{Institution, InstitutionStatus};
use tramite_domain::node::options;
use tramite_domain::notice::NoticeNumber;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_domain::time::Instant;
use tramite_pagopa::current::PaaFault;
use tramite_pagopa::payment_options::{PaymentOptionsAnswer, PaymentOptionsFault};
use tramite_storage::Scope;

use super::answer::OK;
use super::answered;
use super::deadline::Deadline;
use super::denied::{Denied, UNKNOWN};
use super::door::Soap;
use super::exchange::Exchange;
use super::journal::Facts;
use super::message::Outbound;
use super::route::door;
use super::serve::journal;
use crate::api::{Api, Limit};
use crate::problem::Problem;

/// Where the Node asks; what it calls the institution's address stands before it.
pub const PATH: &str = "/payment-options/organizations/{organization}/notices/{notice}";
/// The name of the operation in its own document.
const OPERATION: &str = "getPaymentOptionsByNoticeNumber";

/// Mounts it beside the door.
pub(super) fn mount(api: &mut Api<'_, '_>) {
    api.protocol(Method::POST, PATH, Limit::None, resource());
}

pub(super) fn resource() -> Resource {
    web::resource(PATH).route(web::post().to(post)).default_service(web::to(other_method))
}

async fn post(request: HttpRequest, place: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let soap = door(&request)?;
    let (organization, notice) = place.into_inner();
    let (exchange, deadline) = (Exchange::begin(soap.world()), Deadline::start());
    let told = deadline.within(tell(&soap, &organization, &notice, exchange.at)).await;
    let known = soap.registry().last_known(&organization);
    let (outcome, outbound) = match told.unwrap_or(Err(Denied::Late)) {
        Ok(answer) => (OK, outbound(200, &answer)),
        Err(denied) => {
            log_cause(&denied);
            let fault = PaymentOptionsFault::new(denied.fault(), &denied.description(), exchange.at);
            (denied.fault().code(), outbound(fault.status(), &fault))
        }
    };
    // The question has no body: the journal keeps the line it was asked with.
    let asked = format!("POST /payment-options/organizations/{organization}/notices/{notice}");
    let facts = Facts::of_notice(OPERATION, &organization, &notice);
    journal(&soap, known.as_ref().map(|one| one.id), &exchange, &facts, asked.as_bytes(), outcome, &outbound);
    answered::tell(&soap, &exchange, &facts, known.as_ref().map(|one| one.code.as_str()), outcome);
    let status = StatusCode::from_u16(outbound.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok(HttpResponse::build(status).insert_header(header::ContentType::json()).body(outbound.body))
}

async fn other_method(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let soap = door(&request)?;
    let fault = PaymentOptionsFault::new(PaaFault::SyntaxXsd, "solo POST", soap.world().now());
    Ok(HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, "POST")).json(fault))
}

/// The options of a notice, in the order of rules.md 18: readable, institution, position, state.
async fn tell(soap: &Soap, organization: &str, notice: &str, now: Instant) -> Result<PaymentOptionsAnswer, Denied> {
    if organization.parse::<InstitutionTaxCode>().is_err() {
        return Err(Denied::Fault(PaaFault::SyntaxXsd, "il codice fiscale dell'ente non e' di 11 cifre"));
    }
    let number = notice.parse::<NoticeNumber>();
    if number.is_err() && !(notice.len() == 18 && notice.bytes().all(|digit| digit.is_ascii_digit())) {
        return Err(Denied::Fault(PaaFault::SyntaxXsd, "il numero avviso non e' di 18 cifre"));
    }
    let institution = soap.registry().institution(organization).await?.filter(|one| is_served(one));
    let institution = institution.ok_or(NOT_SERVED)?;
    let number = number.map_err(|_| UNKNOWN)?;
    let position = soap.store().position_by_notice(&Scope::of_node(institution.id), &number).await?.ok_or(UNKNOWN)?;
    let told = options(&institution, &position, &number, now)?;
    Ok(PaymentOptionsAnswer::new(&institution, position.valid_from.or(position.published_at), told))
}

/// Active, and reached by way of any station, now or once: the question names none, and what was issued stays payable
/// (rules.md 17).
fn is_served(institution: &Institution) -> bool {
    institution.status == InstitutionStatus::Active && !institution.stations.is_empty()
}

const NOT_SERVED: Denied = Denied::Fault(PaaFault::WrongInstitution, "ente non gestito o non attivo");

fn outbound<T: Serialize>(status: u16, answer: &T) -> Outbound {
    match serde_json::to_vec(answer) {
        Ok(body) => Outbound { status, body },
        Err(error) => {
            tracing::error!(cause = %error, "payment options cannot be written");
            Outbound { status: 500, body: b"{}".to_vec() }
        }
    }
}

fn log_cause(denied: &Denied) {
    match denied {
        Denied::Fault(..) | Denied::Demand(_) | Denied::AmountUnknown => {}
        Denied::Store(error) => tracing::warn!(cause = %error, "the store failed under payment options"),
        Denied::AccountMissing => tracing::error!("an account of a position is not declared"),
        Denied::Broken | Denied::Late => tracing::warn!("payment options were not answered in time"),
    }
}
