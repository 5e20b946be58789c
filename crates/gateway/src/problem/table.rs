// SPDX-License-Identifier: AGPL-3.0-or-later
//! The shape of the catalogue of problems: one line per code, said once.

/// One problem that the API may answer with: what stands in the answer and what stands on its page.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Stable snake_case name, the last part of the problem's `type`.
    pub name: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Short title, the same in every answer.
    pub title: &'static str,
    /// What has happened.
    pub meaning: &'static str,
    /// What the caller should do.
    pub action: &'static str,
}

macro_rules! problems {
    ($($variant:ident = $status:literal $name:literal $title:literal { $meaning:literal $action:literal })+) => {
        /// The code of a problem: a closed list, the same in the code, in the contract and on the pages.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $title] $variant),+ }

        impl Code {
            /// Every code there is, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its line in the catalogue.
            #[must_use]
            pub const fn entry(self) -> &'static Entry {
                match self {
                    $(Self::$variant => &Entry {
                        name: $name, status: $status, title: $title, meaning: $meaning, action: $action,
                    }),+
                }
            }
        }
    };
}
pub(super) use problems;
