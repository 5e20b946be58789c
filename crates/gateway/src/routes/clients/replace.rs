// SPDX-License-Identifier: AGPL-3.0-or-later
//! `PUT /v1/clients/{id}`

use std::collections::BTreeSet;

use actix_web::put;
use actix_web::web::Data;
use tramite_domain::access::Client;
use tramite_domain::ids::{ClientId, InstitutionId};
use tramite_domain::violation::{Place, Violations};
use tramite_storage::Change;

use super::delegations::{About, events, replace_all};
use super::etag;
use super::input::{ClientBody, DelegationBody};
use super::view::ClientView;
use crate::auth::Operator;
use crate::convention::{Answer, Reply, audited, settle};
use crate::extract::{Body, Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::{OrNotFound, Problem};
use crate::words;

/// Replaces what is registered of a client
///
/// Its name, whether it may take tokens, and, where they are named, its delegations. Every process knows within a
/// minute.
#[utoipa::path(
    tag = "clients",
    operation_id = "replace_client",
    params(("id" = words::Id, Path, description = "The id of the client.")),
    request_body = ClientBody,
    responses((status = 200, description = "The client as it is now.", body = ClientView))
)]
#[put("/v1/clients/{id}")]
pub(super) async fn replace_client(
    gateway: Data<Gateway>,
    operator: Operator,
    id: Segment<ClientId>,
    preconditions: Preconditions,
    body: Body<ClientBody>,
) -> Answer {
    let reply = settle(&preconditions, async || {
        let present = gateway.store().system().client(*id).await?.or_not_found()?;
        let input = body.valid()?;
        preconditions.check(Some(&etag(&present)))?;
        let client = decide(&gateway, &operator, &present, input).await?;
        let client = write(&gateway, &operator, &present, client, "client.replaced").await?;
        Ok(Reply::ok(&ClientView::of(&client, gateway.now()))?.etag(&etag(&client)))
    })
    .await?;
    Ok(reply.into_response())
}

async fn decide(
    gateway: &Gateway,
    operator: &Operator,
    present: &Client,
    wanted: ClientBody,
) -> Result<Client, Problem> {
    let mut faults = Violations::new();
    let display_name = faults.take(&Place::root().at("display_name"), "invalid_text", wanted.display_name.parse());
    let delegations = match &wanted.delegations {
        None => present.delegations.clone(),
        Some(bodies) => {
            let known = known_institutions(gateway, bodies).await?;
            let about = About {
                client_id: present.id,
                kind: present.kind,
                present: &present.delegations,
                known: &known,
                returns: gateway.returns(),
            };
            let mut ids = gateway.ids();
            let mut given = gateway.given(&mut ids, Some(operator.client.id));
            replace_all(&about, bodies, &mut given, &mut faults)
        }
    };
    match display_name.filter(|_| faults.is_empty()) {
        Some(display_name) => Ok(Client { display_name, status: wanted.status, delegations, ..present.clone() }),
        None => Err(Problem::invalid(faults.into_vec())),
    }
}

/// Which of the institutions that delegations name exist.
pub(super) async fn known_institutions(
    gateway: &Gateway,
    bodies: &[DelegationBody],
) -> Result<BTreeSet<InstitutionId>, Problem> {
    let named: BTreeSet<InstitutionId> = bodies.iter().map(|body| body.institution_id).collect();
    let mut known = BTreeSet::new();
    for id in named {
        if gateway.store().system().institution(id).await?.is_some() {
            known.insert(id);
        }
    }
    Ok(known)
}

/// Writes a client that changed, with its audit line and the events of its delegations; one that did not change is
/// left alone.
pub(super) async fn write(
    gateway: &Gateway,
    operator: &Operator,
    present: &Client,
    wanted: Client,
    action: &str,
) -> Result<Client, Problem> {
    if *present == wanted {
        return Ok(wanted);
    }
    let changed = Client { version: present.version.saturating_add(1), updated_at: gateway.now(), ..wanted };
    let mut ids = gateway.ids();
    let mut given = gateway.given(&mut ids, Some(operator.client.id));
    let change = Change {
        events: events(&present.delegations, &changed.delegations, &mut given),
        ..audited(gateway, operator, action, format!("client/{}", changed.id))
    };
    gateway.store().system().update_client(changed.clone(), present.version, change).await?;
    gateway.fresh().forget_client(changed.id);
    Ok(changed)
}
