// SPDX-License-Identifier: AGPL-3.0-or-later
//! Access tokens, as any client takes them.

use super::failure::DemoFailure;
use super::http::{Ask, Caller};

/// Who asks for a token.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    /// Its client id.
    pub(crate) client_id: String,
    /// Its secret.
    pub(crate) client_secret: String,
}

/// Takes a token of an operator.
pub(crate) async fn operator_token(gateway: &Caller, who: &Credentials) -> Result<String, DemoFailure> {
    token(gateway, who, None).await
}

/// Takes a token for one institution.
pub(crate) async fn institution_token(
    gateway: &Caller,
    who: &Credentials,
    institution: &str,
) -> Result<String, DemoFailure> {
    token(gateway, who, Some(institution)).await
}

async fn token(gateway: &Caller, who: &Credentials, institution: Option<&str>) -> Result<String, DemoFailure> {
    let mut form = vec![("grant_type", "client_credentials".to_owned())];
    form.extend(institution.map(|institution| ("institution", institution.to_owned())));
    let ask = Ask::post("/oauth2/token")
        .basic(&who.client_id, &who.client_secret)
        .form(form)
        .shows(&["/institution/code", "/expires_in"]);
    gateway.ask(ask).await?.text("/access_token")
}
