// SPDX-License-Identifier: AGPL-3.0-or-later
//! Documents of many debt positions are asked for.

use actix_web::post;
use actix_web::web::Data;
use tramite_domain::document_batch::{DocumentWish, POSITIONS_MAX, ask};
use tramite_domain::ids::{DebtPositionId, ImportId};
use tramite_domain::printed_notice::NoticeLanguage;
use tramite_domain::refusal::Refusal;

use super::input::{DocumentBatchInput, Source, check_named};
use super::replay::shown_again;
use super::view::{DocumentBatchView, etag_of};
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, once_completed};
use crate::extract::{Body, IdempotencyKey};
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};

/// Bytes of a body: ten thousand ids have room in it.
const BYTES_MAX: usize = 512 * 1024;

/// Makes documents in bulk
///
/// Notices of what can be paid, or receipts of what was paid, of up to 10,000 debt positions, in an archive or in one PDF that is
/// ready for a print shop. They are drawn in the background: read the batch, with `wait`, to learn how far it is; then take its file, which
/// is kept for thirty days. What has no document (nothing to pay, nothing paid) is left out, and told by
/// `GET /v1/document-batches/{id}/documents`. The token needs `debt-positions:read` for notices and `receipts:read` for receipts as well. Two
/// batches of an institution are made at a time. The body has at most 512 KiB.
#[utoipa::path(
    tag = "document-batches", operation_id = "add_document_batch",
    request_body = DocumentBatchInput,
    responses((status = 202, description = "The batch waits for its turn.", body = DocumentBatchView))
)]
#[post("/v1/document-batches")]
pub(crate) async fn add_document_batch(
    gateway: Data<Gateway>,
    tenant: Tenant,
    key: IdempotencyKey,
    body: Body<DocumentBatchInput, BYTES_MAX>,
) -> Answer {
    let decide = async || {
        let input = body.valid()?;
        check_scope(&tenant, &input)?;
        let source = input.source()?;
        let room = gateway.store().document_room(&tenant.scope, gateway.now()).await?;
        let wish = DocumentWish {
            kind: input.kind,
            form: input.format,
            language: input.language.unwrap_or(NoticeLanguage::It),
            import_id: import_of(&source),
            services: tenant.scope.services().map(|codes| codes.iter().cloned().collect()),
            positions: positions(&gateway, &tenant, source).await?,
        };
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let asked = ask(&mut given, tenant.client_id(), wish, &room)?;
        let place = format!("/v1/document-batches/{}", asked.batch.id);
        let reply = Reply::accepted(&DocumentBatchView::of(&asked.batch), place)?;
        Ok((asked.writes, reply.etag(&etag_of(&asked.batch))))
    };
    let complete = async |kept: Vec<u8>| shown_again(&gateway, &tenant, kept).await;
    once_completed(&gateway, &tenant, &key, body.fingerprint(), decide, complete).await
}

fn check_scope(tenant: &Tenant, input: &DocumentBatchInput) -> Result<(), Problem> {
    let scope = input.kind.scope();
    if tenant.may(scope) { Ok(()) } else { Err(Problem::insufficient_scope(scope.name())) }
}

const fn import_of(source: &Source) -> Option<ImportId> {
    match source {
        Source::Import(lines) => Some(lines.import),
        _ => None,
    }
}

/// The debt positions that are meant: one more than there may be where there are more.
async fn positions(gateway: &Gateway, tenant: &Tenant, source: Source) -> Result<Vec<DebtPositionId>, Problem> {
    let (store, one_more) = (gateway.store(), POSITIONS_MAX + 1);
    match source {
        Source::Import(lines) => {
            let import = store.import(&tenant.scope, lines.import).await?.or_not_found()?;
            // Of one that still runs some would be missing, and nobody would see which.
            if !import.status.is_final() {
                return Err(Refusal::ImportState { status: import.status }.into());
            }
            if import.is_file_gone(gateway.now()) {
                return Err(Problem::new(Code::ImportFileGone));
            }
            Ok(store.positions_of_import(&tenant.scope, lines, one_more).await?)
        }
        Source::Named(named) => {
            let unknown = store.unknown_positions(&tenant.scope, &named).await?;
            check_named(&named, &unknown)?;
            Ok(named)
        }
        Source::Filter(filter) => Ok(store.position_ids(&tenant.scope, &filter, one_more, gateway.now()).await?),
    }
}
