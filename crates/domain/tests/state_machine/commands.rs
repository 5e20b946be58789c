// SPDX-License-Identifier: AGPL-3.0-or-later
//! What commands and money do to the model: rules.md 10, 11, 30 and the lines of table S about cancel and reopen, a second
//! time.

use chrono::NaiveDate;

use crate::model::{At, Debt, HALF_HOUR, Slip, Trip, Way, day_end};

/// What a command says: whether anything changes, or the code of its refusal.
pub(crate) type Verdict = Result<bool, &'static str>;

impl Debt {
    pub(crate) fn publish(&mut self, now: At) -> Verdict {
        match self.state(now) {
            "draft" => {
                self.published = true;
                Ok(true)
            }
            "cancelled" => Err("debt_position_state"),
            _ => Ok(false),
        }
    }

    pub(crate) fn cancel(&mut self, now: At, busy: bool) -> Verdict {
        match self.state(now) {
            "cancelled" => return Ok(false),
            "paid" => return Err("debt_position_state"),
            _ if busy => return Err("payment_in_progress"),
            "partially_paid" => {
                let live = |one: &Slip| !["paid", "superseded", "cancelled"].contains(&self.slip(one, now));
                let live: Vec<bool> = self.slips.iter().map(live).collect();
                self.slips.iter_mut().zip(live).for_each(|(one, live)| one.withdrawn |= live);
            }
            _ => self.withdrawn = true,
        }
        Ok(true)
    }

    pub(crate) fn reopen(&mut self, now: At) -> Verdict {
        let back = Self { withdrawn: false, ..self.clone() };
        match (self.state(now), back.state(now)) {
            ("expired", _) | ("cancelled", "expired") => Err("still_expired"),
            ("cancelled", after) if after != "cancelled" => {
                *self = back;
                Ok(true)
            }
            _ => Err("debt_position_state"),
        }
    }

    pub(crate) fn notify(&mut self, now: At, day: NaiveDate, busy: bool) -> Verdict {
        if !["scheduled", "open", "partially_paid", "expired"].contains(&self.state(now)) {
            return Err("debt_position_state");
        }
        let left = |way| self.of(way).any(|one| ["scheduled", "open", "expired"].contains(&self.slip(one, now)));
        let waits: Vec<usize> =
            (0..self.ways.len()).filter(|way| self.ways[*way].days.is_some() && left(*way)).collect();
        if day.pred_opt().is_some_and(|eve| day_end(eve) > now) || waits.is_empty() {
            return Err("validation_failed");
        }
        if waits.iter().all(|way| self.ways[*way].told == Some(day)) {
            return Ok(false);
        }
        if busy {
            return Err("payment_in_progress");
        }
        waits.into_iter().for_each(|way| self.ways[way].told = Some(day));
        Ok(true)
    }

    pub(crate) fn replace(&mut self, now: At, terms: &Self, busy: bool, number: &dyn Fn(&str) -> String) -> Verdict {
        let dates = |one: &Slip| (one.cents, one.due, one.end);
        if ["paid", "cancelled"].contains(&self.state(now)) {
            return Err("debt_position_state");
        }
        if busy {
            return Err("payment_in_progress");
        }
        if terms.wrong {
            return Err("validation_failed");
        }
        // Paid installments stand there unchanged; those that were withdrawn before they were paid may be left out.
        let named = |reference: &str| terms.slips.iter().find(|new| new.reference == reference);
        for old in self.slips.iter().filter(|old| old.paid.is_some()) {
            let meant = self.of_name(&old.reference).is_some_and(|meant| meant.number == old.number);
            let new = named(&old.reference).filter(|_| meant);
            if new.is_some_and(|new| dates(new) != dates(old)) || (new.is_none() && !old.withdrawn) {
                return Err("installment_paid");
            }
        }
        let mut next = self.clone();
        for (at, way) in terms.ways.iter().enumerate() {
            let lines: Vec<&Slip> = terms.of(at).collect();
            let old = self.slips.iter().find(|old| lines.iter().any(|new| new.reference == old.reference));
            let place = old.map_or(next.ways.len(), |old| old.way);
            if old.is_none() {
                next.ways.push(Way::default());
            }
            next.ways[place] = Way { told: next.ways[place].told, ..way.clone() };
            for new in lines {
                let Some(old) = self.of_name(&new.reference) else {
                    next.slips.push(Slip { way: place, number: number(&new.reference), ..new.clone() });
                    continue;
                };
                let slip = next.slips.iter_mut().find(|one| one.number == old.number).unwrap();
                if old.cents != new.cents {
                    slip.before = Some((old.cents, now));
                }
                (slip.cents, slip.due, slip.end) = dates(new);
            }
        }
        for old in next.slips.iter_mut().filter(|old| old.paid.is_none()) {
            old.withdrawn |= named(&old.reference).is_none();
        }
        (next.from, next.dies, next.published) = (terms.from, terms.dies, self.published || terms.published);
        *self = next;
        Ok(true)
    }

    /// What a reference names: the installment that is not withdrawn, or else one that was paid all the same.
    fn of_name(&self, reference: &str) -> Option<&Slip> {
        let mut mine: Vec<&Slip> = self.slips.iter().filter(|one| one.reference == reference).collect();
        mine.retain(|one| !one.withdrawn || one.paid.is_some());
        mine.sort_by_key(|one| one.withdrawn);
        mine.first().copied()
    }

    /// A receipt pays, whatever the state; these are the anomalies that it must carry.
    pub(crate) fn receive(&mut self, number: &str, paid: At, cents: i64, stand_in: bool, now: At) -> Vec<&'static str> {
        let slip = self.slips.iter().find(|one| one.number == number).unwrap();
        let reduced = self.ways[slip.way].term.or(self.ways[slip.way].days.map(At::from)).is_some();
        let late = reduced && self.own_end(slip).is_none_or(|end| end > paid.min(now));
        let since = paid - HALF_HOUR;
        let mine = || self.asks.iter().filter(|one| one.number == number);
        let asked = mine().any(|one| one.at >= since && one.cents == cents);
        let mut found = match self.slip(slip, paid.min(now)) {
            "draft" | "scheduled" => vec!["draft_position"],
            "cancelled" if self.slips.iter().any(|one| one.way != slip.way && one.paid.is_some()) => {
                vec!["cancelled_position", "duplicate_payment"]
            }
            "cancelled" => vec!["cancelled_position"],
            "paid" => vec!["duplicate_payment"],
            "superseded" => vec!["superseded_position", "duplicate_payment"],
            // Who was told the amount within the half hour before is not late.
            "expired" if late && asked => vec![],
            "expired" => vec![if late { "late_reduced" } else { "expired_position" }],
            _ => vec![],
        };
        let was = slip.before.is_some_and(|(old, until)| until >= since && old == cents);
        if !(slip.cents == cents || was || asked) {
            found.push("amount_mismatch")
        }
        if stand_in {
            found.push("stand_in")
        } else if !mine().any(|one| !one.cart) {
            found.push("not_activated")
        }
        let slip = self.slips.iter_mut().find(|one| one.number == number).unwrap();
        slip.paid = slip.paid.or(Some(paid));
        found
    }

    /// Whether somebody asked within half an hour, by a get or, where they count, by a cart.
    pub(crate) fn asked(&self, now: At, carts: bool, of: &dyn Fn(&str) -> bool) -> bool {
        self.asks.iter().any(|one| one.at + HALF_HOUR > now && (carts || !one.cart) && of(&one.number))
    }
}

impl Trip {
    pub(crate) fn cancel(&mut self, now: At) -> Verdict {
        match self.state(now) {
            "cancelled" => Ok(false),
            "open" | "redirected" => {
                self.withdrawn = true;
                Ok(true)
            }
            _ => Err("checkout_session_state"),
        }
    }
}
