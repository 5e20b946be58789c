// SPDX-License-Identifier: AGPL-3.0-or-later
//! A layout as a PDF: archivable (PDF/A-2a), readable by everyone (PDF/UA-1), and the same bytes for the same layout.

use std::num::{NonZeroU16, NonZeroU32};
use std::ops::Range;

use chrono::{Datelike, Timelike};
use krilla::Document;
use krilla::SerializeSettings;
use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{Path, PathBuilder, Point, Rect, Size, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::{Location, Surface};
use krilla::tagging::{
    Artifact, ArtifactType, BBox, ContentTag, Identifier, ListNumbering, Node, SpanTag, TableHeaderScope, Tag,
    TagGroup, TagKind, TagTree,
};
use krilla::text::{Glyph, GlyphId};
use tramite_domain::time::Instant;

use crate::DocumentError;
use crate::logo::Logo;
use crate::pen::face::{Book, EM};
use crate::pen::layout::{About, Child, Drawn, DrawnCode, Group, Ink, Layout, Mark, Meaning, Role, Run};
use crate::pen::unit::{Area, Micro, PAGE_HEIGHT, PAGE_WIDTH};

/// What made the file.
const PRODUCER: &str = "Tramite";

/// A file that is drawn, layout after layout.
pub(super) struct Paper {
    document: Document,
    book: &'static Book,
    pages: usize,
}

impl Layout {
    /// The file.
    ///
    /// # Errors
    /// [`DocumentError`] where a standard is not kept: a defect of ours.
    pub fn pdf(&self) -> Result<Vec<u8>, DocumentError> {
        let mut paper = Paper::new()?;
        let children = paper.draw(self)?;
        let mut outline = Outline::new();
        outline_nodes(self, 0).for_each(|node| outline.push_child(node));
        paper.finish(&self.about, children, outline)
    }
}

impl Paper {
    pub(super) fn new() -> Result<Paper, DocumentError> {
        let book = Book::open().ok_or_else(DocumentError::fonts)?;
        let configuration = ConfigurationBuilder::new()
            .with_archival_validator(Archival::A2_A)
            .with_accessibility_validator(Accessibility::UA1)
            .finish()
            .map_err(|error| DocumentError::of(&error))?;
        let document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
        Ok(Paper { document, book, pages: 0 })
    }

    /// How many pages there are so far.
    pub(super) fn page_count(&self) -> usize {
        self.pages
    }

    /// Draws the pages of a layout after those that are there. The answer is what the tree of tags has of them.
    pub(super) fn draw(&mut self, layout: &Layout) -> Result<Vec<Node>, DocumentError> {
        let mut identifiers = Vec::with_capacity(layout.pages.len());
        for marks in &layout.pages {
            identifiers.push(page(&mut self.document, marks, self.book)?);
        }
        let drawn = DrawnPages { first: self.pages, identifiers };
        self.pages = self.pages.saturating_add(layout.pages.len());
        Ok(drawn.nodes(&layout.root))
    }

    /// The file, with what it says of itself.
    pub(super) fn finish(
        mut self,
        about: &About,
        children: Vec<Node>,
        outline: Outline,
    ) -> Result<Vec<u8>, DocumentError> {
        let mut tree = TagTree::new().with_lang(Some(about.language.to_owned()));
        tree.children = children;
        self.document.set_tag_tree(tree);
        self.document.set_outline(outline);
        self.document.set_metadata(metadata(about));
        self.document.finish().map_err(|error| DocumentError::pdf(&error))
    }
}

/// The headings of a layout whose first page is this one, counted from nought.
pub(super) fn outline_nodes(layout: &Layout, first: usize) -> impl Iterator<Item = OutlineNode> {
    layout.headings.iter().map(move |heading| {
        OutlineNode::new(heading.title.clone(), destination(heading.page.saturating_add(first), heading.top))
    })
}

/// A height on a page, which is counted from nought.
pub(super) fn destination(page: usize, top: Micro) -> XyzDestination {
    XyzDestination::new(page, Point::from_xy(0.0, points(top)))
}

fn metadata(about: &About) -> Metadata {
    Metadata::new()
        .title(about.title.clone())
        .language(about.language.to_owned())
        .producer(PRODUCER.to_owned())
        .creator(PRODUCER.to_owned())
        .creation_date(date(about.written_at))
}

fn page(document: &mut Document, marks: &[Mark], book: &Book) -> Result<Vec<Option<Identifier>>, DocumentError> {
    let settings = PageSettings::from_wh(points(PAGE_WIDTH), points(PAGE_HEIGHT)).ok_or_else(DocumentError::page)?;
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    let identifiers = marks.iter().map(|mark| drawn(&mut surface, mark, book)).collect();
    surface.finish();
    page.finish();
    Ok(identifiers)
}

fn drawn(surface: &mut Surface<'_>, mark: &Mark, book: &Book) -> Option<Identifier> {
    let tag = match (mark.meaning, &mark.drawn) {
        (Meaning::Read, Drawn::Text(_)) => ContentTag::Span(SpanTag::empty()),
        (Meaning::Read, _) => ContentTag::Other,
        (Meaning::Form, _) => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
        (Meaning::Header, _) => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Header)),
    };
    let identifier = surface.start_tagged(tag);
    match &mark.drawn {
        Drawn::Text(runs) => runs.iter().for_each(|run| text(surface, run, book)),
        Drawn::Fill { area, ink } => fill(surface, rectangle(*area).into_iter(), *ink),
        Drawn::Code(code) => modules(surface, code),
        Drawn::Logo { area, logo } => picture(surface, *area, logo),
    }
    surface.end_tagged();
    (mark.meaning == Meaning::Read).then_some(identifier)
}

fn text(surface: &mut Surface<'_>, run: &Run, book: &Book) {
    let mut from = 0;
    let mut glyphs = Vec::with_capacity(run.glyphs.len());
    for (character, (id, advance)) in run.text.chars().zip(&run.glyphs) {
        let to = character.len_utf8().saturating_add(from);
        glyphs.push(Placed { id: GlyphId::new(*id), advance: em(*advance), range: from..to });
        from = to;
    }
    let font = book.loaded(run.face).font.clone();
    let start = Point::from_xy(points(run.area.left), points(run.baseline));
    surface.set_fill(Some(paint(run.ink)));
    surface.draw_glyphs(start, &glyphs, font, &run.text, points(run.size), false);
}

/// Rectangles in one path: nothing shines through between them.
fn fill(surface: &mut Surface<'_>, rectangles: impl Iterator<Item = Rect>, ink: Ink) {
    let mut builder = PathBuilder::new();
    rectangles.for_each(|rectangle| builder.push_rect(rectangle));
    let path: Option<Path> = builder.finish();
    if let Some(path) = path {
        surface.set_fill(Some(paint(ink)));
        surface.draw_path(&path);
    }
}

/// The dark modules of a code, those side by side as one. A module is the unit of length: short numbers are half of a file's size.
fn modules(surface: &mut Surface<'_>, code: &DrawnCode) {
    let (area, count) = (code.area, unit(code.modules.width()));
    let (across, down) = (share(area.width(), count), share(area.height(), count));
    surface.push_transform(&Transform::from_row(across, 0.0, 0.0, down, points(area.left), points(area.top)));
    let bars = code.modules.bars().filter_map(|(row, columns)| {
        Rect::from_ltrb(unit(columns.start), unit(row), unit(columns.end), unit(row.saturating_add(1)))
    });
    fill(surface, bars, Ink::Black);
    surface.pop();
}

/// A logo; nothing where what was kept of it is damaged.
fn picture(surface: &mut Surface<'_>, area: Area, logo: &Logo) {
    if let (Some(image), Some(size)) = (logo.image(), Size::from_wh(points(area.width()), points(area.height()))) {
        surface.push_transform(&Transform::from_translate(points(area.left), points(area.top)));
        surface.draw_image(image, size);
        surface.pop();
    }
}

/// A number of modules.
fn unit(modules: usize) -> f32 {
    u16::try_from(modules).unwrap_or(u16::MAX).into()
}

fn paint(ink: Ink) -> Fill {
    let [red, green, blue] = ink.rgb();
    Fill { paint: rgb::Color::new(red, green, blue).into(), rule: FillRule::NonZero, ..Fill::default() }
}

/// The pages of a layout as they were drawn.
struct DrawnPages {
    /// Which page of the file is its first.
    first: usize,
    /// What each mark of each page is called, where it is read.
    identifiers: Vec<Vec<Option<Identifier>>>,
}

impl DrawnPages {
    fn nodes(&self, children: &[Child]) -> Vec<Node> {
        let node = |child: &Child| match child {
            Child::Group(group) => Some(Node::Group(self.tagged(group))),
            Child::Mark { page, mark } => self.identifiers.get(*page)?.get(*mark).copied().flatten().map(Node::Leaf),
        };
        children.iter().filter_map(node).collect()
    }

    fn tagged(&self, group: &Group) -> TagGroup {
        let mut kind = kind(&group.role, self.first);
        if let Some(language) = group.language {
            kind.set_lang(Some(language.to_owned()));
        }
        TagGroup::with_children(kind, self.nodes(&group.children))
    }
}

fn kind(role: &Role, first: usize) -> TagKind {
    match role {
        Role::Section => Tag::Section.into(),
        Role::Heading { level, title } => {
            Tag::Hn(NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN), Some(title.clone())).into()
        }
        Role::Paragraph => Tag::P.into(),
        Role::Span => Tag::Span.into(),
        Role::List => Tag::L(ListNumbering::None).into(),
        Role::Item => Tag::LI.into(),
        Role::Label => Tag::Lbl.into(),
        Role::Value => Tag::LBody.into(),
        Role::Figure { described, page, area } => {
            let bounds = rectangle(*area).map(|rectangle| BBox::new(page.saturating_add(first), rectangle));
            Tag::Figure(Some(described.clone())).with_bbox(bounds).into()
        }
        Role::Table => Tag::Table.into(),
        Role::TableHead => Tag::THead.into(),
        Role::TableBody => Tag::TBody.into(),
        Role::TableFoot => Tag::TFoot.into(),
        Role::Row => Tag::TR.into(),
        Role::ColumnTitle => Tag::TH(TableHeaderScope::Column).into(),
        Role::RowTitle { columns } => Tag::TH(TableHeaderScope::Row).with_col_span(NonZeroU32::new(*columns)).into(),
        Role::Cell => Tag::TD.into(),
    }
}

fn date(at: Instant) -> DateTime {
    let at = at.datetime();
    let small = |number: u32| u8::try_from(number).unwrap_or(0);
    DateTime::new(u16::try_from(at.year()).unwrap_or(1))
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

fn rectangle(area: Area) -> Option<Rect> {
    Rect::from_ltrb(points(area.left), points(area.top), points(area.right), points(area.bottom))
}

/// A glyph with its place in the text.
struct Placed {
    id: GlyphId,
    advance: f32,
    range: Range<usize>,
}

impl Glyph for Placed {
    fn glyph_id(&self) -> GlyphId {
        self.id
    }

    fn text_range(&self) -> Range<usize> {
        self.range.clone()
    }

    #[expect(clippy::float_arithmetic, reason = "the place of a glyph is no money")]
    fn x_advance(&self, size: f32) -> f32 {
        self.advance * size
    }

    fn x_offset(&self, _: f32) -> f32 {
        0.0
    }

    fn y_offset(&self, _: f32) -> f32 {
        0.0
    }

    fn y_advance(&self, _: f32) -> f32 {
        0.0
    }

    fn location(&self) -> Option<Location> {
        None
    }
}

/// A length in points, as PDF counts.
#[expect(clippy::float_arithmetic, clippy::as_conversions, reason = "lengths become floats here and nowhere else")]
fn points(length: Micro) -> f32 {
    (f64::from(length.get()) * 72.0 / 25_400.0) as f32
}

/// One of so many equal parts of a length, in points.
#[expect(clippy::float_arithmetic, reason = "a module is no whole number of micrometres")]
fn share(length: Micro, parts: f32) -> f32 {
    points(length) / parts
}

/// A width of [`EM`] parts as a part of the font's size.
#[expect(clippy::float_arithmetic, clippy::as_conversions, reason = "widths become floats here and nowhere else")]
fn em(advance: i64) -> f32 {
    (advance as f64 / EM as f64) as f32
}
