// SPDX-License-Identifier: AGPL-3.0-or-later
//! One thing of each kind in institution A, so that it can be asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use tramite_domain::access::ClientKind;
use tramite_domain::audit::{AuditLine, OPERATORS_ALERTED};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::given::World;
use tramite_domain::ids::{JournalId, ReceiptRowId};
use tramite_domain::journal::{Direction, JournalEntry, NODE};
use tramite_domain::money::Cents;
use tramite_domain::receipt::{
    Psp, Receipt, ReceiptContent, ReceiptMessage, ReceiptOutcome, ReceiptRole, ReceiptSubject,
};
use tramite_storage::{RawMessage, Scope};

use super::seed::{STATION, Seeded};
use super::{Ask, TestGateway};

/// The name of the key that the client of A has.
pub const KEY: &str = "chiave";
/// A logo.
pub const LOGO: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><path d="M0 0h2v1z"/></svg>"#;

impl TestGateway {
    /// Makes them, and keeps their ids in `seeded.made` by the segment of the path that they stand under. A resource
    /// adds its line here.
    pub async fn make_one_of_each(&self, seeded: &mut Seeded) {
        let token = self.token(&seeded.for_a).await;
        let position = self.make(&token, "/v1/debt-positions", &debt_position("TARI-1")).await;
        let item = json!({
            "line_items": [{"debt_position_id": position}], "return_url": "https://portale.example.it/esito",
        });
        let session = self.make(&token, "/v1/checkout-sessions", &item).await;
        let receipt = self.receipt(seeded, &position).await;
        let batch = self.make(&token, "/v1/iuv-batches", &json!({"size": 2})).await;
        // Of a client that the tests do not act for: it is what they end.
        let acting = self.client(ClientKind::Application, &[(seeded.a.id, None)]).await;
        let acting = self.gateway.store().system().client(acting.id).await.unwrap().unwrap();
        let line = self.journal_line(seeded, &position).await;
        seeded.made.insert("webhook-endpoints", self.webhook_endpoint(&token).await);
        seeded.made.insert("journal", line.to_string());
        let operator = self.token(&seeded.operator).await;
        let access = json!({"institution_id": seeded.a.id, "reason": "Ticket 4711", "expires_in": 28_800});
        let access = self.make(&operator, "/v1/support-accesses", &access).await;
        seeded.made.insert("support-accesses", access);
        seeded.made.insert("trusted-issuers", self.make(&operator, "/v1/trusted-issuers", &trusted_issuer()).await);
        let key = json!({"public_key": public_key()});
        let path = format!("/v1/clients/{}/keys", seeded.for_a.id);
        assert_eq!(self.make(&operator, &path, &key).await, KEY);
        seeded.made.insert("delegations", acting.delegations[0].id.to_string());
        seeded.made.insert("events", self.event_of(seeded, &position).await);
        seeded.made.insert("debt-positions", position);
        seeded.made.insert("checkout-sessions", session);
        seeded.made.insert("iuv-batches", batch);
        let line = json!({"iur": "6c1f7b0e0d3a4a9c8f7e2b1a0c9d8e7f", "iuv": "05000000000000001"});
        seeded.made.insert("receipt-recoveries", self.make(&token, "/v1/receipt-recoveries", &line).await);
        seeded.made.insert("imports", self.import(&token).await);
        let documents = self.documents(&token, &seeded.made["debt-positions"]).await;
        seeded.made.insert("document-batches", documents);
        seeded.made.insert("receipts", receipt.to_string());
        seeded.made.insert("raw-messages", self.raw_message().await);
        self.logo(seeded, &token).await;
        self.registry_and_form(&token).await;
        let submitted = json!({"values": form_values()});
        let submission = self.make(&token, "/v1/services/MENSA/submissions", &submitted).await;
        seeded.made.insert("submissions", submission);
    }

    /// A registry, and a form of MENSA.
    async fn registry_and_form(&self, token: &str) {
        for (path, body) in
            [("/v1/registries/streets", registry()), ("/v1/services/MENSA/form/definition", form("MENSA"))]
        {
            let written = self.ask(Ask::put(path).json(&body).token(token)).await;
            assert!([200, 201].contains(&written.status), "{path}: {}", written.text());
        }
    }

    /// The logo of A; it is there already where it is made again.
    pub async fn logo(&self, seeded: &Seeded, token: &str) {
        let ask = Ask::put(format!("/v1/institutions/{}/logo", seeded.a.id)).bytes("image/svg+xml", LOGO);
        self.ask(ask.token(token)).await.is(200);
    }

    /// An address that is told of events; nothing is sent to it here.
    pub async fn webhook_endpoint(&self, token: &str) -> String {
        let body = json!({"url": "https://gestionale.example.it/tramite"});
        let key = self.world.id().to_string();
        let seen = self.ask(Ask::post("/v1/webhook-endpoints").token(token).json(&body).key(&key)).await;
        assert_eq!(seen.status, 201, "{}", seen.text());
        seen.json()["endpoint"]["id"].as_str().unwrap().to_owned()
    }

    /// A file that waits for its turn: no worker is here.
    async fn import(&self, token: &str) -> String {
        let ask = Ask::post("/v1/imports").file(&[("service_code", "TARI")], "tari.csv", debt_positions_csv());
        let seen = self.ask(ask.token(token).key(&self.world.id().to_string())).await;
        assert_eq!(seen.status, 202, "{}", seen.text());
        seen.json()["id"].as_str().unwrap().to_owned()
    }

    /// A file of documents that waits for its turn, likewise.
    async fn documents(&self, token: &str, position: &str) -> String {
        let wanted = json!({"kind": "notice", "format": "zip", "debt_position_ids": [position]});
        let ask = Ask::post("/v1/document-batches").json(&wanted);
        let seen = self.ask(ask.token(token).key(&self.world.id().to_string())).await;
        assert_eq!(seen.status, 202, "{}", seen.text());
        seen.json()["id"].as_str().unwrap().to_owned()
    }

    /// The event that tells of the position.
    async fn event_of(&self, seeded: &Seeded, position: &str) -> String {
        let store = self.gateway.store();
        store.system().publish_feed(1_000).await.unwrap();
        let feed = store.feed(&Scope::of_node(seeded.a.id), 0, 500).await.unwrap();
        let about =
            |id: &str| feed.iter().find(|one| one.event.data.debt_position_id.is_some_and(|own| own.to_string() == id));
        about(position).unwrap().event.id.to_string()
    }

    /// A message that could not be taken.
    async fn raw_message(&self) -> String {
        let (id, now) = (self.world.id(), self.world.now());
        let message = RawMessage {
            id: id.into(),
            institution: None,
            received_at: now,
            reason: "receipt_beyond_limits".to_owned(),
            peer_fingerprint: None,
            bytes: b"<receipt/>".to_vec(),
        };
        let line = AuditLine {
            id: id.into(),
            at: now,
            client_id: None,
            request_id: None,
            action: OPERATORS_ALERTED.to_owned(),
            subject: format!("raw_message {id}"),
            reason: None,
        };
        self.gateway.store().system().keep_raw(message, line).await.unwrap();
        id.to_string()
    }

    /// A line of the journal about the position's notice.
    async fn journal_line(&self, seeded: &Seeded, position: &str) -> JournalId {
        let scope = Scope::of_node(seeded.a.id);
        let position = self.gateway.store().position(&scope, position.parse().unwrap()).await.unwrap().unwrap();
        let (_, installment) = position.installments().next().unwrap();
        let line = JournalEntry {
            id: JournalId::new(self.world.id()),
            exchange: self.world.id(),
            at: self.world.now(),
            direction: Direction::Request,
            operation: "paVerifyPaymentNotice".to_owned(),
            caller: NODE.to_owned(),
            callee: STATION.to_owned(),
            creditor_tax_code: Some(seeded.a.tax_code.to_string()),
            station_id: Some(STATION.to_owned()),
            notice_number: installment.notice_number.as_ref().map(ToString::to_string),
            iuv: Some(installment.iuv.to_string()),
            payment_token: None,
            psp_id: None,
            session_id: None,
            outcome: None,
            http_status: None,
            duration_us: None,
            payload: b"<soap/>".to_vec(),
        };
        let id = line.id;
        self.gateway.store().system().append_journal(Arc::new([(Some(seeded.a.id), line)])).await.unwrap();
        id
    }

    async fn make(&self, token: &str, path: &str, body: &serde_json::Value) -> String {
        let seen = self.ask(Ask::post(path).token(token).json(body).key(&self.world.id().to_string())).await;
        assert_eq!(seen.status, 201, "{path}: {}", seen.text());
        seen.json()["id"].as_str().unwrap().to_owned()
    }

    /// A receipt for the position, kept as it came.
    async fn receipt(&self, seeded: &Seeded, position: &str) -> ReceiptRowId {
        let scope = Scope::of_node(seeded.a.id);
        let position = self.gateway.store().position(&scope, position.parse().unwrap()).await.unwrap().unwrap();
        let (_, installment) = position.installments().next().unwrap();
        let (now, amount) = (self.world.now(), Cents::payable(12_050).unwrap());
        let receipt = Receipt {
            id: ReceiptRowId::new(self.world.id()),
            content: ReceiptContent {
                receipt_id: "c110729d258c4ab1b765fe902aae41d6".to_owned(),
                creditor_tax_code: seeded.a.tax_code.to_string(),
                notice_number: installment.notice_number.as_ref().unwrap().to_string(),
                iuv: installment.iuv.to_string(),
                outcome: ReceiptOutcome::Ok,
                amount,
                fee: None,
                paid_at: Some(now),
                application_date: None,
                transfer_date: None,
                description: "TARI 2026".to_owned(),
                company_name: "Comune di Esempio".to_owned(),
                psp: Psp { id: "ABI00001".to_owned(), company_name: "Banca".to_owned(), ..Psp::default() },
                payment_method: None,
                payment_note: None,
                debtor: None,
                payer: None,
                transfers: Vec::new(),
                payment_metadata: std::collections::BTreeMap::new(),
                stand_in: false,
                irregularities: Vec::new(),
            },
            addressee_tax_code: seeded.a.tax_code.to_string(),
            position: Some(ReceiptSubject {
                position_id: position.id,
                installment_id: installment.id,
                service_code: position.service_code.clone(),
                external_id: position.external_id.clone(),
            }),
            role: ReceiptRole::Owner,
            paid_at: now,
            received_at: now,
            station_id: STATION.to_owned(),
            primitive: "paSendRTV2".to_owned(),
            peer_fingerprint: None,
            anomalies: BTreeSet::new(),
            resolutions: BTreeMap::new(),
            version: 1,
            message: ReceiptMessage { bytes: b"<receipt/>".to_vec(), sha256: [1; 32] },
        };
        let id = receipt.id;
        let batch = Batch::new().with(Write::InsertReceipt(Box::new(receipt)));
        self.gateway.store().commit(&scope, batch).await.unwrap();
        id
    }
}

/// A table of one debt position.
pub fn debt_positions_csv() -> &'static [u8] {
    b"external_id;debtor_tax_code;debtor_full_name;description;amount;due_date\r\n\
      TARI-1;RSSMRA85T10A562S;Mario Rossi;TARI 2026;120,50;31/12/2026\r\n"
}

/// A checkout session over the one installment of a debt position.
pub fn session_of(debt_position_id: &str, expected_amount: i64) -> Value {
    json!({
        "line_items": [{"debt_position_id": debt_position_id, "expected_amount": expected_amount}],
        "return_url": "https://portale.example.it/esito",
    })
}

/// A published debt position of the service TARI.
pub fn debt_position(external_id: &str) -> Value {
    json!({
        "external_id": external_id, "service_code": "TARI", "description": "TARI 2026", "publish": true,
        "debtor": {"type": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"},
        "amount": 12050, "due_date": "2026-12-31",
    })
}

/// Somebody whose tokens are taken, for nobody yet.
/// A form of that service: a street, and what a permit there costs.
pub fn form(code: &str) -> Value {
    let text = |name: &str, label: &str| json!({"name": name, "type": "text", "label": {"it": label}, "required": true, "max_length": 70, "personal": true});
    json!({
        "code": code, "languages": ["it"], "title": {"it": "Passo carrabile"}, "taxonomy_code": "0101101IM",
        "collection_kind": 9, "account_id": "main",
        "fields": [
            {"name": "tax_code", "type": "tax_code", "label": {"it": "Codice fiscale"}, "required": true},
            text("holder", "Cognome e nome"),
            {"name": "street", "type": "registry", "registry": "streets", "label": {"it": "Via"}, "required": true},
        ],
        "amount": {"rule": "registry", "field": "street"},
        "debtor": {"tax_code": "tax_code", "full_name": "holder"},
        "remittance_template": "Passo carrabile {street}",
    })
}

/// What that form is filled in with.
pub fn form_values() -> Value {
    json!({"tax_code": "RSSMRA85T10A562S", "holder": "Mario Rossi", "street": "V1"})
}

/// The streets that it chooses from.
pub fn registry() -> Value {
    json!({
        "columns": [
            {"key": "amount", "type": "money", "required": true, "public": true, "min": 1, "max": 100_000},
            {"key": "note", "type": "text"},
        ],
        "rows": [
            {"code": "V1", "label": {"it": "Via Roma"}, "amount": 3_000, "note": "centro"},
            {"code": "V2", "label": {"it": "Via Po"}, "amount": 1_500},
        ],
    })
}

pub fn trusted_issuer() -> Value {
    json!({
        "issuer": "https://idp.altrove.example.it", "kind": "oidc", "jwks_url": "https://idp.altrove.example.it/keys",
        "audience": "https://tramite.example.it/v1", "algorithms": ["RS256"], "types": ["at+jwt"],
    })
}

/// A public key of P-256: the example of RFC 7517, A.1.
pub fn public_key() -> Value {
    json!({
        "kty": "EC", "crv": "P-256", "kid": KEY, "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    })
}
