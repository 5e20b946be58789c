// SPDX-License-Identifier: AGPL-3.0-or-later
//! Secrets and people where they do not belong: every part of a request in which a caller may put one by mistake.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Search;
use super::people::{DEBTOR_EMAIL, DEBTOR_NAME, DEBTOR_TAX_CODE, IBAN, PAYER_TAX_CODE, position};
use super::registry::{Registry, WRONG_SECRET};

pub(super) async fn requests(search: &Search, url: &str, registry: &Registry) {
    proofs(search, url, registry).await;
    for value in [&registry.client.1, &registry.operator, DEBTOR_TAX_CODE, DEBTOR_EMAIL, IBAN, WRONG_SECRET] {
        places(search, url, registry, value).await;
    }
    bodies(search, url, registry).await;
    lines(search, url).await;
}

/// A client that proves itself wrongly.
async fn proofs(search: &Search, url: &str, registry: &Registry) {
    let (id, secret) = &registry.client;
    let endpoint = format!("{url}/oauth2/token");
    let post = || search.http.post(&endpoint);
    let form = |pairs: &[(&str, &str)]| post().form(pairs);
    let grant = ("grant_type", "client_credentials");
    let asked: [(&str, RequestBuilder); 9] = [
        ("a wrong secret", post().basic_auth(id, Some(WRONG_SECRET)).form(&[grant])),
        ("a wrong secret in the form", form(&[grant, ("client_id", id), ("client_secret", WRONG_SECRET)])),
        (
            "a secret in the query",
            search.http.post(format!("{endpoint}?client_id={id}&client_secret={secret}")).form(&[grant]),
        ),
        ("a secret as an id", form(&[grant, ("client_id", secret), ("client_secret", secret)])),
        ("a secret as a scope", post().basic_auth(id, Some(secret)).form(&[grant, ("scope", secret)])),
        (
            "a person as an institution",
            post().basic_auth(id, Some(secret)).form(&[grant, ("institution", DEBTOR_TAX_CODE)]),
        ),
        ("another grant", form(&[("grant_type", secret), ("client_id", id), ("client_secret", secret)])),
        ("JSON", post().json(&json!({"client_id": id, "client_secret": secret}))),
        ("a proof that is none", post().header("Authorization", format!("Basic {secret}")).form(&[grant])),
    ];
    for (what, request) in asked {
        search.refused(what, request).await;
    }
}

/// One value in every part of a request but its body.
async fn places(search: &Search, url: &str, registry: &Registry, value: &str) {
    let get = |path: &str| search.http.get(format!("{url}{path}"));
    let mine = |path: &str| get(path).bearer_auth(&registry.token);
    let list = "/v1/debt-positions";
    let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let asked = [
        ("a path", mine(&format!("{list}/{value}"))),
        ("an encoded path", mine(&format!("{list}/{encoded}"))),
        ("a path that is none", get(&format!("/{value}/{value}"))),
        ("a path of the Node", search.http.post(format!("{url}/soap/{value}"))),
        ("a page", get(&format!("/errors/{value}"))),
        ("a session's address", search.http.head(format!("{url}/s/{value}"))),
        ("a session's address", get(&format!("/s/{value}"))),
        ("a parameter", mine(&format!("{list}?debtor_tax_code={value}"))),
        ("a parameter's name", mine(&format!("{list}?{encoded}=1"))),
        ("a cursor", mine(&format!("{list}?cursor={encoded}"))),
        ("a state", mine(&format!("{list}?status={encoded}"))),
        ("a number", mine(&format!("{list}?limit={encoded}"))),
        ("an access token in the query", get(&format!("{list}?access_token={encoded}"))),
        ("a bearer", get(list).header("Authorization", format!("Bearer {value}x"))),
        ("a basic proof", get(list).basic_auth(value, Some(value))),
        ("a scheme", get(list).header("Authorization", format!("{value} {value}"))),
        ("a media type", mine(list).header("Accept", format!("text/{value}"))),
        ("a version", mine("/v1/services/MULTE/x").header("If-Match", value)),
        (
            "a body's media type",
            search
                .http
                .post(format!("{url}{list}"))
                .bearer_auth(&registry.token)
                .header("Idempotency-Key", "k")
                .header("Content-Type", format!("text/{value}"))
                .body("{}"),
        ),
    ];
    for (what, request) in asked {
        search.refused(what, request).await;
    }
    let told = [
        "Referer",
        "User-Agent",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "Forwarded",
        "Request-Id",
        "Traceparent",
        "Tracestate",
        "Baggage",
        "Cookie",
        "Prefer",
        "Client-Cert",
        "Origin",
    ];
    let with_all = told.iter().fold(mine(list), |request, name| request.header(*name, value));
    let shown = search.ask(with_all).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    for hidden in [&search.secrets, &search.people] {
        hidden.none_within("headers that came back", format!("{:?}", shown.headers).as_bytes());
    }
    // A method may be any word (RFC 9110, 9.1).
    let word: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    for path in [list, "/none", "/soap/pa-for-node"] {
        let method = Method::from_bytes(word.as_bytes()).unwrap();
        search.refused("a method", search.http.request(method, format!("{url}{path}"))).await;
    }
}

/// People in bodies that are refused.
async fn bodies(search: &Search, url: &str, registry: &Registry) {
    let changed = |pointer: &str, value: &str| {
        let mut body = position("C-WRONG");
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[field] = json!(value);
        body.to_string()
    };
    let whole = position("C-WRONG").to_string();
    let mut bodies: Vec<String> =
        ["/external_id", "/description", "/service_code", "/due_date", "/amount", "/debtor/type", "/debtor/none"]
            .iter()
            .flat_map(|pointer| [DEBTOR_TAX_CODE, DEBTOR_EMAIL, IBAN].map(|value| changed(pointer, value)))
            .collect();
    bodies.push(changed("/debtor/email", DEBTOR_NAME));
    bodies.push(changed("/debtor/tax_code", &format!("{PAYER_TAX_CODE}{PAYER_TAX_CODE}")));
    bodies.push(json!([position("C-WRONG")]).to_string());
    bodies.extend([40, 120, whole.len() - 1].map(|length| whole[..length].to_owned()));
    for body in bodies {
        let post = search.http.post(format!("{url}/v1/debt-positions")).bearer_auth(&registry.token);
        let key = uuid::Uuid::new_v4().to_string();
        let shown = post.header("Idempotency-Key", key).header("Content-Type", "application/json").body(body.clone());
        let refused = search.refused(&body, shown).await;
        assert!([400, 422].contains(&refused.status), "{body}: {}", refused.text);
        assert!(refused.json()["type"].as_str().unwrap().contains("/errors/"));
    }
    let sought: Value = json!({"debtor_tax_code": format!("{DEBTOR_TAX_CODE} {DEBTOR_NAME}")});
    let search_path = format!("{url}/v1/debt-positions/search");
    search.refused("a search", search.http.post(search_path).bearer_auth(&registry.token).json(&sought)).await;
}

/// Bytes that are no request.
async fn lines(search: &Search, url: &str) {
    let address = url.strip_prefix("http://").unwrap();
    for bytes in [
        format!("GET /{DEBTOR_TAX_CODE} {WRONG_SECRET} HTTP/1.1\r\nHost: x\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: x\r\n{DEBTOR_NAME}\r\n\r\n"),
        format!("{DEBTOR_TAX_CODE}\r\n\r\n"),
        format!("POST /v1/debt-positions HTTP/1.1\r\nHost: x\r\nContent-Length: {DEBTOR_TAX_CODE}\r\n\r\n"),
        format!(
            "POST /v1/debt-positions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{DEBTOR_TAX_CODE}\r\n"
        ),
    ] {
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(bytes.as_bytes()).await.unwrap();
        socket.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer).await;
        for hidden in [&search.secrets, &search.people] {
            hidden.none_within(&bytes, &answer);
        }
    }
}
