// SPDX-License-Identifier: AGPL-3.0-or-later
//! What names mean where an expression stands.

use std::collections::BTreeMap;

use super::syntax::Node;
use super::types::{Kind, Typed};
use crate::form::registry::Registries;
use crate::form::value::Value;

/// What a name is.
#[derive(Debug, Clone)]
pub(crate) struct Named(pub(crate) Typed);

/// Names of the form and, within a group or a filter, of what is looked at there.
pub(crate) struct Scope<'a> {
    pub(crate) registries: &'a Registries,
    /// Fields and tables.
    pub(crate) names: BTreeMap<String, Named>,
    /// Fields of each group, by the place of the group.
    pub(crate) groups: BTreeMap<usize, BTreeMap<String, Named>>,
    /// Fewest and most rows of each group.
    pub(crate) rows: BTreeMap<usize, (usize, usize)>,
    /// The group whose row is looked at.
    pub(crate) inside: Option<usize>,
    /// The registry whose row is looked at.
    pub(crate) row: Option<String>,
}

impl<'a> Scope<'a> {
    pub(crate) const fn new(registries: &'a Registries) -> Scope<'a> {
        Scope {
            registries,
            names: BTreeMap::new(),
            groups: BTreeMap::new(),
            rows: BTreeMap::new(),
            inside: None,
            row: None,
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<Typed> {
        if name == "row" {
            let registry = self.row.clone()?;
            return Some(Typed::new(Node::Row, Kind::Row(registry)));
        }
        let inner = self.inside.and_then(|group| self.groups.get(&group)).and_then(|names| names.get(name));
        inner.or_else(|| self.names.get(name)).map(|named| named.0.clone())
    }
}

/// A compiled table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) by: Vec<Node>,
    pub(crate) rows: std::collections::HashMap<Vec<String>, Value>,
    pub(crate) otherwise: Value,
}
