// SPDX-License-Identifier: AGPL-3.0-or-later
//! Fills a form in. A browser sends the whole form at every step, and every step is answered with a page: the form again with what is
//! missing or wrong, or the summary. Nothing is kept here before the last step.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use std::sync::Arc;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::form::{Fault, FieldInput, Subject, Submission};

use super::confirm::too_often;
use super::entered::{Posted, Rows};
use super::faults::sentence;
use super::fields::{Filled, asked, field_at, filled, moves, told};
use super::guard::{Trust, trust};
use super::host::{Host, host};
use super::language::{Lang, Spoken};
use super::list::offered;
use super::page::{Page, Say, Sent};
use super::price::{Owed, Summary};
use super::widgets::{Drawing, Widget, id_of, shown_ids, widgets};
use crate::forms::{ReadyForm, ready};
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};
use crate::routes::looked_up;

/// The name of the input that says what is to be done.
const DO: &str = "do";
/// The name of the input with the voucher of a page.
pub(super) const VOUCHER: &str = "page";
/// The voucher of the form that somebody began with, on the pages after it.
const INTENTION: &str = "intention";
/// The name of the input with the places of the fields that were on the page.
const ASKED: &str = "asked";

/// What a form is shown with.
#[derive(Serialize)]
struct FormPage<'a> {
    title: String,
    address: &'a str,
    widgets: Vec<Widget>,
    errors: Vec<ErrorView>,
    notice: Option<&'static str>,
    closed: Option<&'static str>,
    moves: bool,
    asked: String,
    /// The voucher of the form that somebody began with, where they have come back to it.
    intention: Option<&'a str>,
}

#[derive(Serialize)]
struct ErrorView {
    /// Where it leads to; none for what concerns the form as a whole.
    id: Option<String>,
    label: Option<String>,
    sentence: String,
}

/// A form that is open to be filled in.
pub(super) struct Open {
    pub(super) host: Host,
    pub(super) ready: Arc<ReadyForm>,
    /// Whether what its service makes ends with its due date.
    pub(super) ends_with_due_date: bool,
    /// Where the form is.
    pub(super) address: String,
}

/// Why a form is shown again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    First,
    Changed,
    Stale,
    Wrong,
}

/// What a button asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asks<'a> {
    GoOn,
    Again(Rows<'a>),
}

impl<'a> Asks<'a> {
    fn read(posted: &'a Posted) -> Self {
        let text = posted.last(DO).unwrap_or_default();
        let (what, which) = text.split_once(':').unwrap_or((text, ""));
        match what {
            "continue" => Self::GoOn,
            "add" => Self::Again(Rows::OneMore(which)),
            "remove" => {
                let (group, row) = which.split_once(':').unwrap_or((which, ""));
                Self::Again(row.parse().map_or(Rows::AsSent, |row| Rows::Without(group, row)))
            }
            _ => Self::Again(Rows::AsSent),
        }
    }
}

/// The form, empty.
pub(super) async fn open(gateway: Data<Gateway>, request: HttpRequest, place: Path<(String, String)>) -> HttpResponse {
    let spoken = Spoken::of(&request);
    let open = match find(&gateway, &place).await {
        Ok(open) => open,
        Err(problem) => return Page::new(&gateway, &request, spoken, None).problem(&problem).await,
    };
    let posted = Posted::default();
    let filled = filled(&open, &posted, Rows::AsSent, spoken.lang, gateway.now());
    again(&gateway, &request, spoken, &open, &filled, (None, Why::First)).await
}

/// The form of a place with what was posted to it; else what is said instead.
pub(super) async fn opened(
    gateway: &Gateway,
    request: &HttpRequest,
    place: &(String, String),
    payload: Payload,
    spoken: Spoken,
) -> Result<(Open, Posted), HttpResponse> {
    let found = match find(gateway, place).await {
        Ok(open) => super::body(gateway, payload).await.map(|body| (open, body)),
        Err(problem) => Err(problem),
    };
    let (open, body) = match found {
        Ok(found) => found,
        Err(problem) => return Err(Page::new(gateway, request, spoken, None).problem(&problem).await),
    };
    match Posted::read(&body) {
        Some(posted) => Ok((open, posted)),
        None => Err(Page::new(gateway, request, spoken, Some(&open.host)).say(Say::Large).await),
    }
}

/// What was filled in.
pub(super) async fn send(
    gateway: Data<Gateway>,
    request: HttpRequest,
    place: Path<(String, String)>,
    payload: Payload,
) -> HttpResponse {
    let spoken = Spoken::of(&request);
    let (open, posted) = match opened(&gateway, &request, &place, payload, spoken).await {
        Ok(opened) => opened,
        Err(said) => return said,
    };
    let page = Page::new(&gateway, &request, spoken, Some(&open.host));
    let trust = trust(&gateway, &request, posted.last(VOUCHER));
    if trust == Trust::Foreign {
        return page.say(Say::Foreign).await;
    }
    let asks = Asks::read(&posted);
    let rows = match asks {
        Asks::GoOn => Rows::AsSent,
        Asks::Again(rows) => rows,
    };
    let filled = filled(&open, &posted, rows, spoken.lang, gateway.now());
    if filled.too_large {
        return page.say(Say::Large).await;
    }
    match (&filled.look.outcome, asks, trust) {
        (_, _, Trust::Stale) => again(&gateway, &request, spoken, &open, &filled, (Some(&posted), Why::Stale)).await,
        (Ok(submission), Asks::GoOn, _) => {
            // A form that looks for debt positions tells whether there is one: not as often as anybody likes.
            let looks = submission.lookup.is_some();
            if looks
                && let Some(refused) = too_often(&gateway, &request, spoken, (&open, &posted), &submission.debtor).await
            {
                return refused;
            }
            match summary(&gateway, &open, &filled, submission, &posted, spoken).await {
                Ok(summary) => page.with_form("summary.html", summary).await,
                Err(problem) => page.refused(&problem, Sent { address: &open.address, posted: &posted }).await,
            }
        }
        (Err(_), Asks::GoOn, _) => again(&gateway, &request, spoken, &open, &filled, (Some(&posted), Why::Wrong)).await,
        (_, Asks::Again(_), _) => {
            again(&gateway, &request, spoken, &open, &filled, (Some(&posted), Why::Changed)).await
        }
    }
}

/// Where a form is.
pub(super) fn address(place: &(String, String)) -> String {
    format!("/p/{}/{}", place.0, place.1)
}

/// The form of a place, where citizens may fill it in.
///
/// # Errors
/// 404 where there is none; whatever keeps it from being read.
pub(super) async fn find(gateway: &Gateway, place: &(String, String)) -> Result<Open, Problem> {
    let (institution, service) = place;
    let host = host(gateway, institution).await?.or_not_found()?;
    let service = offered(gateway, &host, service).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let ready = ready(gateway, &host.tenant.scope, &service.code).await?;
    Ok(Open { host, ready, ends_with_due_date: service.expires_after_due_date, address: address(place) })
}

/// What there is to read before paying. A form that looks for a debt position first tells of that one.
///
/// # Errors
/// What the form answers where it finds one, or none; whatever keeps the store from telling.
pub(super) async fn summary(
    gateway: &Gateway,
    open: &Open,
    filled: &Filled,
    submission: &Submission,
    posted: &Posted,
    spoken: Spoken,
) -> Result<Summary, Problem> {
    let found = looked_up(gateway, &open.host.tenant, submission).await?;
    // Whoever knows a plate is not yet the one who owes: of somebody else's debt nothing is told.
    if found.as_ref().is_some_and(|found| !is_of(found, &submission.debtor)) {
        return Err(not_theirs());
    }
    let definition = open.ready.form.definition();
    let fields = (definition.fields.as_slice(), filled.look.fields.as_slice());
    let title = definition.title.of(spoken.lang.code()).to_owned();
    let owed = Owed { submission, found: found.as_ref(), title: &title, now: gateway.now() };
    let intention = intention(posted);
    Ok(Summary::of((title.clone(), open.address.clone()), fields, &owed, (posted.carried(), intention), spoken.lang))
}

/// What is answered where a debt was found that is not theirs who ask: the same as for one that is paid already.
pub(super) fn not_theirs() -> Problem {
    Problem::new(Code::PositionFound)
}

/// The voucher of the form that somebody began with: the page before is that form, or carries it on.
pub(super) fn intention(posted: &Posted) -> &str {
    posted.last(INTENTION).or_else(|| posted.last(VOUCHER)).unwrap_or_default()
}

/// Whether a debt position is owed by that person: by code. Who has none is known by nobody.
pub(super) fn is_of(position: &DebtPosition, debtor: &Subject) -> bool {
    let (theirs, ours) = (position.debtor.tax_code.expose(), debtor.tax_code.expose());
    theirs == ours && !ours.is_anonymous()
}

/// The form, with what was sent so far.
pub(super) async fn again(
    gateway: &Gateway,
    request: &HttpRequest,
    spoken: Spoken,
    open: &Open,
    filled: &Filled,
    (posted, why): (Option<&Posted>, Why),
) -> HttpResponse {
    let lang = spoken.lang;
    let definition = open.ready.form.definition();
    let faults = filled.look.outcome.as_ref().err().map_or(&[][..], Vec::as_slice);
    let before: BTreeSet<String> = match why {
        Why::Wrong => {
            let sent = posted.and_then(|posted| posted.last(ASKED)).unwrap_or_default();
            sent.split(',').map(|place| format!("/values/{place}")).collect()
        }
        _ => BTreeSet::new(),
    };
    let (told, more) = if why == Why::Wrong { told(faults, &before) } else { (Vec::new(), false) };
    let errors = |place: &str, field: &FieldInput| {
        told.iter().find(|fault| fault.pointer == place).map(|fault| sentence(fault, Some(field), lang))
    };
    let moves = moves(&definition.fields);
    let drawing = Drawing {
        lang,
        posted: posted.filter(|_| why != Why::Changed || !changes_rows(posted)),
        errors: &errors,
        moves,
    };
    let widgets = widgets(&definition.fields, &filled.look.fields, &drawing);
    let mut there = BTreeSet::new();
    shown_ids(&widgets, &mut there);
    let errors = told.iter().map(|fault| error_view(fault, &definition.fields, &there, lang)).collect();
    let form = FormPage {
        intention: posted.and_then(|posted| posted.last(INTENTION)),
        title: definition.title.of(lang.code()).to_owned(),
        address: &open.address,
        widgets,
        errors,
        notice: notice(why, more && told.is_empty(), lang),
        closed: closed(faults, lang),
        moves,
        asked: asked(&filled.look.fields)
            .iter()
            .filter_map(|one| one.strip_prefix("/values/"))
            .collect::<Vec<_>>()
            .join(","),
    };
    let status = if told.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Page::new(gateway, request, spoken, Some(&open.host)).status(status).with_form("form.html", form).await
}

/// Whether a row was taken away: what was sent stands under the numbers that the rows had before.
fn changes_rows(posted: Option<&Posted>) -> bool {
    posted.is_some_and(|posted| matches!(Asks::read(posted), Asks::Again(Rows::Without(..))))
}

fn notice(why: Why, more: bool, lang: Lang) -> Option<&'static str> {
    let name = match why {
        Why::Stale => "stale",
        Why::Wrong if more => "more",
        _ => return None,
    };
    super::words::words(lang).get(name).copied()
}

/// What is said in place of a form that is not open, whatever is entered.
fn closed(faults: &[Fault], lang: Lang) -> Option<&'static str> {
    let name = faults.iter().filter(|fault| fault.pointer.is_empty()).find_map(|fault| match &*fault.code {
        "window_not_open" => Some("not_open"),
        "window_closed" => Some("over"),
        _ => None,
    })?;
    super::words::words(lang).get(name).copied()
}

/// What is wrong, and where: what is worked out may not be on the page.
fn error_view(fault: &Fault, fields: &[FieldInput], there: &BTreeSet<&str>, lang: Lang) -> ErrorView {
    let field = field_at(fields, &fault.pointer);
    ErrorView {
        id: field.map(|_| id_of(&fault.pointer)).filter(|id| there.contains(id.as_str())),
        label: field.map(|field| field.label.of(lang.code()).to_owned()),
        sentence: sentence(fault, field, lang),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_says_what_is_to_be_done_and_what_is_no_button_changes_nothing() {
        let read = |body: &str| format!("{:?}", Asks::read(&Posted::read(body.as_bytes()).unwrap()));
        assert_eq!(read("do=continue"), "GoOn");
        assert_eq!(read("do=add%3Astays"), "Again(OneMore(\"stays\"))");
        assert_eq!(read("do=remove%3Astays%3A2"), "Again(Without(\"stays\", 2))");
        assert_eq!(read("do=remove%3Astays%3Ax"), "Again(AsSent)");
        assert_eq!(read(""), "Again(AsSent)");
    }
}
