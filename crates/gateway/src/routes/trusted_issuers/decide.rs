// SPDX-License-Identifier: AGPL-3.0-or-later
//! Deciding what an issuer's tokens are worth.

use std::collections::BTreeSet;

use tramite_domain::access::ClientKind;
use tramite_domain::ids::{ClientId, InstitutionId};
use tramite_domain::trusted_issuer::{Eservice, IssuerKind, IssuerTerms, MappedCaller};
use tramite_domain::violation::{Place, Violations};
use tramite_outbound::check;

use super::input::{CallerBody, TrustedIssuerBody};
use crate::gateway::Gateway;
use crate::problem::Problem;

/// What exists of what was named.
struct Known {
    clients: BTreeSet<ClientId>,
    institutions: BTreeSet<InstitutionId>,
}

/// The terms that are asked for.
///
/// # Errors
/// Every violation; whatever keeps the store from telling what exists.
pub(super) async fn decide(gateway: &Gateway, wanted: &TrustedIssuerBody) -> Result<IssuerTerms, Problem> {
    let known = known(gateway, &wanted.callers).await?;
    let (root, mut faults) = (Place::root(), Violations::new());
    if wanted.issuer == gateway.settings().issuer() {
        faults.add(
            &root.at("issuer"),
            "not_allowed",
            "This is the name of this Tramite: its own tokens need no trust.",
        );
    }
    if let Err(why) = check(&wanted.jwks_url, gateway.callbacks().towards()) {
        faults.add(&root.at("jwks_url"), "address_not_allowed", why);
    }
    match (wanted.kind, &wanted.eservice) {
        (IssuerKind::Pdnd, None) => {
            let why = "A voucher is for one e-service: say which, and who offers it.";
            faults.add(&root.at("eservice"), "required", why);
        }
        (IssuerKind::Oidc, Some(_)) => {
            faults.add(&root.at("eservice"), "not_allowed", "Only vouchers of PDND are for an e-service.");
        }
        _ => {}
    }
    let callers = callers(&known, &wanted.callers, &mut faults);
    if !faults.is_empty() {
        return Err(Problem::invalid(faults.into_vec()));
    }
    Ok(IssuerTerms {
        kind: wanted.kind,
        enabled: wanted.enabled,
        jwks_url: wanted.jwks_url.clone(),
        audience: wanted.audience.clone(),
        algorithms: wanted.algorithms.iter().copied().collect(),
        types: wanted.types.iter().cloned().collect(),
        eservice: wanted.eservice.as_ref().map(|one| Eservice {
            eservice_id: one.eservice_id.clone(),
            producer_id: one.producer_id.clone(),
            descriptor_ids: one.descriptor_ids.iter().cloned().collect(),
        }),
        callers,
    })
}

async fn known(gateway: &Gateway, callers: &[CallerBody]) -> Result<Known, Problem> {
    let system = gateway.store().system();
    let mut known = Known { clients: BTreeSet::new(), institutions: BTreeSet::new() };
    for id in callers.iter().map(|one| one.client_id).collect::<BTreeSet<_>>() {
        let client = system.client(id).await?;
        if client.is_some_and(|client| client.kind == ClientKind::Application) {
            known.clients.insert(id);
        }
    }
    for id in callers.iter().map(|one| one.institution_id).collect::<BTreeSet<_>>() {
        if system.institution(id).await?.is_some() {
            known.institutions.insert(id);
        }
    }
    Ok(known)
}

fn callers(known: &Known, wanted: &[CallerBody], faults: &mut Violations) -> Vec<MappedCaller> {
    let place = Place::root().at("callers");
    let mut named = BTreeSet::new();
    let mut read = Vec::new();
    for (index, one) in wanted.iter().enumerate() {
        let at = place.at(index);
        if !named.insert((one.claim, one.value.as_str())) {
            faults.add(&at.at("value"), "repeated_item", "Another caller of this request is told by the same claim.");
        }
        if !known.clients.contains(&one.client_id) {
            let why = "There is no client of that id that acts for institutions.";
            faults.add(&at.at("client_id"), "unknown_client", why);
        }
        if !known.institutions.contains(&one.institution_id) {
            faults.add(&at.at("institution_id"), "unknown_institution", "There is no institution of that id.");
        }
        if one.scopes.iter().any(|scope| scope.is_platform()) {
            faults.add(&at.at("scopes"), "not_delegable", "Only operators hold the scopes of the platform.");
        }
        read.push(MappedCaller {
            claim: one.claim,
            value: one.value.clone(),
            client_id: one.client_id,
            institution_id: one.institution_id,
            scopes: one.scopes.iter().copied().collect(),
        });
    }
    read
}
