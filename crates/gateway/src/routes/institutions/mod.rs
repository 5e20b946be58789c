// SPDX-License-Identifier: AGPL-3.0-or-later
//! Creditor institutions: operators register them, each institution sees itself.

mod add;
mod input;
mod known;
mod list;
mod logo;
mod pages;
mod replace;
mod show;
mod support;
mod view;

use tramite_domain::access::ApiScope;
use tramite_domain::institution::Institution;

use crate::api::Api;
use crate::convention::Etag;
use crate::problem::Code;

/// Mounts the routes.
pub(super) fn mount(api: &mut Api<'_, '_>) {
    api.operator(list::list_institutions, ApiScope::PlatformRead);
    api.operator(add::add_institution, ApiScope::PlatformWrite).idempotent().etag().refuses(&[Code::InstitutionTaken]);
    api.either(show::show_institution, &[ApiScope::PlatformRead, ApiScope::ServicesRead]).etag();
    api.operator(replace::replace_institution, ApiScope::PlatformWrite)
        .etag()
        .conditional()
        .refuses(&[Code::ImmutableField]);
    api.tenant(support::replace_support_access, ApiScope::DelegationsWrite).etag().conditional();
    let pages = [ApiScope::PlatformWrite, ApiScope::DelegationsWrite];
    api.either(pages::replace_hosted_pages, &pages).etag().conditional();
    api.either(pages::remove_hosted_pages, &pages).etag().conditional();
    logo::mount(api);
}

/// The version of an institution.
fn etag(institution: &Institution) -> Etag {
    Etag::of(institution.version, institution.status.name())
}

/// Where an institution is.
fn location(institution: &Institution) -> String {
    format!("/v1/institutions/{}", institution.id)
}
