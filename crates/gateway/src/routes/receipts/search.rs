// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts of one person, or under a number. Personal data never stands in a path or query, so the question is a body, and each
//! question leaves a line in the audit trail, as for debt positions.

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::ident::ServiceCode;
use tramite_domain::notice::{Iuv, NoticeNumber};
use tramite_domain::personal::Personal;
use tramite_domain::tax_code::SubjectTaxCode;
use tramite_domain::violation::Violation;
use tramite_storage::ReceiptFilter;
use utoipa::ToSchema;

use super::list::{ReceiptPage, page};
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, line, page_request};
use crate::extract::Body;
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::routes::debt_positions::subject;
use crate::words;

/// Which receipts: at least one of the first four is named, and all that are named hold.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"debtor_tax_code": "RSSMRA85T10A562S"}))]
pub(crate) struct ReceiptSearch {
    /// Of the debtor, or of who paid.
    #[schema(value_type = Option<words::SubjectTaxCode>)]
    debtor_tax_code: Option<Personal<String>>,
    #[schema(value_type = Option<words::IuvText>)]
    iuv: Option<Iuv>,
    #[schema(value_type = Option<words::NoticeNumber>)]
    notice_number: Option<NoticeNumber>,
    /// The Node's id of the receipt.
    #[schema(value_type = Option<words::PaymentToken>)]
    receipt_id: Option<String>,
    #[schema(value_type = Option<words::ServiceCode>)]
    service_code: Option<ServiceCode>,
    #[schema(value_type = Option<words::PageLimit>)]
    limit: Option<u16>,
    #[schema(value_type = Option<words::CursorText>)]
    cursor: Option<String>,
}

/// Searches receipts
///
/// By whose debt it was or who paid, by creditor reference, by notice, or by the Node's id. Each search leaves a line in the
/// audit trail of the institution.
#[utoipa::path(
    tag = "receipts", operation_id = "find_receipts",
    request_body = ReceiptSearch,
    responses((status = 200, description = "A page of receipts.", body = ReceiptPage))
)]
#[post("/v1/receipts/search")]
pub(crate) async fn find_receipts(gateway: Data<Gateway>, tenant: Tenant, body: Body<ReceiptSearch>) -> Answer {
    let asked = body.valid()?;
    let request = page_request(asked.limit, asked.cursor.as_deref())?;
    let code = asked.debtor_tax_code.as_ref().map(|code| code.expose().parse::<SubjectTaxCode>()).transpose();
    let code = code.map_err(|_| wrong("/debtor_tax_code", "invalid_tax_code", "It is not a tax code."))?;
    let about = match (&code, &asked.notice_number, &asked.iuv, &asked.receipt_id) {
        (Some(code), _, _, _) => subject(&gateway.store().pseudonym_key(&tenant.scope).await?, code),
        (None, Some(number), _, _) => format!("notice {number}"),
        (None, None, Some(iuv), _) => format!("iuv {iuv}"),
        (None, None, None, Some(receipt_id)) => format!("receipt_id {receipt_id}"),
        (None, None, None, None) => {
            return Err(wrong("", "required", "Name a tax code, a notice, a reference or a receipt."));
        }
    };
    let filter = ReceiptFilter {
        person_tax_code: code.map(Personal::new),
        iuv: asked.iuv.as_ref().map(ToString::to_string),
        notice_number: asked.notice_number,
        receipt_id: asked.receipt_id,
        service_code: asked.service_code,
        ..ReceiptFilter::default()
    };
    let now = gateway.now();
    let line = line(&gateway, tenant.client_id(), "receipt.searched", about);
    gateway.store().commit(&tenant.scope, Batch::new().with(Write::InsertAudit(line))).await?;
    let found = gateway.store().receipts(&tenant.scope, &filter, &request, now).await?;
    Ok(Reply::ok(&page(found))?.into_response())
}

fn wrong(pointer: &str, code: &'static str, detail: &str) -> Problem {
    Problem::invalid(vec![Violation { pointer: pointer.to_owned(), code, detail: detail.to_owned() }])
}
