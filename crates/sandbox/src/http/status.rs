// SPDX-License-Identifier: AGPL-3.0-or-later
//! How the sandbox is.

use actix_web::http::StatusCode;
use serde::Serialize;

use super::{Answer, TheNode, shown};

#[derive(Serialize)]
struct Health {
    status: &'static str,
    environment: &'static str,
    version: &'static str,
    soap_url: String,
    institutions: usize,
    carts: usize,
    receipts: usize,
    receipts_pending: usize,
}

pub(super) async fn show(node: TheNode) -> Answer {
    let receipts_pending = node.receipts_with(|recipient| recipient.is_pending()).len();
    let health = Health {
        status: "ok",
        environment: "sandbox",
        version: env!("CARGO_PKG_VERSION"),
        soap_url: node.settings.soap_url.to_string(),
        institutions: node.registry().institutions.len(),
        carts: node.carts().len(),
        receipts: node.receipts().len(),
        receipts_pending,
    };
    shown(StatusCode::OK, &health)
}
