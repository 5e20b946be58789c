// SPDX-License-Identifier: AGPL-3.0-or-later
//! In which order things are known that need one another, and which of them never are.

use std::collections::BTreeSet;

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Order {
    /// Every place.
    pub(super) sequence: Vec<usize>,
    /// How many of them, from the first, come after all they need.
    pub(super) ordered: usize,
    /// The places along each circle.
    pub(super) circles: Vec<Vec<usize>>,
}

/// The order of `0..needs.len()`, where each comes after what it needs; and the circles, each as the places along it.
/// Those within a circle, and those that need them, come last.
pub(super) fn order(needs: &[BTreeSet<usize>]) -> Order {
    let mut done: Vec<usize> = Vec::with_capacity(needs.len());
    let mut known = BTreeSet::new();
    loop {
        let next = (0..needs.len()).find(|one| {
            !known.contains(one) && needs.get(*one).is_some_and(|needs| needs.iter().all(|need| known.contains(need)))
        });
        let Some(next) = next else { break };
        known.insert(next);
        done.push(next);
    }
    let ordered = done.len();
    let mut circles = Vec::new();
    let mut told = BTreeSet::new();
    for start in (0..needs.len()).filter(|one| !known.contains(one)) {
        let circle = circle_from(start, needs, &known);
        // The least of a circle tells it, once.
        if circle.iter().min() == Some(&start) && circle.iter().all(|one| told.insert(*one)) {
            circles.push(circle);
        }
        done.push(start);
    }
    Order { sequence: done, ordered, circles }
}

/// The shortest way from a place back to itself; nothing where it only needs a circle.
fn circle_from(start: usize, needs: &[BTreeSet<usize>], known: &BTreeSet<usize>) -> Vec<usize> {
    let mut ways: Vec<Vec<usize>> = vec![vec![start]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            let Some(end) = way.last().and_then(|last| needs.get(*last)) else { continue };
            for next in end.iter().filter(|next| !known.contains(next)) {
                if *next == start {
                    return way;
                }
                if seen.insert(*next) {
                    longer.push([way.as_slice(), &[*next]].concat());
                }
            }
        }
        ways = longer;
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(all: &[&[usize]]) -> Vec<BTreeSet<usize>> {
        all.iter().map(|one| one.iter().copied().collect()).collect()
    }

    #[test]
    fn what_is_needed_comes_first() {
        let found = order(&needs(&[&[2], &[0], &[]]));
        assert_eq!(found, Order { sequence: vec![2, 0, 1], ordered: 3, circles: vec![] });
    }

    #[test]
    fn every_circle_is_told_once() {
        let found = order(&needs(&[&[1], &[0], &[2], &[0], &[]]));
        assert_eq!(found.circles, vec![vec![0, 1], vec![2]]);
        assert_eq!((found.sequence, found.ordered), (vec![4, 0, 1, 2, 3], 1));
    }
}
