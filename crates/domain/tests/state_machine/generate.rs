// SPDX-License-Identifier: AGPL-3.0-or-later
//! Terms that a caller may ask for, new or for a position that is there, and how they are written in a request.

use chrono::NaiveDate;
use tramite_domain::debt_position::{InstallmentInput, OPTIONS_MAX, OptionInput, OptionKind, PositionInput};
use tramite_domain::time::Instant;
use tramite_testkit::Random;

use crate::facts::{At, Debt, Line, Slip, Terms, Way};
use crate::support::one_payment;

const DAY: At = 86_400;

pub(crate) fn instant(at: At) -> Instant {
    Instant::UNIX_EPOCH.plus_seconds(at)
}

fn any(random: &mut Random, below: usize) -> At {
    At::try_from(random.below(below)).unwrap()
}

/// Right terms, or with one fault that makes them `wrong`.
pub(crate) fn terms(random: &mut Random, present: Option<&Debt>, now: At) -> Terms {
    let fresh = random.chance(30).then(|| now + 60 + any(random, 200_000));
    let old = present.map(|debt| &debt.terms);
    let mut wanted = Terms {
        published: random.chance(70),
        from: old.map_or(fresh, |old| old.from),
        dies: old.map_or(random.chance(60), |old| if random.chance(10) { !old.dies } else { old.dies }),
        ..Terms::default()
    };
    let start = wanted.from.map_or(now, |from| from.max(now));
    if let Some(debt) = present {
        debt.terms.ways.keys().for_each(|way| repeat(random, &mut wanted, debt, *way, start));
    }
    let new =
        if present.is_none() { 1 + random.below(3) } else { usize::from(random.chance(15) || wanted.ways.is_empty()) };
    for _ in 0..new.min(OPTIONS_MAX - 1 - wanted.ways.len()) {
        let way = unused(present, &wanted);
        let (term, days) = match random.below(6) {
            0 => (Some(start + 60 + any(random, 300_000)), None),
            1 => (None, Some(u16::try_from(random.below(5)).unwrap() + 1)),
            _ => (None, None),
        };
        wanted.ways.insert(way, Way { term, days });
        let count = if term.is_some() || days.is_some() { 1 } else { 1 + random.below(3) };
        for _ in 0..count {
            let reference = format!("r{:08x}", random.number() >> 32);
            let cents = cents(random);
            let line = dated(random, Line { reference, way, cents, ..Line::default() }, start);
            wanted.lines.push(line);
        }
    }
    if random.chance(5) {
        wanted.wrong = true;
        let (way, reference) = (unused(present, &wanted), "wrong".to_owned());
        wanted.ways.insert(way, Way::default());
        wanted.lines.push(Line { reference, way, cents: 1, end: Some(now), due: None });
    }
    wanted
}

/// The key of a way that is not there yet.
fn unused(present: Option<&Debt>, wanted: &Terms) -> usize {
    let there = present.into_iter().flat_map(|debt| debt.terms.ways.keys());
    there.chain(wanted.ways.keys()).max().map_or(0, |last| last + 1)
}

/// A way that is there: left out, or with its live installments as they are, changed or left out, and new ones.
fn repeat(random: &mut Random, wanted: &mut Terms, debt: &Debt, old: usize, start: At) {
    if wanted.ways.len() >= OPTIONS_MAX - 1 || random.chance(10) {
        return;
    }
    let one = &debt.terms.ways[&old];
    let mine = || debt.slips.iter().filter(|slip| slip.line.way == old);
    let mut lines: Vec<Line> = Vec::new();
    for slip in mine().filter(|slip| !slip.withdrawn) {
        let line = slip.line.clone();
        match random.below(if slip.paid.is_some() { 20 } else { 6 }) {
            0 => {}
            1 => lines.push(Line { cents: cents(random), ..line }),
            2 => lines.push(dated(random, line, start)),
            _ => lines.push(line),
        }
    }
    let reduced = *one != Way::default();
    let none = lines.is_empty();
    if (none && random.chance(50)) || (!none && !reduced && random.chance(15)) {
        // A name that was used before, or a new one.
        let again = |slip: &&Slip| slip.withdrawn && lines.iter().all(|new| new.reference != slip.line.reference);
        let named = mine().find(again).filter(|_| random.chance(60)).map(|slip| slip.line.reference.clone());
        let reference = named.unwrap_or_else(|| format!("r{:08x}", random.number() >> 32));
        let (way, cents) = (old, cents(random));
        let line = dated(random, Line { reference, way, cents, ..Line::default() }, start);
        lines.push(line);
    }
    if lines.is_empty() {
        return;
    }
    // A term that has passed stands as long as its installment does.
    let keeps = !none && random.chance(80);
    let term = one.term.map(|term| if keeps { term } else { start + 60 + any(random, 300_000) });
    // Without a reference that it had, it is another way.
    let same = lines.iter().any(|new| mine().any(|slip| slip.line.reference == new.reference));
    let way = if same { old } else { unused(Some(debt), wanted) };
    wanted.ways.insert(way, Way { term, days: one.days });
    wanted.lines.extend(lines.into_iter().map(|line| Line { way, ..line }));
}

fn cents(random: &mut Random) -> At {
    100 * (1 + any(random, 4))
}

/// Other dates, all of them to come.
fn dated(random: &mut Random, line: Line, start: At) -> Line {
    let due = random.chance(70).then(|| day(start + DAY + any(random, 6) * DAY));
    let end = random.chance(15).then(|| start + 60 + any(random, 400_000));
    Line { due, end, ..line }
}

fn day(at: At) -> NaiveDate {
    instant(at).rome_date()
}

/// The terms as a request.
pub(crate) fn input(terms: &Terms, external_id: &str) -> PositionInput {
    let option = |(key, way): (&usize, &Way)| {
        let lines = terms.lines.iter().filter(|line| line.way == *key);
        let installments: Vec<InstallmentInput> = lines.map(installment).collect();
        let kind = match (*way == Way::default(), installments.len()) {
            (false, _) => OptionKind::Reduced,
            (true, 1) => OptionKind::Single,
            _ => OptionKind::Installments,
        };
        OptionInput { kind, available_until: way.term.map(instant), available_days: way.days, installments }
    };
    PositionInput {
        publish: terms.published,
        valid_from: terms.from.map(instant),
        expires_after_due_date: Some(terms.dies),
        amount: None,
        payment_options: terms.ways.iter().map(option).collect(),
        ..one_payment(external_id, 0)
    }
}

fn installment(line: &Line) -> InstallmentInput {
    InstallmentInput {
        reference: Some(line.reference.clone()),
        amount: Some(line.cents),
        due_date: line.due,
        expires_at: line.end.map(instant),
        ..InstallmentInput::default()
    }
}
