// SPDX-License-Identifier: AGPL-3.0-or-later
//! The creditor institution: who is owed the money, through which stations, onto which accounts.

mod define;
#[cfg(test)]
mod define_tests;
mod history;
mod links;
mod logo;
mod model;
mod pages;
mod support;

pub use define::{AccountInput, BeneficiaryInput, InstitutionInput, Registered, StationLinkInput, define, warnings};
pub use logo::{KeptLogo, remove_logo, replace_logo};
pub use model::*;
pub use pages::{pages_delegation, switch_pages};
pub use support::switch_support;
