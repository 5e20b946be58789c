// SPDX-License-Identifier: AGPL-3.0-or-later
//! A document before it is a file: what stands where on which page, and in which order it is read.

use crate::code::Modules;
use crate::logo::Logo;
use crate::pen::face::Face;
use crate::pen::unit::{Area, Micro};

/// A document that is laid out. It can be asked what stands where, and written as a PDF; a page of it as an SVG or a PNG.
pub struct Layout {
    pub(crate) about: About,
    pub(crate) pages: Vec<Vec<Mark>>,
    pub(crate) root: Vec<Child>,
    pub(crate) headings: Vec<Heading>,
}

/// What a document says of itself.
pub(crate) struct About {
    pub(crate) title: String,
    pub(crate) language: &'static str,
    pub(crate) written_at: tramite_domain::time::Instant,
}

/// A heading, as a reader's outline lists it.
pub(crate) struct Heading {
    pub(crate) title: String,
    pub(crate) page: usize,
    pub(crate) top: Micro,
}

/// Something drawn.
pub(crate) struct Mark {
    pub(crate) meaning: Meaning,
    pub(crate) drawn: Drawn,
}

/// Whether a mark is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It is, and the tree of tags has it.
    Read,
    /// It is a form: a bar, a rule.
    Form,
    /// It repeats at the head of each page.
    Header,
}

/// What is drawn.
pub(crate) enum Drawn {
    Text(Vec<Run>),
    Fill { area: Area, ink: Ink },
    Code(Box<DrawnCode>),
    Logo { area: Area, logo: Logo },
}

/// A code that is drawn.
pub(crate) struct DrawnCode {
    pub(crate) area: Area,
    pub(crate) kind: CodeKind,
    pub(crate) text: String,
    pub(crate) modules: Modules,
}

/// A piece of one line in one font.
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) glyphs: Vec<(u32, i64)>,
    pub(crate) face: Face,
    pub(crate) ink: Ink,
    pub(crate) size: Micro,
    pub(crate) area: Area,
    pub(crate) baseline: Micro,
    pub(crate) within: Area,
}

/// A colour, as documents have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Black,
    /// The second language.
    Second,
    Brand,
    /// Seventy hundredths of black: the authorisation of the post.
    Post,
    /// Behind the titles of sections.
    Section,
}

impl Ink {
    /// Red, green and blue.
    pub(crate) const fn rgb(self) -> [u8; 3] {
        match self {
            Self::Black => [0; 3],
            Self::Second => [0x7c, 0x7c, 0x7b],
            Self::Brand => [0, 0x66, 0xcc],
            Self::Post => [0x4d; 3],
            Self::Section => [0xec; 3],
        }
    }
}

/// A node of the tree of tags.
pub(crate) enum Child {
    Group(Group),
    Mark { page: usize, mark: usize },
}

/// Marks that belong together.
pub(crate) struct Group {
    pub(crate) role: Role,
    pub(crate) language: Option<&'static str>,
    pub(crate) children: Vec<Child>,
}

/// What a group is to a reader.
pub(crate) enum Role {
    Section,
    Heading {
        level: u16,
        title: String,
    },
    Paragraph,
    Span,
    List,
    Item,
    Label,
    Value,
    Figure {
        described: String,
        page: usize,
        area: Area,
    },
    Table,
    TableHead,
    TableBody,
    TableFoot,
    Row,
    ColumnTitle,
    /// The title of a row that spans so many columns.
    RowTitle {
        columns: u32,
    },
    Cell,
}

/// Which code it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeKind {
    /// The QR code of a notice.
    Qr,
    /// The Data Matrix of a postal slip.
    DataMatrix,
}

/// A piece of text on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacedText<'a> {
    /// The page, from nought.
    pub page: usize,
    /// What is written: what cannot be printed is gone already.
    pub text: &'a str,
    /// The room it takes.
    pub area: Area,
    /// The box it must not leave.
    pub within: Area,
}

/// A code on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacedCode<'a> {
    /// The page, from nought.
    pub page: usize,
    /// Which code it is.
    pub kind: CodeKind,
    /// The room of its modules, without the quiet zone.
    pub area: Area,
    /// What it says.
    pub text: &'a str,
    /// How many modules a row has.
    pub width: usize,
    /// Its modules, row by row; true is dark.
    pub modules: &'a [bool],
}

impl Layout {
    /// How many pages it has.
    #[must_use]
    pub fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// How the document is called.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.about.title
    }

    /// The titles that a reader's outline lists, in its order.
    pub fn headings(&self) -> impl Iterator<Item = &str> {
        self.headings.iter().map(|heading| heading.title.as_str())
    }

    /// Every text, in the order of drawing.
    pub fn texts(&self) -> impl Iterator<Item = PlacedText<'_>> {
        self.marks().flat_map(|(page, mark)| {
            let runs: &[Run] = if let Drawn::Text(runs) = &mark.drawn { runs } else { &[] };
            runs.iter().map(move |run| PlacedText { page, text: &run.text, area: run.area, within: run.within })
        })
    }

    /// Every code, in the order of drawing.
    pub fn codes(&self) -> impl Iterator<Item = PlacedCode<'_>> {
        self.marks().filter_map(|(page, mark)| {
            let Drawn::Code(code) = &mark.drawn else { return None };
            let DrawnCode { area, kind, text, modules } = code.as_ref();
            Some(PlacedCode { page, kind: *kind, area: *area, text, width: modules.width(), modules: modules.dark() })
        })
    }

    /// The modules of the page: their bars and everything else that is filled.
    pub fn fills(&self) -> impl Iterator<Item = (usize, Area)> {
        self.marks().filter_map(|(page, mark)| match &mark.drawn {
            Drawn::Fill { area, .. } => Some((page, *area)),
            _ => None,
        })
    }

    /// Every logo with its page, from nought, and the room it takes.
    pub fn logos(&self) -> impl Iterator<Item = (usize, Area)> {
        self.marks().filter_map(|(page, mark)| match &mark.drawn {
            Drawn::Logo { area, .. } => Some((page, *area)),
            _ => None,
        })
    }

    fn marks(&self) -> impl Iterator<Item = (usize, &Mark)> {
        self.pages.iter().enumerate().flat_map(|(page, marks)| marks.iter().map(move |mark| (page, mark)))
    }
}
