// SPDX-License-Identifier: AGPL-3.0-or-later
//! Table S of rules.md, and what its rules 10, 11 and 30 say of commands and money, a second time: from the table and not
//! from the code. Of several rules the first that holds decides.

use crate::facts::{At, Command, Debt, HALF_HOUR, REDELIVERY, Slip, Terms, Trip, Way, day_end};

/// States in which an installment can be paid yet, or will be again. A position's state is the first that one of its own has.
const LIVE: [&str; 4] = ["open", "scheduled", "expired", "draft"];

impl Debt {
    /// The way that excludes the others: one that leaves nothing due, best reported, or else the one that money came for first.
    fn used(&self) -> Option<usize> {
        let due = |one: &Slip| one.paid.is_none() && !one.withdrawn && !self.withdrawn;
        let due_of = |way| self.slips.iter().any(|one| one.line.way == way && due(one));
        let told =
            |way| self.slips.iter().filter(|one| one.line.way == way && one.paid.is_some()).all(|one| one.reported);
        let paid = self.slips.iter().filter_map(|one| Some((one.paid?, one.line.way)));
        paid.min_by_key(|(at, way)| (due_of(*way), due_of(*way) || !told(*way), *at, *way)).map(|(_, way)| way)
    }

    fn own_end(&self, slip: &Slip) -> Option<At> {
        slip.line.end.or(slip.line.due.filter(|_| self.terms.dies).map(day_end))
    }

    pub fn slip(&self, slip: &Slip, now: At) -> &'static str {
        let (key, way) = (&slip.line.way, &self.terms.ways[&slip.line.way]);
        let told = self.told.get(key).zip(way.days).map(|(day, days)| day_end(*day + chrono::Days::new(days.into())));
        let mut ends = [self.own_end(slip), way.term, told].into_iter().flatten();
        match () {
            () if slip.reported => "reported",
            () if slip.paid.is_some() => "paid",
            () if self.withdrawn || slip.withdrawn => "cancelled",
            () if self.used().is_some_and(|used| used != *key) => "superseded",
            () if !self.terms.published => "draft",
            () if self.terms.from.is_some_and(|from| now < from) => "scheduled",
            () if ends.any(|end| end <= now) => "expired",
            () => "open",
        }
    }

    pub fn state(&self, now: At) -> &'static str {
        let used = self.used();
        let counts = self.slips.iter().filter(|one| used.is_none_or(|way| way == one.line.way));
        let states: Vec<&str> = counts.map(|one| self.slip(one, now)).collect();
        let first = LIVE.into_iter().chain(["paid", "reported"]).find(|is| states.contains(is)).unwrap_or("cancelled");
        if used.is_some() && LIVE.contains(&first) { "partially_paid" } else { first }
    }

    /// The position after a command, or the code of its refusal.
    pub fn after(&self, command: &Command, now: At, busy: bool) -> Result<Self, &'static str> {
        use Command::{Cancel, Erase, Notify, Publish, Reopen, Replace};
        let (state, mut next, mut wrong) = (self.state(now), self.clone(), false);
        let lives = state == "partially_paid" || LIVE.contains(&state);
        let live = |one: &Slip| LIVE.contains(&self.slip(one, now));
        match (command, state) {
            (Publish, "draft") => next.terms.published = true,
            (Cancel, "partially_paid") => next.slips.iter_mut().for_each(|one| one.withdrawn |= live(one)),
            (Cancel, _) if lives => next.withdrawn = true,
            (Reopen, "cancelled" | "expired") => next.withdrawn = false,
            (Notify(day), _) if lives && state != "draft" => {
                let waits =
                    |one: &&Slip| self.terms.published && self.terms.ways[&one.line.way].days.is_some() && live(one);
                next.told.extend(self.slips.iter().filter(waits).map(|one| (one.line.way, *day)));
                wrong = !self.slips.iter().any(|one| waits(&one)) || day_end(day.pred_opt().unwrap()) > now;
            }
            (Replace(terms), _) if lives => next = self.with(terms, now),
            (Cancel, "cancelled") | (Erase, "draft") => {}
            (Publish, _) if state != "cancelled" => {}
            _ => return Err("debt_position_state"),
        }
        let lost = self.slips.iter().zip(&next.slips).any(|(old, new)| old.paid.is_some() && old != new);
        match command {
            Reopen if next.state(now) == "expired" => Err("still_expired"),
            Reopen if next.state(now) == "cancelled" => Err("debt_position_state"),
            Notify(_) if wrong => Err("validation_failed"),
            Cancel | Notify(_) | Replace(_) if busy && next != *self => Err("payment_in_progress"),
            Replace(terms) if terms.wrong => Err("validation_failed"),
            Replace(_) if lost => Err("installment_paid"),
            _ => Ok(next),
        }
    }

    /// Under new terms. A reference names the installment that stands, or else one that was paid all the same.
    pub fn with(&self, terms: &Terms, now: At) -> Self {
        let ways = self.terms.ways.clone().into_iter().chain(terms.ways.clone()).collect();
        let published = self.terms.published || terms.published;
        let mut next = Self { terms: Terms { published, ways, ..terms.clone() }, said: self.said + 1, ..self.clone() };
        for old in &mut next.slips {
            old.withdrawn |= terms.lines.iter().all(|line| line.reference != old.line.reference);
        }
        for line in &terms.lines {
            let named = |it: &&mut Slip| it.line.reference == line.reference && (!it.withdrawn || it.paid.is_some());
            match next.slips.iter_mut().filter(named).min_by_key(|one| one.withdrawn) {
                Some(old) if old.line.cents == line.cents => old.line = line.clone(),
                Some(old) => old.past.push((std::mem::replace(&mut old.line, line.clone()).cents, now)),
                None => next.slips.push(Slip { line: line.clone(), ..Slip::default() }),
            }
        }
        next
    }

    /// A receipt pays, whatever the state; these are the anomalies that it must carry.
    pub fn receive(&mut self, at: usize, paid: At, cents: i64, stand_in: bool, now: At) -> Vec<&'static str> {
        let (slip, since, then) = (&self.slips[at], paid - HALF_HOUR, paid.min(now));
        let state = self.slip(slip, then);
        let reduced = self.terms.ways[&slip.line.way] != Way::default();
        let late = reduced && self.own_end(slip).is_none_or(|end| end > then);
        let asked = slip.asks.iter().any(|ask| ask.at >= since && ask.cents == cents);
        let was = slip.past.iter().any(|(old, until)| *until >= since && *old == cents);
        let twice = self.slips.iter().any(|one| one.line.way != slip.line.way && one.paid.is_some());
        let strange = [
            (["draft", "scheduled"].contains(&state), "draft_position"),
            (state == "cancelled", "cancelled_position"),
            (state == "superseded", "superseded_position"),
            (slip.paid.is_some() || state == "superseded" || (twice && state == "cancelled"), "duplicate_payment"),
            // Who was told the amount within the half hour before is not late.
            (state == "expired" && late && !asked, "late_reduced"),
            (state == "expired" && !late, "expired_position"),
            (slip.line.cents != cents && !was && !asked, "amount_mismatch"),
            (!stand_in && slip.asks.iter().all(|ask| ask.cart), "not_activated"),
        ];
        self.slips[at].paid.get_or_insert(paid);
        strange.into_iter().filter_map(|(holds, anomaly)| holds.then_some(anomaly)).collect()
    }
}

impl Trip {
    pub fn state(&self, now: At) -> &'static str {
        let paid = self.items.iter().filter(|(.., paid)| *paid).count();
        let over = |unpaid| if paid > 0 { "partially_completed" } else { unpaid };
        let runs = |seconds| self.running.is_some_and(|since| now < since + seconds);
        match () {
            () if paid == self.items.len() => "completed",
            () if self.withdrawn => over("cancelled"),
            () if runs(HALF_HOUR) => "processing",
            () if runs(REDELIVERY) => over("unresolved"),
            () if self.running.is_some() => over("failed"),
            () if self.ends <= now => over("expired"),
            () if self.cart.is_some() => "redirected",
            () => "open",
        }
    }

    pub fn cancel(&self, now: At) -> Result<Self, &'static str> {
        match self.state(now) {
            "open" | "redirected" | "cancelled" => Ok(Self { withdrawn: true, ..self.clone() }),
            _ => Err("checkout_session_state"),
        }
    }
}
