// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every route of the public listener, in one list: the router and the contract are made from it.

mod audit;
mod checkout_sessions;
mod clients;
mod debt_positions;
mod delegations;
mod document_batches;
mod events;
mod exports;
mod imports;
mod institutions;
mod iuv_batches;
mod journal;
mod persons;
mod raw_messages;
mod receipt_recoveries;
mod receipts;
mod registries;
mod services;
mod stations;
mod status;
mod submissions;
mod support_accesses;
mod trusted_issuers;
mod webhook_endpoints;

pub(crate) use checkout_sessions::{
    Home, HostedSession, Misses, Waits, home_of, is_for_citizens, open_hosted, too_often,
};
pub(crate) use debt_positions::{DebtPositionInput, citizens_paper, load};
pub(crate) use receipts::citizens_receipt;
pub(crate) use submissions::{looked_up, submitted};

use crate::api::Api;
use crate::{hosted, oauth, pages};

/// Mounts every route. The router tries them in this order, so what is asked most comes first.
pub(crate) fn mount(api: &mut Api<'_, '_>) {
    crate::soap::mount(api);
    debt_positions::mount(api);
    checkout_sessions::mount(api);
    iuv_batches::mount(api);
    receipts::mount(api);
    receipt_recoveries::mount(api);
    events::mount(api);
    exports::mount(api);
    imports::mount(api);
    document_batches::mount(api);
    journal::mount(api);
    persons::mount(api);
    status::mount(api);
    institutions::mount(api);
    stations::mount(api);
    clients::mount(api);
    delegations::mount(api);
    support_accesses::mount(api);
    trusted_issuers::mount(api);
    webhook_endpoints::mount(api);
    audit::mount(api);
    raw_messages::mount(api);
    services::mount(api);
    registries::mount(api);
    submissions::mount(api);
    oauth::mount(api);
    hosted::mount(api);
    pages::mount(api);
}
