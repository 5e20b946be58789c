// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rows, once for both databases, and their way from and to the domain.

pub(crate) mod access;
pub(crate) mod anomaly;
pub(crate) mod attempt;
pub(crate) mod document;
pub(crate) mod event;
pub(crate) mod form;
pub(crate) mod import;
pub(crate) mod installment;
pub(crate) mod installment_key;
pub(crate) mod institution;
pub(crate) mod iuv_batch;
pub(crate) mod journal;
pub(crate) mod logo;
pub(crate) mod position;
pub(crate) mod receipt;
pub(crate) mod receipt_key;
pub(crate) mod recovery;
pub(crate) mod service;
pub(crate) mod session;
pub(crate) mod session_item;
pub(crate) mod submission;
pub(crate) mod support;
pub(crate) mod webhook;

use std::fmt::Display;
use std::str::FromStr;

use tramite_domain::money::Cents;
use tramite_domain::time::Instant;

use crate::error::StoreError;

/// Reads a stored text; what the domain's parser refuses is a database in disorder, never an absence.
pub(crate) fn read<T>(column: &'static str, text: &str) -> Result<T, StoreError>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse().map_err(|error| StoreError::failed(format!("{column} cannot be read: {error}")))
}

/// Reads a stored text that may be absent.
pub(crate) fn read_some<T>(column: &'static str, text: Option<&str>) -> Result<Option<T>, StoreError>
where
    T: FromStr,
    T::Err: Display,
{
    text.map(|text| read(column, text)).transpose()
}

/// A stored name that must be one of the domain's.
pub(crate) fn known<T>(column: &'static str, value: Option<T>) -> Result<T, StoreError> {
    value.ok_or_else(|| StoreError::failed(format!("{column} holds what this program does not know")))
}

/// A stored amount.
pub(crate) fn cents(column: &'static str, value: i64) -> Result<Cents, StoreError> {
    Cents::new(value).map_err(|error| StoreError::failed(format!("{column} cannot be read: {error}")))
}

/// A number in the width its column has.
pub(crate) fn fit<T, U>(column: &'static str, value: T) -> Result<U, StoreError>
where
    U: TryFrom<T>,
{
    known(column, U::try_from(value).ok())
}

/// The place of an element in its list, from 0.
pub(crate) fn place(index: usize) -> Result<i16, StoreError> {
    fit("place", index)
}

/// A digest of 32 bytes.
pub(crate) fn digest(column: &'static str, bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    fit(column, bytes)
}

/// When the clock must next be told: the first instant at which the state is not the one told last. An instant at which
/// dates pass and the state stays the same is none: it would be due for ever.
pub(crate) fn next_change<S: PartialEq>(
    since: Instant,
    told: &S,
    status: impl Fn(Instant) -> S,
    next: impl Fn(Instant) -> Option<Instant>,
) -> Option<Instant> {
    let mut at = since;
    while status(at) == *told {
        at = next(at).filter(|later| *later > at)?;
    }
    Some(at)
}
