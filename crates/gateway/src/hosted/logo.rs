// SPDX-License-Identifier: AGPL-3.0-or-later
//! The logo of an institution with pages: the small picture that we made of what was uploaded, never an address of theirs.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::HEXLOWER;
use tramite_domain::ident::InstitutionCode;
use tramite_domain::institution::KeptLogo;

use super::host::host;
use super::language::Spoken;
use super::page::{Page, Say};
use crate::gateway::Gateway;
use crate::problem::Problem;

/// Where logos are: the name says which picture, so that another one has another address.
pub(super) const PATH: &str = "/p/-/logo/{institution}/{file}";
/// Bytes of the digest in the name.
const NAME_BYTES: usize = 8;
/// Kept by browsers for a day.
const KEPT_FOR_A_DAY: &str = "public, max-age=86400";

/// Where the logo of an institution is.
pub(super) fn logo_address(code: &InstitutionCode, logo: &KeptLogo) -> String {
    PATH.replace("{institution}", code.as_str()).replace("{file}", &name(logo))
}

fn name(logo: &KeptLogo) -> String {
    format!("{}.png", HEXLOWER.encode(logo.sha256.get(..NAME_BYTES).unwrap_or_default()))
}

/// The logo.
pub(super) async fn logo(gateway: Data<Gateway>, request: HttpRequest, place: Path<(String, String)>) -> HttpResponse {
    let (code, file) = place.into_inner();
    match find(&gateway, &code, &file).await {
        Ok(Some(png)) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "image/png"))
            .insert_header((CACHE_CONTROL, KEPT_FOR_A_DAY))
            .body(png),
        Ok(None) => Page::new(&gateway, &request, Spoken::of(&request), None).say(Say::Missing).await,
        Err(problem) => Page::new(&gateway, &request, Spoken::of(&request), None).problem(&problem).await,
    }
}

async fn find(gateway: &Gateway, code: &str, file: &str) -> Result<Option<Vec<u8>>, Problem> {
    let Some(host) = host(gateway, code).await? else { return Ok(None) };
    let logo = gateway.hosted().logos.of(gateway, &host).await?;
    Ok(logo.filter(|logo| name(logo) == file).map(|logo| logo.png.clone()))
}
