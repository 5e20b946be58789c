// SPDX-License-Identifier: AGPL-3.0-or-later
//! One person: everything that an institution keeps of them, and its erasure (docs/data-protection.md). Whose data it is stands in a
//! body, and in the audit trail under a name that leads back to nobody.

mod erase;
mod erasure_view;
mod export;
mod export_view;
mod found;
mod subject;

pub(crate) use erasure_view::ErasedView;

use tramite_domain::access::ApiScope;

use crate::api::Api;

pub(crate) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(export::export_person, ApiScope::PersonsRead);
    api.tenant(erase::erase_person, ApiScope::PersonsErase).idempotent();
}
