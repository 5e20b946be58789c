// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Backoffice knows: institutions, their stations and their accounts.

mod check;
mod model;
mod routing;

pub use check::RegistryError;
pub use model::{Institution, Registry, Station};
pub(crate) use routing::{Owner, RouteFault};
