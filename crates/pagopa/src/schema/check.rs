// SPDX-License-Identifier: AGPL-3.0-or-later
//! An element against its shape: every deviation, in document order.

use super::shape::{Field, Kind};
use super::violation::{Reason, Violation};
use crate::xml::{Namespace, Node};

/// The largest number of deviations that are told; beyond, the message is simply wrong.
const VIOLATIONS_MAX: usize = 32;

/// The longest name of an unknown element that is repeated in a path, in bytes.
const UNKNOWN_NAME_BYTES_MAX: usize = 40;

/// Every deviation of a payload from its shape, up to a limit.
pub(crate) fn check(payload: &Node<'_>, fields: &'static [Field]) -> Vec<Violation> {
    let mut found = Vec::new();
    check_sequence(payload, fields, &Path::Root, &mut found);
    found.truncate(VIOLATIONS_MAX);
    found
}

/// The way down to an element; a text is made of it only where something is wrong.
enum Path<'a> {
    Root,
    Below { parent: &'a Path<'a>, name: &'a str, occurrence: usize },
}

impl Path<'_> {
    fn text(&self) -> String {
        match self {
            Path::Root => String::new(),
            Path::Below { parent, name, occurrence } => {
                let mut text = parent.text();
                if !text.is_empty() {
                    text.push('/');
                }
                text.push_str(if name.len() <= UNKNOWN_NAME_BYTES_MAX { name } else { "…" });
                if *occurrence > 1 {
                    text.push_str(&format!("[{occurrence}]"));
                }
                text
            }
        }
    }

    fn report(&self, reason: Reason, found: &mut Vec<Violation>) {
        if found.len() < VIOLATIONS_MAX {
            found.push(Violation::new(self.text(), reason));
        }
    }
}

fn check_sequence(node: &Node<'_>, fields: &'static [Field], path: &Path<'_>, found: &mut Vec<Violation>) {
    if node.has_text() {
        path.report(Reason::Mixed, found);
    }
    if node.stray_attribute {
        path.report(Reason::Attribute, found);
    }
    let mut counts = vec![0_usize; fields.len()];
    let mut reached = 0;
    for child in &node.children {
        if found.len() >= VIOLATIONS_MAX {
            return;
        }
        let place = fields.iter().zip(&mut counts).enumerate().find_map(|(position, (field, count))| {
            let branch = field.branch(&child.name)?;
            *count = count.saturating_add(1);
            Some((position, field, *count, branch))
        });
        let Some((position, field, count, branch)) = place else {
            let path = Path::Below { parent: path, name: &child.name, occurrence: 1 };
            path.report(Reason::Unexpected, found);
            continue;
        };
        let path = Path::Below { parent: path, name: branch.name, occurrence: count };
        if child.namespace != Namespace::Absent {
            path.report(Reason::Qualified, found);
        }
        if position < reached {
            path.report(Reason::OutOfOrder, found);
        }
        if count > field.most {
            path.report(Reason::TooMany { most: field.most }, found);
        }
        reached = reached.max(position);
        check_element(child, branch.kind, &path, found);
    }
    for (field, count) in fields.iter().zip(counts) {
        if count < field.least {
            let names = field.names();
            Path::Below { parent: path, name: &names, occurrence: 1 }.report(Reason::Missing, found);
        }
    }
}

fn check_element(node: &Node<'_>, kind: Kind, path: &Path<'_>, found: &mut Vec<Violation>) {
    match kind {
        Kind::Sequence(fields) => check_sequence(node, fields, path, found),
        Kind::Leaf(facet) => {
            if !node.children.is_empty() {
                path.report(Reason::Mixed, found);
            }
            if node.stray_attribute {
                path.report(Reason::Attribute, found);
            }
            if let Err(reason) = facet.check(&node.text) {
                path.report(reason, found);
            }
        }
    }
}
