// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rows of one position come together, wherever they stand in the file: a first pass counts them by a hash of their key, and in
//! the second a position is given when its last row was read. What is refused of it is given in pieces, none of which has more rows
//! than a position may have: no file is one piece of work.

use std::collections::HashMap;
use std::collections::hash_map::{DefaultHasher, Entry};
use std::hash::{Hash, Hasher};

use crate::sheet::{SheetCell, SheetRow};

use super::body::Key;
use super::limits::{GROUP_ROWS_MAX, WAITING_BYTES_MAX};

/// The keys of a file, as their hashes.
#[derive(Debug, Default)]
pub(super) struct KeyCount {
    hashes: Vec<u64>,
}

/// The keys that have more than one row.
#[derive(Debug, Default)]
pub(super) struct Repeated(Vec<(u64, usize)>);

/// Rows that wait for others of their position.
#[derive(Debug, Default)]
pub(super) struct WaitingRoom {
    waiting: HashMap<Key, Waiting>,
    /// What is refused, by the hash of its key: the key itself may be long.
    refused: HashMap<u64, RefusedRows>,
    bytes: usize,
    limit: Limits,
}

#[derive(Debug)]
struct Limits {
    bytes: usize,
    rows: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: WAITING_BYTES_MAX, rows: GROUP_ROWS_MAX }
    }
}

#[derive(Debug, Default)]
struct Waiting {
    rows: Vec<SheetRow>,
    /// Of the rows and of their key.
    bytes: usize,
}

/// Rows that are refused.
#[derive(Debug)]
struct RefusedRows {
    why: Refused,
    /// How many there were until now, those that were given among them.
    seen: usize,
    /// Those that were not given yet.
    lines: Vec<u64>,
}

/// Rows of one position that came together, or cannot.
#[derive(Debug)]
pub(super) struct Together {
    pub(super) key: Option<Key>,
    pub(super) lines: Vec<u64>,
    pub(super) rows: Result<Vec<SheetRow>, Refused>,
}

/// Why rows do not come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    TooFarApart,
    TooMany,
}

impl Refused {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::TooFarApart => "rows_too_far_apart",
            Self::TooMany => "too_many_rows",
        }
    }

    pub(super) fn detail(self) -> String {
        match self {
            Self::TooFarApart => {
                "too many positions of the file have their rows apart; sort it by the key of the position".to_owned()
            }
            Self::TooMany => format!("a position has at most {GROUP_ROWS_MAX} rows"),
        }
    }
}

impl KeyCount {
    pub(super) fn add(&mut self, key: &Key) {
        self.hashes.push(hash(key));
    }

    /// What came more than once.
    pub(super) fn repeated(mut self) -> Repeated {
        self.hashes.sort_unstable();
        let same = self.hashes.chunk_by(|one, other| one == other).filter(|same| same.len() > 1);
        Repeated(same.filter_map(|same| Some((*same.first()?, same.len()))).collect())
    }
}

impl Repeated {
    /// How many rows have keys of this hash.
    fn count(&self, hash: u64) -> usize {
        let found = self.0.binary_search_by_key(&hash, |(hash, _)| *hash).ok();
        found.and_then(|place| self.0.get(place)).map_or(1, |(_, count)| *count)
    }
}

impl WaitingRoom {
    /// Takes a row in, and gives the rows of its position when this is the last, or a piece of those that are refused. Keys of one
    /// hash, should there be such, wait for the end of the file.
    pub(super) fn take(&mut self, key: Key, row: SheetRow, repeated: &Repeated) -> Option<Together> {
        let hash = hash(&key);
        let count = repeated.count(hash);
        if count == 1 {
            return Some(Together { key: Some(key), lines: vec![row.line], rows: Ok(vec![row]) });
        }
        let waits = self.waiting.contains_key(&key);
        if !waits && (count > self.limit.rows || self.refused.contains_key(&hash)) {
            self.refuse(hash, Refused::TooMany, vec![row.line]);
            return self.piece(key, hash, count);
        }
        let more = size(&row).saturating_add(if waits { 0 } else { size_of_key(&key) });
        if self.bytes.saturating_add(more) > self.limit.bytes {
            let waiting = self.waiting.remove(&key).unwrap_or_default();
            self.bytes = self.bytes.saturating_sub(waiting.bytes);
            let lines = waiting.rows.iter().map(|row| row.line).chain([row.line]).collect();
            self.refuse(hash, Refused::TooFarApart, lines);
            return self.piece(key, hash, count);
        }
        let mut entry = match self.waiting.entry(key) {
            Entry::Occupied(entry) => entry,
            Entry::Vacant(entry) => entry.insert_entry(Waiting::default()),
        };
        let waiting = entry.get_mut();
        waiting.rows.push(row);
        waiting.bytes = waiting.bytes.saturating_add(more);
        self.bytes = self.bytes.saturating_add(more);
        if waiting.rows.len() < count {
            return None;
        }
        let (key, waiting) = entry.remove_entry();
        self.bytes = self.bytes.saturating_sub(waiting.bytes);
        Some(waiting.together(key))
    }

    fn refuse(&mut self, hash: u64, why: Refused, lines: Vec<u64>) {
        let refused = self.refused.entry(hash).or_insert(RefusedRows { why, seen: 0, lines: Vec::new() });
        refused.seen = refused.seen.saturating_add(lines.len());
        refused.lines.extend(lines);
    }

    /// The rows that are refused of a key, where they are as many as a piece may have, or the last.
    fn piece(&mut self, key: Key, hash: u64, count: usize) -> Option<Together> {
        let refused = self.refused.get_mut(&hash)?;
        let last = refused.seen >= count;
        if !last && refused.lines.len() < self.limit.rows {
            return None;
        }
        let (why, lines) = (refused.why, std::mem::take(&mut refused.lines));
        if last {
            self.refused.remove(&hash);
        }
        Some(Together { key: Some(key), lines, rows: Err(why) })
    }

    /// Those that still wait at the end of the file, in the order of their first rows, the last first.
    pub(super) fn rest(&mut self) -> Vec<Together> {
        let mut rest: Vec<Together> = self.waiting.drain().map(|(key, waiting)| waiting.together(key)).collect();
        self.bytes = 0;
        let refused = self.refused.drain().filter(|(_, refused)| !refused.lines.is_empty());
        rest.extend(refused.map(|(_, refused)| Together { key: None, lines: refused.lines, rows: Err(refused.why) }));
        rest.sort_by_key(|together| std::cmp::Reverse(together.lines.first().copied()));
        rest
    }
}

impl Waiting {
    fn together(self, key: Key) -> Together {
        Together { key: Some(key), lines: self.rows.iter().map(|row| row.line).collect(), rows: Ok(self.rows) }
    }
}

/// The same in every process, so that an import that goes on elsewhere goes on in the same order.
fn hash(key: &Key) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

fn size(row: &SheetRow) -> usize {
    let text = |cell: &SheetCell| match cell {
        SheetCell::Text(text) | SheetCell::Number(text) => text.capacity(),
        SheetCell::Empty | SheetCell::Day(_) | SheetCell::Moment(_) | SheetCell::Unread(_) => 0,
    };
    let cells = row.cells.capacity().saturating_mul(size_of::<SheetCell>());
    size_of::<SheetRow>().saturating_add(cells).saturating_add(row.cells.iter().map(text).sum())
}

fn size_of_key(key: &Key) -> usize {
    size_of::<(Key, Waiting)>().saturating_add(key.service.capacity()).saturating_add(key.external.capacity())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key { service: "TARI".to_owned(), external: name.to_owned() }
    }

    fn row(line: u64) -> SheetRow {
        SheetRow { line, width: 1, cells: vec![SheetCell::Text("x".repeat(100))] }
    }

    fn repeated(names: &[&str]) -> Repeated {
        let mut count = KeyCount::default();
        names.iter().for_each(|name| count.add(&key(name)));
        count.repeated()
    }

    #[test]
    fn a_position_is_given_with_its_last_row() {
        let names = ["a", "b", "a", "c", "b"];
        let repeated = repeated(&names);
        let mut room = WaitingRoom::default();
        let given: Vec<Option<Vec<u64>>> = (1..)
            .zip(names)
            .map(|(line, name)| room.take(key(name), row(line), &repeated).map(|together| together.lines))
            .collect();
        assert_eq!(given, [None, None, Some(vec![1, 3]), Some(vec![4]), Some(vec![2, 5])]);
        assert!(room.rest().is_empty());
        assert_eq!(room.bytes, 0);
    }

    #[test]
    fn what_waits_is_bounded_and_what_is_refused_keeps_its_lines() {
        let names = ["a", "b", "c", "a", "b", "c"];
        let repeated = repeated(&names);
        let mut room = WaitingRoom {
            limit: Limits { bytes: (size(&row(1)) + size_of_key(&key("a"))) * 2, rows: 10 },
            ..WaitingRoom::default()
        };
        let mut refused = Vec::new();
        for (line, name) in (1..).zip(names) {
            if let Some(together) = room.take(key(name), row(line), &repeated) {
                refused.push((together.lines, together.rows.err()));
            }
        }
        assert_eq!(
            refused,
            [(vec![1, 4], Some(Refused::TooFarApart)), (vec![2, 5], None), (vec![3, 6], Some(Refused::TooFarApart)),]
        );
        assert_eq!(room.bytes, 0);
    }

    #[test]
    fn a_position_of_too_many_rows_is_refused() {
        let names = ["a"; 4];
        let repeated = repeated(&names);
        let mut room = WaitingRoom { limit: Limits { bytes: usize::MAX, rows: 3 }, ..WaitingRoom::default() };
        let given: Vec<Together> = (1..=4).filter_map(|line| room.take(key("a"), row(line), &repeated)).collect();
        assert_eq!(given.iter().map(|one| one.lines.as_slice()).collect::<Vec<_>>(), [[1, 2, 3].as_slice(), &[4]]);
        for one in given {
            assert_eq!((one.key, one.rows.err()), (Some(key("a")), Some(Refused::TooMany)));
        }
        assert!(room.rest().is_empty() && room.refused.is_empty());
    }

    #[test]
    fn what_is_refused_comes_in_pieces_of_which_none_is_larger_than_a_position() {
        let names: Vec<&str> = ["a", "b", "a"].into_iter().cycle().take(300).collect();
        let repeated = repeated(&names);
        let given = || {
            let limit = Limits { bytes: usize::MAX, rows: 7 };
            let mut room = WaitingRoom { limit, ..WaitingRoom::default() };
            let rows = (1..).zip(&names).filter_map(|(line, name)| room.take(key(name), row(line), &repeated));
            let mut lines: Vec<(Option<Key>, Vec<u64>)> = rows.map(|one| (one.key, one.lines)).collect();
            assert!(room.rest().is_empty());
            lines.iter().for_each(|(_, lines)| assert!(!lines.is_empty() && lines.len() <= 7));
            let order = lines.clone();
            lines.sort_by_key(|(_, lines)| lines.first().copied());
            (order, lines.into_iter().flat_map(|(_, lines)| lines).collect::<Vec<u64>>())
        };
        let (order, mut lines) = given();
        assert_eq!(order, given().0, "the same order always");
        lines.sort_unstable();
        assert_eq!(lines, (1..=300).collect::<Vec<u64>>(), "each row once");
    }

    #[test]
    fn keys_count_to_what_waits() {
        let long = "k".repeat(1_000);
        let names = [long.as_str(), "b", long.as_str(), "b"];
        let repeated = repeated(&names);
        let mut room = WaitingRoom { limit: Limits { bytes: 1_000, rows: 10 }, ..WaitingRoom::default() };
        let given: Vec<(Vec<u64>, Option<Refused>)> = (1..)
            .zip(names)
            .filter_map(|(line, name)| room.take(key(name), row(line), &repeated))
            .map(|one| (one.lines, one.rows.err()))
            .collect();
        assert_eq!(given, [(vec![1, 3], Some(Refused::TooFarApart)), (vec![2, 4], None)]);
        assert_eq!(room.bytes, 0);
        assert!(room.waiting.is_empty() && room.refused.is_empty());
    }

    #[test]
    fn a_key_that_shares_its_hash_with_a_refused_one_is_given_once() {
        let repeated = Repeated(vec![(hash(&key("a")), 9)]);
        let mut room = WaitingRoom { limit: Limits { bytes: usize::MAX, rows: 3 }, ..WaitingRoom::default() };
        let given: Vec<Together> = (1..=5).filter_map(|line| room.take(key("a"), row(line), &repeated)).collect();
        assert_eq!(given.iter().map(|one| one.lines.as_slice()).collect::<Vec<_>>(), [[1, 2, 3]]);
        let rest = room.rest();
        assert_eq!((rest.len(), rest[0].lines.as_slice()), (1, [4, 5].as_slice()));
        assert_eq!(rest[0].rows.as_ref().err(), Some(&Refused::TooMany));
    }

    #[test]
    fn keys_that_share_a_hash_wait_for_the_end() {
        let mut room = WaitingRoom::default();
        let repeated = Repeated(vec![(hash(&key("a")), 3)]);
        assert!(room.take(key("a"), row(1), &repeated).is_none());
        assert!(room.take(key("a"), row(2), &repeated).is_none());
        let rest = room.rest();
        assert_eq!(rest.len(), 1);
        assert_eq!(rest[0].lines, [1, 2]);
    }
}
