// SPDX-License-Identifier: AGPL-3.0-or-later
//! An SVG as pixels.

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::Tree;

use crate::bitmap::Bitmap;
use crate::logo::LogoFault;
use crate::logo::limits::KEPT_SIDE_MAX;

/// How large an SVG is drawn.
pub(super) struct Scale {
    /// How many pixels a unit has across and down: both alike, but for whole pixels at the edges.
    pub(super) across: f32,
    pub(super) down: f32,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Scale {
    /// The scale at which the longer side is the longest that is kept.
    #[expect(clippy::float_arithmetic, reason = "the size of a picture is no money")]
    pub(super) fn of(tree: &Tree) -> Scale {
        let (width, height) = (tree.size().width(), tree.size().height());
        let side: f32 = u16::try_from(KEPT_SIDE_MAX).unwrap_or(u16::MAX).into();
        let factor = side / width.max(height);
        let (columns, rows) = (pixels(width * factor), pixels(height * factor));
        let part = |pixels: u32, length: f32| f32::from(u16::try_from(pixels).unwrap_or(u16::MAX)) / length;
        Scale { across: part(columns, width), down: part(rows, height), width: columns, height: rows }
    }
}

/// A length in whole pixels: at least one, and no more than are kept.
#[expect(clippy::as_conversions, reason = "it is between one and a few hundred")]
fn pixels(length: f32) -> u32 {
    (length.round() as u32).clamp(1, KEPT_SIDE_MAX)
}

/// The picture, with white behind it.
pub(super) fn drawn(tree: &Tree, scale: &Scale) -> Result<Bitmap, LogoFault> {
    let mut paper = Pixmap::new(scale.width, scale.height).ok_or(LogoFault::SvgBroken)?;
    paper.fill(Color::WHITE);
    resvg::render(tree, Transform::from_scale(scale.across, scale.down), &mut paper.as_mut());
    Ok(Bitmap::of_opaque(&paper))
}
