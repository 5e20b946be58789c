// SPDX-License-Identifier: AGPL-3.0-or-later
//! What names mean where an expression stands.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::syntax::Node;
use super::types::{Kind, Typed};
use crate::form::registry::{Registries, Registry};
use crate::form::value::Value;

/// What a name is.
#[derive(Debug, Clone)]
pub(crate) struct Named(pub(crate) Typed);

/// Names of the form and, within a group or a filter, of what is looked at there.
pub(crate) struct Scope<'a> {
    registries: &'a Registries,
    /// Those of them that are named.
    used: RefCell<BTreeSet<String>>,
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
    pub(crate) fn new(registries: &'a Registries) -> Scope<'a> {
        Scope {
            registries,
            used: RefCell::new(BTreeSet::new()),
            names: BTreeMap::new(),
            groups: BTreeMap::new(),
            rows: BTreeMap::new(),
            inside: None,
            row: None,
        }
    }

    /// The registry of that name; the form depends on it from now on.
    pub(crate) fn registry(&self, name: &str) -> Option<&'a Registry> {
        let found = self.registries.get(name)?;
        self.used.borrow_mut().insert(name.to_owned());
        Some(found)
    }

    /// The registries that were asked for.
    pub(crate) fn used(&self) -> BTreeSet<String> {
        self.used.borrow().clone()
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
