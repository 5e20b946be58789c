// SPDX-License-Identifier: AGPL-3.0-or-later
//! Others whose tokens are taken: an identity provider, PDND with its vouchers.

mod add;
mod decide;
mod input;
mod list;
mod replace;
mod show;
mod view;

use tramite_domain::access::ApiScope;
use tramite_domain::ids::TrustedIssuerId;
use tramite_domain::trusted_issuer::{IssuerKeys, TrustedIssuer};

use crate::api::Api;
use crate::convention::Etag;
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};

/// Mounts the routes.
pub(super) fn mount(api: &mut Api<'_, '_>) {
    api.operator(list::list_trusted_issuers, ApiScope::PlatformRead);
    api.operator(add::add_trusted_issuer, ApiScope::PlatformWrite)
        .idempotent()
        .etag()
        .refuses(&[Code::TrustedIssuerTaken, Code::TrustedIssuersFull]);
    api.operator(show::show_trusted_issuer, ApiScope::PlatformRead).etag();
    api.operator(replace::replace_trusted_issuer, ApiScope::PlatformWrite)
        .etag()
        .conditional()
        .refuses(&[Code::TrustedIssuerTaken]);
}

/// The version of an issuer.
fn etag(issuer: &TrustedIssuer) -> Etag {
    Etag::of(issuer.version, if issuer.terms.enabled { "enabled" } else { "disabled" })
}

/// The issuer of that id, with its keys. They are few, and all are read.
async fn find(gateway: &Gateway, id: TrustedIssuerId) -> Result<(TrustedIssuer, IssuerKeys), Problem> {
    let all = gateway.store().system().trusted_issuers().await?;
    all.into_iter().find(|(issuer, _)| issuer.id == id).or_not_found()
}
