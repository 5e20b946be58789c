// SPDX-License-Identifier: AGPL-3.0-or-later
//! The words of the contract: every kind of text and number that the API speaks, its pattern and its bounds said once.
//! A wire struct names the word of each of its fields (`#[schema(value_type = words::Iban)]`); the contract shows it
//! as a component, and the validator enforces it.

mod choice;
mod map;
mod number;
mod open;
mod text;

pub use choice::*;
pub use map::*;
pub use number::*;
pub use open::*;
pub use text::*;

use utoipa::openapi::{RefOr, Schema};

/// Every word, for the components of the contract; what no operation uses is pruned there.
pub(crate) fn all() -> Vec<(&'static str, RefOr<Schema>)> {
    let mut words = text::all();
    words.extend(number::all());
    words.extend(choice::all());
    words.extend(map::all());
    words.extend(open::all());
    words
}
