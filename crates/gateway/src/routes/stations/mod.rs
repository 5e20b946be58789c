// SPDX-License-Identifier: AGPL-3.0-or-later
//! Stations: connection points of the broker at the Node.

mod list;
mod replace;
mod show;
mod wire;

use tramite_domain::access::ApiScope;
use tramite_domain::station::Station;

use crate::api::Api;
use crate::convention::Etag;

/// Mounts the routes.
pub(super) fn mount(api: &mut Api<'_, '_>) {
    api.operator(list::list_stations, ApiScope::PlatformRead);
    api.operator(show::show_station, ApiScope::PlatformRead).etag();
    api.operator(replace::replace_station, ApiScope::PlatformWrite).etag().conditional();
}

/// The version of a station.
fn etag(station: &Station) -> Etag {
    Etag::of(station.row_version, if station.enabled { "enabled" } else { "disabled" })
}
