// SPDX-License-Identifier: AGPL-3.0-or-later
//! One command, given to the decisions and to the model: both must say the same, and be in the same state afterwards.

use std::collections::BTreeMap;

use tramite_domain::batch::Batch;
use tramite_domain::debt_position::{
    DebtPosition, Origin, TermsContext, cancel, clock_moved, erase_draft, installment_status, notify, open,
    position_status, publish, reopen, replace,
};
use tramite_domain::given::Given;
use tramite_domain::ids::DebtPositionId;
use tramite_domain::refusal::Refusal;
use tramite_domain::session::{self, session_status};
use tramite_domain::time::Instant;
use tramite_testkit::Random;

use crate::facts::{At, Command, Debt, Trip};
use crate::generate::{self, input};
use crate::real::{Real, activity};
use crate::support::{Town, client};

/// Positions at a time.
const POSITIONS: usize = 4;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Create,
    Replace,
    Publish,
    Cancel,
    Reopen,
    Notify,
    Erase,
    Get,
    Receipt,
    Report,
    Session,
    Visit,
    Return,
    Withdraw,
    Worker,
    Clock,
}

impl Kind {
    /// Any, each so often of a hundred.
    pub(crate) fn any(random: &mut Random) -> Self {
        const OFTEN: [(Kind, usize); 16] = [
            (Kind::Create, 6),
            (Kind::Replace, 10),
            (Kind::Publish, 6),
            (Kind::Cancel, 4),
            (Kind::Reopen, 5),
            (Kind::Notify, 7),
            (Kind::Erase, 1),
            (Kind::Get, 12),
            (Kind::Receipt, 8),
            (Kind::Report, 2),
            (Kind::Session, 6),
            (Kind::Visit, 5),
            (Kind::Return, 2),
            (Kind::Withdraw, 2),
            (Kind::Worker, 3),
            (Kind::Clock, 20),
        ];
        let mut at = random.below(OFTEN.iter().map(|(_, often)| often).sum());
        for (kind, often) in OFTEN {
            match at.checked_sub(often) {
                Some(rest) => at = rest,
                None => return kind,
            }
        }
        Kind::Clock
    }
}

pub(crate) struct World {
    pub(crate) town: Town,
    pub(crate) real: Real,
    pub(crate) debts: Vec<(DebtPositionId, Debt)>,
    pub(crate) trips: Vec<Trip>,
    /// What was done, in words; none where nobody wants to read it.
    pub(crate) story: Option<Vec<String>>,
    /// How often a state or an outcome was seen.
    pub(crate) seen: BTreeMap<&'static str, u64>,
    pub(crate) made: u64,
}

impl World {
    pub(crate) fn new(seed: u64, told: bool) -> Self {
        let mut town = Town::new();
        // Some histories lie across the nights in which the clocks change.
        const STARTS: [&str; 4] =
            ["2026-09-01T10:00:00Z", "2026-10-24T20:30:00Z", "2027-03-26T22:15:00Z", "2026-12-31T21:59:58Z"];
        town.now = STARTS[usize::try_from(seed % 4).unwrap()].parse().unwrap();
        let (real, story) = (Real::new(seed), told.then(Vec::new));
        Self { town, real, debts: Vec::new(), trips: Vec::new(), story, seen: BTreeMap::new(), made: 0 }
    }

    pub(crate) fn now(&self) -> At {
        self.town.now.seconds_since(Instant::UNIX_EPOCH)
    }

    pub(crate) fn act(&mut self, kind: Kind, seed: u64) {
        let mut random = Random::new(seed);
        if let Some(story) = &mut self.story {
            story.push(format!("{} {kind:?}", self.town.now));
        }
        let full = self.debts.len() >= POSITIONS;
        let at = (!self.debts.is_empty()).then(|| random.below(self.debts.len().max(1)));
        match (kind, at) {
            (Kind::Clock, _) => self.clock(&mut random),
            (Kind::Session, Some(at)) => self.session(at, &mut random),
            (Kind::Visit | Kind::Return | Kind::Withdraw, _) => self.travel(kind, &mut random),
            (Kind::Worker, _) => self.worker(),
            (Kind::Get, Some(at)) => self.get(at, &mut random),
            (Kind::Receipt, Some(at)) => self.receipt(at, &mut random),
            (Kind::Report, Some(at)) => self.report(at, &mut random),
            (Kind::Create, _) if !full => self.create(&mut random),
            (Kind::Erase, Some(at)) => self.erase(at),
            (_, Some(at)) => self.command(kind, at, &mut random),
            (_, None) => self.create(&mut random),
        }
        // What was touched last is told last: a position beside it is looked at whenever time has passed.
        let all = matches!(kind, Kind::Clock | Kind::Session);
        for place in 0..self.debts.len() {
            if all || Some(place) == at || place + 1 == self.debts.len() {
                self.compare(place);
            }
        }
        self.compare_trips();
        if matches!(kind, Kind::Receipt) {
            self.real.hold_money();
        }
    }

    fn note(&mut self, text: impl FnOnce() -> String) {
        if let Some(last) = self.story.as_mut().and_then(|story| story.last_mut()) {
            last.push(' ');
            last.push_str(&text());
        }
    }

    pub(crate) fn saw(&mut self, what: &'static str) {
        *self.seen.entry(what).or_insert(0) += 1;
        self.note(|| what.to_owned());
    }

    fn create(&mut self, random: &mut Random) {
        let terms = generate::terms(random, None, self.now());
        self.made += 1;
        let words = input(&terms, &format!("E-{}", self.made));
        self.note(|| format!("{terms:?}"));
        let (context, mut given) = parts(&mut self.town);
        let told = open(context, &mut given, &mut self.real.numbers, &words, Origin::Api);
        let expected = if terms.wrong { Err("validation_failed") } else { Ok(true) };
        let Ok(decided) = self.agreed(told.map(|one| (one.position, one.batch)), expected) else { return };
        let mut debt = Debt::default().with(&terms, self.now());
        numbered(&mut debt, &decided);
        self.debts.push((decided.id, debt));
    }

    /// Both said the same. Where that was yes it is written, and a command that changes nothing writes nothing (I10).
    fn agreed(
        &mut self,
        told: Result<(DebtPosition, Batch), Refusal>,
        expected: Result<bool, &'static str>,
    ) -> Result<DebtPosition, ()> {
        let said = told.as_ref().map(|(_, batch)| !batch.is_empty()).map_err(Refusal::code);
        assert_eq!(said, expected, "the decision, and the model");
        if let Err(code) = expected {
            self.saw(code);
        }
        let (position, batch) = told.map_err(|_| ())?;
        self.real.apply(batch);
        Ok(position)
    }

    fn command(&mut self, kind: Kind, at: usize, random: &mut Random) {
        let (now, (id, debt)) = (self.now(), self.debts[at].clone());
        let position = self.real.positions[&id].clone();
        let mine = self.real.activity(id);
        let force = random.chance(20);
        let busy = !force && (debt.asked(now, |_, _| true) || self.runs(at, now));
        let command = match kind {
            Kind::Publish => Command::Publish,
            Kind::Cancel => Command::Cancel,
            Kind::Reopen => Command::Reopen,
            Kind::Notify => {
                let back = u64::try_from(random.below(4)).unwrap();
                Command::Notify(self.town.now.rome_date() + chrono::Days::new(1) - chrono::Days::new(back))
            }
            _ => Command::Replace(generate::terms(random, Some(&debt), now)),
        };
        self.note(|| format!("{at} force {force} {command:?}"));
        let (context, mut given) = parts(&mut self.town);
        let told = match &command {
            Command::Cancel => cancel(&mut given, &position, activity(&mine), force),
            Command::Reopen => reopen(&mut given, &position, tramite_domain::debt_position::Activity::default()),
            Command::Notify(day) => notify(&mut given, &position, *day, activity(&mine), force),
            Command::Replace(terms) => {
                let words = input(terms, position.external_id.as_ref().unwrap().as_str());
                replace(context, &mut given, &mut self.real.numbers, &position, activity(&mine), &words, force)
            }
            _ => publish(&mut given, &position),
        };
        let after = debt.after(&command, now, busy);
        let expected = after.as_ref().map(|after| *after != debt).map_err(|code| *code);
        if let Ok(decided) = self.agreed(told.map(|one| (one.position, one.batch)), expected) {
            let mut after = after.unwrap();
            numbered(&mut after, &decided);
            self.debts[at].1 = after;
        }
    }

    fn erase(&mut self, at: usize) {
        let (id, debt) = &self.debts[at];
        let expected = debt.after(&Command::Erase, self.now(), false).map(|_| ());
        let told =
            erase_draft(&mut parts(&mut self.town).1, &self.real.positions[id]).map_err(|refusal| refusal.code());
        assert_eq!(told.as_ref().map(|_| ()).map_err(|code| *code), expected);
        let named = self.trips.iter().any(|trip| trip.items.iter().any(|(place, ..)| *place == at));
        // The model finds positions by their place, so only the last one goes.
        if let Some(batch) = told.ok().filter(|_| !named && at + 1 == self.debts.len()) {
            self.real.apply(batch);
            self.debts.pop();
        }
    }

    /// The worker tells what the clock alone has changed, and the second time there is nothing to tell.
    fn worker(&mut self) {
        let ids: Vec<DebtPositionId> = self.debts.iter().map(|(id, _)| *id).collect();
        for id in ids {
            let batch = clock_moved(&mut parts(&mut self.town).1, &self.real.positions[&id]);
            self.real.apply(batch);
            assert!(clock_moved(&mut parts(&mut self.town).1, &self.real.positions[&id]).is_empty(), "it was told");
        }
        for place in 0..self.real.sessions.len() {
            let batch = session::clock_moved(&mut parts(&mut self.town).1, &self.real.sessions[place]);
            self.real.apply(batch);
        }
    }

    fn compare(&mut self, place: usize) {
        let (now, instant) = (self.now(), self.town.now);
        let (id, debt) = &self.debts[place];
        let position = &self.real.positions[id];
        let mut seen = vec![debt.state(now)];
        assert_eq!(position_status(position, instant).name(), seen[0], "position {place}\n{debt:?}\n{position:#?}");
        assert_eq!(position.installments().count(), debt.slips.len(), "installments of position {place}");
        for slip in &debt.slips {
            let mut all = position.installments();
            let (option, one) = all.find(|(_, one)| one.notice_number.unwrap().as_str() == slip.number).unwrap();
            let state = installment_status(position, option, one, instant).name();
            let (model, reference) = ((debt.slip(slip, now), slip.line.cents), &slip.line.reference);
            assert_eq!((state, one.amount.cents()), model, "{reference} of position {place}\n{debt:?}");
            seen.push(state);
        }
        for state in seen {
            *self.seen.entry(state).or_insert(0) += 1;
        }
    }

    fn compare_trips(&mut self) {
        let (now, instant) = (self.now(), self.town.now);
        for (trip, session) in self.trips.iter().zip(&self.real.sessions) {
            let state = trip.state(now);
            assert_eq!(session_status(session, instant).name(), state, "{trip:?}\n{session:#?}");
            *self.seen.entry(state).or_insert(0) += 1;
        }
    }
}

/// The context of new terms, and what every decision is given.
pub(crate) fn parts(town: &mut Town) -> (TermsContext<'_>, Given<'_>) {
    let (institution, service, numbers) = (&town.institution, &town.service, &town.known);
    let (free_beneficiary, now) = (false, town.now);
    let context = TermsContext { institution, service, free_beneficiary, numbers, now };
    (context, Given { now: town.now, ids: &mut town.ids, client_id: Some(client()), request_id: None })
}

/// The numbers that new installments were given, by their references.
fn numbered(debt: &mut Debt, position: &DebtPosition) {
    for slip in debt.slips.iter_mut().filter(|slip| slip.number.is_empty()) {
        let mut live = position.installments().filter(|(_, one)| one.cancelled_at.is_none());
        let (_, one) = live.find(|(_, one)| one.reference.as_str() == slip.line.reference).unwrap();
        slip.number = one.notice_number.unwrap().to_string();
    }
}
