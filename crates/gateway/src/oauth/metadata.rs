// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the world may know: our public keys (RFC 7517) and where the token endpoint is (RFC 8414).

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde_json::json;
use tramite_domain::access::ApiScope;
use tramite_domain::client_key::KeyAlgorithm;

use crate::gateway::Gateway;

/// Readers keep it for five minutes: a new key is published for seven before it signs.
const KEPT_FOR_A_WHILE: &str = "public, max-age=300";

/// Our public keys.
#[get("/.well-known/jwks.json")]
pub(super) async fn jwks(gateway: Data<Gateway>) -> HttpResponse {
    gateway.keys().refresh(gateway.now(), None).await;
    HttpResponse::Ok().insert_header((CACHE_CONTROL, KEPT_FOR_A_WHILE)).json(gateway.keys().public_jwks())
}

/// Where and how tokens are given.
#[get("/.well-known/oauth-authorization-server")]
pub(super) async fn server(gateway: Data<Gateway>) -> HttpResponse {
    let base = gateway.settings().public_url();
    let algorithms = KeyAlgorithm::ALL.map(KeyAlgorithm::name);
    let scopes: Vec<&str> = ApiScope::ALL.iter().map(|scope| scope.name()).collect();
    HttpResponse::Ok().insert_header((CACHE_CONTROL, KEPT_FOR_A_WHILE)).json(json!({
        "issuer": gateway.settings().issuer(),
        "token_endpoint": format!("{base}/oauth2/token"),
        "jwks_uri": format!("{base}/.well-known/jwks.json"),
        "scopes_supported": scopes,
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "service_documentation": format!("{base}/docs/"),
    }))
}
