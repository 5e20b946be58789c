// SPDX-License-Identifier: AGPL-3.0-or-later
//! Looks a notice up by its number and the tax code of whoever has to pay: state, amount and date, and nothing else. A wrong number,
//! a wrong code and nothing there are one answer, which takes one time (reliability.md 47).

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use subtle::ConstantTimeEq;
use tokio::time::{Instant as Moment, sleep, sleep_until};
use tramite_domain::debt_position::{DebtPosition, InstallmentStatus, installment_status, known_due};
use tramite_domain::notice::NoticeNumber;
use tramite_domain::tax_code::SubjectTaxCode;
use tramite_domain::time::Instant;

use super::entered::Posted;
use super::form::VOUCHER;
use super::guard::{Trust, trust};
use super::host::{Host, host};
use super::language::{Lang, Spoken};
use super::limits::{LATE, Turn};
use super::page::{Page, Say};
use crate::gate::{keep, source_of};
use crate::gateway::Gateway;
use crate::problem::Problem;

/// How long every answer takes at least, in milliseconds: longer than looking for the notice and whatever is found.
const ANSWER_MS: u64 = 150;
/// Characters of a number and of a code that are looked at at most.
const CHARS_MAX: usize = 64;

#[derive(Debug, Default, Serialize)]
struct LookupPage {
    notice: String,
    tax_code: String,
    errors: Vec<ErrorView>,
    found: Option<Found>,
}

#[derive(Debug, Serialize)]
struct ErrorView {
    id: &'static str,
    sentence: &'static str,
}

/// What is told of a notice.
#[derive(Debug, Serialize)]
struct Found {
    notice: String,
    /// The name of its text.
    state: &'static str,
    /// None where only the institution's own system knows it now.
    amount: Option<String>,
    /// The name of the text before the day.
    day_is: &'static str,
    day: Option<String>,
}

/// The page that asks.
pub(super) async fn ask(gateway: Data<Gateway>, request: HttpRequest, code: Path<String>) -> HttpResponse {
    let spoken = Spoken::of(&request);
    match host(&gateway, &code).await {
        Ok(Some(host)) => {
            let page = Page::new(&gateway, &request, spoken, Some(&host));
            page.with_form("lookup.html", LookupPage::default()).await
        }
        Ok(None) => Page::new(&gateway, &request, spoken, None).say(Say::Missing).await,
        Err(problem) => Page::new(&gateway, &request, spoken, None).problem(&problem).await,
    }
}

/// The page that answers.
pub(super) async fn answer(
    gateway: Data<Gateway>,
    request: HttpRequest,
    code: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let spoken = Spoken::of(&request);
    let host = match host(&gateway, &code).await {
        Ok(Some(host)) => host,
        Ok(None) => return Page::new(&gateway, &request, spoken, None).say(Say::Missing).await,
        Err(problem) => return Page::new(&gateway, &request, spoken, None).problem(&problem).await,
    };
    let page = Page::new(&gateway, &request, spoken, Some(&host));
    let body = match super::body(&gateway, payload).await {
        Ok(body) => body,
        Err(problem) => return page.problem(&problem).await,
    };
    let posted = Posted::read(&body).unwrap_or_default();
    if trust(&gateway, &request, posted.last(VOUCHER)) == Trust::Foreign {
        return page.say(Say::Foreign).await;
    }
    let asked = Asked::of(&posted);
    let missing = asked.missing(spoken.lang);
    if !missing.is_empty() {
        return page.status(StatusCode::UNPROCESSABLE_ENTITY).with_form("lookup.html", asked.page(missing, None)).await;
    }
    looked_up(&gateway, &request, &host, page, &asked).await
}

async fn looked_up(
    gateway: &Gateway,
    request: &HttpRequest,
    host: &Host,
    page: Page<'_>,
    asked: &Asked,
) -> HttpResponse {
    let source = source_of(request.peer_addr(), request.headers(), &gateway.settings().trusted_proxies);
    let (turn, state) = gateway.hosted().limits.turn(source, host.institution.id, &asked.tax_code);
    let _place = match turn {
        Turn::Now => None,
        Turn::Late(place) => {
            sleep(LATE).await;
            Some(place)
        }
        Turn::NotYet(seconds) => {
            let _refused = keep(request, state);
            let mut response = page.say(Say::Away).await;
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            return response;
        }
    };
    let (began, lang) = (Moment::now(), page.lang());
    let found = find(gateway, host, asked, lang).await;
    sleep_until(began + Duration::from_millis(ANSWER_MS)).await;
    match found {
        Ok(Some(found)) => page.with_form("lookup.html", asked.page(Vec::new(), Some(found))).await,
        Ok(None) => {
            let sentence = lang.of(
                "Nessun avviso corrisponde a questi dati. Controlla il numero e il codice fiscale.",
                "No notice corresponds to this. Check the number and the tax code.",
            );
            let errors = vec![ErrorView { id: "notice", sentence }];
            page.status(StatusCode::UNPROCESSABLE_ENTITY).with_form("lookup.html", asked.page(errors, None)).await
        }
        Err(problem) => page.problem(&problem).await,
    }
}

/// What somebody wants to know of.
struct Asked {
    notice: String,
    tax_code: String,
}

impl Asked {
    fn of(posted: &Posted) -> Self {
        let plain = |name: &str| -> String {
            let text = posted.last(name).unwrap_or_default().chars();
            text.filter(|one| !one.is_whitespace() && *one != '-').take(CHARS_MAX).collect()
        };
        Self { notice: plain("notice"), tax_code: plain("tax_code").to_uppercase() }
    }

    fn missing(&self, lang: Lang) -> Vec<ErrorView> {
        let notice = lang.of("Scrivi il numero dell'avviso.", "Enter the number of the notice.");
        let tax_code = lang.of("Scrivi il codice fiscale.", "Enter the tax code.");
        [("notice", &self.notice, notice), ("tax_code", &self.tax_code, tax_code)]
            .into_iter()
            .filter(|(_, text, _)| text.is_empty())
            .map(|(id, _, sentence)| ErrorView { id, sentence })
            .collect()
    }

    fn page(&self, errors: Vec<ErrorView>, found: Option<Found>) -> LookupPage {
        LookupPage { notice: self.notice.clone(), tax_code: self.tax_code.clone(), errors, found }
    }
}

/// The notice, where it is one of that debtor. The store is asked whatever the number looks like.
async fn find(gateway: &Gateway, host: &Host, asked: &Asked, lang: Lang) -> Result<Option<Found>, Problem> {
    let Ok(number) = asked.notice.parse::<NoticeNumber>() else { return Ok(None) };
    let position = gateway.store().position_by_notice(&host.tenant.scope, &number).await?;
    Ok(position.filter(|one| owes(one, &asked.tax_code)).and_then(|one| found(&one, &number, gateway.now(), lang)))
}

/// Whether that code is the debtor's. Nobody proves anything by the word that stands for an unknown one.
fn owes(position: &DebtPosition, tax_code: &str) -> bool {
    let debtor = position.debtor.tax_code.expose();
    let same = debtor.to_string().to_uppercase().as_bytes().ct_eq(tax_code.as_bytes());
    bool::from(same) && !matches!(debtor, SubjectTaxCode::Anonymous)
}

fn found(position: &DebtPosition, number: &NoticeNumber, now: Instant, lang: Lang) -> Option<Found> {
    let (option, installment) =
        position.installments().find(|(_, installment)| installment.notice_number == Some(*number))?;
    let state = match installment_status(position, option, installment, now) {
        // What was never given out is not there.
        InstallmentStatus::Draft => return None,
        InstallmentStatus::Scheduled => "scheduled",
        InstallmentStatus::Open => "open",
        InstallmentStatus::Paid | InstallmentStatus::Reported => "paid",
        InstallmentStatus::Expired => "expired",
        InstallmentStatus::Cancelled | InstallmentStatus::Superseded => "cancelled",
    };
    let paid = installment.payment.as_ref();
    let due = || known_due(position, option, installment, now).map(|due| due.amount);
    // What is no longer to be paid has the amount that it had.
    let stands = || (state != "open").then_some(installment.amount);
    let amount = paid.map(|payment| payment.amount).or_else(due).or_else(stands);
    let day = paid.map(|payment| payment.paid_at.rome_date()).or(installment.due_date);
    Some(Found {
        notice: number.to_string(),
        state,
        amount: amount.map(|amount| lang.euros(amount.cents())),
        day_is: if paid.is_some() { "paid_on" } else { "due_date" },
        day: day.map(|day| lang.day(day)),
    })
}
