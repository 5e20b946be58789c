// SPDX-License-Identifier: AGPL-3.0-or-later
//! Hosted pages: citizens fill in an institution's form, see the price with what it is made of, and look a notice up, on pages that
//! we serve for institutions without a portal (decision 0015). They work without scripts, load nothing from elsewhere, and carry no
//! personal data in an address or a cookie.

mod assets;
mod confirm;
mod entered;
mod faults;
mod fields;
mod form;
mod guard;
mod handed;
mod host;
mod language;
mod limits;
mod list;
mod logo;
mod lookup;
mod outcome;
mod page;
mod price;
mod proof;
mod shown;
mod widgets;
mod words;

use actix_web::http::Method;
use actix_web::web::{self, Bytes, Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};

pub(crate) use outcome::{home_of_pages, outcome_of, outcome_url};
pub(crate) use page::Hosted;

use logo::logo_address;

use crate::api::{Api, Limit};
use crate::extract::read_all;
use crate::gateway::Gateway;
use crate::problem::Problem;

/// What an institution offers.
const LIST: &str = "/p/{institution}";
/// Looks a notice up.
const LOOKUP: &str = "/p/{institution}/receipt";
/// Fills a form in.
const FORM: &str = "/p/{institution}/{service}";
/// The last step of a form.
const CONFIRM: &str = "/p/{institution}/{service}/confirm";
/// Bytes of a form that is sent: 64 KiB of values, with names and signs written out.
const PAGE_BYTES_MAX: usize = 256 * 1024;

/// Whether a route is one of a hosted page: what is refused there is told on a page.
pub(crate) fn is_hosted(route: &str) -> bool {
    matches!(route, LIST | LOOKUP | FORM | CONFIRM | outcome::PATH | handed::PATH | handed::PAPER | proof::PATH)
}

/// Mounts the pages.
pub(crate) fn mount(api: &mut Api<'_, '_>) {
    let get = |api: &mut Api<'_, '_>, path, route| {
        api.protocol(Method::GET, path, Limit::Source, web::resource(path).route(route));
    };
    get(api, assets::PATH, web::get().to(asset));
    get(api, logo::PATH, web::get().to(logo::logo));
    get(api, LIST, web::get().to(list::list));
    get(api, outcome::PATH, web::get().to(outcome::outcome));
    get(api, proof::PATH, web::get().to(proof::paid));
    get(api, handed::PATH, web::get().to(handed::handed));
    get(api, handed::PAPER, web::get().to(handed::paper));
    for (path, resource) in [
        (LOOKUP, web::resource(LOOKUP).route(web::get().to(lookup::ask)).route(web::post().to(lookup::answer))),
        (CONFIRM, web::resource(CONFIRM).route(web::get().to(confirm::back)).route(web::post().to(confirm::confirm))),
        (FORM, web::resource(FORM).route(web::get().to(form::open)).route(web::post().to(form::send))),
    ] {
        api.protocol(Method::GET, path, Limit::Source, resource);
        api.also(Method::POST, path, Limit::Source);
    }
}

async fn asset(gateway: Data<Gateway>, request: HttpRequest, file: Path<String>) -> HttpResponse {
    gateway.hosted().assets.answer(&request, &file)
}

/// The body of a form that is sent.
async fn body(gateway: &Gateway, payload: Payload) -> Result<Bytes, Problem> {
    read_all(payload.into_inner(), PAGE_BYTES_MAX, gateway.settings().body_time_max).await
}
