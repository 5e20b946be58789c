// SPDX-License-Identifier: AGPL-3.0-or-later
//! The stored facts of a checkout session.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::email::Email;
use crate::ident::{ExternalId, InstallmentReference, ServiceCode};
use crate::ids::{ClientId, DebtPositionId, InstallmentId, ReceiptRowId, SessionId};
use crate::money::Cents;
use crate::named::named;
use crate::notice::NoticeNumber;
use crate::personal::Personal;
use crate::tax_code::{InstitutionTaxCode, SubjectTaxCode};
use crate::text::Text;
use crate::time::Instant;

/// Sessions of one installment that may be open at a time: a receipt completes all of them in its own transaction.
pub const OPEN_SESSIONS_MAX: usize = 50;

/// Free data of the caller, never sent anywhere.
pub type CallerMetadata = Map<String, Value>;

/// A checkout session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutSession {
    /// Our id; the public token is derived from it.
    pub id: SessionId,
    /// The client that made it: it alone sees it.
    pub client_id: ClientId,
    /// The caller's own key, not unique.
    pub client_reference: Option<Text<1, 128>>,
    /// What is paid, one to five items.
    pub items: Vec<SessionItem>,
    /// Who pays, when the portal knows.
    pub payer: Option<Personal<Payer>>,
    /// Where the citizen returns.
    pub return_url: String,
    /// Where the citizen returns after giving up; the return URL where absent.
    pub cancel_url: Option<String>,
    /// Comes back in the return token.
    pub state: Option<Text<1, 128>>,
    /// Whether the return carries a signed token.
    pub return_mode: ReturnMode,
    /// What happens to positions made inline when nobody pays.
    pub on_abandon: OnAbandon,
    /// What happens when an item is being paid elsewhere.
    pub if_busy: IfBusy,
    /// Whether the citizen may take the notice and pay later.
    pub allow_notice: bool,
    /// Language of the hosted pages.
    pub language: Language,
    /// The caller's own data.
    pub metadata: CallerMetadata,
    /// The public URL mints nothing from this instant on.
    pub expires_at: Instant,
    /// When its client cancelled it.
    pub cancelled_at: Option<Instant>,
    /// The cart minted last.
    pub cart: Option<Cart>,
    /// Since when the payment runs: Checkout's ok or waiting return, or the Node's get with our cart.
    pub processing_since: Option<Instant>,
    /// When the Node last asked for one of the items, by whatever channel.
    pub last_get_at: Option<Instant>,
    /// How the citizen came back last.
    pub returned: Option<Returned>,
    /// The state that the last event told.
    pub told_status: SessionStatus,
    /// When it was first seen closed without payment; a payment after that is late (rules.md 38).
    pub closed_at: Option<Instant>,
    /// Row version, for optimistic locking and ETags.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

/// One thing paid in a session. What it showed when the session was made is kept with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionItem {
    /// Whose it is.
    pub subject: ItemSubject,
    /// The notice.
    pub notice_number: NoticeNumber,
    /// The creditor on the notice.
    pub creditor_tax_code: InstitutionTaxCode,
    /// The creditor's name, for the cart.
    pub company_name: Text<1, 140>,
    /// What the citizen reads.
    pub description: Text<1, 140>,
    /// What was due when the session was made.
    pub amount: Cents,
    /// The receipt that paid it.
    pub paid: Option<ItemPayment>,
}

/// Whose debt an item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemSubject {
    /// A position of the session's own institution.
    Own {
        /// The position.
        position_id: DebtPositionId,
        /// Its installment.
        installment_id: InstallmentId,
        /// Its service.
        service_code: ServiceCode,
        /// The caller's key of the position.
        external_id: ExternalId,
        /// The caller's name of the installment.
        reference: InstallmentReference,
        /// Whether the session made the position.
        inline: bool,
    },
    /// Another institution's notice: the session holds no key into the other tenant (rules.md 37).
    Foreign,
}

/// That an item was paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemPayment {
    /// When.
    pub paid_at: Instant,
    /// How much.
    pub amount: Cents,
    /// The receipt, where it is this institution's own.
    pub receipt_id: Option<ReceiptRowId>,
}

/// Who pays.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Payer {
    /// Tax code.
    pub tax_code: Option<SubjectTaxCode>,
    /// Full name.
    pub full_name: Option<Text<1, 70>>,
    /// Where Checkout sends the PSP's confirmation.
    pub email: Option<Email>,
}

/// A Checkout cart: it lives ten minutes and binds nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cart {
    /// Our `idCart`, which comes back as `paymentNote`.
    pub reference: String,
    /// When it was minted.
    pub minted_at: Instant,
    /// What it asks for; another amount due needs another cart.
    pub amount: Option<Cents>,
    /// Where the browser goes.
    pub location: String,
}

/// How the citizen came back from Checkout. It is a hint, never the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// By which of the four URLs.
    pub by: ReturnKind,
    /// When.
    pub at: Instant,
}

/// Checkout's four return URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnKind {
    /// Checkout says paid.
    Ok,
    /// The citizen gave up.
    Cancel,
    /// Something failed.
    Error,
    /// Checkout does not know yet.
    Waiting,
}

/// Whether the return carries a signed token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnMode {
    /// Session id, state and a signed hint.
    Token,
    /// The return URL as it is.
    Bare,
}

/// What happens to positions made inline when nobody pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnAbandon {
    /// They stay payable.
    Keep,
    /// They are cancelled, when no notice was issued and no get came within 30 minutes.
    Cancel,
}

/// What happens when an item is being paid elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfBusy {
    /// 409 `payment_in_progress`.
    Reject,
    /// The running session is answered, for the same client and payer only.
    Join,
}

/// Languages of the hosted pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Italian.
    It,
    /// English.
    En,
    /// German.
    De,
}

/// States of a session (rules.md, table S).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Made; nobody came yet.
    Open,
    /// A cart was minted.
    Redirected,
    /// The payment runs.
    Processing,
    /// The Node's lock passed without receipt: nobody knows yet.
    Unresolved,
    /// Every item is paid.
    Completed,
    /// Some items are paid, and the others are no longer running.
    PartiallyCompleted,
    /// Its client withdrew it.
    Cancelled,
    /// Its time passed.
    Expired,
    /// No receipt came within the Node's redelivery window.
    Failed,
}

named!(ReturnKind { Ok = "ok", Cancel = "cancel", Error = "error", Waiting = "waiting" });
named!(ReturnMode { Token = "token", Bare = "bare" });
named!(OnAbandon { Keep = "keep", Cancel = "cancel" });
named!(IfBusy { Reject = "reject", Join = "join" });
named!(Language { It = "it", En = "en", De = "de" });
named!(SessionStatus {
    Open = "open", Redirected = "redirected", Processing = "processing", Unresolved = "unresolved",
    Completed = "completed", PartiallyCompleted = "partially_completed", Cancelled = "cancelled",
    Expired = "expired", Failed = "failed",
});

impl SessionStatus {
    /// True when the session is over; a late payment may still complete it.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Completed | Self::PartiallyCompleted | Self::Cancelled | Self::Expired | Self::Failed)
    }
}

impl ReturnKind {
    /// Whether Checkout holds it possible that money was paid.
    #[must_use]
    pub const fn may_have_paid(self) -> bool {
        matches!(self, Self::Ok | Self::Waiting)
    }
}

impl CheckoutSession {
    /// Whether the citizen came back since the Node last asked, and Checkout held it possible that money was paid.
    #[must_use]
    pub fn last_try_may_have_paid(&self) -> bool {
        self.returned_since_asked().is_some_and(ReturnKind::may_have_paid)
    }

    /// Whether the citizen came back since the Node last asked, and nothing was paid.
    #[must_use]
    pub fn last_try_failed(&self) -> bool {
        self.returned_since_asked().is_some_and(|by| !by.may_have_paid())
    }

    fn returned_since_asked(&self) -> Option<ReturnKind> {
        self.returned.filter(|returned| Some(returned.at) >= self.last_get_at).map(|returned| returned.by)
    }

    /// The positions of its own items, in their order.
    pub fn own_positions(&self) -> impl Iterator<Item = DebtPositionId> {
        self.items.iter().filter_map(|item| match &item.subject {
            ItemSubject::Own { position_id, .. } => Some(*position_id),
            ItemSubject::Foreign => None,
        })
    }

    /// Whether one of its items is that installment.
    #[must_use]
    pub fn holds(&self, installment: InstallmentId) -> bool {
        let is = |item: &SessionItem| matches!(item.subject, ItemSubject::Own { installment_id, .. } if installment_id == installment);
        self.items.iter().any(is)
    }

    /// The sum of what the items showed when the session was made.
    #[must_use]
    pub fn amount(&self) -> Cents {
        Cents::sum(self.items.iter().map(|item| item.amount)).unwrap_or(Cents::ZERO)
    }

    /// The sum of what was paid of it.
    #[must_use]
    pub fn amount_paid(&self) -> Cents {
        Cents::sum(self.items.iter().filter_map(|item| item.paid.as_ref()).map(|paid| paid.amount))
            .unwrap_or(Cents::ZERO)
    }
}
