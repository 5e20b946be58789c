// SPDX-License-Identifier: AGPL-3.0-or-later
//! The public address of a session, where citizens come by and come back. No token is asked for: the address itself is
//! the key, 128 bits that stand in no table and no log.

mod back;
mod cart_journal;
mod home;
mod mint;
mod page;
mod send;
mod visit;

pub(crate) use home::{Home, find as home_of};
pub(crate) use page::too_often;

use actix_web::http::Method;
use actix_web::web;
use tramite_domain::ids::SessionId;

use crate::api::{Api, Limit};
use crate::auth::Tenant;
use crate::gateway::Gateway;
use crate::problem::Problem;

/// Where citizens open a session.
const ADDRESS: &str = "/s/{token}";
/// Where Checkout sends them back.
const RETURN: &str = "/s/{token}/return/{kind}";

/// The address of a session; the same each time it is asked for (rules.md 34).
pub(crate) fn session_url(gateway: &Gateway, session: SessionId) -> Result<String, Problem> {
    Ok(format!("{}/s/{}", gateway.settings().public_url(), gateway.keys().session_token(session)?))
}

/// The same for a reader: none for an operator in support, for whoever has it acts as the citizen.
pub(super) fn url_for(gateway: &Gateway, tenant: &Tenant, session: SessionId) -> Result<Option<String>, Problem> {
    tenant.support().is_none().then(|| session_url(gateway, session)).transpose()
}

/// Whether a route is one that citizens open: what is refused there is told on a page.
pub(crate) fn is_for_citizens(route: &str) -> bool {
    matches!(route, ADDRESS | RETURN)
}

pub(super) fn mount(api: &mut Api<'_, '_>) {
    let address = web::resource(ADDRESS)
        .route(web::get().to(visit::open))
        .route(web::head().to(visit::look))
        .route(web::post().to(visit::go));
    api.protocol(Method::GET, ADDRESS, Limit::Source, address);
    api.also(Method::HEAD, ADDRESS, Limit::Source);
    api.also(Method::POST, ADDRESS, Limit::Source);
    api.protocol(Method::GET, RETURN, Limit::Source, web::resource(RETURN).route(web::get().to(back::come_back)));
}
