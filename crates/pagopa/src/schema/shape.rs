// SPDX-License-Identifier: AGPL-3.0-or-later
//! The shape of an element: a leaf with its facet, or a sequence of fields.

use super::facet::Facet;

/// What an element holds.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// Text, and which text.
    Leaf(Facet),
    /// Children, in this order.
    Sequence(&'static [Field]),
}

/// One name a field may take, and what is then inside.
#[derive(Clone, Copy)]
pub(crate) struct Branch {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

/// A place in a sequence: one name, or a choice between several.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    pub(crate) branches: &'static [Branch],
    pub(crate) least: usize,
    pub(crate) most: usize,
}

impl Field {
    /// The branch of that name, exactly as the schema spells it.
    pub(crate) fn branch(&self, name: &str) -> Option<&'static Branch> {
        self.branches.iter().find(|branch| branch.name == name)
    }

    /// As [`Field::branch`], for `standIn` in whatever case: documents and senders spell it `standin`.
    pub(crate) fn branch_leniently(&self, name: &str) -> Option<&'static Branch> {
        self.branch(name).or_else(|| {
            self.branches.iter().find(|branch| branch.name == MISSPELT && name.eq_ignore_ascii_case(MISSPELT))
        })
    }

    /// The names, for a message.
    pub(crate) fn names(&self) -> String {
        let names: Vec<&str> = self.branches.iter().map(|branch| branch.name).collect();
        names.join("|")
    }
}

/// The one element whose spelling differs between the schema and the documents.
const MISSPELT: &str = "standIn";

/// A branch that holds text.
pub(crate) const fn leaf(name: &'static str, facet: Facet) -> Branch {
    Branch { name, kind: Kind::Leaf(facet) }
}

/// A branch that holds children.
pub(crate) const fn sequence(name: &'static str, fields: &'static [Field]) -> Branch {
    Branch { name, kind: Kind::Sequence(fields) }
}

/// Exactly one; several branches are a choice.
pub(crate) const fn one(branches: &'static [Branch]) -> Field {
    Field { branches, least: 1, most: 1 }
}

/// At most one.
pub(crate) const fn optional(branches: &'static [Branch]) -> Field {
    Field { branches, least: 0, most: 1 }
}

/// At least one, at most `most`.
pub(crate) const fn many(branches: &'static [Branch], most: usize) -> Field {
    Field { branches, least: 1, most }
}
