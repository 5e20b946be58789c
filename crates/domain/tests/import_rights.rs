// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an import may do while its rows are read: what its token allowed, as far as its client is still allowed it
//! (reliability.md 45).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests state what they expect")]

mod support;

use std::collections::BTreeSet;

use support::{Town, client};
use tramite_domain::access::{ApiScope, Client, ClientKind, ClientStatus, Delegation, DelegationStatus};
use tramite_domain::ident::ServiceCode;
use tramite_domain::import::{
    FileFormat, FileLayout, Import, ImportFile, LOADING_SCOPES, OnError, Rights, Wish, receive, rights,
};
use tramite_domain::institution::InstitutionStatus;
use tramite_domain::room::Room;
use uuid::Uuid;

fn codes(codes: &[&str]) -> BTreeSet<ServiceCode> {
    codes.iter().map(|code| code.parse().unwrap()).collect()
}

/// A file that was sent with the right to write out beneficiaries, for these services.
fn sent(town: &mut Town, services: Option<&[&str]>) -> Import {
    let file = ImportFile {
        id: Uuid::from_u128(3_001).into(),
        name: None,
        format: FileFormat::Csv,
        layout: FileLayout::Tramite,
        bytes: 1,
        sha256: [1; 32],
        kept_until: None,
    };
    let wish = Wish {
        service_code: None,
        publish: true,
        dry_run: false,
        on_error: OnError::Skip,
        free_beneficiary: true,
        services: services.map(|given| codes(given).into_iter().collect()),
    };
    receive(&mut town.given(), client(), file, wish, &Room::default()).unwrap().import
}

/// Who sent it, with all that it needs.
fn sender(town: &Town) -> Client {
    let delegation = Delegation {
        id: Uuid::from_u128(3_002).into(),
        institution_id: town.institution.id,
        client_id: client(),
        scopes: LOADING_SCOPES.into_iter().chain([ApiScope::DebtPositionsFreeBeneficiary]).collect(),
        service_codes: None,
        return_origins: Vec::new(),
        status: DelegationStatus::Active,
        expires_at: None,
        created_at: town.now,
    };
    Client {
        id: client(),
        kind: ClientKind::Application,
        display_name: "Gestionale".parse().unwrap(),
        status: ClientStatus::Active,
        demo: false,
        secrets: Vec::new(),
        keys: Vec::new(),
        limits: None,
        delegations: vec![delegation],
        version: 1,
        created_at: town.now,
        updated_at: town.now,
    }
}

fn why(town: &Town, import: &Import, client: Option<&Client>) -> String {
    rights(import, client, &town.institution, town.now).unwrap_err().code
}

/// What is taken from a client.
type Narrowing = fn(&mut Client);

#[test]
fn who_may_load_no_more_is_told_why() {
    let mut town = Town::new();
    let import = sent(&mut town, None);
    let whole = sender(&town);
    let all = Rights { free_beneficiary: true, services: None };
    assert_eq!(rights(&import, Some(&whole), &town.institution, town.now), Ok(all));
    assert_eq!(why(&town, &import, None), "client_not_active");
    let later = town.now.plus_seconds(1);
    let changes: [(&str, Narrowing); 6] = [
        ("client_not_active", |client| client.status = ClientStatus::Revoked),
        ("client_not_active", |client| client.kind = ClientKind::Operator),
        ("client_not_active", |client| client.delegations[0].status = DelegationStatus::Ended),
        ("client_not_active", |client| client.delegations[0].institution_id = Uuid::from_u128(9).into()),
        ("insufficient_scope", |client| client.delegations[0].scopes = [ApiScope::ImportsWrite].into()),
        ("insufficient_scope", |client| client.delegations[0].scopes = [ApiScope::DebtPositionsWrite].into()),
    ];
    for (code, change) in changes {
        let mut changed = whole.clone();
        change(&mut changed);
        assert_eq!(why(&town, &import, Some(&changed)), code);
    }
    let mut short = whole.clone();
    short.delegations[0].expires_at = Some(later);
    assert!(rights(&import, Some(&short), &town.institution, town.now).is_ok());
    town.now = later;
    assert_eq!(why(&town, &import, Some(&short)), "client_not_active");
    for status in [InstitutionStatus::Draft, InstitutionStatus::Suspended, InstitutionStatus::Closed] {
        town.institution.status = status;
        assert_eq!(why(&town, &import, Some(&whole)), "institution_not_active");
    }
}

#[test]
fn what_was_taken_away_is_gone_and_what_was_given_since_is_not_there() {
    let mut town = Town::new();
    let tari: ServiceCode = "TARI".parse().unwrap();
    for (claimed, given, both) in [
        (None, None, None),
        (Some(["MULTE", "TARI"].as_slice()), None, Some(["MULTE", "TARI"].as_slice())),
        (None, Some(["TARI"].as_slice()), Some(["TARI"].as_slice())),
        (Some(["MULTE", "TARI"].as_slice()), Some(["IMU", "MULTE"].as_slice()), Some(["MULTE"].as_slice())),
    ] {
        let import = sent(&mut town, claimed);
        let mut client = sender(&town);
        client.delegations[0].service_codes = given.map(codes);
        let found = rights(&import, Some(&client), &town.institution, town.now).unwrap();
        assert_eq!(found.allow(&tari), both.is_none_or(|both| both.contains(&"TARI")), "{claimed:?} {given:?}");
        assert_eq!(found, Rights { free_beneficiary: true, services: both.map(codes) });
    }
    let mut import = sent(&mut town, None);
    let mut client = sender(&town);
    let free = |import: &Import, client: &Client, town: &Town| {
        rights(import, Some(client), &town.institution, town.now).unwrap().free_beneficiary
    };
    import.free_beneficiary = false;
    assert!(!free(&import, &client, &town), "its token was without");
    import.free_beneficiary = true;
    client.delegations[0].scopes.remove(&ApiScope::DebtPositionsFreeBeneficiary);
    assert!(!free(&import, &client, &town), "it was taken away");
}
