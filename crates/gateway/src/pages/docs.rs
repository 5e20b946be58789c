// SPDX-License-Identifier: AGPL-3.0-or-later
//! The contract as a document and as pages; the viewer is part of the program and loads nothing from elsewhere.

use actix_web::dev::HttpServiceFactory;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType, LOCATION};
use actix_web::middleware::DefaultHeaders;
use actix_web::web::{self, Data};
use actix_web::{HttpResponse, get};
use utoipa_swagger_ui::Config;

use super::KEPT_FOR_AN_HOUR;
use crate::gateway::Gateway;

/// The path template of the viewer, as the router knows it.
pub(super) const PATH: &str = "/docs/{tail:.*}";
/// The viewer's own scripts and styles, and the pictures it carries within; questions only to ourselves.
const POLICY: &str =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/// The contract.
#[get("/openapi.json")]
pub(super) async fn document(gateway: Data<Gateway>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(ContentType::json())
        .insert_header((CACHE_CONTROL, KEPT_FOR_AN_HOUR))
        .body(gateway.contract().text().to_owned())
}

/// Whoever comes without a path is shown what there is.
#[get("/")]
pub(super) async fn front() -> HttpResponse {
    to_viewer()
}

/// Where the documentation begins.
#[get("/docs")]
pub(super) async fn entrance() -> HttpResponse {
    to_viewer()
}

fn to_viewer() -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, "/docs/")).finish()
}

/// The viewer.
pub(super) fn swagger_ui() -> impl HttpServiceFactory {
    web::resource(PATH)
        .app_data(Data::new(Config::from("/openapi.json")))
        .wrap(DefaultHeaders::new().add((CONTENT_SECURITY_POLICY, POLICY)).add((CACHE_CONTROL, KEPT_FOR_AN_HOUR)))
        .route(web::get().to(file))
}

async fn file(path: web::Path<String>, config: Data<Config<'static>>) -> HttpResponse {
    match utoipa_swagger_ui::serve(&path.into_inner(), config.into_inner()) {
        Ok(Some(file)) => HttpResponse::Ok().content_type(file.content_type).body(file.bytes.to_vec()),
        Ok(None) => HttpResponse::NotFound().finish(),
        Err(error) => {
            tracing::error!(cause = %error, "the viewer of the contract cannot be read");
            HttpResponse::InternalServerError().finish()
        }
    }
}
