// SPDX-License-Identifier: AGPL-3.0-or-later
//! Short codes of fixed length: copied like numbers, shown like texts.

/// Exactly `N` ASCII characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Ascii<const N: usize>([u8; N]);

impl<const N: usize> Ascii<N> {
    /// A code known at compile time; every byte must be ASCII.
    pub(crate) const fn known(bytes: [u8; N]) -> Ascii<N> {
        assert!(bytes.is_ascii(), "the code is ASCII");
        Ascii(bytes)
    }

    /// The code, if it is `N` ASCII characters.
    pub(crate) fn new(text: &str) -> Option<Ascii<N>> {
        let bytes: [u8; N] = text.as_bytes().try_into().ok()?;
        bytes.is_ascii().then_some(Ascii(bytes))
    }

    /// The code, if it is `N` decimal digits.
    pub(crate) fn digits(text: &str) -> Option<Ascii<N>> {
        Ascii::new(text).filter(|code| code.0.iter().all(u8::is_ascii_digit))
    }

    pub(crate) fn as_str(&self) -> &str {
        // The bytes are ASCII by construction, so this is always the text itself.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The number written by decimal digits; other bytes count as their distance from `0`. At most 19 digits fit.
pub(crate) fn number(digits: &str) -> u64 {
    digits.bytes().fold(0_u64, |value, byte| value.wrapping_mul(10).wrapping_add(u64::from(byte.wrapping_sub(b'0'))))
}
