// SPDX-License-Identifier: AGPL-3.0-or-later
//! The words of a PDF, as our own writer of PDF puts them. It reads nothing else: whatever it does not expect is an error, so that
//! a change of that writer cannot make a wrong file.

use std::borrow::Cow;
use std::ops::Range;

use crate::gather::DocumentError;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    DictionaryStart,
    DictionaryEnd,
    ArrayStart,
    ArrayEnd,
    Name,
    Text,
    Number,
    /// `true`, `R` and the like.
    Word,
}

/// A word and its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

/// The words of a text, one after the other.
pub(super) struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
}

/// A dictionary, by its keys (with their slash) in order.
pub(super) struct Dictionary<'a>(Vec<(&'a [u8], Cow<'a, [u8]>)>);

impl Token<'_> {
    /// The place after it.
    pub(super) fn end(&self) -> usize {
        self.at.saturating_add(self.bytes.len())
    }

    fn opens(&self) -> bool {
        matches!(self.kind, Kind::DictionaryStart | Kind::ArrayStart)
    }

    fn closes(&self) -> bool {
        matches!(self.kind, Kind::DictionaryEnd | Kind::ArrayEnd)
    }
}

impl<'a> Tokens<'a> {
    pub(super) fn of(text: &'a [u8]) -> Tokens<'a> {
        Tokens { text, at: 0 }
    }

    /// The next word, which has to be there.
    pub(super) fn word(&mut self) -> Result<Token<'a>, DocumentError> {
        self.next().unwrap_or_else(|| Err(unexpected("a word is missing")))
    }

    /// The next word, which has to be this one.
    pub(super) fn expect(&mut self, bytes: &[u8]) -> Result<(), DocumentError> {
        if self.word()?.bytes == bytes { Ok(()) } else { Err(unexpected("a word is not the expected one")) }
    }

    /// The next word, which has to be a number.
    pub(super) fn number(&mut self) -> Result<u32, DocumentError> {
        number(self.word()?.bytes)
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Result<Token<'a>, DocumentError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..)?;
        let blanks = rest.iter().take_while(|byte| is_blank(**byte)).count();
        let rest = rest.get(blanks..)?;
        let first = *rest.first()?;
        let at = self.at.saturating_add(blanks);
        let token = token(rest, first).and_then(|(kind, length)| Some(Token { kind, bytes: rest.get(..length)?, at }));
        // After what cannot be read there is nothing more to read.
        self.at = token.map_or(self.text.len(), |token| token.end());
        Some(token.ok_or_else(|| unexpected("a word is of no known kind")))
    }
}

/// What a text begins with, and how long that is.
fn token(text: &[u8], first: u8) -> Option<(Kind, usize)> {
    let run = |kind, part: fn(u8) -> bool| {
        let length = text.iter().skip(1).take_while(|byte| part(**byte)).count();
        Some((kind, length.saturating_add(1)))
    };
    match first {
        b'<' if text.starts_with(b"<<") => Some((Kind::DictionaryStart, 2)),
        b'>' if text.starts_with(b">>") => Some((Kind::DictionaryEnd, 2)),
        b'<' => {
            let digits = text.iter().skip(1).take_while(|byte| byte.is_ascii_hexdigit()).count();
            let length = digits.saturating_add(2);
            (text.get(length.saturating_sub(1)) == Some(&b'>')).then_some((Kind::Text, length))
        }
        b'(' => literal(text).map(|length| (Kind::Text, length)),
        b'[' => Some((Kind::ArrayStart, 1)),
        b']' => Some((Kind::ArrayEnd, 1)),
        b'/' => run(Kind::Name, is_regular),
        b'0'..=b'9' | b'+' | b'-' | b'.' => run(Kind::Number, |byte| byte.is_ascii_digit() || byte == b'.'),
        b'a'..=b'z' | b'A'..=b'Z' => run(Kind::Word, |byte| byte.is_ascii_alphabetic()),
        _ => None,
    }
}

/// How long a text in brackets is.
fn literal(text: &[u8]) -> Option<usize> {
    let (mut depth, mut escaped) = (0_usize, false);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth = depth.saturating_add(1),
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some(at.saturating_add(1));
        }
    }
    None
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r')
}

fn is_regular(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

/// Where the array or the dictionary ends with which a text begins.
pub(super) fn value_end(text: &[u8]) -> Result<usize, DocumentError> {
    let mut depth = 0_usize;
    for token in Tokens::of(text) {
        let token = token?;
        if token.opens() {
            depth = depth.saturating_add(1);
        } else if token.closes() {
            depth = depth.saturating_sub(1);
        }
        if depth == 0 {
            return if token.closes() { Ok(token.end()) } else { Err(unexpected("an object is no composite one")) };
        }
    }
    Err(unexpected("an object does not end"))
}

/// Where in a text objects are referred to, and which.
pub(super) fn references(text: &[u8]) -> Result<Vec<(Range<usize>, u32)>, DocumentError> {
    let mut found = Vec::new();
    let (mut older, mut newer): (Option<Token<'_>>, Option<Token<'_>>) = (None, None);
    for token in Tokens::of(text) {
        let token = token?;
        if token.kind == Kind::Word && token.bytes == b"R" {
            let pair = older.zip(newer).filter(|(_, generation)| generation.bytes == b"0");
            let (object, _) = pair.ok_or_else(|| unexpected("a reference is not of two numbers"))?;
            found.push((object.at..token.end(), number(object.bytes)?));
        }
        older = newer;
        newer = Some(token);
    }
    Ok(found)
}

/// A text in which every reference has the new number of its object. One to an object without a new number is an error.
pub(super) fn renumbered(text: &[u8], new: impl Fn(u32) -> Option<u32>) -> Result<Vec<u8>, DocumentError> {
    let mut out = Vec::with_capacity(text.len().saturating_add(text.len() / 4));
    let mut from = 0;
    for (place, old) in references(text)? {
        let number = new(old).ok_or_else(|| unexpected("an object refers to one that was left out"))?;
        out.extend_from_slice(text.get(from..place.start).unwrap_or_default());
        out.extend_from_slice(&reference_to(number));
        from = place.end;
    }
    out.extend_from_slice(text.get(from..).unwrap_or_default());
    Ok(out)
}

/// The values of an array or a dictionary.
fn values(text: &[u8], start: Kind) -> Result<Vec<&[u8]>, DocumentError> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let (mut depth, mut opened) = (0_usize, 0);
    for (place, token) in Tokens::of(text).enumerate() {
        let token = token?;
        if place == 0 && token.kind != start {
            return Err(unexpected("a value is of another kind"));
        }
        if token.closes() {
            depth = depth.saturating_sub(1);
        }
        match depth {
            1 if token.opens() => opened = token.at,
            1 if token.closes() => spans.push(opened..token.end()),
            1 if token.bytes == b"R" => {
                let object = spans.pop().and(spans.pop()).ok_or_else(|| unexpected("a reference is incomplete"))?;
                spans.push(object.start..token.end());
            }
            1 => spans.push(token.at..token.end()),
            0 if place > 0 && token.end() != text.len() => return Err(unexpected("something follows a value")),
            _ => {}
        }
        if token.opens() {
            depth = depth.saturating_add(1);
        }
    }
    if depth > 0 || text.is_empty() {
        return Err(unexpected("a value does not end"));
    }
    Ok(spans.into_iter().filter_map(|span| text.get(span)).collect())
}

/// The values of an array.
pub(super) fn array(text: &[u8]) -> Result<Vec<&[u8]>, DocumentError> {
    values(text, Kind::ArrayStart)
}

/// The objects that an array refers to; it must hold nothing else.
pub(super) fn referred(text: &[u8]) -> Result<Vec<u32>, DocumentError> {
    array(text)?.into_iter().map(reference).collect()
}

/// The object that a value refers to.
pub(super) fn reference(text: &[u8]) -> Result<u32, DocumentError> {
    let mut tokens = Tokens::of(text);
    let object = tokens.number()?;
    tokens.expect(b"0")?;
    tokens.expect(b"R")?;
    if tokens.next().is_some() { Err(unexpected("a reference is followed by something")) } else { Ok(object) }
}

/// A reference to an object.
pub(super) fn reference_to(number: u32) -> Vec<u8> {
    format!("{number} 0 R").into_bytes()
}

/// An array of references.
pub(super) fn references_to(numbers: impl IntoIterator<Item = u32>) -> Vec<u8> {
    let references: Vec<Vec<u8>> = numbers.into_iter().map(reference_to).collect();
    [b"[", references.join(&b' ').as_slice(), b"]"].concat()
}

/// A whole number.
pub(super) fn number(bytes: &[u8]) -> Result<u32, DocumentError> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    text.and_then(|text| text.parse().ok()).ok_or_else(|| unexpected("a number is not a whole one"))
}

impl<'a> Dictionary<'a> {
    pub(super) fn of(text: &'a [u8]) -> Result<Dictionary<'a>, DocumentError> {
        let values = values(text, Kind::DictionaryStart)?;
        let mut entries = Vec::with_capacity(values.len() / 2);
        let mut values = values.into_iter();
        while let Some(key) = values.next() {
            let value = values.next().filter(|_| key.starts_with(b"/"));
            entries.push((key, Cow::Borrowed(value.ok_or_else(|| unexpected("a key has no value"))?)));
        }
        Ok(Dictionary(entries))
    }

    /// One of those whose keys are all among these.
    pub(super) fn known(text: &'a [u8], keys: &[&[u8]]) -> Result<Dictionary<'a>, DocumentError> {
        let dictionary = Dictionary::of(text)?;
        if dictionary.0.iter().all(|(key, _)| keys.contains(key)) {
            Ok(dictionary)
        } else {
            Err(unexpected("a dictionary has an unknown key"))
        }
    }

    pub(super) fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.0.iter().find(|(other, _)| *other == key).map(|(_, value)| value.as_ref())
    }

    /// A value that has to be there.
    pub(super) fn value(&self, key: &[u8]) -> Result<&[u8], DocumentError> {
        self.get(key).ok_or_else(|| unexpected("a dictionary lacks a key"))
    }

    /// The same with this value, in the place of the one that it had.
    #[must_use]
    pub(super) fn with(mut self, key: &'a [u8], value: Vec<u8>) -> Dictionary<'a> {
        match self.0.iter_mut().find(|(other, _)| *other == key) {
            Some((_, held)) => *held = Cow::Owned(value),
            None => self.0.push((key, Cow::Owned(value))),
        }
        self
    }

    pub(super) fn written(&self) -> Vec<u8> {
        let mut out = b"<<".to_vec();
        for (key, value) in &self.0 {
            out.extend_from_slice(key);
            if value.first().is_some_and(|first| is_regular(*first)) {
                out.push(b' ');
            }
            out.extend_from_slice(value);
        }
        out.extend_from_slice(b">>");
        out
    }
}

/// Our writer of PDF wrote something that is not known here: a defect of ours.
pub(super) fn unexpected(what: &str) -> DocumentError {
    DocumentError::gathered(&format!("the PDF has another shape than expected: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &[u8]) -> Vec<u32> {
        references(text).unwrap().into_iter().map(|(_, number)| number).collect()
    }

    #[test]
    fn what_looks_like_a_reference_in_a_text_is_none() {
        assert_eq!(
            found(b"<</A(1 0 R)/B[2 0 R 3 0 R]/C(\\) 4 0 R)/D((5 0 R) 6 0 R)/E<3720302052>/F 8 0 R>>"),
            [2, 3, 8]
        );
        let new = renumbered(b"[1 0 R(1 0 R)/N1 0 11 0 R]", |old| Some(old + 1_000));
        assert_eq!(new.unwrap(), b"[1001 0 R(1 0 R)/N1 0 1011 0 R]");
    }

    #[test]
    fn a_reference_to_what_was_left_out_is_an_error() {
        assert!(renumbered(b"[1 0 R]", |_| None).is_err());
    }

    #[test]
    fn a_dictionary_has_its_values_by_their_keys() {
        let text = b"<</Type/Page/Parent 1 0 R/Box[0 0 1.5 -2]/In<</Parent 2 0 R>>/On true/Title(a \\(b)>>";
        let page = Dictionary::of(text).unwrap();
        assert_eq!(page.value(b"/Parent").unwrap(), b"1 0 R");
        assert_eq!(page.value(b"/Box").unwrap(), b"[0 0 1.5 -2]");
        assert_eq!(page.value(b"/In").unwrap(), b"<</Parent 2 0 R>>");
        assert_eq!(page.value(b"/Title").unwrap(), b"(a \\(b)");
        assert_eq!(page.written(), text);
        let turned = page.with(b"/Parent", reference_to(7)).with(b"/Next", reference_to(8));
        assert!(turned.written().starts_with(b"<</Type/Page/Parent 7 0 R/Box"));
        assert!(turned.written().ends_with(b"/Next 8 0 R>>"));
    }

    #[test]
    fn what_is_not_expected_is_an_error() {
        for text in [
            &b""[..],
            b"<<",
            b"<</A>>",
            b"<<1 2>>",
            b"<</A 1>> ",
            b"<</A 1>>2",
            b"<</A(>>",
            b"<</A<4g>>>",
            b"<</A 1 % remark\n>>",
            b"[1]",
        ] {
            assert!(Dictionary::of(text).is_err(), "{}", String::from_utf8_lossy(text));
        }
        for text in [&b"R"[..], b"1 R", b"1 1 R", b"-1 0 R", b"1.0 0 R", b"99999999999 0 R", b"/A 0 R", b"1 0 {R"] {
            assert!(references(text).is_err(), "{}", String::from_utf8_lossy(text));
        }
        assert!(Dictionary::known(b"<</A 1/B 2>>", &[b"/A"]).is_err());
        assert!(referred(b"[1 0 R 2]").is_err());
        assert!(reference(b"1 0 R 2").is_err());
        assert!(value_end(b"1 0 R").is_err());
    }
}
