// SPDX-License-Identifier: AGPL-3.0-or-later
//! A guarded payload written again in the one form the message types are read from.
//!
//! What yaserde reads is always written here: known elements only, in the schema's order, single where they are
//! single, in no namespace, without comments or sections. So the two parsers can never understand one message
//! in two ways.

use quick_xml::escape::partial_escape;

use super::shape::{Field, Kind};
use crate::xml::{Node, trimmed};

/// Writes a payload in canonical form, under the name of its wrapper.
pub(crate) fn canonical(payload: &Node<'_>, wrapper: &str, fields: &'static [Field]) -> String {
    let mut out = String::with_capacity(payload.text_bytes().saturating_mul(2).saturating_add(256));
    write_sequence(payload, wrapper, fields, &mut out);
    out
}

fn write_sequence(node: &Node<'_>, name: &str, fields: &'static [Field], out: &mut String) {
    open(name, out);
    for field in fields {
        let matching = node.children.iter().filter_map(|child| Some((child, field.branch_leniently(&child.name)?)));
        // A choice takes the first of each of its branches; the check has told of the excess.
        let most = if field.most == 1 { field.branches.len() } else { usize::MAX };
        let mut written: Vec<&str> = Vec::new();
        for (child, branch) in matching {
            if written.len() >= most {
                break;
            }
            if field.most == 1 && written.contains(&branch.name) {
                continue;
            }
            written.push(branch.name);
            match branch.kind {
                Kind::Sequence(fields) => write_sequence(child, branch.name, fields, out),
                Kind::Leaf(_) => write_leaf(child, branch.name, out),
            }
        }
    }
    close(name, out);
}

fn write_leaf(node: &Node<'_>, name: &str, out: &mut String) {
    open(name, out);
    // References stay references: a bare carriage return would come back as a line feed.
    out.push_str(&partial_escape(trimmed(&node.text)));
    close(name, out);
}

fn open(name: &str, out: &mut String) {
    out.push('<');
    out.push_str(name);
    out.push('>');
}

fn close(name: &str, out: &mut String) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}
