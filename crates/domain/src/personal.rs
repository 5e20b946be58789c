// SPDX-License-Identifier: AGPL-3.0-or-later
//! Personal data as a type: it cannot reach a log by being printed.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::OnceLock;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// What stands in the place of personal data wherever it is printed.
pub const HIDDEN: &str = "***";

/// How many bytes of the keyed hash are printed: enough to follow one person through a log, too few to count on.
const SHOWN_BYTES: usize = 4;

/// A value about a person. `Debug` and `Display` show [`HIDDEN`] and a few digits of a hash under a key that only the
/// running process knows: the same value prints the same until it stops, and nobody can try values out on a log.
/// Reading the value is an explicit word in the code.
///
/// It is stored and sent as the value itself: serde is for the database and for the answers to those who may
/// see it, never for logs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Marks a value as personal.
    pub const fn new(value: T) -> Personal<T> {
        Personal(value)
    }

    /// The value, for those who may see it.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself, giving up the protection.
    pub fn into_exposed(self) -> T {
        self.0
    }

    /// Transforms the value without exposing it.
    pub fn map<U>(self, transform: impl FnOnce(T) -> U) -> Personal<U> {
        Personal(transform(self.0))
    }
}

impl<T> From<T> for Personal<T> {
    fn from(value: T) -> Personal<T> {
        Personal(value)
    }
}

impl<T: Hash> fmt::Debug for Personal<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hidden(&self.0, formatter)
    }
}

impl<T: Hash> fmt::Display for Personal<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hidden(&self.0, formatter)
    }
}

fn write_hidden(value: &impl Hash, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    formatter.write_str(HIDDEN)?;
    let Ok(code) = Hmac::<Sha256>::new_from_slice(key()) else { return Ok(()) };
    let mut digest = Digest(code);
    value.hash(&mut digest);
    for byte in digest.0.finalize().into_bytes().iter().take(SHOWN_BYTES) {
        write!(formatter, "{byte:02x}")?;
    }
    Ok(())
}

/// The key of this process, never written anywhere. The standard library takes its own seed from the system.
fn key() -> &'static [u8] {
    static KEY: OnceLock<Vec<u8>> = OnceLock::new();
    KEY.get_or_init(|| {
        let seed = RandomState::new();
        (0_u8..4).flat_map(|part| seed.hash_one(part).to_be_bytes()).collect()
    })
}

/// Feeds what a value hashes into the keyed digest.
struct Digest(Hmac<Sha256>);

impl Hasher for Digest {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Nobody asks: the whole digest is taken instead.
    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_stored_but_never_printed() {
        let name = Personal::new(String::from("Mario Rossi"));
        let printed = format!("{name}");
        assert_eq!(printed.len(), HIDDEN.len() + 2 * SHOWN_BYTES);
        for other in [format!("{name:?}"), format!("{name:#?}"), Personal::new("Mario Rossi").to_string()] {
            assert_eq!(other, printed, "the same person prints the same");
        }
        assert_ne!(Personal::new("Maria Rossi").to_string(), printed);
        assert!(printed.starts_with(HIDDEN) && !printed.contains("Rossi"));
        let json = serde_json::to_string(&name).unwrap();
        assert_eq!(json, "\"Mario Rossi\"");
        assert_eq!(serde_json::from_str::<Personal<String>>(&json).unwrap(), name);
        assert_eq!(name.clone().map(|text| text.len()).into_exposed(), 11);
        assert_eq!(name.expose(), "Mario Rossi");
    }
}
