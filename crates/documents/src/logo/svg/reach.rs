// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an SVG draws when each of its references is followed each time: few lines can refer to each other so that they are
//! millions of shapes, or a heavy one as often. Only elements that are known are let in, and only references within the file.

use std::collections::HashMap;
use std::rc::Rc;

use resvg::usvg::roxmltree::{Document, Node, NodeId};

use crate::logo::limits::{COMPARED_MAX, DEPTH_MAX, NAMESAKES_MAX, REACHED_MAX, WEIGHT_LEAST, WEIGHT_MAX};
use crate::logo::svg::NAMESPACE;
use crate::logo::svg::sheet::Sheet;
use crate::logo::svg::weight::{Element, Scale, is_gradient, named};
use crate::logo::{Forbidden, LogoFault};

/// The most colours of a gradient.
const STOPS_MAX: usize = 64;

/// Refuses what must not be drawn, or would be drawn too often.
pub(super) fn check(document: &Document<'_>) -> Result<(), LogoFault> {
    let root = document.root_element();
    if !is_svg(root) || root.tag_name().name() != "svg" {
        return Err(LogoFault::SvgBroken);
    }
    let mut by_id: HashMap<&str, Vec<Node<'_, '_>>> = HashMap::new();
    let mut sheet = Sheet::default();
    for node in document.descendants().filter(Node::is_element) {
        for id in named(node, "id") {
            let namesakes = by_id.entry(id).or_default();
            namesakes.push(node);
            if namesakes.len() > NAMESAKES_MAX {
                return Err(LogoFault::SvgTooComplex);
            }
        }
        if node.tag_name().name() == "style" {
            // One after the other: what one leaves open must not hide the next.
            let texts = node.descendants().filter(Node::is_text).filter_map(|text| text.text());
            sheet.add(&texts.collect::<String>())?;
        }
    }
    let scale = Scale { by_id: &by_id, sheet: &sheet };
    let (left, weight) = (REACHED_MAX, WEIGHT_MAX);
    let mut walk =
        Walk { scale, elements: HashMap::new(), inherited: HashMap::new(), left, weight, compared: COMPARED_MAX };
    walk.visit(root, 0, Carried::default())
}

struct Walk<'a, 'input> {
    scale: Scale<'a, 'input>,
    /// What is known of the elements that were reached: each is looked at once, however often it is drawn.
    elements: HashMap<NodeId, Rc<Element<'a, 'input>>>,
    /// What is inherited where a target stands, likewise.
    inherited: HashMap<NodeId, Carried>,
    /// How many elements may still be reached, what they may weigh, and what comparing them with the rules may cost.
    left: usize,
    weight: usize,
    compared: usize,
}

/// What the gradients of all that an element stands in have: a shape that inherits one has its own copy of it.
#[derive(Clone, Copy, Default)]
struct Carried {
    elements: usize,
    weight: usize,
}

impl<'a, 'input> Walk<'a, 'input> {
    fn visit(&mut self, node: Node<'a, 'input>, depth: usize, mut carried: Carried) -> Result<(), LogoFault> {
        self.left = spent(self.left, carried.elements.saturating_add(1))?;
        self.weight = spent(self.weight, carried.weight.saturating_add(WEIGHT_LEAST))?;
        if depth > DEPTH_MAX {
            return Err(LogoFault::SvgTooComplex);
        }
        if !is_drawn(node)? {
            return Ok(());
        }
        let element = self.element(node)?;
        self.weight = spent(self.weight, element.weight)?;
        self.compared = spent(self.compared, element.compared)?;
        let below = depth.saturating_add(1);
        for target in &element.targets {
            let (left, weight) = (self.left, self.weight);
            let inherited = if node.tag_name().name() == "use" { carried } else { self.around(*target)? };
            self.visit(*target, below, inherited)?;
            if is_gradient(*target) {
                carried.elements = carried.elements.saturating_add(left.saturating_sub(self.left));
                carried.weight = carried.weight.saturating_add(weight.saturating_sub(self.weight));
            }
        }
        node.children().filter(Node::is_element).try_for_each(|child| self.visit(child, below, carried))
    }

    /// What a clip path or a mask inherits, which is from where it stands.
    fn around(&mut self, target: Node<'a, 'input>) -> Result<Carried, LogoFault> {
        if let Some(known) = self.inherited.get(&target.id()) {
            return Ok(*known);
        }
        let mut gradients = 0_usize;
        for ancestor in target.ancestors().skip(1).filter(Node::is_element) {
            gradients = gradients.saturating_add(self.element(ancestor)?.gradients);
        }
        let elements = gradients.saturating_mul(STOPS_MAX);
        let inherited = Carried { elements, weight: elements.saturating_mul(WEIGHT_LEAST) };
        self.inherited.insert(target.id(), inherited);
        Ok(inherited)
    }

    fn element(&mut self, node: Node<'a, 'input>) -> Result<Rc<Element<'a, 'input>>, LogoFault> {
        if let Some(element) = self.elements.get(&node.id()) {
            return Ok(Rc::clone(element));
        }
        let element = Rc::new(self.scale.element(node)?);
        self.elements.insert(node.id(), Rc::clone(&element));
        Ok(element)
    }
}

fn spent(left: usize, cost: usize) -> Result<usize, LogoFault> {
    left.checked_sub(cost).ok_or(LogoFault::SvgTooComplex)
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
