// SPDX-License-Identifier: AGPL-3.0-or-later
//! The token endpoint and what the world may know of it (RFC 6749, 7517, 8414, 9068). These routes follow their own
//! standards, so they stand outside the contract's `paths` and answer errors in OAuth's shape.

mod answer;
mod assertion;
mod authenticate;
mod grant;
mod metadata;
mod request;
mod token;

use actix_web::http::Method;

use crate::api::{Api, Limit};

/// Mounts the routes.
pub(crate) fn mount(api: &mut Api<'_, '_>) {
    api.protocol(Method::POST, "/oauth2/token", Limit::Token, token::token);
    api.protocol(Method::GET, "/.well-known/jwks.json", Limit::Source, metadata::jwks);
    api.protocol(Method::GET, "/.well-known/oauth-authorization-server", Limit::Source, metadata::server);
}
