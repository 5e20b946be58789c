// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/institutions`

use actix_web::post;
use actix_web::web::Data;
use tramite_domain::institution::{InstitutionInput, define};

use super::input::InstitutionBody;
use super::known::registered;
use super::view::InstitutionView;
use super::{etag, location};
use crate::auth::Operator;
use crate::convention::{Answer, Reply, once_by_operator};
use crate::extract::{Body, IdempotencyKey};
use crate::gateway::Gateway;
use crate::problem::{Code, More, Problem};

/// Registers an institution
///
/// With its stations, accounts and beneficiaries. Code and tax code are given once and never change.
#[utoipa::path(
    tag = "institutions",
    operation_id = "add_institution",
    request_body = InstitutionBody,
    responses((status = 201, description = "The institution was registered.", body = InstitutionView))
)]
#[post("/v1/institutions")]
pub(super) async fn add_institution(
    gateway: Data<Gateway>,
    operator: Operator,
    key: IdempotencyKey,
    body: Body<InstitutionBody>,
) -> Answer {
    once_by_operator(&gateway, &operator, &key, body.fingerprint(), async |record| {
        let input = InstitutionInput::from(body.valid()?);
        refuse_twin(&gateway, &input).await?;
        let known = registered(&gateway, &input).await?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(operator.client.id));
        let (institution, batch) = define(None, &input, &known, &mut given)?;
        let view = InstitutionView::of(&institution);
        let reply = Reply::created(&view, location(&institution))?.etag(&etag(&institution));
        gateway.store().system().commit_institution(batch, Some(record.by_operator(&reply))).await?;
        Ok(reply)
    })
    .await
}

/// Says which institution has the code or the tax code already.
async fn refuse_twin(gateway: &Gateway, input: &InstitutionInput) -> Result<(), Problem> {
    for key in [&input.code, &input.tax_code] {
        if let Some(twin) = gateway.store().system().institution_by(key).await? {
            let more = More { existing_id: Some(twin.id.to_string()), ..More::default() };
            return Err(Problem::new(Code::InstitutionTaken).with_more(more));
        }
    }
    Ok(())
}
