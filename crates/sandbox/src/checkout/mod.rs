// SPDX-License-Identifier: AGPL-3.0-or-later
//! Checkout: carts in, citizens out.

mod cart;
mod open;
mod outcome;
mod read;
mod refusal;

use actix_web::web::{self, ServiceConfig};

pub(crate) use cart::{Cart, CartView, Ending, Obstacle};
pub(crate) use outcome::{Choice, Settled, Wish, settle};

/// The routes a creditor's server posts to.
pub(crate) fn configure(service: &mut ServiceConfig) {
    service
        .service(web::resource("/checkout/ec/v2/carts").post(open::post))
        .service(web::resource("/checkout/ec/v1/carts").post(open::post_version_1));
}
