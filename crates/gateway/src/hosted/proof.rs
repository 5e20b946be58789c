// SPDX-License-Identifier: AGPL-3.0-or-later
//! The receipt as a paper: for whoever comes back from paying, and for whoever knows its id.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use subtle::ConstantTimeEq;
use tramite_domain::attempt::ATTEMPT_LOCK_SECONDS;
use tramite_domain::ids::ReceiptRowId;
use tramite_domain::session::{CheckoutSession, ItemPayment};

use super::host::Host;
use super::language::Spoken;
use super::outcome::{self, is_of_found};
use super::page::{Page, Say};
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::routes::citizens_receipt;

/// The receipt of a payment, where its outcome is.
pub(super) const PATH: &str = "/p/{institution}/outcome/{session}/receipt";

/// The receipt of a session that was paid in it. Whoever began to pay and gave up is not given the receipt of somebody who paid the same
/// debt elsewhere; of a debt that was there before, somebody else may have begun the same session. Both have the look-up.
pub(super) fn receipt_of(session: &CheckoutSession) -> Option<ReceiptRowId> {
    if is_of_found(session) {
        return None;
    }
    let began = session.cart.as_ref().and(session.processing_since)?;
    let here = |paid: &ItemPayment| paid.paid_at.seconds_since(began).abs() <= ATTEMPT_LOCK_SECONDS;
    session.items.iter().find_map(|item| item.paid.as_ref().filter(|paid| here(paid))?.receipt_id)
}

/// The receipt, for whoever came back to that address.
pub(super) async fn paid(gateway: Data<Gateway>, request: HttpRequest, place: Path<(String, String)>) -> HttpResponse {
    let (code, token) = place.into_inner();
    let spoken = Spoken::of(&request);
    let missing = || Page::new(&gateway, &request, spoken, None).say(Say::Missing);
    let found = match outcome::find(&gateway, &code, &token).await {
        Ok(found) => found,
        Err(problem) => return Page::new(&gateway, &request, spoken, None).problem(&problem).await,
    };
    let Some((host, home)) = found else { return missing().await };
    match receipt_of(&home.session) {
        Some(id) => paper(&gateway, &request, &host, spoken, id).await,
        None => missing().await,
    }
}

/// The paper itself.
pub(super) async fn paper(
    gateway: &Gateway,
    request: &HttpRequest,
    host: &Host,
    spoken: Spoken,
    id: ReceiptRowId,
) -> HttpResponse {
    let made = citizens_receipt(gateway, &host.tenant, request, id).await;
    let page = Page::new(gateway, request, spoken, Some(host));
    page.paper(made, "attachment; filename=\"ricevuta-pagopa.pdf\"").await
}

/// Whether that is the id of the receipt, as the Node wrote it or as we call it.
///
/// # Errors
/// Whatever keeps the store from telling.
pub(super) async fn is_proven(
    gateway: &Gateway,
    host: &Host,
    id: ReceiptRowId,
    entered: &str,
) -> Result<bool, Problem> {
    let receipt = gateway.store().receipt(&host.tenant.scope, id).await?;
    let same = |known: &str| bool::from(known.to_uppercase().as_bytes().ct_eq(entered.to_uppercase().as_bytes()));
    Ok(receipt.is_some_and(|receipt| same(&receipt.content.receipt_id) || same(&id.to_string())))
}
