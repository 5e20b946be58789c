// SPDX-License-Identifier: AGPL-3.0-or-later
//! Batches of notice numbers that are reserved for an institution (rules.md 3).

mod add;
mod show;
mod view;

use tramite_domain::access::ApiScope;

use crate::api::Api;
use crate::problem::Code;

pub(crate) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(add::add_iuv_batch, ApiScope::DebtPositionsWrite).idempotent().etag().refuses(&[
        Code::NoIssuingStation,
        Code::InstitutionNotActive,
        // The kept answer to the same request, for services that no longer exist for the caller.
        Code::NotFound,
    ]);
    api.tenant(show::show_iuv_batch, ApiScope::DebtPositionsRead).etag();
}
