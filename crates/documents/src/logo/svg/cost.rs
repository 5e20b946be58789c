// SPDX-License-Identifier: AGPL-3.0-or-later
//! What it costs to draw an SVG, told from its shapes before one is drawn: how many pixels they cover, how many edges cross how
//! many rows, and how many layers are laid on each other.

use resvg::tiny_skia::{PathSegment, Point, Rect};
use resvg::usvg::{Group, Node, Paint, Path, Stroke, Tree};

use crate::logo::limits::{COST_MAX, GROUP_DEPTH_MAX};
use crate::logo::svg::draw::Scale;
use crate::logo::{Forbidden, LogoFault};

/// What a pixel costs that has one colour, and one whose colour is told by its place.
const PLAIN: u64 = 2;
const SHADED: u64 = 12;
/// What one row of one edge costs, in pixels.
const EDGE: u64 = 6;
/// How many edges a stroke has for one that it follows.
const STROKE: u64 = 8;
/// How often all pixels of a layer are gone through.
const LAYER: u64 = 8;
/// What the smallest layer costs.
const LAYER_LEAST: u64 = 2_000;

/// Refuses what would take too long.
pub(super) fn check(tree: &Tree, scale: &Scale) -> Result<(), LogoFault> {
    let mut cost = Cost { scale, spent: 0 };
    cost.group(tree.root(), 0)
}

struct Cost<'a> {
    scale: &'a Scale,
    spent: u64,
}

impl Cost<'_> {
    fn group(&mut self, group: &Group, depth: usize) -> Result<(), LogoFault> {
        if depth > GROUP_DEPTH_MAX {
            return Err(LogoFault::SvgTooComplex);
        }
        // A sheet can ask for one without an element.
        if !group.filters().is_empty() {
            return Err(Forbidden::Filter.into());
        }
        let below = depth.saturating_add(1);
        let (width, height) = self.covered(group.abs_layer_bounding_box().to_rect());
        let layer = width.saturating_mul(height).saturating_mul(LAYER).saturating_add(LAYER_LEAST);
        if group.should_isolate() {
            self.spend(layer)?;
        }
        let mut clip = group.clip_path();
        while let Some(path) = clip {
            self.spend(layer)?;
            self.group(path.root(), below)?;
            clip = path.clip_path();
        }
        let mut mask = group.mask();
        while let Some(of) = mask {
            self.spend(layer)?;
            self.group(of.root(), below)?;
            mask = of.mask();
        }
        group.children().iter().try_for_each(|child| match child {
            Node::Group(group) => self.group(group, below),
            Node::Path(path) => self.path(path),
            Node::Image(_) => Err(Forbidden::Image.into()),
            Node::Text(_) => Err(Forbidden::Text.into()),
        })
    }

    fn path(&mut self, path: &Path) -> Result<(), LogoFault> {
        let paints = path.fill().map(|fill| fill.paint()).into_iter().chain(path.stroke().map(|stroke| stroke.paint()));
        let mut pixel = 0_u64;
        for paint in paints {
            pixel = pixel.saturating_add(match paint {
                Paint::Color(_) => PLAIN,
                Paint::LinearGradient(_) | Paint::RadialGradient(_) => SHADED,
                Paint::Pattern(_) => return Err(Forbidden::Pattern.into()),
            });
        }
        let edges = u64::try_from(path.data().len()).unwrap_or(u64::MAX);
        let followed =
            path.stroke().map_or(0, |stroke| edges.saturating_add(dashes(path, stroke)).saturating_mul(STROKE));
        let (width, height) = self.covered(path.abs_stroke_bounding_box());
        let rows = edges.saturating_add(followed).saturating_mul(EDGE).saturating_mul(height.saturating_add(1));
        self.spend(rows.saturating_add(width.saturating_mul(height).saturating_mul(pixel)))
    }

    /// How many pixels wide and high a shape is on the paper, at the most.
    #[expect(clippy::float_arithmetic, reason = "the size of a picture is no money")]
    fn covered(&self, area: Rect) -> (u64, u64) {
        let width = rounded_up(area.width() * self.scale.across).min(self.scale.width);
        let height = rounded_up(area.height() * self.scale.down).min(self.scale.height);
        (width.into(), height.into())
    }

    fn spend(&mut self, cost: u64) -> Result<(), LogoFault> {
        self.spent = self.spent.saturating_add(cost);
        if self.spent > COST_MAX { Err(LogoFault::SvgTooComplex) } else { Ok(()) }
    }
}

/// How many dashes a stroke has, at the most: as many as fit the lines between the points of its path.
#[expect(clippy::float_arithmetic, reason = "the length of a line is no money")]
fn dashes(path: &Path, stroke: &Stroke) -> u64 {
    let Some(pattern) = stroke.dasharray() else { return 0 };
    let period: f32 = pattern.iter().sum();
    let (mut length, mut start, mut at) = (0.0_f32, Point::zero(), Point::zero());
    for segment in path.data().segments() {
        let points: &[Point] = match &segment {
            PathSegment::MoveTo(to) => {
                (start, at) = (*to, *to);
                continue;
            }
            PathSegment::LineTo(to) => &[*to],
            PathSegment::QuadTo(control, to) => &[*control, *to],
            PathSegment::CubicTo(one, other, to) => &[*one, *other, *to],
            PathSegment::Close => &[start],
        };
        for point in points {
            length += (point.x - at.x).hypot(point.y - at.y);
            at = *point;
        }
    }
    let count = u64::try_from(pattern.len()).unwrap_or(u64::MAX);
    u64::from(rounded_up(length / period)).saturating_mul(count)
}

/// A number as a whole one that is not smaller; the largest one for what is none.
#[expect(clippy::as_conversions, reason = "what is too large becomes the largest number")]
fn rounded_up(number: f32) -> u32 {
    if number.is_nan() { u32::MAX } else { number.ceil() as u32 }
}
