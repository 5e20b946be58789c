// SPDX-License-Identifier: AGPL-3.0-or-later
//! The codes of a notice: as their encoders see them, dark and light modules.

mod data_matrix;
mod qr;

use std::ops::Range;

pub(crate) use data_matrix::data_matrix;
pub(crate) use qr::qr;

/// A square of modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Modules {
    width: usize,
    dark: Vec<bool>,
}

impl Modules {
    /// How many modules a row has.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// The modules, row by row.
    pub(crate) fn dark(&self) -> &[bool] {
        &self.dark
    }

    /// The dark modules as bars: a row, and the columns of modules that are side by side.
    pub(crate) fn bars(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        self.dark.chunks(self.width.max(1)).enumerate().flat_map(|(row, modules)| {
            let mut column: usize = 0;
            modules.chunk_by(|one, next| one == next).filter_map(move |bar| {
                let columns = column..column.saturating_add(bar.len());
                column = columns.end;
                bar.first().is_some_and(|dark| *dark).then_some((row, columns))
            })
        })
    }
}
