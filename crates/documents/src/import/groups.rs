// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rows of one position come together, wherever they stand in the file: a first pass counts them by a hash of their key, and in
//! the second a position is given when its last row was read. A row that is refused is given as it is read: nothing is held of it, and no
//! file is one piece of work.

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

/// The keys that have more than one row, in the order of their hashes.
#[derive(Debug, Default)]
pub(super) struct Repeated(Vec<Counted>);

/// A key that has more than one row. There may be as many as half the rows of a file: what is known of one is no more than this.
#[derive(Debug)]
struct Counted {
    hash: u64,
    rows: u32,
    /// Whether its rows are too far apart: then none of them waits any more.
    apart: bool,
}

/// Rows that wait for others of their position.
#[derive(Debug, Default)]
pub(super) struct WaitingRoom {
    repeated: Repeated,
    waiting: HashMap<Key, Waiting>,
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
        Repeated(same.filter_map(Counted::of).collect())
    }
}

impl Counted {
    /// What is known of a key at first, by the hashes of its rows.
    fn of(same: &[u64]) -> Option<Self> {
        let rows = u32::try_from(same.len()).unwrap_or(u32::MAX);
        Some(Self { hash: *same.first()?, rows, apart: false })
    }

    fn has_more_than(&self, rows: usize) -> bool {
        usize::try_from(self.rows).is_ok_and(|own| own > rows)
    }
}

impl Repeated {
    /// What is known of the keys of this hash, where there is more than one row.
    fn of(&mut self, hash: u64) -> Option<&mut Counted> {
        let place = self.0.binary_search_by_key(&hash, |counted| counted.hash).ok()?;
        self.0.get_mut(place)
    }
}

impl WaitingRoom {
    /// A room in which nobody waits yet, for the rows of these keys.
    pub(super) fn new(repeated: Repeated) -> Self {
        Self { repeated, ..Self::default() }
    }

    /// Takes a row in, and gives the rows of its position when this is the last, or those that are refused. Keys of one hash, should
    /// there be such, wait for the end of the file.
    pub(super) fn take(&mut self, key: Key, row: SheetRow) -> Option<Together> {
        let Some(counted) = self.repeated.of(hash(&key)) else {
            return Some(Together { key: Some(key), lines: vec![row.line], rows: Ok(vec![row]) });
        };
        let waits = self.waiting.contains_key(&key);
        if !waits && counted.has_more_than(self.limit.rows) {
            return Some(Together::refused(key, vec![row.line], Refused::TooMany));
        }
        if !waits && counted.apart {
            return Some(Together::refused(key, vec![row.line], Refused::TooFarApart));
        }
        let more = size(&row).saturating_add(if waits { 0 } else { size_of_key(&key) });
        if self.bytes.saturating_add(more) > self.limit.bytes {
            counted.apart = true;
            let waiting = self.waiting.remove(&key).unwrap_or_default();
            self.bytes = self.bytes.saturating_sub(waiting.bytes);
            let lines = waiting.rows.iter().map(|row| row.line).chain([row.line]).collect();
            return Some(Together::refused(key, lines, Refused::TooFarApart));
        }
        let rows = counted.rows;
        let mut entry = match self.waiting.entry(key) {
            Entry::Occupied(entry) => entry,
            Entry::Vacant(entry) => entry.insert_entry(Waiting::default()),
        };
        let waiting = entry.get_mut();
        waiting.rows.push(row);
        waiting.bytes = waiting.bytes.saturating_add(more);
        self.bytes = self.bytes.saturating_add(more);
        if u32::try_from(waiting.rows.len()).is_ok_and(|there| there < rows) {
            return None;
        }
        let (key, waiting) = entry.remove_entry();
        self.bytes = self.bytes.saturating_sub(waiting.bytes);
        Some(waiting.together(key))
    }

    /// Those that still wait at the end of the file, in the order of their first rows, the last first.
    pub(super) fn rest(&mut self) -> Vec<Together> {
        let mut rest: Vec<Together> = self.waiting.drain().map(|(key, waiting)| waiting.together(key)).collect();
        self.bytes = 0;
        rest.sort_by_key(|together| std::cmp::Reverse(together.lines.first().copied()));
        rest
    }
}

impl Together {
    const fn refused(key: Key, lines: Vec<u64>, why: Refused) -> Self {
        Self { key: Some(key), lines, rows: Err(why) }
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

    /// A room for rows of these keys in which so many bytes may wait, and positions may have so many rows.
    fn room(names: &[&str], bytes: usize, rows: usize) -> WaitingRoom {
        WaitingRoom { limit: Limits { bytes, rows }, ..WaitingRoom::new(repeated(names)) }
    }

    /// What is given of these rows, each time with the lines and why they are refused.
    fn given(room: &mut WaitingRoom, names: &[&str]) -> Vec<(Vec<u64>, Option<Refused>)> {
        let rows = (1..).zip(names).filter_map(|(line, name)| room.take(key(name), row(line)));
        rows.map(|one| (one.lines, one.rows.err())).collect()
    }

    #[test]
    fn a_position_is_given_with_its_last_row() {
        let names = ["a", "b", "a", "c", "b"];
        let mut room = WaitingRoom::new(repeated(&names));
        let given: Vec<Option<Vec<u64>>> = (1..)
            .zip(names)
            .map(|(line, name)| room.take(key(name), row(line)).map(|together| together.lines))
            .collect();
        assert_eq!(given, [None, None, Some(vec![1, 3]), Some(vec![4]), Some(vec![2, 5])]);
        assert!(room.rest().is_empty());
        assert_eq!(room.bytes, 0);
    }

    #[test]
    fn what_waits_is_bounded_and_what_is_refused_is_given_with_all_its_lines() {
        let names = ["a", "b", "c", "a", "b", "c", "c"];
        let mut room = room(&names, (size(&row(1)) + size_of_key(&key("a"))) * 2, 10);
        let apart = Some(Refused::TooFarApart);
        assert_eq!(
            given(&mut room, &names),
            [(vec![3], apart), (vec![1, 4], apart), (vec![2, 5], None), (vec![6], apart), (vec![7], apart)],
            "c has room in the end, and is refused all the same: its first row is"
        );
        assert_eq!(room.bytes, 0);
        assert!(room.rest().is_empty());
    }

    #[test]
    fn a_position_of_too_many_rows_is_refused_row_by_row() {
        let names = ["a", "b", "a", "a", "b", "a"];
        let mut room = room(&names, usize::MAX, 3);
        let many = Some(Refused::TooMany);
        assert_eq!(
            given(&mut room, &names),
            [(vec![1], many), (vec![3], many), (vec![4], many), (vec![2, 5], None), (vec![6], many)]
        );
        assert!(room.rest().is_empty());
    }

    #[test]
    fn keys_count_to_what_waits() {
        let long = "k".repeat(1_000);
        let names = [long.as_str(), "b", long.as_str(), "b"];
        let mut room = room(&names, 1_000, 10);
        let apart = Some(Refused::TooFarApart);
        assert_eq!(given(&mut room, &names), [(vec![1], apart), (vec![3], apart), (vec![2, 4], None)]);
        assert_eq!(room.bytes, 0);
        assert!(room.waiting.is_empty());
    }

    #[test]
    fn what_is_refused_is_given_as_it_is_read_and_takes_no_room() {
        let names: Vec<String> = (0..10_000).map(|name| format!("K{name}")).collect();
        let twice: Vec<&str> = names.iter().chain(&names).map(String::as_str).collect();
        let mut room = room(&twice, (size(&row(1)) + size_of_key(&key("K9"))) * 10, 10);
        let known = room.repeated.0.capacity();
        let mut given = Vec::new();
        for (line, name) in (1..).zip(&twice) {
            given.extend(room.take(key(name), row(line)));
            assert!(room.waiting.len() <= 10 && room.bytes <= room.limit.bytes);
            let held = room.waiting.values().map(|waiting| waiting.rows.len()).sum::<usize>();
            let given = given.iter().map(|one| one.lines.len()).sum::<usize>();
            assert_eq!(u64::try_from(held + given).unwrap(), line, "all but what waits is given");
        }
        assert!(room.rest().is_empty());
        assert_eq!(
            (room.repeated.0.capacity(), size_of::<Counted>()),
            (known, 16),
            "what is known of a key grows no more"
        );
        let refused = given.iter().filter(|one| one.rows.is_err()).map(|one| one.lines.len()).sum::<usize>();
        // Of the ten that waited one finds no room for its second row, and makes some for the others.
        assert_eq!(refused, 2 * (10_000 - 9));
        let mut lines: Vec<u64> = given.into_iter().flat_map(|one| one.lines).collect();
        lines.sort_unstable();
        assert_eq!(lines, (1..=20_000).collect::<Vec<u64>>(), "each row once");
    }

    #[test]
    fn keys_that_share_a_hash_wait_for_the_end_or_are_refused() {
        let sharing = |rows: u32| Repeated(vec![Counted { hash: hash(&key("a")), rows, apart: false }]);
        let mut room = WaitingRoom::new(sharing(3));
        assert!(room.take(key("a"), row(1)).is_none());
        assert!(room.take(key("a"), row(2)).is_none());
        let rest = room.rest();
        assert_eq!(rest.len(), 1);
        assert_eq!((rest[0].lines.as_slice(), rest[0].rows.is_ok()), ([1, 2].as_slice(), true));
        let mut room = WaitingRoom { limit: Limits { bytes: usize::MAX, rows: 3 }, ..WaitingRoom::new(sharing(9)) };
        assert_eq!(given(&mut room, &["a"; 5]).len(), 5);
        assert!(room.rest().is_empty());
    }
}
