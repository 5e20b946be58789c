// SPDX-License-Identifier: AGPL-3.0-or-later
//! Two institutions, their services, and whoever acts for them.

use std::collections::{BTreeMap, BTreeSet};

use tramite_domain::access::{ApiScope, Client, ClientKind, ClientSecret, ClientStatus, Delegation, DelegationStatus};
use tramite_domain::given::World;
use tramite_domain::ids::{ClientId, ClientSecretId, DelegationId, InstitutionId};
use tramite_domain::institution::{
    AccountInput, BeneficiaryInput, Institution, InstitutionInput, InstitutionStatus, Registered, StationLinkInput,
};
use tramite_domain::notice::LocalRange;
use tramite_domain::service::{AmountInput, ServiceInput, ServiceKind, ServiceStatus};
use tramite_domain::station::Station;
use tramite_domain::time::Instant;
use tramite_gateway::secret;
use tramite_storage::{Change, Scope};

use super::{Ask, Seen, TestGateway};

/// The station that both institutions are reached through.
pub const STATION: &str = "99999000039_01";
/// A right Italian IBAN.
pub const IBAN: &str = "IT60X0542811101000000123456";
/// Another one.
pub const OTHER_IBAN: &str = "IT24D0542811101000000654321";
/// The tax codes of the two institutions.
pub const TAX_CODES: [&str; 2] = ["99999000013", "99999000021"];

/// A client that the tests know the secret of.
#[derive(Debug, Clone)]
pub struct Known {
    pub id: ClientId,
    pub secret: String,
}

/// What was made.
pub struct Seeded {
    /// Institution A, with the services TARI and MENSA.
    pub a: Institution,
    /// Institution B, with the service TARI.
    pub b: Institution,
    /// Acts for A, every scope.
    pub for_a: Known,
    /// Acts for A too.
    pub other_for_a: Known,
    /// Acts for A, service MENSA only.
    pub narrow: Known,
    /// Acts for B, every scope.
    pub for_b: Known,
    /// Acts for both.
    pub for_both: Known,
    /// Runs the platform.
    pub operator: Known,
    /// Ids of what others have made in A, by the path parameter they stand for: see `ids.rs`.
    pub made: BTreeMap<&'static str, String>,
}

/// Every scope that may be delegated.
pub fn tenant_scopes() -> BTreeSet<ApiScope> {
    ApiScope::ALL.iter().copied().filter(|scope| !scope.is_platform()).collect()
}

impl TestGateway {
    /// Makes them, straight in the store.
    pub async fn seed(&self) -> Seeded {
        let now = self.world.now();
        self.station(now).await;
        let a = self.institution("comune-a", TAX_CODES[0], "Comune di Esempio", "05").await;
        let b = self.institution("comune-b", TAX_CODES[1], "Comune di Prova", "06").await;
        for (institution, code) in [(&a, "TARI"), (&a, "MENSA"), (&b, "TARI")] {
            self.service(institution, code).await;
        }
        let all = |institution: &Institution| (institution.id, None);
        Seeded {
            for_a: self.client(ClientKind::Application, &[all(&a)]).await,
            other_for_a: self.client(ClientKind::Application, &[all(&a)]).await,
            narrow: self.client(ClientKind::Application, &[(a.id, Some("MENSA"))]).await,
            for_b: self.client(ClientKind::Application, &[all(&b)]).await,
            for_both: self.client(ClientKind::Application, &[all(&a), all(&b)]).await,
            operator: self.client(ClientKind::Operator, &[]).await,
            made: BTreeMap::new(),
            a,
            b,
        }
    }

    async fn station(&self, now: Instant) {
        let station = Station {
            id: STATION.parse().unwrap(),
            broker_tax_code: "99999000039".parse().unwrap(),
            version: 2,
            primitive_version: 2,
            enabled: true,
            row_version: 1,
            created_at: now,
            updated_at: now,
        };
        self.gateway.store().system().put_station(station, None, Change::default()).await.unwrap();
    }

    async fn institution(&self, code: &str, tax_code: &str, name: &str, segregation: &str) -> Institution {
        let input = InstitutionInput {
            code: code.to_owned(),
            tax_code: tax_code.to_owned(),
            display_name: name.to_owned(),
            ipa_code: None,
            status: InstitutionStatus::Active,
            successor_id: None,
            cbill_code: None,
            office_name: None,
            payable_by_notice: false,
            support_access: true,
            demo: false,
            stations: vec![link(segregation)],
            accounts: vec![AccountInput {
                id: "main".to_owned(),
                iban: IBAN.to_owned(),
                postal_iban: None,
                holder: None,
                postal_authorization: None,
            }],
            beneficiaries: vec![BeneficiaryInput {
                id: "provincia".to_owned(),
                tax_code: "99999000013".to_owned(),
                company_name: "Provincia di Esempio".to_owned(),
                iban: OTHER_IBAN.to_owned(),
            }],
        };
        let stations = BTreeSet::from([STATION.parse().unwrap()]);
        let known = Registered { stations, sandbox: true, ..Registered::default() };
        let mut ids = self.gateway.ids();
        let mut given = self.gateway.given(&mut ids, None);
        let (institution, batch) = tramite_domain::institution::define(None, &input, &known, &mut given).unwrap();
        self.gateway.store().system().commit_institution(batch, None).await.unwrap();
        institution
    }

    async fn service(&self, institution: &Institution, code: &str) {
        let input = ServiceInput {
            title_it: "Un servizio".to_owned(),
            title_en: None,
            title_de: None,
            taxonomy_code: "0101101IM".to_owned(),
            collection_kind: 9,
            account_id: "main".to_owned(),
            kind: ServiceKind::Both,
            amount: AmountInput { fixed: false, amount: None, least: None, most: None },
            due_date_required: false,
            expires_after_due_date: false,
            late_charges: None,
            amount_callback: None,
            anonymous_debtor_allowed: false,
            demand: None,
            status: ServiceStatus::Active,
        };
        let mut ids = self.gateway.ids();
        let mut given = self.gateway.given(&mut ids, None);
        let code = code.parse().unwrap();
        let (_, batch) = tramite_domain::service::define(institution, &code, None, &input, &mut given).unwrap();
        self.gateway.store().commit(&Scope::of_worker(institution.id), batch).await.unwrap();
    }

    /// A client with every scope for these institutions, each for all services or for one.
    pub async fn client(&self, kind: ClientKind, acts_for: &[(InstitutionId, Option<&str>)]) -> Known {
        let (now, id) = (self.world.now(), ClientId::new(self.world.id()));
        let (text, sha256) = secret::generate(self.gateway.environment()).unwrap();
        let delegations = acts_for.iter().map(|(institution_id, service)| Delegation {
            id: DelegationId::new(self.world.id()),
            institution_id: *institution_id,
            client_id: id,
            scopes: tenant_scopes(),
            service_codes: service.map(|code| BTreeSet::from([code.parse().unwrap()])),
            return_origins: vec!["https://portale.example.it".to_owned()],
            status: DelegationStatus::Active,
            expires_at: None,
            created_at: now,
        });
        let client = Client {
            id,
            kind,
            display_name: "Un client".parse().unwrap(),
            status: ClientStatus::Active,
            demo: false,
            secrets: vec![ClientSecret {
                id: ClientSecretId::new(self.world.id()),
                sha256,
                created_at: now,
                expires_at: None,
            }],
            keys: Vec::new(),
            limits: None,
            delegations: delegations.collect(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        self.gateway.store().system().insert_client(client, Change::default()).await.unwrap();
        Known { id, secret: text.expose().clone() }
    }

    /// Asks for a token.
    pub async fn ask_token(&self, client: &Known, more: &str) -> Seen {
        let form =
            format!("grant_type=client_credentials&client_id={}&client_secret={}{more}", client.id, client.secret);
        self.ask(Ask::post("/oauth2/token").form(form)).await
    }

    /// A token with everything the client has.
    pub async fn token(&self, client: &Known) -> String {
        self.token_with(client, "").await
    }

    /// A token with what the form says beside the credentials: `&scope=…&institution=…`.
    pub async fn token_with(&self, client: &Known, more: &str) -> String {
        let seen = self.ask_token(client, more).await;
        assert_eq!(seen.status, 200, "{}", seen.text());
        seen.json()["access_token"].as_str().unwrap().to_owned()
    }
}

fn link(segregation: &str) -> StationLinkInput {
    StationLinkInput {
        station_id: STATION.to_owned(),
        aux_digit: 3,
        segregation_code: Some(segregation.to_owned()),
        application_code: None,
        broadcast: false,
        issuing: true,
        local_from: LocalRange::DEFAULT.from().value(),
        local_to: LocalRange::DEFAULT.to().value(),
    }
}
