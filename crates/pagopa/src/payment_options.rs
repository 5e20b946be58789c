// SPDX-License-Identifier: AGPL-3.0-or-later
//! The payment options of a notice over REST (SANP 3.11; current.md 9.6): the one thing that the Node asks in JSON. It
//! tells all the ways in which a debt can be paid, where a verify tells one notice.

use serde::Serialize;
use tramite_domain::institution::Institution;
use tramite_domain::node::{InstallmentStanding, InstallmentTold, OptionStanding, OptionTold};
use tramite_domain::time::Instant;

use crate::current::PaaFault;

/// Dates and times go without a zone and mean Europe/Rome, as everywhere in the Node's interface.
const LOCAL_TIME: &str = "%Y-%m-%dT%H:%M:%S";
/// The same to the microsecond.
const LOCAL_TIME_EXACT: &str = "%Y-%m-%dT%H:%M:%S%.6f";

/// The answer where something of the debt can be paid.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentOptionsAnswer {
    organization_fiscal_code: String,
    company_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    office_name: Option<String>,
    standin: bool,
    payment_options: Vec<OptionAnswer>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OptionAnswer {
    description: String,
    number_of_installments: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    /// Cents.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<i64>,
    status: &'static str,
    status_reason: &'static str,
    #[serde(rename = "allCCP")]
    all_ccp: bool,
    installments: Vec<InstallmentAnswer>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct InstallmentAnswer {
    nav: String,
    iuv: String,
    /// Cents.
    amount: i64,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    status: &'static str,
    status_reason: &'static str,
}

/// The answer where nothing can be told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentOptionsFault {
    http_status_code: u16,
    http_status_description: &'static str,
    error_message: String,
    app_error_code: &'static str,
    timestamp: i64,
    date_time: String,
}

impl PaymentOptionsAnswer {
    /// What is told of the options of a position; `valid_from` is the first instant at which it can be paid.
    #[must_use]
    pub fn new(institution: &Institution, valid_from: Option<Instant>, options: Vec<OptionTold>) -> Self {
        let valid_from = valid_from.map(local);
        let option = |told| OptionAnswer::new(told, valid_from.as_deref());
        Self {
            organization_fiscal_code: institution.tax_code.to_string(),
            company_name: institution.display_name.to_string(),
            office_name: institution.office_name.as_ref().map(ToString::to_string),
            // The Node's own archive answers while it stands in; what is asked here is answered by the institution.
            standin: false,
            payment_options: options.into_iter().map(option).collect(),
        }
    }
}

impl OptionAnswer {
    fn new(told: OptionTold, valid_from: Option<&str>) -> Self {
        let (status, status_reason) = of_option(told.standing);
        let installment = |told| InstallmentAnswer::new(told, valid_from);
        Self {
            description: told.description.to_string(),
            number_of_installments: told.installments.len(),
            due_date: told.due_date.map(end_of_day),
            valid_from: valid_from.map(str::to_owned),
            amount: told.amount.map(|amount| amount.cents()),
            status,
            status_reason,
            all_ccp: told.all_postal,
            installments: told.installments.into_iter().map(installment).collect(),
        }
    }
}

impl InstallmentAnswer {
    fn new(told: InstallmentTold, valid_from: Option<&str>) -> Self {
        let (status, status_reason) = of_installment(told.standing);
        Self {
            nav: told.notice_number.to_string(),
            iuv: told.iuv.to_string(),
            amount: told.amount.cents(),
            description: told.description.to_string(),
            due_date: told.due_date.map(end_of_day),
            valid_from: valid_from.map(str::to_owned),
            status,
            status_reason,
        }
    }
}

impl PaymentOptionsFault {
    /// A refusal in the words of the SOAP side, at an instant. The detail may be shown to a citizen: no personal data.
    #[must_use]
    pub fn new(fault: PaaFault, detail: &str, now: Instant) -> Self {
        let (http_status_code, http_status_description, app_error_code, prefix) = row(fault);
        Self {
            http_status_code,
            http_status_description,
            error_message: format!("{prefix} {detail}"),
            app_error_code,
            timestamp: now.datetime().timestamp(),
            date_time: now.rome_datetime().format(LOCAL_TIME_EXACT).to_string(),
        }
    }

    /// The HTTP status it is told under.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.http_status_code
    }
}

/// The table of the interface: status, its name, the application's code and the fault in its words.
const fn row(fault: PaaFault) -> (u16, &'static str, &'static str, &'static str) {
    match fault {
        PaaFault::SyntaxExtraXsd | PaaFault::SyntaxXsd => (400, "Bad Request", "ODP-101", "PAA_SINTASSI"),
        PaaFault::Semantic => (422, "Unprocessable Entity", "ODP-102", "PAA_SEMANTICA"),
        PaaFault::WrongInstitution => (400, "Bad Request", "ODP-104", "PAA_ID_DOMINIO_ERRATO"),
        PaaFault::WrongBroker => (400, "Bad Request", "ODP-105", "PAA_ID_INTERMEDIARIO_ERRATO"),
        PaaFault::WrongStation => (400, "Bad Request", "ODP-106", "PAA_STAZIONE_INT_ERRATA"),
        PaaFault::UnknownPayment => (404, "Not Found", "ODP-107", "PAA_PAGAMENTO_SCONOSCIUTO"),
        PaaFault::AlreadyPaid => (409, "Conflict", "ODP-108", "PAA_PAGAMENTO_DUPLICATO"),
        PaaFault::InProgress => (409, "Conflict", "ODP-109", "PAA_PAGAMENTO_IN_CORSO"),
        PaaFault::Expired => (422, "Unprocessable Entity", "ODP-110", "PAA_PAGAMENTO_SCADUTO"),
        PaaFault::Cancelled => (422, "Unprocessable Entity", "ODP-111", "PAA_PAGAMENTO_ANNULLATO"),
        PaaFault::DuplicateReceipt | PaaFault::SystemError => {
            (500, "Internal Server Error", "ODP-103", "PAA_SYSTEM_ERROR")
        }
    }
}

const fn of_option(standing: OptionStanding) -> (&'static str, &'static str) {
    match standing {
        OptionStanding::Unpaid => ("PO_UNPAID", "da pagare"),
        OptionStanding::Paid => ("PO_PAID", "pagata"),
        OptionStanding::PartiallyPaid => ("PO_PARTIALLY_PAID", "pagata in parte"),
        OptionStanding::Overdue => ("PO_EXPIRED_UNPAID", "scaduta, ancora pagabile"),
        OptionStanding::Expired => ("PO_EXPIRED_NOT_PAYABLE", "scaduta, non piu' pagabile"),
        OptionStanding::Invalid => ("PO_INVALID", "annullata o sostituita da un'altra opzione"),
    }
}

const fn of_installment(standing: InstallmentStanding) -> (&'static str, &'static str) {
    match standing {
        InstallmentStanding::Unpaid => ("POI_UNPAID", "da pagare"),
        InstallmentStanding::Paid => ("POI_PAID", "pagata"),
        InstallmentStanding::Overdue => ("POI_EXPIRED_UNPAID", "scaduta, ancora pagabile"),
        InstallmentStanding::Expired => ("POI_EXPIRED_NOT_PAYABLE", "scaduta, non piu' pagabile"),
        InstallmentStanding::Invalid => ("POI_INVALID", "annullata o sostituita da un'altra opzione"),
    }
}

fn local(at: Instant) -> String {
    at.rome_datetime().format(LOCAL_TIME).to_string()
}

fn end_of_day(day: chrono::NaiveDate) -> String {
    format!("{day}T23:59:59")
}
