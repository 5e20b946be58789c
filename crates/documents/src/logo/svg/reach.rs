// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an SVG draws when each of its references is followed each time: few lines can refer to each other so that they are
//! millions of shapes. Only elements that are known are let in, and only references within the file.

use std::collections::HashMap;

use resvg::usvg::roxmltree::{Document, Node};

use crate::logo::limits::{DEPTH_MAX, REACHED_MAX};
use crate::logo::svg::NAMESPACE;
use crate::logo::svg::sheet::Sheet;
use crate::logo::{Forbidden, LogoFault};

/// The most colours of a gradient.
const STOPS_MAX: usize = 64;

/// The ids that a value such as `url(#a)` refers to.
pub(super) fn references(value: &str) -> Result<Vec<&str>, Forbidden> {
    let after = value.split("url(").skip(1);
    let target = |rest: &'_ str| rest.find(')').and_then(|end| rest.get(..end)).unwrap_or(rest).len();
    after
        .map(|rest| {
            let inner = rest.get(..target(rest)).unwrap_or(rest);
            let inner = inner.trim().trim_matches(['"', '\'']).trim();
            inner.strip_prefix('#').ok_or(Forbidden::Reference)
        })
        .collect()
}

/// Refuses what must not be drawn, or would be drawn too often.
pub(super) fn check(document: &Document<'_>) -> Result<(), LogoFault> {
    let root = document.root_element();
    if !is_svg(root) || root.tag_name().name() != "svg" {
        return Err(LogoFault::SvgBroken);
    }
    let mut by_id: HashMap<&str, Vec<Node<'_, '_>>> = HashMap::new();
    let mut sheets = String::new();
    for node in document.descendants().filter(Node::is_element) {
        if let Some(id) = node.attribute("id") {
            by_id.entry(id).or_default().push(node);
        }
        if node.tag_name().name() == "style" {
            let texts = node.descendants().filter(Node::is_text).filter_map(|text| text.text());
            texts.for_each(|text| sheets.push_str(text));
        }
    }
    let sheet = Sheet::read(&sheets)?;
    Walk { by_id: &by_id, sheet: &sheet, left: REACHED_MAX }.visit(root, 0)
}

struct Walk<'a, 'input> {
    by_id: &'a HashMap<&'a str, Vec<Node<'a, 'input>>>,
    sheet: &'a Sheet,
    /// How many elements may still be reached.
    left: usize,
}

impl<'a, 'input> Walk<'a, 'input> {
    fn visit(&mut self, node: Node<'a, 'input>, depth: usize) -> Result<(), LogoFault> {
        self.left = self.left.checked_sub(1).ok_or(LogoFault::SvgTooComplex)?;
        if depth > DEPTH_MAX {
            return Err(LogoFault::SvgTooComplex);
        }
        if !is_drawn(node)? {
            return Ok(());
        }
        for id in targets(node, self.sheet)? {
            for target in self.by_id.get(id).into_iter().flatten() {
                self.visit(*target, depth.saturating_add(1))?;
            }
        }
        node.children().filter(Node::is_element).try_for_each(|child| self.visit(child, depth.saturating_add(1)))
    }
}

/// Everything that an element refers to, by its attributes and by the sheet.
fn targets<'a>(node: Node<'a, '_>, sheet: &'a Sheet) -> Result<Vec<&'a str>, LogoFault> {
    let mut targets = Vec::new();
    for attribute in node.attributes() {
        let value = attribute.value();
        match attribute.name() {
            "href" => targets.push(value.trim().strip_prefix('#').ok_or(Forbidden::Reference)?),
            name if name.starts_with("on") => return Err(Forbidden::Script.into()),
            _ => targets.extend(references(value)?),
        }
    }
    let classes = node.attribute("class").unwrap_or_default().split_whitespace().map(|class| format!(".{class}"));
    let id = node.attribute("id").map(|id| format!("#{id}"));
    let selectors = classes.chain(id).chain([node.tag_name().name().to_owned(), "*".to_owned()]);
    selectors.for_each(|selector| targets.extend(sheet.of(&selector)));
    Ok(targets)
}

/// Whether an element is one of SVG. Those without a namespace are drawn as such.
fn is_svg(node: Node<'_, '_>) -> bool {
    node.tag_name().namespace().is_none_or(|namespace| namespace == NAMESPACE)
}

/// Whether an element is drawn, or holds what is; one that is but words about the picture is not. All others are refused.
fn is_drawn(node: Node<'_, '_>) -> Result<bool, LogoFault> {
    // What drawing programs note for themselves.
    if !is_svg(node) {
        return Ok(false);
    }
    match node.tag_name().name() {
        "svg" | "g" | "defs" | "symbol" | "use" | "path" | "rect" | "circle" | "ellipse" | "line" | "polyline"
        | "polygon" | "stop" | "clipPath" | "mask" | "switch" => Ok(true),
        "linearGradient" | "radialGradient" => {
            // Each shape has its own copy of them.
            if node.children().filter(Node::is_element).count() > STOPS_MAX {
                return Err(LogoFault::SvgTooComplex);
            }
            Ok(true)
        }
        "title" | "desc" | "metadata" | "style" => Ok(false),
        "script" => Err(Forbidden::Script.into()),
        "text" | "tspan" | "textPath" | "tref" | "font" | "font-face" => Err(Forbidden::Text.into()),
        "image" | "feImage" => Err(Forbidden::Image.into()),
        "pattern" => Err(Forbidden::Pattern.into()),
        name if name == "filter" || name.starts_with("fe") => Err(Forbidden::Filter.into()),
        _ => Err(Forbidden::Element.into()),
    }
}
