// SPDX-License-Identifier: AGPL-3.0-or-later
//! Problems (RFC 9457): the one kind of answer that says no. Causes go to the log, codes to the client.

mod code;
mod foreign;
mod record;
mod refusal;
mod render;
mod store;
mod table;

pub use code::{Code, Entry};
pub use record::{More, Problem};
pub use render::{PROBLEM_JSON, ProblemView, ViolationView};

pub(crate) use foreign::{Told, of_response};
pub(crate) use render::{VIOLATIONS_MAX, problem_type, render};

/// Turns absence into 404.
pub trait OrNotFound<T> {
    /// The thing, or the one answer for everything that does not exist for this caller.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    fn or_not_found(self) -> Result<T, Problem>;
}

impl<T> OrNotFound<T> for Option<T> {
    fn or_not_found(self) -> Result<T, Problem> {
        self.ok_or_else(|| Problem::new(Code::NotFound))
    }
}
