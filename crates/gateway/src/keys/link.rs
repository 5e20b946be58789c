// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tokens in the public addresses of checkout sessions: the session's id and 128 bits of HMAC over it.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;
use tramite_domain::ids::SessionId;
use tramite_domain::mac::mac;
use tramite_domain::secret::Secret;
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::KeyError;
use super::set::SETTLE_SECONDS;

/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Bytes of the HMAC that stand in a token: 128 bits.
const MAC_BYTES: usize = 16;
/// Bytes of a session's id.
const ID_BYTES: usize = 16;
/// What the HMAC is taken for, so that the key could never vouch for anything else.
const CONTEXT: &[u8] = b"tramite session link v1";

/// A key of public addresses.
pub(super) struct LinkKey {
    pub(super) created_at: Instant,
    pub(super) secret: Secret<Vec<u8>>,
}

/// A new key.
pub(super) fn generate() -> Result<Secret<Vec<u8>>, KeyError> {
    let mut secret = vec![0; KEY_BYTES];
    SystemRandom::new().fill(&mut secret).map_err(|_| KeyError::Unusable)?;
    Ok(Secret::new(secret))
}

/// What vouches for a session in its address.
fn voucher(key: &LinkKey, session: Uuid) -> Option<[u8; MAC_BYTES]> {
    mac(key.secret.expose(), &[CONTEXT, session.as_bytes()]).first_chunk().copied()
}

/// The token of a session, by the newest key that every process knew when the session was made: a rotation changes no
/// address, and no address is made that another process would not open.
pub(super) fn token(keys: &[LinkKey], session: SessionId) -> Option<String> {
    let made_at = made_at(session);
    let settled = |key: &&LinkKey| made_at.is_some_and(|at| at.seconds_since(key.created_at) >= SETTLE_SECONDS);
    let older = keys.iter().filter(settled).max_by_key(|key| key.created_at);
    let key = older.or_else(|| keys.iter().min_by_key(|key| key.created_at))?;
    let mut bytes = session.uuid().as_bytes().to_vec();
    bytes.extend(voucher(key, session.uuid())?);
    Some(BASE64URL_NOPAD.encode(&bytes))
}

/// When a session was made: its id says so, to the millisecond.
fn made_at(session: SessionId) -> Option<Instant> {
    let (seconds, nanoseconds) = session.uuid().get_timestamp()?.to_unix();
    let datetime = chrono::DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanoseconds)?;
    Some(Instant::new(datetime))
}

/// What vouches for these parts, each of a fixed length, under a context of the caller's own.
pub(super) fn vouch(key: &LinkKey, context: &[u8], parts: &[&[u8]]) -> Option<[u8; MAC_BYTES]> {
    let all: Vec<&[u8]> = std::iter::once(context).chain(parts.iter().copied()).collect();
    mac(key.secret.expose(), &all).first_chunk().copied()
}

/// The key that vouches now: the newest that every process knows, else the oldest.
pub(super) fn vouching(keys: &[LinkKey], now: Instant) -> Option<&LinkKey> {
    let settled = keys.iter().filter(|key| now.seconds_since(key.created_at) >= SETTLE_SECONDS);
    settled.max_by_key(|key| key.created_at).or_else(|| keys.iter().min_by_key(|key| key.created_at))
}

/// Whether one of the keys vouched for these parts; compared in constant time.
pub(super) fn is_vouched(keys: &[LinkKey], context: &[u8], parts: &[&[u8]], given: &[u8]) -> bool {
    let mut ours = subtle::Choice::from(0);
    for voucher in keys.iter().filter_map(|key| vouch(key, context, parts)) {
        ours |= voucher.as_slice().ct_eq(given);
    }
    bool::from(ours)
}

/// Whether a text has the form of a token, whoever made it.
pub(super) fn has_form(token: &str) -> bool {
    BASE64URL_NOPAD.decode(token.as_bytes()).is_ok_and(|bytes| bytes.len() == ID_BYTES + MAC_BYTES)
}

/// The session of a token, if one of the keys made it.
pub(super) fn session_of(keys: &[LinkKey], token: &str) -> Option<SessionId> {
    let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
    let (id, given) = bytes.split_at_checked(ID_BYTES)?;
    let session = Uuid::from_slice(id).ok()?;
    let mut ours = subtle::Choice::from(0);
    for key in keys {
        ours |= voucher(key, session)?.as_slice().ct_eq(given);
    }
    bool::from(ours).then(|| SessionId::new(session))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(created_at: &str, byte: u8) -> LinkKey {
        LinkKey { created_at: created_at.parse().unwrap(), secret: Secret::new(vec![byte; KEY_BYTES]) }
    }

    /// 2025-07-25T19:34:12Z in its first 48 bits.
    const SESSION: &str = "01984314-2d00-7b7e-8d0b-3f1f5a6c2e01";

    #[test]
    fn a_token_is_the_same_each_time_and_leads_back_to_its_session() {
        let session: SessionId = SESSION.parse().unwrap();
        let keys = [key("2025-01-01T00:00:00Z", 1)];
        let made = token(&keys, session).unwrap();
        assert_eq!(made.len(), 43);
        assert_eq!(token(&keys, session).unwrap(), made);
        assert_eq!(session_of(&keys, &made), Some(session));
    }

    #[test]
    fn a_new_key_changes_no_address_and_makes_none_for_older_sessions() {
        let session: SessionId = SESSION.parse().unwrap();
        let (old, new) = (key("2025-01-01T00:00:00Z", 1), key("2026-01-01T00:00:00Z", 2));
        let made = token(&[key("2025-01-01T00:00:00Z", 1)], session).unwrap();
        assert_eq!(token(&[old, new], session).unwrap(), made);
    }

    #[test]
    fn a_new_key_makes_addresses_only_once_every_process_knows_it() {
        let session: SessionId = SESSION.parse().unwrap();
        let with = |new: &str| token(&[key("2025-01-01T00:00:00Z", 1), key(new, 2)], session).unwrap();
        let old = token(&[key("2025-01-01T00:00:00Z", 1)], session).unwrap();
        assert_eq!(with("2025-07-25T19:34:00Z"), old, "twelve seconds old");
        assert_ne!(with("2025-07-25T19:20:00Z"), old, "fourteen minutes old");
    }

    #[test]
    fn a_token_that_was_changed_in_any_place_leads_nowhere() {
        let keys = [key("2025-01-01T00:00:00Z", 1)];
        let made = token(&keys, SESSION.parse().unwrap()).unwrap();
        for at in 0..made.len() {
            let mut bytes = made.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(session_of(&keys, &String::from_utf8(bytes).unwrap()), None, "{at}");
        }
        for wrong in ["", "a", "à", made.get(..42).unwrap(), &format!("{made}AAAA")] {
            assert_eq!(session_of(&keys, wrong), None);
        }
        assert_eq!(session_of(&[key("2025-01-01T00:00:00Z", 2)], &made), None);
    }
}
