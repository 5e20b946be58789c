// SPDX-License-Identifier: AGPL-3.0-or-later
//! What one element of an SVG weighs each time it is drawn: its attributes and the rules for it are read anew and kept again.

use std::collections::HashMap;

use resvg::usvg::roxmltree::{Attribute, Node};

use crate::logo::limits::{LENGTH_MAX, REFERENCES_MAX, SHARE_MAX, VALUE_BYTES_MAX, WEIGHT_LEAST};
use crate::logo::svg::NAMESPACE;
use crate::logo::svg::sheet::Sheet;
use crate::logo::svg::values::{declarations, numbers, pieces_of_arcs, reference, references};
use crate::logo::{Forbidden, LogoFault};

/// What one element is known by.
pub(super) struct Element<'a, 'input> {
    /// All that it refers to, by its attributes and by the sheet.
    pub(super) targets: Vec<Node<'a, 'input>>,
    /// How many of them are gradients.
    pub(super) gradients: usize,
    pub(super) weight: usize,
    /// What comparing it with the rules costs.
    pub(super) compared: usize,
}

/// What elements are weighed with.
pub(super) struct Scale<'a, 'input> {
    pub(super) by_id: &'a HashMap<&'a str, Vec<Node<'a, 'input>>>,
    pub(super) sheet: &'a Sheet,
}

impl<'a, 'input> Scale<'a, 'input> {
    pub(super) fn element(&self, node: Node<'a, 'input>) -> Result<Element<'a, 'input>, LogoFault> {
        let (mut ids, mut weight) = (Vec::new(), passed_over(node).saturating_mul(WEIGHT_LEAST));
        for attribute in node.attributes() {
            weight = weight.saturating_add(attribute_weight(node, &attribute)?);
            match attribute.name() {
                "href" => ids.push(reference(attribute.value())?),
                name if name.starts_with("on") => return Err(Forbidden::Script.into()),
                _ => ids.extend(references(attribute.value())?),
            }
        }
        let classes = named(node, "class").flat_map(str::split_whitespace).map(|class| format!(".{class}"));
        let names = named(node, "id").map(|id| format!("#{id}"));
        for selector in classes.chain(names).chain([node.tag_name().name().to_owned(), "*".to_owned()]) {
            if let Some(rules) = self.sheet.of(&selector) {
                weight = weight.saturating_add(rules.bytes);
                ids.extend(rules.targets.iter().map(String::as_str));
            }
        }
        // Before any of them is looked for: few lines could mean very many elements.
        if ids.len() > REFERENCES_MAX {
            return Err(LogoFault::SvgTooComplex);
        }
        weight = weight.saturating_add(ids.len().saturating_mul(WEIGHT_LEAST));
        let mut targets = Vec::with_capacity(ids.len());
        for id in ids {
            // What is not found here could be found by whoever draws it.
            targets.extend(self.by_id.get(id).ok_or(Forbidden::Reference)?);
        }
        let gradients = targets.iter().filter(|target| is_gradient(**target)).count();
        // What else it refers to may inherit them.
        targets.sort_by_key(|target| !is_gradient(*target));
        // A rule such as `g path` looks at all that an element stands in.
        let looked_at = node.ancestors().filter(Node::is_element).map(looked_at).fold(0, usize::saturating_add);
        Ok(Element { targets, gradients, weight, compared: looked_at.saturating_mul(self.sheet.rules()) })
    }
}

/// What an element is called, by each of its attributes of a name: drawing programs give it one of their own beside, and of two that
/// differ by their namespace alone some readers take the first, others the plain one.
pub(super) fn named<'a>(node: Node<'a, '_>, name: &'static str) -> impl Iterator<Item = &'a str> {
    node.attributes().filter(move |attribute| attribute.name() == name).map(|attribute| attribute.value())
}

pub(super) fn is_gradient(node: Node<'_, '_>) -> bool {
    matches!(node.tag_name().name(), "linearGradient" | "radialGradient")
}

/// How many nodes below an element are gone through and not drawn: comments, spaces, and notes with all that is in them.
fn passed_over(node: Node<'_, '_>) -> usize {
    let is_note = |child: &Node<'_, '_>| {
        !child.is_element()
            || child.tag_name().namespace().is_some_and(|namespace| namespace != NAMESPACE)
            || matches!(child.tag_name().name(), "title" | "desc" | "metadata" | "style")
    };
    node.children().filter(is_note).map(|child| child.descendants().count()).fold(0, usize::saturating_add)
}

/// How much of an element is read to compare it with a rule.
fn looked_at(node: Node<'_, '_>) -> usize {
    let length = |name| named(node, name).map(str::len).fold(0, usize::saturating_add);
    node.attributes().len().saturating_add(length("class")).saturating_add(length("id")).saturating_add(1)
}

/// What an attribute weighs. Those that shapes inherit, or are looked up by, must be short instead: an element that is not heavy
/// itself reads them too.
fn attribute_weight(node: Node<'_, '_>, attribute: &Attribute<'_, '_>) -> Result<usize, LogoFault> {
    let (name, value) = (attribute.name(), attribute.value());
    let too_complex = match name {
        "d" => return Ok(value.len().saturating_mul(pieces_of_arcs(value))),
        "style" => {
            declarations(value)?;
            return Ok(value.len());
        }
        "points" | "transform" | "gradientTransform" => return Ok(value.len()),
        // What is not drawn may be as long as it likes. It is weighed, as it is looked through for references.
        _ if is_note(attribute) => return Ok(value.len()),
        "filter" if !matches!(value.trim(), "none" | "inherit") && !value.trim().starts_with("url(") => {
            return Err(Forbidden::Filter.into());
        }
        // A copy for each that inherits it, with nothing that refers to it.
        "clip-path" | "mask" => value.contains("inherit"),
        "r" | "rx" | "ry" | "width" | "height" | "viewBox" => is_vast(node, value),
        _ => false,
    };
    if too_complex || value.len() > VALUE_BYTES_MAX { Err(LogoFault::SvgTooComplex) } else { Ok(value.len()) }
}

/// Whether an attribute is a note of a drawing program or for those who cannot see. An id and a class are read wherever they are from.
fn is_note(attribute: &Attribute<'_, '_>) -> bool {
    let name = attribute.name();
    let known = [NAMESPACE, "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace"];
    let foreign = attribute.namespace().is_some_and(|namespace| !known.contains(&namespace));
    !matches!(name, "id" | "class" | "href") && (foreign || name.starts_with("data-") || name.starts_with("aria-"))
}

/// Whether a length is so large that its curves are cut into too many pieces. One that grows with what it stands in counts as such,
/// where it could grow each time: a share of more than the whole, or a multiple of a letter.
fn is_vast(node: Node<'_, '_>, value: &str) -> bool {
    let value = value.trim();
    let is_root = node.parent_element().is_none();
    let grows = value.ends_with("em") || value.ends_with("ex");
    let is_frame = matches!(node.tag_name().name(), "svg" | "use" | "symbol");
    let most = match (value.ends_with('%'), is_frame) {
        (true, true) => 100.0,
        (true, false) => SHARE_MAX,
        (false, _) => LENGTH_MAX,
    };
    (grows && !is_root) || numbers(value).any(|number| number > most)
}
