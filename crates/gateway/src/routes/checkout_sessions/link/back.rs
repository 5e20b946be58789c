// SPDX-License-Identifier: AGPL-3.0-or-later
//! The citizen comes back from Checkout. That is a hint and no proof: the state comes from the receipt alone.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use tramite_domain::session::{ReturnKind, SessionStatus, returned, session_status};
use tramite_storage::StoreError;

use super::home::find;
use super::page::{Notice, language_of, page};
use super::send::{Hint, send_back};
use super::visit::page_of_problem;
use crate::gateway::Gateway;
use crate::problem::Problem;

/// How often a return is recorded again when somebody else wrote the session meanwhile.
const ATTEMPTS_MAX: u32 = 3;

/// Records the return and sends the citizen on to the portal.
pub(super) async fn come_back(
    gateway: Data<Gateway>,
    request: HttpRequest,
    place: Path<(String, String)>,
) -> HttpResponse {
    let (token, kind) = place.into_inner();
    let language = language_of(request.headers());
    let Some(kind) = ReturnKind::named(&kind) else {
        return page(&gateway, language, Notice::Unknown);
    };
    match record(&gateway, &token, kind).await {
        Ok(session) => {
            let completed = session_status(&session, gateway.now()) == SessionStatus::Completed;
            send_back(&gateway, &token, &session, hint(kind, completed), kind == ReturnKind::Cancel).await
        }
        Err(problem) => page_of_problem(&gateway, language, &problem),
    }
}

/// `completed` only when the receipt is there; what Checkout says before it is `pending` at best (api.md).
const fn hint(kind: ReturnKind, completed: bool) -> Hint {
    match kind {
        _ if completed => Hint::Completed,
        ReturnKind::Ok | ReturnKind::Waiting => Hint::Pending,
        ReturnKind::Cancel => Hint::Cancelled,
        ReturnKind::Error => Hint::Failed,
    }
}

async fn record(
    gateway: &Gateway,
    token: &str,
    kind: ReturnKind,
) -> Result<tramite_domain::session::CheckoutSession, Problem> {
    let mut made = 1;
    loop {
        let home = find(gateway, token).await?;
        // A session nobody was sent to Checkout for cannot come back from there.
        if home.session.cart.is_none() {
            return Ok(home.session);
        }
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, None);
        let batch = returned(&mut given, &home.session, kind);
        match gateway.store().commit(&home.scope, batch).await {
            Err(StoreError::Conflict) if made < ATTEMPTS_MAX => made += 1,
            Err(error) => return Err(error.into()),
            Ok(()) => return Ok(find(gateway, token).await?.session),
        }
    }
}
