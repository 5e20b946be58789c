// SPDX-License-Identifier: AGPL-3.0-or-later
//! A small random source (SplitMix64): the same seed gives the same run on every machine.

/// The source.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The one of that seed.
    #[must_use]
    pub const fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    /// A number below `limit`, which is above zero.
    ///
    /// # Panics
    /// Where the limit is zero.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).expect("sixty-four bits");
        usize::try_from(self.number() % limit).expect("it is below a number of that size")
    }

    /// Whether something happens that does so often.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of a list that is not empty.
    ///
    /// # Panics
    /// Where it is.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// Text of up to `chars_max` characters, at least one that prints, with everything XML has to escape.
    pub fn text(&mut self, chars_max: usize) -> String {
        const LETTERS: &[char] = &[
            'a', 'Z', '7', ' ', 'à', 'È', '€', 'ß', '<', '>', '&', '"', '\'', ']', '/', '😀', '\u{301}', '-', '.', ';',
            '#', '\u{fffd}',
        ];
        let length = 1 + self.below(chars_max);
        let text: String = (0..length).map(|_| *self.pick(LETTERS)).collect();
        let text = text.trim().to_owned();
        if text.is_empty() { "x".to_owned() } else { text }
    }

    /// As [`Random::text`], with what no message may hold: to be cut and cleaned by the writer.
    pub fn hostile_text(&mut self, chars_max: usize) -> String {
        const EVIL: &[&str] =
            &["", "\u{0}", "\u{b}", "\r\n", "\t", "]]>", "<!DOCTYPE x>", "&#0;", "\u{ffff}", "\u{85}", "   ", "-->"];
        let mut text = String::new();
        for _ in 0..self.below(4) {
            let evil: &&str = self.pick(EVIL);
            text.push_str(evil);
            text.push_str(&self.text(chars_max * 2));
        }
        let evil: &&str = self.pick(EVIL);
        text.push_str(evil);
        text
    }

    /// That many decimal digits.
    ///
    /// # Panics
    /// Never: a digit is a byte.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + u8::try_from(self.below(10)).expect("a digit"))).collect()
    }

    /// Something, or nothing.
    pub fn maybe<T>(&mut self, value: impl FnOnce(&mut Random) -> T) -> Option<T> {
        if self.chance(60) { Some(value(self)) } else { None }
    }
}
