// SPDX-License-Identifier: AGPL-3.0-or-later
//! What people and programs read: results on standard output, everything else on standard error.

use std::io::Write as _;

/// Where a text goes. A reader that has gone away is no failure of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Terminal {
    /// Results.
    Output,
    /// Everything else.
    Errors,
}

impl Terminal {
    /// Writes over what was written on this line; nothing clears it.
    pub(crate) fn same_line(self, text: &str) {
        let written = format!("\r{text}\x1b[K");
        match self {
            Self::Output => {
                let mut output = std::io::stdout().lock();
                let _ = output.write_all(written.as_bytes()).and_then(|()| output.flush());
            }
            Self::Errors => {
                let _ = std::io::stderr().lock().write_all(written.as_bytes());
            }
        }
    }

    /// Writes a line.
    pub(crate) fn line(self, text: &str) {
        match self {
            Self::Output => {
                let mut output = std::io::stdout().lock();
                // Flushed at once: a program may be waiting for this very line.
                let _ = writeln!(output, "{text}").and_then(|()| output.flush());
            }
            Self::Errors => {
                let _ = writeln!(std::io::stderr().lock(), "{text}");
            }
        }
    }
}
