// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller says about a session, with its items already looked up.

use crate::attempt::Attempt;
use crate::debt_position::DebtPosition;
use crate::money::Cents;
use crate::notice::NoticeNumber;
use crate::personal::Personal;
use crate::tax_code::InstitutionTaxCode;
use crate::text::Text;

use super::{CallerMetadata, CheckoutSession, IfBusy, Language, OnAbandon, ReturnMode};

/// Items of a session at most: the notices of a cart (sla.md 1).
pub const ITEMS_MAX: usize = 5;
/// Shortest life of a session, in seconds.
pub const EXPIRES_IN_MIN: i64 = 300;
/// Longest life of a session, in seconds.
pub const EXPIRES_IN_MAX: i64 = 86_400;
/// Life of a session where the caller says nothing, in seconds.
pub const EXPIRES_IN_DEFAULT: i64 = 1_800;

/// A session as a caller writes it. The addresses were checked against the delegation's origins before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionInput {
    /// The caller's own key.
    pub client_reference: Option<String>,
    /// Who pays.
    pub payer: Option<PayerInput>,
    /// Where the citizen returns.
    pub return_url: String,
    /// Where the citizen returns after giving up.
    pub cancel_url: Option<String>,
    /// Comes back in the return token.
    pub state: Option<String>,
    /// Whether the return carries a token.
    pub return_mode: ReturnMode,
    /// Life in seconds.
    pub expires_in: i64,
    /// What happens to positions made inline.
    pub on_abandon: OnAbandon,
    /// What happens when somebody else is paying.
    pub if_busy: IfBusy,
    /// Whether the citizen may take the notice instead.
    pub allow_notice: bool,
    /// Language of the pages.
    pub language: Language,
    /// The caller's own data.
    pub metadata: CallerMetadata,
}

/// Who pays, as given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PayerInput {
    /// Tax code.
    pub tax_code: Option<Personal<String>>,
    /// Full name.
    pub full_name: Option<Personal<String>>,
    /// E-mail.
    pub email: Option<Personal<String>>,
}

/// One item, looked up.
#[derive(Debug, Clone)]
pub enum ItemInput {
    /// A position of the institution, with who may be paying it.
    Own(Box<OwnItem>),
    /// A notice of another institution that this client may pay (rules.md 37).
    Foreign(ForeignItem),
}

/// A position of the institution.
#[derive(Debug, Clone)]
pub struct OwnItem {
    /// The position; made a moment ago where `inline`.
    pub position: DebtPosition,
    /// The installment meant, where named.
    pub choice: Choice,
    /// Whether the session makes the position.
    pub inline: bool,
    /// What the caller believes is due.
    pub expected_amount: Option<i64>,
    /// Attempts on its installments.
    pub attempts: Vec<Attempt>,
    /// Sessions that hold one of its installments.
    pub sessions: Vec<CheckoutSession>,
}

/// Which installment of a position is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The only payable one.
    Only,
    /// The one of that reference.
    Reference(String),
    /// The one of that notice.
    Notice(NoticeNumber),
}

/// Another institution's notice, payable, for the expected amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignItem {
    /// The notice.
    pub notice_number: NoticeNumber,
    /// The creditor.
    pub creditor_tax_code: InstitutionTaxCode,
    /// The creditor's name.
    pub company_name: Text<1, 140>,
    /// What the citizen reads at Checkout.
    pub description: Text<1, 140>,
    /// What is due.
    pub amount: Cents,
}
