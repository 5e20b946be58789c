// SPDX-License-Identifier: AGPL-3.0-or-later
//! A page as a PNG, for who shows a picture of it; the same bytes for the same layout.

use std::collections::BTreeMap;

use png::Filter;
use resvg::tiny_skia::{
    Color, FillRule, FilterQuality, Paint, Path, PathBuilder, Pixmap, PixmapPaint, Rect, Transform,
};

use crate::DocumentError;
use crate::bitmap::Bitmap;
use crate::logo::Logo;
use crate::pen::face::{Book, EM, Face};
use crate::pen::layout::{Drawn, DrawnCode, Ink, Layout, Mark, Run};
use crate::pen::outline::{PARTS, Step, outline};
use crate::pen::unit::{Area, Micro, PAGE_HEIGHT, PAGE_WIDTH};

/// How wide the picture of a page is, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PreviewWidth(u16);

impl PreviewWidth {
    /// The smallest picture: one to choose a page from.
    pub const MIN: PreviewWidth = PreviewWidth(200);
    /// 150 dpi: every code can be read.
    pub const DEFAULT: PreviewWidth = PreviewWidth(1_240);
    /// 300 dpi.
    pub const MAX: PreviewWidth = PreviewWidth(2_480);

    /// So many pixels; none where they are fewer than [`PreviewWidth::MIN`] or more than [`PreviewWidth::MAX`].
    #[must_use]
    pub fn new(pixels: u32) -> Option<PreviewWidth> {
        let width = PreviewWidth(u16::try_from(pixels).ok()?);
        (Self::MIN..=Self::MAX).contains(&width).then_some(width)
    }

    /// The number of pixels.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0.into()
    }
}

impl Default for PreviewWidth {
    fn default() -> PreviewWidth {
        PreviewWidth::DEFAULT
    }
}

impl Layout {
    /// A page as a PNG of 8 bits a channel, on white, which tells its resolution. None where there is no such page; pages are counted
    /// from nought.
    ///
    /// # Errors
    /// [`DocumentError`] where the fonts within the program are broken: a defect of ours.
    pub fn png(&self, page: usize, width: PreviewWidth) -> Result<Option<Vec<u8>>, DocumentError> {
        let Some(marks) = self.pages.get(page) else { return Ok(None) };
        let book = Book::open().ok_or_else(DocumentError::fonts)?;
        let mut canvas = Canvas::new(book, width)?;
        marks.iter().try_for_each(|mark| canvas.mark(mark))?;
        let per_metre = per(width.get().saturating_mul(1_000_000), PAGE_WIDTH);
        let picture = Bitmap::of_opaque(&canvas.paper);
        // The largest page has 35 MB there, and what follows needs as much again.
        drop(canvas);
        picture.png(per_metre, Filter::NoFilter).map(Some).map_err(|_| DocumentError::picture())
    }
}

/// So many parts of a length, rounded.
fn per(parts: u32, length: Micro) -> Option<u32> {
    let length = u32::try_from(length.get()).ok()?;
    parts.saturating_add(length / 2).checked_div(length)
}

/// A page that is being drawn.
struct Canvas {
    book: &'static Book,
    paper: Pixmap,
    /// How many pixels a micrometre has.
    scale: f32,
    /// The outlines that the page needs, each made once; none for what is not seen.
    glyphs: BTreeMap<(Face, u32), Option<Path>>,
}

impl Canvas {
    fn new(book: &'static Book, width: PreviewWidth) -> Result<Canvas, DocumentError> {
        let [page_width, page_height] = [PAGE_WIDTH, PAGE_HEIGHT].map(|side| u32::try_from(side.get()).unwrap_or(0));
        // As many rows as the paper has at the least: a page is never cut.
        let height = width.get().saturating_mul(page_height).div_ceil(page_width.max(1));
        let mut paper = Pixmap::new(width.get(), height).ok_or_else(DocumentError::picture)?;
        paper.fill(Color::WHITE);
        let scale = ratio(f32::from(width.0), length(PAGE_WIDTH));
        Ok(Canvas { book, paper, scale, glyphs: BTreeMap::new() })
    }

    fn mark(&mut self, mark: &Mark) -> Result<(), DocumentError> {
        match &mark.drawn {
            Drawn::Text(runs) => runs.iter().for_each(|run| self.run(run)),
            Drawn::Fill { area, ink } => self.fill(*area, *ink),
            Drawn::Code(code) => self.code(code),
            Drawn::Logo { area, logo } => self.logo(*area, logo)?,
        }
        Ok(())
    }

    fn run(&mut self, run: &Run) {
        let font = self.book.loaded(run.face);
        let part = ratio(length(run.size), number(font.units.saturating_mul(PARTS)));
        let em = ratio(length(run.size), number(EM));
        let paint = paint(run.ink);
        let mut before = 0_i64;
        for (id, advance) in &run.glyphs {
            let path = self.glyphs.entry((run.face, *id)).or_insert_with(|| path(&outline(font, *id)));
            if let Some(path) = path {
                let transform = Transform::from_scale(self.scale, self.scale)
                    .pre_translate(length(run.area.left), length(run.baseline))
                    .pre_translate(scaled(number(before), em), 0.0)
                    .pre_scale(part, part);
                self.paper.fill_path(path, &paint, FillRule::Winding, transform, None);
            }
            before = before.saturating_add(*advance);
        }
    }

    fn fill(&mut self, area: Area, ink: Ink) {
        let Area { left, top, right, bottom } = area;
        if let Some(rectangle) = Rect::from_ltrb(length(left), length(top), length(right), length(bottom)) {
            let transform = Transform::from_scale(self.scale, self.scale);
            let path = PathBuilder::from_rect(rectangle);
            self.paper.fill_path(&path, &paint(ink), FillRule::Winding, transform, None);
        }
    }

    /// A code in one path: nothing shines through between its modules. A pixel is dark or bright as its middle is: at 150 dpi readers
    /// missed codes whose edges were grey.
    fn code(&mut self, code: &DrawnCode) {
        let unit = |modules: usize| f32::from(u16::try_from(modules).unwrap_or(u16::MAX));
        let mut builder = PathBuilder::new();
        for (row, columns) in code.modules.bars() {
            let bar = Rect::from_ltrb(unit(columns.start), unit(row), unit(columns.end), unit(row.saturating_add(1)));
            if let Some(bar) = bar {
                builder.push_rect(bar);
            }
        }
        if let Some(path) = builder.finish() {
            let count = unit(code.modules.width());
            let transform = Transform::from_scale(self.scale, self.scale)
                .pre_translate(length(code.area.left), length(code.area.top))
                .pre_scale(ratio(length(code.area.width()), count), ratio(length(code.area.height()), count));
            let black = Paint { anti_alias: false, ..paint(Ink::Black) };
            self.paper.fill_path(&path, &black, FillRule::Winding, transform, None);
        }
    }

    /// A logo. It is first made as small as it is seen: drawing with fewer pixels leaves some of them out.
    fn logo(&mut self, area: Area, logo: &Logo) -> Result<(), DocumentError> {
        let [wide, high] = [area.width(), area.height()].map(|side| whole(scaled(length(side), self.scale)));
        let Some(bitmap) = logo.bitmap() else { return Ok(()) };
        let drawn = bitmap.shrunk(wide, high).pixmap().ok_or_else(DocumentError::picture)?;
        let across = ratio(length(area.width()), number(drawn.width().into()));
        let down = ratio(length(area.height()), number(drawn.height().into()));
        let transform = Transform::from_scale(self.scale, self.scale)
            .pre_translate(length(area.left), length(area.top))
            .pre_scale(across, down);
        let smooth = PixmapPaint { quality: FilterQuality::Bilinear, ..PixmapPaint::default() };
        self.paper.draw_pixmap(0, 0, drawn.as_ref(), &smooth, transform, None);
        Ok(())
    }
}

fn path(steps: &[Step]) -> Option<Path> {
    let place = |(x, y): (i32, i32)| (number(x.into()), number(y.into()));
    let mut builder = PathBuilder::new();
    for step in steps {
        match step {
            Step::Move(to) => {
                let (x, y) = place(*to);
                builder.move_to(x, y);
            }
            Step::Line(to) => {
                let (x, y) = place(*to);
                builder.line_to(x, y);
            }
            Step::Quad(control, to) => {
                let ((a, b), (x, y)) = (place(*control), place(*to));
                builder.quad_to(a, b, x, y);
            }
            Step::Cubic(one, other, to) => {
                let ((a, b), (c, d), (x, y)) = (place(*one), place(*other), place(*to));
                builder.cubic_to(a, b, c, d, x, y);
            }
            Step::Close => builder.close(),
        }
    }
    builder.finish()
}

fn paint(ink: Ink) -> Paint<'static> {
    let [red, green, blue] = ink.rgb();
    let mut paint = Paint::default();
    paint.set_color_rgba8(red, green, blue, u8::MAX);
    paint
}

/// A length in micrometres.
fn length(length: Micro) -> f32 {
    number(length.get().into())
}

#[expect(clippy::as_conversions, reason = "numbers become floats here and nowhere else")]
fn number(number: i64) -> f32 {
    number as f32
}

/// A length in whole pixels, at least one.
#[expect(clippy::as_conversions, reason = "no side is longer than a page")]
fn whole(pixels: f32) -> u32 {
    (pixels.round() as u32).max(1)
}

#[expect(clippy::float_arithmetic, reason = "the scale of a picture is no money")]
fn ratio(of: f32, to: f32) -> f32 {
    of / to
}

#[expect(clippy::float_arithmetic, reason = "the scale of a picture is no money")]
fn scaled(length: f32, by: f32) -> f32 {
    length * by
}
