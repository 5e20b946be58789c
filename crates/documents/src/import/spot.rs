// SPDX-License-Identifier: AGPL-3.0-or-later
//! One place in the body that a column fills.

use super::columns::{METADATA_PREFIXES, Named, PAYMENT_METADATA_PREFIXES, Target, named};
use super::names::after_prefix;

/// One place in the body, within its position, option or installment. Transfers are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spot {
    Action,
    OptionName,
    FirstName,
    LastName,
    Root(&'static str),
    Debtor(&'static str),
    Address(&'static str),
    Option(&'static str),
    Installment(&'static str),
    Transfer(usize, &'static str),
    Beneficiary(usize, &'static str),
    Stamp(usize, &'static str),
    Chapter(usize),
    Metadata(String),
    PaymentMetadata(String),
}

/// What a place belongs to: rows of one position agree on what belongs to it, rows of one option on what belongs to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Row,
    Position,
    Option,
}

impl Spot {
    /// Where a column of the table goes; nowhere where the report made it.
    pub(super) fn of(named: Named) -> Option<Self> {
        let number = named.number;
        Some(match named.column.target {
            Target::Action => Self::Action,
            Target::OptionName => Self::OptionName,
            Target::FirstName => Self::FirstName,
            Target::LastName => Self::LastName,
            Target::Root(member) => Self::Root(member),
            Target::Debtor(member) => Self::Debtor(member),
            Target::Address(member) => Self::Address(member),
            Target::Option(member) => Self::Option(member),
            Target::Installment(member) => Self::Installment(member),
            Target::Transfer(member) => Self::Transfer(number, member),
            Target::Beneficiary(member) => Self::Beneficiary(number, member),
            Target::Stamp(member) => Self::Stamp(number, member),
            Target::Chapter => Self::Chapter(number),
            Target::Report => return None,
        })
    }

    /// Where a column of pairs goes: `metadata.KEY` or `payment_metadata.KEY`.
    pub(super) fn pair(header: &str) -> Option<Self> {
        let key = |prefixes: [&str; 2]| prefixes.iter().find_map(|prefix| after_prefix(header, prefix));
        // The longer prefixes begin like the shorter ones.
        if let Some(key) = key(PAYMENT_METADATA_PREFIXES) {
            return Some(Self::PaymentMetadata(key.to_owned()));
        }
        key(METADATA_PREFIXES).map(|key| Self::Metadata(key.to_owned()))
    }

    pub(super) const fn level(&self) -> Level {
        match self {
            Self::Root(_) | Self::Debtor(_) | Self::Address(_) | Self::FirstName | Self::LastName => Level::Position,
            Self::Option(_) => Level::Option,
            _ => Level::Row,
        }
    }

    /// The transfer that it belongs to.
    pub(super) const fn transfer(&self) -> Option<usize> {
        match self {
            Self::Transfer(number, _)
            | Self::Beneficiary(number, _)
            | Self::Stamp(number, _)
            | Self::Chapter(number) => Some(*number),
            _ => None,
        }
    }

    /// Its pointer from where its position, option or installment begins; that of a transfer from where the transfer begins.
    pub(super) fn path(&self) -> String {
        match self {
            Self::Action | Self::OptionName => String::new(),
            Self::FirstName | Self::LastName => "/debtor/full_name".to_owned(),
            Self::Debtor(member) => format!("/debtor/{member}"),
            Self::Address(member) => format!("/debtor/address/{member}"),
            Self::Root(member) | Self::Option(member) | Self::Installment(member) | Self::Transfer(_, member) => {
                format!("/{member}")
            }
            Self::Beneficiary(_, member) => format!("/beneficiary/{member}"),
            Self::Stamp(_, member) => format!("/stamp/{member}"),
            Self::Chapter(_) => "/accounting".to_owned(),
            Self::Metadata(key) => format!("/metadata/{}", escaped(key)),
            Self::PaymentMetadata(key) => format!("/payment_metadata/{}", escaped(key)),
        }
    }

    /// The place that a key of a layout names.
    pub(super) fn named(key: &str) -> Option<Self> {
        named(key).and_then(Self::of).or_else(|| Self::pair(key))
    }
}

/// A member name in a pointer (RFC 6901).
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
