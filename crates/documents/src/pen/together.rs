// SPDX-License-Identifier: AGPL-3.0-or-later
//! Several layouts in one file: each begins on a page of its own, and is a part of the tree of tags and of the outline.

use krilla::outline::{Outline, OutlineNode};
use krilla::tagging::{Node, Tag, TagGroup, TagKind};

use crate::DocumentError;
use crate::pen::clean;
use crate::pen::layout::{About, Layout};
use crate::pen::render::{Paper, destination, outline_nodes};
use crate::pen::unit::Micro;

/// Layouts one after the other, each with the name under which the outline lists it. Without any it is one blank page.
///
/// # Errors
/// [`DocumentError`] where a standard is not kept: a defect of ours.
pub(crate) fn together(layouts: &[(&str, &Layout)], about: &About) -> Result<Vec<u8>, DocumentError> {
    let mut paper = Paper::new()?;
    let mut children = Vec::with_capacity(layouts.len());
    let mut outline = Outline::new();
    for (name, layout) in layouts {
        let first = paper.page_count();
        let mut listed = OutlineNode::new(clean::title(name), destination(first, Micro::ZERO));
        outline_nodes(layout, first).for_each(|node| listed.push_child(node));
        outline.push_child(listed);
        let mut part: TagKind = Tag::Part.into();
        part.set_lang(Some(layout.about.language.to_owned()));
        children.push(Node::Group(TagGroup::with_children(part, paper.draw(layout)?)));
    }
    paper.finish(about, children, outline)
}
