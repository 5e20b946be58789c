// SPDX-License-Identifier: AGPL-3.0-or-later
//! An SVG as it comes. It is looked through three times before it is drawn: as it is written, as its references make it, and as
//! shapes; each look is bounded by the one before. What makes it plain keeps a copy of all that is referred to, so that the second
//! look weighs as well as it counts.

mod cost;
mod draw;
mod reach;
mod sheet;
mod values;
mod weight;
mod written;

use resvg::usvg::{ImageHrefResolver, Options, Tree, roxmltree};
use std::str::from_utf8;

use crate::bitmap::Bitmap;
use crate::logo::LogoFault;
use crate::logo::limits::ELEMENTS_MAX;

/// The mark of the order of bytes, with which a file may begin.
const MARK: char = '\u{feff}';
pub(super) const NAMESPACE: &str = "http://www.w3.org/2000/svg";

/// Whether these bytes are meant to be an SVG: XML in UTF-8 that names it soon.
pub(super) fn is_svg(bytes: &[u8]) -> bool {
    text(bytes)
        .is_some_and(|text| text.trim_start().starts_with('<') && (text.contains("<svg") || text.contains(":svg")))
}

/// The picture, with white behind it, as large as the largest that is kept.
pub(super) fn bitmap(bytes: &[u8]) -> Result<Bitmap, LogoFault> {
    let text = text(bytes).ok_or(LogoFault::SvgBroken)?;
    let text = written::checked(text)?;
    // Elements, texts and attributes are nodes alike, and texts stand between elements.
    let nodes_limit = u32::try_from(ELEMENTS_MAX.saturating_mul(4)).unwrap_or(u32::MAX);
    let parsing = roxmltree::ParsingOptions { allow_dtd: false, nodes_limit, ..roxmltree::ParsingOptions::default() };
    let document = roxmltree::Document::parse_with_options(&text, parsing).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => LogoFault::SvgTooComplex,
        _ => LogoFault::SvgBroken,
    })?;
    reach::check(&document)?;
    let nothing = ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) };
    let options = Options { image_href_resolver: nothing, ..Options::default() };
    let tree = Tree::from_xmltree(&document, &options).map_err(|_| LogoFault::SvgBroken)?;
    let scale = draw::Scale::of(&tree);
    cost::check(&tree, &scale)?;
    draw::drawn(&tree, &scale)
}

fn text(bytes: &[u8]) -> Option<&str> {
    from_utf8(bytes).ok().map(|text| text.strip_prefix(MARK).unwrap_or(text))
}
