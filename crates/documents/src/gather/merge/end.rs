// SPDX-License-Identifier: AGPL-3.0-or-later
//! The end of a merged PDF: what holds it together. What it says of itself is taken from a blank page that is drawn with its title,
//! so that the marks of the standards are those that the writer of PDF makes.

use std::collections::BTreeMap;

use crate::gather::merge::file::{File, Roots};
use crate::gather::merge::packed::{PACK, write_object};
use crate::gather::merge::syntax::{Dictionary, reference, reference_to, references_to, renumbered, unexpected};
use crate::gather::merge::table::{PLACE_MAX, Table};
use crate::gather::merge::{
    DOCUMENT, FIRST, Index, OBJECTS_MAX, OUTLINES, PAGES, PARENTS, STRUCTURE, begun_so, count, digest, too_large,
};
use crate::gather::{DocumentError, Gathered, Whole};
use crate::pen::{self, About};

/// What is written at the end, and where.
struct Tail {
    /// How many bytes there are before it.
    before: u64,
    bytes: Vec<u8>,
    places: BTreeMap<u32, u64>,
}

pub(in crate::gather) fn ending<E: From<DocumentError>>(
    before: &Gathered,
    indexes: impl IntoIterator<Item = Result<Vec<u8>, E>>,
    whole: &Whole<'_>,
) -> Result<Vec<u8>, E> {
    let mut all = Vec::new();
    for index in indexes {
        let index = index?;
        if !index.is_empty() {
            all.push(read(&index)?);
        }
    }
    begun_so(before)?;
    check(before, &all)?;
    Ok(written(before, &all, whole)?)
}

fn read(index: &[u8]) -> Result<Index, DocumentError> {
    serde_json::from_slice(index).map_err(|_| DocumentError::gathered("an index cannot be read"))
}

/// That these are all indexes, in order.
fn check(before: &Gathered, all: &[Index]) -> Result<(), DocumentError> {
    let others = || DocumentError::gathered("the indexes are not those of the file");
    let (mut next, mut pages, mut after) = (FIRST, 0_u32, 0);
    for index in all {
        if index.first != next || index.at < after || (index.at == 0) != (next == FIRST) {
            return Err(others());
        }
        after = index.at.saturating_add(u64::from(index.places.last().copied().unwrap_or_default()));
        next = next.saturating_add(1).saturating_add(index.packed).saturating_add(count(index.places.len())?);
        pages = pages.saturating_add(index.pages.1);
        if next > OBJECTS_MAX {
            return Err(too_large());
        }
    }
    if all.is_empty() {
        return Err(DocumentError::gathered("a PDF without documents has no pages"));
    }
    let whole = next == before.merged.objects.saturating_add(FIRST) && pages == before.pages;
    if whole { Ok(()) } else { Err(others()) }
}

fn written(before: &Gathered, all: &[Index], whole: &Whole<'_>) -> Result<Vec<u8>, DocumentError> {
    let title = pen::plain_title(whole.title);
    let blank = pen::together(&[], &About { title, language: whole.language, written_at: whole.written_at })?;
    let file = File::read(&blank)?;
    let roots = file.roots()?;
    let mut tail = Tail { before: before.bytes, bytes: Vec::new(), places: BTreeMap::new() };
    entries(&mut tail, all)?;
    trees(&mut tail, before, all, &file, &roots)?;
    let name = digest(&[before.merged.digest.as_bytes(), &roots.id]);
    let next = before.merged.objects.checked_add(FIRST).ok_or_else(too_large)?;
    let (catalog, info) = about(&mut tail, &file, &roots, next, &name, before.pages)?;
    table(tail, all, catalog, info, &name)
}

/// The last entry of each stretch's outline, and the outline.
fn entries(tail: &mut Tail, all: &[Index]) -> Result<(), DocumentError> {
    let following = all.iter().skip(1).map(|index| Some(index.listed.0)).chain([None]);
    for (index, next) in all.iter().zip(following) {
        let mut entry = Dictionary::of(index.held.as_bytes())?;
        if let Some(next) = next {
            entry = entry.with(b"/Next", reference_to(next));
        }
        tail.object(index.first, &entry.written(), None)?;
    }
    let first = all.first().map_or(0, |index| index.listed.0);
    let last = all.last().map_or(0, |index| index.first);
    let listed: u64 = all.iter().map(|index| u64::from(index.listed.1)).sum();
    let outline = format!("<</Type/Outlines/First {first} 0 R/Last {last} 0 R/Count {listed}>>");
    tail.object(OUTLINES, outline.as_bytes(), None)
}

/// The roots of the pages and of the tags.
fn trees(
    tail: &mut Tail,
    before: &Gathered,
    all: &[Index],
    file: &File<'_>,
    roots: &Roots<'_>,
) -> Result<(), DocumentError> {
    if all.iter().any(|index| index.roles.as_bytes() != roots.tags.roles) {
        return Err(unexpected("the names of tags do not mean the same everywhere"));
    }
    let pages = Dictionary::of(b"<</Type/Pages>>")?
        .with(b"/Count", before.pages.to_string().into_bytes())
        .with(b"/Kids", references_to(all.iter().map(|index| index.pages.0)));
    tail.object(PAGES, &pages.written(), None)?;
    let structure = Dictionary::of(b"<</Type/StructTreeRoot>>")?
        .with(b"/RoleMap", roots.tags.roles.clone())
        .with(b"/K", references_to([DOCUMENT]))
        .with(b"/ParentTree", reference_to(PARENTS))
        .with(b"/ParentTreeNextKey", before.merged.keys.to_string().into_bytes());
    tail.object(STRUCTURE, &structure.written(), None)?;
    let document =
        Dictionary::known(file.object(roots.tags.document)?.value, &[b"/Type", b"/S", b"/P", b"/Lang", b"/K"])?
            .with(b"/P", reference_to(STRUCTURE))
            .with(b"/K", references_to(all.iter().flat_map(|index| index.parts.iter().copied())));
    tail.object(DOCUMENT, &document.written(), None)?;
    let parents = references_to(all.iter().filter_map(|index| index.parents));
    tail.object(PARENTS, &[b"<</Kids", parents.as_slice(), b">>"].concat(), None)
}

/// What the file says of itself: the catalog with all that it refers to, and the information about the document. The answer is the
/// numbers of these two.
fn about(
    tail: &mut Tail,
    file: &File<'_>,
    roots: &Roots<'_>,
    next: u32,
    name: &str,
    pages: u32,
) -> Result<(u32, u32), DocumentError> {
    let metadata = reference(roots.catalog.value(b"/Metadata")?)?;
    let intents = reference(roots.catalog.value(b"/OutputIntents")?)?;
    let reached = file.reached(vec![metadata, intents, roots.info], &[])?;
    let kept: Vec<u32> = file.objects().zip(reached).filter(|(_, kept)| *kept).map(|((old, _), _)| old).collect();
    let mut numbers: BTreeMap<u32, u32> = kept.iter().copied().zip(next..).collect();
    for (old, new) in [(roots.page_tree, PAGES), (roots.structure, STRUCTURE), (roots.outlines, OUTLINES)] {
        if numbers.insert(old, new).is_some() {
            return Err(unexpected("the metadata refer to pages"));
        }
    }
    let new = |old: u32| numbers.get(&old).copied();
    for old in &kept {
        let object = file.object(*old)?;
        let number = new(*old).unwrap_or_default();
        if *old == metadata {
            let text = told(object.stream.unwrap_or_default(), &roots.id, name, pages)?;
            let value = Dictionary::of(object.value)?.with(b"/Length", text.len().to_string().into_bytes());
            tail.object(number, &value.written(), Some(&text))?;
        } else {
            tail.object(number, &renumbered(object.value, new)?, object.stream)?;
        }
    }
    let catalog = next.checked_add(count(kept.len())?).ok_or_else(too_large)?;
    tail.object(catalog, &renumbered(&roots.catalog.written(), new)?, None)?;
    Ok((catalog, new(roots.info).unwrap_or_default()))
}

/// The metadata of the blank page, with the name and the pages of the whole.
fn told(text: &[u8], old: &[u8], name: &str, pages: u32) -> Result<Vec<u8>, DocumentError> {
    const ONE: &str = "<xmpTPg:NPages>1</xmpTPg:NPages>";
    let words = (std::str::from_utf8(text).ok()).zip(std::str::from_utf8(old).ok());
    let (text, old) = words.ok_or_else(|| unexpected("the metadata are no text"))?;
    if text.matches(ONE).count() != 1 || !text.contains(old) {
        return Err(unexpected("the metadata do not tell of one page"));
    }
    let pages = format!("<xmpTPg:NPages>{pages}</xmpTPg:NPages>");
    Ok(text.replace(ONE, &pages).replace(old, name).into_bytes())
}

/// The table of all objects, and the last lines.
fn table(mut tail: Tail, all: &[Index], catalog: u32, info: u32, name: &str) -> Result<Vec<u8>, DocumentError> {
    let mut table = Table::new()?;
    for number in 1..FIRST {
        table.at(tail.place(number)?)?;
    }
    for index in all {
        table.at(tail.place(index.first)?)?;
        let packs = index.first.saturating_add(index.packed).saturating_add(1);
        for place in 0..usize::try_from(index.packed).map_err(|_| too_large())? {
            let pack = packs.checked_add(count(place / PACK)?).ok_or_else(too_large)?;
            table.packed(pack, u16::try_from(place % PACK).map_err(|_| too_large())?)?;
        }
        for place in &index.places {
            table.at(index.at.checked_add(u64::from(*place)).ok_or_else(too_large)?)?;
        }
    }
    for number in table.rows()..=catalog {
        table.at(tail.place(number)?)?;
    }
    let (own, at) = (table.rows(), tail.end()?);
    table.at(at)?;
    if own > OBJECTS_MAX {
        return Err(too_large());
    }
    let size = table.rows();
    let rows = table.finish()?;
    let value = format!(
        "<</Type/XRef/Size {size}/Root {catalog} 0 R/Info {info} 0 R/ID[<{name}><{name}>]{form}/Length {length}>>",
        form = Table::form(),
        length = rows.len(),
    );
    write_object(&mut tail.bytes, own, value.as_bytes(), Some(&rows));
    tail.bytes.extend_from_slice(format!("startxref\n{at}\n%%EOF\n").as_bytes());
    Ok(tail.bytes)
}

impl Tail {
    /// Writes an object, and remembers where.
    fn object(&mut self, number: u32, value: &[u8], stream: Option<&[u8]>) -> Result<(), DocumentError> {
        let place = self.end()?;
        if self.places.insert(number, place).is_some() {
            return Err(unexpected("an object is there twice"));
        }
        write_object(&mut self.bytes, number, value, stream);
        Ok(())
    }

    /// Where the next object would be.
    fn end(&self) -> Result<u64, DocumentError> {
        let place = u64::try_from(self.bytes.len()).ok().and_then(|length| self.before.checked_add(length));
        place.filter(|place| *place <= PLACE_MAX).ok_or_else(too_large)
    }

    fn place(&self, number: u32) -> Result<u64, DocumentError> {
        self.places.get(&number).copied().ok_or_else(|| unexpected("an object was not written"))
    }
}
