// SPDX-License-Identifier: AGPL-3.0-or-later
//! Registries: tables of an institution that its forms read.

mod input;
mod list;
mod replace;
mod show;
mod view;

use tramite_domain::access::ApiScope;
use tramite_domain::form::RegistryVersion;

use crate::api::Api;
use crate::convention::Etag;

/// Mounts the routes.
pub(super) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(list::list_registries, ApiScope::ServicesRead);
    api.tenant(show::show_registry, ApiScope::ServicesRead).etag();
    api.tenant(replace::replace_registry, ApiScope::ServicesWrite).etag().conditional();
}

/// The version of a registry.
fn etag(registry: &RegistryVersion) -> Etag {
    Etag::of(i64::from(registry.version), "registry")
}
