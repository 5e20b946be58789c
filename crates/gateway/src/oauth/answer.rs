// SPDX-License-Identifier: AGPL-3.0-or-later
//! The answers of the token endpoint.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, PRAGMA, WWW_AUTHENTICATE};
use serde::Serialize;
use tramite_domain::institution::Institution;
use tramite_domain::time::Instant;

use crate::auth::Grant;
use crate::problem::Problem;

/// A token (RFC 6749, 5.1), and for which institution it is.
#[derive(Debug, Serialize)]
pub(super) struct TokenAnswer {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    institution: Option<TokenInstitution>,
}

#[derive(Debug, Serialize)]
struct TokenInstitution {
    id: String,
    code: String,
    tax_code: String,
    display_name: String,
}

impl TokenAnswer {
    pub(super) fn new(access_token: String, grant: &Grant, institution: Option<&Institution>, now: Instant) -> Self {
        Self {
            access_token,
            token_type: "Bearer",
            expires_in: grant.seconds(now),
            scope: grant.scope_text(),
            institution: institution.map(|institution| TokenInstitution {
                id: institution.id.to_string(),
                code: institution.code.to_string(),
                tax_code: institution.tax_code.to_string(),
                display_name: institution.display_name.to_string(),
            }),
        }
    }

    pub(super) fn into_response(self) -> HttpResponse {
        HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).insert_header((PRAGMA, "no-cache")).json(self)
    }
}

/// Why there is no token (RFC 6749, 5.2).
#[derive(Debug)]
pub(super) enum NoToken {
    /// The request breaks the rules of the endpoint.
    InvalidRequest(&'static str),
    /// The client does not exist, has another secret or key, has shown its proof before, or is revoked: one answer for all.
    InvalidClient,
    /// Only client credentials are known here.
    UnsupportedGrantType,
    /// Nothing of what was asked for is granted.
    InvalidScope,
    /// The institution is none of the client's (RFC 8707, 2).
    InvalidTarget(&'static str),
    /// A problem of ours: limits, or the store.
    Problem(Problem),
}

impl From<Problem> for NoToken {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

#[derive(Serialize)]
struct ErrorAnswer {
    error: &'static str,
    error_description: &'static str,
}

impl NoToken {
    pub(super) fn into_response(self) -> HttpResponse {
        let (status, error, error_description) = match self {
            Self::InvalidRequest(why) => (StatusCode::BAD_REQUEST, "invalid_request", why),
            Self::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client", "The client is not accepted."),
            Self::UnsupportedGrantType => {
                (StatusCode::BAD_REQUEST, "unsupported_grant_type", "Only client_credentials is served.")
            }
            Self::InvalidScope => (
                StatusCode::BAD_REQUEST,
                "invalid_scope",
                "A scope is unknown, or none of those asked for is delegated to this client.",
            ),
            Self::InvalidTarget(why) => (StatusCode::BAD_REQUEST, "invalid_target", why),
            Self::Problem(problem) => return HttpResponse::from_error(problem),
        };
        let mut answer = HttpResponse::build(status);
        answer.insert_header((CACHE_CONTROL, "no-store")).insert_header((PRAGMA, "no-cache"));
        if status == StatusCode::UNAUTHORIZED {
            answer.insert_header((WWW_AUTHENTICATE, "Basic realm=\"tramite\", charset=\"UTF-8\""));
        }
        answer.json(ErrorAnswer { error, error_description })
    }
}
