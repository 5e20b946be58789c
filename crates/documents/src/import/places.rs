// SPDX-License-Identifier: AGPL-3.0-or-later
//! From a place in the body back to the row and the column that it came from.

use std::sync::Arc;

use tramite_domain::violation::{Violation, shown_pointer};

use super::columns::{COLUMNS, Named, TRANSFERS_MAX};
use super::model::PlacedFault;
use super::spot::{Level, Spot};

/// Where in the file each part of a body stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Places(Kind);

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    /// A line of JSON: a pointer says it all.
    Json,
    Table {
        names: Arc<ColumnNames>,
        options: Vec<Vec<InstallmentPlace>>,
    },
}

/// What the columns of a file are called.
#[derive(Debug, PartialEq)]
pub(super) struct ColumnNames {
    pub(super) columns: Vec<(Spot, String)>,
    pub(super) italian: bool,
    /// Whether the table is of ours: then a column that is not there can be named too.
    pub(super) ours: bool,
    /// Whether what is due is the sum of the transfers.
    pub(super) amount_of_transfers: bool,
}

/// Where an installment stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InstallmentPlace {
    /// Its row in the group.
    pub(super) row: usize,
    /// The numbers of its transfers, in their order in the body.
    pub(super) transfers: Vec<usize>,
}

/// Where in a table a fault stands.
pub(super) struct At {
    /// The row in the group.
    pub(super) row: usize,
    within: Within,
    /// What of the pointer is left there.
    rest: String,
}

impl At {
    /// Whether that is the place of such a cell.
    pub(super) fn is(&self, spot: &Spot) -> bool {
        self.within.has(spot) && spot.path() == self.rest
    }
}

/// What a pointer leads to.
enum Within {
    Position,
    Option,
    Installment,
    Transfer(usize),
}

impl Places {
    pub(super) const fn json() -> Self {
        Self(Kind::Json)
    }

    pub(super) const fn table(names: Arc<ColumnNames>, options: Vec<Vec<InstallmentPlace>>) -> Self {
        Self(Kind::Table { names, options })
    }

    /// The row and the column of a fault in the body. A column that the file does not have is told by the name that it would have.
    #[must_use]
    pub fn place(&self, violation: &Violation) -> PlacedFault {
        let pointer = violation.pointer.as_str();
        let (row, column) = match &self.0 {
            Kind::Json => (0, Some(shown_pointer(pointer)).filter(|shown| !shown.is_empty())),
            Kind::Table { names, options } => {
                let at = walk(options, pointer);
                (at.row, names.column(&at.within, &at.rest))
            }
        };
        PlacedFault::new(row, column.as_deref(), violation.code, &violation.detail)
    }

    /// Where in a table a fault stands; none in a line of JSON.
    pub(super) fn at(&self, violation: &Violation) -> Option<At> {
        let Kind::Table { options, .. } = &self.0 else { return None };
        Some(walk(options, &violation.pointer))
    }

    /// The row of an installment, by its place in the body. A line of JSON has them all.
    #[must_use]
    pub fn row_of_installment(&self, option: usize, installment: usize) -> Option<usize> {
        match &self.0 {
            Kind::Json => None,
            Kind::Table { options, .. } => Some(options.get(option)?.get(installment)?.row),
        }
    }
}

/// The place that a pointer leads to.
fn walk(options: &[Vec<InstallmentPlace>], pointer: &str) -> At {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    let rest = |steps: &[&str]| steps.iter().map(|step| format!("/{step}")).collect::<String>();
    let index = |step: &str| step.parse::<usize>().unwrap_or(usize::MAX);
    match steps.as_slice() {
        ["payment_options", option, "installments", installment, tail @ ..] => {
            let place = options.get(index(option)).and_then(|option| option.get(index(installment)));
            let row = place.map_or(0, |place| place.row);
            if let ["transfers", transfer, tail @ ..] = tail {
                let number = place.and_then(|place| place.transfers.get(index(transfer))).copied().unwrap_or(1);
                return At { row, within: Within::Transfer(number), rest: rest(tail) };
            }
            At { row, within: Within::Installment, rest: rest(tail) }
        }
        ["payment_options", option, tail @ ..] => {
            let first = options.get(index(option)).and_then(|option| option.first());
            At { row: first.map_or(0, |place| place.row), within: Within::Option, rest: rest(tail) }
        }
        steps => At { row: 0, within: Within::Position, rest: rest(steps) },
    }
}

impl ColumnNames {
    fn column(&self, within: &Within, rest: &str) -> Option<String> {
        match within {
            Within::Transfer(number) if rest.is_empty() => return self.first_of(|transfer| transfer == *number),
            Within::Installment if rest == "/transfers" => return self.first_of(|_| true),
            _ if rest.is_empty() => return None,
            _ => {}
        }
        let inside: Vec<&(Spot, String)> = self.columns.iter().filter(|(spot, _)| within.has(spot)).collect();
        let found = |fits: &dyn Fn(&str) -> bool| {
            inside.iter().find(|(spot, _)| fits(&spot.path())).map(|(_, name)| name.clone())
        };
        let below = format!("{rest}/");
        found(&|path| path == rest)
            .or_else(|| self.sum(within, rest))
            .or_else(|| found(&|path| rest.strip_prefix(path).is_some_and(|tail| tail.starts_with('/'))))
            .or_else(|| found(&|path| path.starts_with(&below)))
            .or_else(|| self.absent(within, rest))
    }

    /// The first column of a transfer, where the fault is of all of it.
    fn first_of(&self, which: impl Fn(usize) -> bool) -> Option<String> {
        self.columns.iter().find(|(spot, _)| spot.transfer().is_some_and(&which)).map(|(_, name)| name.clone())
    }

    /// What is due stands in the column of the first transfer where it is the sum of all.
    fn sum(&self, within: &Within, rest: &str) -> Option<String> {
        let sum = self.amount_of_transfers && matches!(within, Within::Installment) && rest == "/amount";
        let first = Spot::Transfer(1, "amount");
        self.columns.iter().find(|(spot, _)| sum && *spot == first).map(|(_, name)| name.clone())
    }

    /// The name of a column that the file does not have.
    fn absent(&self, within: &Within, rest: &str) -> Option<String> {
        if !self.ours {
            return None;
        }
        COLUMNS.iter().find_map(|column| {
            (0..=TRANSFERS_MAX).find_map(|number| {
                let spot = Spot::of(Named { column, number, italian: self.italian })?;
                (within.has(&spot) && spot.path() == rest).then(|| column.name(self.italian, number))
            })
        })
    }
}

impl Within {
    fn has(&self, spot: &Spot) -> bool {
        match self {
            Self::Position => spot.level() == Level::Position,
            Self::Option => spot.level() == Level::Option,
            Self::Installment => {
                matches!(spot, Spot::Installment(_) | Spot::Metadata(_) | Spot::PaymentMetadata(_))
            }
            Self::Transfer(number) => spot.transfer() == Some(*number),
        }
    }
}
