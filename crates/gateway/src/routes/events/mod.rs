// SPDX-License-Identifier: AGPL-3.0-or-later
//! The feed of events over REST: of one institution, or of all those that a client acts for.

mod list;
mod reader;
mod show;
mod view;

use tramite_domain::access::ApiScope;

use crate::api::Api;
use crate::problem::Code;

pub(crate) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(list::list_events, ApiScope::EventsRead).refuses(&[Code::CursorExpired]);
    api.tenant(show::show_event, ApiScope::EventsRead).etag();
}
