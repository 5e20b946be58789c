// SPDX-License-Identifier: AGPL-3.0-or-later
//! One run, step by step.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use uuid::Uuid;

use super::checkout::Message;
use super::language::Language;
use crate::http::{Answer, TheNode};

pub(super) async fn show(node: TheNode, request: HttpRequest, id: Path<String>) -> Answer {
    let run = id.parse().ok().and_then(|id: Uuid| node.runs().get(&id).cloned());
    match run {
        Some(run) => node.pages.show(&request, StatusCode::OK, "transcript.html", run),
        None => {
            let text = Language::of(&request).words().not_kept;
            let page = Message { text, link: Some(String::from("/")), is_home: true };
            node.pages.show(&request, StatusCode::NOT_FOUND, "message.html", page)
        }
    }
}
