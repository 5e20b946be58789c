// SPDX-License-Identifier: AGPL-3.0-or-later
//! Documents gathered in one file: thousands of notices as one archive, or as one PDF for a print shop. The file is made in
//! stretches, each of which is some more bytes of it, and what is done is a small value that can be kept: who stops between two
//! stretches goes on from there, and no more than one stretch is ever in memory.

mod archive;
mod merge;

use serde::{Deserialize, Serialize};
use tramite_domain::time::Instant;

pub use crate::error::DocumentError;

use crate::pen::Layout;

/// Which file it becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatheredForm {
    /// An archive with one PDF for each document.
    Zip,
    /// One PDF with all pages, archivable and readable by everyone as each document alone is.
    Pdf,
}

/// How far a gathered file is. The default is a file of which nothing is written yet. It stays small, whatever was gathered, and
/// is kept between stretches as it serialises; it belongs to the form it was begun with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gathered {
    /// How many bytes of the file there are.
    pub bytes: u64,
    /// How many documents.
    pub documents: u32,
    /// How many pages, of all documents.
    pub pages: u32,
    pub(crate) merged: merge::Merged,
}

/// A document that is to be gathered.
pub struct Piece {
    /// The name of its file in the archive; in a PDF, without `.pdf` at its end, what the outline calls it. The caller sees to it
    /// that no other document of the file has it.
    pub name: String,
    /// The document.
    pub layout: Layout,
}

/// Where a document is in what was gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PiecePlace {
    /// Its first page, from 1; in an archive always 1, for each document is a file.
    pub first_page: u32,
    /// How many pages it has.
    pub pages: u32,
}

/// Some more of a file.
pub struct Stretch {
    /// The bytes that follow on those of the stretches before.
    pub bytes: Vec<u8>,
    /// What the ending wants to know of this stretch: less than a hundred bytes for each document, and some hundred for the
    /// stretch. It says nothing to others, and holds names of documents, so it is kept as the file itself is.
    pub index: Vec<u8>,
    /// How far the file is after it.
    pub after: Gathered,
    /// Where each document is, in the order in which they were given.
    pub places: Vec<PiecePlace>,
}

/// What is said of the whole when it is ended.
pub struct Whole<'a> {
    /// What a PDF is called.
    pub title: &'a str,
    /// The language of that, as BCP 47 has it.
    pub language: &'static str,
    /// When it was written: of a PDF, and of the file that is added to an archive.
    pub written_at: Instant,
    /// A last file for an archive, by its name and its bytes. A PDF has none.
    pub added: Option<(&'a str, &'a [u8])>,
}

/// The next bytes of a file: these documents, after those of `before`. The same input gives the same bytes; which documents come
/// together in a stretch changes the bytes and no page. A PDF holds its fonts once for each stretch, so stretches of some
/// twenty documents make a small file. Without documents it is no bytes.
///
/// # Errors
/// [`DocumentError`] for a name that no file can have, and for a file that grows too large: an archive over 4 GiB or 65,534
/// files, a PDF over 8,388,607 objects, which is the most that archives allow. For a file that was begun in another form. Else a
/// defect of ours.
pub fn stretch(form: GatheredForm, before: &Gathered, pieces: &[Piece]) -> Result<Stretch, DocumentError> {
    for piece in pieces {
        check_name(&piece.name)?;
    }
    if pieces.is_empty() {
        let after = before.clone();
        return Ok(Stretch { bytes: Vec::new(), index: Vec::new(), after, places: Vec::new() });
    }
    match form {
        GatheredForm::Zip => archive::stretch(before, pieces),
        GatheredForm::Pdf => merge::stretch(before, pieces),
    }
}

/// The last bytes of a file. `indexes` are those of all its stretches, in their order, from wherever they are kept; they are read
/// once.
///
/// # Errors
/// What reading an index gives, and [`DocumentError`] as of [`stretch`], for a PDF without documents, and for indexes that are
/// not those of this file.
pub fn ending<E: From<DocumentError>>(
    form: GatheredForm,
    before: &Gathered,
    indexes: impl IntoIterator<Item = Result<Vec<u8>, E>>,
    whole: &Whole<'_>,
) -> Result<Vec<u8>, E> {
    match form {
        GatheredForm::Zip => archive::ending(before, indexes, whole),
        GatheredForm::Pdf => merge::ending(before, indexes, whole),
    }
}

/// A name stands for a file in the folder where an archive is unpacked, and for nothing else.
fn check_name(name: &str) -> Result<(), DocumentError> {
    let bad = name.is_empty()
        || name == "."
        || name.contains("..")
        || name.contains(|character: char| matches!(character, '/' | '\\') || character.is_control());
    if bad { Err(DocumentError::gathered("a file cannot have this name")) } else { Ok(()) }
}

/// A file that was begun in one form cannot go on in the other.
fn another_form() -> DocumentError {
    DocumentError::gathered("the file was begun in another form")
}

/// Where documents of so many pages are, the first of them from `before` pages on; and how many pages that makes.
fn counted(before: u32, pieces: &[Piece], archive: bool) -> Result<(Vec<PiecePlace>, u32), DocumentError> {
    let too_many = || DocumentError::too_large("the file would have too many pages");
    let mut places = Vec::with_capacity(pieces.len());
    let mut all = before;
    for piece in pieces {
        let pages = u32::try_from(piece.layout.page_count()).map_err(|_| too_many())?;
        let first_page = if archive { 1 } else { all.saturating_add(1) };
        all = all.checked_add(pages).ok_or_else(too_many)?;
        places.push(PiecePlace { first_page, pages });
    }
    Ok((places, all))
}
