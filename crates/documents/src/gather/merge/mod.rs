// SPDX-License-Identifier: AGPL-3.0-or-later
//! The merged PDF. The documents of a stretch are drawn together as one file, which is archivable (PDF/A-2a) and readable by
//! everyone (PDF/UA-1). Its objects get numbers that nothing else has in the whole, and are written after those that are there;
//! what holds that file together (its catalog, its name, the roots of its pages, tags and outline) is left out, and the ending
//! writes it once for all.
//!
//! A notice is some hundred small objects, nearly all of them tags. They are packed ("object streams"), which makes a sixth of
//! them, and spares the table of objects a place for each.

mod end;
mod file;
mod packed;
mod syntax;
mod table;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::gather::{DocumentError, Gathered, Piece, PiecePlace, Stretch, another_form, counted};
use crate::pen::{self, About};
use file::{File, Roots};
use packed::Packed;
use syntax::{Dictionary, reference_to, references_to, renumbered, unexpected};

pub(super) use end::ending;

/// The root of the pages.
const PAGES: u32 = 1;
/// The root of the tags.
const STRUCTURE: u32 = 2;
/// The first tag, of which every document is a part.
const DOCUMENT: u32 = 3;
/// The root of the outline.
const OUTLINES: u32 = 4;
/// The tags by pages.
const PARENTS: u32 = 5;
/// The first number that is free for what is gathered.
const FIRST: u32 = 6;
/// The most objects that archives allow (ISO 19005-2, 6.1.13).
const OBJECTS_MAX: u32 = 8_388_607;

/// How far a merged file is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Merged {
    /// How many objects there are after the first ones.
    objects: u32,
    /// How many pages have tags.
    keys: u32,
    /// The last entry of the outline; nought before there is one.
    listed: u32,
    /// What all bytes so far come down to, of which the file's name is made.
    digest: String,
}

impl Merged {
    /// Whether anything is written.
    pub(super) fn is_begun(&self) -> bool {
        self.objects > 0
    }
}

/// What the ending wants to know of a stretch. All numbers are those of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Index {
    /// Where its bytes begin.
    at: u64,
    /// Its first object: the last entry of its outline, which is not written yet, for it tells which entry is the next.
    first: u32,
    /// What that object is.
    held: String,
    /// How many objects follow that are packed.
    packed: u32,
    /// Where those lie that are not, by their numbers, from `at` on. The first of them are the packs.
    places: Vec<u32>,
    /// Its node of the pages, and how many there are.
    pages: (u32, u32),
    /// Its node of the tags by pages, where there are any.
    parents: Option<u32>,
    /// What is part of the first tag.
    parts: Vec<u32>,
    /// The first entry of its outline, and how many there are.
    listed: (u32, u32),
    /// What the names of its tags mean.
    roles: String,
}

/// The new numbers of a stretch's objects.
struct Numbers {
    /// By the old ones, from 1; nought is what is left out.
    new: Vec<u32>,
    /// The packed ones: new number less `first` less one is the place.
    packed: Vec<u32>,
    /// The others.
    loose: Vec<u32>,
    /// The node of the pages and the one of the tags by pages follow on the packed ones.
    pages: u32,
    parents: u32,
    /// The first pack, and the first object that is not packed.
    packs: u32,
    streams: u32,
    /// The first number that is free.
    next: u32,
}

pub(super) fn stretch(before: &Gathered, pieces: &[Piece]) -> Result<Stretch, DocumentError> {
    begun_so(before)?;
    let (places, pages) = counted(before.pages, pieces, false)?;
    let Some(first) = pieces.first() else { return Err(unexpected("there is no document")) };
    let about = &first.layout.about;
    // The ending says what the whole is; the stretch needs a title to be drawn at all.
    let about = About { title: about.title.clone(), language: about.language, written_at: about.written_at };
    let layouts: Vec<_> = pieces.iter().map(|piece| (listed_as(&piece.name), &piece.layout)).collect();
    let drawn = pen::together(&layouts, &about)?;
    let file = File::read(&drawn)?;
    let roots = file.roots()?;
    check(&roots, &places)?;
    let begun = before.merged.objects.checked_add(FIRST).ok_or_else(too_large)?;
    let numbers = Numbers::of(&file, &roots, begun)?;
    let (bytes, index) = written(&file, &roots, &numbers, before)?;
    let merged = Merged {
        objects: numbers.next.saturating_sub(FIRST),
        keys: count(roots.tags.parents.len())?.checked_add(before.merged.keys).ok_or_else(too_large)?,
        listed: begun,
        digest: digest(&[before.merged.digest.as_bytes(), &bytes]),
    };
    let length = u64::try_from(bytes.len()).ok().and_then(|length| before.bytes.checked_add(length));
    let length = length.filter(|length| *length <= table::PLACE_MAX).ok_or_else(too_large)?;
    let documents = count(pieces.len())?.checked_add(before.documents).ok_or_else(too_large)?;
    let index = serde_json::to_vec(&index).map_err(|error| DocumentError::of(&error))?;
    Ok(Stretch { bytes, index, after: Gathered { bytes: length, documents, pages, merged }, places })
}

/// That the file was begun as a PDF.
fn begun_so(before: &Gathered) -> Result<(), DocumentError> {
    if before.merged.is_begun() == (before.bytes > 0) { Ok(()) } else { Err(another_form()) }
}

/// What an outline calls a document.
fn listed_as(name: &str) -> &str {
    name.strip_suffix(".pdf").filter(|name| !name.is_empty()).unwrap_or(name)
}

/// That the file has the pages, the tags and the outline that it should have.
fn check(roots: &Roots<'_>, places: &[PiecePlace]) -> Result<(), DocumentError> {
    let pages: u64 = places.iter().map(|place| u64::from(place.pages)).sum();
    let listed = roots.listed.map_or(0, |(_, _, listed)| listed);
    let same = u64::from(count(roots.pages.len())?) == pages
        && roots.parts.len() == places.len()
        && listed == count(places.len())?
        && roots.tags.parents.iter().zip(0..).all(|((key, _), place)| *key == place);
    if same { Ok(()) } else { Err(unexpected("it has not the pages and tags that were drawn")) }
}

impl Numbers {
    fn of(file: &File<'_>, roots: &Roots<'_>, first: u32) -> Result<Numbers, DocumentError> {
        let (listed, held, _) = roots.listed.ok_or_else(|| unexpected("there is no outline"))?;
        let stops = [roots.page_tree, roots.outlines, roots.structure, roots.tags.document];
        let mut from = vec![listed, held];
        from.extend(roots.pages.iter().chain(&roots.parts));
        from.extend(roots.tags.parents.iter().map(|(_, list)| list));
        let reached = file.reached(from, &stops)?;
        let (mut packed, mut loose) = (Vec::new(), Vec::new());
        for ((number, object), reached) in file.objects().zip(&reached) {
            if *reached && number != held && !stops.contains(&number) {
                if object.stream.is_some() { &mut loose } else { &mut packed }.push(number);
            }
        }
        let after = |number: u32, more: usize| number.checked_add(count(more)?).ok_or_else(too_large);
        let pages = after(first, packed.len().saturating_add(1))?;
        let parents = after(pages, 1)?;
        let packs = after(parents, usize::from(!roots.tags.parents.is_empty()))?;
        let packed_count = usize::try_from(packs.saturating_sub(first).saturating_sub(1)).map_err(|_| too_large())?;
        let streams = after(packs, packed_count.div_ceil(packed::PACK))?;
        let next = after(streams, loose.len())?;
        if next > OBJECTS_MAX {
            return Err(too_large());
        }
        let fixed =
            [(roots.page_tree, pages), (roots.outlines, OUTLINES), (roots.tags.document, DOCUMENT), (held, first)];
        let packed_new = packed.iter().copied().zip(first.saturating_add(1)..);
        let mut new = vec![0; reached.len()];
        for (old, number) in packed_new.chain(loose.iter().copied().zip(streams..)).chain(fixed) {
            let place = usize::try_from(old).ok().and_then(|old| old.checked_sub(1));
            *place.and_then(|place| new.get_mut(place)).ok_or_else(|| unexpected("an object is not there"))? = number;
        }
        Ok(Numbers { new, packed, loose, pages, parents, packs, streams, next })
    }

    /// The new number of an object; none for one that is left out.
    fn get(&self, old: u32) -> Option<u32> {
        let place = usize::try_from(old).ok()?.checked_sub(1)?;
        self.new.get(place).copied().filter(|new| *new > 0)
    }

    fn of_all(&self, old: impl IntoIterator<Item = u32>) -> Result<Vec<u32>, DocumentError> {
        let new = |old| self.get(old).ok_or_else(|| unexpected("an object was left out"));
        old.into_iter().map(new).collect()
    }
}

/// The bytes of a stretch, and what the ending wants to know of it.
fn written(
    file: &File<'_>,
    roots: &Roots<'_>,
    numbers: &Numbers,
    before: &Gathered,
) -> Result<(Vec<u8>, Index), DocumentError> {
    let (entry, held, entries) = roots.listed.ok_or_else(|| unexpected("there is no outline"))?;
    let first = before.merged.objects.saturating_add(FIRST);
    let leaves: BTreeSet<u32> = roots.pages.iter().copied().collect();
    let text = |number: u32| -> Result<Vec<u8>, DocumentError> {
        let text = renumbered(file.object(number)?.value, |old| numbers.get(old))?;
        if number == entry && before.merged.listed > 0 {
            return Ok(Dictionary::of(&text)?.with(b"/Prev", reference_to(before.merged.listed)).written());
        }
        page(text, leaves.contains(&number), before.merged.keys)
    };
    let pages = numbers.of_all(roots.pages.iter().copied())?;
    let mut packed = Packed::new(numbers.packs);
    for (old, new) in numbers.packed.iter().zip(first.saturating_add(1)..) {
        packed.push(new, &text(*old)?)?;
    }
    let tree = Dictionary::of(b"<</Type/Pages>>")?
        .with(b"/Parent", reference_to(PAGES))
        .with(b"/Count", pages.len().to_string().into_bytes())
        .with(b"/Kids", references_to(pages.iter().copied()));
    packed.push(numbers.pages, &tree.written())?;
    let leaf = parents(roots, numbers, before.merged.keys)?;
    if let Some(leaf) = &leaf {
        packed.push(numbers.parents, leaf)?;
    }
    let count_packed = packed.count();
    let mut bytes = if before.bytes == 0 { file.head.to_vec() } else { Vec::new() };
    let mut places = packed.write(&mut bytes)?;
    for (old, new) in numbers.loose.iter().zip(numbers.streams..) {
        places.push(count(bytes.len())?);
        let object = file.object(*old)?;
        let value = renumbered(object.value, |old| numbers.get(old))?;
        packed::write_object(&mut bytes, new, &value, object.stream);
    }
    let index = Index {
        at: before.bytes,
        first,
        held: ascii(text(held)?)?,
        packed: count_packed,
        places,
        pages: (numbers.pages, count(pages.len())?),
        parents: leaf.map(|_| numbers.parents),
        parts: numbers.of_all(roots.parts.iter().copied())?,
        listed: (numbers.get(entry).ok_or_else(|| unexpected("the outline was left out"))?, entries),
        roles: ascii(roots.tags.roles.clone())?,
    };
    Ok((bytes, index))
}

/// An object that may be a page. The number that says which tags are its own is counted over the whole; nothing else may have one.
fn page(text: Vec<u8>, is_page: bool, keys: u32) -> Result<Vec<u8>, DocumentError> {
    if !text.starts_with(b"<<") {
        return Ok(text);
    }
    let object = Dictionary::of(&text)?;
    match object.get(b"/StructParents") {
        Some(key) if is_page => {
            let key = syntax::number(key)?.checked_add(keys).ok_or_else(too_large)?;
            Ok(object.with(b"/StructParents", key.to_string().into_bytes()).written())
        }
        None if object.get(b"/StructParent").is_none() => Ok(text),
        _ => Err(unexpected("tags are asked for by what is no page")),
    }
}

/// The tags by pages, of a stretch; none where no page has any.
fn parents(roots: &Roots<'_>, numbers: &Numbers, keys: u32) -> Result<Option<Vec<u8>>, DocumentError> {
    let lists = numbers.of_all(roots.tags.parents.iter().map(|(_, list)| *list))?;
    let Some(last) = count(lists.len())?.checked_sub(1) else { return Ok(None) };
    let last = keys.checked_add(last).ok_or_else(too_large)?;
    let pairs: Vec<String> = lists.iter().zip(keys..=last).map(|(list, key)| format!("{key} {list} 0 R")).collect();
    Ok(Some(format!("<</Limits[{keys} {last}]/Nums[{}]>>", pairs.join(" ")).into_bytes()))
}

fn ascii(text: Vec<u8>) -> Result<String, DocumentError> {
    let text = String::from_utf8(text).ok().filter(|text| text.is_ascii());
    text.ok_or_else(|| unexpected("an object is no plain text"))
}

fn count(number: usize) -> Result<u32, DocumentError> {
    u32::try_from(number).map_err(|_| too_large())
}

/// The first sixteen bytes of a digest.
fn digest(parts: &[&[u8]]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn too_large() -> DocumentError {
    DocumentError::too_large("the PDF would have over 8,388,607 objects or over a tebibyte")
}
