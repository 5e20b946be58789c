// SPDX-License-Identifier: AGPL-3.0-or-later
//! The registry, shown and replaced.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web::Bytes};

use super::{Answer, Problem, TheNode, json, shown};
use crate::registry::Registry;

pub(super) async fn show(node: TheNode) -> Answer {
    shown(StatusCode::OK, node.registry().as_ref())
}

pub(super) async fn replace(node: TheNode, request: HttpRequest, body: Bytes) -> Answer {
    let registry: Registry = json(&request, &body)?;
    registry.check().map_err(|error| Problem::flawed(error.flaws))?;
    node.set_registry(registry);
    shown(StatusCode::OK, node.registry().as_ref())
}
