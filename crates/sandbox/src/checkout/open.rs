// SPDX-License-Identifier: AGPL-3.0-or-later
//! POST carts: a cart is made, and the creditor told where to send the citizen.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, LOCATION};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::cart::Cart;
use super::read::{CartRequest, read};
use super::refusal::Refusal;
use crate::http::{TheNode, has_media_type, query};
use crate::node::{Node, NoticeKey};
use crate::psp::Magic;

/// The subscription key in a header.
const KEY_HEADER: &str = "Ocp-Apim-Subscription-Key";

/// Who the citizen's browser comes from, says Checkout.
const CLIENT_ID: &str = "sandbox";

#[derive(Deserialize)]
struct KeyInQuery {
    #[serde(rename = "subscription-key")]
    key: Option<String>,
}

pub(super) async fn post(node: TheNode, request: HttpRequest, body: Bytes) -> HttpResponse {
    match make(&node, &request, &body) {
        Ok(address) => HttpResponse::build(StatusCode::FOUND).insert_header((LOCATION, address)).finish(),
        Err(refusal) => refusal.response(),
    }
}

pub(super) async fn post_version_1(node: TheNode, request: HttpRequest) -> HttpResponse {
    match check_key(&node, &request) {
        Ok(()) => Refusal::Version1.response(),
        Err(refusal) => refusal.response(),
    }
}

fn make(node: &Node, request: &HttpRequest, body: &[u8]) -> Result<String, Refusal> {
    check_key(node, request)?;
    if !has_media_type(request.headers(), "application/json") {
        return Err(Refusal::MediaType);
    }
    let posted = read(body)?;
    if posted.notices.iter().any(|notice| Magic::refuses_carts(notice.amount)) {
        return Err(Refusal::Down);
    }
    let keys = check_position(node, &posted)?;
    let id = node.world.id();
    node.carts().put(id, Cart::new(id, posted, keys, node.world.now()));
    Ok(node.settings.address(&format!("/checkout/{id}?clientId={CLIENT_ID}")))
}

fn check_key(node: &Node, request: &HttpRequest) -> Result<(), Refusal> {
    let Some(expected) = &node.settings.api_key else {
        return Ok(());
    };
    let in_header = request.headers().get(KEY_HEADER).map(HeaderValue::as_bytes);
    let in_query = query::<KeyInQuery>(request).ok().and_then(|query| query.key);
    let given = in_header.or(in_query.as_deref().map(str::as_bytes));
    if given == Some(expected.as_bytes()) { Ok(()) } else { Err(Refusal::Key) }
}

/// What Checkout asks the Node, which asks no creditor: is one of the notices paid, or being paid?
fn check_position(node: &Node, posted: &CartRequest) -> Result<Vec<NoticeKey>, Refusal> {
    let now = node.world.now();
    let standings = node.standings();
    let keys = posted.notices.iter().map(|notice| {
        let key = notice.key().ok_or(Refusal::NotPayable)?;
        standings.check(&key, now).map_err(|_| Refusal::NotPayable)?;
        Ok(key)
    });
    keys.collect()
}
