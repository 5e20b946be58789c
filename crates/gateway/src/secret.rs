// SPDX-License-Identifier: AGPL-3.0-or-later
//! Secrets of clients: 32 random bytes of ours, shown once, kept as SHA-256, compared in constant time. They are
//! random, so no slow hash is needed.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use tramite_domain::access::ClientSecret;
use tramite_domain::environment::Environment;
use tramite_domain::secret::Secret;
use tramite_domain::time::Instant;

use crate::problem::{Code, Problem};

/// Random bytes of a secret.
const SECRET_BYTES: usize = 32;

/// A new secret of an environment, and what is kept of it.
pub fn generate(environment: Environment) -> Result<(Secret<String>, [u8; 32]), Problem> {
    let mut bytes = [0; SECRET_BYTES];
    SystemRandom::new().fill(&mut bytes).map_err(|_| {
        tracing::error!("the system gives no random bytes");
        Problem::new(Code::InternalError)
    })?;
    let text = format!("{}{}", environment.secret_prefix(), BASE64URL_NOPAD.encode(&bytes));
    let kept = digest(&text);
    Ok((Secret::new(text), kept))
}

/// What is kept of a secret.
pub(crate) fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Whether a secret is accepted from this instant on.
pub(crate) fn is_live(secret: &ClientSecret, now: Instant) -> bool {
    secret.expires_at.is_none_or(|end| now < end)
}

/// Whether a text is one of the live secrets. Every live one is compared, whichever matches; without any, one is
/// compared all the same, so that a client that does not exist takes as long as one that does.
pub(crate) fn is_one_of(text: &str, secrets: &[ClientSecret], now: Instant) -> bool {
    let given = digest(text);
    let mut matches = given.ct_eq(&[0; 32]) & Choice::from(0);
    for secret in secrets.iter().filter(|secret| is_live(secret, now)) {
        matches |= given.ct_eq(&secret.sha256);
    }
    matches.into()
}

#[cfg(test)]
mod tests {
    use tramite_domain::ids::ClientSecretId;

    use super::*;

    #[test]
    fn a_secret_says_its_environment_and_is_accepted_until_its_end() {
        let now: Instant = "2026-09-01T00:00:00Z".parse().unwrap();
        let (text, sha256) = generate(Environment::Sandbox).unwrap();
        let text = text.expose().as_str();
        assert!(text.starts_with("tr_test_") && text.len() == 51);
        assert!(generate(Environment::Production).unwrap().0.expose().starts_with("tr_live_"));
        let id = ClientSecretId::new(uuid::Uuid::nil());
        let secret = |expires_at| ClientSecret { id, sha256, created_at: now, expires_at };
        assert!(is_one_of(text, &[secret(None)], now));
        assert!(is_one_of(text, &[secret(Some(now.plus_seconds(1)))], now));
        assert!(!is_one_of(text, &[secret(Some(now))], now));
        assert!(!is_one_of("tr_test_", &[secret(None)], now));
        assert!(!is_one_of(text, &[], now));
    }
}
