// SPDX-License-Identifier: AGPL-3.0-or-later
//! The environment that a database is sealed to, once and for all (api.md, Environments).

use serde::{Deserialize, Serialize};

use crate::named::named;

/// Sandbox or production.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// No real money.
    Sandbox,
    /// Real public money.
    Production,
}

named!(Environment { Sandbox = "sandbox", Production = "production" });

impl Environment {
    /// What every secret of ours begins with.
    #[must_use]
    pub const fn secret_prefix(self) -> &'static str {
        match self {
            Self::Sandbox => "tr_test_",
            Self::Production => "tr_live_",
        }
    }
}
