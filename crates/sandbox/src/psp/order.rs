// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is asked of the provider.

use serde::{Deserialize, Serialize};
use tramite_domain::email::Email;
use tramite_domain::money::Cents;
use tramite_domain::notice::NoticeNumber;
use tramite_domain::personal::Personal;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_pagopa::current::{Party, PartyKind, TransferType};

use super::script::Script;
use crate::flaw::Flaw;
use crate::node::{Channel, NoticeKey};

/// Characters of `paymentNote`.
pub(crate) const PAYMENT_NOTE_CHARS_MAX: usize = 210;

/// The payment of one notice at a provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    pub(crate) creditor_tax_code: InstitutionTaxCode,
    pub(crate) notice_number: NoticeNumber,
    /// Where nobody says it, the notice may (`magic`); else it is paid.
    #[serde(default)]
    pub(crate) script: Option<Script>,
    #[serde(default)]
    pub(crate) transfer_type: Option<Account>,
    /// What the provider believes is due.
    #[serde(default)]
    pub(crate) amount: Option<Cents>,
    #[serde(default)]
    pub(crate) payment_note: Option<String>,
    #[serde(default)]
    pub(crate) channel: Channel,
    #[serde(default)]
    pub(crate) payer: Option<PayerInput>,
    /// The provider's own fee, in cents.
    #[serde(default)]
    pub(crate) fee: Option<Cents>,
    #[serde(default)]
    pub(crate) skip_verify: bool,
    #[serde(default)]
    pub(crate) force: bool,
}

/// Which account the provider asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Account {
    Postal,
    Pagopa,
}

impl From<Account> for TransferType {
    fn from(account: Account) -> TransferType {
        match account {
            Account::Postal => TransferType::Postal,
            Account::Pagopa => TransferType::PagoPa,
        }
    }
}

/// Who pays, where it is not the debtor.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PayerInput {
    /// 2 to 16 characters.
    tax_code: Personal<String>,
    /// 1 to 70 characters.
    full_name: Personal<String>,
    #[serde(default)]
    email: Option<Personal<String>>,
}

impl PayerInput {
    /// As receipts name a payer.
    pub(crate) fn party(&self) -> Party {
        let is_company = self.tax_code.expose().bytes().all(|byte| byte.is_ascii_digit());
        Party {
            kind: if is_company { PartyKind::Organisation } else { PartyKind::Person },
            code: self.tax_code.clone(),
            full_name: self.full_name.clone(),
            street: None,
            civic_number: None,
            postal_code: None,
            city: None,
            province: None,
            country: None,
            email: self.email.clone(),
        }
    }

    pub(crate) fn flaws(&self, at: &str, flaws: &mut Vec<Flaw>) {
        let mut expect = |holds: bool, name: &str, detail: &'static str| {
            if !holds {
                flaws.push(Flaw::new(format!("{at}/{name}"), detail));
            }
        };
        expect(has_length(self.tax_code.expose(), 2, 16), "tax_code", "2 to 16 characters");
        expect(has_length(self.full_name.expose(), 1, 70), "full_name", "1 to 70 characters");
        let is_email = self.email.as_ref().is_none_or(|email| email.expose().parse::<Email>().is_ok());
        expect(is_email, "email", "an e-mail address");
    }
}

impl Order {
    pub(crate) const fn key(&self) -> NoticeKey {
        NoticeKey { creditor: self.creditor_tax_code, number: self.notice_number }
    }

    /// What is wrong with its values.
    pub(crate) fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        if let Some((pointer, detail)) = self.script.as_ref().and_then(Script::flaw) {
            flaws.push(Flaw::new(pointer, detail));
        }
        if self.payment_note.as_ref().is_some_and(|note| !has_length(note, 1, PAYMENT_NOTE_CHARS_MAX)) {
            flaws.push(Flaw::new("/payment_note", "1 to 210 characters"));
        }
        if let Some(payer) = &self.payer {
            payer.flaws("/payer", &mut flaws);
        }
        flaws
    }
}

fn has_length(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.chars().count())
}
