// SPDX-License-Identifier: AGPL-3.0-or-later
//! The columns of a table of debt positions, as data: how each is called, what it holds, and where it goes.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::names::normal;

/// Transfers of an installment: the columns that carry `{n}` in their name are there for each.
pub const TRANSFERS_MAX: usize = 5;

/// What a cell of a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// A text.
    Text,
    /// A key of the caller's; a whole number is taken for its digits.
    Code,
    /// A code that no spreadsheet may take for a number: it would lose digits.
    Identifier,
    /// A postal code: a number of fewer than five digits has lost its noughts.
    PostalCode,
    /// Euros.
    Amount,
    /// Cents.
    Cents,
    /// A day.
    Day,
    /// An instant; a day stands for its beginning.
    From,
    /// An instant; a day stands for its end.
    Until,
    /// A whole number.
    Whole,
    /// Yes or no.
    Flag,
    /// One of these words; the second is what it stands for.
    Choice(&'static [(&'static str, &'static str)]),
    /// Entries of a budget, as MyPay writes them; no column of ours holds such.
    Budget,
    /// A column of the report, that is left out when it is loaded again.
    Report,
}

/// Where a column goes in the body of `POST /v1/debt-positions`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Nowhere: it says what is to be done.
    Action,
    /// Nowhere: it groups the rows of one payment option.
    OptionName,
    /// A member of the body.
    Root(&'static str),
    /// A member of the debtor.
    Debtor(&'static str),
    /// The first name of the debtor.
    FirstName,
    /// The last name of the debtor.
    LastName,
    /// A member of the address.
    Address(&'static str),
    /// A member of the payment option.
    Option(&'static str),
    /// A member of the installment.
    Installment(&'static str),
    /// A member of a transfer.
    Transfer(&'static str),
    /// A member of the beneficiary of a transfer.
    Beneficiary(&'static str),
    /// A member of the stamp of a transfer.
    Stamp(&'static str),
    /// The chapter of the budget that a whole transfer is booked at.
    Chapter,
    /// Nowhere: the report made it.
    Report,
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its English names, the first of which names it.
    pub english: &'static [&'static str],
    /// Its Italian names.
    pub italian: &'static [&'static str],
    /// Where it goes.
    pub target: Target,
    /// What it holds.
    pub kind: ColumnKind,
}

const ACTIONS: ColumnKind = ColumnKind::Choice(&[
    ("load", "load"),
    ("insert", "insert"),
    ("update", "update"),
    ("cancel", "cancel"),
    ("delete", "cancel"),
    ("carica", "load"),
    ("inserisci", "insert"),
    ("aggiorna", "update"),
    ("annulla", "cancel"),
    ("elimina", "cancel"),
]);
const SUBJECTS: ColumnKind = ColumnKind::Choice(&[
    ("natural_person", "natural_person"),
    ("legal_person", "legal_person"),
    ("f", "natural_person"),
    ("g", "legal_person"),
    ("persona_fisica", "natural_person"),
    ("persona_giuridica", "legal_person"),
]);
const OPTION_KINDS: ColumnKind = ColumnKind::Choice(&[
    ("single", "single"),
    ("installments", "installments"),
    ("reduced", "reduced"),
    ("unica", "single"),
    ("rate", "installments"),
    ("ridotta", "reduced"),
]);

macro_rules! columns {
    ($($target:ident $(($member:literal))? : $kind:expr, [$($english:literal)+] [$($italian:literal)*];)+) => {
        /// Every column, in the order of a template.
        pub const COLUMNS: &[Column] = &[$(Column {
            english: &[$($english),+],
            italian: &[$($italian),*],
            target: Target::$target $(($member))?,
            kind: $kind,
        }),+];
    };
}

use ColumnKind as K;

columns! {
    Root("external_id"): K::Code, ["external_id"] ["codice_posizione" "identificativo" "id_esterno"];
    Root("service_code"): K::Code, ["service_code" "service"] ["codice_servizio" "servizio"];
    Action: ACTIONS, ["action"] ["azione"];
    Root("description"): K::Text, ["description"] ["causale" "descrizione" "oggetto"];
    Root("publish"): K::Flag, ["publish"] ["pubblica"];
    Root("valid_from"): K::From, ["valid_from"] ["pagabile_dal" "valida_dal"];
    Root("expires_after_due_date"): K::Flag, ["expires_after_due_date"] ["scade_dopo_scadenza"];
    Debtor("type"): SUBJECTS, ["debtor_type"] ["tipo_debitore" "tipo_soggetto"];
    Debtor("tax_code"): K::Identifier, ["debtor_tax_code" "tax_code"] ["codice_fiscale" "codice_fiscale_debitore" "cf" "partita_iva" "codice_fiscale_partita_iva"];
    Debtor("full_name"): K::Text, ["debtor_full_name" "full_name"] ["debitore" "nominativo" "denominazione" "intestatario" "ragione_sociale"];
    FirstName: K::Text, ["debtor_first_name" "first_name"] ["nome" "nome_debitore"];
    LastName: K::Text, ["debtor_last_name" "last_name"] ["cognome" "cognome_debitore"];
    Debtor("email"): K::Text, ["debtor_email" "email"] ["email_debitore" "e_mail" "mail" "posta_elettronica"];
    Address("street"): K::Text, ["debtor_street" "street"] ["indirizzo" "via"];
    Address("number"): K::Code, ["debtor_street_number" "street_number"] ["civico" "numero_civico"];
    Address("postal_code"): K::PostalCode, ["debtor_postal_code" "postal_code"] ["cap"];
    Address("city"): K::Text, ["debtor_city" "city"] ["comune" "citta" "localita"];
    Address("province"): K::Text, ["debtor_province" "province"] ["provincia"];
    Address("country"): K::Text, ["debtor_country" "country"] ["nazione" "paese"];
    OptionName: K::Code, ["option"] ["opzione" "soluzione"];
    Option("kind"): OPTION_KINDS, ["option_kind"] ["tipo_opzione" "tipo_soluzione"];
    Option("available_until"): K::Until, ["available_until"] ["disponibile_fino_al"];
    Option("available_days"): K::Whole, ["available_days"] ["disponibile_giorni" "giorni_dalla_notifica"];
    Installment("reference"): K::Code, ["reference" "installment_reference"] ["rata" "riferimento" "numero_rata"];
    Installment("notice_number"): K::Identifier, ["notice_number"] ["numero_avviso" "codice_avviso" "n_avviso"];
    Installment("iuv"): K::Identifier, ["iuv" "codice_iuv"] [];
    Installment("amount"): K::Amount, ["amount"] ["importo"];
    Installment("amount"): K::Cents, ["amount_cents"] ["importo_centesimi" "importo_in_centesimi"];
    Installment("due_date"): K::Day, ["due_date"] ["scadenza" "data_scadenza"];
    Installment("expires_at"): K::Until, ["expires_at"] ["pagabile_fino_al"];
    Installment("description"): K::Text, ["installment_description"] ["causale_rata" "descrizione_rata"];
    Transfer("amount"): K::Amount, ["transfer_{n}_amount"] ["trasferimento_{n}_importo" "quota_{n}_importo"];
    Transfer("amount"): K::Cents, ["transfer_{n}_amount_cents"] ["trasferimento_{n}_importo_centesimi" "quota_{n}_importo_centesimi"];
    Transfer("account_id"): K::Code, ["transfer_{n}_account_id"] ["trasferimento_{n}_conto" "quota_{n}_conto"];
    Transfer("beneficiary_id"): K::Code, ["transfer_{n}_beneficiary_id"] ["trasferimento_{n}_beneficiario" "quota_{n}_beneficiario"];
    Beneficiary("tax_code"): K::Identifier, ["transfer_{n}_beneficiary_tax_code"] ["trasferimento_{n}_codice_fiscale" "quota_{n}_codice_fiscale"];
    Beneficiary("company_name"): K::Text, ["transfer_{n}_beneficiary_company_name"] ["trasferimento_{n}_denominazione" "quota_{n}_denominazione"];
    Beneficiary("iban"): K::Identifier, ["transfer_{n}_beneficiary_iban"] ["trasferimento_{n}_iban" "quota_{n}_iban"];
    Stamp("document_hash"): K::Identifier, ["transfer_{n}_stamp_hash"] ["trasferimento_{n}_bollo_impronta" "quota_{n}_bollo_impronta"];
    Stamp("province"): K::Text, ["transfer_{n}_stamp_province"] ["trasferimento_{n}_bollo_provincia" "quota_{n}_bollo_provincia"];
    Transfer("taxonomy_code"): K::Identifier, ["transfer_{n}_taxonomy_code"] ["trasferimento_{n}_tassonomia" "quota_{n}_tassonomia"];
    Transfer("remittance_information"): K::Text, ["transfer_{n}_remittance_information"] ["trasferimento_{n}_causale" "quota_{n}_causale"];
    Chapter: K::Code, ["transfer_{n}_chapter"] ["trasferimento_{n}_capitolo" "quota_{n}_capitolo"];
    Report: K::Report, ["line"] ["riga"];
    Report: K::Report, ["outcome"] ["esito"];
    Report: K::Report, ["qr_code"] ["codice_qr"];
    Report: K::Report, ["errors"] ["errori"];
    Report: K::Report, ["payment_status"] ["stato_pagamento"];
    Report: K::Report, ["paid_at"] ["pagato_il"];
    Report: K::Report, ["paid_amount"] ["importo_pagato"];
    Report: K::Report, ["receipt_id"] ["id_ricevuta"];
    Report: K::Report, ["psp"] ["prestatore"];
}

/// Members of your own beside those of the contract: `metadata.KEY`, in each language.
pub const METADATA_PREFIXES: [&str; 2] = ["metadata", "metadati"];
/// Members that go to the Node and come back: `payment_metadata.KEY`, in each language.
pub const PAYMENT_METADATA_PREFIXES: [&str; 2] = ["payment_metadata", "metadati_pagamento"];

/// A name of a column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    pub(super) column: &'static Column,
    /// Which transfer, counted from 1; 0 where it is of none.
    pub(super) number: usize,
    pub(super) italian: bool,
}

static NAMES: LazyLock<HashMap<String, Named>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for column in COLUMNS {
        let english = column.english.iter().map(|name| (name, false));
        for (name, italian) in english.chain(column.italian.iter().map(|name| (name, true))) {
            for number in numbers(name) {
                names.insert(numbered(name, number), Named { column, number, italian });
            }
        }
    }
    names
});

/// The column of this name.
pub(super) fn named(header: &str) -> Option<Named> {
    NAMES.get(&normal(header)).copied()
}

fn numbers(name: &str) -> std::ops::RangeInclusive<usize> {
    if name.contains("{n}") { 1..=TRANSFERS_MAX } else { 0..=0 }
}

/// The name with the number of its transfer.
pub(super) fn numbered(name: &str, number: usize) -> String {
    name.replace("{n}", &number.to_string())
}

impl Column {
    /// The name that it has in a file of this language.
    pub(super) fn name(&self, italian: bool, number: usize) -> String {
        let english = self.english.first();
        let name = if italian { self.italian.first().or(english) } else { english };
        numbered(name.copied().unwrap_or_default(), number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_there_once_and_written_as_it_is_compared() {
        let mut seen = std::collections::HashSet::new();
        for column in COLUMNS {
            for name in column.english.iter().chain(column.italian) {
                assert!(seen.insert(*name), "{name} twice");
                assert_eq!(normal(&numbered(name, 1)), numbered(name, 1));
            }
            let same = column.english.first() == Some(&"iuv");
            assert_eq!(column.italian.is_empty(), same, "{} in Italian", column.name(false, 1));
        }
    }
}
