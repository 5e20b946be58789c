// SPDX-License-Identifier: AGPL-3.0-or-later
//! A PDF that we have just drawn, as its objects.

use std::ops::Range;

use crate::gather::DocumentError;
use crate::gather::merge::syntax::{
    self, Dictionary, Tokens, array, number, reference, references, referred, unexpected, value_end,
};

/// An object: a value and, for some, the bytes that it tells of.
pub(super) struct Object<'a> {
    pub(super) value: &'a [u8],
    pub(super) stream: Option<&'a [u8]>,
}

/// The file.
pub(super) struct File<'a> {
    /// What stands before the first object.
    pub(super) head: &'a [u8],
    objects: Vec<Object<'a>>,
    trailer: &'a [u8],
}

/// The objects that hold the file together.
pub(super) struct Roots<'a> {
    pub(super) catalog: Dictionary<'a>,
    pub(super) info: u32,
    /// The name of the file, which it has twice.
    pub(super) id: Vec<u8>,
    pub(super) page_tree: u32,
    pub(super) pages: Vec<u32>,
    pub(super) outlines: u32,
    /// The first and the last entry of the outline, and how many there are.
    pub(super) listed: Option<(u32, u32, u32)>,
    pub(super) structure: u32,
    pub(super) tags: Tags,
    pub(super) parts: Vec<u32>,
}

/// What the root of the tags says.
pub(super) struct Tags {
    /// What the names of tags mean.
    pub(super) roles: Vec<u8>,
    /// The first tag.
    pub(super) document: u32,
    /// The tags of the content of each page, by the number that the page has for that.
    pub(super) parents: Vec<(u32, u32)>,
}

impl<'a> File<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<File<'a>, DocumentError> {
        let lost = || unexpected("the table of objects is not found");
        let mut lines = bytes.trim_ascii_end().rsplit(|byte| *byte == b'\n');
        if lines.next() != Some(b"%%EOF") {
            return Err(lost());
        }
        let table = lines.next().ok_or_else(lost)?;
        let table = usize::try_from(number(table)?).map_err(|_| lost())?;
        let text = bytes.get(table..).ok_or_else(lost)?;
        let mut tokens = Tokens::of(text);
        tokens.expect(b"xref")?;
        tokens.expect(b"0")?;
        let count = tokens.number()?;
        let mut places = Vec::new();
        for object in 0..count {
            let place = usize::try_from(tokens.number()?).map_err(|_| lost())?;
            tokens.expect(if object == 0 { b"65535" } else { b"00000" })?;
            tokens.expect(if object == 0 { b"f" } else { b"n" })?;
            if object > 0 {
                places.push(place);
            }
        }
        let trailer = tokens.word()?;
        if trailer.bytes != b"trailer" {
            return Err(lost());
        }
        let trailer = text.get(trailer.end()..).ok_or_else(lost)?.trim_ascii_start();
        let trailer = trailer.get(..value_end(trailer)?).ok_or_else(lost)?;
        let head = places.first().and_then(|first| bytes.get(..*first)).ok_or_else(lost)?;
        let ends = places.iter().skip(1).copied().chain([table]);
        let objects = places.iter().zip(ends).zip(1..).map(|((from, to), number)| object(bytes, *from..to, number));
        Ok(File { head, objects: objects.collect::<Result<_, _>>()?, trailer })
    }

    /// The objects, and their numbers.
    pub(super) fn objects(&self) -> impl Iterator<Item = (u32, &Object<'a>)> {
        (1..).zip(&self.objects)
    }

    pub(super) fn object(&self, number: u32) -> Result<&Object<'a>, DocumentError> {
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        place.and_then(|place| self.objects.get(place)).ok_or_else(|| unexpected("an object is not there"))
    }

    /// The dictionary of an object, with keys from among these alone.
    fn known(&self, number: u32, keys: &[&[u8]]) -> Result<Dictionary<'a>, DocumentError> {
        Dictionary::known(self.object(number)?.value, keys)
    }

    /// The objects that are referred to from these on. What is among the `stops` is counted, and not looked into.
    pub(super) fn reached(&self, from: Vec<u32>, stops: &[u32]) -> Result<Vec<bool>, DocumentError> {
        let mut reached = vec![false; self.objects.len()];
        let mut open = from;
        while let Some(number) = open.pop() {
            let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
            let seen = place.and_then(|place| reached.get_mut(place));
            let seen = seen.ok_or_else(|| unexpected("an object is not there"))?;
            if !std::mem::replace(seen, true) && !stops.contains(&number) {
                open.extend(references(self.object(number)?.value)?.into_iter().map(|(_, number)| number));
            }
        }
        Ok(reached)
    }

    pub(super) fn roots(&self) -> Result<Roots<'a>, DocumentError> {
        let trailer = Dictionary::known(self.trailer, &[b"/Size", b"/Root", b"/Info", b"/ID"])?;
        let catalog = self.known(reference(trailer.value(b"/Root")?)?, &CATALOG)?;
        let page_tree = reference(catalog.value(b"/Pages")?)?;
        let outlines = reference(catalog.value(b"/Outlines")?)?;
        let structure = reference(catalog.value(b"/StructTreeRoot")?)?;
        let leaves = self.known(page_tree, &[b"/Type", b"/Count", b"/Kids"])?;
        let pages = referred(leaves.value(b"/Kids")?)?;
        if u32::try_from(pages.len()).ok() != Some(number(leaves.value(b"/Count")?)?) {
            return Err(unexpected("the pages are no flat list"));
        }
        let tags = tags(self.object(structure)?.value)?;
        let parts = match Dictionary::of(self.object(tags.document)?.value)?.get(b"/K") {
            Some(parts) => referred(parts)?,
            None => Vec::new(),
        };
        let id = self.id()?;
        let listed = self.listed(outlines)?;
        let info = reference(trailer.value(b"/Info")?)?;
        Ok(Roots { catalog, info, id, page_tree, pages, outlines, listed, structure, tags, parts })
    }

    /// The first, the last and the number of the outline's entries.
    fn listed(&self, outlines: u32) -> Result<Option<(u32, u32, u32)>, DocumentError> {
        let outline = self.known(outlines, &[b"/Type", b"/First", b"/Last", b"/Count"])?;
        let Some(first) = outline.get(b"/First") else { return Ok(None) };
        let count = number(outline.value(b"/Count")?)?;
        Ok(Some((reference(first)?, reference(outline.value(b"/Last")?)?, count)))
    }

    /// The file's name, without its brackets.
    fn id(&self) -> Result<Vec<u8>, DocumentError> {
        let trailer = Dictionary::of(self.trailer)?;
        let names = array(trailer.value(b"/ID")?)?;
        let name = names.first().filter(|first| names.iter().all(|name| name == *first));
        let name = name.and_then(|name| name.strip_prefix(b"(")?.strip_suffix(b")"));
        // A shorter one could stand in the metadata for something else.
        let name = name.filter(|name| name.len() >= 16).ok_or_else(|| unexpected("the file has not one name"))?;
        Ok(name.to_vec())
    }
}

/// What a catalog may tell.
const CATALOG: [&[u8]; 9] = [
    b"/Type",
    b"/Pages",
    b"/Metadata",
    b"/OutputIntents",
    b"/Lang",
    b"/StructTreeRoot",
    b"/MarkInfo",
    b"/ViewerPreferences",
    b"/Outlines",
];

fn tags(text: &[u8]) -> Result<Tags, DocumentError> {
    let root = Dictionary::known(text, &[b"/Type", b"/RoleMap", b"/K", b"/ParentTree", b"/ParentTreeNextKey"])?;
    let [document] = referred(root.value(b"/K")?)?[..] else {
        return Err(unexpected("there is more than one first tag"));
    };
    let mut parents = Vec::new();
    if let Some(tree) = root.get(b"/ParentTree") {
        let tree = Dictionary::known(tree, &[b"/Nums"])?;
        let mut values = array(tree.value(b"/Nums")?)?.into_iter();
        while let Some(key) = values.next() {
            let list = values.next().ok_or_else(|| unexpected("a page has no list of tags"))?;
            parents.push((number(key)?, reference(list)?));
        }
    }
    let roles = root.value(b"/RoleMap")?.to_vec();
    Ok(Tags { roles, document, parents })
}

/// An object at its place.
fn object(bytes: &[u8], place: Range<usize>, number: u32) -> Result<Object<'_>, DocumentError> {
    let text = bytes.get(place).and_then(|text| text.strip_prefix(format!("{number} 0 obj\n").as_bytes()));
    let text = text.and_then(|text| text.strip_suffix(b"\nendobj\n"));
    let text = text.ok_or_else(|| unexpected("an object is not where it should be"))?;
    let (value, rest) = text.split_at_checked(value_end(text)?).ok_or_else(|| unexpected("an object does not end"))?;
    if rest.is_empty() {
        return Ok(Object { value, stream: None });
    }
    let stream = rest.strip_prefix(b"\nstream\n").and_then(|rest| rest.strip_suffix(b"\nendstream"));
    let stream = stream.ok_or_else(|| unexpected("something follows an object"))?;
    let length = syntax::number(Dictionary::of(value)?.value(b"/Length")?)?;
    if usize::try_from(length).ok() != Some(stream.len()) {
        return Err(unexpected("the bytes of an object are not so many"));
    }
    Ok(Object { value, stream: Some(stream) })
}
