// SPDX-License-Identifier: AGPL-3.0-or-later
//! Histories of random commands, receipts and steps of the clock, held against a model of table S (rules.md) and against
//! the invariants I1 to I3 and I8 to I10 of a payment system: one receipt closes at most one installment, what is booked
//! is what was paid, paid is final, numbers are unique, alternatives are never paid twice in silence, and what is said
//! twice happens once.
//!
//! `TRAMITE_STEPS` sets how many steps (default 1,000,000), `TRAMITE_SEED` the seed of the first history. A failure names
//! the seed of its history and the fewest commands that show it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "tests state what they expect"
)]

mod act;
mod facts;
mod generate;
mod model;
mod money;
mod real;
#[path = "../support/mod.rs"]
mod support;
mod travel;

use std::panic::{AssertUnwindSafe, catch_unwind};

use act::{Kind, World};
use tramite_testkit::Random;

const STEPS: u64 = 1_000_000;
/// Steps of one history.
const HISTORY: u64 = 125;
const THREADS: u64 = 2;
/// Threads whose panics are not told as they come.
const QUIET: &str = "history";

/// One command: what is done, and the seed of its particulars, so that a history without it stays the same elsewhere.
#[derive(Clone, Copy)]
struct Command {
    kind: Kind,
    seed: u64,
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

fn history(seed: u64) -> Vec<Command> {
    let mut random = Random::new(seed);
    (0..HISTORY).map(|_| Command { kind: Kind::any(&mut random), seed: random.number() }).collect()
}

/// Runs a history; where it fails, after how many commands and why, and what had been done.
fn run(seed: u64, commands: &[Command], told: bool) -> Result<(), (usize, String, Vec<String>)> {
    let mut world = World::new(seed, told);
    for (at, command) in commands.iter().enumerate() {
        let outcome = catch_unwind(AssertUnwindSafe(|| world.act(command.kind, command.seed)));
        if let Err(panic) = outcome {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            return Err((at, text.unwrap_or_default(), world.story.unwrap_or_default()));
        }
    }
    Ok(())
}

/// The fewest commands that fail: those that it fails without are left out, one after the other.
fn shrunk(seed: u64, mut commands: Vec<Command>) -> Vec<Command> {
    let mut at = commands.len();
    while at > 0 {
        at -= 1;
        let mut fewer = commands.clone();
        fewer.remove(at);
        if let Err((last, ..)) = run(seed, &fewer, false) {
            fewer.truncate(last + 1);
            commands = fewer;
            at = at.min(commands.len());
        }
    }
    commands
}

fn report(seed: u64, step: usize, commands: Vec<Command>) -> String {
    let fewest = shrunk(seed, commands);
    let Err((_, why, story)) = run(seed, &fewest, true) else { return format!("seed {seed} fails at times only") };
    let story = story.join("\n  ");
    format!("TRAMITE_SEED={seed} TRAMITE_STEPS={HISTORY} fails at step {step}; the fewest commands:\n  {story}\n{why}")
}

#[test]
fn no_history_leads_out_of_the_table_of_states() {
    let (first, histories) = (number("TRAMITE_SEED", 1), number("TRAMITE_STEPS", STEPS).div_ceil(HISTORY));
    // What fails is told once, when it is shrunk.
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() != Some(QUIET) {
            usual(panic);
        }
    }));
    let failed: Vec<String> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..THREADS)
            .map(|thread| {
                let quiet = std::thread::Builder::new().name(QUIET.to_owned());
                let run = move || {
                    (thread..histories).step_by(usize::try_from(THREADS).unwrap()).find_map(|index| {
                        let (seed, mut commands) = (first + index, history(first + index));
                        let (step, ..) = run(seed, &commands, false).err()?;
                        commands.truncate(step + 1);
                        Some(report(seed, step, commands))
                    })
                };
                quiet.spawn_scoped(scope, run).unwrap()
            })
            .collect();
        runs.into_iter().filter_map(|run| run.join().unwrap()).collect()
    });
    assert!(failed.is_empty(), "\n{}", failed.join("\n\n"));
}

/// A run in which most commands are refused would prove little.
#[test]
fn a_history_reaches_every_state_and_every_outcome() {
    let mut seen = std::collections::BTreeMap::new();
    for seed in 0..400 {
        let mut world = World::new(seed, false);
        for command in history(seed) {
            world.act(command.kind, command.seed);
        }
        for (what, count) in world.seen {
            *seen.entry(what).or_insert(0) += count;
        }
    }
    for wanted in [
        "draft",
        "scheduled",
        "open",
        "partially_paid",
        "paid",
        "reported",
        "expired",
        "cancelled",
        "superseded",
        "redirected",
        "processing",
        "unresolved",
        "failed",
        "completed",
        "partially_completed",
        "still_expired",
        "payment_in_progress",
        "debt_position_state",
        "installment_paid",
        "validation_failed",
        "not_payable",
        "checkout_session_state",
        "duplicate_payment",
        "late_reduced",
        "amount_mismatch",
        "cancelled_position",
        "draft_position",
        "expired_position",
        "superseded_position",
        "receipt_differs",
    ] {
        assert!(seen.get(wanted).is_some_and(|count| *count >= 20), "{wanted} is rare: {seen:#?}");
    }
}
