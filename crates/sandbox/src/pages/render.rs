// SPDX-License-Identifier: AGPL-3.0-or-later
//! Templates into pages: escaped, with a policy that lets nothing run.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use actix_web::{HttpRequest, HttpResponse};
use minijinja::Environment;
use minijinja::value::{Serde, Value};
use serde::Serialize;

use super::language::Language;
use super::words::Words;
use crate::http::{Answer, Problem};

/// The templates; their names end in .html, which turns escaping on.
const TEMPLATES: [(&str, &str); 5] = [
    ("base.html", include_str!("templates/base.html")),
    ("checkout.html", include_str!("templates/checkout.html")),
    ("index.html", include_str!("templates/index.html")),
    ("message.html", include_str!("templates/message.html")),
    ("transcript.html", include_str!("templates/transcript.html")),
];

/// The pages of the sandbox.
#[derive(Debug)]
pub(crate) struct Pages {
    environment: Environment<'static>,
}

/// What every page is given.
#[derive(Serialize)]
struct Frame<'a, T> {
    t: &'static Words,
    lang: &'static str,
    nonce: &'a str,
    path: &'a str,
    page: T,
}

impl Pages {
    /// The pages; `None` where a template is wrong, which a test excludes.
    pub(crate) fn new() -> Option<Pages> {
        let mut environment = Environment::new();
        for (name, source) in TEMPLATES {
            environment.add_template(name, source).ok()?;
        }
        Some(Pages { environment })
    }

    /// A page, in the language that is wanted.
    pub(super) fn show<T: Serialize>(&self, request: &HttpRequest, status: StatusCode, name: &str, page: T) -> Answer {
        let language = Language::of(request);
        let nonce = format!("{:032x}", rand::random::<u128>());
        // A form of the index is answered under an address that only takes forms.
        let path = if request.path() == "/pay" { "/" } else { request.path() };
        let frame = Frame { t: language.words(), lang: language.code(), nonce: &nonce, path, page };
        let template = self.environment.get_template(name);
        let html = template.and_then(|template| template.render(Value::from(Serde(&frame))));
        let html = html.map_err(|_| Problem::internal())?;
        // The citizen is sent on to other sites, and a browser applies form-action to where a form leads.
        let policy = format!(
            "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' https: http:"
        );
        Ok(HttpResponse::build(status)
            .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((CONTENT_SECURITY_POLICY, policy))
            .body(html))
    }
}

/// Sends a browser on, with GET.
pub(super) fn see_other(address: &str) -> HttpResponse {
    HttpResponse::build(StatusCode::SEE_OTHER).insert_header((LOCATION, address)).finish()
}
