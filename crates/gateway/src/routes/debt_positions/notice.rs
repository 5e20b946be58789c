// SPDX-License-Identifier: AGPL-3.0-or-later
//! The payment notice of a debt position: the paper from which a citizen pays.

use actix_web::get;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_documents::notice::{NoticeStyle, notice_pdf};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ids::{DebtPositionId, InstallmentId};
use tramite_domain::printed_notice::{
    NoticeLanguage, NoticePart, PrintedNotice, PrintedSlips, new_slips, printed_notice,
};
use utoipa::IntoParams;

use super::load::load;
use crate::auth::Tenant;
use crate::convention::{Answer, Etag, LAYOUT, drawn, pdf_answer};
use crate::extract::{Query, Segment};
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::words;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct NoticeParameters {
    /// The only installment to be printed; all that can be paid now where left out.
    #[param(value_type = Option<words::Id>)]
    installment_id: Option<InstallmentId>,
    /// The languages of the notice; `it` where left out.
    #[param(value_type = Option<words::NoticeLanguage>)]
    language: Option<NoticeLanguage>,
}

/// Shows the payment notice of a debt position
///
/// A PDF (PDF/A-2a, PDF/UA-1) with a code for each thing that can be paid now: one amount, the installments that are left, or both
/// amounts of a fine. What is paid, withdrawn or past its time is not printed; of more than one paper holds (installments beside a fine, a
/// second plan) the rest is printed by its `installment_id`. Equal data give equal bytes.
#[utoipa::path(
    tag = "debt-positions", operation_id = "show_debt_position_notice",
    params(("id" = words::Id, Path, description = "The id of the debt position."), NoticeParameters),
    responses((status = 200, description = "The notice.", content((words::PdfBytes = "application/pdf"))))
)]
#[get("/v1/debt-positions/{id}/notice")]
pub(super) async fn show_debt_position_notice(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<DebtPositionId>,
    parameters: Query<NoticeParameters>,
) -> Answer {
    let NoticeParameters { installment_id, language } = parameters.0;
    let language = language.unwrap_or(NoticeLanguage::It);
    let position = load(&gateway, &tenant.scope, *id).await?.position;
    let institution = gateway.store().institution(&tenant.scope).await?;
    let slips = gateway.store().printed_slips(&tenant.scope, &[position.id]).await?.remove(&position.id);
    let slips = slips.unwrap_or_default();
    let notice = printed_notice(&position, &institution, &slips, installment_id, gateway.now())?;
    keep_slips(&gateway, &tenant, &position, new_slips(&position, &notice, &slips)).await?;
    let etag = etag_of(&notice, language, (position.version, institution.version));
    // When its data were written, so that the same data are the same bytes.
    let written_at = position.updated_at.max(institution.updated_at);
    let style = NoticeStyle { language, written_at, logo: None };
    let pdf = drawn(&gateway, move || notice_pdf(&notice, &style)).await?;
    Ok(pdf_answer(&format!("notice-{}", *id), &etag, pdf))
}

/// What is printed of accounts for the first time is kept before anybody holds the paper (rules.md 17).
async fn keep_slips(
    gateway: &Gateway,
    tenant: &Tenant,
    position: &DebtPosition,
    slips: PrintedSlips,
) -> Result<(), Problem> {
    if slips.is_empty() {
        return Ok(());
    }
    let (id, at) = (position.id, gateway.now());
    let write = |batch: Batch, (account, slip)| batch.with(Write::FreezeSlip { position: id, account, slip, at });
    let batch = slips.into_iter().fold(Batch::new(), write);
    Ok(gateway.store().commit(&tenant.scope, batch).await?)
}

/// The tag of a notice: what it is drawn from, with the parts that the clock leaves, what time adds to them, and the account of the
/// slip, which another one may replace.
fn etag_of(notice: &PrintedNotice, language: NoticeLanguage, (position, institution): (i64, i64)) -> Etag {
    let slip = |part: &NoticePart| part.slip.as_ref().map_or_else(|| "-".to_owned(), |slip| format!("{slip:?}"));
    let part = |part: &NoticePart| {
        let (id, cents) = (part.installment_id.uuid().simple(), part.amount.cents());
        format!("{id}.{cents}.{:?}.{}", part.due_date, slip(part))
    };
    let parts: Vec<String> = notice.terms.parts().map(part).collect();
    Etag::digest(&format!("{LAYOUT} {} {position} {institution} {}", language.name(), parts.join(" ")))
}
