// SPDX-License-Identifier: AGPL-3.0-or-later
//! A file of debt positions comes.

use actix_web::post;
use actix_web::web::Data;
use tramite_domain::access::ApiScope;
use tramite_domain::import::{ImportFile, Usage, Wish, check_usage, receive};

use super::form::Upload;
use super::input::ImportInput;
use super::view::{ImportView, etag_of};
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, is_answered, once};
use crate::extract::IdempotencyKey;
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

/// Loads a file
///
/// The file is taken and loaded in the background: read the import, with `wait`, to learn how far it is. One row is one installment;
/// rows of one `external_id` make one debt position; the rules are those of `POST /v1/debt-positions`, with the same codes. The
/// token needs `debt-positions:write` as well. Two files of an institution are loaded at a time, and ten gibibytes of them are
/// kept. The same file may be loaded again: what is there already stays unchanged.
#[utoipa::path(
    tag = "imports", operation_id = "add_import",
    request_body(content = ImportInput, content_type = "multipart/form-data"),
    responses((status = 202, description = "The file is here, and waits for its turn.", body = ImportView))
)]
#[post("/v1/imports")]
pub(crate) async fn add_import(gateway: Data<Gateway>, tenant: Tenant, key: IdempotencyKey, upload: Upload) -> Answer {
    if !tenant.may(ApiScope::DebtPositionsWrite) {
        return Err(Problem::insufficient_scope(ApiScope::DebtPositionsWrite.name()));
    }
    // A file that comes holds a part of it in memory: a client has some places for that, those of its requests that wait.
    let _place = gateway.waits().enter(tenant.client_id())?;
    // Who sends a file again that was taken needs no room for it: it is only looked at.
    let answered = is_answered(&gateway, &tenant, &key).await?;
    if !answered {
        check_usage(gateway.store().import_usage(&tenant.scope).await?)?;
    }
    let sent = upload.read(&gateway, &tenant, !answered).await?;
    once(&gateway, &tenant, &key, sent.fingerprint, async || {
        if answered {
            // Its answer is told again. It can only have gone since.
            return Err(Problem::new(Code::Conflict));
        }
        let usage = without(gateway.store().import_usage(&tenant.scope).await?, &sent.file);
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let received = receive(&mut given, tenant.client_id(), sent.file.clone(), wish(&tenant, &sent.input), usage)?;
        let shown = ImportView::of(&received.import);
        let reply = Reply::accepted(&shown, format!("/v1/imports/{}", received.import.id))?;
        Ok((received.batch, reply.etag(&etag_of(&received.import))))
    })
    .await
}

/// What is used by others than this file, whose parts are kept already.
fn without(usage: Usage, file: &ImportFile) -> Usage {
    Usage { kept_bytes: usage.kept_bytes.saturating_sub(file.bytes), ..usage }
}

/// What the token and the form ask for. What the token allows now holds for all rows: it has expired when they are read.
fn wish(tenant: &Tenant, input: &ImportInput) -> Wish {
    Wish {
        service_code: input.service_code.clone(),
        publish: input.publish,
        dry_run: input.dry_run,
        on_error: input.on_error,
        free_beneficiary: tenant.may(ApiScope::DebtPositionsFreeBeneficiary),
        services: tenant.scope.services().map(|codes| codes.iter().cloned().collect()),
    }
}
