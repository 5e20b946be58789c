// SPDX-License-Identifier: AGPL-3.0-or-later
//! `PUT /v1/trusted-issuers/{id}`

use actix_web::put;
use actix_web::web::Data;
use tramite_domain::ids::TrustedIssuerId;
use tramite_domain::trusted_issuer::{IssuerKeys, TrustedIssuer};

use super::decide::decide;
use super::input::TrustedIssuerBody;
use super::view::TrustedIssuerView;
use super::{etag, find};
use crate::auth::Operator;
use crate::convention::{Answer, Reply, audited, settle};
use crate::extract::{Body, Preconditions, Segment};
use crate::gateway::Gateway;
use crate::words;

/// Replaces what is said of an issuer
///
/// All of it: a caller that is left out is no client of ours any more, and with `enabled: false` nobody is. Every process
/// knows within a minute. Where `jwks_url` changes, the keys of before are forgotten.
#[utoipa::path(
    tag = "trusted-issuers",
    operation_id = "replace_trusted_issuer",
    params(("id" = words::Id, Path, description = "The id of the issuer.")),
    request_body = TrustedIssuerBody,
    responses((status = 200, description = "The issuer as it is now.", body = TrustedIssuerView))
)]
#[put("/v1/trusted-issuers/{id}")]
pub(super) async fn replace_trusted_issuer(
    gateway: Data<Gateway>,
    operator: Operator,
    id: Segment<TrustedIssuerId>,
    preconditions: Preconditions,
    body: Body<TrustedIssuerBody>,
) -> Answer {
    let reply = settle(&preconditions, async || {
        let (present, keys) = find(&gateway, *id).await?;
        let wanted = body.valid()?;
        preconditions.check(Some(&etag(&present)))?;
        let terms = decide(&gateway, &wanted).await?;
        let changed = TrustedIssuer { issuer: wanted.issuer, terms, ..present.clone() };
        if changed == present {
            return Ok(Reply::ok(&TrustedIssuerView::of(&present, &keys))?.etag(&etag(&present)));
        }
        let changed =
            TrustedIssuer { version: present.version.saturating_add(1), updated_at: gateway.now(), ..changed };
        let keys = if changed.terms.jwks_url == present.terms.jwks_url { keys } else { IssuerKeys::default() };
        let change = audited(&gateway, &operator, "trusted_issuer.replaced", format!("trusted_issuer/{}", *id));
        gateway.store().system().update_trusted_issuer(changed.clone(), &present, change).await?;
        gateway.issuers().forget();
        Ok(Reply::ok(&TrustedIssuerView::of(&changed, &keys))?.etag(&etag(&changed)))
    })
    .await?;
    Ok(reply.into_response())
}
