// SPDX-License-Identifier: AGPL-3.0-or-later
//! What every hosted page has: the institution's name and logo, its language, and headers that let a browser load nothing but what
//! is ours and run nothing that stands in the page.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, ContentType, HeaderName,
    HeaderValue, REFERRER_POLICY, RETRY_AFTER, SET_COOKIE, VARY,
};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use flate2::Compression;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior, Value, escape_formatter};
use serde::Serialize;
use tramite_domain::environment::Environment as TramiteEnvironment;

use super::assets::{Addresses, Assets, gzip, takes_gzip};
use super::entered::Posted;
use super::form::intention;
use super::guard::Browser;
use super::host::{Host, Logos};
use super::language::{Lang, Spoken};
use super::limits::PageLimits;
use super::words::words;
use crate::convention::Answer;
use crate::gateway::Gateway;
use crate::pages::PageError;
use crate::problem::{Code, Problem};
use crate::settings::RateLimits;

const TEMPLATES: [(&str, &str); 12] = [
    ("base.html", include_str!("templates/base.html")),
    ("field.html", include_str!("templates/field.html")),
    ("list.html", include_str!("templates/list.html")),
    ("form.html", include_str!("templates/form.html")),
    ("summary.html", include_str!("templates/summary.html")),
    ("lookup.html", include_str!("templates/lookup.html")),
    ("notice.html", include_str!("templates/notice.html")),
    ("carried.html", include_str!("templates/carried.html")),
    ("refused.html", include_str!("templates/refused.html")),
    ("done.html", include_str!("templates/done.html")),
    ("outcome.html", include_str!("templates/outcome.html")),
    ("handed.html", include_str!("templates/handed.html")),
];
/// Compressed pages are made anew each time: as fast as possible.
const FAST: u32 = 1;

/// What hosted pages need, made once.
pub(crate) struct Hosted {
    templates: Environment<'static>,
    pub(super) assets: Assets,
    pub(super) logos: Logos,
    pub(super) limits: PageLimits,
}

impl Hosted {
    /// Reads the templates.
    pub(crate) fn new(limits: &RateLimits) -> Result<Self, PageError> {
        let mut templates = Environment::new();
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_formatter(escaped);
        for (name, source) in TEMPLATES {
            templates.add_template(name, source)?;
        }
        Ok(Self { templates, assets: Assets::new(), logos: Logos::default(), limits: PageLimits::new(limits) })
    }
}

/// Writes a value into a page. What is a sign of HTML is written as such; a slash is none, and addresses stay readable.
fn escaped(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    let Some(text) = value.as_str().filter(|_| !value.is_safe()) else { return escape_formatter(out, state, value) };
    for sign in text.chars() {
        let written = match sign {
            '&' => out.write_str("&amp;"),
            '<' => out.write_str("&lt;"),
            '>' => out.write_str("&gt;"),
            '"' => out.write_str("&quot;"),
            '\'' => out.write_str("&#39;"),
            sign => out.write_char(sign),
        };
        written.map_err(minijinja::Error::from)?;
    }
    Ok(())
}

/// A page that is being made.
pub(super) struct Page<'a> {
    pub(super) gateway: &'a Gateway,
    pub(super) request: &'a HttpRequest,
    pub(super) spoken: Spoken,
    pub(super) host: Option<&'a Host>,
    pub(super) status: StatusCode,
}

/// What the template around every page is filled with.
#[derive(Serialize)]
struct Around<'a, T> {
    language: &'static str,
    languages: Vec<LanguageView>,
    t: BTreeMap<&'static str, &'static str>,
    host: Option<HostView<'a>>,
    assets: &'a Addresses,
    is_test: bool,
    /// Behind addresses, so that the language stays.
    query: String,
    /// That this browser was shown the page.
    voucher: Option<String>,
    page: T,
}

#[derive(Serialize)]
struct LanguageView {
    code: &'static str,
    name: &'static str,
    current: bool,
}

#[derive(Serialize)]
struct HostView<'a> {
    name: &'a str,
    office: Option<&'a str>,
    tax_code: String,
    address: String,
    logo: Option<String>,
}

impl<'a> Page<'a> {
    pub(super) fn new(gateway: &'a Gateway, request: &'a HttpRequest, spoken: Spoken, host: Option<&'a Host>) -> Self {
        Self { gateway, request, spoken, host, status: StatusCode::OK }
    }

    pub(super) const fn lang(&self) -> Lang {
        self.spoken.lang
    }

    pub(super) fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// A page without a form that is posted.
    pub(super) async fn show<T: Serialize>(self, template: &str, page: T) -> HttpResponse {
        self.made(template, page, None).await.unwrap_or_else(|problem| problem.error_response())
    }

    /// A page with one.
    pub(super) async fn with_form<T: Serialize>(self, template: &str, page: T) -> HttpResponse {
        let known = Browser::known(self.gateway, self.request);
        let browser = known.unwrap_or_else(Browser::new);
        let made = self.made(template, page, Some(browser)).await;
        let mut response = made.unwrap_or_else(|problem| problem.error_response());
        // Letters, digits and hyphens; were it anything else, the page would still be shown.
        if known.is_none()
            && let Ok(cookie) = HeaderValue::try_from(browser.cookie(self.gateway))
        {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }

    async fn made<T: Serialize>(
        &self,
        template: &str,
        page: T,
        browser: Option<Browser>,
    ) -> Result<HttpResponse, Problem> {
        let hosted = self.gateway.hosted();
        let language =
            |lang: Lang| LanguageView { code: lang.code(), name: lang.own_name(), current: lang == self.spoken.lang };
        let around = Around {
            language: self.spoken.lang.code(),
            languages: Lang::ALL.map(language).into(),
            t: words(self.spoken.lang),
            host: self.host_view().await?,
            assets: &hosted.assets.addresses,
            is_test: self.gateway.environment() == TramiteEnvironment::Sandbox,
            query: self.spoken.query(),
            voucher: browser.and_then(|browser| browser.voucher(self.gateway)),
            page,
        };
        let html = hosted.templates.get_template(template).and_then(|template| template.render(Serde(&around)));
        let html = html.map_err(|error| {
            // The cause may name what somebody entered: where it lies is enough.
            tracing::error!(template, line = error.line(), kind = ?error.kind(), "a hosted page cannot be written");
            Problem::new(Code::InternalError)
        })?;
        Ok(self.answer(html))
    }

    async fn host_view(&self) -> Result<Option<HostView<'a>>, Problem> {
        let Some(host) = self.host else { return Ok(None) };
        let logo = self.gateway.hosted().logos.of(self.gateway, host).await?;
        let address = format!("/p/{}", host.institution.code);
        Ok(Some(HostView {
            name: host.institution.display_name.as_str(),
            tax_code: host.institution.tax_code.to_string(),
            office: host.institution.office_name.as_ref().map(|name| name.as_str()),
            logo: logo.map(|logo| super::logo_address(&host.institution.code, &logo)),
            address,
        }))
    }

    fn answer(&self, html: String) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        answer
            .insert_header(ContentType::html())
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((CONTENT_SECURITY_POLICY, self.policy()))
            // A form tells where it comes from only to whoever may know the page's address: ourselves.
            .insert_header((REFERRER_POLICY, "same-origin"))
            .insert_header((VARY, "Accept-Encoding, Accept-Language"));
        if self.gateway.environment() == TramiteEnvironment::Sandbox {
            answer.insert_header((HeaderName::from_static("x-robots-tag"), "noindex"));
        }
        let zipped = takes_gzip(self.request.headers()).then(|| gzip(html.as_bytes(), Compression::new(FAST)));
        match zipped.flatten() {
            Some(zipped) => answer.insert_header((CONTENT_ENCODING, "gzip")).body(zipped),
            None => answer.body(html),
        }
    }

    /// Nothing inline, nothing from elsewhere. A form leads on to Checkout, which in a sandbox may be on this machine.
    fn policy(&self) -> String {
        let on = match self.gateway.environment() {
            TramiteEnvironment::Production => "https:",
            TramiteEnvironment::Sandbox => "https: http:",
        };
        format!(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
             form-action 'self' {on}; base-uri 'none'; frame-ancestors 'none'"
        )
    }
}

/// A page that says one thing.
#[derive(Serialize)]
pub(super) struct Notice {
    pub(super) title: &'static str,
    pub(super) text: &'static str,
}

/// What was sent for a form, and where the form is.
#[derive(Clone, Copy)]
pub(super) struct Sent<'a> {
    pub(super) address: &'a str,
    pub(super) posted: &'a Posted,
}

/// Why something cannot go on, with the way back to what was entered.
#[derive(Serialize)]
struct Refused<'a> {
    title: &'static str,
    text: &'static str,
    address: &'a str,
    intention: &'a str,
    carried: Vec<(&'a str, &'a str)>,
}

/// Things there are to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Say {
    Missing,
    Away,
    Foreign,
    Large,
}

impl Page<'_> {
    /// A page that says one thing.
    pub(super) async fn say(self, what: Say) -> HttpResponse {
        let words = words(self.spoken.lang);
        let (status, name) = match what {
            Say::Missing => (StatusCode::NOT_FOUND, "missing"),
            Say::Away => (StatusCode::SERVICE_UNAVAILABLE, "away"),
            Say::Foreign => (StatusCode::FORBIDDEN, "foreign"),
            Say::Large => (StatusCode::PAYLOAD_TOO_LARGE, "large"),
        };
        let word = |name: &str| words.get(name).copied().unwrap_or_default();
        let notice = Notice { title: word(&format!("{name}_title")), text: word(name) };
        self.status(status).show("notice.html", notice).await
    }

    /// Why a form that is right leads to no payment. What was entered is not lost: there is a way back to it.
    pub(super) async fn refused(self, problem: &Problem, sent: Sent<'_>) -> HttpResponse {
        let nothing = problem.faults().iter().any(|fault| fault.code == "nothing_found");
        let (status, name) = match problem.code() {
            Code::AlreadySubmitted => (StatusCode::CONFLICT, "already"),
            Code::NoPlaceLeft => (StatusCode::CONFLICT, "no_place"),
            // One answer, whatever was found and whosever it is: a plate is no secret.
            Code::PositionFound => (StatusCode::CONFLICT, "not_here"),
            Code::PaymentInProgress | Code::TooManyCheckoutSessions => (StatusCode::CONFLICT, "in_progress"),
            Code::FormOutdated | Code::ServiceNotActive | Code::InstitutionNotActive => {
                (StatusCode::CONFLICT, "not_here")
            }
            Code::NotPayable | Code::InstallmentAmbiguous | Code::DebtPositionState | Code::InstallmentPaid => {
                (StatusCode::CONFLICT, "not_payable")
            }
            Code::ValidationFailed if nothing => (StatusCode::CONFLICT, "not_here"),
            Code::ValidationFailed => (StatusCode::CONFLICT, "not_taken"),
            _ => (StatusCode::SERVICE_UNAVAILABLE, "away"),
        };
        self.status(status).told(name, sent).await
    }

    /// Somebody submits too often; what was entered waits with them.
    pub(super) async fn too_often(self, seconds: u32, sent: Sent<'_>) -> HttpResponse {
        let mut response = self.status(StatusCode::TOO_MANY_REQUESTS).told("away", sent).await;
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        response
    }

    async fn told(self, name: &str, sent: Sent<'_>) -> HttpResponse {
        let words = words(self.spoken.lang);
        let word = |name: &str| words.get(name).copied().unwrap_or_default();
        let title = if name == "away" { word("away_title") } else { word("refused_title") };
        let carried = sent.posted.carried();
        let refused =
            Refused { title, text: word(name), address: sent.address, intention: intention(sent.posted), carried };
        self.with_form("refused.html", refused).await
    }

    /// A paper to be saved under that name, or why there is none.
    pub(super) async fn paper(self, made: Answer, name: &'static str) -> HttpResponse {
        match made {
            Ok(mut paper) => {
                paper.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static(name));
                paper
            }
            Err(problem) => self.problem(&problem).await,
        }
    }

    /// What a problem is to a citizen.
    pub(super) async fn problem(self, problem: &Problem) -> HttpResponse {
        let what = match problem.code().status() {
            404 => Say::Missing,
            413 => Say::Large,
            _ => Say::Away,
        };
        self.say(what).await
    }
}
