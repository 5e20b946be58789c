// SPDX-License-Identifier: AGPL-3.0-or-later
//! A simulated Node with Checkout and payment service providers, as strict as the real one.
//!
//! It speaks to Tramite over HTTP alone: the SOAP calls of the Node go to one address, and Tramite posts its carts
//! here. Nothing is kept but in memory, and everything that is kept has a limit (`limits`). No money moves, no
//! provider, bank or citizen exists.

mod bounded;
mod checkout;
mod flaw;
mod http;
mod limits;
mod node;
mod pages;
mod psp;
mod registry;
mod sandbox;
mod settings;

pub use flaw::Flaw;
pub use node::Pace;
pub use registry::{Institution, Registry, RegistryError, Station};
pub use sandbox::Sandbox;
pub use settings::{SandboxSettings, StartError};
