// SPDX-License-Identifier: AGPL-3.0-or-later
//! The sandbox over HTTP, for programs: everything but Checkout and the pages.

mod bizevents;
mod body;
mod carts;
mod clock;
mod demands;
mod frame;
pub(crate) mod payments;
mod problem;
mod receipts;
mod registry;
mod status;
pub(crate) mod transcripts;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, http::StatusCode};
use serde::Serialize;

pub(crate) use body::{form, has_media_type, json, query};
pub(crate) use frame::frame;
pub(crate) use problem::Problem;

/// What a handler of ours answers.
pub(crate) type Answer = Result<HttpResponse, Problem>;

/// The Node, as handlers are given it.
pub(crate) type TheNode = web::Data<crate::node::Node>;

/// A JSON answer.
pub(crate) fn shown<T: Serialize>(status: StatusCode, body: &T) -> Answer {
    let body = serde_json::to_vec(body).map_err(|_| Problem::internal())?;
    Ok(HttpResponse::build(status).insert_header((CONTENT_TYPE, "application/json")).body(body))
}

/// The routes for programs.
pub(crate) fn configure(service: &mut ServiceConfig) {
    service
        .service(
            web::resource("/bizevents/service/v1/organizations/{organization}/receipts/{iur}/paymentoptions/{iuv}")
                .get(bizevents::show),
        )
        .service(web::resource("/sandbox/v1/registry").get(registry::show).put(registry::replace))
        .service(web::resource("/sandbox/v1/payments").post(payments::pay))
        .service(web::resource("/sandbox/v1/demands").post(demands::demand))
        .service(web::resource("/sandbox/v1/probe").post(payments::probe))
        .service(web::resource("/sandbox/v1/receipts").get(receipts::list))
        .service(web::resource("/sandbox/v1/receipts/redeliver").post(receipts::redeliver))
        .service(web::resource("/sandbox/v1/receipts/{receipt_id}").get(receipts::show))
        .service(web::resource("/sandbox/v1/receipts/{receipt_id}/send").post(receipts::send))
        .service(web::resource("/sandbox/v1/carts").get(carts::list))
        .service(web::resource("/sandbox/v1/carts/{cart_id}").get(carts::show))
        .service(web::resource("/sandbox/v1/carts/{cart_id}/outcome").post(carts::outcome))
        .service(web::resource("/sandbox/v1/clock").get(clock::show))
        .service(web::resource("/sandbox/v1/clock/advance").post(clock::put_forward))
        .service(web::resource("/sandbox/v1/transcripts").get(transcripts::list))
        .service(web::resource("/sandbox/v1/transcripts/{id}").get(transcripts::show))
        .service(web::resource("/sandbox/v1/status").get(status::show));
}
