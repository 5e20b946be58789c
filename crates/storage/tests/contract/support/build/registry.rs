// SPDX-License-Identifier: AGPL-3.0-or-later
//! Stations, institutions, services and clients.

use std::collections::BTreeSet;

use tramite_domain::access::{ApiScope, Client, ClientKind, ClientSecret, ClientStatus, Delegation, DelegationStatus};
use tramite_domain::ids::{ClientId, InstitutionId};
use tramite_domain::institution::{Account, Beneficiary, Institution, InstitutionStatus, StationLink};
use tramite_domain::iuv_batch::{IuvBatch, Stretch};
use tramite_domain::notice::{AuxDigit, LocalRange, SegregationCode};
use tramite_domain::service::{
    AmountRule, Demand, DemandDebtor, FieldPath, Service, ServiceKind, ServiceStatus, Title,
};
use tramite_domain::station::Station;
use tramite_domain::support::SupportAccess;
use tramite_storage::Scope;

use super::{IBAN, STATION, cents, text};
use crate::support::{id, now};

pub(crate) fn station() -> Station {
    Station {
        id: STATION.parse().unwrap(),
        broker_tax_code: "99999000039".parse().unwrap(),
        version: 2,
        primitive_version: 2,
        enabled: true,
        row_version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

pub(crate) fn institution(code: &str, tax_code: &str) -> Institution {
    let year_before = now().plus_seconds(-365 * 86_400);
    let link = StationLink {
        id: id(),
        station_id: STATION.parse().unwrap(),
        aux_digit: AuxDigit::Three,
        segregation_code: Some(SegregationCode::new(5).unwrap()),
        application_code: None,
        broadcast: false,
        issuing: true,
        local_range: LocalRange::DEFAULT,
        valid_from: now(),
        valid_to: None,
    };
    let old = StationLink { id: id(), valid_from: year_before, valid_to: Some(now()), issuing: false, ..link.clone() };
    let account = Account {
        id: "main".parse().unwrap(),
        iban: IBAN.parse().unwrap(),
        postal_iban: Some(IBAN.parse().unwrap()),
        holder: Some(text("Comune")),
        postal_authorization: None,
        valid_from: now(),
        valid_to: None,
    };
    let ended = Account { valid_from: year_before, valid_to: Some(now()), postal_iban: None, ..account.clone() };
    let beneficiary = Beneficiary {
        id: "provincia".parse().unwrap(),
        tax_code: "99999000021".parse().unwrap(),
        company_name: text("Provincia"),
        iban: IBAN.parse().unwrap(),
        valid_from: now(),
        valid_to: None,
    };
    let earlier = Beneficiary { valid_from: year_before, valid_to: Some(now()), ..beneficiary.clone() };
    Institution {
        id: id(),
        code: code.parse().unwrap(),
        tax_code: tax_code.parse().unwrap(),
        display_name: text("Comune di Prova"),
        ipa_code: Some(text("c_a000")),
        status: InstitutionStatus::Active,
        successor_id: None,
        cbill_code: Some(text("AAAAA")),
        office_name: None,
        payable_by_notice: true,
        support_access: true,
        demo: false,
        hosted_pages: Some(id()),
        stations: vec![old, link],
        accounts: vec![ended, account],
        beneficiaries: vec![earlier, beneficiary],
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

/// A batch of numbers taken under a station, as a token reserves it.
pub(crate) fn iuv_batch(scope: &Scope, link: &StationLink, taken: Stretch) -> IuvBatch {
    IuvBatch {
        id: id(),
        segregation_code: taken.segregation_code,
        local_range: link.local_range,
        first: taken.first,
        size: taken.size,
        service_codes: scope.services().cloned(),
        created_by: scope.client(),
        created_at: now(),
    }
}

pub(crate) fn service(code: &str) -> Service {
    Service {
        code: code.parse().unwrap(),
        title: Title { it: text("Tassa rifiuti"), en: Some(text("Waste tax")), de: None },
        taxonomy_code: "0101101IM".parse().unwrap(),
        collection_kind: 9.try_into().unwrap(),
        account_id: "main".parse().unwrap(),
        kind: ServiceKind::Both,
        amount: AmountRule::Free { least: cents(1), most: cents(9_999_999_999) },
        due_date_required: false,
        expires_after_due_date: true,
        late_charges: None,
        amount_callback: None,
        anonymous_debtor_allowed: true,
        demand: Some(demand(code)),
        status: ServiceStatus::Active,
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

/// How a provider's customer asks for it, by two codes of its own.
fn demand(code: &str) -> Demand {
    let path = |text: &str| text.parse::<FieldPath>().unwrap();
    Demand {
        service_id: text(&format!("{code:0>5.5}")),
        subject_id: text("00035"),
        namespace: Some(text("http://example.org/servizio")),
        root: text("richiesta"),
        key: vec![path("pratica/numero"), path("pratica/anno")],
        debtor: Some(DemandDebtor { tax_code: path("codice"), full_name: path("nome") }),
        description: Some(path("causale")),
        amount: Some(path("importo")),
    }
}

pub(crate) fn client(kind: ClientKind) -> Client {
    Client {
        id: id(),
        kind,
        display_name: text("Portale"),
        status: ClientStatus::Active,
        demo: false,
        secrets: vec![ClientSecret { id: id(), sha256: [3; 32], created_at: now(), expires_at: None }],
        keys: Vec::new(),
        limits: None,
        delegations: Vec::new(),
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

pub(crate) fn delegation(client: &Client, institution_id: InstitutionId) -> Delegation {
    Delegation {
        id: id(),
        institution_id,
        client_id: client.id,
        scopes: BTreeSet::from([ApiScope::DebtPositionsRead, ApiScope::PaymentsWrite]),
        service_codes: Some(BTreeSet::from(["TARI".parse().unwrap()])),
        return_origins: vec!["https://portale.example.org".to_owned()],
        status: DelegationStatus::Active,
        expires_at: Some(now().plus_seconds(86_400)),
        created_at: now(),
    }
}

/// An access of an operator, for an hour.
pub(crate) fn support_access(operator: ClientId, institution: InstitutionId) -> SupportAccess {
    SupportAccess {
        id: id(),
        institution_id: institution,
        client_id: operator,
        reason: text("Ticket 4711"),
        created_at: now(),
        expires_at: now().plus_hours(1),
        ended_at: None,
    }
}
