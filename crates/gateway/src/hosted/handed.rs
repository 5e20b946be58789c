// SPDX-License-Identifier: AGPL-3.0-or-later
//! The notice of what was filled in, for whoever pays elsewhere: its number, amount and day, and the paper. The address is the key, as
//! that of a session is: 128 bits that only we can make, which name nobody.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use tramite_domain::debt_position::{DebtPosition, InstallmentStatus, installment_status, known_due};
use tramite_domain::ident::InstitutionCode;
use tramite_domain::ids::DebtPositionId;
use tramite_domain::printed_notice::NoticeLanguage;
use tramite_domain::submission::hold_for_notice;
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::host::{Host, host};
use super::language::{Lang, Spoken};
use super::page::Page;
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};
use crate::routes::{citizens_paper, load};

/// Where a notice is handed over.
pub(super) const PATH: &str = "/p/{institution}/notice/{handle}";
/// The paper itself.
pub(super) const PAPER: &str = "/p/{institution}/notice/{handle}/pdf";
/// What handles are made for.
const CONTEXT: &[u8] = b"tramite hosted notice v1";
/// Bytes of an id.
const ID_BYTES: usize = 16;

#[derive(Serialize)]
struct HandedPage {
    description: String,
    notices: Vec<NoticeView>,
    paper: String,
}

#[derive(Serialize)]
struct NoticeView {
    number: String,
    amount: Option<String>,
    due_date: Option<String>,
}

/// Where the notice of a debt position is handed over; none where there is no key.
pub(super) fn handed_address(gateway: &Gateway, code: &InstitutionCode, position: DebtPositionId) -> Option<String> {
    let id = *position.uuid().as_bytes();
    let mac = gateway.keys().vouch(CONTEXT, &[&id], gateway.now())?;
    let handle = BASE64URL_NOPAD.encode(&[id, mac].concat());
    Some(PATH.replace("{institution}", code.as_str()).replace("{handle}", &handle))
}

fn position_of(gateway: &Gateway, handle: &str) -> Option<DebtPositionId> {
    let bytes = BASE64URL_NOPAD.decode(handle.as_bytes()).ok()?;
    let (id, mac) = bytes.split_at_checked(ID_BYTES)?;
    gateway.keys().is_vouched(CONTEXT, &[id], mac).then(|| Uuid::from_slice(id).ok().map(DebtPositionId::new))?
}

async fn find(gateway: &Gateway, code: &str, handle: &str) -> Result<(Host, DebtPosition), Problem> {
    let host = host(gateway, code).await?.or_not_found()?;
    let id = position_of(gateway, handle).ok_or_else(|| Problem::new(Code::NotFound))?;
    let position = load(gateway, &host.tenant.scope, id).await?.position;
    Ok((host, position))
}

/// The notice, as a page.
pub(super) async fn handed(
    gateway: Data<Gateway>,
    request: HttpRequest,
    place: Path<(String, String)>,
) -> HttpResponse {
    let (code, handle) = place.into_inner();
    let spoken = Spoken::of(&request);
    match find(&gateway, &code, &handle).await {
        Ok((host, position)) => {
            hold(&gateway, &host, &position).await;
            let paper = PAPER.replace("{institution}", &code).replace("{handle}", &handle);
            let page = HandedPage {
                description: position.description.to_string(),
                notices: notices(&position, gateway.now(), spoken.lang),
                paper: format!("{paper}{}", spoken.query()),
            };
            Page::new(&gateway, &request, spoken, Some(&host)).show("handed.html", page).await
        }
        Err(problem) => Page::new(&gateway, &request, spoken, None).problem(&problem).await,
    }
}

/// Whoever takes the notice has the time of a notice, however they meant to pay before. It is told them in any case.
async fn hold(gateway: &Gateway, host: &Host, position: &DebtPosition) {
    let batch = hold_for_notice(position, gateway.now());
    if batch.is_empty() {
        return;
    }
    if let Err(error) = gateway.store().commit(&host.tenant.scope, batch).await {
        tracing::warn!(%error, position = %position.id, "places are held no longer than for a payment at once");
    }
}

/// What can be paid with it.
fn notices(position: &DebtPosition, now: Instant, lang: Lang) -> Vec<NoticeView> {
    let open = position.installments().filter(|(option, installment)| {
        installment_status(position, option, installment, now) == InstallmentStatus::Open
    });
    let each = open.filter_map(|(option, installment)| {
        Some(NoticeView {
            number: installment.notice_number?.to_string(),
            amount: known_due(position, option, installment, now).map(|due| lang.euros(due.amount.cents())),
            due_date: installment.due_date.map(|day| lang.day(day)),
        })
    });
    each.collect()
}

/// The notice, as a paper.
pub(super) async fn paper(gateway: Data<Gateway>, request: HttpRequest, place: Path<(String, String)>) -> HttpResponse {
    let (code, handle) = place.into_inner();
    let spoken = Spoken::of(&request);
    let found = match find(&gateway, &code, &handle).await {
        Ok((host, position)) => {
            let language = match spoken.lang {
                Lang::It => NoticeLanguage::It,
                Lang::En => NoticeLanguage::ItEn,
            };
            citizens_paper(&gateway, &host.tenant, &request, position.id, language).await
        }
        Err(problem) => Err(problem),
    };
    Page::new(&gateway, &request, spoken, None).paper(found, "attachment; filename=\"avviso-pagopa.pdf\"").await
}
