// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is wrong with a form that was filled in, in words for whoever filled it in: what to do, not what a program saw.

use tramite_domain::form::{Fault, FieldInput, FieldType};

use super::language::Lang;

/// Code, Italian, English.
const SENTENCES: &[(&str, &str, &str)] = &[
    ("required", "Compila questo campo.", "Fill in this field."),
    ("not_in_list", "Scegli una delle voci dell'elenco.", "Choose one of the entries of the list."),
    ("duplicate_value", "Scegli ogni voce una volta sola.", "Choose each entry once."),
    ("text_too_short", "Scrivi qualche carattere in più.", "Write a few more characters."),
    ("text_too_long", "Il testo è troppo lungo.", "The text is too long."),
    (
        "invalid_text",
        "Scrivi il testo su una sola riga, senza caratteri speciali.",
        "Write the text in one line, without special characters.",
    ),
    (
        "wrong_pattern",
        "Controlla come è scritto: il formato non è quello richiesto.",
        "Check how this is written: it is not in the form that is asked for.",
    ),
    (
        "personal_data_in_text",
        "Togli codici fiscali, e-mail e IBAN da questo testo: chiunque può leggerlo.",
        "Take tax codes, e-mail addresses and IBANs out of this text: anybody may read it.",
    ),
    (
        "invalid_tax_code",
        "Controlla il codice fiscale: 16 caratteri, come sulla tessera sanitaria.",
        "Check the tax code: 16 characters, as on the health card.",
    ),
    ("invalid_vat_number", "Controlla la partita IVA: 11 cifre.", "Check the VAT number: 11 digits."),
    ("invalid_iban", "Controlla l'IBAN.", "Check the IBAN."),
    (
        "invalid_email",
        "Controlla l'indirizzo e-mail, per esempio nome@esempio.it.",
        "Check the e-mail address, for example name@example.org.",
    ),
    (
        "invalid_phone",
        "Controlla il numero di telefono: solo cifre, con il + davanti se serve.",
        "Check the telephone number: digits only, with + first where needed.",
    ),
    (
        "invalid_plate",
        "Controlla la targa: lettere e cifre, senza spazi.",
        "Check the number plate: letters and digits, without blanks.",
    ),
    (
        "invalid_document_hash",
        "Controlla l'impronta del documento (SHA-256 in base64).",
        "Check the hash of the document (SHA-256 in base64).",
    ),
    (
        "invalid_date",
        "Scrivi una data che esiste, per esempio 31/10/2026.",
        "Write a date that exists, for example 31/10/2026.",
    ),
    ("invalid_month", "Scrivi mese e anno, per esempio 10/2026.", "Write month and year, for example 10/2026."),
    ("invalid_time", "Scrivi ore e minuti, per esempio 09:30.", "Write hours and minutes, for example 09:30."),
    ("invalid_year", "Scrivi un anno di quattro cifre.", "Write a year of four digits."),
    ("below_minimum", "Il valore è più basso di quanto si accetta.", "This is less than is taken."),
    ("above_maximum", "Il valore è più alto di quanto si accetta.", "This is more than is taken."),
    ("too_few", "Aggiungi quanto manca.", "Add what is missing."),
    ("too_many", "Sono troppi: togline qualcuno.", "There are too many: take some away."),
    ("window_not_open", "Questo servizio non è ancora aperto.", "This service is not open yet."),
    ("window_closed", "Il tempo per questa scelta è finito.", "The time for this choice is over."),
    ("amount_below_minimum", "L'importo è più basso di quanto si può pagare.", "The amount is less than can be paid."),
    (
        "amount_above_maximum",
        "L'importo è più alto di quanto si può pagare da qui.",
        "The amount is more than can be paid here.",
    ),
    ("amount_not_payable", "Questo importo non si può pagare da qui.", "This amount cannot be paid here."),
    (
        "two_capital_letters",
        "La provincia si scrive con due lettere maiuscole.",
        "The province is two capital letters.",
    ),
];

/// What is said of a fault.
pub(super) fn sentence(fault: &Fault, field: Option<&FieldInput>, lang: Lang) -> String {
    if let Some(message) = &fault.message {
        return message.of(lang.code()).to_owned();
    }
    let is_day = field.is_some_and(|field| field.kind == FieldType::Date);
    match &*fault.code {
        "wrong_type" => return wrong_type(field, lang).to_owned(),
        "below_minimum" if is_day => {
            return lang
                .of("La data è prima di quella ammessa.", "The day is before the first that is taken.")
                .to_owned();
        }
        "above_maximum" if is_day => {
            return lang.of("La data è dopo quella ammessa.", "The day is after the last that is taken.").to_owned();
        }
        _ => {}
    }
    let known = SENTENCES.iter().find(|(code, ..)| *code == fault.code);
    known.map_or(lang.of("Controlla questo valore.", "Check this value."), |(_, it, en)| lang.of(it, en)).to_owned()
}

fn wrong_type(field: Option<&FieldInput>, lang: Lang) -> &'static str {
    match field.map(|field| field.kind) {
        Some(FieldType::Money) => {
            lang.of("Scrivi un importo in euro, per esempio 12,50.", "Write an amount in euro, for example 12.50.")
        }
        Some(FieldType::Integer | FieldType::Year) => {
            lang.of("Scrivi un numero intero, solo cifre.", "Write a whole number, digits only.")
        }
        Some(FieldType::Decimal) => lang.of("Scrivi un numero, per esempio 12,5.", "Write a number, for example 12.5."),
        _ => lang.of("Controlla questo valore.", "Check this value."),
    }
}

/// What is said of something odd that is taken all the same.
pub(super) fn doubt(code: &str, lang: Lang) -> &'static str {
    match code {
        "unusual_value" => {
            lang.of("il valore è insolito: controlla che sia giusto.", "this is unusual: check that it is right.")
        }
        _ => lang.of(
            "il carattere di controllo non torna: controlla che sia giusto.",
            "the check character does not fit: check that it is right.",
        ),
    }
}
