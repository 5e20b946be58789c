// SPDX-License-Identifier: AGPL-3.0-or-later
//! How large a logo may be before it is read, and what it may cost to draw it.

/// The longest file, in bytes.
pub const LOGO_BYTES_MAX: usize = 512 * 1024;
/// The most pixels of a PNG.
pub const LOGO_PIXELS_MAX: u64 = 4_000_000;
/// The longest side of a PNG, in pixels.
pub const LOGO_SIDE_MAX: u32 = 4_096;
/// The longest side of what is kept, in pixels: 30 mm at 600 dpi.
pub const KEPT_SIDE_MAX: u32 = 709;
/// The longest file that is kept, in bytes.
pub const KEPT_BYTES_MAX: usize = 100_000;

/// What the decoder of PNG may take beside the pixels themselves, in bytes.
pub(super) const PNG_MEMORY_MAX: usize = 32 * 1024 * 1024;

/// The most elements of an SVG as it is written.
pub(super) const ELEMENTS_MAX: usize = 10_000;
/// The most attributes of one of them: each is compared with the others.
pub(super) const ATTRIBUTES_MAX: usize = 64;
/// How deep elements may stand in each other, those that are drawn by reference too.
pub(super) const DEPTH_MAX: usize = 32;
/// The most elements that are drawn, when each reference is followed each time.
pub(super) const REACHED_MAX: usize = 50_000;
/// What the elements that are drawn may weigh together, each time they are: about as many bytes as their attributes and rules have.
/// A byte becomes ten in memory, or a few more.
pub(super) const WEIGHT_MAX: usize = 3 * 1024 * 1024;
/// What an element, a reference or a node that is passed over weighs at the least.
pub(super) const WEIGHT_LEAST: usize = 64;
/// The longest value that shapes may inherit or be looked up by, in bytes: each shape reads it anew.
pub(super) const VALUE_BYTES_MAX: usize = 256;
/// The largest length that tells the size of a shape: a curve has the more pieces the larger it is.
pub(super) const LENGTH_MAX: f64 = 10_000_000.0;
/// The largest share of what it stands in, in percent.
pub(super) const SHARE_MAX: f64 = 1_000.0;
/// What comparing the rules with the elements may cost, in steps: one for each attribute, and each byte of a class or an id.
pub(super) const COMPARED_MAX: usize = 60_000_000;
/// The longest style sheet, in bytes, and the most rules it may have: each is compared with each element.
pub(super) const SHEET_BYTES_MAX: usize = 64 * 1024;
pub(super) const RULES_MAX: usize = 512;
/// The most parts of a selector, such as `g path`: the parts are tried against all that an element stands in.
pub(super) const SELECTOR_PARTS_MAX: usize = 2;
/// The most classes and ids that a selector may ask for.
pub(super) const SELECTOR_MARKS_MAX: usize = 4;

/// How deep groups may stand in each other after the SVG was made plain, which adds some.
pub(super) const GROUP_DEPTH_MAX: usize = 96;
/// What drawing may cost, in steps of about a pixel each.
pub(super) const COST_MAX: u64 = 150_000_000;
/// The most references of one element, by its attributes and by the sheet.
pub(crate) const REFERENCES_MAX: usize = 64;
/// The most elements that one id may mean: there should be one.
pub(crate) const NAMESAKES_MAX: usize = 8;
