// SPDX-License-Identifier: AGPL-3.0-or-later
//! The listeners of one process: the API, beside it health and metrics, and where they are apart the operators' own.

mod door;
mod http;
mod listen;
mod node;
mod parts;
mod private;
mod rest;
mod timed;

pub(crate) use door::Door;
pub(crate) use listen::{bind, local_url};
pub(crate) use node::node_server;
pub(crate) use parts::{gateway_settings, importing, open_gateway, open_store, recovering, sandbox_settings, telling};
pub(crate) use private::private_server;
pub(crate) use rest::{platform_server, rest_server};
