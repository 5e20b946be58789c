// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is wrong with a configuration: one line for each setting, which names its variable and says what is expected.

use std::fmt;

/// One wrong setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    variable: &'static str,
    text: String,
}

impl Problem {
    /// What is wrong with the setting of that variable. A second line would hide from whoever reads logs by lines.
    pub(crate) fn new(variable: &'static str, text: impl Into<String>) -> Self {
        let text = text.into().split_whitespace().collect::<Vec<_>>().join(" ");
        Self { variable, text }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.variable, self.text)
    }
}

/// Everything that is wrong with a configuration. The program ends with exit code 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WrongConfiguration(pub(crate) Vec<Problem>);

impl WrongConfiguration {
    /// One wrong setting.
    pub(crate) fn one(variable: &'static str, text: impl Into<String>) -> Self {
        Self(vec![Problem::new(variable, text)])
    }
}

impl fmt::Display for WrongConfiguration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.0.iter().enumerate() {
            if number > 0 {
                formatter.write_str("\n")?;
            }
            write!(formatter, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for WrongConfiguration {}
