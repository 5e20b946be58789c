// SPDX-License-Identifier: AGPL-3.0-or-later
//! `PUT /v1/clients/{id}/delegations/{institution_id}`

use std::collections::BTreeSet;

use actix_web::put;
use actix_web::web::Data;
use tramite_domain::access::{Client, Delegation};
use tramite_domain::ids::{ClientId, InstitutionId};
use tramite_domain::violation::{Place, Violations};

use super::delegations::{About, put, read};
use super::etag;
use super::input::DelegationTermsBody;
use super::replace::write;
use super::view::DelegationView;
use crate::auth::Operator;
use crate::convention::{Answer, Reply, settle};
use crate::extract::{Body, Preconditions, Segments};
use crate::gateway::Gateway;
use crate::problem::{OrNotFound, Problem};
use crate::words;

/// Gives or replaces a delegation
///
/// What the institution lets the client do from now on; `ended` takes it away. The grant is an event in the feed of the
/// institution. Versions are those of the client.
#[utoipa::path(
    tag = "clients",
    operation_id = "replace_delegation",
    params(
        ("id" = words::Id, Path, description = "The id of the client."),
        ("institution_id" = words::Id, Path, description = "The id of the institution."),
    ),
    request_body = DelegationTermsBody,
    responses(
        (status = 200, description = "The delegation as it is now.", body = DelegationView),
        (status = 201, description = "The delegation was given.", body = DelegationView),
    )
)]
#[put("/v1/clients/{id}/delegations/{institution_id}")]
pub(super) async fn replace_delegation(
    gateway: Data<Gateway>,
    operator: Operator,
    place: Segments<ClientId, InstitutionId>,
    preconditions: Preconditions,
    body: Body<DelegationTermsBody>,
) -> Answer {
    let Segments(id, institution_id) = place;
    let reply = settle(&preconditions, async || {
        let system = gateway.store().system();
        let present = system.client(id).await?.or_not_found()?;
        system.institution(institution_id).await?.or_not_found()?;
        let input = body.valid()?;
        preconditions.check(Some(&etag(&present)))?;
        let delegation = decide(&gateway, &operator, &present, institution_id, input)?;
        let known = present.delegations.iter().any(|row| row.institution_id == institution_id);
        let mut delegations = present.delegations.clone();
        put(&mut delegations, delegation.clone());
        let wanted = Client { delegations, ..present.clone() };
        let client = write(&gateway, &operator, &present, wanted, "client.delegation_replaced").await?;
        let view = DelegationView::of(&delegation);
        let reply = if known {
            Reply::ok(&view)?
        } else {
            Reply::created(&view, format!("/v1/clients/{id}/delegations/{institution_id}"))?
        };
        Ok(reply.etag(&etag(&client)))
    })
    .await?;
    Ok(reply.into_response())
}

fn decide(
    gateway: &Gateway,
    operator: &Operator,
    present: &Client,
    institution_id: InstitutionId,
    terms: DelegationTermsBody,
) -> Result<Delegation, Problem> {
    let known = BTreeSet::from([institution_id]);
    let about = About {
        client_id: present.id,
        kind: present.kind,
        present: &present.delegations,
        known: &known,
        returns: gateway.returns(),
    };
    let mut ids = gateway.ids();
    let mut given = gateway.given(&mut ids, Some(operator.client.id));
    let mut faults = Violations::new();
    if present.kind == tramite_domain::access::ClientKind::Operator {
        faults.add(&Place::root(), "not_allowed", "An operator acts for no institution.");
    }
    let status = terms.status;
    let read = read(&about, &Place::root(), &terms.of(institution_id), &mut given, &mut faults);
    match read.filter(|_| faults.is_empty()) {
        Some(delegation) => Ok(Delegation { status, ..delegation }),
        None => Err(Problem::invalid(faults.into_vec())),
    }
}
