// SPDX-License-Identifier: AGPL-3.0-or-later
//! A pen that draws and says what it draws: every text, table and code is tagged, in the order in which it is read, and no text
//! leaves its box. What it drew is a [`Layout`], which becomes a PDF, or pictures, at the end.

mod clean;
mod face;
mod layout;
mod outline;
mod raster;
mod render;
mod svg;
mod together;
mod unit;
mod wrap;

use std::borrow::Cow;

pub use layout::{CodeKind, Layout, PlacedCode, PlacedText};
pub use raster::PreviewWidth;
pub use unit::{Area, Micro};

pub(crate) use clean::title as plain_title;
pub(crate) use face::Face;
pub(crate) use layout::{About, Ink, Role};
pub(crate) use together::together;
pub(crate) use unit::{mm, pt10, tenths};

use crate::DocumentError;
use crate::code::Modules;
use crate::logo::Logo;
use face::Book;
use layout::{Child, Drawn, DrawnCode, Group, Heading, Mark, Meaning, Run};
use wrap::{Inked, Wrapped};

/// What stands where nothing is written.
const NOTHING: &str = "–";

/// A text in one font, one colour and one language.
#[derive(Debug, Clone)]
pub(crate) struct Span<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) face: Face,
    pub(crate) ink: Ink,
    /// Its language, where it is not that of the document.
    pub(crate) language: Option<&'static str>,
}

/// On which side lines begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// A text that is written in a box.
#[derive(Debug, Clone)]
pub(crate) struct Block<'a> {
    pub(crate) spans: Vec<Span<'a>>,
    /// The size it should have.
    pub(crate) size: Micro,
    /// The smallest it may have.
    pub(crate) least: Micro,
    pub(crate) align: Align,
}

/// A code that is to be drawn.
pub(crate) struct Figure {
    pub(crate) kind: CodeKind,
    pub(crate) text: String,
    pub(crate) modules: Modules,
    /// What it is, in words.
    pub(crate) described: String,
}

/// The pen.
pub(crate) struct Pen {
    book: &'static Book,
    layout: Layout,
    open: Vec<Vec<Child>>,
}

impl<'a> Span<'a> {
    /// A text in black, in the language of the document.
    pub(crate) fn new(text: impl Into<Cow<'a, str>>, face: Face) -> Span<'a> {
        Span { text: text.into(), face, ink: Ink::Black, language: None }
    }

    /// The same in another colour.
    pub(crate) fn in_ink(self, ink: Ink) -> Span<'a> {
        Span { ink, ..self }
    }
}

impl<'a> Block<'a> {
    /// A text of one size.
    pub(crate) fn new(spans: Vec<Span<'a>>, size: Micro) -> Block<'a> {
        Block { spans, size, least: size, align: Align::Left }
    }

    /// A text that may shrink.
    pub(crate) fn down_to(self, least: Micro) -> Block<'a> {
        Block { least, ..self }
    }

    /// A text whose lines end on the right.
    pub(crate) fn right(self) -> Block<'a> {
        Block { align: Align::Right, ..self }
    }
}

impl Pen {
    /// A pen and a first page.
    pub(crate) fn new(about: About) -> Result<Pen, DocumentError> {
        let book = Book::open().ok_or_else(DocumentError::fonts)?;
        let about = About { title: clean::title(&about.title), ..about };
        let layout = Layout { about, pages: vec![Vec::new()], root: Vec::new(), headings: Vec::new() };
        Ok(Pen { book, layout, open: vec![Vec::new()] })
    }

    /// Goes on on a new page.
    pub(crate) fn turn_page(&mut self) {
        self.layout.pages.push(Vec::new());
    }

    /// Draws what belongs together.
    pub(crate) fn within<T>(&mut self, role: Role, draw: impl FnOnce(&mut Pen) -> T) -> T {
        self.within_language(role, None, draw)
    }

    fn within_language<T>(
        &mut self,
        role: Role,
        language: Option<&'static str>,
        draw: impl FnOnce(&mut Pen) -> T,
    ) -> T {
        self.open.push(Vec::new());
        let value = draw(self);
        let children = self.open.pop().unwrap_or_default();
        if !children.is_empty() {
            self.append(Child::Group(Group { role, language, children }));
        }
        value
    }

    /// A heading, which the outline lists too.
    pub(crate) fn heading(&mut self, level: u16, area: Area, block: &Block<'_>) -> Micro {
        let titles = block.spans.iter().map(|span| clean::title(&span.text)).filter(|text| text != "/");
        let title = titles.filter(|title| !title.is_empty()).collect::<Vec<_>>().join(" / ");
        let title = if title.is_empty() { NOTHING.to_owned() } else { title };
        self.layout.headings.push(Heading { title: title.clone(), page: self.page(), top: area.top });
        self.text(Role::Heading { level, title }, area, block)
    }

    /// A paragraph; the answer is the lower edge of its last line.
    pub(crate) fn paragraph(&mut self, area: Area, block: &Block<'_>) -> Micro {
        self.text(Role::Paragraph, area, block)
    }

    /// A text of any role. A heading, a cell or a value of which nothing is seen is a dash: it must not lose its place among the others.
    pub(crate) fn text(&mut self, role: Role, area: Area, block: &Block<'_>) -> Micro {
        let wrapped = wrap::wrapped(block, area.width(), area.height(), self.book);
        let kept =
            matches!(role, Role::Heading { .. } | Role::Cell | Role::ColumnTitle | Role::RowTitle { .. } | Role::Value);
        let (block, wrapped) = if kept && wrapped.is_blank() {
            let face = block.spans.first().map_or(Face::Text, |span| span.face);
            let dash = Block { spans: vec![Span::new(NOTHING, face)], ..block.clone() };
            let wrapped = wrap::wrapped(&dash, area.width(), area.height(), self.book);
            (Cow::Owned(dash), wrapped)
        } else {
            (Cow::Borrowed(block), wrapped)
        };
        let block = block.as_ref();
        self.within(role, |pen| {
            for (span, part) in block.spans.iter().enumerate() {
                let runs = runs(span, block, &wrapped, area);
                match part.language {
                    _ if runs.is_empty() => {}
                    None => pen.mark(Meaning::Read, Drawn::Text(runs)),
                    language => {
                        pen.within_language(Role::Span, language, |pen| pen.mark(Meaning::Read, Drawn::Text(runs)))
                    }
                }
            }
        });
        bottom(&wrapped, area)
    }

    /// A text that stands on every page and was read on the first.
    pub(crate) fn repeated(&mut self, area: Area, block: &Block<'_>) {
        let wrapped = wrap::wrapped(block, area.width(), area.height(), self.book);
        for span in 0..block.spans.len() {
            let runs = runs(span, block, &wrapped, area);
            if !runs.is_empty() {
                self.mark(Meaning::Header, Drawn::Text(runs));
            }
        }
    }

    /// A filled rectangle, which is not read.
    pub(crate) fn fill(&mut self, area: Area, ink: Ink) {
        self.mark(Meaning::Form, Drawn::Fill { area, ink });
    }

    /// A code, with words for who does not see it.
    pub(crate) fn code(&mut self, area: Area, figure: Figure) {
        let Figure { kind, text, modules, described } = figure;
        let role = Role::Figure { described, page: self.page(), area };
        self.within(role, |pen| {
            pen.mark(Meaning::Read, Drawn::Code(Box::new(DrawnCode { area, kind, text, modules })));
        });
    }

    /// A logo, with words for who does not see it.
    pub(crate) fn logo(&mut self, area: Area, logo: Logo, described: &str) {
        let role = Role::Figure { described: clean::title(described), page: self.page(), area };
        self.within(role, |pen| pen.mark(Meaning::Read, Drawn::Logo { area, logo }));
    }

    /// A logo that stands on every page and was read on the first.
    pub(crate) fn repeated_logo(&mut self, area: Area, logo: Logo) {
        self.mark(Meaning::Header, Drawn::Logo { area, logo });
    }

    /// What was drawn.
    pub(crate) fn finish(mut self) -> Layout {
        self.layout.root = self.open.pop().unwrap_or_default();
        self.layout
    }

    /// How many pages there are so far.
    pub(crate) fn page_count(&self) -> usize {
        self.layout.pages.len()
    }

    fn page(&self) -> usize {
        self.page_count().saturating_sub(1)
    }

    fn mark(&mut self, meaning: Meaning, drawn: Drawn) {
        let page = self.page();
        let Some(marks) = self.layout.pages.last_mut() else { return };
        let mark = marks.len();
        marks.push(Mark { meaning, drawn });
        if meaning == Meaning::Read {
            self.append(Child::Mark { page, mark });
        }
    }

    fn append(&mut self, child: Child) {
        if let Some(children) = self.open.last_mut() {
            children.push(child);
        }
    }
}

/// The lower edge of the last line.
fn bottom(wrapped: &Wrapped, area: Area) -> Micro {
    let lines = i32::try_from(wrapped.lines.len()).unwrap_or(0);
    area.top + wrap::line_height(wrapped.size).times(lines)
}

/// The runs of one span, line by line.
fn runs(span: usize, block: &Block<'_>, wrapped: &Wrapped, within: Area) -> Vec<Run> {
    let Some(style) = block.spans.get(span) else { return Vec::new() };
    let size = wrapped.size;
    let mut top = within.top;
    let mut runs = Vec::new();
    for line in &wrapped.lines {
        let start = line.iter().position(|inked| inked.span == span);
        let ink: Vec<Inked> = line.iter().copied().filter(|inked| inked.span == span).collect();
        if let Some(start) = start {
            let edge = match block.align {
                Align::Left => within.left,
                Align::Right => within.right - wrap::length(wrap::advance(line), size),
            };
            // Both edges are counted from the line's, so that rounding never adds up.
            let before: i64 = line.iter().take(start).map(|inked| inked.glyph.advance).sum();
            let left = edge + wrap::length(before, size);
            let right = edge + wrap::length(before.saturating_add(wrap::advance(&ink)), size);
            let bottom = top + wrap::line_height(size);
            runs.push(Run {
                text: ink.iter().map(|inked| inked.glyph.character).collect(),
                glyphs: ink.iter().map(|inked| (inked.glyph.id, inked.glyph.advance)).collect(),
                face: style.face,
                ink: style.ink,
                size,
                area: Area { left, top, right, bottom },
                baseline: top + wrap::ascent(size),
                within,
            });
        }
        top = top + wrap::line_height(size);
    }
    runs
}
