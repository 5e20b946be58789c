// SPDX-License-Identifier: AGPL-3.0-or-later
//! The debtor was notified (rules.md 10).

use actix_web::post;
use actix_web::web::Data;
use chrono::NaiveDate;
use serde::Deserialize;
use tramite_domain::debt_position::notify;
use tramite_domain::given::Given;
use tramite_domain::ids::DebtPositionId;
use tramite_domain::refusal::Refusal;
use utoipa::ToSchema;

use super::act::{act, audit};
use super::load::Loaded;
use super::replace::ForceParameters;
use super::view::DebtPositionView;
use crate::auth::Tenant;
use crate::convention::Answer;
use crate::extract::{Body, IdempotencyKey, Preconditions, Query, Segment};
use crate::gateway::Gateway;
use crate::words;

/// When the debtor was notified.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"notified_on": "2026-09-10"}))]
pub(crate) struct NotifyInput {
    /// The day of notification in Italy; today at the latest.
    #[schema(value_type = words::Day)]
    notified_on: NaiveDate,
}

/// Records that the debtor was notified
///
/// From then on a payment option with `available_days` has its end: the last of so many days after the day of
/// notification. Until then it is open. Another day takes the place of one recorded before; the same day again changes
/// nothing.
#[utoipa::path(
    tag = "debt-positions", operation_id = "notify_debt_position",
    params(("id" = words::Id, Path, description = "The id of the debt position."), ForceParameters),
    request_body = NotifyInput,
    responses((status = 200, description = "The debt position as it is now.", body = DebtPositionView))
)]
#[post("/v1/debt-positions/{id}/notify")]
pub(crate) async fn notify_debt_position(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<DebtPositionId>,
    key: IdempotencyKey,
    condition: Preconditions,
    parameters: Query<ForceParameters>,
    body: Body<NotifyInput>,
) -> Answer {
    let force = parameters.0.force;
    let decide = |given: &mut Given<'_>, loaded: &Loaded, input: NotifyInput| -> Result<_, Refusal> {
        let day = input.notified_on;
        let mut decided = notify(given, &loaded.position, day, loaded.payers.activity(), force)?;
        if !decided.batch.is_empty() {
            let reason = format!("notified on {day}");
            decided.batch.push(audit(given, loaded, "debt_position.notified", reason));
        }
        Ok(decided)
    };
    let fingerprint = body.fingerprint_with(if force { "force" } else { "" });
    act(&gateway, &tenant, *id, (&key, fingerprint), &condition, &body, decide).await
}
