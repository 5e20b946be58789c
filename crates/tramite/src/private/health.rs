// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whether the process lives, and whether it may be given work. The answers are one line each, for machines and people.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use tokio::time::timeout;
use tramite_storage::{Answer, StoreError};

use super::Private;

/// How long the database may take to answer before it is said that it does not, in milliseconds.
const DATABASE_ANSWER_MS_MAX: u64 = 1_500;

/// The process runs, and what should come round in it does.
#[get("/health/live")]
pub(super) async fn live(private: Data<Private>) -> HttpResponse {
    let late = private.pulse.late();
    if late.is_empty() {
        return plain(StatusCode::OK, "live");
    }
    let late = late.join(", ");
    tracing::error!(late, "jobs of the worker do not come round");
    plain(StatusCode::SERVICE_UNAVAILABLE, &format!("late: {late}"))
}

/// The process may be given work: it is not stopping, its database answers and is the one it knows, and so does the Node's
/// way to it.
#[get("/health/ready")]
pub(super) async fn ready(private: Data<Private>) -> HttpResponse {
    if (private.stopping)() {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    let node = async {
        match &private.door {
            Some(door) if private.node_apart => in_time(door.database().ping()).await,
            _ => Ok(()),
        }
    };
    let (database, node) = tokio::join!(in_time(private.store.check()), node);
    match (database, node) {
        (Ok(()), Ok(())) => plain(StatusCode::OK, "ready"),
        (Err(error @ StoreError::SchemaVersion { .. }), _) => not_ready("migrations are behind", &error),
        (Err(error), _) => not_ready("the database does not answer", &error),
        (_, Err(error)) => not_ready("the Node's connections to the database do not answer", &error),
    }
}

async fn in_time(answer: Answer<'_, ()>) -> Result<(), StoreError> {
    timeout(Duration::from_millis(DATABASE_ANSWER_MS_MAX), answer).await.unwrap_or(Err(StoreError::Busy))
}

fn not_ready(why: &'static str, cause: &StoreError) -> HttpResponse {
    tracing::warn!(%cause, why, "not ready");
    plain(StatusCode::SERVICE_UNAVAILABLE, why)
}

fn plain(status: StatusCode, text: &str) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header(ContentType::plaintext())
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(format!("{text}\n"))
}
