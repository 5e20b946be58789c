// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lines of a text that fit a box: smaller where they do not, and cut with an ellipsis where nothing else helps.

use std::ops::Range;

use crate::pen::face::{Book, EM, Face, Glyph};
use crate::pen::unit::{Micro, pt10};
use crate::pen::{Block, clean};

/// By how much a text shrinks at a time.
const STEP: Micro = pt10(5);
/// How high a line is, in hundredths of its font.
const LINE: i32 = 125;
/// How much of that is above the foot of the letters.
const ASCENT: i32 = 96;
const ELLIPSIS: char = '…';

/// A glyph and the span it belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inked {
    pub(crate) glyph: Glyph,
    pub(crate) span: usize,
    face: Face,
}

/// A text in lines, all of one size.
pub(crate) struct Wrapped {
    pub(crate) size: Micro,
    pub(crate) lines: Vec<Vec<Inked>>,
}

impl Wrapped {
    /// Whether nothing of it is seen.
    pub(crate) fn is_blank(&self) -> bool {
        self.lines.iter().flatten().all(|inked| inked.glyph.character.is_whitespace())
    }
}

/// How high a line of a font is.
pub(crate) fn line_height(size: Micro) -> Micro {
    hundredths(size, LINE)
}

/// How far the foot of the letters is below the upper edge of their line.
pub(crate) fn ascent(size: Micro) -> Micro {
    hundredths(size, ASCENT)
}

/// How wide glyphs are, without the blanks at their end, in parts of [`EM`].
pub(crate) fn advance(line: &[Inked]) -> i64 {
    let ink = line.iter().rposition(|inked| inked.glyph.character != ' ').map_or(0, |last| last.saturating_add(1));
    line.iter().take(ink).map(|inked| inked.glyph.advance).sum()
}

/// How long so many parts of [`EM`] are, rounded up.
pub(crate) fn length(advance: i64, size: Micro) -> Micro {
    let long = advance.saturating_mul(i64::from(size.get())).saturating_add(EM.saturating_sub(1)) / EM;
    Micro::new(i32::try_from(long).unwrap_or(i32::MAX))
}

fn hundredths(size: Micro, parts: i32) -> Micro {
    Micro::new(size.get().saturating_mul(parts) / 100)
}

/// The text in a box of this size. It shrinks a little before a word is broken, and as far as it may before it is cut.
pub(crate) fn wrapped(block: &Block<'_>, width: Micro, height: Micro, book: &Book) -> Wrapped {
    let glyphs = inked(block, book);
    let whole_words = sizes(block.size, block.least.max(block.size.part(3, 4))).map(|size| (size, false));
    for (size, in_words) in whole_words.chain(sizes(block.size, block.least).map(|size| (size, true))) {
        let lines = broken(&glyphs, limit(width, size), in_words);
        if let Some(lines) = lines.filter(|lines| lines.len() <= lines_max(height, size)) {
            return Wrapped { size, lines: taken(&glyphs, &lines) };
        }
    }
    let (size, limit) = (block.least, limit(width, block.least));
    let lines = broken(&glyphs, limit, true).unwrap_or_default();
    Wrapped { size, lines: cut(taken(&glyphs, &lines), lines_max(height, size).max(1), limit, book) }
}

/// Sizes from one to another, which is the last.
fn sizes(from: Micro, to: Micro) -> impl Iterator<Item = Micro> {
    std::iter::successors(Some(from), move |size| (*size > to).then(|| to.max(*size - STEP)))
}

/// The glyphs of all spans, with a space between them.
fn inked(block: &Block<'_>, book: &Book) -> Vec<Inked> {
    let mut all: Vec<Inked> = Vec::new();
    for (span, part) in block.spans.iter().enumerate() {
        let font = book.loaded(part.face);
        let glyphs = clean::glyphs(&part.text, font);
        if let (Some(last), false) = (all.last().copied(), glyphs.is_empty()) {
            let space = book.loaded(last.face).glyph(' ');
            all.extend(space.map(|glyph| Inked { glyph, ..last }));
        }
        all.extend(glyphs.into_iter().map(|glyph| Inked { glyph, span, face: part.face }));
    }
    all
}

fn limit(width: Micro, size: Micro) -> i64 {
    i64::from(width.get()).saturating_mul(EM).checked_div(i64::from(size.get())).unwrap_or(0)
}

fn lines_max(height: Micro, size: Micro) -> usize {
    let lines = height.get().checked_div(line_height(size).get()).unwrap_or(0);
    usize::try_from(lines).unwrap_or(0)
}

fn taken(glyphs: &[Inked], lines: &[Range<usize>]) -> Vec<Vec<Inked>> {
    lines.iter().filter_map(|line| glyphs.get(line.clone())).map(<[Inked]>::to_vec).collect()
}

/// Lines no longer than the limit, broken after spaces; within words only where that is allowed, else none for a word too long.
fn broken(glyphs: &[Inked], limit: i64, in_words: bool) -> Option<Vec<Range<usize>>> {
    let (mut lines, mut start, mut width) = (Vec::new(), 0, 0_i64);
    let mut after_space: Option<(usize, i64)> = None;
    for (at, Inked { glyph, .. }) in glyphs.iter().enumerate() {
        if glyph.character == ' ' {
            width = width.saturating_add(glyph.advance);
            after_space = Some((at.saturating_add(1), width));
            continue;
        }
        if width.saturating_add(glyph.advance) > limit
            && let Some((next, before)) = after_space.take()
        {
            lines.push(start..next);
            start = next;
            width = width.saturating_sub(before);
        }
        if width.saturating_add(glyph.advance) > limit {
            if !in_words {
                return None;
            }
            if at > start {
                lines.push(start..at);
            }
            start = at;
            width = 0;
        }
        width = width.saturating_add(glyph.advance);
    }
    if start < glyphs.len() {
        lines.push(start..glyphs.len());
    }
    Some(lines)
}

/// The first lines; where there were more, the last of them ends with an ellipsis.
fn cut(mut lines: Vec<Vec<Inked>>, most: usize, limit: i64, book: &Book) -> Vec<Vec<Inked>> {
    if lines.len() <= most {
        return lines;
    }
    lines.truncate(most);
    if let Some(last) = lines.last_mut()
        && let Some(end) = last.last().copied()
        && let Some(glyph) = book.loaded(end.face).glyph(ELLIPSIS)
    {
        let too_long = |line: &[Inked]| {
            let long: i64 = line.iter().map(|inked| inked.glyph.advance).sum();
            long.saturating_add(glyph.advance) > limit || line.last().is_some_and(|inked| inked.glyph.character == ' ')
        };
        while !last.is_empty() && too_long(last) {
            last.pop();
        }
        last.push(Inked { glyph, ..end });
    }
    lines
}
