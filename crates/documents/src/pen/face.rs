// SPDX-License-Identifier: AGPL-3.0-or-later
//! The fonts, read once: which glyph a character has and how wide it is.

use std::collections::HashMap;
use std::sync::LazyLock;

use krilla::text::Font;
use skrifa::raw::TableProvider;
use skrifa::{FontRef, MetadataProvider};

use crate::pen::clean;

/// What widths are counted in: so many are as wide as the font is high.
pub(crate) const EM: i64 = 1_000_000;

/// A font in one weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Face {
    /// Titillium Web, for what is read.
    Text,
    /// Titillium Web, half bold, for what is seen first.
    Strong,
    /// Roboto Mono, for numbers that are copied.
    Mono,
    /// Roboto Mono, bold, for amounts.
    MonoBold,
}

/// The glyph of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Glyph {
    pub(crate) character: char,
    pub(crate) id: u32,
    /// How wide it is, of [`EM`].
    pub(crate) advance: i64,
}

/// A font that was read.
pub(crate) struct Loaded {
    pub(crate) font: Font,
    /// The tables of the font, for the outlines of its glyphs.
    pub(crate) tables: FontRef<'static>,
    /// How many units of the font are as wide as it is high.
    pub(crate) units: i64,
    glyphs: HashMap<char, Glyph>,
}

/// The fonts of all documents.
pub(crate) struct Book {
    text: Loaded,
    strong: Loaded,
    mono: Loaded,
    mono_bold: Loaded,
}

static BOOK: LazyLock<Option<Book>> = LazyLock::new(|| {
    Some(Book {
        text: Loaded::read(include_bytes!("../../fonts/titillium-web-regular.ttf"))?,
        strong: Loaded::read(include_bytes!("../../fonts/titillium-web-600.ttf"))?,
        mono: Loaded::read(include_bytes!("../../fonts/roboto-mono-regular.ttf"))?,
        mono_bold: Loaded::read(include_bytes!("../../fonts/roboto-mono-700.ttf"))?,
    })
});

impl Book {
    /// The fonts; none only where those within the program are broken.
    pub(crate) fn open() -> Option<&'static Book> {
        BOOK.as_ref()
    }

    pub(crate) fn loaded(&self, face: Face) -> &Loaded {
        match face {
            Face::Text => &self.text,
            Face::Strong => &self.strong,
            Face::Mono => &self.mono,
            Face::MonoBold => &self.mono_bold,
        }
    }
}

impl Loaded {
    fn read(bytes: &'static [u8]) -> Option<Loaded> {
        let tables = FontRef::new(bytes).ok()?;
        let units = i64::from(tables.head().ok()?.units_per_em());
        let widths = tables.hmtx().ok()?;
        let glyph = |code: u32, id: skrifa::GlyphId| {
            let character = char::from_u32(code).filter(|character| !clean::is_dropped(*character))?;
            let advance = i64::from(widths.advance(id)?).saturating_mul(EM).checked_div(units)?;
            Some((character, Glyph { character, id: id.to_u32(), advance }))
        };
        let glyphs = tables.charmap().mappings().filter_map(|(code, id)| glyph(code, id)).collect();
        Some(Loaded { font: Font::new(bytes.into(), 0)?, tables, units, glyphs })
    }

    /// The glyph of a character, where the font has it.
    pub(crate) fn glyph(&self, character: char) -> Option<Glyph> {
        self.glyphs.get(&character).copied()
    }
}
