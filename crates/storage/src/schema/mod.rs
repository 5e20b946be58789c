// SPDX-License-Identifier: AGPL-3.0-or-later
//! The tables, once for both databases. The columns stand in the order of the migrations.

mod checkout;
mod debts;
mod documents;
mod files;
mod forms;
mod messages;
mod platform;
mod recoveries;
mod registry;
mod webhooks;

pub(crate) use checkout::*;
pub(crate) use debts::*;
pub(crate) use documents::*;
pub(crate) use files::*;
pub(crate) use forms::*;
pub(crate) use messages::*;
pub(crate) use platform::*;
pub(crate) use recoveries::*;
pub(crate) use registry::*;
pub(crate) use webhooks::*;

diesel::allow_tables_to_appear_in_same_query!(
    debt_positions,
    payment_options,
    installments,
    transfers,
    attempts,
    checkout_sessions,
    session_items,
    services,
    journal,
    receipt_recoveries,
    form_places,
    installment_keys,
);
diesel::allow_tables_to_appear_in_same_query!(form_submissions, submission_persons);
diesel::allow_tables_to_appear_in_same_query!(imports, import_rows);
diesel::allow_tables_to_appear_in_same_query!(document_batches, document_parts);
diesel::allow_tables_to_appear_in_same_query!(receipts, receipt_transfers, receipt_anomalies, receipt_keys);
diesel::allow_tables_to_appear_in_same_query!(
    clients,
    client_keys,
    client_secrets,
    delegations,
    support_accesses,
    webhook_endpoints,
    webhook_lanes,
    webhook_deliveries,
);

// What a position is looked up by, within queries on the tables themselves.
diesel::alias!(installments as asked_installments: AskedInstallments);
