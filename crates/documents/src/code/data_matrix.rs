// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Data Matrix of the post: a square, as its readers expect.

use datamatrix::{DataMatrix, SymbolList};

use crate::DocumentError;
use crate::code::Modules;

/// The code of a text, which is ASCII.
pub(crate) fn data_matrix(text: &str) -> Result<Modules, DocumentError> {
    let symbols = SymbolList::default().enforce_square();
    let code = DataMatrix::encode(text.as_bytes(), symbols).map_err(|error| DocumentError::of(&error))?;
    let bitmap = code.bitmap();
    Ok(Modules { width: bitmap.width(), dark: bitmap.bits().to_vec() })
}
