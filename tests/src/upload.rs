// SPDX-License-Identifier: AGPL-3.0-or-later
//! A file of debt positions, sent as a form (RFC 7578), and its import to the end.

use std::time::{Duration, Instant};

use reqwest::Response;
use serde_json::Value;
use uuid::Uuid;

use crate::api::Api;

/// How long an import may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// The body of a form with those fields and a file, and its content type.
#[must_use]
pub fn form(fields: &[(&str, &str)], name: &str, file: &[u8]) -> (Vec<u8>, String) {
    let boundary = Uuid::new_v4().simple().to_string();
    let mut body = Vec::with_capacity(file.len() + 1_024);
    for (field, value) in fields {
        let part = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (body, format!("multipart/form-data; boundary={boundary}"))
}

/// Sends a file.
///
/// # Panics
/// When there is no answer.
pub async fn send(url: &str, token: &str, fields: &[(&str, &str)], name: &str, file: &[u8]) -> Response {
    let (body, content_type) = form(fields, name, file);
    let request = crate::http::client()
        .post(format!("{url}/v1/imports"))
        .bearer_auth(token)
        .header("Idempotency-Key", Uuid::new_v4().to_string())
        .header("Content-Type", content_type)
        .body(body);
    request.send().await.expect("an answer")
}

/// Sends a file that is taken; the id of its import.
///
/// # Panics
/// When it is refused.
pub async fn begin(url: &str, token: &str, fields: &[(&str, &str)], name: &str, file: &[u8]) -> String {
    let answer = send(url, token, fields, name, file).await;
    let status = answer.status();
    let import: Value = answer.json().await.expect("JSON");
    assert_eq!(status, 202, "{import}");
    import["id"].as_str().expect("an id").to_owned()
}

/// The import of that id, once nothing more will come of it.
///
/// # Panics
/// When it takes too long.
pub async fn ended(api: &Api, id: &str) -> Value {
    let begun = Instant::now();
    loop {
        let came = api.get(&format!("/v1/imports/{id}?wait=25")).await;
        assert_eq!(came.status, 200, "{}", came.body);
        if came.body["is_final"] == true {
            return came.body;
        }
        assert!(begun.elapsed() < PATIENCE, "{}", came.body);
    }
}

/// All rows of an import that came to that.
///
/// # Panics
/// When a page is refused.
pub async fn rows(api: &Api, id: &str, status: &str) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let after = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let came = api.get(&format!("/v1/imports/{id}/rows?status={status}&limit=500{after}")).await;
        assert_eq!(came.status, 200, "{}", came.body);
        rows.extend(came.body["items"].as_array().expect("items").iter().cloned());
        cursor = came.body["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return rows;
        }
    }
}
