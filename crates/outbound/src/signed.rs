// SPDX-License-Identifier: AGPL-3.0-or-later
//! Messages signed as Standard Webhooks are: any library of theirs verifies them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tramite_domain::mac::mac;
use tramite_domain::secret::Secret;
use tramite_domain::time::Instant;

/// How Standard Webhooks marks a secret.
const PREFIX: &str = "whsec_";

/// A message as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    pub(crate) id: String,
    pub(crate) timestamp: i64,
    pub(crate) signature: String,
    pub(crate) body: Vec<u8>,
    pub(crate) parent: Option<String>,
}

impl Signed {
    /// Signs a body with each of the secrets: while one is changed for another, either is enough.
    #[must_use]
    pub fn of(id: String, at: Instant, body: Vec<u8>, secrets: &[Secret<[u8; 32]>]) -> Self {
        let timestamp = at.datetime().timestamp();
        let head = format!("{id}.{timestamp}.");
        let one = |secret: &Secret<[u8; 32]>| {
            format!("v1,{}", STANDARD.encode(mac(secret.expose(), &[head.as_bytes(), &body])))
        };
        let signature = secrets.iter().map(one).collect::<Vec<_>>().join(" ");
        Self { id, timestamp, signature, body, parent: None }
    }

    /// The same with where it belongs, for whoever traces (W3C Trace Context); the signature does not cover it.
    #[must_use]
    pub fn within(self, parent: Option<String>) -> Self {
        Self { parent, ..self }
    }
}

/// A secret as whoever verifies keeps it.
#[must_use]
pub fn secret_text(secret: &Secret<[u8; 32]>) -> Secret<String> {
    Secret::new(format!("{PREFIX}{}", STANDARD.encode(secret.expose())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_standard_says() {
        // Computed apart from this code; tests on the running program ask the libraries of others.
        let secret = Secret::new(*b"0123456789abcdef0123456789abcdef");
        let at = Instant::UNIX_EPOCH.plus_seconds(1_614_265_330);
        let body = br#"{"test": 2432232314}"#.to_vec();
        let signed = Signed::of("msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned(), at, body, std::slice::from_ref(&secret));
        assert_eq!(secret_text(&secret).expose(), "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
        assert_eq!(signed.signature, "v1,hK4CWvngkaAwjY1pABLuUbOIkEJjW9tAapq1no4ojG0=");
        let two = Signed::of("m".to_owned(), at, Vec::new(), &[secret, Secret::new([1; 32])]);
        assert_eq!(two.signature.split(' ').count(), 2);
        assert_ne!(two.signature.split(' ').next(), two.signature.split(' ').nth(1));
    }
}
