// SPDX-License-Identifier: AGPL-3.0-or-later
//! A secret by which others verify what we send: shown once, never by a replay.

use serde::Serialize;
use tramite_domain::secret::Secret;
use utoipa::ToSchema;

use crate::words;

/// A secret that signs messages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AddedSigningSecret, example = json!({
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=", "secret_shown": false,
}))]
pub(crate) struct SigningSecretView {
    /// The secret, as libraries of Standard Webhooks take it; absent from replays.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CallbackSecret>)]
    secret: Option<String>,
    /// Whether an earlier answer has shown it already.
    secret_shown: bool,
}

impl SigningSecretView {
    /// In the first answer.
    pub(crate) fn shown(text: &Secret<String>) -> Self {
        Self { secret: Some(text.expose().clone()), secret_shown: false }
    }

    /// In every other one.
    pub(crate) const fn kept() -> Self {
        Self { secret: None, secret_shown: true }
    }
}
