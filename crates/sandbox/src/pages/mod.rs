// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a browser sees: the index, transcripts, and Checkout.

mod checkout;
mod index;
mod language;
mod render;
mod transcript;
mod words;

use actix_web::web::{self, ServiceConfig};

pub(crate) use render::Pages;

/// The routes for browsers.
pub(crate) fn configure(service: &mut ServiceConfig) {
    service
        .service(web::resource("/").get(index::show))
        .service(web::resource("/pay").post(index::pay))
        .service(web::resource("/transcripts/{id}").get(transcript::show))
        .service(web::resource("/checkout/{cart_id}").get(checkout::show).post(checkout::act));
}
