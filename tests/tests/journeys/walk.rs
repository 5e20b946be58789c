// SPDX-License-Identifier: AGPL-3.0-or-later
//! The contract that a running gateway tells, walked with real ids of somebody else (reliability.md 29 and 44). A route
//! that is added later is walked without a line here.

use serde_json::{Value, json};
use tramite_testkit::{Database, Operation, free_port};
use tramite_tests::api::{Api, Came, installment, notice, position};
use tramite_tests::pair::{COMMON, Made, OWN, Pair, REGISTRY, assert_unchanged, at_random};
use tramite_tests::platform::PORTAL;
use uuid::Uuid;

/// Operations that answer otherwise than by 404, each with its reason.
const EXCEPTIONS: [(&str, &str); 2] = [
    ("replace_service", "PUT defines the service of the caller's own institution under a code that anybody may use"),
    ("replace_registry", "PUT writes the registry of the caller's own institution under a code that anybody may use"),
];

pub(crate) async fn stranger(database: Database) {
    let pair = Pair::start(&database).await;
    let made = pair.one_of_each().await;
    let stranger = &pair.b.api;
    let own = Own::made(stranger, COMMON).await;
    let before = pair.state().await;
    let mut walked = 0;
    for operation in pair.operations().iter().filter(|one| !one.parameters.is_empty()) {
        if EXCEPTIONS.iter().any(|(id, _)| *id == operation.id) {
            continue;
        }
        let values = pair.values(&made, operation, OWN);
        let theirs = stranger.ask(operation, &values).await;
        let nothing = stranger.ask(operation, &at_random(operation)).await;
        // What is the operator's is no tenant's, whoever it is about.
        let expected = if operation.is_platform() { (403, "insufficient_scope") } else { (404, "not_found") };
        is_the_same(operation, expected, &theirs, &nothing);
        walked += 1;
    }
    assert!(walked > 10, "{walked}");
    in_bodies(&pair, &made, stranger, OWN).await;
    own.with_ids_of(&made, stranger).await;
    in_lists(&pair, &made, stranger).await;
    in_every_list(&pair, &made, stranger, OWN).await;
    as_message(&pair, &made, stranger).await;
    assert_unchanged(&before, &pair.state().await);
    // The exception: it makes a service of the caller's own, and the other one stays what it was.
    let service = json!({"title": {"it": "Altro"}, "taxonomy_code": "0101101IM", "account_id": "main",
        "kind": "both", "amount": {"rule": "free"}, "status": "active"});
    assert_eq!(stranger.put(&format!("/v1/services/{OWN}"), &service).await.status, 201);
    assert_eq!(pair.state().await["/v1/services 0"], before["/v1/services 0"]);
    is_there(&pair, &made, OWN).await;
}

pub(crate) async fn colleagues(database: Database) {
    let pair = Pair::start(&database).await;
    let made = pair.one_of_each().await;
    let url = &pair.served.url;
    let other = pair.another(None).await.api(url).await;
    let narrow = pair.another(Some(OWN)).await.api(url).await;
    let own = Own::made(&narrow, OWN).await;
    let before = pair.state().await;
    let mut walked = 0;
    for operation in pair.operations().iter().filter(|one| !one.parameters.is_empty() && !one.is_platform()) {
        // Sessions, webhook endpoints and files are their maker's. Debt positions, receipts and delegations are the institution's, so that every
        // client for all services sees them; the narrow one is for another service than they are of. The institution
        // itself is known to whoever acts for it.
        let callers: &[&Api] = match operation.resource() {
            "checkout-sessions" | "webhook-endpoints" | "imports" | "document-batches" => &[&other, &narrow],
            "institutions" | "registries" => &[],
            _ => &[&narrow],
        };
        let values = pair.values(&made, operation, COMMON);
        for caller in callers {
            let theirs = caller.ask(operation, &values).await;
            let nothing = caller.ask(operation, &at_random(operation)).await;
            is_the_same(operation, (404, "not_found"), &theirs, &nothing);
            walked += 1;
        }
    }
    assert!(walked > 10, "{walked}");
    in_bodies(&pair, &made, &narrow, COMMON).await;
    own.with_ids_of(&made, &narrow).await;
    in_lists(&pair, &made, &narrow).await;
    in_every_list(&pair, &made, &narrow, COMMON).await;
    as_message(&pair, &made, &narrow).await;
    let sessions = format!("/v1/checkout-sessions?debt_position_id={}", made.position["id"].as_str().unwrap());
    assert_eq!(other.get(&sessions).await.body["items"], json!([]), "another client sees no session of its colleague");
    assert_unchanged(&before, &pair.state().await);
    is_there(&pair, &made, COMMON).await;
}

/// Things of the caller's own, within which something of somebody else may be named.
struct Own {
    endpoint: String,
    position: String,
}

impl Own {
    async fn made(caller: &Api, service: &str) -> Self {
        let url = json!({"url": format!("http://127.0.0.1:{}/", free_port())});
        let endpoint = caller.post("/v1/webhook-endpoints", &url).await;
        assert_eq!(endpoint.status, 201, "{}", endpoint.body);
        let position = caller.position(service, 100).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self { endpoint: text(&endpoint.body["endpoint"]["id"]), position: text(&position["id"]) }
    }

    /// Somebody else's event is none of one's own endpoint, and somebody else's installment none of one's own position.
    async fn with_ids_of(&self, made: &Made, caller: &Api) {
        let redeliver = format!("/v1/webhook-endpoints/{}/redeliver", self.endpoint);
        let mark_paid = format!("/v1/debt-positions/{}/mark-paid", self.position);
        let again = async |event: Value| caller.post(&redeliver, &json!({"event_id": event})).await;
        let pay = async |id: &Value| {
            let paid =
                json!({"installment_id": id, "paid_at": "2026-01-01T00:00:00Z", "amount": 100, "reference": "x"});
            caller.post(&mark_paid, &paid).await
        };
        let random = json!(Uuid::now_v7());
        let asked = [
            (again(json!(made.event)).await, again(random.clone()).await),
            (pay(installment(&made.position, "id")).await, pay(&random).await),
        ];
        for (theirs, nothing) in asked {
            assert!(theirs.status.is_client_error(), "{}", theirs.body);
            assert_eq!((theirs.problem(), theirs.without_instance()), (nothing.problem(), nothing.without_instance()));
        }
    }
}

fn is_the_same(operation: &Operation, expected: (u16, &str), theirs: &Came, nothing: &Came) {
    assert_eq!(theirs.problem(), expected, "{}: {}", operation.id, theirs.body);
    assert_eq!(nothing.problem(), expected, "{}: {}", operation.id, nothing.body);
    assert_eq!(theirs.without_instance(), nothing.without_instance(), "{}", operation.id);
}

/// What the walk asked for is there: its owner is answered otherwise.
async fn is_there(pair: &Pair, made: &Made, service: &str) {
    for operation in pair.operations().iter().filter(|one| !one.parameters.is_empty() && !one.is_platform()) {
        if operation.path.ends_with("/logo") {
            // One that was removed is gone too.
            pair.a.api.give_logo(&pair.a.id).await;
        }
        let values = match operation.resource() {
            // One that has ended is gone for its own client too.
            "webhook-endpoints" => vec![pair.endpoint().await],
            _ => pair.values(made, operation, service),
        };
        let came = pair.a.api.ask(operation, &values).await;
        assert!(![401, 403, 404].contains(&came.status.as_u16()), "{}: {}", operation.id, came.body);
    }
}

/// An id or a code of somebody else within a body names nothing.
async fn in_bodies(pair: &Pair, made: &Made, caller: &Api, service: &str) {
    let pay = async |item: Value| {
        let body = json!({"line_items": [item], "return_url": format!("{PORTAL}/esito")});
        caller.post("/v1/checkout-sessions", &body).await
    };
    let theirs = pay(json!({"debt_position_id": made.position["id"]})).await;
    let nothing = pay(json!({"debt_position_id": Uuid::now_v7()})).await;
    assert_eq!(theirs.problem(), (404, "not_found"), "{}", theirs.body);
    assert_eq!(theirs.without_instance(), nothing.without_instance());
    let number = |number: &str, amount| json!({"notice_number": number, "creditor_tax_code": pair.a.to.tax_code, "expected_amount": amount});
    let theirs = pay(number(notice(&made.position), 12_050)).await;
    let nothing = pay(number("305999999999999942", 12_050)).await;
    assert!(theirs.status.is_client_error(), "{}", theirs.body);
    assert_eq!(theirs.problem(), nothing.problem(), "{}", theirs.body);
    assert_eq!(theirs.without_instance(), nothing.without_instance());
    let of = async |code: &str| caller.post("/v1/debt-positions", &position(code, 100)).await;
    let (theirs, nothing) = (of(service).await, of("NESSUNO").await);
    assert!(theirs.status.is_client_error(), "{}", theirs.body);
    assert_eq!((theirs.problem(), theirs.without_instance()), (nothing.problem(), nothing.without_instance()));
    let within = async |code: &str| pay(json!({"debt_position": position(code, 100)})).await;
    let (theirs, nothing) = (within(service).await, within("NESSUNO").await);
    assert!(theirs.status.is_client_error(), "{}", theirs.body);
    assert_eq!((theirs.problem(), theirs.without_instance()), (nothing.problem(), nothing.without_instance()));
}

/// The message of the Node that a receipt came in is its owner's alone.
async fn as_message(pair: &Pair, made: &Made, caller: &Api) {
    let id = made.receipt["id"].as_str().unwrap();
    let ask = async |api: &Api, id: &str| {
        let request = tramite_tests::http::client().get(format!("{}/v1/receipts/{id}", pair.served.url));
        request.bearer_auth(api.token()).header("Accept", "application/xml").send().await.unwrap()
    };
    let owners = ask(&pair.a.api, id).await;
    assert_eq!(owners.status(), 200);
    assert!(owners.text().await.unwrap().contains(notice_of(&made.receipt)));
    for id in [id, &Uuid::now_v7().to_string()] {
        let refused = ask(caller, id).await;
        assert_eq!(refused.status(), 404);
        assert!(refused.text().await.unwrap().contains("/errors/not_found"));
    }
}

fn notice_of(receipt: &Value) -> &str {
    receipt["notice_number"].as_str().unwrap()
}

/// No list, filter or search of somebody else shows what the owner's shows.
async fn in_lists(pair: &Pair, made: &Made, caller: &Api) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let id = text(&made.position["id"]);
    // Two institutions may have the same notice number: what tells a thing apart is its id.
    let journal = text(&made.journal["id"]);
    let marks =
        [id.clone(), made.session.clone(), text(&made.receipt["id"]), text(&made.receipt["debt_position_id"]), journal];
    let queries = [
        "debt-positions".to_owned(),
        format!("debt-positions?external_id={}", text(&made.position["external_id"])),
        format!("debt-positions?notice_number={}", notice(&made.position)),
        format!("debt-positions?iuv={}", text(installment(&made.position, "iuv"))),
        format!("debt-positions?service_code={COMMON}"),
        "debt-positions?status=paid&updated_since=2020-01-01T00:00:00Z".to_owned(),
        "checkout-sessions".to_owned(),
        format!("checkout-sessions?debt_position_id={id}"),
        "journal".to_owned(),
        format!("journal?notice_number={}", notice_of(&made.receipt)),
        format!("journal?payment_token={}", text(&made.receipt["receipt_id"])),
        "receipts".to_owned(),
        format!("receipts?service_code={COMMON}"),
        "receipts?paid_from=2020-01-01T00:00:00Z&updated_since=2020-01-01T00:00:00Z".to_owned(),
    ];
    for query in &queries {
        shows_nothing(
            query,
            &marks,
            &pair.a.api.get(&format!("/v1/{query}")).await,
            &caller.get(&format!("/v1/{query}")).await,
        );
    }
    let search = json!({"debtor_tax_code": "RSSMRA85T10A562S"});
    let find = async |api: &Api| api.post("/v1/debt-positions/search", &search).await;
    shows_nothing("search", &marks, &find(&pair.a.api).await, &find(caller).await);
}

/// The same of every list that the contract has now or later: its owner is shown something of what was made, others are not.
async fn in_every_list(pair: &Pair, made: &Made, caller: &Api, hidden: &str) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let marks = [
        text(&made.position["id"]),
        made.session.clone(),
        text(&made.receipt["id"]),
        text(&made.receipt["debt_position_id"]),
        text(&made.journal["id"]),
        made.endpoint.clone(),
        made.event.clone(),
        made.access.clone(),
        made.recovery.clone(),
        made.import.clone(),
        made.documents.clone(),
        made.submission.clone(),
        text(&made.idle.told["delegations"][0]["id"]),
        // A service has no id, and others may have one of the same code: this one they have not.
        format!("\"code\":\"{hidden}\""),
        format!("\"code\":\"{REGISTRY}\""),
    ];
    let lists = pair
        .operations()
        .into_iter()
        .filter(|one| one.method == "GET" && one.parameters.is_empty() && !one.is_platform() && !one.scopes.is_empty());
    let mut looked = 0;
    for operation in lists {
        // Registries are of all services of an institution: whoever acts for one of them reads them.
        if operation.id == "list_registries" && hidden == COMMON {
            continue;
        }
        let shown = async |api: &Api| {
            let url = format!("{}{}?limit=500", pair.served.url, operation.path);
            // Tables are no JSON.
            let answer = tramite_tests::http::client().get(url).bearer_auth(api.token()).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{}", operation.id);
            let text = answer.text().await.unwrap();
            (marks.iter().filter(|mark| text.contains(*mark)).count(), text)
        };
        let (owners, others) = (shown(&pair.a.api).await, shown(caller).await);
        assert!(owners.0 > 0, "{}: its owner is shown it: {}", operation.id, owners.1);
        assert_eq!(others.0, 0, "{}: {}", operation.id, others.1);
        looked += 1;
    }
    assert!(looked >= 10, "{looked}");
}

fn shows_nothing(what: &str, marks: &[String], owners: &Came, others: &Came) {
    assert_eq!((owners.status.as_u16(), others.status.as_u16()), (200, 200), "{what}: {} {}", owners.body, others.body);
    let shown = |came: &Came| marks.iter().filter(|mark| came.body.to_string().contains(*mark)).count();
    assert!(shown(owners) > 0, "{what}: its owner is shown it: {}", owners.body);
    assert_eq!(shown(others), 0, "{what}: {}", others.body);
}
