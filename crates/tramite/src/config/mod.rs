// SPDX-License-Identifier: AGPL-3.0-or-later
//! The configuration: options of the command line, each with a `TRAMITE_…` variable, read into types.
//!
//! Options are taken as plain text and read by us: so all faults are told at once, each in one line with the name of
//! its variable, and secrets are never repeated.

mod addresses;
mod checkout;
mod client;
mod limits;
mod node;
mod problem;
mod reader;
mod receipts;
mod safeguards;
mod secret_file;
mod serve;
mod service;
mod store;
mod worker;

pub(crate) use addresses::{loopback_address, needs_public, socket_address, web_address};
pub(crate) use checkout::sandbox_checkout;
pub(crate) use client::{ClientOptions, ClientSettings};
pub(crate) use node::{NodeListener, NodeWay};
pub(crate) use problem::{Problem, WrongConfiguration};
pub(crate) use reader::{Effective, Reader, flag, present};
pub(crate) use receipts::{ReceiptsSettings, sandbox_receipts};
pub(crate) use safeguards::{guard, guard_store};
pub(crate) use serve::{ServeOptions, ServeSettings};
pub(crate) use store::{DatabaseOptions, StoreOptions, read_master_key};
pub(crate) use worker::{WorkerConfig, WorkerOptions};
