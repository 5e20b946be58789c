// SPDX-License-Identifier: AGPL-3.0-or-later
//! The bytes of a message. They hold personal data, so each time they are read leaves a line in the audit trail.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use data_encoding::BASE64;
use serde::Serialize;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::ids::JournalId;
use tramite_domain::journal::JournalEntry;
use utoipa::ToSchema;

use super::view::PayloadFacts;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, line};
use crate::extract::Segment;
use crate::gate::best;
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// What it can be read as; the first where the caller does not mind.
const JSON: &str = "application/json";
const BYTES: &str = "application/octet-stream";

/// The bytes of a message as they were, our own credentials masked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JournalPayload {
    #[schema(value_type = words::Id)]
    id: String,
    #[schema(value_type = words::ByteCount)]
    bytes: usize,
    #[schema(value_type = words::Sha256Hex)]
    sha256: String,
    #[schema(value_type = words::MessageKind)]
    media_type: &'static str,
    /// The bytes, in base64: what nobody could read may be no text.
    #[schema(value_type = words::Base64Text)]
    base64: String,
}

/// Shows the bytes of a message
///
/// As they were received or sent, but for credentials and for the keys of citizens to their sessions, which stand as `***`. They hold
/// personal data: each reading leaves a line in the audit trail of the institution. With `Accept: application/octet-stream`
/// the bytes as a file.
#[utoipa::path(
    tag = "journal", operation_id = "show_journal_payload",
    params(("id" = words::Id, Path, description = "The id of the line.")),
    responses((status = 200, description = "The bytes.", content(
        (JournalPayload = "application/json"),
        (words::RawBytes = "application/octet-stream")
    )))
)]
#[get("/v1/journal/{id}/payload")]
pub(crate) async fn show_journal_payload(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<JournalId>,
    request: HttpRequest,
) -> Answer {
    let found = gateway.store().journal_entry(&tenant.scope, tenant.creditor, *id).await?.or_not_found()?;
    let read = line(&gateway, tenant.client_id(), "journal.payload_read", format!("journal {}", found.id));
    let read = Write::InsertAudit(read);
    gateway.store().commit(&tenant.scope, Batch::new().with(read)).await?;
    if best(request.headers(), [JSON, BYTES]) == Some(BYTES) {
        return Ok(file(found));
    }
    let PayloadFacts { bytes, sha256, media_type } = PayloadFacts::of(&found.payload);
    let base64 = BASE64.encode(&found.payload);
    let shown = JournalPayload { id: found.id.to_string(), bytes, sha256, media_type, base64 };
    Ok(Reply::ok(&shown)?.into_response())
}

/// A download that no browser guesses about.
fn file(entry: JournalEntry) -> HttpResponse {
    let file = format!("attachment; filename=\"message-{}\"", entry.id);
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, BYTES))
        .insert_header((CONTENT_DISPOSITION, file))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(entry.payload)
}
