// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of debt positions: columns, cells, rows that belong together, tables of others, reports and templates.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests state what they expect")]

mod amounts;
mod columns;
mod faults;
mod file_faults;
mod groups;
mod layouts;
mod layouts_told;
mod lines;
mod places;
mod reports;
mod reports_again;
mod spreadsheets;
mod support;
mod templates;
