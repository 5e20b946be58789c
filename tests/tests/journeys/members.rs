// SPDX-License-Identifier: AGPL-3.0-or-later
//! Members that nobody may set (reliability.md 30): put into every object of every body that the contract knows, each is
//! a fault at its place, and nothing changes.

use serde_json::{Map, Value, json};
use tramite_testkit::{Database, Operation};
use tramite_tests::api::{Api, installment, notice, position};
use tramite_tests::node;
use tramite_tests::pair::{COMMON, Made, Pair, assert_unchanged};
use tramite_tests::until;

/// An object within a body: where it is, and the members that the contract declares there.
struct Place {
    pointer: String,
    declared: Map<String, Value>,
}

/// A body with every member that the contract declares, and the objects within it.
struct Filled<'a> {
    contract: &'a Value,
    places: Vec<Place>,
}

impl Filled<'_> {
    fn value(&mut self, schema: &Value, pointer: &str) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let contract = self.contract;
            return self.value(contract.pointer(reference.strip_prefix('#').unwrap()).unwrap(), pointer);
        }
        match schema["type"].as_str().unwrap_or_else(|| panic!("a schema without a type: {schema}")) {
            "object" => self.object(schema, pointer),
            "array" => json!([self.value(&schema["items"], &format!("{pointer}/0"))]),
            "boolean" => json!(true),
            "integer" => first(schema).unwrap_or_else(|| schema["minimum"].clone()),
            _ => first(schema).unwrap_or_else(|| panic!("a schema without an example: {schema}")),
        }
    }

    fn object(&mut self, schema: &Value, pointer: &str) -> Value {
        // An object that takes any name has no member that is too many.
        if schema["additionalProperties"].is_object() {
            return json!({});
        }
        let declared = schema["properties"].as_object().cloned().unwrap_or_default();
        let members = declared.iter().map(|(name, schema)| {
            let value = self.value(schema, &format!("{pointer}/{name}"));
            (name.clone(), value)
        });
        let object = Value::Object(members.collect());
        self.places.push(Place { pointer: pointer.to_owned(), declared });
        object
    }
}

fn first(schema: &Value) -> Option<Value> {
    let listed = schema.pointer("/examples/0").or_else(|| schema.pointer("/enum/0"));
    listed.or_else(|| schema.get("const")).cloned()
}

pub(crate) async fn refused(database: Database) {
    let pair = Pair::start(&database).await;
    let made = pair.one_of_each().await;
    let theirs = pair.b.api.position(COMMON, 100).await;
    let members = json!({
        "tenant_id": pair.b.id, "institution_id": pair.b.id, "client_id": pair.b.portal.id, "id": theirs["id"],
        "iuv": installment(&theirs, "iuv"), "notice_number": notice(&theirs), "status": "paid", "amount": 1,
        "paid_amount": 12_050, "paid_at": "2026-01-01T00:00:00Z", "is_final": true, "role": "owner", "version": 7,
        "scopes": ["platform:write"], "created_at": "2026-01-01T00:00:00Z", "__proto__": {"status": "paid"},
    });
    let before = pair.state().await;
    let mut tried = 0;
    for operation in pair.operations().iter().filter(|one| one.body.is_some()) {
        tried += everywhere(&pair, &made, operation, members.as_object().unwrap()).await;
    }
    assert!(tried > 300, "{tried}");
    in_queries(&pair).await;
    assert_unchanged(&before, &pair.state().await);
    numbers_of_others(&pair).await;
    under_payment(&pair).await;
}

/// Each member in each object of the operation's body where it is not declared; how many that were.
async fn everywhere(pair: &Pair, made: &Made, operation: &Operation, members: &Map<String, Value>) -> usize {
    let method = operation.method.to_ascii_lowercase();
    let body = &pair.contract["paths"][&operation.path][method]["requestBody"];
    let mut filled = Filled { contract: &pair.contract, places: Vec::new() };
    let whole = filled.value(&body["content"]["application/json"]["schema"], "");
    let caller: &Api = if operation.is_platform() { &pair.platform.api } else { &pair.a.api };
    let values = pair.values(made, operation, COMMON);
    let mut tried = 0;
    for place in &filled.places {
        for (name, value) in members.iter().filter(|(name, _)| !place.declared.contains_key(*name)) {
            let mut body = whole.clone();
            body.pointer_mut(&place.pointer).unwrap()[name] = value.clone();
            let came = caller.ask_with(operation, &values, Some(&body)).await;
            let at = format!("{}/{name}", place.pointer);
            assert_eq!(came.problem(), (422, "validation_failed"), "{} {at}: {}", operation.id, came.body);
            assert_eq!(came.faults(), [(at.as_str(), "unknown_field")], "{}: {}", operation.id, came.body);
            tried += 1;
        }
    }
    tried
}

/// Whose things a list shows is not for the caller to say.
async fn in_queries(pair: &Pair) {
    for operation in pair.operations().iter().filter(|one| one.method == "GET" && !one.scopes.is_empty()) {
        if !operation.parameters.is_empty() {
            continue;
        }
        let caller: &Api = if operation.is_platform() { &pair.platform.api } else { &pair.a.api };
        for name in ["tenant_id", "institution_id", "institution"] {
            let came = caller.get(&format!("{}?{name}={}", operation.path, pair.b.id)).await;
            assert!(came.problem().0 == 422 || came.problem().0 == 400, "{} {name}: {}", operation.id, came.body);
            assert_eq!(came.faults().iter().map(|(_, code)| *code).collect::<Vec<_>>(), ["unknown_parameter"]);
        }
    }
}

/// A number that another position has is nobody else's: neither of the same institution nor of another.
async fn numbers_of_others(pair: &Pair) {
    let api = &pair.a.api;
    let (first, own) = (api.position(COMMON, 100).await, api.position(COMMON, 200).await);
    let theirs = pair.b.api.position(COMMON, 300).await;
    let before = pair.state().await;
    let with = |external_id: &Value, member: &str, number: &Value| {
        let mut body = position(COMMON, 200);
        let terms = body.as_object_mut().unwrap();
        terms.remove("amount");
        terms.insert("external_id".to_owned(), external_id.clone());
        terms.insert("description".to_owned(), json!("Prova"));
        let options = json!([{"kind": "single", "installments": [{"amount": 200, member: number}]}]);
        terms.insert("payment_options".to_owned(), options);
        body
    };
    let path = format!("/v1/debt-positions/{}", own["id"].as_str().unwrap());
    for member in ["notice_number", "iuv"] {
        let at = format!("/payment_options/0/installments/0/{member}");
        let taken = installment(&first, member);
        let refused = api.post("/v1/debt-positions", &with(&json!("T-TAKEN"), member, taken)).await;
        assert_eq!(refused.problem(), (422, "validation_failed"), "{}", refused.body);
        assert_eq!(refused.faults(), [(at.as_str(), "notice_number_taken")], "{}", refused.body);
        // A position keeps its own.
        let refused = api.put(&path, &with(&own["external_id"], member, taken)).await;
        assert_eq!(refused.problem(), (422, "immutable_field"), "{}", refused.body);
        assert_eq!(refused.faults(), [(at.as_str(), "immutable")], "{}", refused.body);
        let kept = api.put(&path, &with(&own["external_id"], member, installment(&own, member))).await;
        assert_eq!(kept.status, 200, "{}", kept.body);
        // What the other institution gave is in the range that this one gives from: it may not be brought either.
        let refused =
            api.post("/v1/debt-positions", &with(&json!("T-THEIRS"), member, installment(&theirs, member))).await;
        assert_eq!(refused.problem(), (422, "validation_failed"), "{}", refused.body);
        assert_eq!(refused.faults(), [(at.as_str(), "in_local_range")], "{}", refused.body);
    }
    let after = pair.state().await;
    assert_eq!(
        before["/v1/debt-positions 1"], after["/v1/debt-positions 1"],
        "the other institution's are as they were"
    );
    let shown = api.get(&format!("/v1/debt-positions/{}", first["id"].as_str().unwrap())).await.body;
    assert_eq!(shown, first);
}

/// The amount of what somebody is paying, or has paid, stays what it is.
async fn under_payment(pair: &Pair) {
    let (api, to) = (&pair.a.api, &pair.a.to);
    let input = position(COMMON, 12_050);
    let made = api.post("/v1/debt-positions", &input).await.body;
    let path = format!("/v1/debt-positions/{}", made["id"].as_str().unwrap());
    let mut changed = input.clone();
    changed["amount"] = json!(1);
    let sent =
        async |operation, message| node::outcome(&node::send(&pair.served.url, operation, message).await.unwrap());
    assert_eq!(sent("paGetPaymentV2", node::get(to, notice(&made))).await, "OK");
    // That somebody asks is written within a tenth of a second.
    let is_locked = async || installment(&api.get(&path).await.body, "locked_until").is_string();
    until("the position is locked", is_locked).await;
    let refused = api.put(&path, &changed).await;
    assert_eq!(refused.problem(), (409, "payment_in_progress"), "{}", refused.body);
    let during = api.get(&path).await.body;
    assert_eq!((&during["status"], installment(&during, "amount")), (&json!("open"), &json!(12_050)));
    assert_eq!(sent("paSendRTV2", node::receipt(to, notice(&made), "rt-members", "120.50")).await, "OK");
    let paid = api.get(&path).await.body;
    assert_eq!(paid["status"], "paid");
    for forced in ["", "?force=true"] {
        let refused = api.put(&format!("{path}{forced}"), &changed).await;
        assert_eq!(refused.problem(), (409, "debt_position_state"), "{}", refused.body);
    }
    assert_eq!(api.get(&path).await.body, paid);
}
