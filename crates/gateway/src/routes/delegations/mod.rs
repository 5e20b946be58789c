// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who acts for an institution, as the institution itself sees and ends it. Operators give delegations under `clients`.

mod end;
mod list;
mod show;
mod view;

use tramite_domain::access::{ApiScope, Client, Delegation};
use tramite_domain::time::Instant;

use crate::api::Api;
use crate::convention::Etag;

/// Mounts the routes.
pub(super) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(list::list_delegations, ApiScope::DelegationsRead);
    api.tenant(show::show_delegation, ApiScope::DelegationsRead).etag();
    api.tenant(end::end_delegation, ApiScope::DelegationsWrite).conditional();
}

/// The version of a delegation: that of its client, and whether it holds now.
fn etag(client: &Client, delegation: &Delegation, now: Instant) -> Etag {
    Etag::of(client.version, view::status_of(delegation, now).name())
}
