// SPDX-License-Identifier: AGPL-3.0-or-later
//! Pages for people: the catalogue of problems and the documentation. Nothing of them comes from elsewhere.

mod docs;
mod errors;

use std::fmt::Write as _;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType, HeaderName, HeaderValue, REFERRER_POLICY,
};
use data_encoding::BASE64;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, HtmlEscape, UndefinedBehavior, Value};
use serde::Serialize;
use sha2::{Digest, Sha256};
use thiserror::Error;
use tramite_domain::environment::Environment as TramiteEnvironment;

use crate::api::{Api, Limit};
use crate::problem::{Code, Problem};

/// The style of our own pages; it is the only one that their policy lets a browser use.
const STYLE: &str = include_str!("templates/style.css");
const TEMPLATES: [(&str, &str); 3] = [
    ("error.html", include_str!("templates/error.html")),
    ("errors.html", include_str!("templates/errors.html")),
    ("outcome.html", include_str!("templates/outcome.html")),
];
/// Pages change with the program: readers keep them for an hour.
const KEPT_FOR_AN_HOUR: &str = "public, max-age=3600";

/// A page cannot be read: a mistake in the program, found at start.
#[derive(Debug, Error)]
#[error("a page cannot be read: {0}")]
pub struct PageError(#[from] minijinja::Error);

/// The templates, read once.
pub(crate) struct Pages {
    templates: Environment<'static>,
    policy: String,
    /// Where the form of a citizen's page may lead: on to Checkout, which in a sandbox may be on this machine.
    forms: &'static str,
}

impl Pages {
    /// Reads the templates, for an environment.
    pub(crate) fn new(environment: TramiteEnvironment) -> Result<Self, PageError> {
        let mut templates = Environment::new();
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.add_filter("with_code", with_code);
        templates.add_global("style", Value::from_safe_string(STYLE.to_owned()));
        for (name, source) in TEMPLATES {
            templates.add_template(name, source)?;
        }
        let hash = BASE64.encode(&Sha256::digest(STYLE.as_bytes()));
        let policy =
            format!("default-src 'none'; style-src 'sha256-{hash}'; frame-ancestors 'none'; form-action 'none'");
        let forms = match environment {
            TramiteEnvironment::Production => "form-action 'self' https:",
            TramiteEnvironment::Sandbox => "form-action 'self' https: http:",
        };
        Ok(Self { templates, policy, forms })
    }

    /// A page for a citizen: kept nowhere, found by no search engine, and its form may lead on to Checkout.
    pub(crate) fn citizen_page<T: Serialize>(&self, template: &str, context: &T) -> Result<HttpResponse, Problem> {
        let mut response = self.page(template, context)?;
        let policy = self.policy.replace("form-action 'none'", self.forms);
        let headers = response.headers_mut();
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
        Ok(response)
    }

    /// A page made of a template.
    pub(crate) fn page<T: Serialize>(&self, template: &str, context: &T) -> Result<HttpResponse, Problem> {
        let html = self.templates.get_template(template).and_then(|page| page.render(Serde(context)));
        let html = html.map_err(|error| {
            tracing::error!(cause = %error, template, "a page cannot be written");
            Problem::new(Code::InternalError)
        })?;
        Ok(HttpResponse::Ok()
            .insert_header(ContentType::html())
            .insert_header((CACHE_CONTROL, KEPT_FOR_AN_HOUR))
            .insert_header((CONTENT_SECURITY_POLICY, self.policy.as_str()))
            .body(html))
    }
}

/// A text of ours for a page: names between backticks are shown as code.
fn with_code(text: &str) -> Value {
    let mut html = String::new();
    for (at, part) in text.split('`').enumerate() {
        let part = HtmlEscape(part);
        // Writing into a String cannot fail.
        let _ = if at % 2 == 0 { write!(html, "{part}") } else { write!(html, "<code>{part}</code>") };
    }
    Value::from_safe_string(html)
}

/// Mounts the pages.
pub(crate) fn mount(api: &mut Api<'_, '_>) {
    api.protocol(Method::GET, "/errors", Limit::Source, errors::all);
    api.protocol(Method::GET, "/errors/{code}", Limit::Source, errors::one);
    api.protocol(Method::GET, "/openapi.json", Limit::Source, docs::document);
    api.protocol(Method::GET, "/", Limit::Source, docs::front);
    api.protocol(Method::GET, "/docs", Limit::Source, docs::entrance);
    api.protocol(Method::GET, docs::PATH, Limit::Source, docs::swagger_ui());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_between_backticks_are_shown_as_code() {
        let shown = with_code("Send `Content-Type: <x>` & wait.").to_string();
        assert_eq!(shown, "Send <code>Content-Type: &lt;x&gt;</code> &amp; wait.");
    }

    #[test]
    fn the_form_of_a_citizens_page_leads_over_plain_http_in_the_sandbox_alone() {
        let values =
            serde_json::json!({"language": "it", "heading": "x", "sentence": "x", "button": "x", "way_back": null});
        for (environment, plain) in [(TramiteEnvironment::Sandbox, true), (TramiteEnvironment::Production, false)] {
            let page = Pages::new(environment).unwrap().citizen_page("outcome.html", &values).unwrap();
            let policy = page.headers().get(CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
            assert_eq!(policy.contains(" http:"), plain, "{policy}");
        }
    }
}
