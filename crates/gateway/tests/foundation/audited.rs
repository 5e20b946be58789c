// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every change through the API is in the audit trail, with who asked and by which request.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tramite_domain::access::ClientKind;
use tramite_gateway::{PLACEHOLDER_URL, contract};
use tramite_testkit::{Database, Operation};

use crate::position_lists::trail;
use crate::support::made::{LOGO, debt_position, debt_positions_csv, form, form_values, registry};
use crate::support::portal::{Portal, text};
use crate::support::seed::{IBAN, STATION};
use crate::support::{Ask, Seen, TestGateway};

const POSITIONS: &str = "/v1/debt-positions";
const SESSIONS: &str = "/v1/checkout-sessions";

/// What was asked for: the operation, and its request.
struct Asked<'a> {
    gateway: &'a TestGateway,
    portal: Portal<'a>,
    operator: String,
    done: RefCell<Vec<(&'static str, String)>>,
}

impl Asked<'_> {
    fn keep(&self, operation: &'static str, seen: &Seen) {
        assert!(seen.status < 300, "{operation}: {} {}", seen.status, seen.text());
        self.done.borrow_mut().push((operation, seen.header("request-id").unwrap().to_owned()));
    }

    /// By a client of the institution.
    async fn portal(&self, operation: &'static str, ask: Ask) -> Seen {
        let seen = self.portal.ask(ask.key(&uuid::Uuid::new_v4().to_string())).await;
        self.keep(operation, &seen);
        seen
    }

    /// By an operator.
    async fn operator(&self, operation: &'static str, ask: Ask) -> Seen {
        let seen = self.gateway.ask(ask.token(&self.operator).key(&uuid::Uuid::new_v4().to_string())).await;
        self.keep(operation, &seen);
        seen
    }
}

fn post(path: impl Into<String>, body: &Value) -> Ask {
    Ask::post(path).json(body)
}

fn put(path: impl Into<String>, body: &Value) -> Ask {
    Ask::put(path).json(body)
}

pub(crate) async fn every_change_is_in_the_trail_with_its_request(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let mut seeded = gateway.seed().await;
    gateway.make_one_of_each(&mut seeded).await;
    let operator = gateway.token(&seeded.operator).await;
    let portal = gateway.portal(&seeded.for_a);
    let asked = Asked { gateway: &gateway, portal, operator, done: RefCell::default() };
    positions(&asked).await;
    let institution = seeded.a.id.to_string();
    of_the_institution(&asked, &institution, &seeded.made).await;
    of_the_platform(&asked, &institution, &seeded.made).await;

    let done = asked.done.into_inner();
    let kept = trail(&database);
    let raw: Option<Vec<u8>> = database.url().strip_prefix("sqlite:").map(|path| {
        [path.to_owned(), format!("{path}-wal")].iter().flat_map(|one| std::fs::read(one).unwrap_or_default()).collect()
    });
    for (operation, request) in &done {
        let stands = match &raw {
            None => kept.contains(request.as_str()),
            Some(bytes) => {
                let id: uuid::Uuid = request.parse().unwrap();
                bytes.windows(16).any(|window| window == id.as_bytes())
            }
        };
        assert!(stands, "{operation} left no line with its request");
    }
    // A new operation that changes something is done here as well.
    let tried: BTreeSet<&str> = done.iter().map(|(operation, _)| *operation).collect();
    let all = Operation::all(&contract(PLACEHOLDER_URL).unwrap());
    let left: Vec<&str> = all
        .iter()
        .filter(|one| !one.method.eq_ignore_ascii_case("get"))
        .map(|one| one.id.as_str())
        // What is only worked out changes nothing.
        .filter(|id| !tried.contains(id) && *id != "preview_form")
        .collect();
    assert!(left.is_empty(), "not tried: {left:?}");

    // The institution reads its own: who, and by which request.
    let lines = gateway.portal(&seeded.for_a).get("/v1/audit?action=debt_position.created&limit=500").await.json();
    let made = done.iter().find(|(operation, _)| *operation == "add_debt_position").unwrap();
    let line = lines["items"].as_array().unwrap().iter().find(|line| line["request_id"] == made.1.as_str()).unwrap();
    assert_eq!(line["client_id"], seeded.for_a.id.to_string());
    let theirs = gateway.portal(&seeded.for_b).get("/v1/audit?limit=500").await.json();
    assert!(!theirs.to_string().contains(&made.1));
}

async fn positions(asked: &Asked<'_>) {
    let mut draft = debt_position("A-1");
    draft["publish"] = json!(false);
    let made = asked.portal("add_debt_position", post(POSITIONS, &draft)).await.json();
    let path = format!("{POSITIONS}/{}", text(&made, "/id"));
    draft["description"] = json!("Altro");
    asked.portal("replace_debt_position", put(&path, &draft)).await;
    asked.portal("publish_debt_position", post(format!("{path}/publish"), &json!({}))).await;
    asked.portal("cancel_debt_position", post(format!("{path}/cancel"), &json!({}))).await;
    asked.portal("reopen_debt_position", post(format!("{path}/reopen"), &json!({"reason": "Per errore"}))).await;
    let paid = json!({
        "installment_id": text(&made, "/payment_options/0/installments/0/id"), "paid_at": "2026-09-01T07:00:00Z",
        "amount": 12050, "reference": "Bonifico 1",
    });
    asked.portal("mark_debt_position_paid", post(format!("{path}/mark-paid"), &paid)).await;
    let reduced = json!({
        "external_id": "A-2", "service_code": "TARI", "description": "Multa", "debtor": draft["debtor"],
        "payment_options": [
            {"kind": "reduced", "available_days": 5, "installments": [{"reference": "ridotta", "amount": 5000}]},
            {"kind": "single", "installments": [{"reference": "intera", "amount": 10000}]},
        ],
    });
    let reduced = asked.portal("add_debt_position", post(POSITIONS, &reduced)).await.json();
    let notify = format!("{POSITIONS}/{}/notify", text(&reduced, "/id"));
    asked.portal("notify_debt_position", post(notify, &json!({"notified_on": "2026-08-31"}))).await;
    let mut gone = debt_position("A-3");
    gone["publish"] = json!(false);
    let gone = asked.portal("add_debt_position", post(POSITIONS, &gone)).await.json();
    asked.portal("remove_debt_position", Ask::delete(format!("{POSITIONS}/{}", text(&gone, "/id")))).await;
    asked
        .portal(
            "find_debt_positions",
            post(format!("{POSITIONS}/search"), &json!({"debtor_tax_code": "RSSMRA85T10A562S"})),
        )
        .await;
    let session = json!({
        "line_items": [{"debt_position": debt_position("A-4")}], "return_url": "https://portale.example.it/esito",
    });
    let session = asked.portal("add_checkout_session", post(SESSIONS, &session)).await.json();
    let cancel = format!("{SESSIONS}/{}/cancel", text(&session, "/id"));
    asked.portal("cancel_checkout_session", post(cancel, &json!({}))).await;
    asked.portal("add_iuv_batch", post("/v1/iuv-batches", &json!({"size": 3}))).await;
    asked.portal("find_receipts", post("/v1/receipts/search", &json!({"notice_number": "301000000000000018"}))).await;
    let line = json!({"iur": "audited", "iuv": "05000000000000001"});
    asked.portal("add_receipt_recovery", post("/v1/receipt-recoveries", &line)).await;
    let file = Ask::post("/v1/imports").file(&[("service_code", "TARI")], "tari.csv", debt_positions_csv());
    let import = asked.portal("add_import", file).await.json();
    let cancel = format!("/v1/imports/{}/cancel", text(&import, "/id"));
    asked.portal("cancel_import", post(cancel, &json!({}))).await;
    let documents = json!({"kind": "notice", "format": "pdf", "filter": {"service_code": "TARI"}});
    let batch = asked.portal("add_document_batch", post("/v1/document-batches", &documents)).await.json();
    let cancel = format!("/v1/document-batches/{}/cancel", text(&batch, "/id"));
    asked.portal("cancel_document_batch", post(cancel, &json!({}))).await;
    let batch = asked.portal("add_document_batch", post("/v1/document-batches", &documents)).await.json();
    let batch = format!("/v1/document-batches/{}", text(&batch, "/id"));
    asked.portal("remove_document_batch", Ask::delete(batch)).await;
    let person = json!({"tax_code": "RSSMRA85T10A562S"});
    asked.portal("export_person", post("/v1/persons/export", &person)).await;
    let person = json!({"tax_code": "RSSMRA85T10A562S", "reason": "Protocol 4711"});
    asked.portal("erase_person", post("/v1/persons/erase", &person)).await;
    webhooks(asked).await;
}

async fn webhooks(asked: &Asked<'_>) {
    let endpoint = json!({"url": "https://gestionale.example.it/tramite", "event_types": ["installment.paid"]});
    let made = asked.portal("add_webhook_endpoint", post("/v1/webhook-endpoints", &endpoint)).await.json();
    let path = format!("/v1/webhook-endpoints/{}", text(&made, "/endpoint/id"));
    let moved = json!({"url": "https://altro.example.it/tramite"});
    asked.portal("replace_webhook_endpoint", put(&path, &moved)).await;
    asked.portal("add_webhook_secret", post(format!("{path}/secrets"), &json!({}))).await;
    asked.portal("test_webhook_endpoint", post(format!("{path}/test"), &json!({}))).await;
    asked.portal("redeliver_webhook_events", post(format!("{path}/redeliver"), &json!({}))).await;
    asked.portal("end_webhook_endpoint", Ask::delete(path)).await;
}

async fn of_the_institution(asked: &Asked<'_>, institution: &str, made: &BTreeMap<&'static str, String>) {
    let service = json!({
        "title": {"it": "Nuovo"}, "taxonomy_code": "0101101IM", "account_id": "main", "kind": "both",
        "amount": {"rule": "free"}, "status": "active",
        "amount_callback": {"url": "https://gestionale.example.it/amounts", "on_failure": "refuse"},
    });
    asked.portal("replace_service", put("/v1/services/NUOVO", &service)).await;
    asked.portal("replace_registry", put("/v1/registries/squares", &registry())).await;
    asked.portal("replace_form_definition", put("/v1/services/NUOVO/form/definition", &form("NUOVO"))).await;
    let submitted = post("/v1/services/NUOVO/submissions", &json!({"values": form_values()}));
    asked.portal("add_submission", submitted).await;
    let mut free = form("NUOVO");
    free["amount"] = json!({"rule": "formula", "lines": [{"label": {"it": "Niente"}, "amount": "street.code == 'V1' ? cents(0) : street.amount"}]});
    assert_eq!(asked.portal.put("/v1/services/NUOVO/form/definition", &free).await.status, 200);
    let nothing = asked.portal.make("/v1/services/NUOVO/submissions", &json!({"values": form_values()})).await;
    let cancel = format!("/v1/submissions/{}/cancel", text(&nothing, "/id"));
    asked.portal("cancel_submission", post(cancel, &json!({}))).await;
    asked.portal("add_callback_secret", post("/v1/services/NUOVO/callback-secrets", &json!({}))).await;
    let unasked = asked.portal.make(POSITIONS, &debt_position("A-5")).await;
    let notice = text(&unasked, "/payment_options/0/installments/0/notice_number");
    let node = asked.gateway.node();
    node.pays(node.receipt("unasked", &notice, 12_050)).await;
    let strange = asked.portal.ids("/v1/receipts?anomaly=not_activated").await;
    let resolve = format!("/v1/receipts/{}/resolve", strange[0]);
    let said = json!({"anomaly": "not_activated", "note": "Verificato"});
    asked.portal("resolve_receipt", post(resolve, &said)).await;
    asked.portal("end_delegation", Ask::delete(format!("/v1/delegations/{}", made["delegations"]))).await;
    let allow = format!("/v1/institutions/{institution}/support-access");
    asked.portal("replace_support_access", put(&allow, &json!({"allowed": false}))).await;
    asked.portal("replace_support_access", put(&allow, &json!({"allowed": true}))).await;
    let pages = format!("/v1/institutions/{institution}/hosted-pages");
    asked.portal("replace_hosted_pages", put(&pages, &json!({"client_id": asked.portal.client()}))).await;
    asked.portal("remove_hosted_pages", Ask::delete(&pages)).await;
    let logo = format!("/v1/institutions/{institution}/logo");
    asked.portal("remove_institution_logo", Ask::delete(&logo)).await;
    asked.portal("replace_institution_logo", Ask::put(&logo).bytes("image/svg+xml", LOGO)).await;
}

async fn of_the_platform(asked: &Asked<'_>, institution: &str, made: &BTreeMap<&'static str, String>) {
    let client = json!({"kind": "application", "display_name": "Portale"});
    let client = asked.operator("add_client", post("/v1/clients", &client)).await.json();
    let path = format!("/v1/clients/{}", text(&client, "/client/id"));
    let renamed = json!({"display_name": "Portale nuovo", "status": "active", "delegations": []});
    asked.operator("replace_client", put(&path, &renamed)).await;
    let terms = json!({"scopes": ["services:read"], "status": "active"});
    asked.operator("replace_delegation", put(format!("{path}/delegations/{institution}"), &terms)).await;
    let secret = asked.operator("add_client_secret", post(format!("{path}/secrets"), &json!({}))).await.json();
    asked.operator("end_client_secret", Ask::delete(format!("{path}/secrets/{}", text(&secret, "/id")))).await;
    let key = json!({"public_key": {
        "kty": "EC", "crv": "P-256", "kid": "uno", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    }});
    asked.operator("add_client_key", post(format!("{path}/keys"), &key)).await;
    asked.operator("end_client_key", Ask::delete(format!("{path}/keys/uno"))).await;
    asked.operator("replace_client_limits", put(format!("{path}/limits"), &json!({"requests_per_day": 1_000}))).await;
    let issuer = json!({
        "issuer": "https://idp.example.it", "kind": "oidc", "jwks_url": "https://idp.example.it/keys",
        "audience": "https://tramite.example.it/v1", "algorithms": ["RS256"], "types": ["at+jwt"],
    });
    let trusted = asked.operator("add_trusted_issuer", post("/v1/trusted-issuers", &issuer)).await.json();
    let mut off = issuer;
    off["enabled"] = json!(false);
    let trusted = format!("/v1/trusted-issuers/{}", text(&trusted, "/id"));
    asked.operator("replace_trusted_issuer", put(trusted, &off)).await;
    let station = json!({"broker_tax_code": "99999000039", "version": 2, "primitive_version": 2});
    asked.operator("replace_station", put("/v1/stations/nuova", &station)).await;
    let new = json!({
        "code": "comune-nuovo", "tax_code": "77777777777", "display_name": "Comune Nuovo", "status": "active",
        "stations": [{"station_id": STATION, "aux_digit": 3, "segregation_code": "07", "issuing": true}],
        "accounts": [{"id": "main", "iban": IBAN}],
    });
    let added = asked.operator("add_institution", post("/v1/institutions", &new)).await.json();
    let mut changed = new;
    changed["display_name"] = json!("Comune Nuovissimo");
    asked.operator("replace_institution", put(format!("/v1/institutions/{}", text(&added, "/id")), &changed)).await;
    let raw = format!("/v1/raw-messages/{}/resolve", made["raw-messages"]);
    asked.operator("resolve_raw_message", post(raw, &json!({"note": "Registrato a mano"}))).await;
    let other = asked.gateway.client(ClientKind::Operator, &[]).await;
    let other = asked.gateway.token(&other).await;
    let access = json!({"institution_id": institution, "reason": "Ticket 4711", "expires_in": 3600});
    let opened = asked.gateway.ask(post("/v1/support-accesses", &access).token(&other).key("open")).await;
    asked.keep("add_support_access", &opened);
    let end = Ask::delete(format!("/v1/support-accesses/{}", text(&opened.json(), "/id")));
    asked.keep("end_support_access", &asked.gateway.ask(end.token(&other)).await);
}
