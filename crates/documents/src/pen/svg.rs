// SPDX-License-Identifier: AGPL-3.0-or-later
//! A page as an SVG: one file that needs no other, no font and no style sheet, in millimetres; the same text for the same layout.

use std::collections::BTreeMap;

use data_encoding::BASE64;

use crate::DocumentError;
use crate::pen::face::{Book, EM, Face};
use crate::pen::layout::{Child, Drawn, DrawnCode, Ink, Layout, Mark, Role, Run};
use crate::pen::outline::{PARTS, Step, outline};
use crate::pen::unit::{Area, Micro, PAGE_HEIGHT, PAGE_WIDTH};

/// A millimetre, in the unit in which sizes of glyphs and modules are counted.
const PICOS: i64 = 1_000_000_000;

impl Layout {
    /// A page as an SVG of 210 by 297 millimetres, with what it says in words for who does not see it. None where there is no such
    /// page; pages are counted from nought.
    ///
    /// # Errors
    /// [`DocumentError`] where the fonts within the program are broken.
    pub fn svg(&self, page: usize) -> Result<Option<String>, DocumentError> {
        let Some(marks) = self.pages.get(page) else { return Ok(None) };
        let book = Book::open().ok_or_else(DocumentError::fonts)?;
        let mut sheet = Sheet { book, body: String::new(), glyphs: BTreeMap::new() };
        marks.iter().for_each(|mark| sheet.mark(mark));
        let Sheet { body, glyphs, .. } = sheet;
        let glyphs: String = glyphs
            .iter()
            .filter(|(_, path)| !path.is_empty())
            .map(|((face, id), path)| format!("<path id=\"{}\" d=\"{path}\"/>", name(*face, *id)))
            .collect();
        let (width, height) = (millimetres(PAGE_WIDTH), millimetres(PAGE_HEIGHT));
        let mut told = Vec::new();
        told_of(&self.root, page, marks, &mut told);
        let (language, number) = (self.about.language, page.saturating_add(1));
        let (title, told) = (escaped(&self.about.title), escaped(&told.join("\n")));
        Ok(Some(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}mm\" height=\"{height}mm\" viewBox=\"0 0 {width} {height}\" \
             role=\"img\" lang=\"{language}\" aria-labelledby=\"title-{number}\" aria-describedby=\"text-{number}\">\
             <title id=\"title-{number}\">{title} ({number}/{count})</title><desc id=\"text-{number}\">{told}</desc>\
             <defs>{glyphs}</defs><rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>{body}</svg>\n",
            count = self.pages.len()
        )))
    }
}

/// A page that is being written.
struct Sheet {
    book: &'static Book,
    body: String,
    /// The outlines that the page needs, each once.
    glyphs: BTreeMap<(Face, u32), String>,
}

impl Sheet {
    fn mark(&mut self, mark: &Mark) {
        match &mark.drawn {
            Drawn::Text(runs) => runs.iter().for_each(|run| self.run(run)),
            Drawn::Fill { area, ink } => {
                self.body += &format!("<rect {} fill=\"{}\"/>", sides(*area), colour(*ink));
            }
            Drawn::Code(code) => self.code(code),
            Drawn::Logo { area, logo } => {
                let data = BASE64.encode(logo.png());
                self.body += &format!(
                    "<image {} preserveAspectRatio=\"none\" href=\"data:image/png;base64,{data}\"/>",
                    sides(*area)
                );
            }
        }
    }

    /// A run: its glyphs stand side by side in the unit of their font, and all of it is drawn smaller.
    fn run(&mut self, run: &Run) {
        let font = self.book.loaded(run.face);
        let (left, baseline) = (millimetres(run.area.left), millimetres(run.baseline));
        let parts = font.units.saturating_mul(PARTS);
        let scale = i64::from(run.size.get()).saturating_mul(PICOS / 1_000).checked_div(parts).unwrap_or(0);
        let mut uses = String::new();
        let mut before = 0_i64;
        for (id, advance) in &run.glyphs {
            let path = self.glyphs.entry((run.face, *id)).or_insert_with(|| path(&outline(font, *id)));
            if !path.is_empty() {
                let across = before.saturating_mul(parts).saturating_add(EM / 2) / EM;
                uses += &format!("<use href=\"#{}\" x=\"{across}\"/>", name(run.face, *id));
            }
            before = before.saturating_add(*advance);
        }
        if !uses.is_empty() {
            let (scale, colour) = (decimal(scale, PICOS), colour(run.ink));
            self.body +=
                &format!("<g fill=\"{colour}\" transform=\"translate({left} {baseline})scale({scale})\">{uses}</g>");
        }
    }

    /// A code, as one path whose unit is a module.
    fn code(&mut self, code: &DrawnCode) {
        let (left, top) = (millimetres(code.area.left), millimetres(code.area.top));
        let side = |length: Micro| {
            let picos = i64::from(length.get()).saturating_mul(PICOS / 1_000);
            decimal(picos.checked_div(i64::try_from(code.modules.width()).unwrap_or(1)).unwrap_or(0), PICOS)
        };
        let (across, down) = (side(code.area.width()), side(code.area.height()));
        let bars: String = code
            .modules
            .bars()
            .map(|(row, columns)| format!("M{} {row}h{}v1h-{1}z", columns.start, columns.len()))
            .collect();
        self.body += &format!(
            "<path shape-rendering=\"crispEdges\" transform=\"translate({left} {top})scale({across} {down})\" d=\"{bars}\"/>"
        );
    }
}

/// What the page says, in the order in which it is read.
fn told_of(children: &[Child], page: usize, marks: &[Mark], told: &mut Vec<String>) {
    for child in children {
        match child {
            Child::Mark { page: on, mark } if *on == page => {
                if let Some(Mark { drawn: Drawn::Text(runs), .. }) = marks.get(*mark) {
                    // A line ends with the blank that it was broken at; one within a word with none.
                    told.push(runs.iter().map(|run| run.text.as_str()).collect::<String>().trim_end().to_owned());
                }
            }
            Child::Mark { .. } => {}
            Child::Group(group) => match &group.role {
                Role::Figure { described, page: on, .. } if *on == page => told.push(described.clone()),
                // A text in several fonts and languages is one line still.
                Role::Heading { .. } | Role::Paragraph | Role::Label | Role::Value | Role::Cell => {
                    let mut parts = Vec::new();
                    told_of(&group.children, page, marks, &mut parts);
                    told.extend((!parts.is_empty()).then(|| parts.join(" ")));
                }
                _ => told_of(&group.children, page, marks, told),
            },
        }
    }
}

/// How an outline is called within the file.
fn name(face: Face, id: u32) -> String {
    let face = match face {
        Face::Text => 't',
        Face::Strong => 's',
        Face::Mono => 'm',
        Face::MonoBold => 'b',
    };
    format!("{face}{id}")
}

fn path(steps: &[Step]) -> String {
    let step = |step: &Step| match step {
        Step::Move((x, y)) => format!("M{x} {y}"),
        Step::Line((x, y)) => format!("L{x} {y}"),
        Step::Quad((a, b), (x, y)) => format!("Q{a} {b} {x} {y}"),
        Step::Cubic((a, b), (c, d), (x, y)) => format!("C{a} {b} {c} {d} {x} {y}"),
        Step::Close => "Z".to_owned(),
    };
    steps.iter().map(step).collect()
}

fn colour(ink: Ink) -> String {
    let [red, green, blue] = ink.rgb();
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn sides(area: Area) -> String {
    let [left, top, width, height] = [area.left, area.top, area.width(), area.height()].map(millimetres);
    format!("x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"")
}

fn millimetres(length: Micro) -> String {
    decimal(length.get().into(), 1_000)
}

/// So many parts of one, where one has a power of ten of them, as a decimal number.
fn decimal(parts: i64, one: i64) -> String {
    let (whole, rest) = (parts.checked_div(one).unwrap_or(0).abs(), parts.checked_rem(one).unwrap_or(0).abs());
    let sign = if parts < 0 { "-" } else { "" };
    let places = usize::try_from(one.checked_ilog10().unwrap_or(0)).unwrap_or(0);
    let written = format!("{sign}{whole}.{rest:0places$}");
    written.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            // What XML has no place for, even escaped.
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() && letter != '\n' => {}
            letter => written.push(letter),
        }
    }
    written
}
