// SPDX-License-Identifier: AGPL-3.0-or-later
//! One line of the journal.

use actix_web::get;
use actix_web::web::Data;
use tramite_domain::ids::JournalId;

use super::list::{channel_of, channels};
use super::view::{JournalEntryView, PayloadFacts};
use crate::auth::Tenant;
use crate::convention::{Answer, Reply};
use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// Shows a line of the journal
///
/// With the length and the digest of its bytes; the bytes themselves hold personal data and are read by themselves.
#[utoipa::path(
    tag = "journal", operation_id = "show_journal_entry",
    params(("id" = words::Id, Path, description = "The id of the line.")),
    responses((status = 200, description = "The line.", body = JournalEntryView))
)]
#[get("/v1/journal/{id}")]
pub(crate) async fn show_journal_entry(gateway: Data<Gateway>, tenant: Tenant, id: Segment<JournalId>) -> Answer {
    let found = gateway.store().journal_entry(&tenant.scope, tenant.creditor, *id).await?.or_not_found()?;
    let facts = PayloadFacts::of(&found.payload);
    let known = channels(&gateway, &tenant, std::slice::from_ref(&found)).await?;
    let channel = channel_of(&found, &known);
    Ok(Reply::ok(&JournalEntryView::of(found, channel).with_payload(facts))?.into_response())
}
