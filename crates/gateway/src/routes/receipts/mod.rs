// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts over REST.

mod compose;
mod list;
mod resolve;
mod search;
mod show;
mod view;

pub(crate) use compose::view as view_of_receipt;
pub(crate) use show::citizens_receipt;
pub(crate) use view::ReceiptView;

use tramite_domain::access::ApiScope;

use crate::api::Api;
use crate::problem::Code;

pub(crate) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(list::list_receipts, ApiScope::ReceiptsRead);
    api.tenant(search::find_receipts, ApiScope::ReceiptsRead);
    api.tenant(show::show_receipt, ApiScope::ReceiptsRead).etag();
    // Refunding and booking are what those do who mark positions paid outside of pagoPA: there is no scope that writes
    // receipts, for nobody does.
    api.tenant(resolve::resolve_receipt, ApiScope::DebtPositionsSettle)
        .idempotent()
        .etag()
        .conditional()
        .refuses(&[Code::AlreadyResolved]);
}
