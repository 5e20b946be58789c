// SPDX-License-Identifier: AGPL-3.0-or-later
//! The private listener: whether this process lives, whether it may be given requests, and what it has counted.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpResponse, get};

use crate::gateway::Gateway;

/// The text format of the counters.
const METRICS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Mounts the routes of the private listener.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config.service(live).service(ready).service(metrics);
}

/// The process runs.
#[get("/health/live")]
async fn live() -> HttpResponse {
    plain(StatusCode::OK, "live\n")
}

/// The process may be given requests: it is not stopping, and its database answers.
#[get("/health/ready")]
async fn ready(gateway: Data<Gateway>) -> HttpResponse {
    if gateway.is_stopping() {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match gateway.ask_database().await {
        Ok(()) => plain(StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(cause = %error, "not ready");
            plain(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}

/// The counters of this process.
#[get("/metrics")]
async fn metrics(gateway: Data<Gateway>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(METRICS_TEXT)
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(gateway.metrics().text())
}

fn plain(status: StatusCode, text: &'static str) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header(ContentType::plaintext())
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text)
}
