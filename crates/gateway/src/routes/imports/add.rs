// SPDX-License-Identifier: AGPL-3.0-or-later
//! A file of debt positions comes.

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::web::Data;
use actix_web::{HttpRequest, post};
use tramite_domain::access::ApiScope;
use tramite_domain::import::{ImportFile, LOADING_SCOPES, Wish, free_lane, receive};
use tramite_domain::room::Room;

use super::form::{Sent, Upload};
use super::input::ImportInput;
use super::replay::shown_again;
use super::unclaimed::Unclaimed;
use super::view::{ImportView, etag_of};
use crate::auth::{Tenant, reauthorize};
use crate::convention::{Answer, Reply, is_answered, is_replay, once_completed};
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
pub(crate) async fn add_import(
    gateway: Data<Gateway>,
    request: HttpRequest,
    tenant: Tenant,
    key: IdempotencyKey,
    upload: Upload,
) -> Answer {
    check_scopes(&tenant)?;
    // A file that comes holds a part of it in memory: a client has some places for that, those of its requests that wait.
    let _place = gateway.waits().enter(tenant.client_id())?;
    // Who sends a file again that was taken needs no room for it: it is only looked at.
    let answered = is_answered(&gateway, &tenant, &key).await?;
    if !answered {
        free_lane(&gateway.store().import_room(&tenant.scope).await?)?;
    }
    let mut unclaimed = Unclaimed::new(&gateway, &tenant.scope, !answered);
    let (sent, tenant) = match taken(&gateway, request.headers(), &tenant, upload, &mut unclaimed).await {
        Ok(taken) => taken,
        Err(problem) => {
            unclaimed.end().await;
            return Err(problem);
        }
    };
    unclaimed.claim();
    let decide = async || {
        if answered {
            // Its answer is told again. It can only have gone since.
            return Err(Problem::new(Code::Conflict));
        }
        let room = without(gateway.store().import_room(&tenant.scope).await?, &sent.file);
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let received = receive(&mut given, tenant.client_id(), sent.file.clone(), wish(&tenant, &sent.input), &room)?;
        let shown = ImportView::of(&received.import);
        let reply = Reply::accepted(&shown, format!("/v1/imports/{}", received.import.id))?;
        Ok((received.batch, reply.etag(&etag_of(&received.import))))
    };
    let complete = async |kept: Vec<u8>| shown_again(&gateway, &tenant, kept).await;
    let answer = once_completed(&gateway, &tenant, &key, sent.fingerprint, decide, complete).await;
    match &answer {
        // A twin was faster.
        Ok(response) if is_replay(response) => unclaimed.end().await,
        Ok(_) => unclaimed.claimed(),
        Err(problem) if is_refusal(problem) => unclaimed.end().await,
        // Where the database did not answer there may be an import.
        Err(_) => drop(unclaimed),
    }
    answer
}

/// Takes what is sent.
async fn taken(
    gateway: &Gateway,
    headers: &HeaderMap,
    tenant: &Tenant,
    upload: Upload,
    unclaimed: &mut Unclaimed,
) -> Result<(Sent, Tenant), Problem> {
    let sent = upload.read(gateway, tenant, unclaimed).await?;
    // Who lost its rights while the file came has nothing of it taken, and is told nothing of what was.
    let tenant = reauthorize(gateway, headers, tenant).await?;
    check_scopes(&tenant)?;
    Ok((sent, tenant))
}

/// Whether it says that nothing was done, and not that we cannot tell.
fn is_refusal(problem: &Problem) -> bool {
    problem.code().status() < StatusCode::INTERNAL_SERVER_ERROR.as_u16()
}

/// What loading a file needs: the gate asks for one scope of it, and only before the file comes.
fn check_scopes(tenant: &Tenant) -> Result<(), Problem> {
    match LOADING_SCOPES.into_iter().find(|scope| !tenant.may(*scope)) {
        None => Ok(()),
        Some(missing) => Err(Problem::insufficient_scope(missing.name())),
    }
}

/// What is used by others than this file, whose parts are kept already.
fn without(room: Room, file: &ImportFile) -> Room {
    Room { kept_bytes: room.kept_bytes.saturating_sub(file.bytes), ..room }
}

/// What the token and the form ask for. The token has expired when the rows are read: they may what it allows now, as far as its
/// client is allowed it then.
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
