// SPDX-License-Identifier: AGPL-3.0-or-later
//! Deciding what a client may do for whom. Pure: what exists is told, time and ids are given.

use std::collections::BTreeSet;

use tramite_domain::access::{ApiScope, ClientKind, Delegation, DelegationStatus};
use tramite_domain::event::{Event, EventData, EventKind};
use tramite_domain::given::Given;
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::{ClientId, InstitutionId};
use tramite_domain::violation::{Place, Violations};
use url::Url;

use super::input::DelegationBody;
use crate::returns::{Returns, citizens_may_return};

/// What the decision is about.
pub(super) struct About<'a> {
    /// The client.
    pub(super) client_id: ClientId,
    /// Program or operator.
    pub(super) kind: ClientKind,
    /// What it may do now.
    pub(super) present: &'a [Delegation],
    /// Which of the institutions named exist.
    pub(super) known: &'a BTreeSet<InstitutionId>,
    /// Whether citizens may be sent to the reader's own machine.
    pub(super) returns: Returns,
}

/// All delegations as they are from now on: those wanted hold, those left out have ended.
pub(super) fn replace_all(
    about: &About<'_>,
    wanted: &[DelegationBody],
    given: &mut Given<'_>,
    faults: &mut Violations,
) -> Vec<Delegation> {
    let place = Place::root().at("delegations");
    if about.kind == ClientKind::Operator && !wanted.is_empty() {
        faults.add(&place, "not_allowed", "An operator acts for no institution.");
    }
    let mut rows = about.present.to_vec();
    let mut named = BTreeSet::new();
    for (index, body) in wanted.iter().enumerate() {
        let at = place.at(index);
        if !named.insert(body.institution_id) {
            faults.add(&at.at("institution_id"), "repeated_item", "Another delegation of this request names it.");
        }
        if let Some(delegation) = read(about, &at, body, given, faults) {
            put(&mut rows, delegation);
        }
    }
    for row in rows.iter_mut().filter(|row| !named.contains(&row.institution_id)) {
        row.status = DelegationStatus::Ended;
    }
    rows
}

/// One delegation, read and checked.
pub(super) fn read(
    about: &About<'_>,
    at: &Place,
    body: &DelegationBody,
    given: &mut Given<'_>,
    faults: &mut Violations,
) -> Option<Delegation> {
    let mut right = true;
    let mut refuse = |faults: &mut Violations, place: &Place, code, why: &str| {
        faults.add(place, code, why);
        right = false;
    };
    if !about.known.contains(&body.institution_id) {
        refuse(faults, &at.at("institution_id"), "unknown_institution", "There is no institution of that id.");
    }
    let scopes: BTreeSet<ApiScope> = body.scopes.iter().copied().collect();
    if scopes.iter().any(|scope| scope.is_platform()) {
        refuse(faults, &at.at("scopes"), "not_delegable", "Only operators hold the scopes of the platform.");
    }
    for (index, origin) in body.return_origins.iter().enumerate() {
        if !is_origin(origin, about.returns) {
            let why = "An origin is https, host and port, written as browsers do, and in production of the world; http \
                       only for this very machine, in the sandbox.";
            refuse(faults, &at.at("return_origins").at(index), "not_an_origin", why);
        }
    }
    let codes = body.service_codes.as_ref().map(|codes| service_codes(&at.at("service_codes"), codes, faults));
    let service_codes = match codes {
        Some(None) => return None,
        Some(Some(codes)) => Some(codes),
        None => None,
    };
    let kept = about.present.iter().find(|row| row.institution_id == body.institution_id);
    right.then(|| Delegation {
        id: kept.map_or_else(|| given.id(), |row| row.id),
        institution_id: body.institution_id,
        client_id: about.client_id,
        scopes,
        service_codes,
        return_origins: body.return_origins.clone(),
        status: DelegationStatus::Active,
        expires_at: body.expires_at,
        created_at: kept.map_or(given.now, |row| row.created_at),
    })
}

fn service_codes(at: &Place, codes: &[String], faults: &mut Violations) -> Option<BTreeSet<ServiceCode>> {
    let read = codes
        .iter()
        .enumerate()
        .map(|(index, code)| faults.take(&at.at(index), "wrong_pattern", code.parse::<ServiceCode>()));
    read.collect()
}

/// Puts a delegation in the place of the one with the same institution.
pub(super) fn put(rows: &mut Vec<Delegation>, delegation: Delegation) {
    match rows.iter_mut().find(|row| row.institution_id == delegation.institution_id) {
        Some(row) => *row = delegation,
        None => rows.push(delegation),
    }
}

/// Whether a text is an origin as browsers write it, and one that citizens may be sent to.
fn is_origin(text: &str, returns: Returns) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    if url.origin().ascii_serialization() != text {
        return false;
    }
    citizens_may_return(&url, returns)
}

/// An event in the feed of every institution whose delegation is not what it was.
pub(crate) fn events(
    before: &[Delegation],
    after: &[Delegation],
    given: &mut Given<'_>,
) -> Vec<(InstitutionId, Event)> {
    let changed = after.iter().filter(|row| !before.contains(row));
    changed
        .map(|row| {
            let data = EventData {
                status: Some(row.status.name().to_owned()),
                delegation_id: Some(row.id),
                delegated_client_id: Some(row.client_id),
                ..EventData::default()
            };
            let kind = EventKind::DelegationUpdated;
            (row.institution_id, Event { id: given.id(), kind, at: given.now, client_id: None, data })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_a_browser_writes_and_https_but_for_this_machine_in_the_sandbox() {
        for right in [
            "https://portale.example.it",
            "https://portale.example.it:8443",
            "http://localhost:3000",
            "http://127.0.0.1:1",
            "http://[::1]:8080",
        ] {
            assert!(is_origin(right, Returns::AnywhereAndHere), "{right}");
        }
        for wrong in [
            "https://portale.example.it/",
            "https://Portale.example.it",
            "https://portale.example.it:443",
            "http://portale.example.it",
            "https://u@portale.example.it",
            "https://portale.example.it/a",
            "ftp://a",
            "null",
            "",
            "https://",
            "javascript:alert(1)",
        ] {
            assert!(!is_origin(wrong, Returns::AnywhereAndHere), "{wrong}");
        }
        for private in ["http://localhost:3000", "https://localhost", "https://10.0.0.1", "https://portale.internal"] {
            assert!(!is_origin(private, Returns::World), "{private}");
        }
        assert!(is_origin("https://portale.example.it", Returns::World));
    }
}
