// SPDX-License-Identifier: AGPL-3.0-or-later
//! A reader of merged PDFs that goes by the table at their end, as viewers do, and knows nothing of how they were made.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::ZlibDecoder;

/// A file: the values of all objects, and what those hold that are streams.
pub(crate) struct Pdf {
    values: BTreeMap<u32, String>,
    streams: BTreeMap<u32, Vec<u8>>,
    root: u32,
}

impl Pdf {
    pub(crate) fn read(bytes: &[u8]) -> Pdf {
        let end = String::from_utf8_lossy(&bytes[bytes.len() - 40..]).into_owned();
        let at: usize = end.split("startxref\n").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
        let (own, value, stream) = object(bytes, at);
        let rows = rows(&inflated(stream.unwrap()));
        assert_eq!(rows.len(), usize::try_from(number(&value, "/Size")).unwrap());
        assert!(value.contains("/W[1 5 2]") && value.contains("/Predictor 12/Columns 8"), "{value}");
        let mut pdf = Pdf { values: BTreeMap::new(), streams: BTreeMap::new(), root: number(&value, "/Root") };
        let numbered = || rows.iter().zip(0..);
        for ((kind, place, _), number) in numbered() {
            match kind {
                0 => assert_eq!(number, 0, "only the first object is none"),
                1 => {
                    let (told, value, stream) = object(bytes, usize::try_from(*place).unwrap());
                    assert_eq!(told, number);
                    pdf.values.insert(number, value.clone());
                    let plain =
                        |stream| if value.contains("/FlateDecode") { inflated(stream) } else { stream.to_vec() };
                    if let Some(stream) = stream.filter(|_| number != own) {
                        pdf.streams.insert(number, plain(stream));
                    }
                }
                _ => {}
            }
        }
        for ((kind, pack, within), number) in numbered() {
            if *kind == 2 {
                let value = pdf.packed(u32::try_from(*pack).unwrap(), usize::from(*within), number);
                pdf.values.insert(number, value);
            }
        }
        pdf
    }

    fn packed(&self, pack: u32, within: usize, wanted: u32) -> String {
        let first = usize::try_from(number(self.value(pack), "/First")).unwrap();
        let (table, text) = self.streams[&pack].split_at(first);
        let table: Vec<usize> =
            std::str::from_utf8(table).unwrap().split(' ').filter_map(|word| word.parse().ok()).collect();
        assert_eq!(table.len() / 2, usize::try_from(number(self.value(pack), "/N")).unwrap());
        assert_eq!(table[within * 2], usize::try_from(wanted).unwrap());
        let end = table.get(within * 2 + 3).copied().unwrap_or(text.len());
        String::from_utf8(text[table[within * 2 + 1]..end].to_vec()).unwrap()
    }

    pub(crate) fn value(&self, number: u32) -> &str {
        &self.values[&number]
    }

    pub(crate) fn stream(&self, number: u32) -> &[u8] {
        &self.streams[&number]
    }

    pub(crate) fn catalog(&self) -> &str {
        self.value(self.root)
    }

    /// Every object, and those that it refers to.
    pub(crate) fn references(&self) -> impl Iterator<Item = (u32, Vec<u32>)> {
        self.values.iter().map(|(number, value)| (*number, references(value)))
    }

    pub(crate) fn has(&self, number: u32) -> bool {
        self.values.contains_key(&number)
    }

    /// The pages, in order; each node has to count what is below it.
    pub(crate) fn pages(&self) -> Vec<u32> {
        self.pages_of(number(self.catalog(), "/Pages"))
    }

    fn pages_of(&self, node: u32) -> Vec<u32> {
        let value = self.value(node);
        if !value.contains("/Type/Pages") {
            return vec![node];
        }
        let kids = references(list(value, "/Kids"));
        for kid in &kids {
            assert_eq!(number(self.value(*kid), "/Parent"), node);
        }
        let pages: Vec<u32> = kids.into_iter().flat_map(|kid| self.pages_of(kid)).collect();
        assert_eq!(pages.len(), usize::try_from(number(value, "/Count")).unwrap());
        pages
    }

    /// What is written on a page, without blanks.
    pub(crate) fn text(&self, page: u32) -> String {
        let page = self.value(page);
        let resources = self.value(number(page, "/Resources"));
        let fonts = resources.split("/Font<<").nth(1).unwrap().split(">>").next().unwrap();
        let (mut text, mut letters) = (String::new(), BTreeMap::<u16, String>::new());
        let mut codes: Vec<u8> = Vec::new();
        let mut rest = self.stream(number(page, "/Contents"));
        while let Some(first) = rest.first() {
            match first {
                b'(' => rest = literal(&rest[1..], &mut codes),
                b'[' => (codes, rest) = (Vec::new(), &rest[1..]),
                b'<' if rest.starts_with(b"<<") => rest = &rest[2..],
                b'<' => {
                    let hex = std::str::from_utf8(rest[1..].split(|byte| *byte == b'>').next().unwrap()).unwrap();
                    codes
                        .extend((0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap()));
                    rest = &rest[hex.len() + 2..];
                }
                b'T' if rest.starts_with(b"TJ") || rest.starts_with(b"Tj") => {
                    let mut letter = |code: &[u8]| text.push_str(&letters[&u16::from_be_bytes([code[0], code[1]])]);
                    codes.chunks(2).for_each(&mut letter);
                    rest = &rest[2..];
                }
                b'/' if rest.starts_with(b"/f") => {
                    let font = String::from_utf8(rest.split(|byte| *byte == b' ').next().unwrap().to_vec()).unwrap();
                    letters = self.letters(number(fonts, &font));
                    rest = &rest[font.len()..];
                }
                _ => rest = &rest[1..],
            }
        }
        text.chars().filter(|character| !character.is_whitespace()).collect()
    }

    /// The letters of a font, by their codes.
    fn letters(&self, font: u32) -> BTreeMap<u16, String> {
        let map = String::from_utf8_lossy(self.stream(number(self.value(font), "/ToUnicode"))).into_owned();
        let pairs = map.lines().filter_map(|line| line.strip_prefix('<')?.strip_suffix('>')?.split_once("> <"));
        let pairs = pairs.filter(|(code, _)| code.len() == 4);
        pairs.map(|(code, letter)| (u16::from_str_radix(code, 16).unwrap(), utf16(letter))).collect()
    }

    /// The entries of the outline: how deep each is, what it is called and which page it is for. What it says of its neighbours
    /// has to be so.
    pub(crate) fn outline(&self) -> Vec<(usize, String, u32)> {
        let root = number(self.catalog(), "/Outlines");
        let listed = self.entries(root, 0);
        let first = listed.iter().filter(|(depth, ..)| *depth == 0).count();
        assert_eq!(first, usize::try_from(number(self.value(root), "/Count")).unwrap());
        listed
    }

    fn entries(&self, parent: u32, depth: usize) -> Vec<(usize, String, u32)> {
        let (mut all, mut before) = (Vec::new(), None);
        let mut next = maybe(self.value(parent), "/First");
        while let Some(entry) = next {
            let value = self.value(entry);
            assert_eq!(number(value, "/Parent"), parent);
            assert_eq!(maybe(value, "/Prev"), before);
            let page = references(self.value(number(value, "/Dest")))[0];
            all.push((depth, title(value), page));
            all.extend(self.entries(entry, depth + 1));
            before = Some(entry);
            next = maybe(value, "/Next");
        }
        assert_eq!(maybe(self.value(parent), "/Last"), before);
        all
    }

    /// The tags from one on, each with how deep it is; each says which one it is in.
    pub(crate) fn tags(&self) -> Vec<(usize, String)> {
        let root = number(self.catalog(), "/StructTreeRoot");
        references(list(self.value(root), "/K")).into_iter().flat_map(|tag| self.tags_of(tag, root, 0)).collect()
    }

    fn tags_of(&self, tag: u32, parent: u32, depth: usize) -> Vec<(usize, String)> {
        let value = self.value(tag);
        assert_eq!(number(value, "/P"), parent, "{value}");
        let mut all =
            vec![(depth, value.split("/S/").nth(1).unwrap().split(['/', ' ', '>']).next().unwrap().to_owned())];
        for kid in references(list(value, "/K")).into_iter().filter(|kid| self.value(*kid).contains("/StructElem")) {
            all.extend(self.tags_of(kid, tag, depth + 1));
        }
        all
    }

    /// The lists of tags by pages, by the keys of the pages.
    pub(crate) fn parents(&self) -> BTreeMap<u32, Vec<u32>> {
        let tree = self.value(number(self.value(number(self.catalog(), "/StructTreeRoot")), "/ParentTree"));
        let mut all = BTreeMap::new();
        for leaf in references(list(tree, "/Kids")) {
            let value = self.value(leaf);
            let limits: Vec<u32> = list(value, "/Limits").split(' ').map(|word| word.parse().unwrap()).collect();
            let words: Vec<u32> = list(value, "/Nums").split(' ').filter_map(|word| word.parse().ok()).collect();
            let keys: Vec<u32> = words.chunks(3).map(|chunk| chunk[0]).collect();
            assert_eq!(limits, [keys[0], keys[keys.len() - 1]]);
            for chunk in words.chunks(3) {
                assert!(all.insert(chunk[0], references(self.value(chunk[1]))).is_none(), "a key is there twice");
            }
        }
        all
    }
}

/// The object at a place: its number, its value and its stream.
fn object(bytes: &[u8], at: usize) -> (u32, String, Option<&[u8]>) {
    let rest = &bytes[at..];
    let head = rest.windows(7).position(|window| window == b" 0 obj\n").unwrap();
    let own = std::str::from_utf8(&rest[..head]).unwrap().parse().unwrap();
    let rest = &rest[head + 7..];
    let line = rest.iter().position(|byte| *byte == b'\n').unwrap();
    let value = String::from_utf8(rest[..line].to_vec()).unwrap();
    let rest = &rest[line + 1..];
    let Some(stream) = rest.strip_prefix(b"stream\n") else {
        assert!(rest.starts_with(b"endobj\n"));
        return (own, value, None);
    };
    let length = usize::try_from(number(&value, "/Length")).unwrap();
    assert!(stream[length..].starts_with(b"\nendstream\nendobj\n"));
    (own, value, Some(&stream[..length]))
}

/// Puts the bytes of a text in brackets to the others; the answer is what follows it.
fn literal<'a>(mut rest: &'a [u8], bytes: &mut Vec<u8>) -> &'a [u8] {
    let mut depth = 1;
    loop {
        let (byte, mut length) = (rest[0], 1);
        match byte {
            b'\\' => {
                let digits = rest[1..4].iter().take_while(|digit| (b'0'..b'8').contains(*digit)).count();
                length += digits.max(1);
                bytes.push(match rest[1] {
                    _ if digits > 0 => u8::from_str_radix(std::str::from_utf8(&rest[1..=digits]).unwrap(), 8).unwrap(),
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'f' => 12,
                    other => other,
                });
            }
            b')' if depth == 1 => return &rest[1..],
            _ => {
                depth += i32::from(byte == b'(') - i32::from(byte == b')');
                bytes.push(byte);
            }
        }
        rest = &rest[length..];
    }
}

/// The rows of the table: a kind, a place and a place within.
fn rows(bytes: &[u8]) -> Vec<(u8, u64, u16)> {
    let (mut above, mut rows) = ([0_u8; 8], Vec::new());
    for row in bytes.chunks(9) {
        assert_eq!((row.len(), row[0]), (9, 2));
        above.iter_mut().zip(&row[1..]).for_each(|(held, more)| *held = held.wrapping_add(*more));
        let place = above[1..6].iter().fold(0, |place, byte| place << 8 | u64::from(*byte));
        rows.push((above[0], place, u16::from_be_bytes([above[6], above[7]])));
    }
    rows
}

fn inflated(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    ZlibDecoder::new(bytes).read_to_end(&mut out).unwrap();
    out
}

/// What follows a key, wherever its letters stand.
fn after<'a>(value: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    let ends = |rest: &&str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric());
    value.match_indices(key).map(|(at, _)| &value[at + key.len()..]).filter(ends).map(str::trim_start)
}

/// The number, or the reference, that follows a key.
pub(crate) fn maybe(value: &str, key: &str) -> Option<u32> {
    let digits = |rest: &str| rest.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(rest.len());
    after(value, key).find_map(|rest| rest[..digits(rest)].parse().ok())
}

pub(crate) fn number(value: &str, key: &str) -> u32 {
    maybe(value, key).unwrap_or_else(|| panic!("{key} of {value}"))
}

/// The list that follows a key, without its brackets; it has no other list in it.
fn list<'a>(value: &'a str, key: &'a str) -> &'a str {
    after(value, key).find_map(|rest| rest.strip_prefix('[')?.split(']').next()).unwrap_or_default()
}

/// The objects that a value refers to.
fn references(value: &str) -> Vec<u32> {
    let mut plain = String::new();
    let (mut depth, mut escaped) = (0_u32, false);
    for character in value.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if depth > 0 => escaped = true,
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth > 0 => {}
            '[' | ']' | '<' | '>' | '/' | '\n' => plain.push(' '),
            _ => plain.push(character),
        }
    }
    let words: Vec<&str> = plain.split(' ').filter(|word| !word.is_empty()).collect();
    // A name may stand before a number: `/K 3 0 R` is four words.
    words.windows(3).filter(|three| three[1] == "0" && three[2] == "R").map(|three| last_number(three[0])).collect()
}

fn last_number(word: &str) -> u32 {
    word.parse().unwrap_or_else(|_| panic!("{word} is no object"))
}

fn title(value: &str) -> String {
    let rest = after(value, "/Title").next().unwrap();
    match rest.strip_prefix("<FEFF") {
        Some(hex) => utf16(hex.split('>').next().unwrap()),
        None => rest[1..].split(")/").next().unwrap().replace("\\(", "(").replace("\\)", ")").replace("\\\\", "\\"),
    }
}

fn utf16(hex: &str) -> String {
    let units =
        hex.as_bytes().chunks(4).map(|unit| u16::from_str_radix(std::str::from_utf8(unit).unwrap(), 16).unwrap());
    String::from_utf16(&units.collect::<Vec<_>>()).unwrap()
}
