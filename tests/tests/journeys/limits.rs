// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every answer says how much is left (reliability.md 33): the good ones and the refusals, with a token and without one.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tramite_testkit::Database;
use tramite_tests::api::{Api, position};
use tramite_tests::town::Town;
use uuid::Uuid;

pub(crate) async fn everywhere(database: Database) {
    let town = Town::start(&database).await;
    let (api, nobody) = (town.api("comune-perugia").await, Api::of_nobody(&town.gateway()));
    let list = "/v1/debt-positions";
    let nowhere = format!("{list}/{}", Uuid::now_v7());
    let key = Uuid::new_v4().to_string();
    let (right, wrong) = (position("MULTE", 1_000), json!({}));
    let asked: [(&Api, Method, &str, Option<&Value>, u16); 9] = [
        (&api, Method::GET, list, None, 200),
        (&api, Method::POST, list, Some(&right), 201),
        (&nobody, Method::GET, list, None, 401),
        (&api, Method::GET, "/v1/clients", None, 403),
        (&api, Method::GET, &nowhere, None, 404),
        (&nobody, Method::GET, "/nowhere", None, 404),
        (&api, Method::PATCH, list, None, 405),
        (&api, Method::POST, list, Some(&wrong), 422),
        (&nobody, Method::GET, "/status", None, 200),
    ];
    for (caller, method, path, body, status) in asked {
        let key = body.filter(|body| **body == right).map_or_else(|| Uuid::new_v4().to_string(), |_| key.clone());
        let came = caller.try_send(method, path, body, body.map(|_| key.as_str())).await.unwrap();
        assert_eq!(came.status, status, "{path}: {}", came.body);
        says_what_is_left(path, &came.headers);
    }
    // So does the answer that was kept.
    let again = api.post_with(list, &right, &key).await;
    assert!(again.replayed);
    says_what_is_left("a replay", &again.headers);
    let (id, secret) = (town.text("/operator/client_id"), town.text("/operator/client_secret"));
    for (secret, status) in [(secret.as_str(), 200), ("wrong", 401)] {
        let form = [("grant_type", "client_credentials")];
        let asked = tramite_tests::http::client().post(format!("{}/oauth2/token", town.gateway())).form(&form);
        let answer = asked.basic_auth(&id, Some(secret)).send().await.unwrap();
        assert_eq!(answer.status(), status);
        says_what_is_left("a token", answer.headers());
    }
}

/// The three headers stand there once each, and fit together.
fn says_what_is_left(place: &str, headers: &HeaderMap) {
    let [limit, remaining, _] = ["Limit", "Remaining", "Reset"].map(|name| {
        let name = format!("X-RateLimit-{name}");
        let values: Vec<u64> =
            headers.get_all(&name).iter().map(|value| value.to_str().unwrap().parse().unwrap()).collect();
        assert_eq!(values.len(), 1, "{name} of {place}: {headers:?}");
        values[0]
    });
    assert!(limit > 0 && remaining <= limit, "{place}: {headers:?}");
}
