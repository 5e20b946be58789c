// SPDX-License-Identifier: AGPL-3.0-or-later
//! One receipt: as JSON, as the paper for a citizen, or as the message that the Node addressed to this institution.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, X_CONTENT_TYPE_OPTIONS};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use tramite_documents::receipt::{receipt_document, receipt_pdf};
use tramite_domain::access::ApiScope;
use tramite_domain::ids::ReceiptRowId;
use tramite_domain::receipt::Receipt;

use super::compose::{has_xml, view};
use super::view::ReceiptView;
use crate::auth::Tenant;
use crate::convention::{Answer, Etag, LAYOUT, PDF, Reply, document_answer, drawn, unchanged};
use crate::extract::Segment;
use crate::gate::best;
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};
use crate::words;

/// What it can be read as; the first where the caller does not mind.
const JSON: &str = "application/json";
const XML: &str = "application/xml";

/// Shows a receipt
///
/// With `Accept: application/pdf` the paper for the citizen, which names the transfers of your institution alone; there is none where
/// nothing was paid. With `If-None-Match` and its `ETag` it is not drawn again. With `Accept: application/xml` the message exactly as the Node addressed it to your institution.
#[utoipa::path(
    tag = "receipts", operation_id = "show_receipt",
    params(("id" = words::Id, Path, description = "The id of the receipt.")),
    responses((status = 200, description = "The receipt.", content(
        (ReceiptView = "application/json"),
        (words::PdfBytes = "application/pdf"),
        (words::XmlMessage = "application/xml")
    )), (status = 304, description = "The paper is the one that the caller has."))
)]
#[get("/v1/receipts/{id}")]
pub(crate) async fn show_receipt(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<ReceiptRowId>,
    request: HttpRequest,
) -> Answer {
    let receipt = gateway.store().receipt(&tenant.scope, *id).await?.or_not_found()?;
    let media = best(request.headers(), [JSON, PDF, XML]);
    if media == Some(PDF) {
        return paper(&gateway, &tenant, &request, receipt).await;
    }
    if media == Some(XML) {
        // Who reads in support reads what the API shows, and not the Node's messages, which name persons whole.
        if tenant.support().is_some() {
            return Err(Problem::insufficient_scope(ApiScope::JournalPayload.name()));
        }
        // It went with the persons that it named when its accounting was over, or never came from the Node.
        if !has_xml(&receipt) {
            return Err(Problem::new(Code::NotFound));
        }
        return Ok(message(receipt));
    }
    Ok(Reply::ok(&view(&receipt))?.etag(&etag_of(&receipt)).into_response())
}

/// The paper for the citizen who paid, for whoever has shown to be that.
///
/// # Errors
/// 404 where there is none.
pub(crate) async fn citizens_receipt(
    gateway: &Gateway,
    tenant: &Tenant,
    request: &HttpRequest,
    id: ReceiptRowId,
) -> Answer {
    let receipt = gateway.store().receipt(&tenant.scope, id).await?.or_not_found()?;
    paper(gateway, tenant, request, receipt).await
}

/// A receipt never changes but for what is found strange about it, and who deals with that.
pub(super) fn etag_of(receipt: &Receipt) -> Etag {
    Etag::of(receipt.version, receipt.content.outcome.name())
}

/// The paper for the citizen: the same bytes as long as the receipt and the name of the institution are the same.
async fn paper(gateway: &Gateway, tenant: &Tenant, request: &HttpRequest, receipt: Receipt) -> Answer {
    let institution = gateway.store().institution(&tenant.scope).await?;
    let document = receipt_document(&receipt, &institution).or_not_found()?;
    let (id, etag, written_at) = (receipt.id, etag_of_paper(&receipt, institution.version), receipt.received_at);
    if let Some(answer) = unchanged(request, &etag) {
        return Ok(answer);
    }
    let pdf = drawn(gateway, move || receipt_pdf(&document, written_at)).await?;
    Ok(document_answer((PDF, &format!("receipt-{id}.pdf")), &etag, pdf))
}

fn etag_of_paper(receipt: &Receipt, institution: i64) -> Etag {
    Etag::digest(&format!("{LAYOUT} {} {} {institution}", receipt.id, receipt.version))
}

/// The bytes as received, as a download that no browser guesses about.
fn message(receipt: Receipt) -> HttpResponse {
    let file = format!("attachment; filename=\"receipt-{}.xml\"", receipt.id);
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, XML))
        .insert_header((CONTENT_DISPOSITION, file))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((ETAG, etag_of(&receipt).to_string()))
        .body(receipt.message.bytes)
}
