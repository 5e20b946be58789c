// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whether Tramite works, for whoever wants to know.

use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, get};
use tramite_domain::ids::RequestId;
use uuid::Uuid;

use crate::api::Api;
use crate::gateway::Gateway;
use crate::problem::{PROBLEM_JSON, Problem, ProblemView};

/// What the answer calls itself when nothing is wrong (RFC 9457, 4.2.1).
const NOTHING_WRONG: &str = "about:blank";

/// Mounts the route.
pub(super) fn mount(api: &mut Api<'_, '_>) {
    api.public(show_status);
}

/// Shows whether Tramite works
///
/// 200 while the database answers, 503 while it does not.
#[utoipa::path(
    tag = "status",
    operation_id = "show_status",
    responses((
        status = 200, description = "Tramite works.", content_type = "application/problem+json", body = ProblemView,
        example = json!({
            "type": "about:blank", "title": "Tramite works", "status": 200, "detail": "The database answers.",
            "instance": "urn:uuid:01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01",
        }),
    ))
)]
#[get("/status")]
async fn show_status(gateway: Data<Gateway>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    gateway.ask_database().await?;
    let id = request.extensions().get::<RequestId>().copied().unwrap_or(RequestId::new(Uuid::nil()));
    let view = ProblemView::good(NOTHING_WRONG, "Tramite works", "The database answers.", id);
    let body = serde_json::to_vec(&view).unwrap_or_default();
    Ok(HttpResponse::Ok().content_type(PROBLEM_JSON).body(body))
}
