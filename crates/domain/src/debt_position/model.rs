// SPDX-License-Identifier: AGPL-3.0-or-later
//! The stored facts of a debt position. States are never stored as truth: they follow from these facts and the clock.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::anomaly::Anomaly;
use crate::email::Email;
use crate::iban::Iban;
use crate::ident::{AccountCode, BeneficiaryCode, ExternalId, InstallmentReference, ServiceCode};
use crate::ids::{ClientId, DebtPositionId, InstallmentId, PaymentOptionId, ReceiptRowId};
use crate::money::Cents;
use crate::named::named;
use crate::notice::{Iuv, NoticeNumber};
use crate::personal::Personal;
use crate::service::{AmountCallback, LateCharges};
use crate::tax_code::{InstitutionTaxCode, SubjectTaxCode};
use crate::taxonomy::TaxonomyCode;
use crate::text::Text;
use crate::time::Instant;

use super::{AccountingEntry, PastAmount};

/// Key and value pairs, in the order of their keys.
pub type Metadata = BTreeMap<String, String>;

/// A debt position with all its ways to be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebtPosition {
    /// Our id.
    pub id: DebtPositionId,
    /// The service it belongs to; none only for a position that an unknown notice's receipt made (rules.md 30).
    pub service_code: Option<ServiceCode>,
    /// The caller's key; none only as above.
    pub external_id: Option<ExternalId>,
    /// What is owed, for people.
    pub description: Text<1, 140>,
    /// Who owes.
    pub debtor: Debtor,
    /// How it came to be.
    pub origin: Origin,
    /// The client that made it.
    pub created_by: Option<ClientId>,
    /// When it was published; none while a draft.
    pub published_at: Option<Instant>,
    /// Payable only from this instant.
    pub valid_from: Option<Instant>,
    /// When it was cancelled as a whole.
    pub cancelled_at: Option<Instant>,
    /// Whether its installments stop being payable at the end of their due date.
    pub expires_after_due_date: bool,
    /// What its service adds after the due date, as the service says now; kept with the service, not with the position.
    pub late_charges: Option<LateCharges>,
    /// Whom its service asks what is due, as the service says now; kept with the service as well.
    pub amount_callback: Option<AmountCallback>,
    /// What was answered to that a moment ago, or shown in a cart; never kept.
    pub amounts_told: BTreeMap<InstallmentId, Cents>,
    /// The alternatives; the first that is used excludes the others.
    pub options: Vec<PaymentOption>,
    /// The state that the last event told; the worker compares it with the clock (rules.md 9).
    pub told_status: PositionStatus,
    /// Row version, for optimistic locking and ETags.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

/// Where a position comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// `POST /v1/debt-positions`.
    Api,
    /// Inline in a checkout session.
    Session,
    /// A receipt for a notice nobody knew.
    Receipt,
    /// A row of a file.
    Import,
    /// A demand of a provider's customer for a spontaneous payment (rules.md 25).
    Demand,
    /// A submission of a form.
    Form,
}

/// Who owes the money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debtor {
    /// Person or body.
    pub kind: SubjectKind,
    /// Tax code, or `ANONIMO`.
    pub tax_code: Personal<SubjectTaxCode>,
    /// Full name.
    pub full_name: Personal<Text<1, 70>>,
    /// E-mail, in the form that the Node accepts.
    pub email: Option<Personal<Email>>,
    /// Address.
    pub address: Option<Personal<Address>>,
}

/// Natural person (F at the Node) or legal person (G).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A human being.
    NaturalPerson,
    /// A company or body.
    LegalPerson,
}

/// A postal address within the lengths of the Node's schema (current.md 5).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Address {
    /// Street.
    pub street: Option<Text<1, 70>>,
    /// Number in the street.
    pub number: Option<Text<1, 16>>,
    /// Postal code.
    pub postal_code: Option<Text<1, 16>>,
    /// City.
    pub city: Option<Text<1, 35>>,
    /// Province, two upper-case letters.
    pub province: Option<Text<2, 2>>,
    /// Country, two upper-case letters.
    pub country: Option<Text<2, 2>>,
}

/// One way to pay the whole debt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentOption {
    /// Our id.
    pub id: PaymentOptionId,
    /// Single, installments or reduced.
    pub kind: OptionKind,
    /// A reduced option ends here.
    pub available_until: Option<Instant>,
    /// Or so many days after notification.
    pub available_days: Option<u16>,
    /// The day of notification, Europe/Rome.
    pub notified_on: Option<chrono::NaiveDate>,
    /// Its installments, in order.
    pub installments: Vec<Installment>,
}

/// Kind of a payment option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionKind {
    /// One payment.
    Single,
    /// Several payments, all of them due.
    Installments,
    /// A smaller payment for who pays early.
    Reduced,
}

/// One payment: it has its own notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installment {
    /// Our id.
    pub id: InstallmentId,
    /// The caller's name of it, unique in the position.
    pub reference: InstallmentReference,
    /// What is due.
    pub amount: Cents,
    /// What was due before it was changed, the last change first.
    pub past_amounts: Vec<PastAmount>,
    /// Until when, Europe/Rome.
    pub due_date: Option<chrono::NaiveDate>,
    /// Not payable from this instant on.
    pub expires_at: Option<Instant>,
    /// What the citizen reads; the position's description where absent.
    pub description: Option<Text<1, 140>>,
    /// The creditor reference, given once.
    pub iuv: Iuv,
    /// The notice number; absent only for legacy references without notice.
    pub notice_number: Option<NoticeNumber>,
    /// When it was cancelled by itself.
    pub cancelled_at: Option<Instant>,
    /// How it was paid.
    pub payment: Option<Payment>,
    /// When its settlement was reported by the PSP.
    pub reported_at: Option<Instant>,
    /// What is strange about its payments.
    pub anomalies: BTreeSet<Anomaly>,
    /// Shares, one to five; their sum is the amount (rules.md 6).
    pub transfers: Vec<Transfer>,
    /// Goes to the Node and comes back in receipts.
    pub payment_metadata: Metadata,
    /// Never leaves Tramite.
    pub metadata: Metadata,
}

/// The payment that closed an installment. It never changes: paid is final.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// When the citizen paid, by the receipt.
    pub paid_at: Instant,
    /// What was paid, without the PSP's fee.
    pub amount: Cents,
    /// The receipt that says so; none when the institution marked it paid outside of pagoPA.
    pub receipt_id: Option<ReceiptRowId>,
    /// By what the institution finds a payment again that it marked; none with a receipt.
    pub reference: Option<Text<1, 140>>,
}

/// By which way money came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentChannel {
    /// Through pagoPA: a receipt says so.
    Pagopa,
    /// Outside of it: the institution says so (rules.md 15).
    External,
}

/// A share of an installment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// 1 to 5, its `idTransfer` at the Node.
    pub index: u8,
    /// How much.
    pub amount: Cents,
    /// To whom.
    pub target: TransferTarget,
    /// National taxonomy code.
    pub taxonomy_code: TaxonomyCode,
    /// The remittance text.
    pub remittance_information: Text<1, 140>,
    /// Goes to the Node and comes back in receipts.
    pub payment_metadata: Metadata,
    /// How it is booked; never leaves Tramite.
    pub accounting: Vec<AccountingEntry>,
}

/// Where a share goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum TransferTarget {
    /// An account of the institution, resolved to its IBAN when the Node asks.
    Account {
        /// Its name.
        account_id: AccountCode,
    },
    /// A registered beneficiary.
    Beneficiary {
        /// Its name.
        beneficiary_id: BeneficiaryCode,
    },
    /// A beneficiary written out in the request; needs `debt-positions:free-beneficiary`.
    Inline {
        /// Its tax code.
        tax_code: InstitutionTaxCode,
        /// Its name.
        company_name: Text<1, 140>,
        /// Its account.
        iban: Iban,
    },
    /// A digital stamp.
    Stamp {
        /// SHA-256 of the document, base64.
        document_hash: Text<4, 72>,
        /// Province of residence of the payer.
        province: Text<2, 2>,
    },
}

/// States of a position (rules.md, table S).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionStatus {
    /// Not published.
    Draft,
    /// Published, payable from a later instant.
    Scheduled,
    /// Payable.
    Open,
    /// Some installments are paid.
    PartiallyPaid,
    /// Nothing is left to pay.
    Paid,
    /// Paid, and reported by the PSP.
    Reported,
    /// No longer payable.
    Expired,
    /// Withdrawn by the institution.
    Cancelled,
}

/// States of an installment (rules.md, table S).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstallmentStatus {
    /// Not published.
    Draft,
    /// Payable from a later instant.
    Scheduled,
    /// Payable.
    Open,
    /// Paid.
    Paid,
    /// Paid, and reported by the PSP.
    Reported,
    /// Past its last payable instant.
    Expired,
    /// Withdrawn.
    Cancelled,
    /// Another option of the position was used.
    Superseded,
}

named!(PaymentChannel { Pagopa = "pagopa", External = "external" });
named!(OptionKind { Single = "single", Installments = "installments", Reduced = "reduced" });
named!(Origin {
    Api = "api", Session = "session", Receipt = "receipt", Demand = "demand", Import = "import",
    Form = "form",
});
named!(SubjectKind { NaturalPerson = "natural_person", LegalPerson = "legal_person" });
named!(PositionStatus {
    Draft = "draft", Scheduled = "scheduled", Open = "open", PartiallyPaid = "partially_paid", Paid = "paid",
    Reported = "reported", Expired = "expired", Cancelled = "cancelled",
});
named!(InstallmentStatus {
    Draft = "draft", Scheduled = "scheduled", Open = "open", Paid = "paid", Reported = "reported",
    Expired = "expired", Cancelled = "cancelled", Superseded = "superseded",
});

impl PositionStatus {
    /// True when no later event can change it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Paid | Self::Reported)
    }
}

impl InstallmentStatus {
    /// True when no later event can change it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Paid | Self::Reported)
    }
}

impl PaymentChannel {
    /// That of a payment with that receipt, or without one.
    #[must_use]
    pub const fn of(receipt: Option<ReceiptRowId>) -> Self {
        if receipt.is_some() { Self::Pagopa } else { Self::External }
    }
}

impl Installment {
    /// Whether it counts when its reference is named: it was not withdrawn, or it was paid all the same.
    #[must_use]
    pub const fn stands(&self) -> bool {
        self.cancelled_at.is_none() || self.payment.is_some()
    }

    /// Whether the institution marked it as paid, and no receipt paid it.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        self.payment.as_ref().is_some_and(|payment| payment.receipt_id.is_none())
    }
}

impl DebtPosition {
    /// All installments, with the option each belongs to.
    pub fn installments(&self) -> impl Iterator<Item = (&PaymentOption, &Installment)> {
        self.options.iter().flat_map(|option| option.installments.iter().map(move |one| (option, one)))
    }

    /// The installment of that id, with its option.
    #[must_use]
    pub fn installment(&self, id: InstallmentId) -> Option<(&PaymentOption, &Installment)> {
        self.installments().find(|(_, one)| one.id == id)
    }

    /// The installment of that id, to change it.
    pub fn installment_mut(&mut self, id: InstallmentId) -> Option<&mut Installment> {
        self.options.iter_mut().flat_map(|option| &mut option.installments).find(|one| one.id == id)
    }

    /// What a citizen reads for that installment.
    #[must_use]
    pub fn description_of<'a>(&'a self, installment: &'a Installment) -> &'a Text<1, 140> {
        installment.description.as_ref().unwrap_or(&self.description)
    }
}
