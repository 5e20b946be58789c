// SPDX-License-Identifier: AGPL-3.0-or-later
//! Two institutions that are as alike as they can be: one station, one segregation code, a service of the same name. What
//! keeps them apart is Tramite alone.

mod made;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tramite_testkit::{Database, Operation};
use uuid::Uuid;

use crate::api::{Api, notice};
use crate::node::{self, Addressee};
use crate::platform::{Credentials, PORTAL, Platform};
use crate::town::{Served, Town};

/// Lists that are no state.
const LEFT_OUT: [&str; 3] = ["audit", "events", "exports"];
/// The service that both have.
pub const COMMON: &str = "TARI";
/// The registry of the first institution.
pub const REGISTRY: &str = "streets";
/// The name of the key that the client has that nobody acts as.
pub const KEY: &str = "chiave";
/// The service that the first has alone.
pub const OWN: &str = "MENSA";

/// The thirteen digits within the one notice number of both.
const NUMBER: u64 = 7_000_000_000_123;
const TAX_CODES: [&str; 2] = ["99999000013", "99999000021"];
const IBANS: [&str; 2] = ["IT60X0542811101000000123456", "IT24D0542811101000000654321"];

/// The two, before a gateway of their own.
#[derive(Debug)]
pub struct Pair {
    /// The town they are in.
    pub town: Town,
    /// The gateway.
    pub served: Served,
    /// The operator.
    pub platform: Platform,
    /// The contract, as the gateway tells it.
    pub contract: Value,
    /// The first.
    pub a: Side,
    /// The second.
    pub b: Side,
}

/// One of them.
#[derive(Debug)]
pub struct Side {
    /// Its id.
    pub id: String,
    /// Where the Node reaches it.
    pub to: Addressee,
    /// Its portal, which may do everything in it.
    pub portal: Credentials,
    /// The portal's caller.
    pub api: Api,
}

/// One thing of each kind in the first institution.
#[derive(Debug)]
pub struct Made {
    /// The debt position that the session is for.
    pub position: Value,
    /// The checkout session.
    pub session: String,
    /// The receipt, which paid another position.
    pub receipt: Value,
    /// The line of the journal about the message of that receipt.
    pub journal: Value,
    /// A client that nobody acts as.
    pub idle: Credentials,
    /// An operator's access in support.
    pub access: String,
    /// Numbers reserved beforehand.
    pub batch: String,
    /// A message that could not be taken, as operators see it.
    pub raw: String,
    /// An address that is told of events, if it ever answers.
    pub endpoint: String,
    /// An event of the first institution.
    pub event: String,
    /// Somebody whose tokens are taken, for nobody.
    pub issuer: String,
    /// A receipt that was asked for, and that nobody has.
    pub recovery: String,
    /// A file that was read, and of which nothing was loaded: it was only asked what would be.
    pub import: String,
    /// Documents of the debt position, in a file that is there.
    pub documents: String,
    /// What somebody submitted in a form.
    pub submission: String,
}

impl Pair {
    /// Makes them.
    pub async fn start(database: &Database) -> Self {
        Self::start_with(database, &json!({})).await
    }

    /// Makes them so that each has one notice number to give, and it is the same one.
    pub async fn with_one_number(database: &Database) -> Self {
        Self::start_with(database, &json!({"local_from": NUMBER, "local_to": NUMBER})).await
    }

    async fn start_with(database: &Database, numbers: &Value) -> Self {
        let town = Town::start(database).await;
        let served = town.serve().await;
        let (id, secret) = (town.text("/operator/client_id"), town.text("/operator/client_secret"));
        let platform = Platform::open(&served.url, &id, &secret).await;
        let document = Api::of_nobody(&served.url).get("/openapi.json").await;
        assert_eq!(document.status, 200);
        let contract = document.body;
        let scopes = scopes(&contract).into_iter().filter(|scope| !scope.starts_with("platform:")).collect::<Vec<_>>();
        let a = Side::made(&town, &platform, (0, &scopes), numbers).await;
        let b = Side::made(&town, &platform, (1, &scopes), numbers).await;
        for (side, code) in [(&a, COMMON), (&a, OWN), (&b, COMMON)] {
            let service = json!({"title": {"it": "Un servizio"}, "taxonomy_code": "0101101IM", "account_id": "main",
                "kind": "both", "amount": {"rule": "free"}, "status": "active"});
            let made = side.api.put(&format!("/v1/services/{code}"), &service).await;
            assert_eq!(made.status, 201, "{}", made.body);
        }
        Self { town, served, platform, contract, a, b }
    }

    /// All operations of the contract.
    #[must_use]
    pub fn operations(&self) -> Vec<Operation> {
        Operation::all(&self.contract)
    }

    /// A further client of the first institution with every scope, for all services or for one.
    pub async fn another(&self, service: Option<&str>) -> Credentials {
        let mut delegation = self.a.portal.told["delegations"][0].clone();
        let given = delegation.as_object_mut().expect("a delegation");
        given.retain(|name, _| ["institution_id", "scopes", "return_origins"].contains(&name.as_str()));
        if let Some(service) = service {
            delegation["service_codes"] = json!([service]);
        }
        self.platform.client(&self.a.portal.institution, &delegation).await
    }

    /// Makes one thing of each kind in the first institution.
    ///
    /// # Panics
    /// When something is refused.
    pub async fn one_of_each(&self) -> Made {
        let (api, to) = (&self.a.api, &self.a.to);
        let position = api.position(COMMON, 12_050).await;
        let session =
            json!({"line_items": [{"debt_position_id": position["id"]}], "return_url": format!("{PORTAL}/esito")});
        let session = api.post("/v1/checkout-sessions", &session).await;
        assert_eq!(session.status, 201, "{}", session.body);
        let paid = api.position(COMMON, 4_500).await;
        let message = node::receipt(to, notice(&paid), &Uuid::new_v4().simple().to_string(), "45.00");
        node::pay(&self.served.url, message).await;
        let receipts = api.get("/v1/receipts").await.body;
        assert_eq!(receipts["items"].as_array().map(Vec::len), Some(1), "{receipts}");
        // The institution lets it be opened; whoever walks may switch that off and on.
        let switch = format!("/v1/institutions/{}/support-access", self.a.id);
        let allowed = api.put(&switch, &json!({"allowed": true})).await;
        assert_eq!(allowed.status, 200, "{}", allowed.body);
        let access = json!({"institution_id": self.a.id, "reason": "Ticket 4711", "expires_in": 28_800});
        let access = self.platform.api.post("/v1/support-accesses", &access).await;
        assert_eq!(access.status, 201, "{}", access.body);
        let batch = api.post("/v1/iuv-batches", &json!({"size": 1})).await;
        assert_eq!(batch.status, 201, "{}", batch.body);
        api.give_logo(&self.a.id).await;
        self.forms().await;
        let token = receipts["items"][0]["receipt_id"].as_str().expect("an id");
        let journal = api.get(&format!("/v1/journal?payment_token={token}")).await.body;
        // A message and its answer; more where it had to come again.
        assert!(journal["items"].as_array().is_some_and(|lines| lines.len() >= 2), "{journal}");
        Made {
            documents: self.documents(&position).await,
            position,
            session: session.body["id"].as_str().expect("an id").to_owned(),
            receipt: receipts["items"][0].clone(),
            journal: journal["items"][0].clone(),
            idle: self.idle().await,
            access: access.body["id"].as_str().expect("an id").to_owned(),
            batch: batch.body["id"].as_str().expect("an id").to_owned(),
            raw: self.raw_message(notice(&paid)).await,
            endpoint: self.endpoint().await,
            event: self.event().await,
            issuer: self.issuer().await,
            recovery: self.recovery().await,
            import: self.import().await,
            submission: self.submission().await,
        }
    }

    /// Real values for the parameters of an operation's path: what they name is the first institution's.
    ///
    /// # Panics
    /// Where nothing of that kind was made.
    #[must_use]
    pub fn values(&self, made: &Made, operation: &Operation, service: &str) -> Vec<String> {
        let value = |name: &String| match (operation.resource(), name.as_str()) {
            ("institutions", "id") | ("clients", "institution_id") => json!(self.a.id),
            ("stations", "id") => json!(self.a.to.station),
            ("services", "code") => json!(service),
            ("registries", "code") => json!(REGISTRY),
            ("clients", "id") => json!(made.idle.id),
            ("clients", "entry_id") => made.idle.told["secrets"][0]["id"].clone(),
            ("clients", "key_id") => json!(KEY),
            ("trusted-issuers", "id") => json!(made.issuer),
            ("delegations", "id") => made.idle.told["delegations"][0]["id"].clone(),
            ("support-accesses", "id") => json!(made.access),
            ("debt-positions", "id") => made.position["id"].clone(),
            ("checkout-sessions", "id") => json!(made.session),
            ("receipts", "id") => made.receipt["id"].clone(),
            ("receipt-recoveries", "id") => json!(made.recovery),
            ("iuv-batches", "id") => json!(made.batch),
            ("raw-messages", "id") => json!(made.raw),
            ("events", "id") => json!(made.event),
            ("journal", "id") => made.journal["id"].clone(),
            ("webhook-endpoints", "id") => json!(made.endpoint),
            ("imports", "id") => json!(made.import),
            ("document-batches", "id") => json!(made.documents),
            ("submissions", "id") => json!(made.submission),
            (resource, _) => panic!("nothing real for {name} of {resource}: it is to be made in one_of_each"),
        };
        operation.parameters.iter().map(|name| value(name).as_str().expect("a text").to_owned()).collect()
    }

    /// Everything that both institutions, their portals and the operator are shown, by the path of its list. The audit trail
    /// is left out: it grows with each search. So are the feed and what is exported of it: they tell a moment later, and
    /// where they go on changes with each reading.
    ///
    /// # Panics
    /// When something is not shown.
    pub async fn state(&self) -> BTreeMap<String, Value> {
        let mut state = BTreeMap::new();
        for operation in self
            .operations()
            .iter()
            .filter(|one| one.method == "GET" && one.parameters.is_empty() && !LEFT_OUT.contains(&one.resource()))
        {
            let callers: &[&Api] = match operation.scopes.first() {
                None => &[],
                Some(_) if operation.is_platform() => &[&self.platform.api],
                Some(_) => &[&self.a.api, &self.b.api],
            };
            for (index, caller) in callers.iter().enumerate() {
                let shown = caller.get(&format!("{}?limit=100", operation.path)).await;
                assert_eq!(shown.status, 200, "{}", shown.body);
                assert!(shown.body.get("next_cursor").is_none(), "one page shows all: {}", shown.body);
                let mut body = shown.body;
                without_time(&mut body);
                state.insert(format!("{} {index}", operation.path), body);
            }
        }
        state
    }
}

impl Side {
    async fn made(town: &Town, platform: &Platform, (index, scopes): (usize, &[String]), numbers: &Value) -> Self {
        let code = ["comune-a", "comune-b"][index];
        let to = Addressee {
            tax_code: TAX_CODES[index].to_owned(),
            broker: town.text("/broker_tax_code"),
            station: town.text("/institutions/0/station_id"),
        };
        let mut station = json!({"station_id": to.station, "aux_digit": 3, "segregation_code": "05", "issuing": true});
        for (name, value) in numbers.as_object().expect("members") {
            station[name] = value.clone();
        }
        let body = json!({
            "code": code, "tax_code": to.tax_code, "display_name": "Comune di Prova", "status": "active",
            "stations": [station],
            "accounts": [{"id": "main", "iban": IBANS[index]}],
        });
        let institution = platform.institution(&body).await;
        let delegation = json!({"institution_id": institution["id"], "scopes": scopes, "return_origins": [PORTAL]});
        let portal = platform.client(code, &delegation).await;
        let api = portal.api(platform.url()).await;
        Self { id: institution["id"].as_str().expect("an id").to_owned(), to, portal, api }
    }
}

/// A page without what goes on with time.
fn without_time(page: &mut Value) {
    page.as_object_mut().expect("a page").remove("complete_until");
    for item in page["items"].as_array_mut().expect("items") {
        item.as_object_mut().expect("an item").remove("next_check_after");
    }
}

/// Fails where the two differ, with what differs and no more.
///
/// # Panics
/// Where they do.
pub fn assert_unchanged(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) {
    assert!(before.keys().eq(after.keys()));
    for (path, was) in before {
        let is = &after[path];
        assert!(was == is, "{path} has changed\nfrom {was}\nto {is}");
    }
}

/// The names of all scopes of a contract.
///
/// # Panics
/// Where it names none.
#[must_use]
pub fn scopes(contract: &Value) -> Vec<String> {
    let named = contract.pointer("/components/securitySchemes/OAuth2/flows/clientCredentials/scopes");
    named.and_then(Value::as_object).expect("the contract names its scopes").keys().cloned().collect()
}

/// Values for the parameters of an operation's path that name nothing.
#[must_use]
pub fn at_random(operation: &Operation) -> Vec<String> {
    operation.parameters.iter().map(|_| Uuid::now_v7().to_string()).collect()
}
