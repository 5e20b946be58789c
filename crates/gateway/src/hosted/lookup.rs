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
use tramite_domain::ids::ReceiptRowId;
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
use super::proof::{is_proven, paper};
use crate::gate::{keep, source_of};
use crate::gateway::Gateway;
use crate::problem::Problem;

/// How long every answer takes at least, in milliseconds: longer than looking for the notice and whatever is found.
const ANSWER_MS: u64 = 150;
/// Characters of a number and of a code that are looked at at most.
const CHARS_MAX: usize = 64;

#[derive(Debug, Default, Serialize)]
struct LookupPage {
    notice: Input,
    tax_code: Input,
    /// The id of a receipt, where one was looked for.
    receipt_id: Input,
    errors: Vec<ErrorView>,
    found: Option<Found>,
}

/// An input with what was sent for it.
#[derive(Debug, Default, Serialize)]
struct Input {
    value: String,
    /// What is wrong with it alone.
    sentence: Option<&'static str>,
    /// Whether it may be what is wrong.
    is_wrong: bool,
}

#[derive(Debug, Serialize)]
struct ErrorView {
    id: &'static str,
    sentence: &'static str,
}

/// What is wrong with what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    /// Something was not filled in.
    Missing,
    /// Nothing corresponds to both.
    Unknown,
    /// The receipt is another one.
    OtherReceipt,
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
    /// The receipt, which is given to whoever knows its id.
    #[serde(skip)]
    receipt: Option<ReceiptRowId>,
    has_receipt: bool,
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
    if asked.is_incomplete() {
        let shown = asked.page(spoken.lang, Some(Wrong::Missing), None);
        return page.status(StatusCode::UNPROCESSABLE_ENTITY).with_form("lookup.html", shown).await;
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
    let answered = async || {
        let Some(found) = find(gateway, host, asked, lang).await? else {
            return Ok(Answer::Wrong(Wrong::Unknown, None));
        };
        let Some(entered) = &asked.receipt_id else { return Ok(Answer::Found(found)) };
        match found.receipt {
            Some(id) if is_proven(gateway, host, id, entered).await? => Ok(Answer::Receipt(id)),
            _ => Ok(Answer::Wrong(Wrong::OtherReceipt, Some(found))),
        }
    };
    let answer: Result<Answer, Problem> = answered().await;
    sleep_until(began + Duration::from_millis(ANSWER_MS)).await;
    match answer {
        Ok(Answer::Found(found)) => page.with_form("lookup.html", asked.page(lang, None, Some(found))).await,
        Ok(Answer::Receipt(id)) => paper(gateway, request, host, page.spoken, id).await,
        Ok(Answer::Wrong(wrong, found)) => {
            let shown = asked.page(lang, Some(wrong), found);
            page.status(StatusCode::UNPROCESSABLE_ENTITY).with_form("lookup.html", shown).await
        }
        Err(problem) => page.problem(&problem).await,
    }
}

/// What a look-up comes to.
enum Answer {
    Found(Found),
    /// The receipt is given away.
    Receipt(ReceiptRowId),
    Wrong(Wrong, Option<Found>),
}

/// What somebody wants to know of.
struct Asked {
    notice: String,
    tax_code: String,
    /// The id of the receipt, where that is what is wanted.
    receipt_id: Option<String>,
}

impl Asked {
    fn of(posted: &Posted) -> Self {
        let plain = |name: &str| -> String {
            let text = posted.last(name).unwrap_or_default().chars();
            text.filter(|one| !one.is_whitespace() && *one != '-').take(CHARS_MAX).collect()
        };
        let receipt_id = posted.last("receipt_id").unwrap_or_default().trim().chars().take(CHARS_MAX).collect();
        Self {
            notice: plain("notice"),
            tax_code: plain("tax_code").to_uppercase(),
            receipt_id: (posted.last("do") == Some("receipt")).then_some(receipt_id),
        }
    }

    fn is_incomplete(&self) -> bool {
        self.notice.is_empty() || self.tax_code.is_empty()
    }

    /// The page with what was sent, and what is wrong with it: said above and at each input that may be meant.
    fn page(&self, lang: Lang, wrong: Option<Wrong>, found: Option<Found>) -> LookupPage {
        let empty = |text: &str| wrong == Some(Wrong::Missing) && text.is_empty();
        let unknown = wrong == Some(Wrong::Unknown);
        let input = |text: &str, sentence: Option<&'static str>, is_wrong: bool| Input {
            value: text.to_owned(),
            is_wrong: is_wrong || sentence.is_some(),
            sentence,
        };
        let no_notice = lang.of("Scrivi il numero dell'avviso.", "Enter the number of the notice.");
        let no_code = lang.of("Scrivi il codice fiscale.", "Enter the tax code.");
        let no_receipt = lang.of(
            "Non è l'identificativo della ricevuta di questo avviso.",
            "It is not the id of the receipt of this notice.",
        );
        let notice = input(&self.notice, empty(&self.notice).then_some(no_notice), unknown);
        let tax_code = input(&self.tax_code, empty(&self.tax_code).then_some(no_code), unknown);
        let receipt_id = input(
            self.receipt_id.as_deref().unwrap_or_default(),
            (wrong == Some(Wrong::OtherReceipt)).then_some(no_receipt),
            false,
        );
        let each = [("notice", &notice), ("tax_code", &tax_code), ("receipt_id", &receipt_id)];
        let mut errors: Vec<ErrorView> =
            each.into_iter().filter_map(|(id, input)| Some(ErrorView { id, sentence: input.sentence? })).collect();
        if unknown {
            let sentence = lang.of(
                "Nessun avviso corrisponde a questi dati. Controlla il numero e il codice fiscale.",
                "No notice corresponds to this. Check the number and the tax code.",
            );
            errors.push(ErrorView { id: "notice", sentence });
        }
        LookupPage { notice, tax_code, receipt_id, errors, found }
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
    let receipt = paid.and_then(|payment| payment.receipt_id);
    Some(Found {
        has_receipt: receipt.is_some(),
        receipt,
        notice: number.to_string(),
        state,
        amount: amount.map(|amount| lang.euros(amount.cents())),
        day_is: if paid.is_some() { "paid_on" } else { "due_date" },
        day: day.map(|day| lang.day(day)),
    })
}
