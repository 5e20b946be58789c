// SPDX-License-Identifier: AGPL-3.0-or-later
//! Groups that are decided and written together: so many that it is worth it, and so few that the database does it in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use tramite_domain::import::RowAction;

use super::reading::Group;
use crate::pace::{
    IMPORT_CANCELLATION_WEIGHT, IMPORT_GROUPS_MAX, IMPORT_HALVINGS_MAX, IMPORT_INSTALLMENTS_MAX, IMPORT_PART_BYTES_MAX,
    IMPORT_ROWS_A_GROUP,
};

/// How often parts are halved: where the database took too long for them they are smaller from then on.
#[derive(Debug, Clone)]
pub(super) struct Halvings(Arc<AtomicU32>);

impl Halvings {
    pub(super) fn new(times: u32) -> Self {
        Self(Arc::new(AtomicU32::new(times)))
    }

    /// Parts that are begun from now on are so small.
    pub(super) fn set(&self, halvings: u32) {
        self.0.store(halvings, Ordering::Relaxed);
    }

    /// How often they are halved now.
    pub(super) fn now(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    fn of(&self, limit: usize) -> usize {
        let halvings = self.now().min(IMPORT_HALVINGS_MAX);
        limit.checked_shr(halvings).unwrap_or_default().max(1)
    }
}

/// Groups that are decided and written together.
pub(super) struct Portion {
    pub(super) groups: Vec<Group>,
    /// How often parts were halved when it was made.
    pub(super) halvings: u32,
}

impl Portion {
    /// Its two halves; of one group alone there are none.
    pub(super) fn halves(self) -> (Self, Option<Self>) {
        let Self { mut groups, halvings } = self;
        let half = groups.len().div_ceil(2);
        if half == groups.len() {
            return (Self { groups, halvings }, None);
        }
        let (second, halvings) = (groups.split_off(half), halvings.saturating_add(1));
        (Self { groups, halvings }, Some(Self { groups: second, halvings }))
    }
}

/// Groups that become a part while the file is read.
#[derive(Default)]
pub(super) struct Part {
    pub(super) groups: Vec<Group>,
    rows: usize,
    installments: usize,
    bytes: usize,
}

impl Part {
    /// One more group, of so many bytes.
    pub(super) fn push(&mut self, group: Group, bytes: usize) {
        self.installments = self.installments.saturating_add(weight(&group));
        self.rows = self.rows.saturating_add(group.lines.len());
        self.bytes = self.bytes.saturating_add(bytes);
        self.groups.push(group);
    }

    /// What is decided and written together.
    pub(super) fn made(self, halvings: &Halvings) -> Portion {
        Portion { groups: self.groups, halvings: halvings.now() }
    }

    pub(super) fn is_full(&self, halvings: &Halvings) -> bool {
        self.groups.len() >= halvings.of(IMPORT_GROUPS_MAX)
            || self.rows >= halvings.of(IMPORT_GROUPS_MAX.saturating_mul(IMPORT_ROWS_A_GROUP))
            || self.installments >= halvings.of(IMPORT_INSTALLMENTS_MAX)
            || self.bytes >= halvings.of(IMPORT_PART_BYTES_MAX)
    }
}

/// The installments of a group, as far as they are known.
fn weight(group: &Group) -> usize {
    let Ok(wish) = &group.content else { return 1 };
    if wish.asked.action == RowAction::Cancel {
        return IMPORT_CANCELLATION_WEIGHT;
    }
    let options = &wish.asked.input.payment_options;
    options.iter().map(|option| option.installments.len()).sum::<usize>().max(1)
}

/// About the bytes of what rows say.
pub(super) fn bytes_of(value: &Value) -> usize {
    let own = size_of::<Value>();
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => own,
        Value::String(text) => own.saturating_add(text.len()),
        Value::Array(values) => values.iter().map(bytes_of).fold(own, usize::saturating_add),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| name.len().saturating_add(bytes_of(value)))
            .fold(own, usize::saturating_add),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tramite_documents::import::PlacedFault;
    use tramite_domain::import::RowFault;

    use super::*;

    /// How many groups of that kind make a part.
    fn full(group: impl Fn() -> Group, bytes: usize, halvings: u32) -> usize {
        let (mut part, halvings) = (Part::default(), Halvings::new(halvings));
        while !part.is_full(&halvings) {
            part.push(group(), bytes);
        }
        part.groups.len()
    }

    fn wrong() -> Group {
        let fault = RowFault { column: None, code: "invalid_json".to_owned(), detail: String::new() };
        let content = Err(vec![PlacedFault { row: 0, fault }]);
        Group { lines: vec![1], external_id: None, content }
    }

    #[test]
    fn a_part_is_full_by_its_groups_or_its_bytes() {
        assert_eq!(full(wrong, 0, 0), 1_000);
        assert_eq!(full(wrong, 0, 1), 500);
        assert_eq!(full(wrong, 0, 9), 1);
        assert_eq!(full(wrong, 0, u32::MAX), 1);
        assert_eq!(full(wrong, 1 << 20, 0), 8);
    }

    #[test]
    fn a_part_is_cut_in_two_until_it_is_of_one_group() {
        let sizes = |(first, second): (Portion, Option<Portion>)| {
            (first.groups.len(), first.halvings, second.map(|second| (second.groups.len(), second.halvings)))
        };
        let of = |many: usize| Portion { groups: std::iter::repeat_with(wrong).take(many).collect(), halvings: 3 };
        assert_eq!(sizes(of(5).halves()), (3, 4, Some((2, 4))));
        assert_eq!(sizes(of(2).halves()), (1, 4, Some((1, 4))));
        assert_eq!(sizes(of(1).halves()), (1, 3, None));
    }

    #[test]
    fn bytes_are_those_of_texts_and_of_what_holds_them() {
        let empty = bytes_of(&json!({}));
        assert_eq!(bytes_of(&json!("abc")), empty + 3);
        assert_eq!(bytes_of(&json!({"ab": ["abc", null]})), 4 * empty + 5);
    }
}
