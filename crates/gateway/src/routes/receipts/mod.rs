// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts over REST.

mod compose;
mod list;
mod show;
mod view;

use tramite_domain::access::ApiScope;

use crate::api::Api;

pub(crate) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(list::list_receipts, ApiScope::ReceiptsRead);
    api.tenant(show::show_receipt, ApiScope::ReceiptsRead).etag();
}
