// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a payment notice says: everything that is printed, and nothing of how (documents.md, Notice).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::debt_position::Address;
use crate::ident::AccountCode;
use crate::ids::InstallmentId;
use crate::money::Cents;
use crate::named::named;
use crate::notice::NoticeNumber;
use crate::personal::Personal;
use crate::tax_code::{InstitutionTaxCode, SubjectTaxCode};
use crate::text::Text;

/// A payment notice ("avviso di pagamento"): what a citizen holds and pays from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedNotice {
    /// Who asks for the money.
    pub creditor: NoticeCreditor,
    /// Who is asked.
    pub debtor: NoticeDebtor,
    /// For what.
    pub subject: Text<1, 140>,
    /// What can be paid, and how.
    pub terms: NoticeTerms,
}

/// Who asks for the money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeCreditor {
    /// The name that citizens read.
    pub name: Text<1, 140>,
    /// Its tax code.
    pub tax_code: InstitutionTaxCode,
    /// The office ("settore").
    pub sector: Option<Text<1, 140>>,
    /// The interbank code ("CBILL").
    pub cbill_code: Option<Text<5, 5>>,
}

/// Who is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeDebtor {
    /// The full name.
    pub full_name: Personal<Text<1, 70>>,
    /// The tax code; none where it is not known (`ANONIMO`).
    pub tax_code: Option<Personal<SubjectTaxCode>>,
    /// Where to write to.
    pub address: Option<Personal<Address>>,
}

/// What can be paid of a notice, and how. Every part is payable now: what is paid, withdrawn or past its time is not printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeTerms {
    /// One amount.
    Single(NoticePart),
    /// Installments, and all at once where that is offered too.
    Installments {
        /// All at once.
        whole: Option<NoticePart>,
        /// The installments that are left, by their numbers; never none.
        parts: Vec<NoticePart>,
        /// Whether they are all that stand: none of them is paid, past its time, or left out for another reason.
        complete: bool,
    },
    /// A fine: less for who pays early.
    Fine {
        /// The smaller amount, and until when it holds.
        discounted: NoticePart,
        /// The amount of who pays later.
        reduced: NoticePart,
    },
}

/// One thing to pay, which has a code of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticePart {
    /// The installment that is paid with it.
    pub installment_id: InstallmentId,
    /// Its number among all installments of its option, from 1, of those that are paid or withdrawn too.
    pub number: u16,
    /// What is due.
    pub amount: Cents,
    /// Until when, Europe/Rome; none where nobody said.
    pub due_date: Option<NaiveDate>,
    /// So many days from the notification too, whose day nobody knows yet: a discount ends with the earlier of the two.
    pub days_from_notification: Option<u16>,
    /// The notice number.
    pub notice_number: NoticeNumber,
    /// What a slip of the post says; none where the account is not postal.
    pub slip: Option<PostalSlip>,
}

/// What the slip of the post says ("bollettino postale PA").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalSlip {
    /// The postal account, 12 digits with noughts before it.
    pub account: String,
    /// Whose account it is.
    pub holder: Text<1, 70>,
    /// The authorisation to print it (`AUT. DB/xxxx/xxx xxxxx DEL xx/xx/xxxx`).
    pub authorization: Option<Text<1, 70>>,
}

/// What was printed on the first slips of a debt position, by the accounts of its institution.
pub type PrintedSlips = BTreeMap<AccountCode, PrintedSlip>;

/// What the first slip of an account said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedSlip {
    /// What it said.
    pub slip: PostalSlip,
    /// Whether it is on no paper for sure: a batch alone has printed it that may come to nothing.
    pub provisional: bool,
}

/// In which languages a notice is written: Italian always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeLanguage {
    /// Italian alone.
    It,
    /// With English in line.
    ItEn,
    /// With German in line.
    ItDe,
    /// With French in line.
    ItFr,
    /// With Slovene in line.
    ItSl,
    /// Italian and German side by side, neither before the other.
    ItDeEqual,
}

named!(NoticeLanguage {
    It = "it", ItEn = "it-en", ItDe = "it-de", ItFr = "it-fr", ItSl = "it-sl", ItDeEqual = "it-de-equal",
});

impl NoticeTerms {
    /// Everything that is printed with a code, in the order of the paper.
    pub fn parts(&self) -> impl Iterator<Item = &NoticePart> {
        let (first, rest): (Option<&NoticePart>, &[NoticePart]) = match self {
            Self::Single(only) => (Some(only), &[]),
            Self::Installments { whole, parts, .. } => (whole.as_ref(), parts),
            Self::Fine { discounted, reduced } => (Some(discounted), std::slice::from_ref(reduced)),
        };
        first.into_iter().chain(rest)
    }
}
