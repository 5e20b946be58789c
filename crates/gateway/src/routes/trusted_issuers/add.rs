// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/trusted-issuers`

use actix_web::post;
use actix_web::web::Data;
use tramite_domain::ids::TrustedIssuerId;
use tramite_domain::trusted_issuer::{IssuerKeys, TRUSTED_ISSUERS_MAX, TrustedIssuer};
use tramite_storage::Change;

use super::decide::decide;
use super::etag;
use super::input::TrustedIssuerBody;
use super::view::TrustedIssuerView;
use crate::auth::Operator;
use crate::convention::{Answer, Reply, audited, once_by_operator};
use crate::extract::{Body, IdempotencyKey};
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

/// Registers a trusted issuer
///
/// From now on tokens of it are taken, for what `callers` say and the delegations of those clients give. Its keys are fetched
/// within seconds, and then every quarter of an hour; until they were, its tokens are refused.
#[utoipa::path(
    tag = "trusted-issuers",
    operation_id = "add_trusted_issuer",
    request_body = TrustedIssuerBody,
    responses((status = 201, description = "The issuer was registered.", body = TrustedIssuerView))
)]
#[post("/v1/trusted-issuers")]
pub(super) async fn add_trusted_issuer(
    gateway: Data<Gateway>,
    operator: Operator,
    key: IdempotencyKey,
    body: Body<TrustedIssuerBody>,
) -> Answer {
    once_by_operator(&gateway, &operator, &key, body.fingerprint(), async |record| {
        let wanted = body.valid()?;
        let terms = decide(&gateway, &wanted).await?;
        if gateway.store().system().trusted_issuers().await?.len() >= TRUSTED_ISSUERS_MAX {
            return Err(Problem::new(Code::TrustedIssuersFull));
        }
        let (id, now) = (TrustedIssuerId::new(gateway.world().id()), gateway.now());
        let issuer = TrustedIssuer { id, issuer: wanted.issuer, terms, version: 1, created_at: now, updated_at: now };
        let reply = Reply::created(
            &TrustedIssuerView::of(&issuer, &IssuerKeys::default()),
            format!("/v1/trusted-issuers/{id}"),
        )?
        .etag(&etag(&issuer));
        let change = Change {
            record: Some(record.by_operator(&reply)),
            ..audited(&gateway, &operator, "trusted_issuer.added", format!("trusted_issuer/{id}"))
        };
        gateway.store().system().insert_trusted_issuer(issuer, change).await?;
        gateway.issuers().forget();
        Ok(reply)
    })
    .await
}
