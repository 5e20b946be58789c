// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts that never came, asked for by the two references of their settlement line.

mod ask;
mod list;
mod show;
mod view;

use tramite_domain::access::ApiScope;

use crate::api::Api;
use crate::problem::Code;

pub(crate) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(list::list_receipt_recoveries, ApiScope::ReceiptsRead);
    // What is recovered is booked: who may say that something was paid may ask for the proof.
    api.tenant(ask::add_receipt_recovery, ApiScope::DebtPositionsSettle)
        .idempotent()
        .etag()
        .refuses(&[Code::ReceiptRecoveryOff, Code::NotFound]);
    api.tenant(show::show_receipt_recovery, ApiScope::ReceiptsRead).etag();
}
