// SPDX-License-Identifier: AGPL-3.0-or-later
//! The HTTP side of Tramite: REST API, SOAP endpoint, tokens, contract, public pages.
//!
//! `rest_app` is the application of the public listener, `platform_app` that of the operators' own where they have one.
//! A route is a small
//! handler and one line in its folder's `mount`; what every route needs is done before and after it (README.md).

pub mod api;
pub mod app;
pub mod auth;
pub mod callback;
pub mod contract;
pub mod convention;
pub mod extract;
pub mod face;
mod forms;
mod frame;
mod gate;
pub mod gateway;
mod hosted;
pub mod keys;
pub mod metrics;
pub mod node;
mod oauth;
mod pages;
mod position_reader;
pub mod problem;
pub mod returns;
mod routes;
pub mod secret;
pub mod settings;
pub mod soap;
pub mod words;

pub use app::{platform_app, rest_app};
pub use contract::{Contract, PLACEHOLDER_URL, contract, contract_30_json, contract_json};
pub use gateway::{Gateway, GatewayError};
pub use position_reader::BodyReader;
pub use settings::{GatewaySettings, RateLimits};
