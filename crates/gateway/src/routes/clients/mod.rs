// SPDX-License-Identifier: AGPL-3.0-or-later
//! Clients: programs that call the API, operators, their secrets, keys and limits, and what institutions let them do.

mod add;
mod delegate;
mod delegations;
mod input;
mod keys;
mod limits;
mod list;
mod replace;
mod secrets;
mod show;
mod view;

pub(crate) use delegations::events as delegation_events;

use tramite_domain::access::{ApiScope, Client};

use crate::api::Api;
use crate::convention::Etag;
use crate::problem::Code;

/// Mounts the routes.
pub(super) fn mount(api: &mut Api<'_, '_>) {
    api.operator(list::list_clients, ApiScope::PlatformRead);
    api.operator(add::add_client, ApiScope::PlatformWrite).idempotent().etag();
    api.operator(show::show_client, ApiScope::PlatformRead).etag();
    api.operator(replace::replace_client, ApiScope::PlatformWrite).etag().conditional().refuses(&[Code::LastOperator]);
    api.operator(secrets::add_client_secret, ApiScope::PlatformWrite).idempotent().refuses(&[Code::SecretsFull]);
    api.operator(secrets::end_client_secret, ApiScope::PlatformWrite).refuses(&[Code::LastOperator]);
    api.operator(keys::add_client_key, ApiScope::PlatformWrite)
        .idempotent()
        .refuses(&[Code::ClientKeysFull, Code::KeyIdTaken]);
    api.operator(keys::end_client_key, ApiScope::PlatformWrite).refuses(&[Code::LastOperator]);
    api.operator(limits::replace_client_limits, ApiScope::PlatformWrite).etag().conditional();
    api.operator(delegate::replace_delegation, ApiScope::PlatformWrite).etag().conditional();
}

/// The version of a client.
fn etag(client: &Client) -> Etag {
    Etag::of(client.version, client.status.name())
}
