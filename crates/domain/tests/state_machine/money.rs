// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Node and the clock do: questions, receipts once and again, steps across the edges of days and terms.

use std::collections::BTreeSet;

use tramite_domain::anomaly::Anomaly;
use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::money::Cents;
use tramite_domain::node::{NodeRefusal, TransferKind, Wanted, detail, payable, verified};
use tramite_domain::receipt::{
    Accepted, Arrival, Known, Psp, Receipt, ReceiptContent, ReceiptMessage, ReceiptOutcome, accept,
};
use tramite_domain::session::asked;
use tramite_testkit::Random;

use crate::act::{World, parts};
use crate::facts::{Ask, At, HALF_HOUR, day_end};
use crate::generate::instant;
use crate::support::{STATION, TAX_CODE};

impl World {
    /// A number of that position, any of those that it ever had.
    pub(crate) fn number(&self, at: usize, random: &mut Random) -> String {
        random.pick(&self.debts[at].1.slips).number.clone()
    }

    /// Verify and get say the same; a get that is answered leaves its attempt, and nothing else.
    pub(crate) fn get(&mut self, at: usize, random: &mut Random) {
        let (now, number) = (self.now(), self.number(at, random));
        let (id, debt) = &self.debts[at];
        let place = debt.place(&number);
        let (slip, cents) = (&debt.slips[place], debt.slips[place].line.cents);
        let expected = match debt.slip(slip, now) {
            "open" => Ok(cents),
            "draft" | "scheduled" => Err(NodeRefusal::Unknown),
            "expired" => Err(NodeRefusal::Expired),
            "paid" | "reported" => Err(NodeRefusal::Paid),
            "superseded" if ["paid", "reported"].contains(&debt.state(now)) => Err(NodeRefusal::Paid),
            _ => Err(NodeRefusal::Cancelled),
        };
        let position = self.real.positions[id].clone();
        let found = payable(&position, &number.parse().unwrap(), self.town.now);
        assert_eq!(found.map(|one| one.amount.cents()), expected, "{number} of position {at}");
        let Ok(installment) = found else { return };
        let institution = &self.town.institution;
        let instant = self.town.now;
        let wanted = Wanted { kind: TransferKind::Bank, stamps: true, as_of: instant };
        let told = verified(institution, &position, installment, instant, instant).unwrap();
        let got = detail(institution, &position, installment, wanted, instant).unwrap();
        let shares: i64 = got.transfers.iter().map(|one| one.amount.cents()).sum();
        assert_eq!((told.amount.cents(), got.amount.cents(), shares), (cents, cents, cents));
        if random.chance(40) {
            // A verify alone.
            return;
        }
        let carts = self.trips.iter().filter(|trip| trip.items.iter().any(|(_, one, _)| *one == number));
        let carts: Vec<String> = carts.filter_map(|trip| trip.cart.clone()).collect();
        let named = !carts.is_empty() && random.chance(60);
        let cart = if named { random.pick(&carts).clone() } else { String::new() };
        let (installment_id, amount) = (installment.id, installment.amount);
        let mut given = parts(&mut self.town).1;
        let attempt = Attempt {
            id: given.id(),
            installment_id,
            kind: AttemptKind::Get,
            reference: cart.clone(),
            session_id: None,
            amount,
            at: given.now,
        };
        self.real.apply(Batch::new().with(Write::RecordAttempt(attempt)));
        self.debts[at].1.slips[place].asks.push(Ask { cents, at: now, cart: false });
        for (place, trip) in self.trips.iter_mut().enumerate() {
            let own = trip.cart.as_ref() == Some(&cart);
            let over = !["open", "redirected", "processing", "unresolved"].contains(&trip.state(now));
            if !trip.items.iter().any(|(_, one, _)| *one == number) || (over && !own) {
                continue;
            }
            trip.ends = trip.ends.max(now + HALF_HOUR);
            trip.running = if own { Some(now) } else { trip.running };
            let session = self.real.sessions[place].clone();
            let at = self.town.now;
            let batch = asked(&mut parts(&mut self.town).1, &session, at, own);
            self.real.apply(batch);
        }
    }

    /// A receipt: a new one, or one that came before with the same bytes or with others.
    pub(crate) fn receipt(&mut self, at: usize, random: &mut Random) {
        let (now, number) = (self.now(), self.number(at, random));
        let debt = &self.debts[at].1;
        let place = debt.place(&number);
        let slip = debt.slips[place].clone();
        let asks: Vec<i64> = debt.slips.iter().flat_map(|one| &one.asks).map(|ask| ask.cents).collect();
        let cents = match random.below(10) {
            0 => 100 * (1 + At::try_from(random.below(5)).unwrap()),
            1..=2 if !asks.is_empty() => *random.pick(&asks),
            3 if !slip.past.is_empty() => random.pick(&slip.past).0,
            _ => slip.line.cents,
        };
        let paid = now - [0, 0, 5, 1_000, 1_799, 1_800, 1_801, 7_200, 90_000, -60][random.below(10)];
        let outcome = if random.chance(12) { ReceiptOutcome::Ko } else { ReceiptOutcome::Ok };
        let again = self.real.receipts.values().filter(|_| random.chance(50)).last().cloned();
        if let Some(kept) = again.filter(|_| random.chance(30)) {
            return self.receipt_again(&kept, random);
        }
        let id = format!("rt{:010x}", random.number() >> 24);
        let stand_in = random.chance(30);
        let arrival = arrival(&id, &number, (cents, paid), (outcome, stand_in), 1);
        let (batch, kept) = self.deliver(at, &arrival);
        assert!(!kept, "a new receipt is no duplicate");
        self.real.apply(batch);
        let receipt = self.real.receipts[&(id, outcome.name())].clone();
        let found: BTreeSet<&str> = receipt.anomalies.iter().map(|one| one.name()).collect();
        let mut expected = BTreeSet::from_iter(stand_in.then_some("stand_in"));
        if outcome == ReceiptOutcome::Ok {
            expected.extend(self.debts[at].1.receive(place, paid, cents, stand_in, now));
            for trip in &mut self.trips {
                trip.items.iter_mut().filter(|(_, one, _)| *one == number).for_each(|(.., paid)| *paid = true);
            }
        }
        assert_eq!(found, expected, "anomalies of a receipt for {slip:?}, {cents} paid at {paid}");
        for one in expected {
            self.saw(one);
        }
    }

    /// A settlement flow reports a payment. Nothing in the product does that yet: the fact is written as it will be.
    pub(crate) fn report(&mut self, at: usize, random: &mut Random) {
        let (id, debt) = &mut self.debts[at];
        let slip = random.below(debt.slips.len());
        let slip = &mut debt.slips[slip];
        slip.reported = slip.paid.is_some();
        let position = self.real.positions.get_mut(id).unwrap();
        let (_, one) =
            position.installments().find(|(_, one)| one.notice_number.unwrap().as_str() == slip.number).unwrap();
        let id = one.id;
        position.installment_mut(id).unwrap().reported_at = slip.reported.then_some(self.town.now);
    }

    /// The same key again (I1, I10): nothing is booked, and other bytes are kept and told once.
    fn receipt_again(&mut self, kept: &Receipt, random: &mut Random) {
        let subject = kept.position.as_ref().unwrap();
        let Some(at) = self.debts.iter().position(|(id, _)| *id == subject.position_id) else { return };
        let before = self.real.positions[&subject.position_id].clone();
        let other = random.chance(50);
        let (amount, number) = (kept.content.amount.cents(), kept.content.notice_number.clone());
        let amount = if random.chance(50) { amount + i64::from(other) } else { amount };
        let paid = kept.paid_at.seconds_since(tramite_domain::time::Instant::UNIX_EPOCH);
        let (id, outcome) = (kept.content.receipt_id.clone(), kept.content.outcome);
        let arrival =
            arrival(&id, &number, (amount, paid), (outcome, kept.content.stand_in), if other { 2 } else { 1 });
        let (batch, duplicate) = self.deliver(at, &arrival);
        assert!(duplicate, "the key was there");
        assert_eq!(batch.is_empty(), !other, "the same bytes again write nothing");
        self.real.apply(batch);
        // What is strange about the payment is flagged, and nothing else of the position changes.
        let mut after = self.real.positions[&subject.position_id].clone();
        let flagged = after.version != before.version;
        assert!(!flagged || other, "the same bytes again change no position");
        (after.version, after.updated_at) = (before.version, before.updated_at);
        let (was, is) = (before.installment(subject.installment_id), after.installment_mut(subject.installment_id));
        // Another receipt of the same installment may have flagged it before.
        if let (Some((_, was)), Some(is), true) = (was, is, flagged)
            && !was.anomalies.contains(&Anomaly::ReceiptDiffers)
        {
            assert!(is.anomalies.remove(&Anomaly::ReceiptDiffers), "it is flagged");
        }
        assert_eq!(after, before, "a duplicate changes no position");
        if other {
            self.saw("receipt_differs");
        }
    }

    fn deliver(&mut self, at: usize, arrival: &Arrival) -> (Batch, bool) {
        let id = self.debts[at].0;
        let (attempts, sessions) = self.real.activity(id);
        let content = &arrival.content;
        let position = &self.real.positions[&id];
        let (_, one) = position
            .installments()
            .find(|(_, one)| one.notice_number.unwrap().as_str() == content.notice_number)
            .unwrap();
        let sessions: Vec<_> = sessions.into_iter().filter(|session| session.holds(one.id)).collect();
        let institution = self.town.institution.clone();
        let kept = self.real.receipts.get(&(content.receipt_id.clone(), content.outcome.name()));
        let known = Known {
            institution: &institution,
            broker_matches: true,
            kept,
            variant_kept: false,
            position: Some(position),
            number_taken: false,
            places: &[],
            attempts: &attempts,
            sessions: &sessions,
            more_sessions: false,
        };
        match accept(&mut parts(&mut self.town).1, known, arrival) {
            Accepted::First { batch } => (batch, false),
            Accepted::Duplicate { batch } => (batch, true),
        }
    }

    /// A little time passes, or all until just before, at or after something ends.
    pub(crate) fn clock(&mut self, random: &mut Random) {
        let now = self.now();
        let mut edges: Vec<At> = Vec::new();
        for (_, debt) in &self.debts {
            edges.extend(debt.terms.from);
            edges.extend(debt.slips.iter().flat_map(|one| [one.line.end, one.line.due.map(day_end)]).flatten());
            for (key, way) in &debt.terms.ways {
                let told = debt.told.get(key).zip(way.days);
                edges.extend(
                    way.term.into_iter().chain(told.map(|(day, days)| day_end(*day + chrono::Days::new(days.into())))),
                );
            }
            edges.extend(debt.slips.iter().flat_map(|one| &one.asks).map(|ask| ask.at + HALF_HOUR));
        }
        edges.extend(
            self.trips.iter().flat_map(|trip| [Some(trip.ends), trip.running.map(|since| since + 1_800)]).flatten(),
        );
        // The hours around the changes of the clocks of 2026 and 2027, in which days have 25 and 23 hours.
        edges.extend([1_792_886_400, 1_792_890_000, 1_806_278_400, 1_806_282_000]);
        edges.retain(|edge| *edge > now + 1 && *edge < now + 500_000);
        let step = match random.below(10) {
            0..=2 if !edges.is_empty() => *random.pick(&edges) - now + [-1, 0, 1][random.below(3)],
            3..=5 => 1 + At::try_from(random.below(120)).unwrap(),
            6..=7 => 60 * (1 + At::try_from(random.below(40)).unwrap()),
            8 => 3_600 * (1 + At::try_from(random.below(30)).unwrap()),
            _ => day_end(instant(now).rome_date()) - now + At::try_from(random.below(2)).unwrap() - 1,
        };
        self.town.later(step.max(1));
    }
}

fn arrival(
    id: &str,
    number: &str,
    (cents, paid): (i64, At),
    (outcome, stand_in): (ReceiptOutcome, bool),
    bytes: u8,
) -> Arrival {
    Arrival {
        content: ReceiptContent {
            receipt_id: id.to_owned(),
            creditor_tax_code: TAX_CODE.to_owned(),
            notice_number: number.to_owned(),
            iuv: number.chars().skip(1).collect(),
            outcome,
            amount: Cents::new(cents).unwrap(),
            fee: None,
            paid_at: Some(instant(paid)),
            application_date: None,
            transfer_date: None,
            description: "Tassa sui rifiuti".to_owned(),
            company_name: "Comune di Esempio".to_owned(),
            psp: Psp::default(),
            payment_method: None,
            payment_note: None,
            debtor: None,
            payer: None,
            transfers: Vec::new(),
            payment_metadata: std::collections::BTreeMap::new(),
            stand_in,
            irregularities: Vec::new(),
        },
        addressee_tax_code: TAX_CODE.to_owned(),
        station_id: STATION.to_owned(),
        primitive: "paSendRTV2".to_owned(),
        peer_fingerprint: None,
        message: ReceiptMessage { bytes: vec![bytes], sha256: [bytes; 32] },
    }
}
