// SPDX-License-Identifier: AGPL-3.0-or-later
//! Forms of services and the registries that they read: what is published, what is shown, and what values come to. The language
//! of forms itself is tried in the domain.

use serde_json::{Value, json};
use tramite_testkit::Database;

use crate::support::made::{form, form_values, registry};
use crate::support::{Ask, TestGateway};

const FORM: &str = "/v1/services/TARI/form";
const DEFINITION: &str = "/v1/services/TARI/form/definition";
const PREVIEW: &str = "/v1/services/TARI/preview";
const STREETS: &str = "/v1/registries/streets";

fn faults(problem: &Value) -> Vec<(&str, &str)> {
    let errors = problem["errors"].as_array().unwrap().iter();
    errors.map(|one| (one["pointer"].as_str().unwrap(), one["code"].as_str().unwrap())).collect()
}

fn previewed(values: &Value) -> Ask {
    Ask::post(PREVIEW).json(&json!({"values": values}))
}

pub(crate) async fn a_form_is_payable_the_minute_it_is_published(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    portal.get(FORM).await.is_problem(404, "not_found");
    portal.ask(previewed(&form_values())).await.is_problem(404, "not_found");
    // What it reads must be there first, and it is told where it is missed.
    let early = portal.put(DEFINITION, &form("TARI")).await;
    early.is_problem(422, "validation_failed");
    assert!(faults(&early.json()).contains(&("/fields/2/registry", "unknown_registry")), "{}", early.text());
    portal.put(STREETS, &registry()).await.is(201);
    // It can be tried before it is published, and nothing of that is kept.
    let tried = json!({"values": form_values(), "definition": form("TARI")});
    assert_eq!(portal.ask(Ask::post(PREVIEW).json(&tried)).await.is(200).json()["amount"], 3_000);
    portal.get(FORM).await.is_problem(404, "not_found");

    let first = portal.put(DEFINITION, &form("TARI")).await;
    let published = first.is(201).json();
    assert_eq!((&published["version"], &published["registries"]), (&json!(1), &json!(["streets"])));
    let again = portal.put(DEFINITION, &form("TARI")).await.is(200).json();
    assert_eq!(again, published, "the same again is no new version");
    // What is shown is what was published, and can be put again as it stands, under the tag it was shown with.
    let kept = portal.get(DEFINITION).await;
    assert_eq!(kept.is(200).json()["definition"], form("TARI"));
    let same = Ask::put(DEFINITION).json(&kept.json()["definition"]).header("If-Match", kept.header("etag").unwrap());
    assert_eq!(portal.ask(same).await.is(200).json()["version"], 1);
    let mut said = form("TARI");
    said["fields"][0]["read_only"] = json!(false);
    assert_eq!(portal.put(DEFINITION, &said).await.is(200).json()["version"], 1, "what holds anyhow may be said");
    let shown = portal.get(FORM).await.is(200).json();
    assert_eq!(shown["schema"]["required"], json!(["tax_code", "holder", "street"]));
    assert_eq!(shown["presentation"]["fields"][2]["label"], "Via");
    let rows = json!([{"code": "V1", "label": "Via Roma", "amount": 3_000}, {"code": "V2", "label": "Via Po", "amount": 1_500}]);
    assert_eq!(shown["registries"], json!([{"code": "streets", "version": 1, "rows": rows}]), "public columns alone");
    let price = portal.ask(previewed(&form_values())).await.is(200).json();
    let expected = json!({
        "form_version": 1, "amount": 3_000, "breakdown": [{"label": {"it": "Passo carrabile"}, "amount": 3_000}],
        "remittance_information": "Passo carrabile V1", "payment_metadata": {},
        "transfers": [{"amount": 3_000, "taxonomy_code": "0101101IM", "account_id": "main"}], "warnings": [],
    });
    assert_eq!(price, expected);

    // The next version holds from the next question on; the one before is what it was.
    let mut dearer = form("TARI");
    dearer["amount"] = json!({"rule": "fixed", "amount": 9_900});
    let stale = Ask::put(DEFINITION).json(&dearer).header("If-Match", "\"7-form\"");
    portal.ask(stale).await.is_problem(412, "precondition_failed");
    let etag = first.header("etag").unwrap().to_owned();
    let second = portal.ask(Ask::put(DEFINITION).json(&dearer).header("If-Match", &etag)).await.is(200).json();
    assert_eq!(second["version"], 2);
    assert_eq!(portal.ask(previewed(&form_values())).await.is(200).json()["amount"], 9_900);
    let old = portal.get(format!("{DEFINITION}?version=1")).await.is(200).json();
    assert_eq!((&old["definition"]["amount"]["rule"], &old["sha256"]), (&json!("registry"), &published["sha256"]));
    portal.get(format!("{DEFINITION}?version=3")).await.is_problem(404, "not_found");
}

pub(crate) async fn what_is_wrong_with_values_is_told_at_once_in_the_words_of_the_office(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    portal.put(STREETS, &registry()).await.is(201);
    let mut strict = form("TARI");
    strict["rules"] = json!([{"assert": "street.amount < cents(3000)", "code": "too_central", "at": "street",
        "message": {"it": "In centro non si può."}}]);
    portal.put(DEFINITION, &strict).await.is(201);
    let wrong = portal.ask(previewed(&json!({"tax_code": "RSSMRA85T10A562X", "street": "V9", "amount": 1}))).await;
    wrong.is_problem(422, "validation_failed");
    let told = wrong.json();
    let mut found = faults(&told);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("/values/amount", "unknown_field"),
            ("/values/holder", "required"),
            ("/values/street", "not_in_list"),
            ("/values/tax_code", "invalid_tax_code"),
        ]
    );
    let central = portal.ask(previewed(&form_values())).await;
    central.is_problem(422, "validation_failed");
    let told = central.json();
    assert_eq!(faults(&told), [("/values/street", "too_central")]);
    assert_eq!(told["errors"][0]["message"], json!({"it": "In centro non si può."}));
    assert!(!central.text().contains("Mario"), "no value is told again");
}

pub(crate) async fn a_registry_changes_prices_at_once_and_breaks_no_form(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    portal.put(STREETS, &registry()).await.is(201);
    portal.put(DEFINITION, &form("TARI")).await.is(201);
    assert_eq!(portal.ask(previewed(&form_values())).await.is(200).json()["amount"], 3_000);
    let mut dearer = registry();
    dearer["rows"][0]["amount"] = json!(4_500);
    assert_eq!(portal.put(STREETS, &dearer).await.is(200).json()["version"], 2);
    assert_eq!(portal.put(STREETS, &dearer).await.is(200).json()["version"], 2);
    assert_eq!(portal.ask(previewed(&form_values())).await.is(200).json()["amount"], 4_500);
    let listed = portal.get("/v1/registries").await.is(200).json();
    assert_eq!((&listed["items"][0]["code"], &listed["items"][0]["rows"]), (&json!("streets"), &json!(2)));
    portal.put("/v1/registries/squares", &registry()).await.is(201);
    let one = portal.get("/v1/registries?limit=1").await.is(200).json();
    assert_eq!(one["items"][0]["code"], "squares");
    let next = format!("/v1/registries?limit=1&cursor={}", one["next_cursor"].as_str().unwrap());
    let two = portal.get(next).await.is(200).json();
    assert_eq!((&two["items"][0]["code"], two.get("next_cursor")), (&json!("streets"), None));
    assert_eq!(portal.get(format!("{STREETS}?version=1")).await.is(200).json()["rows"][0]["amount"], 3_000);
    // Without its amounts the form would say nothing any more.
    let mut poorer = registry();
    poorer["columns"] = json!([{"key": "note", "type": "text"}]);
    poorer["rows"] = json!([{"code": "V1", "label": {"it": "Via Roma"}}]);
    let refused = portal.put(STREETS, &poorer).await;
    refused.is_problem(422, "validation_failed");
    let told = refused.json();
    assert_eq!(faults(&told), [("", "form_breaks")]);
    assert!(told["errors"][0]["detail"].as_str().unwrap().contains("TARI"), "{told}");
    assert_eq!(portal.ask(previewed(&form_values())).await.is(200).json()["amount"], 4_500);
    // It is of all services: whoever is confined to one reads it, and no more. The neighbour has its own.
    let narrow = gateway.portal(&seeded.narrow);
    assert_eq!(narrow.get(STREETS).await.is(200).json()["version"], 2);
    narrow.put(STREETS, &registry()).await.is_problem(404, "not_found");
    narrow.put(DEFINITION, &form("TARI")).await.is_problem(404, "not_found");
    narrow.get(FORM).await.is_problem(404, "not_found");
    let neighbour = gateway.portal(&seeded.for_b);
    neighbour.get(STREETS).await.is_problem(404, "not_found");
    neighbour.get(FORM).await.is_problem(404, "not_found");
    let nul = json!({"rows": [{"code": "A", "label": {"it": "a\u{0}b"}}]});
    portal.put("/v1/registries/nul", &nul).await.is_problem(422, "validation_failed");
}

pub(crate) async fn a_definition_that_is_too_much_or_reaches_too_far_is_refused(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    portal.put(STREETS, &registry()).await.is(201);
    let tried = async |definition: Value| {
        let body = json!({"values": {}, "definition": definition});
        let seen = portal.ask(Ask::post(PREVIEW).json(&body)).await;
        seen.is_problem(422, "validation_failed");
        assert!(seen.text().len() < 64 * 1024, "{}", seen.text().len());
        let told = seen.json();
        let (pointer, code) = faults(&told)[0];
        (pointer.to_owned(), code.to_owned())
    };
    let with = |member: &str, value: Value| {
        let mut definition = form("TARI");
        definition[member] = value;
        definition
    };
    let long = "x".repeat(300_000);
    let many = |count: usize| (0..count).map(|at| json!(format!("{at:x}"))).collect::<Vec<_>>();
    let field = |extra: Value| {
        let mut field = json!({"name": "one", "type": "choice", "label": {"it": "Uno"}});
        field.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!([field])
    };
    let inner: Vec<Value> =
        (0..300).map(|at| json!({"name": format!("f{at}"), "type": "text", "label": {"it": "F"}})).collect();
    for (definition, pointer, code) in [
        (json!({long: vec![Value::Null; 20_000]}), "/definition", "too_long"),
        (json!({"fields": vec![Value::Null; 50_000]}), "/definition/fields", "too_many"),
        (json!({"fields": vec![Value::Null; 900]}), "/definition/fields/0", "null_value"),
        (with("languages", json!(many(900))), "/definition/languages", "too_many"),
        (with("fields", field(json!({"options": many(900)}))), "/definition/fields", "too_many"),
        (with("fields", field(json!({"type": "group", "fields": inner}))), "/definition/fields", "too_many"),
        (with("code", json!("MENSA")), "/definition/code", "code_differs"),
        (with("title", json!({"it": "a\u{0}b"})), "/definition", "control_character"),
        (
            with("lookup", json!({"service": "NONE", "by": ["street"], "on_hit": "refuse", "on_miss": "allow"})),
            "/definition/lookup/service",
            "unknown_service",
        ),
    ] {
        assert_eq!(tried(definition).await, (pointer.to_owned(), code.to_owned()));
    }
    // Who is confined to one service makes no form that looks into another one.
    let narrow = gateway.portal(&seeded.narrow);
    let mut curious = form("MENSA");
    curious["lookup"] = json!({"service": "TARI", "by": ["street"], "on_hit": "pay_existing", "on_miss": "allow"});
    let refused = narrow.put("/v1/services/MENSA/form/definition", &curious).await;
    refused.is_problem(422, "validation_failed");
    assert_eq!(faults(&refused.json()), [("/lookup/service", "unknown_service")]);
    let large = json!({"values": {"holder": "x".repeat(70_000)}});
    portal.put(DEFINITION, &form("TARI")).await.is(201);
    let refused = portal.ask(Ask::post(PREVIEW).json(&large)).await;
    refused.is_problem(422, "validation_failed");
    assert_eq!(faults(&refused.json()), [("/values", "too_large")]);
}

pub(crate) async fn forms_and_registries_that_are_written_at_the_same_moment_hold_together(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    portal.put(STREETS, &registry()).await.is(201);
    let poorer = json!({"columns": [{"key": "note", "type": "text"}], "rows": [{"code": "V1"}]});
    let definition = form("TARI");
    let (published, written) =
        futures_util::future::join(portal.put(DEFINITION, &definition), portal.put(STREETS, &poorer)).await;
    // One is decided with what the other has written, whichever was first.
    let right = [(201, 422), (422, 200)].contains(&(published.status, written.status));
    assert!(right, "{} {}", published.text(), written.text());
    let form = portal.get(FORM).await.status;
    assert_eq!(form, if published.status == 201 { 200 } else { 404 });
}
