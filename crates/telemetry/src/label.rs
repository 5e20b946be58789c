// SPDX-License-Identifier: AGPL-3.0-or-later
//! What may stand in a label. A caller must be able to write into none, nor to make one more.

use std::fmt::{self, Write};

/// The value of a label: a constant of the program, or a name that was registered here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label<'a>(&'a str);

impl<'a> Label<'a> {
    /// A name that is ours although it is no constant: the template of a route, the id of a station that an operator
    /// declared. There are some of them, not any number; nobody's data is in them.
    #[must_use]
    pub const fn registered(name: &'a str) -> Self {
        Self(name)
    }

    /// Writes it within its quotes.
    pub(crate) fn write(self, text: &mut String) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '\\' => text.write_str("\\\\")?,
                '"' => text.write_str("\\\"")?,
                '\n' => text.write_str("\\n")?,
                other => text.write_char(other)?,
            }
        }
        Ok(())
    }
}

impl From<&'static str> for Label<'static> {
    fn from(constant: &'static str) -> Self {
        Self(constant)
    }
}
