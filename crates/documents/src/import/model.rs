// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a file of debt positions gives.

use std::collections::BTreeSet;

use serde_json::Value;
use tramite_domain::import::{FileLayout, RowAction, RowFault};

use super::places::Places;
use super::rest::Rest;

/// What holds for rows that do not say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportDefaults {
    /// The service of rows that name none.
    pub service_code: Option<String>,
    /// Whether positions are published at once.
    pub publish: bool,
    /// The tax code of the institution: a table of others may say whose a row is. None asks no row.
    pub creditor: Option<String>,
    /// How the columns are called, and in which order they stand.
    pub layout: FileLayout,
}

/// The rows of one position.
#[derive(Debug, Clone, PartialEq)]
pub struct RowGroup {
    /// Where the rows stand in the file, in its order.
    pub lines: Vec<u64>,
    /// The caller's key of the position, as far as it could be read.
    pub external_id: Option<String>,
    /// Its service, by the rows or by default.
    pub service_code: Option<String>,
    /// What the rows say, or what is wrong with them.
    pub content: Result<Piece, Vec<PlacedFault>>,
    /// What wrong rows say all the same, without what is wrong: so that what else is wrong with them is told at once, and not when
    /// they come again. None where nothing can be said of the rest.
    pub rest: Option<Rest>,
}

/// What the rows of one position say.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// What they ask for.
    pub action: RowAction,
    /// The body of `POST /v1/debt-positions`, in its long form where it comes from a table. Of a cancellation it says the key, and
    /// otherwise only what the contract asks for: nothing else of the rows is looked at.
    pub body: Value,
    /// References of installments that rows take back.
    pub withdrawn: BTreeSet<String>,
    /// Where in the file each part of the body stands.
    pub places: Places,
}

/// A fault, and which row of the group has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedFault {
    /// Index into the lines of the group.
    pub row: usize,
    /// The fault.
    pub fault: RowFault,
}

impl PlacedFault {
    pub(super) fn new(row: usize, column: Option<&str>, code: &str, detail: impl AsRef<str>) -> Self {
        Self { row, fault: RowFault::new(column, code, detail.as_ref()) }
    }
}
