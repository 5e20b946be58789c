// SPDX-License-Identifier: AGPL-3.0-or-later
//! The payment notice of a debt position: the paper from which a citizen pays.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, get};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use tramite_documents::logo::Logo;
use tramite_documents::notice::{DocumentError, Layout, NoticeStyle, PreviewWidth, notice_layout};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ident::AccountCode;
use tramite_domain::ids::{DebtPositionId, InstallmentId};
use tramite_domain::institution::KeptLogo;
use tramite_domain::printed_notice::{
    NoticeLanguage, NoticePart, PostalSlip, PrintedNotice, new_slips, printed_notice,
};
use utoipa::IntoParams;

use super::load::load;
use crate::auth::Tenant;
use crate::convention::{Answer, Etag, LAYOUT, PDF, document_answer, drawn, settle, unchanged};
use crate::extract::{Preconditions, Query, Segment};
use crate::gate::best;
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};
use crate::words;

/// What it can be had as beside a PDF; the PDF is the first where the caller does not mind.
const PNG: &str = "image/png";
const SVG: &str = "image/svg+xml";

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct NoticeParameters {
    /// The only installment to be printed; all that can be paid now where left out.
    #[param(value_type = Option<words::Id>)]
    installment_id: Option<InstallmentId>,
    /// The languages of the notice; `it` where left out.
    #[param(value_type = Option<words::NoticeLanguage>)]
    language: Option<NoticeLanguage>,
    /// Of a picture the page, from 1; the first where left out.
    #[param(value_type = Option<words::NoticePage>)]
    page: Option<u16>,
    /// Of a picture in pixels its width; 1240 (150 dpi) where left out.
    #[param(value_type = Option<words::PictureWidth>)]
    width: Option<u32>,
}

/// Shows the payment notice of a debt position
///
/// A PDF (PDF/A-2a, PDF/UA-1) with a code for each thing that can be paid now: one amount, the installments that are left, or both
/// amounts of a fine. What is paid, withdrawn or past its time is not printed; of more than one paper holds (installments beside a fine, a
/// second plan) the rest is printed by its `installment_id`. With `Accept: image/png` or `image/svg+xml` one of its pages as a picture, for
/// portals. Equal data give equal bytes: with `If-None-Match` and its `ETag` nothing is drawn again.
#[utoipa::path(
    tag = "debt-positions", operation_id = "show_debt_position_notice",
    params(("id" = words::Id, Path, description = "The id of the debt position."), NoticeParameters),
    responses((status = 200, description = "The notice.", content(
        (words::PdfBytes = "application/pdf"),
        (words::PngBytes = "image/png"),
        (words::SvgText = "image/svg+xml")
    )), (status = 304, description = "The notice is the one that the caller has."))
)]
#[get("/v1/debt-positions/{id}/notice")]
pub(super) async fn show_debt_position_notice(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<DebtPositionId>,
    parameters: Query<NoticeParameters>,
    request: HttpRequest,
) -> Answer {
    let NoticeParameters { installment_id, language, page, width } = parameters.0;
    let language = language.unwrap_or(NoticeLanguage::It);
    let picture = Picture::wanted(&request, page, width)?;
    settle(&Preconditions::default(), async || {
        paper(&gateway, &tenant, &request, (*id, installment_id), (language, picture)).await
    })
    .await
}

/// The notice of a debt position for a citizen whom a hosted page handed it to.
///
/// # Errors
/// What keeps it from being printed.
pub(crate) async fn citizens_paper(
    gateway: &Gateway,
    tenant: &Tenant,
    request: &HttpRequest,
    id: DebtPositionId,
    language: NoticeLanguage,
) -> Answer {
    let print = async || paper(gateway, tenant, request, (id, None), (language, Picture::Pdf)).await;
    settle(&Preconditions::default(), print).await
}

/// The notice as it is now. Where somebody prints another slip of it at the same time, it is a conflict, and drawn anew.
async fn paper(
    gateway: &Gateway,
    tenant: &Tenant,
    request: &HttpRequest,
    (id, installment_id): (DebtPositionId, Option<InstallmentId>),
    (language, picture): (NoticeLanguage, Picture),
) -> Answer {
    let position = load(gateway, &tenant.scope, id).await?.position;
    let institution = gateway.store().institution(&tenant.scope).await?;
    let slips = gateway.store().printed_slips(&tenant.scope, &[position.id]).await?.remove(&position.id);
    let slips = slips.unwrap_or_default();
    let notice = printed_notice(&position, &institution, &slips, installment_id, gateway.now())?;
    let new_slips = new_slips(&position, &notice, &slips);
    let logo = gateway.store().logo(&tenant.scope).await?;
    // When its data were written, so that the same data are the same bytes.
    let written_at = position.updated_at.max(institution.updated_at);
    let written_at = logo.as_ref().map_or(written_at, |logo| logo.updated_at.max(written_at));
    let shown = logo.as_ref().map_or_else(|| "-".to_owned(), |logo| HEXLOWER.encode(&logo.sha256));
    let drawn_as = format!("{} {picture:?} {shown} {written_at}", language.name());
    let etag = etag_of(&notice, &drawn_as, (position.version, institution.version));
    if let Some(answer) = unchanged(request, &etag) {
        return Ok(answer);
    }
    let style = NoticeStyle { language, written_at, logo: logo.as_ref().and_then(printable) };
    let document = drawn(gateway, move || picture.draw(&notice_layout(&notice, &style)?)).await?.or_not_found()?;
    keep_slips(gateway, tenant, &position, new_slips).await?;
    let (media, ending) = picture.form();
    Ok(document_answer((media, &format!("notice-{id}.{ending}")), &etag, document))
}

/// What the notice is drawn as.
#[derive(Debug, Clone, Copy)]
enum Picture {
    Pdf,
    Png { page: usize, width: PreviewWidth },
    Svg { page: usize },
}

impl Picture {
    /// What the caller takes. The gate has asked whether it takes any of them.
    fn wanted(request: &HttpRequest, page: Option<u16>, width: Option<u32>) -> Result<Self, Problem> {
        let page = usize::from(page.unwrap_or(1).saturating_sub(1));
        match best(request.headers(), [PDF, PNG, SVG]) {
            Some(PNG) => {
                // The contract bounds it alike.
                let width = width.map_or(Some(PreviewWidth::DEFAULT), PreviewWidth::new);
                width.map(|width| Self::Png { page, width }).ok_or_else(|| Problem::new(Code::InvalidParameter))
            }
            Some(SVG) => Ok(Self::Svg { page }),
            _ => Ok(Self::Pdf),
        }
    }

    /// The document; none where there is no such page.
    fn draw(self, layout: &Layout) -> Result<Option<Vec<u8>>, DocumentError> {
        match self {
            Self::Pdf => layout.pdf().map(Some),
            Self::Png { page, width } => layout.png(page, width),
            Self::Svg { page } => layout.svg(page).map(|svg| svg.map(String::into_bytes)),
        }
    }

    /// The media type, and how names of such files end.
    const fn form(self) -> (&'static str, &'static str) {
        match self {
            Self::Pdf => (PDF, "pdf"),
            Self::Png { .. } => (PNG, "png"),
            Self::Svg { .. } => (SVG, "svg"),
        }
    }
}

/// The logo as it is printed. A notice without it can be paid all the same: what is damaged is left out.
fn printable(kept: &KeptLogo) -> Option<Logo> {
    Logo::kept(&kept.png).inspect_err(|fault| tracing::warn!(cause = %fault, "a kept logo is damaged")).ok()
}

/// What is printed of accounts for the first time is kept before anybody holds the paper (rules.md 17).
async fn keep_slips(
    gateway: &Gateway,
    tenant: &Tenant,
    position: &DebtPosition,
    slips: BTreeMap<AccountCode, PostalSlip>,
) -> Result<(), Problem> {
    // Who reads in support writes nothing, and gives nobody a paper.
    if slips.is_empty() || tenant.support().is_some() {
        return Ok(());
    }
    let (id, at) = (position.id, gateway.now());
    let write =
        |batch: Batch, (account, slip)| batch.with(Write::FreezeSlip { position: id, account, slip, batch: None, at });
    let batch = slips.into_iter().fold(Batch::new(), write);
    Ok(gateway.store().commit(&tenant.scope, batch).await?)
}

/// The tag of a notice: what it is drawn from, with the parts that the clock leaves, what time adds to them, and the account of the
/// slip, which another one may replace.
fn etag_of(notice: &PrintedNotice, drawn_as: &str, (position, institution): (i64, i64)) -> Etag {
    let slip = |part: &NoticePart| part.slip.as_ref().map_or_else(|| "-".to_owned(), |slip| format!("{slip:?}"));
    let part = |part: &NoticePart| {
        let (id, cents) = (part.installment_id.uuid().simple(), part.amount.cents());
        format!("{id}.{cents}.{:?}.{}", part.due_date, slip(part))
    };
    let parts: Vec<String> = notice.terms.parts().map(part).collect();
    Etag::digest(&format!("{LAYOUT} {drawn_as} {position} {institution} {}", parts.join(" ")))
}
