// SPDX-License-Identifier: AGPL-3.0-or-later
//! The journal (giornale degli eventi) over REST.

mod extract;
mod list;
mod payload;
mod show;
mod view;

pub(crate) use view::JournalEntryView;

use tramite_domain::access::ApiScope;

use crate::api::Api;

pub(crate) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(list::list_journal_entries, ApiScope::JournalRead);
    api.tenant(show::show_journal_entry, ApiScope::JournalRead);
    api.tenant(payload::show_journal_payload, ApiScope::JournalPayload);
}
