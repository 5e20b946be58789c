// SPDX-License-Identifier: AGPL-3.0-or-later
//! What receipts say besides their data, in Italian with English beside it.

use tramite_domain::money::Cents;
use tramite_domain::printed_notice::{PrintedLanguage, printed_amount};
use tramite_domain::time::Instant;

use crate::pen::{Face, Ink, Span};

/// The language of the document; the other stands beside it, and says so.
pub(super) const LANGUAGE: &str = "it";
const SECOND: &str = "en";

/// A label in both languages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Label(pub(super) &'static str, pub(super) &'static str);

pub(super) const RECEIPT: Label = Label("Quietanza di pagamento", "Payment receipt");
pub(super) const STATEMENT: Label = Label("Elenco delle quietanze", "List of payment receipts");
pub(super) const DATA: Label = Label("Dati del pagamento", "Payment details");
pub(super) const TRANSFERS: Label = Label("Versamenti a favore dell’ente", "Transfers to the institution");
pub(super) const RECEIPTS: Label = Label("Pagamenti ricevuti", "Payments received");
pub(super) const PAID_AT: Label = Label("Data e ora", "Date and time");
pub(super) const INSTITUTION: Label = Label("Ente creditore", "Creditor institution");
pub(super) const INSTITUTION_TAX_CODE: Label = Label("Codice fiscale dell’ente", "Tax code of the institution");
pub(super) const IUV: Label = Label("IUV", "Creditor reference");
pub(super) const NOTICE_NUMBER: Label = Label("Codice avviso", "Notice number");
pub(super) const PSP: Label = Label("Prestatore di servizi di pagamento", "Payment service provider");
pub(super) const PSP_SHORT: Label = Label("PSP", "Provider");
pub(super) const PSP_TAX_CODE: Label = Label("Codice fiscale del prestatore", "Tax code of the provider");
pub(super) const RECEIPT_ID: Label = Label("Identificativo della ricevuta", "Receipt id");
pub(super) const AMOUNT: Label = Label("Importo", "Amount");
pub(super) const PURPOSE: Label = Label("Causale", "Purpose");
pub(super) const IBAN: Label = Label("IBAN", "IBAN");
pub(super) const TOTAL: Label = Label("Totale", "Total");
pub(super) const PAGE: Label = Label("pagina", "page");

impl Label {
    /// The label, English in the colour of the second language.
    pub(super) fn spans(self, face: Face) -> Vec<Span<'static>> {
        let mut spans = vec![Span::new(self.0, face)];
        if self.0 != self.1 {
            spans.push(Span::new("/", Face::Text).in_ink(Ink::Second));
            spans.push(Span { language: Some(SECOND), ..Span::new(self.1, Face::Text).in_ink(Ink::Second) });
        }
        spans
    }
}

/// An amount as it is printed.
pub(super) fn euros(amount: Cents) -> String {
    format!("€\u{a0}{}", printed_amount(amount, PrintedLanguage::It))
}

/// A moment as a clock in Rome shows it.
pub(super) fn moment(at: Instant) -> String {
    at.rome_datetime().format("%d/%m/%Y %H:%M:%S").to_string()
}

/// A notice number in groups of four, as notices print it.
pub(super) fn grouped(number: &str) -> String {
    let characters: Vec<char> = number.chars().collect();
    characters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
