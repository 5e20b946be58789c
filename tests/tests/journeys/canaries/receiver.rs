// SPDX-License-Identifier: AGPL-3.0-or-later
//! Somebody who is told of events: with secrets of its own, which stand nowhere, and of nobody's data.

use serde_json::{Value, json};
use tramite_tests::api::Api;
use tramite_tests::consumer::Consumer;
use tramite_tests::town::Town;
use tramite_tests::until;
use uuid::Uuid;

use super::super::webhooks::{ENDPOINTS, active, teller};
use super::Search;
use super::citizen::INSTITUTION;
use super::registry::{add_signing, twice};

pub(super) struct Receiver {
    api: Api,
    id: String,
    consumer: Consumer,
}

impl Receiver {
    /// An endpoint with two secrets, each asked for again under its key.
    pub(super) async fn registered(search: &mut Search, town: &Town, url: &str) -> Self {
        let (api, consumer) = (teller(town, url, INSTITUTION).await, Consumer::start().await);
        search.secrets.add_token("token of who is told", api.token());
        let key = Uuid::new_v4().to_string();
        let (path, body) = (format!("{url}{ENDPOINTS}"), json!({"url": consumer.url()}));
        let (made, first) = twice(search, &path, &body, (api.token(), &key), "/secret").await;
        add_signing(search, "first secret of an endpoint", &first);
        let id = made["endpoint"]["id"].as_str().unwrap().to_owned();
        active(&api, &id).await;
        let path = format!("{path}/{id}/secrets");
        let (_, second) = twice(search, &path, &json!({}), (api.token(), &key), "/secret").await;
        add_signing(search, "second secret of an endpoint", &second);
        Self { api, id, consumer }
    }

    /// What it was told of a payment, and of everything else, holds no secret and names nobody.
    pub(super) async fn was_told(&self, search: &Search, position: &Value) {
        until("the payment is told", async || {
            let mut heard = self.consumer.heard().into_iter().map(|one| one.json());
            heard.any(|body| body["type"] == "installment.paid" && body["data"]["debt_position_id"] == position["id"])
        })
        .await;
        for one in self.consumer.heard() {
            let whole = [one.head.as_bytes(), &one.body].concat();
            search.secrets.none_within("what a receiver is told", &whole);
            search.people.none_within("what a receiver is told", &whole);
        }
    }

    /// Asks for tests until this process has sent one itself: it is not alone on its database.
    pub(super) async fn is_told_by(&self, private: &str) {
        until("this process tells too", async || {
            let sent = self.api.post(&format!("{ENDPOINTS}/{}/test", self.id), &json!({})).await;
            assert_eq!(sent.status, 201, "{}", sent.body);
            let metrics = tramite_tests::http::get(format!("{private}/metrics")).await.unwrap().text().await.unwrap();
            metrics.contains("tramite_webhook_deliveries_total{")
        })
        .await;
    }
}
