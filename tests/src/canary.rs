// SPDX-License-Identifier: AGPL-3.0-or-later
//! Canaries: values that stand for a secret or for somebody's data, looked for in whatever a test has gathered, as they
//! are and in the encodings in which they may hide.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::NO_PAD;
use data_encoding::HEXLOWER;

/// Shorter values would be found where they do not stand.
const BYTES_MIN: usize = 8;

/// A value that must not be found, or not just anywhere.
#[derive(Debug)]
struct Canary {
    name: String,
    /// Looked for in any case: the value itself, percent-encoded, hexadecimal.
    folded: Vec<String>,
    /// Looked for as they are: base64 from each of the three bits at which it can begin, in both alphabets.
    exact: Vec<String>,
    /// Looked for as bytes; empty where the value is a text.
    raw: Vec<u8>,
}

/// Values that are looked for together.
#[derive(Debug, Default)]
pub struct Canaries(Vec<Canary>);

impl Canaries {
    /// One more value.
    ///
    /// # Panics
    /// When it is too short to be told from anything else, or not ASCII.
    pub fn add(&mut self, name: &str, value: &str) {
        assert!(value.len() >= BYTES_MIN && value.is_ascii(), "{name} is no canary");
        let mut folded: Vec<String> =
            [value.to_owned(), percent(value), percent(value).replace("%20", "+"), HEXLOWER.encode(value.as_bytes())]
                .map(|form| form.to_ascii_lowercase())
                .into();
        folded.sort_unstable();
        folded.dedup();
        self.0.push(Canary { name: name.to_owned(), folded, exact: in_base64(value.as_bytes()), raw: Vec::new() });
    }

    /// One more value that is no text, such as a key: looked for as it is, hexadecimal, in base64, and as a list of numbers.
    ///
    /// # Panics
    /// When it is too short to be told from anything else.
    pub fn add_bytes(&mut self, name: &str, value: &[u8]) {
        assert!(value.len() >= BYTES_MIN, "{name} is no canary");
        let numbers = format!("{value:?}");
        let folded = vec![
            HEXLOWER.encode(value),
            numbers.trim_matches(['[', ']']).to_owned(),
            numbers.replace([' ', '[', ']'], ""),
        ];
        self.0.push(Canary { name: name.to_owned(), folded, exact: in_base64(value), raw: value.to_vec() });
    }

    /// A signed token: as a whole, and its signature, without which it is worth nothing.
    ///
    /// # Panics
    /// When it has no three parts.
    pub fn add_token(&mut self, name: &str, token: &str) {
        let (_, signature) = token.rsplit_once('.').expect("a token has parts");
        self.add(name, token);
        self.add(&format!("{name} (signature)"), signature);
    }

    /// The names of those that stand in a text, in whatever form.
    #[must_use]
    pub fn within(&self, hay: &[u8]) -> BTreeSet<String> {
        let text = String::from_utf8_lossy(hay);
        let folded = text.to_ascii_lowercase();
        let stands = |canary: &&Canary| {
            canary.folded.iter().any(|form| folded.contains(form))
                || canary.exact.iter().any(|form| text.contains(form))
                || (!canary.raw.is_empty() && hay.windows(canary.raw.len()).any(|bytes| bytes == canary.raw))
        };
        self.0.iter().filter(stands).map(|canary| canary.name.clone()).collect()
    }

    /// Fails where one of them stands in a text.
    ///
    /// # Panics
    /// When one does.
    pub fn none_within(&self, place: &str, hay: &[u8]) {
        let found = self.within(hay);
        assert!(found.is_empty(), "{place} holds {found:?}");
    }
}

/// Percent-encoded, but for what is never encoded (RFC 3986, 2.3).
fn percent(value: &str) -> String {
    value.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing into a text does not fail");
        }
        encoded
    })
}

/// A value's base64 in both alphabets, wherever it begins.
fn in_base64(value: &[u8]) -> Vec<String> {
    let mut forms: Vec<String> =
        [STANDARD, URL_SAFE].iter().flat_map(|alphabet| (0..3).map(|shift| inner(alphabet, shift, value))).collect();
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// The part of a value's base64 that does not depend on what stands around it, where `shift` bytes stand before it.
fn inner(alphabet: &base64::alphabet::Alphabet, shift: usize, value: &[u8]) -> String {
    let around = [&vec![0; shift], value].concat();
    let encoded = GeneralPurpose::new(alphabet, NO_PAD).encode(&around);
    let (from, to) = ((shift * 8).div_ceil(6), around.len() * 8 / 6);
    encoded.chars().skip(from).take(to - from).collect()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    #[test]
    fn a_canary_is_found_in_every_form() {
        let value = "a canary/0123+?";
        let mut canaries = Canaries::default();
        canaries.add("it", value);
        let around = |before: &str| format!("{before}{value}:and more");
        let hays = [
            format!("…{value}…"),
            "x=A%20canary%2f0123%2B%3F&y".to_owned(),
            "x=a+canary%2F0123%2B%3F".to_owned(),
            format!("\\x{}", HEXLOWER.encode(value.as_bytes()).to_ascii_uppercase()),
            STANDARD.encode(around("")),
            STANDARD.encode(around("b")),
            URL_SAFE_NO_PAD.encode(around("bc")),
        ];
        for hay in hays {
            assert_eq!(canaries.within(hay.as_bytes()).len(), 1, "{hay}");
        }
        for hay in ["a canary/0123", "", "a canary 0123+?"] {
            canaries.none_within("a text without it", hay.as_bytes());
        }
    }

    #[test]
    fn bytes_are_found_in_every_form() {
        let value = [0x9f, 0, 0xff, 0x41, 0xc3, 0x28, 0x7e, 0xfb, 0x80];
        let mut canaries = Canaries::default();
        canaries.add_bytes("it", &value);
        let around = [b"b".as_slice(), &value, b"c"].concat();
        let hays = [
            around.clone(),
            HEXLOWER.encode(&around).into_bytes(),
            HEXLOWER.encode(&around).to_ascii_uppercase().into_bytes(),
            STANDARD.encode(value).into_bytes(),
            STANDARD.encode(&around).into_bytes(),
            URL_SAFE_NO_PAD.encode(&around).into_bytes(),
            format!("key: {around:?}").into_bytes(),
            format!("{around:?}").replace(' ', "").into_bytes(),
        ];
        for hay in hays {
            assert_eq!(canaries.within(&hay).len(), 1, "{}", String::from_utf8_lossy(&hay));
        }
        canaries.none_within("a part of it", &value[1..]);
        canaries.none_within("a text", String::from_utf8_lossy(&value).as_bytes());
    }
}
