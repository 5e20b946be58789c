// SPDX-License-Identifier: AGPL-3.0-or-later
//! The citizen is sent back to the portal, with a signed hint where the portal wants one.

use actix_web::HttpResponse;
use actix_web::http::header::{
    CACHE_CONTROL, COOKIE, HeaderMap, HeaderName, HeaderValue, LOCATION, REFERRER_POLICY, SET_COOKIE,
};
use serde::Serialize;
use tramite_domain::access::{Client, ClientStatus};
use tramite_domain::ids::InstitutionId;
use tramite_domain::session::{CheckoutSession, ReturnMode};
use tramite_domain::time::Instant;
use url::Url;

use super::page::{Notice, page, page_with_way_back};
use crate::gateway::Gateway;
use crate::hosted;
use crate::problem::Problem;
use crate::routes::checkout_sessions::origin::{self, PARAMETERS};

/// How long a return token holds, in seconds.
const TOKEN_SECONDS: i64 = 600;
/// What a browser is told that was sent back from an address, and for how long, in seconds. It names nobody, and goes nowhere but
/// to that address.
const SENT_BACK: &str = "tramite_sent_back=1";
const SENT_BACK_SECONDS: i64 = 600;

/// What the return says of the payment. It is never the truth: the session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Hint {
    Completed,
    Pending,
    Cancelled,
    Failed,
}

/// The claims of a return token (`typ: checkout-return+jwt`).
#[derive(Debug, Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: String,
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
    status_hint: Hint,
    jti: String,
    iat: i64,
    exp: i64,
}

/// Sends the citizen to the portal; to a page of ours where the portal's address is no longer allowed (rules.md 39).
pub(super) async fn send_back(
    gateway: &Gateway,
    token: &str,
    session: &CheckoutSession,
    hint: Hint,
    gave_up: bool,
) -> HttpResponse {
    match address(gateway, session, hint, gave_up).await {
        Ok(Some(url)) => {
            let mut response = see_other(url.as_str());
            // A token is hexadecimal; were it not, that would be no reason to keep the citizen.
            if let Ok(value) = HeaderValue::try_from(sent_back(gateway, token)) {
                response.headers_mut().append(SET_COOKIE, value);
            }
            response
        }
        Ok(None) => page(gateway, session.language, Notice::of(hint)),
        Err(problem) => super::visit::page_of_problem(gateway, session.language, &problem),
    }
}

/// Whether that browser was sent back from this address a moment ago: who comes again did not get far, for the portal may be
/// down.
pub(super) fn was_sent_back(headers: &HeaderMap) -> bool {
    let mut said = headers.get_all(COOKIE).filter_map(|value| value.to_str().ok());
    said.any(|text| text.split(';').any(|one| one.trim() == SENT_BACK))
}

fn sent_back(gateway: &Gateway, token: &str) -> String {
    let secure = if gateway.settings().public_url().starts_with("https:") { "; Secure" } else { "" };
    format!("{SENT_BACK}; Path=/s/{token}; Max-Age={SENT_BACK_SECONDS}; HttpOnly; SameSite=Lax{secure}")
}

/// The page of last resort: what came of the payment, and the way to the portal for whoever wants to try it once more.
pub(super) async fn tell_here(gateway: &Gateway, session: &CheckoutSession, hint: Hint) -> HttpResponse {
    match address(gateway, session, hint, false).await {
        Ok(Some(url)) => page_with_way_back(gateway, session.language, Notice::of(hint), url.as_str()),
        Ok(None) => page(gateway, session.language, Notice::of(hint)),
        Err(problem) => super::visit::page_of_problem(gateway, session.language, &problem),
    }
}

/// 303, and the portal does not learn the address the citizen came from.
pub(super) fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, location))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((HeaderName::from_static("x-robots-tag"), "noindex"))
        .finish()
}

async fn address(
    gateway: &Gateway,
    session: &CheckoutSession,
    hint: Hint,
    gave_up: bool,
) -> Result<Option<Url>, Problem> {
    let text = session.cancel_url.as_ref().filter(|_| gave_up).unwrap_or(&session.return_url);
    if let Some(code) = hosted::outcome_of(gateway, text) {
        return hosted_outcome(gateway, session, code).await;
    }
    let origins = origins(gateway, session).await?;
    let Ok(mut url) = origin::check(text, &origins, gateway.returns()) else { return Ok(None) };
    if session.return_mode == ReturnMode::Bare {
        return Ok(Some(url));
    }
    let now = gateway.now();
    let issued = now.datetime().timestamp();
    let claims = Claims {
        iss: gateway.settings().public_url(),
        aud: session.client_id.to_string(),
        sub: session.id.to_string(),
        state: session.state.as_ref().map(|state| state.as_str()),
        status_hint: hint,
        jti: gateway.world().id().to_string(),
        iat: issued,
        exp: issued.saturating_add(TOKEN_SECONDS),
    };
    let token = gateway.keys().sign_return_token(&claims, now)?;
    let [id_name, state_name, token_name] = PARAMETERS;
    url.query_pairs_mut().append_pair(id_name, &session.id.to_string()).append_pair(token_name, &token);
    if let Some(state) = &session.state {
        url.query_pairs_mut().append_pair(state_name, state.as_str());
    }
    Ok(Some(url))
}

/// The page of ours that tells a citizen of a hosted page what came of it, as long as the institution has pages.
async fn hosted_outcome(gateway: &Gateway, session: &CheckoutSession, code: &str) -> Result<Option<Url>, Problem> {
    let home = gateway.store().system().session_home(session.id).await?;
    if home.is_none() || hosted::home_of_pages(gateway, code).await? != home {
        return Ok(None);
    }
    Ok(Url::parse(&hosted::outcome_url(gateway, code, &gateway.keys().session_token(session.id)?)).ok())
}

/// The origins that the delegation names now, not those of the time when the session was made. A client that was revoked
/// and a delegation that has ended name none.
async fn origins(gateway: &Gateway, session: &CheckoutSession) -> Result<Vec<String>, Problem> {
    let home = gateway.store().system().session_home(session.id).await?;
    let client = gateway.fresh().client(gateway, session.client_id).await?;
    let found = home.zip(client).map(|(institution, client)| origins_of(&client, institution, gateway.now()));
    Ok(found.unwrap_or_default())
}

fn origins_of(client: &Client, institution: InstitutionId, now: Instant) -> Vec<String> {
    let live = client.delegations.iter().filter(|one| client.status == ClientStatus::Active && one.live_at(now));
    live.filter(|one| one.institution_id == institution).flat_map(|one| one.return_origins.clone()).collect()
}
