// SPDX-License-Identifier: AGPL-3.0-or-later
//! A caller of the REST API: what a portal's developer would write.

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use tramite_testkit::Operation;
use uuid::Uuid;

const LOGO: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><path d="M0 0h2v1z"/></svg>"#;

/// A caller with a token of one institution, of the platform, or of nobody.
#[derive(Debug, Clone)]
pub struct Api {
    url: String,
    /// Empty where there is none.
    token: String,
    http: Client,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Came {
    /// HTTP status.
    pub status: StatusCode,
    /// HTTP headers.
    pub headers: HeaderMap,
    /// The JSON body; null where there was none.
    pub body: Value,
    /// Whether it was the kept answer of an earlier request.
    pub replayed: bool,
}

impl Api {
    /// Takes a token.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn with_secret(url: &str, client_id: &str, client_secret: &str, institution: &str) -> Self {
        let form = [("grant_type", "client_credentials"), ("institution", institution)];
        Self::with_form(url, client_id, client_secret, &form).await
    }

    /// Takes an operator's token, for the platform.
    pub async fn of_operator(url: &str, client_id: &str, client_secret: &str) -> Self {
        Self::with_form(url, client_id, client_secret, &[("grant_type", "client_credentials")]).await
    }

    /// Somebody without a token.
    #[must_use]
    pub fn of_nobody(url: &str) -> Self {
        Self { url: url.to_owned(), token: String::new(), http: client() }
    }

    /// Somebody who shows that token, whosever it is.
    #[must_use]
    pub fn with_token(url: &str, token: &str) -> Self {
        Self { url: url.to_owned(), token: token.to_owned(), http: client() }
    }

    /// Takes a token with what the form says.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn with_form(url: &str, client_id: &str, client_secret: &str, form: &[(&str, &str)]) -> Self {
        let http = client();
        let asked =
            http.post(format!("{url}/oauth2/token")).basic_auth(client_id, Some(client_secret)).form(form).send();
        let answer: Value = asked.await.expect("an answer").json().await.expect("JSON");
        let token = answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {answer}")).to_owned();
        Self { url: url.to_owned(), token, http }
    }

    /// The same caller at another process.
    #[must_use]
    pub fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    /// The same caller over other connections.
    #[must_use]
    pub fn over(&self, http: Client) -> Self {
        Self { http, ..self.clone() }
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Came {
        self.send(Method::GET, path, None, None).await
    }

    /// Takes a file.
    ///
    /// # Panics
    /// When there is none.
    pub async fn download(&self, path: &str) -> Vec<u8> {
        let sent = self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.token).send().await;
        let answer = sent.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.bytes().await.expect("a whole answer").to_vec()
    }

    /// Creates or acts under a new key.
    pub async fn post(&self, path: &str, body: &Value) -> Came {
        self.post_with(path, body, &Uuid::new_v4().to_string()).await
    }

    /// Creates or acts under that key.
    pub async fn post_with(&self, path: &str, body: &Value, key: &str) -> Came {
        self.send(Method::POST, path, Some(body), Some(key)).await
    }

    /// Sends a form with a file after these fields, under a new key.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn post_file(&self, path: &str, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Came {
        let boundary = Uuid::new_v4().simple().to_string();
        let mut form = Vec::new();
        for (field, value) in fields {
            let part = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
            form.extend_from_slice(part.as_bytes());
        }
        let head = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"");
        form.extend_from_slice(format!("--{boundary}\r\n{head}\r\n\r\n").as_bytes());
        form.extend_from_slice(bytes);
        form.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.token);
        let request = request.header("Content-Type", format!("multipart/form-data; boundary={boundary}"));
        let request = request.header("Idempotency-Key", Uuid::new_v4().to_string());
        came(request.body(form).send().await.expect("an answer")).await.expect("a whole answer")
    }

    /// Puts.
    pub async fn put(&self, path: &str, body: &Value) -> Came {
        self.send(Method::PUT, path, Some(body), None).await
    }

    /// Gives an institution a logo, the same each time.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn give_logo(&self, institution: &str) {
        let request = self.http.put(format!("{}/v1/institutions/{institution}/logo", self.url));
        let request = request.bearer_auth(&self.token).header("Content-Type", "image/svg+xml").body(LOGO);
        let given = came(request.send().await.expect("an answer")).await.expect("a whole answer");
        assert_eq!(given.status, 200, "{}", given.body);
    }

    /// Removes.
    pub async fn delete(&self, path: &str) -> Came {
        self.send(Method::DELETE, path, None, None).await
    }

    /// Uses an operation of the contract with its example, and these values in its path.
    pub async fn ask(&self, operation: &Operation, values: &[String]) -> Came {
        self.ask_with(operation, values, operation.body.as_ref()).await
    }

    /// The same with another body, under a new key where the operation takes one.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn ask_with(&self, operation: &Operation, values: &[String], body: Option<&Value>) -> Came {
        let key = operation.keyed.then(|| Uuid::new_v4().to_string());
        let method = operation.method.parse().expect("a method");
        self.send(method, &operation.path_with(values), body, key.as_deref()).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>, key: Option<&str>) -> Came {
        self.try_send(method, path, body, key).await.expect("an answer")
    }

    /// Sends, where there may be no answer.
    ///
    /// # Errors
    /// Where there is none.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Result<Came, reqwest::Error> {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        came(request.send().await?).await
    }

    /// A debt position of the service without a fixed amount.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn position(&self, service_code: &str, amount: i64) -> Value {
        let came = self.post("/v1/debt-positions", &position(service_code, amount)).await;
        assert_eq!(came.status, 201, "{}", came.body);
        came.body
    }
}

/// What came back, read to its end.
async fn came(answer: Response) -> Result<Came, reqwest::Error> {
    let headers = answer.headers().clone();
    let (status, text) = (answer.status(), answer.text().await?);
    let replayed = headers.contains_key("Idempotent-Replayed");
    Ok(Came { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null), replayed })
}

fn client() -> Client {
    crate::http::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client")
}

impl Came {
    /// Status and name of a problem; the name is empty where it is none.
    #[must_use]
    pub fn problem(&self) -> (u16, &str) {
        let name = self.body["type"].as_str().and_then(|name| name.rsplit('/').next());
        (self.status.as_u16(), name.unwrap_or_default())
    }

    /// The body of a problem without what differs from request to request.
    #[must_use]
    pub fn without_instance(&self) -> Value {
        let mut body = self.body.clone();
        if let Some(members) = body.as_object_mut() {
            members.remove("instance");
        }
        body
    }

    /// Where a problem found faults, and which: pointer and code.
    #[must_use]
    pub fn faults(&self) -> Vec<(&str, &str)> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors
            .iter()
            .map(|fault| (fault["pointer"].as_str().unwrap_or_default(), fault["code"].as_str().unwrap_or_default()))
            .collect()
    }

    /// A header, where it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Status and what an error must have beside it (api.md, Conventions): `201`, or `503 unavailable, come again`.
    #[must_use]
    pub fn told(&self) -> String {
        let status = self.status.as_u16();
        if status < 400 {
            return status.to_string();
        }
        let problem = self.header("Content-Type") == Some("application/problem+json");
        let name = self.body["type"].as_str().and_then(|name| name.rsplit('/').next()).filter(|_| problem);
        let again =
            self.header("Retry-After").and_then(|seconds| seconds.parse().ok()).filter(|seconds: &u32| *seconds > 0);
        format!("{status} {}{}", name.unwrap_or("no problem"), again.map_or("", |_| ", come again"))
    }
}

/// The body of a new debt position under a key of its own.
#[must_use]
pub fn position(service_code: &str, amount: i64) -> Value {
    json!({
        "external_id": format!("T-{}", Uuid::new_v4().simple()),
        "service_code": service_code,
        "amount": amount,
        "debtor": {"type": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"}
    })
}

/// A field of the only installment of a position.
#[must_use]
pub fn installment<'a>(position: &'a Value, field: &str) -> &'a Value {
    &position["payment_options"][0]["installments"][0][field]
}

/// The notice number of the only installment of a position.
#[must_use]
pub fn notice(position: &Value) -> &str {
    installment(position, "notice_number").as_str().unwrap_or_else(|| panic!("no notice in {position}"))
}
