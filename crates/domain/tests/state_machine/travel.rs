// SPDX-License-Identifier: AGPL-3.0-or-later
//! Checkout sessions: opened over one or two positions, visited, come back from, withdrawn.

use tramite_domain::session::{
    Cart, Choice, IfBusy, ItemInput, Language, OnAbandon, Opened, OwnItem, ReturnKind, ReturnMode, SessionInput, Visit,
    cancel, minted, open, returned, visit,
};
use tramite_testkit::Random;

use crate::act::{Kind, World, parts};
use crate::facts::{Ask, At, Slip, Trip};
use crate::support::client;

impl World {
    /// Whether a session that holds something of the position is processing.
    pub(crate) fn runs(&self, at: usize, now: At) -> bool {
        let holds = |trip: &&Trip| trip.items.iter().any(|(place, ..)| *place == at);
        self.trips.iter().filter(holds).any(|trip| trip.state(now) == "processing")
    }

    /// Whether somebody else may be paying the notice or an alternative to it (the other installments of its own plan
    /// are due beside it).
    fn taken(&self, at: usize, number: &str, now: At) -> bool {
        let debt = &self.debts[at].1;
        let mine = &debt.slips[debt.place(number)];
        let excludes = |other: &Slip| other.number == mine.number || other.line.way != mine.line.way;
        let busy = |trip: &Trip| {
            let mut held = trip.items.iter().filter(|(place, ..)| *place == at);
            let holds = held.any(|(_, one, _)| excludes(&debt.slips[debt.place(one)]));
            holds && ["redirected", "processing"].contains(&trip.state(now))
        };
        debt.asked(now, |slip, ask| !ask.cart && excludes(slip)) || self.trips.iter().any(busy)
    }

    pub(crate) fn session(&mut self, at: usize, random: &mut Random) {
        let now = self.now();
        let mut places = vec![at];
        let other = random.below(self.debts.len());
        if other != at && random.chance(40) {
            places.push(other);
        }
        let items: Vec<(usize, String, bool)> =
            places.into_iter().map(|place| (place, self.number(place, random), false)).collect();
        let slip = |(place, number, _): &(usize, String, bool)| {
            let debt = &self.debts[*place].1;
            debt.slip(&debt.slips[debt.place(number)], now)
        };
        let mut held = [0_usize; 2];
        for (count, (_, number, _)) in held.iter_mut().zip(&items) {
            *count = self.trips.iter().filter(|trip| trip.items.iter().any(|(_, one, _)| one == number)).count();
        }
        if held.into_iter().max() >= Some(tramite_domain::session::OPEN_SESSIONS_MAX) {
            return;
        }
        let expected = if items.iter().any(|one| slip(one) != "open") {
            Err("not_payable")
        } else if items.iter().any(|(place, number, _)| self.taken(*place, number, now)) {
            Err("payment_in_progress")
        } else {
            Ok(())
        };
        let seconds = 300 + At::try_from(random.below(5_000)).unwrap();
        let own = |(place, number, _): &(usize, String, bool)| {
            let id = self.debts[*place].0;
            let (attempts, sessions) = self.real.activity(id);
            let (position, choice) = (self.real.positions[&id].clone(), Choice::Notice(number.parse().unwrap()));
            let (inline, expected_amount) = (false, None);
            ItemInput::Own(Box::new(OwnItem { position, choice, inline, expected_amount, attempts, sessions }))
        };
        let given: Vec<ItemInput> = items.iter().map(own).collect();
        let institution = self.town.institution.clone();
        let told = open(&institution, &mut parts(&mut self.town).1, client(), &input(seconds), &given);
        assert_eq!(told.as_ref().map(|_| ()).map_err(|refusal| refusal.code()), expected, "a session over {items:?}");
        match told {
            Ok(Opened::New { batch, .. }) => {
                self.real.apply(batch);
                self.trips.push(Trip { items, ends: now + seconds, ..Trip::default() });
            }
            Ok(Opened::Joined(_)) => panic!("nobody asked to join"),
            Err(refusal) => self.saw(refusal.code()),
        }
    }

    pub(crate) fn travel(&mut self, kind: Kind, random: &mut Random) {
        if self.trips.is_empty() {
            return;
        }
        let (now, at) = (self.now(), random.below(self.trips.len()));
        let session = self.real.sessions[at].clone();
        let batch = match kind {
            Kind::Withdraw => {
                let after = self.trips[at].cancel(now);
                let changes = |after: &Trip| after.withdrawn != self.trips[at].withdrawn;
                let expected = after.as_ref().map(changes).map_err(|code| *code);
                let told = cancel(&mut parts(&mut self.town).1, &session);
                let said = told.as_ref().map(|batch| !batch.is_empty()).map_err(|refusal| refusal.code());
                assert_eq!(said, expected, "withdrawn: {:?}", self.trips[at]);
                match after {
                    Ok(after) => self.trips[at] = after,
                    Err(code) => self.saw(code),
                }
                told.unwrap_or_default()
            }
            Kind::Return => {
                let kinds = [ReturnKind::Ok, ReturnKind::Cancel, ReturnKind::Error, ReturnKind::Waiting];
                let by = *random.pick(&kinds);
                if self.trips[at].cart.is_none() {
                    return;
                }
                // Ok and waiting mean that the payment runs; the others change nothing but the hint.
                if matches!(by, ReturnKind::Ok | ReturnKind::Waiting) {
                    self.trips[at].running = self.trips[at].running.or(Some(now));
                }
                returned(&mut parts(&mut self.town).1, &session, by)
            }
            _ => {
                let positions: Vec<_> = self.real.positions.values().cloned().collect();
                let Visit::Mint { due } = visit(&session, &positions, self.town.now) else { return };
                let reference = format!("cart-{at}-{now}");
                let cart = Cart {
                    reference: reference.clone(),
                    minted_at: self.town.now,
                    amount: tramite_domain::money::Cents::sum(due.iter().map(|one| one.amount)).ok(),
                    location: "https://checkout.example.it/c/1".to_owned(),
                };
                self.trips[at].cart = Some(reference);
                for one in &due {
                    let (place, number, _) = self.trips[at].items[one.place].clone();
                    let debt = &mut self.debts[place].1;
                    let slip = debt.place(&number);
                    debt.slips[slip].asks.push(Ask { cents: one.amount.cents(), at: now, cart: true });
                }
                let due: Vec<_> = due.iter().filter_map(|one| Some((one.installment_id?, one.amount))).collect();
                minted(&mut parts(&mut self.town).1, &session, cart, &due)
            }
        };
        self.real.apply(batch);
    }
}

fn input(expires_in: At) -> SessionInput {
    SessionInput {
        client_reference: None,
        payer: None,
        return_url: "https://portal.example.it/back".to_owned(),
        cancel_url: None,
        state: None,
        return_mode: ReturnMode::Token,
        expires_in,
        on_abandon: OnAbandon::Keep,
        if_busy: IfBusy::Reject,
        allow_notice: true,
        language: Language::It,
        metadata: serde_json::Map::new(),
    }
}
