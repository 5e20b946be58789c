// SPDX-License-Identifier: AGPL-3.0-or-later
//! Numbers in an order nobody can guess: the sequence of an institution through a keyed permutation (rules.md 1).
//!
//! Whoever holds one notice must learn neither the next one nor how many were issued, and no number may come
//! twice. A permutation of the range gives both without remembering anything but the key.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Base13, LocalRange};

/// Length of the key, in bytes.
pub const PERMUTATION_KEY_BYTES: usize = 32;

/// Rounds of the Feistel network. Four make a strong permutation in theory; over domains as small as ours
/// published attacks reach eight, and NIST's FF1 (SP 800-38G) uses ten.
const ROUNDS: u8 = 10;

/// Each half of a block needs a bit.
const DOMAIN_BITS_MIN: u32 = 2;

/// SHA-256 works on blocks of 64 bytes; HMAC pads a shorter key with zeros.
const HMAC_BLOCK_BYTES: usize = 64;

/// A permutation of a [`LocalRange`] fixed by a key: sequence number in, base out.
#[derive(Clone)]
pub struct PermutedRange {
    range: LocalRange,
    keyed: Hmac<Sha256>,
    left_bits: u32,
    right_bits: u32,
}

impl PermutedRange {
    /// The permutation of that range under that key. Another range under the same key is unrelated.
    #[must_use]
    pub fn new(range: LocalRange, key: &[u8; PERMUTATION_KEY_BYTES]) -> PermutedRange {
        let mut block = [0_u8; HMAC_BLOCK_BYTES];
        block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
        let mut keyed = Hmac::<Sha256>::new(&block.into());
        keyed.update(&range.from().value().to_be_bytes());
        keyed.update(&range.to().value().to_be_bytes());
        let largest = range.size() - 1;
        let bits = (u64::BITS - largest.leading_zeros()).max(DOMAIN_BITS_MIN);
        PermutedRange { range, keyed, left_bits: bits / 2, right_bits: bits - bits / 2 }
    }

    /// The base at that place of the sequence (0 is the first); `None` once the range is used up.
    #[must_use]
    pub fn permute(&self, sequence: u64) -> Option<Base13> {
        let size = self.range.size();
        if sequence >= size {
            return None;
        }
        // Cycle walking: the network permutes the next power of two, so results beyond the range go through it
        // again. The walk ends because a cycle that began inside the range comes back into it; as the range is
        // more than half of the domain, it takes fewer than two steps on average.
        let mut offset = self.encrypt(sequence);
        while offset >= size {
            offset = self.encrypt(offset);
        }
        Base13::new(self.range.from().value() + offset)
    }

    /// The place in the sequence of a base: the way back of [`PermutedRange::permute`]; `None` outside of the range.
    #[must_use]
    pub fn sequence_of(&self, base: Base13) -> Option<u64> {
        if !self.range.contains(base) {
            return None;
        }
        // The same cycle, walked the other way round, until it is inside of the range again.
        let mut offset = self.decrypt(base.value() - self.range.from().value());
        while offset >= self.range.size() {
            offset = self.decrypt(offset);
        }
        Some(offset)
    }

    /// One pass of the network.
    fn encrypt(&self, block: u64) -> u64 {
        self.pass(block, 0..ROUNDS)
    }

    /// The pass backwards: each round undoes itself.
    fn decrypt(&self, block: u64) -> u64 {
        self.pass(block, (0..ROUNDS).rev())
    }

    /// The halves may differ by a bit: each round changes one by a function of the other.
    fn pass(&self, block: u64, rounds: impl Iterator<Item = u8>) -> u64 {
        let mut left = block >> self.right_bits;
        let mut right = block & mask(self.right_bits);
        for round in rounds {
            if round % 2 == 0 {
                left ^= self.scramble(round, right) & mask(self.left_bits);
            } else {
                right ^= self.scramble(round, left) & mask(self.right_bits);
            }
        }
        (left << self.right_bits) | right
    }

    /// The round function: 64 bits of HMAC-SHA-256 over range, round and half.
    fn scramble(&self, round: u8, half: u64) -> u64 {
        let mut keyed = self.keyed.clone();
        keyed.update(&[round]);
        keyed.update(&half.to_be_bytes());
        let code: [u8; 32] = keyed.finalize().into_bytes().into();
        let [a, b, c, d, e, f, g, h, ..] = code;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

const fn mask(bits: u32) -> u64 {
    (1_u64 << bits) - 1
}

impl fmt::Debug for PermutedRange {
    /// Shows the range and never the key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PermutedRange").field("range", &self.range).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const KEY: [u8; PERMUTATION_KEY_BYTES] = [7; PERMUTATION_KEY_BYTES];

    fn all(range: LocalRange, key: &[u8; PERMUTATION_KEY_BYTES]) -> Vec<u64> {
        let permuted = PermutedRange::new(range, key);
        let bases = (0..range.size()).map(|sequence| permuted.permute(sequence).unwrap().value()).collect();
        assert!(
            (0..range.size())
                .all(|sequence| permuted.sequence_of(permuted.permute(sequence).unwrap()) == Some(sequence))
        );
        assert_eq!(permuted.sequence_of(Base13::new(range.to().value() + 1).unwrap()), None);
        assert_eq!(permuted.permute(range.size()), None);
        assert_eq!(permuted.permute(u64::MAX), None);
        bases
    }

    #[test]
    fn every_small_range_is_used_up_without_a_repetition() {
        for size in (1..=40).chain([63, 64, 65, 257]) {
            let range = LocalRange::new(1_000, 1_000 + size - 1).unwrap();
            let bases = all(range, &KEY);
            let distinct: BTreeSet<u64> = bases.iter().copied().collect();
            assert_eq!(distinct, (1_000..1_000 + size).collect::<BTreeSet<_>>(), "size {size}");
        }
    }

    #[test]
    fn another_key_or_another_range_gives_another_order() {
        let range = LocalRange::new(0, 255).unwrap();
        let mine = all(range, &KEY);
        assert_ne!(mine, all(range, &[8; PERMUTATION_KEY_BYTES]));
        let shifted: Vec<u64> = all(LocalRange::new(1, 256).unwrap(), &KEY).iter().map(|base| base - 1).collect();
        assert_ne!(mine, shifted);
        assert_eq!(mine, all(range, &KEY));
        assert!(mine.windows(2).filter(|pair| pair[0] + 1 == pair[1]).count() < 10);
    }

    #[test]
    fn the_order_of_an_issued_range_never_changes() {
        // These very numbers are on paper already: a change of the network would give some of them again.
        let permuted = PermutedRange::new(LocalRange::DEFAULT, &KEY);
        let first: Vec<u64> = (0..4).map(|sequence| permuted.permute(sequence).unwrap().value()).collect();
        assert_eq!(first, FIRST_OF_DEFAULT_RANGE);
        assert_eq!(permuted.permute(4_999_999_999_999).map(|base| LocalRange::DEFAULT.contains(base)), Some(true));
        assert_eq!(permuted.permute(5_000_000_000_000), None);
    }

    #[test]
    fn the_key_is_never_printed() {
        let printed = format!("{:?}", PermutedRange::new(LocalRange::DEFAULT, &KEY));
        assert!(printed.contains("5000000000000") && !printed.contains("7, 7"));
    }

    const FIRST_OF_DEFAULT_RANGE: [u64; 4] =
        [8_542_436_006_896, 5_107_315_689_736, 5_073_058_621_491, 5_312_252_758_282];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_number_of_the_sequence_lies_in_its_range(from in 0..=Base13::MAX, length in 0..=Base13::MAX, at in 0..=Base13::MAX, key in any::<[u8; 32]>()) {
            let range = LocalRange::new(from, from.saturating_add(length).min(Base13::MAX)).unwrap();
            let permuted = PermutedRange::new(range, &key);
            let (one, two) = (at % range.size(), (at / 2) % range.size());
            let base = permuted.permute(one).unwrap();
            prop_assert!(range.contains(base));
            prop_assert_eq!(one == two, permuted.permute(two) == Some(base));
            prop_assert_eq!(permuted.sequence_of(base), Some(one));
        }
    }
}
