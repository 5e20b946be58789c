// SPDX-License-Identifier: AGPL-3.0-or-later
//! Small builders of domain objects: each whole, with every field that storage must bring back.

mod checkout;
mod debt;
mod document;
mod form;
mod import;
mod payment;
mod registry;
mod told;
mod webhook;

pub(crate) use checkout::*;
pub(crate) use debt::*;
pub(crate) use document::*;
pub(crate) use form::*;
pub(crate) use import::*;
pub(crate) use payment::*;
pub(crate) use registry::*;
pub(crate) use told::*;
pub(crate) use webhook::*;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, Ordering};

use tramite_domain::money::Cents;
use tramite_domain::text::Text;

pub(crate) const STATION: &str = "99999000039_01";
pub(crate) const IBAN: &str = "IT60X0542811101000000123456";

pub(crate) fn text<const MIN: usize, const MAX: usize>(value: &str) -> Text<MIN, MAX> {
    Text::new(value).unwrap()
}

pub(crate) fn cents(value: i64) -> Cents {
    Cents::new(value).unwrap()
}

pub(super) fn pairs(key: &str, value: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(key.to_owned(), value.to_owned()), ("zeta \"quoted\"".to_owned(), "àèì €".to_owned())])
}

/// A lane that nothing else takes which a test makes soon.
pub(super) fn lane() -> u8 {
    static TAKEN: AtomicU8 = AtomicU8::new(0);
    TAKEN.fetch_add(1, Ordering::Relaxed)
}
