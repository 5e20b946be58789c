// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an operator makes over the API of the platform: stations, institutions, and clients that act for them.

use serde_json::{Value, json};

use crate::api::Api;

/// Where portals send citizens back to.
pub const PORTAL: &str = "https://portale.example.it";

/// An operator.
#[derive(Debug, Clone)]
pub struct Platform {
    url: String,
    /// The operator's caller, with every scope of the platform.
    pub api: Api,
}

/// A client that was made, and its secret.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Its id.
    pub id: String,
    /// What it proves itself by.
    pub secret: String,
    /// The code of the institution it acts for.
    pub institution: String,
    /// What the platform told of it.
    pub told: Value,
}

impl Platform {
    /// Takes an operator's token.
    pub async fn open(url: &str, id: &str, secret: &str) -> Self {
        Self { url: url.to_owned(), api: Api::of_operator(url, id, secret).await }
    }

    /// A station of version 2 that answers.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn station(&self, id: &str, broker: &str) {
        let station = json!({"broker_tax_code": broker, "version": 2, "primitive_version": 2, "enabled": true});
        let made = self.api.put(&format!("/v1/stations/{id}"), &station).await;
        assert!(made.status.is_success(), "{}", made.body);
    }

    /// An institution.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn institution(&self, body: &Value) -> Value {
        let made = self.api.post("/v1/institutions", body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.body
    }

    /// A client that acts for the institution of that code under this delegation.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn client(&self, institution: &str, delegation: &Value) -> Credentials {
        let body = json!({"kind": "application", "display_name": "Portale di prova", "delegations": [delegation]});
        let made = self.api.post("/v1/clients", &body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let text = |pointer| made.body.pointer(pointer).and_then(Value::as_str).expect("a text").to_owned();
        Credentials {
            id: text("/client/id"),
            secret: text("/secret/client_secret"),
            institution: institution.to_owned(),
            told: made.body["client"].clone(),
        }
    }

    /// The address of the gateway.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Credentials {
    /// Its caller, with all it may do.
    pub async fn api(&self, url: &str) -> Api {
        Api::with_secret(url, &self.id, &self.secret, &self.institution).await
    }

    /// Its caller with these scopes alone.
    pub async fn api_with(&self, url: &str, scopes: &str) -> Api {
        let form = [("grant_type", "client_credentials"), ("institution", &self.institution), ("scope", scopes)];
        Api::with_form(url, &self.id, &self.secret, &form).await
    }
}
