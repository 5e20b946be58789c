// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where citizens come back from paying: what came of it, and what can be done now. The receipt decides; until it is there, nobody is
//! told to have paid, and nobody is asked to pay again.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use tramite_domain::ids::{DebtPositionId, InstitutionId};
use tramite_domain::session::{CheckoutSession, ItemSubject, ReturnKind, SessionStatus, session_status};
use tramite_domain::time::Instant;

use super::handed::handed_address;
use super::host::{Host, host};
use super::language::{Lang, Spoken};
use super::page::{Page, Say};
use super::proof::{self, receipt_of};
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::routes::{Home, home_of};

/// Where citizens come back; the last part is that of the session's own address.
pub(super) const PATH: &str = "/p/{institution}/outcome/{session}";
/// The same without it, as a session keeps it.
const KEPT_END: &str = "/outcome";
/// The end of the address that a session keeps in which a debt is paid that was there before: whoever knows a plate and a code has begun it.
const KEPT_END_OF_FOUND: &str = "/outcome/found";

/// The page to which the citizens of a session return.
pub(crate) fn outcome_url(gateway: &Gateway, code: &str, session: &str) -> String {
    format!("{}/p/{code}{KEPT_END}/{session}", gateway.settings().public_url())
}

/// The same as a session keeps it.
pub(super) fn return_url(gateway: &Gateway, code: &str, found: bool) -> String {
    let end = if found { KEPT_END_OF_FOUND } else { KEPT_END };
    format!("{}/p/{code}{end}", gateway.settings().public_url())
}

/// Whether a debt is paid in it that was there before: of that nobody is told more than the amount that they have read.
pub(super) fn is_of_found(session: &CheckoutSession) -> bool {
    session.return_url.ends_with(KEPT_END_OF_FOUND)
}

/// The institution whose page that is; none where it is none of ours. Nobody else writes such an address: a caller's must be of an
/// origin that a delegation names.
pub(crate) fn outcome_of<'a>(gateway: &Gateway, url: &'a str) -> Option<&'a str> {
    let path = url.strip_prefix(gateway.settings().public_url())?;
    let code = path.strip_prefix("/p/")?;
    let code = code.strip_suffix(KEPT_END_OF_FOUND).or_else(|| code.strip_suffix(KEPT_END))?;
    (!code.contains('/')).then_some(code)
}

/// The institution of that code, where it has pages now.
///
/// # Errors
/// Whatever keeps the store from telling.
pub(crate) async fn home_of_pages(gateway: &Gateway, code: &str) -> Result<Option<InstitutionId>, Problem> {
    Ok(host(gateway, code).await?.map(|host| host.institution.id))
}

/// What there is to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Paid,
    Pending,
    GaveUp,
    Failed,
    Over,
}

#[derive(Serialize)]
struct OutcomePage {
    title: &'static str,
    text: &'static str,
    is_paid: bool,
    is_pending: bool,
    items: Vec<ItemView>,
    /// Where the payment goes on.
    again: Option<String>,
    /// Where the notice is.
    handed: Option<String>,
    /// Where the receipt is.
    receipt: Option<String>,
}

#[derive(Serialize)]
struct ItemView {
    /// None of a debt that was there before; nor its number.
    description: Option<String>,
    notice: Option<String>,
    amount: String,
    paid_on: Option<String>,
}

impl End {
    fn of(session: &CheckoutSession, now: Instant) -> Self {
        match (session_status(session, now), session.returned.map(|returned| returned.by)) {
            (SessionStatus::Completed, _) => Self::Paid,
            (SessionStatus::Redirected | SessionStatus::Open, Some(ReturnKind::Cancel)) => Self::GaveUp,
            (SessionStatus::Redirected | SessionStatus::Open, Some(ReturnKind::Error)) => Self::Failed,
            (SessionStatus::Open, _) => Self::GaveUp,
            (SessionStatus::Expired | SessionStatus::Cancelled | SessionStatus::Failed, _) => Self::Over,
            _ => Self::Pending,
        }
    }

    const fn texts(self, lang: Lang) -> (&'static str, &'static str) {
        let [it, en] = match self {
            Self::Paid => [
                ("Pagamento eseguito", "La ricevuta del pagamento è arrivata all'ente."),
                ("Payment done", "The institution has the receipt of the payment."),
            ],
            Self::Pending => [
                ("Pagamento in verifica", "Stiamo aspettando la ricevuta. Non pagare di nuovo."),
                ("Payment being verified", "We are waiting for the receipt. Do not pay again."),
            ],
            Self::GaveUp => [
                ("Pagamento non completato", "Non hai pagato nulla. Puoi riprendere il pagamento."),
                ("Payment not finished", "You have paid nothing. You can go on with the payment."),
            ],
            Self::Failed => [
                ("Pagamento non riuscito", "Il pagamento non è stato eseguito. Puoi riprovare."),
                ("Payment not done", "The payment was not made. You can try again."),
            ],
            Self::Over => [("Tempo scaduto", "Non risulta alcun pagamento."), ("Time is over", "No payment has come.")],
        };
        match lang {
            Lang::It => it,
            Lang::En => en,
        }
    }
}

/// What came of a payment.
pub(super) async fn outcome(
    gateway: Data<Gateway>,
    request: HttpRequest,
    place: Path<(String, String)>,
) -> HttpResponse {
    let (code, token) = place.into_inner();
    let spoken = Spoken::of(&request);
    match find(&gateway, &code, &token).await {
        Ok(Some((host, home))) => {
            // Who came without choosing goes on in the language in which they paid.
            let lang = if spoken.said { spoken.lang } else { Lang::from(home.session.language) };
            let spoken = Spoken { lang, said: spoken.said };
            let shown = shown(&gateway, &host, &home, &token, spoken);
            Page::new(&gateway, &request, spoken, Some(&host)).show("outcome.html", shown).await
        }
        Ok(None) => Page::new(&gateway, &request, spoken, None).say(Say::Missing).await,
        Err(problem) => Page::new(&gateway, &request, spoken, None).problem(&problem).await,
    }
}

pub(super) async fn find(gateway: &Gateway, code: &str, token: &str) -> Result<Option<(Host, Home)>, Problem> {
    let Some(host) = host(gateway, code).await? else { return Ok(None) };
    let home = home_of(gateway, token).await?;
    let same =
        home.scope.institution() == host.institution.id && outcome_of(gateway, &home.session.return_url) == Some(code);
    Ok(same.then_some((host, home)))
}

fn shown(gateway: &Gateway, host: &Host, home: &Home, token: &str, spoken: Spoken) -> OutcomePage {
    let lang = spoken.lang;
    let end = End::of(&home.session, gateway.now());
    let (title, text) = end.texts(lang);
    let own = !is_of_found(&home.session);
    let items = home.session.items.iter().map(|item| ItemView {
        description: own.then(|| item.description.to_string()),
        notice: own.then(|| item.notice_number.to_string()),
        amount: lang.euros(item.paid.as_ref().map_or(item.amount, |paid| paid.amount).cents()),
        paid_on: item.paid.as_ref().map(|paid| lang.day(paid.paid_at.rome_date())),
    });
    let unpaid = matches!(end, End::GaveUp | End::Failed | End::Over);
    let handed = position_of(&home.session).filter(|_| unpaid && own && home.session.allow_notice);
    let handed = handed.and_then(|position| handed_address(gateway, &host.institution.code, position));
    let receipt = receipt_of(&home.session).filter(|_| end == End::Paid);
    let receipt = receipt.map(|_| {
        let path = proof::PATH.replace("{institution}", host.institution.code.as_str()).replace("{session}", token);
        format!("{path}{}", spoken.query())
    });
    OutcomePage {
        receipt,
        title,
        text,
        is_paid: end == End::Paid,
        is_pending: end == End::Pending,
        items: items.collect(),
        again: matches!(end, End::GaveUp | End::Failed).then(|| format!("/s/{token}")),
        handed: handed.map(|handed| format!("{handed}{}", spoken.query())),
    }
}

fn position_of(session: &CheckoutSession) -> Option<DebtPositionId> {
    session.items.iter().find_map(|item| match &item.subject {
        ItemSubject::Own { position_id, .. } => Some(*position_id),
        ItemSubject::Foreign => None,
    })
}
