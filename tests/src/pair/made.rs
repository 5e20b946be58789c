// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is made in the first of the two institutions, one thing of each kind.

use serde_json::{Value, json};
use tramite_testkit::free_port;
use uuid::Uuid;

use super::{COMMON, KEY, OWN, Pair, REGISTRY};
use crate::node;
use crate::platform::Credentials;
use crate::until;

/// More than a receipt may be to be read, in bytes.
const RAW_BYTES: usize = 600 * 1024;

impl Pair {
    /// A new address of the first institution's portal that is told of events, where nobody ever answers.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn endpoint(&self) -> String {
        let body = json!({"url": format!("http://127.0.0.1:{}/", free_port())});
        let made = self.a.api.post("/v1/webhook-endpoints", &body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.body["endpoint"]["id"].as_str().expect("an id").to_owned()
    }

    /// A registry, and forms of both services.
    pub(super) async fn forms(&self) {
        let rows = json!([{"code": "V1", "label": {"it": "Via Roma"}, "amount": 3_000}]);
        let columns = json!([{"key": "amount", "type": "money", "required": true}]);
        let registry = json!({"columns": columns, "rows": rows});
        let form = |code: &str| {
            json!({
                "code": code, "languages": ["it"], "title": {"it": "Un pagamento"}, "taxonomy_code": "0101101IM",
                "collection_kind": 9, "account_id": "main", "fields": [], "amount": {"rule": "fixed", "amount": 100},
                "debtor": {"tax_code": "'RSSMRA85T10A562S'", "full_name": "'Mario Rossi'"},
                "remittance_template": "Un pagamento",
            })
        };
        let mut all = vec![(format!("/v1/registries/{REGISTRY}"), registry)];
        all.extend([COMMON, OWN].map(|code| (format!("/v1/services/{code}/form/definition"), form(code))));
        for (path, body) in all {
            let written = self.a.api.put(&path, &body).await;
            assert_eq!(written.status, 201, "{}", written.body);
        }
    }

    /// What somebody submitted in the form of the service that both have.
    pub(super) async fn submission(&self) -> String {
        let made = self.a.api.post(&format!("/v1/services/{COMMON}/submissions"), &json!({"values": {}})).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.body["id"].as_str().expect("an id").to_owned()
    }

    /// A client that nobody acts as, with a key.
    pub(super) async fn idle(&self) -> Credentials {
        let idle = self.another(None).await;
        let key = json!({"public_key": {
            "kty": "EC", "crv": "P-256", "kid": KEY, "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        }});
        let added = self.platform.api.post(&format!("/v1/clients/{}/keys", idle.id), &key).await;
        assert_eq!(added.status, 201, "{}", added.body);
        idle
    }

    /// Somebody whose tokens would be taken, if anybody answered where the keys are.
    pub(super) async fn issuer(&self) -> String {
        let issuer = json!({
            "issuer": "https://idp.example.it", "kind": "oidc", "enabled": false,
            "jwks_url": format!("http://127.0.0.1:{}/keys", free_port()), "audience": "https://tramite.example.it/v1",
            "algorithms": ["RS256"], "types": ["at+jwt"],
        });
        let made = self.platform.api.post("/v1/trusted-issuers", &issuer).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.body["id"].as_str().expect("an id").to_owned()
    }

    /// A question for a receipt that was answered: what is made is whole when it is given back.
    pub(super) async fn recovery(&self) -> String {
        let line = json!({"iur": Uuid::new_v4().simple().to_string(), "iuv": "05000000000000001"});
        let made = self.a.api.post("/v1/receipt-recoveries", &line).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let id = made.body["id"].as_str().expect("an id").to_owned();
        until("the question is answered", async || {
            self.a.api.get(&format!("/v1/receipt-recoveries/{id}")).await.body["is_over"] == true
        })
        .await;
        id
    }

    /// A file that was read to its end: what is made is whole when it is given back.
    pub(super) async fn import(&self) -> String {
        let table = "external_id;debtor_tax_code;debtor_full_name;description;amount;due_date\r\n\
            F-1;RSSMRA85T10A562S;Mario Rossi;TARI;120,50;31/12/2099\r\n";
        let fields = [("service_code", COMMON), ("dry_run", "true")];
        let sent = self.a.api.post_file("/v1/imports", &fields, "tari.csv", table.as_bytes()).await;
        assert_eq!(sent.status, 202, "{}", sent.body);
        let id = sent.body["id"].as_str().expect("an id").to_owned();
        until("the file is read", async || {
            self.a.api.get(&format!("/v1/imports/{id}")).await.body["status"] == "completed"
        })
        .await;
        id
    }

    /// A file of documents that is there: what is made is whole when it is given back.
    pub(super) async fn documents(&self, position: &Value) -> String {
        let wanted = json!({"kind": "notice", "format": "zip", "debt_position_ids": [position["id"]]});
        let asked = self.a.api.post("/v1/document-batches", &wanted).await;
        assert_eq!(asked.status, 202, "{}", asked.body);
        let id = asked.body["id"].as_str().expect("an id").to_owned();
        until("the file is there", async || {
            self.a.api.get(&format!("/v1/document-batches/{id}")).await.body["is_final"] == true
        })
        .await;
        id
    }

    /// The event that tells of the payment.
    pub(super) async fn event(&self) -> String {
        let told = async || self.a.api.get("/v1/events?type=installment.paid").await.body["items"][0]["id"].clone();
        until("the feed tells of it", async || told().await.is_string()).await;
        told().await.as_str().expect("an id").to_owned()
    }

    /// A receipt that is larger than what is read.
    pub(super) async fn raw_message(&self, notice: &str) -> String {
        let long = format!("<!--{}--></receipt>", "x".repeat(RAW_BYTES));
        let message = node::receipt(&self.a.to, notice, &Uuid::new_v4().simple().to_string(), "45.00");
        let message = message.replace("</receipt>", &long);
        let kept = async || self.platform.api.get("/v1/raw-messages").await.body["items"][0]["id"].clone();
        until("the message is kept", async || {
            let answer = node::send(&self.served.url, "paSendRTV2", message.clone()).await.expect("an answer");
            assert_eq!(node::outcome(&answer), node::OWN_FAILURE, "{answer}");
            kept().await.is_string()
        })
        .await;
        // Its lines come into the journal a moment after the answer: what is made is whole when it is given back.
        until("the journal tells of it", async || {
            self.a.api.get("/v1/journal?outcome=PAA_SYSTEM_ERROR").await.body["items"][0].is_object()
        })
        .await;
        kept().await.as_str().expect("an id").to_owned()
    }
}
