// SPDX-License-Identifier: AGPL-3.0-or-later
//! `PUT /v1/clients/{id}/limits`

use actix_web::put;
use actix_web::web::Data;
use tramite_domain::access::{Client, ClientKind};
use tramite_domain::client_limits::{ClientLimits, ClientRate};
use tramite_domain::ids::ClientId;
use tramite_domain::violation::{Place, Violations};

use super::etag;
use super::input::ClientLimitsBody;
use super::replace::write;
use super::view::ClientLimitsView;
use crate::auth::Operator;
use crate::convention::{Answer, Reply, settle};
use crate::extract::{Body, Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::{OrNotFound, Problem};
use crate::words;

/// Replaces the limits of a client
///
/// Its own rate, in place of everybody's, and a quota of requests a day. What is left out is as for everybody: an empty
/// object takes all limits of its own away. Operators have none. Every process knows within a minute. Versions are those of the client.
#[utoipa::path(
    tag = "clients",
    operation_id = "replace_client_limits",
    params(("id" = words::Id, Path, description = "The id of the client.")),
    request_body = ClientLimitsBody,
    responses((status = 200, description = "The limits as they are now.", body = ClientLimitsView))
)]
#[put("/v1/clients/{id}/limits")]
pub(super) async fn replace_client_limits(
    gateway: Data<Gateway>,
    operator: Operator,
    id: Segment<ClientId>,
    preconditions: Preconditions,
    body: Body<ClientLimitsBody>,
) -> Answer {
    let reply = settle(&preconditions, async || {
        let present = gateway.store().system().client(*id).await?.or_not_found()?;
        let input = body.valid()?;
        preconditions.check(Some(&etag(&present)))?;
        let wanted = Client { limits: decide(present.kind, &input)?, ..present.clone() };
        let client = write(&gateway, &operator, &present, wanted, "client.limits_replaced").await?;
        let view = ClientLimitsView::of(&client.limits.unwrap_or_default());
        Ok(Reply::ok(&view)?.etag(&etag(&client)))
    })
    .await?;
    Ok(reply.into_response())
}

/// The limits that are asked for; none where nothing is said.
fn decide(kind: ClientKind, wanted: &ClientLimitsBody) -> Result<Option<ClientLimits>, Problem> {
    let mut faults = Violations::new();
    if kind == ClientKind::Operator {
        // Whoever runs the platform could shut himself out of it for a day.
        faults.add(&Place::root(), "not_allowed", "An operator has the limits of everybody, and no quota.");
    }
    let rate = match (wanted.requests_per_second, wanted.burst) {
        (Some(requests_per_second), Some(burst)) => Some(ClientRate { requests_per_second, burst }),
        (None, None) => None,
        (None, Some(_)) => {
            let why = "A burst is that of a rate: say requests_per_second with it.";
            faults.add(&Place::root().at("requests_per_second"), "required", why);
            None
        }
        (Some(_), None) => {
            let why = "Say how many requests may come at once, at least as many as come in a second.";
            faults.add(&Place::root().at("burst"), "required", why);
            None
        }
    };
    if rate.is_some_and(|rate| rate.burst < rate.requests_per_second) {
        let why = "At least as many requests may come at once as come in a second.";
        faults.add(&Place::root().at("burst"), "below_minimum", why);
    }
    if !faults.is_empty() {
        return Err(Problem::invalid(faults.into_vec()));
    }
    let limits = ClientLimits { rate, requests_per_day: wanted.requests_per_day };
    Ok(Some(limits).filter(|limits| !limits.is_empty()))
}
