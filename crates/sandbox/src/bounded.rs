// SPDX-License-Identifier: AGPL-3.0-or-later
//! A map that remembers the order of arrival and never holds more than its limit.

use std::borrow::Borrow;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use crate::limits::FORGET_SCAN_MAX;

/// What may be forgotten before everything else.
pub(crate) trait Forgettable {
    /// Whether nobody needs it any more.
    fn is_over(&self) -> bool;
}

/// At most `limit` things by key, oldest first.
#[derive(Debug)]
pub(crate) struct Bounded<K, V> {
    limit: usize,
    things: HashMap<K, V>,
    arrival: VecDeque<K>,
}

impl<K: Eq + Hash + Clone, V: Forgettable> Bounded<K, V> {
    pub(crate) fn new(limit: usize) -> Bounded<K, V> {
        Bounded { limit, things: HashMap::new(), arrival: VecDeque::new() }
    }

    /// Puts a thing in, which may cost another one its place.
    pub(crate) fn put(&mut self, key: K, thing: V) {
        if self.things.insert(key.clone(), thing).is_none() {
            self.make_room();
            self.arrival.push_back(key);
        }
    }

    /// The thing of that key, put there with its default if there was none.
    pub(crate) fn get_or_put(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        if !self.things.contains_key(&key) {
            self.put(key.clone(), V::default());
        }
        self.things.entry(key).or_default()
    }

    /// Called with the newcomer in the map but not yet in the order: so it is never the one to go.
    fn make_room(&mut self) {
        while self.arrival.len() >= self.limit {
            let over = self.arrival.iter().take(FORGET_SCAN_MAX).position(|key| self.is_over(key)).unwrap_or(0);
            match self.arrival.remove(over) {
                Some(key) => drop(self.things.remove(&key)),
                None => return,
            }
        }
    }

    fn is_over(&self, key: &K) -> bool {
        self.things.get(key).is_none_or(Forgettable::is_over)
    }

    pub(crate) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.things.get(key)
    }

    pub(crate) fn get_mut<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.things.get_mut(key)
    }

    /// The newest first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = &V> {
        self.arrival.iter().rev().filter_map(|key| self.things.get(key))
    }

    /// The oldest first, with their keys.
    pub(crate) fn oldest(&self) -> impl Iterator<Item = (&K, &V)> {
        self.arrival.iter().filter_map(|key| Some((key, self.things.get(key)?)))
    }

    pub(crate) fn len(&self) -> usize {
        self.arrival.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Thing(bool);

    impl Forgettable for Thing {
        fn is_over(&self) -> bool {
            self.0
        }
    }

    #[test]
    fn what_is_over_goes_first_and_the_oldest_where_nothing_is() {
        let mut bounded = Bounded::new(3);
        for (key, over) in [("a", false), ("b", true), ("c", false), ("d", false), ("e", false)] {
            bounded.put(key, Thing(over));
        }
        let left: Vec<&str> = bounded.oldest().map(|(key, _)| *key).collect();
        assert_eq!(left, ["c", "d", "e"]);
        bounded.put("d", Thing(true));
        assert_eq!((bounded.len(), bounded.get("d"), bounded.get("a")), (3, Some(&Thing(true)), None));
        assert_eq!(bounded.newest().next(), Some(&Thing(false)));
    }
}
