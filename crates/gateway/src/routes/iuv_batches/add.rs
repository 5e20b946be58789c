// SPDX-License-Identifier: AGPL-3.0-or-later
//! A new batch of numbers.

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::iuv_batch::{reserve, where_reserved};
use utoipa::ToSchema;

use super::show::whole;
use super::view::{IuvBatchView, etag};
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, kept_id, once_completed};
use crate::extract::{Body, IdempotencyKey};
use crate::gateway::Gateway;
use crate::words;

/// How many numbers are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"size": 500}))]
pub(super) struct IuvBatchInput {
    #[schema(value_type = words::IuvBatchSize)]
    size: u32,
}

/// Reserves notice numbers
///
/// They are of the institution's own sequence, under the station that gives new numbers now. Tramite gives them to nobody
/// else; a debt position brings each of them as the `notice_number` of an installment, once. What a token for some services
/// reserves is for debt positions of these services.
#[utoipa::path(
    tag = "iuv-batches", operation_id = "add_iuv_batch",
    request_body = IuvBatchInput,
    responses((status = 201, description = "The new batch, with all its numbers.", body = IuvBatchView))
)]
#[post("/v1/iuv-batches")]
pub(super) async fn add_iuv_batch(
    gateway: Data<Gateway>,
    tenant: Tenant,
    key: IdempotencyKey,
    body: Body<IuvBatchInput>,
) -> Answer {
    let decide = async || {
        let wanted = body.valid()?;
        let store = gateway.store();
        let institution = store.institution(&tenant.scope).await?;
        let link = where_reserved(&institution, gateway.now())?;
        let taken = store.take_stretch(&tenant.scope, link, wanted.size).await?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let (batch, writes) = reserve(&mut given, link, taken, tenant.scope.services().cloned());
        let numbers = store.batch_numbers(&tenant.scope, &batch).await?;
        let place = format!("/v1/iuv-batches/{}", batch.id);
        let reply = Reply::created(&IuvBatchView::of(&batch, &numbers), place)?.etag(&etag());
        Ok((writes, reply.kept_as(&IuvBatchView::of(&batch, &[]))?))
    };
    let complete = async |kept: Vec<u8>| Ok(whole(&gateway, &tenant, kept_id(&kept)?).await?.body);
    once_completed(&gateway, &tenant, &key, body.fingerprint(), decide, complete).await
}
