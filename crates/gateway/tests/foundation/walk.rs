// SPDX-License-Identifier: AGPL-3.0-or-later
//! The authorisation walk (reliability.md 29, 31, 44): every operation of the contract, asked as nobody, as another
//! tenant, without its scope. A route that is added later is walked without a line here.

use tramite_domain::access::ApiScope;
use tramite_gateway::{PLACEHOLDER_URL, contract};
use tramite_testkit::{Database, Operation};
use uuid::Uuid;

use crate::support::seed::Seeded;
use crate::support::{Ask, Seen, TestGateway};

/// Operations that answer another tenant otherwise than by 404, each with its reason.
const EXCEPTIONS: [(&str, &str); 2] = [
    ("replace_service", "PUT defines the service of the caller's own institution under a code that anybody may use"),
    ("replace_registry", "PUT writes the registry of the caller's own institution under a code that anybody may use"),
];

/// What needs a second scope, by what its body asks for: that of the example.
const SECOND_SCOPES: [(&str, &str); 1] = [("add_document_batch", "debt-positions:read")];

/// A request that has all it needs, with these values in its path.
fn ask(operation: &Operation, values: &[String]) -> Ask {
    let mut ask = Ask::new(operation.method.parse().unwrap(), operation.path_with(values));
    if operation.keyed {
        ask = ask.key(&Uuid::new_v4().to_string());
    }
    match &operation.body {
        Some(body) => ask.json(body),
        None => ask,
    }
}

/// The same with values that name nothing.
fn ask_at_random(operation: &Operation) -> Ask {
    let values: Vec<String> = operation.parameters.iter().map(|_| Uuid::now_v7().to_string()).collect();
    ask(operation, &values)
}

fn operations() -> Vec<Operation> {
    Operation::all(&contract(PLACEHOLDER_URL).unwrap())
}

async fn real_values(gateway: &TestGateway, seeded: &Seeded, operation: &Operation) -> Vec<String> {
    let mut values = Vec::new();
    for name in &operation.parameters {
        let value = gateway.real_id(seeded, &operation.path, name).await;
        values.push(
            value.unwrap_or_else(|| panic!("no real id for {} {name}: add it to support/ids.rs", operation.path)),
        );
    }
    values
}

pub(crate) async fn nobody_opens_anything_but_what_is_public(database: Database) {
    let gateway = TestGateway::new(&database).await;
    for operation in &operations() {
        let seen = gateway.ask(ask_at_random(operation)).await;
        if operation.scopes.is_empty() {
            assert!(seen.status < 300, "{} {}", operation.id, seen.text());
        } else {
            seen.is_problem(401, "unauthenticated");
            assert_eq!(seen.header("www-authenticate"), Some("Bearer"), "{}", operation.id);
        }
    }
}

pub(crate) async fn what_belongs_to_another_tenant_answers_like_what_does_not_exist(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let mut seeded = gateway.seed().await;
    gateway.make_one_of_each(&mut seeded).await;
    let stranger = gateway.token(&seeded.for_b).await;
    for operation in operations().iter().filter(|one| !one.is_platform() && !one.parameters.is_empty()) {
        // One that makes something of that name of the stranger's own is not asked: what it made would be found next.
        if EXCEPTIONS.iter().any(|(id, _)| *id == operation.id) {
            continue;
        }
        let values = real_values(&gateway, &seeded, operation).await;
        let theirs = gateway.ask(ask(operation, &values).token(&stranger)).await;
        let nothing = gateway.ask(ask_at_random(operation).token(&stranger)).await;
        is_nothing(operation, &theirs);
        is_nothing(operation, &nothing);
        assert_eq!(theirs.without_instance(), nothing.without_instance(), "{}", operation.id);
    }
}

pub(crate) async fn what_another_client_or_service_holds_answers_like_what_does_not_exist(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let mut seeded = gateway.seed().await;
    gateway.make_one_of_each(&mut seeded).await;
    let (other, narrow) = (gateway.token(&seeded.other_for_a).await, gateway.token(&seeded.narrow).await);
    let mut walked = 0;
    for operation in operations().iter().filter(|one| !one.is_platform() && !one.parameters.is_empty()) {
        let resource = operation.resource();
        if resource == "webhook-endpoints" {
            // One that has ended is gone for its own client too.
            let token = gateway.token(&seeded.for_a).await;
            let endpoint = gateway.webhook_endpoint(&token).await;
            seeded.made.insert("webhook-endpoints", endpoint);
        }
        if operation.path.ends_with("/logo") {
            // One that was removed is gone, likewise.
            gateway.logo(&seeded, &gateway.token(&seeded.for_a).await).await;
        }
        let values = real_values(&gateway, &seeded, operation).await;
        // The narrow token is for MENSA, and everything of A was made under TARI but the session and the file, which are their makers'.
        let tokens: &[&String] = match resource {
            "checkout-sessions" | "webhook-endpoints" | "imports" | "document-batches" | "submissions" => {
                &[&other, &narrow]
            }
            "institutions" | "services" | "registries" => &[],
            _ => &[&narrow],
        };
        for token in tokens {
            let theirs = gateway.ask(ask(operation, &values).token(token)).await;
            let nothing = gateway.ask(ask_at_random(operation).token(token)).await;
            is_nothing(operation, &theirs);
            assert_eq!(theirs.without_instance(), nothing.without_instance(), "{}", operation.id);
            walked += 1;
        }
        let ours = gateway.ask(ask(operation, &values).token(&gateway.token(&seeded.for_a).await)).await;
        assert_ne!(ours.status, 404, "{}: what the walk asks for must exist", operation.id);
    }
    assert!(walked > 0);
}

/// Ids stand in bodies and queries too (reliability.md 29): one of another tenant or of another service names nothing.
pub(crate) async fn an_id_of_somebody_else_within_a_body_names_nothing(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let mut seeded = gateway.seed().await;
    gateway.make_one_of_each(&mut seeded).await;
    let position = seeded.made["debt-positions"].clone();
    for client in [&seeded.for_b, &seeded.narrow] {
        let token = gateway.token(client).await;
        let pay = |id: &str| {
            let body = serde_json::json!({
                "line_items": [{"debt_position_id": id}], "return_url": "https://portale.example.it/esito",
            });
            Ask::post("/v1/checkout-sessions").token(&token).json(&body).key(&Uuid::new_v4().to_string())
        };
        let theirs = gateway.ask(pay(&position)).await;
        let nothing = gateway.ask(pay(&Uuid::now_v7().to_string())).await;
        theirs.is_problem(404, "not_found");
        assert_eq!(theirs.without_instance(), nothing.without_instance());
        let list = Ask::get(format!("/v1/checkout-sessions?debt_position_id={position}")).token(&token);
        assert_eq!(gateway.ask(list).await.is(200).json()["items"], serde_json::json!([]));
    }
    // Another client of the same institution and services pays the position, but sees no session of somebody else.
    let token = gateway.token(&seeded.other_for_a).await;
    let list = Ask::get(format!("/v1/checkout-sessions?debt_position_id={position}")).token(&token);
    assert_eq!(gateway.ask(list).await.is(200).json()["items"], serde_json::json!([]));
}

fn is_nothing(operation: &Operation, seen: &Seen) {
    assert_eq!((seen.status, seen.code().as_str()), (404, "not_found"), "{}: {}", operation.id, seen.text());
}

pub(crate) async fn every_operation_opens_to_its_own_scope_and_to_no_other(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let operations = operations();
    for scope in ApiScope::ALL {
        let client = if scope.is_platform() { &seeded.operator } else { &seeded.for_a };
        let token = gateway.token_with(client, &format!("&scope={}", scope.name())).await;
        for operation in operations.iter().filter(|one| !one.scopes.is_empty()) {
            let seen = gateway.ask(ask_at_random(operation).token(&token)).await;
            let second = SECOND_SCOPES.iter().find(|(id, _)| *id == operation.id).map(|(_, second)| *second);
            if operation.scopes.contains(scope.name()) && second.is_some_and(|second| second != scope.name()) {
                seen.is_problem(403, "insufficient_scope");
                assert!(seen.header("www-authenticate").unwrap().contains(second.unwrap()), "{}", operation.id);
            } else if operation.scopes.contains(scope.name()) {
                assert!(!matches!(seen.status, 401 | 403), "{} with {}: {}", operation.id, scope.name(), seen.text());
            } else {
                seen.is_problem(403, "insufficient_scope");
                let challenge = seen.header("www-authenticate").unwrap();
                assert!(operation.is_challenge(challenge), "{}: {challenge}", operation.id);
            }
        }
    }
}

pub(crate) async fn an_operator_opens_no_tenant_and_a_tenant_opens_no_platform(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let operator = gateway.token(&seeded.operator).await;
    let tenant = gateway.token(&seeded.for_a).await;
    for operation in operations().iter().filter(|one| !one.scopes.is_empty()) {
        let tenants = !operation.is_platform();
        let platforms = operation.scopes.iter().any(|scope| scope.starts_with("platform:"));
        let by_operator = gateway.ask(ask_at_random(operation).token(&operator)).await;
        let by_tenant = gateway.ask(ask_at_random(operation).token(&tenant)).await;
        assert_eq!(by_operator.status == 403, !platforms, "{}: {}", operation.id, by_operator.text());
        assert_eq!(by_tenant.status == 403, !tenants, "{}: {}", operation.id, by_tenant.text());
    }
}
