// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a citizen reads when there is no portal to send them to, in the language of the session.

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use tramite_domain::session::Language;

use super::send::Hint;
use crate::gateway::Gateway;
use crate::problem::Problem;

/// What there is to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    /// A button goes on to Checkout.
    Continue,
    /// Somebody may be paying right now.
    Running,
    /// A notice of the session is being paid or is paid already.
    BeingPaid,
    /// The receipt is there.
    Completed,
    /// The receipt is awaited.
    Pending,
    /// The citizen gave up.
    GaveUp,
    /// The payment was refused.
    Failed,
    /// The portal withdrew the session.
    Withdrawn,
    /// Too late.
    Expired,
    /// An item can no longer be paid.
    NotPayable,
    /// There is no such address.
    Unknown,
    /// We, or Checkout, cannot answer now.
    TryAgain,
}

impl Notice {
    pub(super) const fn of(hint: Hint) -> Self {
        match hint {
            Hint::Completed => Self::Completed,
            Hint::Pending => Self::Pending,
            Hint::Cancelled => Self::GaveUp,
            Hint::Failed => Self::Failed,
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::Unknown => StatusCode::NOT_FOUND,
            Self::Withdrawn | Self::Expired | Self::NotPayable => StatusCode::GONE,
            Self::TryAgain => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::OK,
        }
    }

    /// Heading and sentence: Italian, English, German.
    const fn texts(self) -> [(&'static str, &'static str); 3] {
        match self {
            Self::Continue => [
                ("Vai al pagamento", "Prosegui su Checkout, il sito di pagoPA, per pagare."),
                ("Go to the payment", "Continue to Checkout, the pagoPA site, to pay."),
                ("Zur Zahlung", "Weiter zu Checkout, der Seite von pagoPA, um zu zahlen."),
            ],
            Self::Running => [
                ("Pagamento in verifica", "Un pagamento è in corso. Torna tra qualche minuto: non pagare di nuovo."),
                ("Payment being verified", "A payment is in progress. Come back in a few minutes: do not pay again."),
                (
                    "Zahlung wird geprüft",
                    "Eine Zahlung läuft. Kommen Sie in einigen Minuten wieder und zahlen Sie nicht erneut.",
                ),
            ],
            Self::BeingPaid => [
                (
                    "Pagamento già in corso o concluso",
                    "Questo avviso è già stato pagato o qualcuno lo sta pagando in questo momento.",
                ),
                ("Already paid or being paid", "This notice has been paid, or somebody is paying it right now."),
                ("Bereits bezahlt oder in Zahlung", "Diese Zahlungsmitteilung ist bezahlt oder wird gerade bezahlt."),
            ],
            Self::Completed => [
                ("Pagamento eseguito", "L'ente ha ricevuto la ricevuta del pagamento."),
                ("Payment done", "The institution has the receipt of the payment."),
                ("Zahlung ausgeführt", "Die Behörde hat den Zahlungsbeleg erhalten."),
            ],
            Self::Pending => [
                ("Pagamento in verifica", "Stiamo aspettando la ricevuta. Non pagare di nuovo."),
                ("Payment being verified", "We are waiting for the receipt. Do not pay again."),
                ("Zahlung wird geprüft", "Wir warten auf den Beleg. Zahlen Sie nicht erneut."),
            ],
            Self::GaveUp => [
                ("Pagamento annullato", "Non hai pagato nulla."),
                ("Payment cancelled", "You have paid nothing."),
                ("Zahlung abgebrochen", "Sie haben nichts bezahlt."),
            ],
            Self::Failed => [
                ("Pagamento non riuscito", "Il pagamento non è stato eseguito. Puoi riprovare."),
                ("Payment not done", "The payment was not made. You can try again."),
                ("Zahlung nicht ausgeführt", "Die Zahlung wurde nicht ausgeführt. Sie können es erneut versuchen."),
            ],
            Self::Withdrawn => [
                ("Pagamento ritirato", "L'ente ha ritirato questa richiesta di pagamento."),
                ("Payment withdrawn", "The institution has withdrawn this request."),
                ("Zahlung zurückgezogen", "Die Behörde hat diese Zahlungsaufforderung zurückgezogen."),
            ],
            Self::Expired => [
                ("Tempo scaduto", "Questo indirizzo non è più valido. Ricomincia dal sito dell'ente."),
                ("Time is over", "This address is no longer valid. Start again from the institution's site."),
                (
                    "Zeit abgelaufen",
                    "Diese Adresse ist nicht mehr gültig. Beginnen Sie erneut auf der Seite der Behörde.",
                ),
            ],
            Self::NotPayable => [
                ("Non più pagabile", "Quanto richiesto non può più essere pagato da qui. Rivolgiti all'ente."),
                ("No longer payable", "This can no longer be paid from here. Ask the institution."),
                ("Nicht mehr zahlbar", "Dies kann hier nicht mehr bezahlt werden. Wenden Sie sich an die Behörde."),
            ],
            Self::Unknown => [
                ("Pagina non trovata", "L'indirizzo non è corretto. Ricomincia dal sito dell'ente."),
                ("Page not found", "The address is not right. Start again from the institution's site."),
                (
                    "Seite nicht gefunden",
                    "Die Adresse ist nicht richtig. Beginnen Sie erneut auf der Seite der Behörde.",
                ),
            ],
            Self::TryAgain => [
                // Who comes back from Checkout may read it too: it says nothing about money.
                ("Servizio momentaneamente non disponibile", "Riprova tra qualche minuto."),
                ("Not available for the moment", "Try again in a few minutes."),
                ("Momentan nicht verfügbar", "Versuchen Sie es in einigen Minuten erneut."),
            ],
        }
    }

    const fn text(self, language: Language) -> (&'static str, &'static str) {
        let [it, en, de] = self.texts();
        match language {
            Language::It => it,
            Language::En => en,
            Language::De => de,
        }
    }
}

/// What the template is filled with.
#[derive(Serialize)]
struct Values<'a> {
    language: &'static str,
    heading: &'static str,
    sentence: &'static str,
    button: Option<&'static str>,
    way_back: Option<WayBack<'a>>,
}

#[derive(Serialize)]
struct WayBack<'a> {
    address: &'a str,
    words: &'static str,
}

/// What a citizen reads who comes too often, in the language of the browser: the session is not looked up for it.
pub(crate) fn too_often(gateway: &Gateway, headers: &HeaderMap, problem: &Problem) -> HttpResponse {
    let refused = problem.error_response();
    let mut response = page(gateway, language_of(headers), Notice::TryAgain);
    *response.status_mut() = refused.status();
    if let Some(wait) = refused.headers().get(RETRY_AFTER) {
        response.headers_mut().insert(RETRY_AFTER, wait.clone());
    }
    response
}

/// The language that a browser names first, where the pages speak it; else Italian.
pub(super) fn language_of(headers: &HeaderMap) -> Language {
    let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = wanted.trim_start().get(..2).map(str::to_ascii_lowercase);
    first.and_then(|name| Language::named(&name)).unwrap_or(Language::It)
}

/// The page.
pub(super) fn page(gateway: &Gateway, language: Language, notice: Notice) -> HttpResponse {
    filled(gateway, language, notice, None)
}

/// The page, with the way to the portal.
pub(super) fn page_with_way_back(gateway: &Gateway, language: Language, notice: Notice, portal: &str) -> HttpResponse {
    filled(gateway, language, notice, Some(portal))
}

fn filled(gateway: &Gateway, language: Language, notice: Notice, portal: Option<&str>) -> HttpResponse {
    let (heading, sentence) = notice.text(language);
    let button = (notice == Notice::Continue).then_some(heading);
    let way_back = portal.map(|address| WayBack {
        address,
        words: match language {
            Language::It => "Vai al sito dell'ente",
            Language::En => "Go to the institution's site",
            Language::De => "Zur Seite der Behörde",
        },
    });
    let values = Values { language: language.name(), heading, sentence, button, way_back };
    let mut response = match gateway.pages().citizen_page("outcome.html", &values) {
        Ok(response) => response,
        Err(problem) => return problem.error_response(),
    };
    *response.status_mut() = notice.status();
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_that_is_awaited_asks_the_citizen_not_to_pay_again_in_every_language() {
        for (language, words) in
            [(Language::It, "Non pagare"), (Language::En, "Do not pay"), (Language::De, "nicht erneut")]
        {
            assert!(Notice::of(Hint::Pending).text(language).1.contains(words));
        }
    }
}
