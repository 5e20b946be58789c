// SPDX-License-Identifier: AGPL-3.0-or-later
//! Terms that a caller may ask for, new or for a position that is there, and how they are written in a request.

use chrono::NaiveDate;
use tramite_domain::debt_position::{InstallmentInput, OPTIONS_MAX, OptionInput, OptionKind, PositionInput};
use tramite_domain::time::Instant;
use tramite_testkit::Random;

use crate::model::{At, Debt, Slip, Way};
use crate::support::one_payment;

const DAY: At = 86_400;

pub(crate) fn instant(at: At) -> Instant {
    Instant::UNIX_EPOCH.plus_seconds(at)
}

fn any(random: &mut Random, below: usize) -> At {
    At::try_from(random.below(below)).unwrap()
}

/// Right terms, or with one fault that makes them `wrong`.
pub(crate) fn terms(random: &mut Random, present: Option<&Debt>, now: At) -> Debt {
    let fresh = random.chance(30).then(|| now + 60 + any(random, 200_000));
    let mut wanted = Debt {
        published: random.chance(70),
        from: present.map_or(fresh, |debt| debt.from),
        dies: present.map_or(random.chance(60), |debt| if random.chance(10) { !debt.dies } else { debt.dies }),
        ..Debt::default()
    };
    let start = wanted.from.map_or(now, |from| from.max(now));
    let standing = present.map_or(0, |debt| debt.ways.len());
    for way in 0..standing {
        repeat(random, &mut wanted, present, way, start);
    }
    let new =
        if present.is_none() { 1 + random.below(3) } else { usize::from(random.chance(15) || wanted.ways.is_empty()) };
    for _ in 0..new.min(OPTIONS_MAX - 1 - wanted.ways.len()) {
        let way = wanted.ways.len();
        let (term, days) = match random.below(6) {
            0 => (Some(start + 60 + any(random, 300_000)), None),
            1 => (None, Some(u16::try_from(random.below(5)).unwrap() + 1)),
            _ => (None, None),
        };
        wanted.ways.push(Way { term, days, told: None });
        let count = if term.is_some() || days.is_some() { 1 } else { 1 + random.below(3) };
        for _ in 0..count {
            let reference = format!("r{:08x}", random.number() >> 32);
            let cents = cents(random);
            let slip = dated(random, Slip { reference, way, cents, ..Slip::default() }, start);
            wanted.slips.push(slip);
        }
    }
    if random.chance(5) {
        wanted.wrong = true;
        let (way, reference) = (wanted.ways.len(), "wrong".to_owned());
        wanted.ways.push(Way::default());
        wanted.slips.push(Slip { reference, way, cents: 1, end: Some(now), ..Slip::default() });
    }
    wanted
}

/// A way that is there: left out, or with its live installments as they are, changed or left out, and new ones.
fn repeat(random: &mut Random, wanted: &mut Debt, present: Option<&Debt>, old: usize, start: At) {
    let full = wanted.ways.len() >= OPTIONS_MAX - 1;
    let Some(debt) = present.filter(|_| !full && !random.chance(10)) else { return };
    let way = wanted.ways.len();
    let (one, before) = (&debt.ways[old], wanted.slips.len());
    for slip in debt.of(old).filter(|slip| !slip.withdrawn) {
        let change = random.below(if slip.paid.is_some() { 20 } else { 6 });
        let slip = Slip { way, number: String::new(), before: None, paid: None, ..slip.clone() };
        match change {
            0 => {}
            1 => wanted.slips.push(Slip { cents: cents(random), ..slip }),
            2 => wanted.slips.push(dated(random, slip, start)),
            _ => wanted.slips.push(slip),
        }
    }
    let reduced = one.term.is_some() || one.days.is_some();
    let none = wanted.slips.len() == before;
    if (none && random.chance(50)) || (!none && !reduced && random.chance(15)) {
        // A name that was used before, or a new one.
        let gone =
            debt.of(old).find(|slip| slip.withdrawn && !wanted.slips.iter().any(|new| new.reference == slip.reference));
        let named = gone.filter(|_| random.chance(60)).map(|slip| slip.reference.clone());
        let reference = named.unwrap_or_else(|| format!("r{:08x}", random.number() >> 32));
        let cents = cents(random);
        let slip = dated(random, Slip { reference, way, cents, ..Slip::default() }, start);
        wanted.slips.push(slip);
    }
    if wanted.slips.len() > before {
        // A term that has passed stands as long as its installment does.
        let keeps = !none && random.chance(80);
        let term = one.term.map(|term| if keeps { term } else { start + 60 + any(random, 300_000) });
        wanted.ways.push(Way { term, days: one.days, told: None });
    }
}

fn cents(random: &mut Random) -> At {
    100 * (1 + any(random, 4))
}

/// Other dates, all of them to come.
fn dated(random: &mut Random, slip: Slip, start: At) -> Slip {
    let due = random.chance(70).then(|| day(start + DAY + any(random, 6) * DAY));
    let end = random.chance(15).then(|| start + 60 + any(random, 400_000));
    Slip { due, end, ..slip }
}

fn day(at: At) -> NaiveDate {
    instant(at).rome_date()
}

/// The terms as a request.
pub(crate) fn input(terms: &Debt, external_id: &str) -> PositionInput {
    let option = |(at, way): (usize, &Way)| {
        let installments: Vec<InstallmentInput> = terms.of(at).map(installment).collect();
        let kind = match (way.term.is_some() || way.days.is_some(), installments.len()) {
            (true, _) => OptionKind::Reduced,
            (false, 1) => OptionKind::Single,
            _ => OptionKind::Installments,
        };
        OptionInput { kind, available_until: way.term.map(instant), available_days: way.days, installments }
    };
    PositionInput {
        publish: terms.published,
        valid_from: terms.from.map(instant),
        expires_after_due_date: Some(terms.dies),
        amount: None,
        payment_options: terms.ways.iter().enumerate().map(option).collect(),
        ..one_payment(external_id, 0)
    }
}

fn installment(slip: &Slip) -> InstallmentInput {
    InstallmentInput {
        reference: Some(slip.reference.clone()),
        amount: Some(slip.cents),
        due_date: slip.due,
        expires_at: slip.end.map(instant),
        ..InstallmentInput::default()
    }
}
