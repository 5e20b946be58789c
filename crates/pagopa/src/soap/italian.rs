// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is wrong with the form of a message, in the language of every other description that the Node is given: it may
//! show them to the payer. Never a value of the message.

use crate::schema::{Reason, Violation};
use crate::xml::Unreadable;

/// A deviation from the schema, with its place.
pub(super) fn violation(violation: &Violation) -> String {
    let reason = reason(&violation.reason);
    if violation.path.is_empty() { format!("messaggio: {reason}") } else { format!("{}: {reason}", violation.path) }
}

fn reason(reason: &Reason) -> String {
    let fixed = match reason {
        Reason::Missing => "elemento mancante",
        Reason::Unexpected => "elemento non previsto",
        Reason::OutOfOrder => "elemento fuori ordine",
        Reason::TooMany { most } => return format!("elemento ripetuto piu' di {most} volte"),
        Reason::Qualified => "elemento con un namespace dove non e' previsto",
        Reason::Attribute => "attributo non previsto",
        Reason::Mixed => "testo ed elementi mescolati",
        Reason::Empty => "elemento vuoto",
        Reason::Length { least, most } => return format!("lunghezza non ammessa: da {least} a {most} caratteri"),
        Reason::Not(_) => "valore non della forma prevista",
        Reason::OutOfRange => "valore fuori dai limiti",
        Reason::Unreadable(why) => unreadable(*why),
        Reason::Demand(_) => "valore non ammesso",
    };
    fixed.to_owned()
}

/// Why a message cannot be read.
pub(super) const fn unreadable(why: Unreadable) -> &'static str {
    match why {
        Unreadable::TooLarge => "messaggio oltre la dimensione massima",
        Unreadable::TooDeep => "elementi annidati troppo in profondita'",
        Unreadable::TooManyElements => "troppi elementi",
        Unreadable::TooManyAttributes => "troppi attributi",
        Unreadable::TooMuchText => "piu' testo di quanto una ricevuta possa avere",
        Unreadable::Encoding => "messaggio non in UTF-8",
        Unreadable::ForbiddenCharacter => "carattere non ammesso da XML 1.0",
        Unreadable::Doctype => "dichiarazione DOCTYPE non ammessa",
        Unreadable::ProcessingInstruction => "istruzione di elaborazione non ammessa",
        Unreadable::Entity => "riferimento a un'entita' non predefinita",
        Unreadable::Namespace => "prefisso di namespace non dichiarato",
        Unreadable::Malformed => "XML non ben formato",
        Unreadable::NotSoap11 => "busta SOAP 1.1 assente o errata",
        Unreadable::NotOnePayload => "il Body non contiene esattamente un elemento",
        Unreadable::UnknownPayload => "operazione sconosciuta",
    }
}
