// SPDX-License-Identifier: AGPL-3.0-or-later
//! A citizen opens the address of a session (rules.md 35).

use actix_web::http::header::{HeaderMap, USER_AGENT};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::join_all;
use tramite_domain::session::{ItemSubject, Language, SessionStatus, Visit, session_status, visit};

use super::home::{Home, find};
use super::mint::mint;
use super::page::{Notice, language_of, page};
use super::send::{Hint, send_back, tell_here, was_sent_back};
use crate::callback::AmountUnknown;
use crate::gateway::Gateway;
use crate::problem::Problem;

/// `HEAD`: there is something, and nothing happens.
pub(super) async fn look(gateway: Data<Gateway>, request: HttpRequest, token: Path<String>) -> HttpResponse {
    match find(&gateway, &token).await {
        Ok(home) => page(&gateway, home.session.language, Notice::Continue),
        Err(problem) => page_of_problem(&gateway, language_of(request.headers()), &problem),
    }
}

/// `GET`: a person goes on to Checkout; a machine that follows links gets a page with a button.
pub(super) async fn open(gateway: Data<Gateway>, request: HttpRequest, token: Path<String>) -> HttpResponse {
    match find(&gateway, &token).await {
        Ok(home) if is_machine(request.headers()) => page(&gateway, home.session.language, Notice::Continue),
        Ok(home) => lead(&gateway, &request, &token, home).await,
        Err(problem) => page_of_problem(&gateway, language_of(request.headers()), &problem),
    }
}

/// `POST`: the button of that page.
pub(super) async fn go(gateway: Data<Gateway>, request: HttpRequest, token: Path<String>) -> HttpResponse {
    match find(&gateway, &token).await {
        Ok(home) => lead(&gateway, &request, &token, home).await,
        Err(problem) => page_of_problem(&gateway, language_of(request.headers()), &problem),
    }
}

async fn lead(gateway: &Gateway, request: &HttpRequest, token: &str, mut home: Home) -> HttpResponse {
    let pays = matches!(visit(&home.session, &home.positions, gateway.now()), Visit::Mint { .. } | Visit::Cart { .. });
    if pays && home.collects && ask(gateway, &mut home).await.is_err() {
        return page(gateway, home.session.language, Notice::TryAgain);
    }
    match visit(&home.session, &home.positions, gateway.now()) {
        Visit::Mint { due } if home.collects => mint(gateway, token, home, &due).await,
        Visit::Paid if was_sent_back(request.headers()) => tell_here(gateway, &home.session, Hint::Completed).await,
        visit => lead_without_cart(gateway, token, &home, visit).await,
    }
}

/// Asks what is due now for the items that are still to be paid, of all at once, where that has to be asked.
async fn ask(gateway: &Gateway, home: &mut Home) -> Result<(), AmountUnknown> {
    let (scope, now) = (&home.scope, gateway.now());
    let wanted: Vec<_> = home.session.items.iter().filter(|item| item.paid.is_none()).collect();
    let asked = home.positions.iter_mut().map(|position| {
        let wanted = wanted.iter().filter_map(|item| match &item.subject {
            ItemSubject::Own { position_id, installment_id, .. } if *position_id == position.id => {
                Some(*installment_id)
            }
            _ => None,
        });
        let wanted: Vec<_> = wanted.collect();
        async move { gateway.callbacks().tell(gateway.store(), scope, position, &wanted, now).await }
    });
    join_all(asked).await.into_iter().collect()
}

/// Where a visit leads that mints nothing.
pub(super) async fn lead_without_cart(gateway: &Gateway, token: &str, home: &Home, visit: Visit) -> HttpResponse {
    let language = home.session.language;
    match visit {
        Visit::Paid => send_back(gateway, token, &home.session, Hint::Completed, false).await,
        Visit::Running => page(gateway, language, Notice::Running),
        Visit::Cart { location } if home.collects => super::send::see_other(&location),
        Visit::Cart { .. } | Visit::Mint { .. } => page(gateway, language, Notice::NotPayable),
        Visit::Over => match session_status(&home.session, gateway.now()) {
            SessionStatus::Cancelled => page(gateway, language, Notice::Withdrawn),
            SessionStatus::Expired => page(gateway, language, Notice::Expired),
            _ => page(gateway, language, Notice::NotPayable),
        },
    }
}

/// What an address that cannot be served looks like to a citizen; without a session, in the language of the browser.
pub(super) fn page_of_problem(gateway: &Gateway, language: Language, problem: &Problem) -> HttpResponse {
    let notice = if problem.code().status() >= 500 { Notice::TryAgain } else { Notice::Unknown };
    page(gateway, language, notice)
}

/// Names by which programs that open links before, or instead of, people tell themselves.
const LINK_READERS: [&str; 10] = [
    "bot",
    "crawl",
    "spider",
    "preview",
    "facebookexternalhit",
    "slack",
    "whatsapp",
    "telegram",
    "scan",
    "headless-fetch",
];

/// Whether a request is a prefetch or comes from a program that reads links: it must mint no cart.
fn is_machine(headers: &HeaderMap) -> bool {
    let says = |name: &str, word: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|text| text.to_ascii_lowercase().contains(word))
    };
    let prefetch = ["purpose", "sec-purpose", "x-purpose", "x-moz"]
        .iter()
        .any(|name| says(name, "prefetch") || says(name, "preview"));
    // A browser that tells how it fetches tells a navigation; anything else is an image, a frame or a script.
    let no_navigation = headers.contains_key("sec-fetch-mode") && !says("sec-fetch-mode", "navigate");
    let reader = LINK_READERS.iter().any(|word| says(USER_AGENT.as_str(), word));
    prefetch || no_navigation || reader
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn machine(headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        is_machine(&map)
    }

    #[test]
    fn people_go_on_and_programs_that_read_links_do_not() {
        assert!(!machine(&[]));
        assert!(!machine(&[("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")]));
        assert!(!machine(&[("sec-fetch-mode", "navigate"), ("user-agent", "Mozilla/5.0 Chrome/150.0")]));
        assert!(machine(&[("sec-purpose", "prefetch;prerender")]));
        assert!(machine(&[("sec-fetch-mode", "no-cors")]));
        assert!(machine(&[("user-agent", "Slackbot-LinkExpanding 1.0")]));
        assert!(machine(&[("user-agent", "WhatsApp/2.23")]));
    }
}
