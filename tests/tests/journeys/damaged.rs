// SPDX-License-Identifier: AGPL-3.0-or-later
//! Thousands of damaged messages at the Node's door of the real binary, over connections that are kept (reliability.md
//! 26): each gets a sound answer at once, and what stands afterwards is what was accepted and nothing else. Then all that
//! were refused come again, and not one row but the journal's is another than before.
//!
//! `TRAMITE_MESSAGES` sets their number for each database, `TRAMITE_SEED` the first seed.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash as _, Hasher as _};
use std::time::{Duration, Instant};

use serde_json::Value;
use tramite_pagopa::Primitive;
use tramite_pagopa::current::{Answer, PaaFault};
use tramite_pagopa::strict::{NoRegister, check_answer};
use tramite_testkit::{Database, Random, damage_element, mutate};
use tramite_tests::api::{Api, installment, notice};
use tramite_tests::dump;
use tramite_tests::node::{self, Addressee, Delivered};
use tramite_tests::town::Town;
use tramite_tests::until;
use tramite_tests::wire::{Wire, head};

use crate::many::addressee;

const MESSAGES: u64 = 4_000;
const CONNECTIONS: u64 = 4;
/// Debt positions that messages are about.
const POSITIONS: usize = 40;
/// How long an answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(1);
/// How often a message that took longer is sent alone.
const ALONE_MAX: usize = 10;
/// What is said of a receipt beyond a limit: it is not refused but asked for again, until somebody has looked at it.
const LIMITS: [&str; 5] = [
    "messaggio oltre la dimensione massima",
    "elementi annidati troppo in profondita'",
    "troppi elementi",
    "troppi attributi",
    "piu' testo di quanto una ricevuta possa avere",
];
const INSTITUTIONS: [&str; 3] = ["comune-perugia", "comune-terni", "unipg"];

/// What the answers said.
#[derive(Default)]
struct Told {
    /// Receipts that were accepted.
    accepted: usize,
    /// References of the payments that were told in full.
    asked: BTreeSet<String>,
    /// Every other outcome, with its count.
    outcomes: BTreeMap<String, usize>,
    /// Which of a sender's messages were refused, by their round.
    refused: Vec<bool>,
    /// Receipts beyond a limit, which are kept as they came (rules.md 28).
    beyond: BTreeSet<Vec<u8>>,
    /// Messages whose answer came late.
    late: Vec<(Option<&'static str>, Vec<u8>)>,
}

/// One who sends damaged messages over one connection.
struct Sender {
    wire: Wire,
    random: Random,
    to: Addressee,
    notices: Vec<String>,
    nobodys: String,
    told: Told,
}

pub(crate) async fn messages(database: Database) {
    let town = Town::start(&database).await;
    let mut served = town.serve().await;
    let api = town.api_at(&served.url, "comune-perugia").await;
    let mut before = Vec::new();
    for _ in 0..POSITIONS {
        before.push(api.position("MULTE", 12_050).await);
    }
    let known = listed(&town, &served.url, "receipts").await.len();
    let notices: Vec<String> = before.iter().map(|position| notice(position).to_owned()).collect();
    let number = |name: &str, usual| std::env::var(name).map_or(usual, |text| text.parse().unwrap());
    let (count, seed) = (number("TRAMITE_MESSAGES", MESSAGES), number("TRAMITE_SEED", 1));
    let mut senders = Vec::new();
    for index in 0..CONNECTIONS {
        let sender = Sender::new(&served.url, seed + index, addressee(&town, "comune-perugia"), &notices).await;
        senders.push(tokio::spawn(sender.send(count / CONNECTIONS, None)));
    }
    let (mut told, mut rounds) = (Told::default(), Vec::new());
    for sender in senders {
        let mut one = sender.await.unwrap();
        rounds.push(std::mem::take(&mut one.refused));
        told.add(one);
    }
    assert!(served.process.child().try_wait().unwrap().is_none(), "the gateway has ended");
    again_alone(&served.url, std::mem::take(&mut told.late), &notices, &town).await;
    // A run in which nothing was understood, or everything, would prove nothing.
    let refused = told.outcomes.iter().filter(|(name, _)| name.starts_with("PAA_SINTASSI")).map(|(_, count)| count);
    assert!(refused.sum::<usize>() > usize::try_from(count / 4).unwrap(), "{:?}", told.outcomes);
    assert!(told.accepted > 100 && told.asked.len() > 10, "{} {:?}", told.accepted, told.outcomes);
    let kept = dump::cells(&database).iter().filter(|cell| cell.place == "raw_messages.id").count();
    assert_eq!(kept, told.beyond.len(), "each receipt beyond a limit is kept once: {:?}", told.outcomes);
    let after = listed(&town, &served.url, "receipts").await;
    assert_eq!(after.len() - known, told.accepted, "as many receipts as were accepted: {:?}", told.outcomes);
    positions(&town, &served.url, (&before, &after), &told).await;
    refused_again(&town, &served.url, (&database, &notices), seed, rounds).await;
}

/// The same messages a second time, without those that were accepted.
async fn refused_again(
    town: &Town,
    url: &str,
    (database, notices): (&Database, &[String]),
    seed: u64,
    refused: Vec<Vec<bool>>,
) {
    // What the receipts have left to be done is done first.
    let mut before = rows(database);
    until("nothing is left to do", async || {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let now = rows(database);
        std::mem::replace(&mut before, now.clone()) == now
    })
    .await;
    let (mut senders, mut count) = (Vec::new(), 0);
    for (index, refused) in (0..).zip(refused) {
        count += refused.iter().filter(|one| **one).count();
        let sender = Sender::new(url, seed + index, addressee(town, "comune-perugia"), notices).await;
        senders.push(tokio::spawn(sender.send(u64::try_from(refused.len()).unwrap(), Some(refused))));
    }
    for sender in senders {
        let told = sender.await.unwrap();
        assert!(told.accepted == 0 && told.asked.is_empty(), "refused, then accepted");
    }
    let after = rows(database);
    let changed: Vec<&String> =
        after.keys().chain(before.keys()).filter(|place| after.get(*place) != before.get(*place)).collect();
    assert!(changed.is_empty(), "{count} refused messages have changed {changed:?}");
    assert!(count > 500, "only {count} were refused");
}

/// Tables that tell of every message, whatever came of it: the journal, and what the month counts.
const COUNTING: [&str; 3] = ["journal", "node_answers", "sqlite_"];

/// What every column holds, as a digest that no order of the rows changes; what tells of every message is left out.
fn rows(database: &Database) -> BTreeMap<String, (u64, u64)> {
    let mut held: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for cell in dump::cells(database) {
        if COUNTING.iter().any(|table| cell.place.starts_with(table)) {
            continue;
        }
        let mut hasher = std::hash::DefaultHasher::new();
        cell.content.hash(&mut hasher);
        let (count, sum) = held.entry(cell.place).or_default();
        (*count, *sum) = (*count + 1, sum.wrapping_add(hasher.finish()));
    }
    held
}

/// A receipt is what pays a debt position, or makes one that nobody knew; a payment that was told in full locks it.
async fn positions(town: &Town, url: &str, (before, receipts): (&[Value], &[Value]), told: &Told) {
    let paying =
        receipts.iter().filter(|one| one["outcome"] == "ok").filter_map(|one| one["debt_position_id"].as_str());
    let paying: BTreeSet<&str> = paying.collect();
    let mut now: BTreeMap<String, Value> = BTreeMap::new();
    for position in listed(town, url, "debt-positions").await {
        now.insert(position["id"].as_str().unwrap().to_owned(), position);
    }
    let mut untouched = 0;
    for was in before {
        let id = was["id"].as_str().unwrap();
        let mut is = now.remove(id).unwrap();
        if paying.contains(id) {
            assert_eq!(is["status"], "paid", "{is}");
            continue;
        }
        if told.asked.contains(installment(was, "iuv").as_str().unwrap()) {
            is["payment_options"][0]["installments"][0].as_object_mut().unwrap().remove("locked_until");
        }
        assert_eq!(&is, was, "nothing that was accepted is about it");
        untouched += 1;
    }
    assert!(untouched > 0, "some are only asked about");
    for (id, made) in now.iter().filter(|(_, one)| one["service_code"] == "MULTE" || one["service_code"].is_null()) {
        assert!(paying.contains(id.as_str()), "no receipt has made it: {made}");
    }
}

/// Everything of a kind, in all institutions of the town.
async fn listed(town: &Town, url: &str, kind: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for institution in INSTITUTIONS {
        let api: Api = town.api_at(url, institution).await;
        let mut path = format!("/v1/{kind}?limit=500");
        loop {
            let page = api.get(&path).await.body;
            all.extend(page["items"].as_array().unwrap_or_else(|| panic!("{page}")).iter().cloned());
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/v1/{kind}?limit=500&cursor={cursor}");
        }
    }
    all
}

/// A machine may be slow for a while; a message that makes the gateway slow does so every time, when it is alone.
async fn again_alone(url: &str, late: Vec<(Option<&'static str>, Vec<u8>)>, notices: &[String], town: &Town) {
    let mut sender = Sender::new(url, 0, addressee(town, "comune-perugia"), notices).await;
    for (action, message) in late {
        let mut shortest = Duration::MAX;
        for _ in 0..ALONE_MAX {
            let begun = Instant::now();
            sender.ask(action, &message).await;
            shortest = shortest.min(begun.elapsed());
            if shortest < ANSWER_MAX {
                break;
            }
        }
        assert!(shortest < ANSWER_MAX, "{shortest:?}: {}", String::from_utf8_lossy(&message));
    }
}

impl Told {
    fn add(&mut self, other: Told) {
        self.accepted += other.accepted;
        self.asked.extend(other.asked);
        self.beyond.extend(other.beyond);
        self.late.extend(other.late);
        for (outcome, count) in other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
    }
}

impl Sender {
    async fn new(url: &str, seed: u64, to: Addressee, notices: &[String]) -> Self {
        let mut sender = Self {
            wire: Wire::to(url).await,
            random: Random::new(seed),
            to,
            notices: notices.to_vec(),
            nobodys: String::new(),
            told: Told::default(),
        };
        // The one answer to what names no operation at all; that it is sound is another test's matter.
        let (status, answer) = sender.ask(None, b"hello").await;
        assert!(status == 500 && answer.contains("<faultcode>soapenv:Client</faultcode>"), "{answer}");
        sender.nobodys = without_reason(&answer);
        sender
    }

    /// Sends so many messages, or only those that are marked: each is the same every time, whatever was answered.
    async fn send(mut self, count: u64, only: Option<Vec<bool>>) -> Told {
        for round in 0..count {
            let (action, whole) = self.message();
            let (_, other) = self.message();
            // Some can hardly be read, some are wrong in what they say, and some are sound and stand between those.
            let message = match self.random.below(10) {
                0 => whole.into_bytes(),
                1..5 => mutate(whole.as_bytes(), other.as_bytes(), &mut self.random),
                _ => damage_element(&whole, &[], &mut self.random).into_bytes(),
            };
            let action = Some(action).filter(|_| !self.random.chance(10));
            if only.as_ref().is_some_and(|only| !only[usize::try_from(round).unwrap()]) {
                continue;
            }
            let (status, delivered) = self.deliver(action, &message).await;
            let refused = self.judge(status, &delivered, (round, &message));
            self.told.refused.push(refused);
        }
        self.told
    }

    /// A sound message, and its operation. Receipts are about the first half of the positions, questions about the other.
    fn message(&mut self) -> (&'static str, String) {
        let (paid, asked) = self.notices.split_at(self.notices.len() / 2);
        match self.random.below(5) {
            0 => ("paVerifyPaymentNotice", node::verify(&self.to, self.random.pick::<String>(asked))),
            1 => ("paGetPaymentV2", node::get(&self.to, self.random.pick::<String>(asked))),
            2 => {
                let second = node::get(&self.to, self.random.pick::<String>(asked));
                ("paGetPayment", second.replace("paGetPaymentV2Request", "paGetPaymentReq"))
            }
            version => {
                let notice = self.random.pick::<String>(paid);
                let id = format!("damaged-{}", self.random.digits(24));
                let second = node::receipt(&self.to, notice, &id, "120.50");
                match version {
                    3 => ("paSendRTV2", second),
                    _ => ("paSendRT", second.replace("paSendRTV2Request", "paSendRTReq")),
                }
            }
        }
    }

    /// Sends a message as the Node does, again where we had no time for it.
    async fn deliver(&mut self, action: Option<&'static str>, message: &[u8]) -> (u16, Delivered) {
        let mut failures = 0;
        loop {
            let begun = Instant::now();
            let (status, answer) = self.ask(action, message).await;
            if begun.elapsed() >= ANSWER_MAX {
                self.told.late.push((action, message.to_vec()));
            }
            if !node::comes_again(&answer, begun, &mut failures).await {
                return (status, Delivered { answer, failures });
            }
        }
    }

    /// Asks once. The official schema has its say on every different answer when all is over.
    async fn ask(&mut self, action: Option<&str>, message: &[u8]) -> (u16, String) {
        let mut lines =
            vec!["Content-Type: text/xml; charset=utf-8".to_owned(), format!("Content-Length: {}", message.len())];
        lines.extend(action.map(|action| format!("SOAPAction: \"{action}\"")));
        let request = [head("POST", "/soap/pa-for-node", &lines).as_bytes(), message].concat();
        self.wire.say(&request).await;
        let (head, body) = self.wire.answer().await;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("the connection ended: {}", String::from_utf8_lossy(message)));
        node::keep(status, &body);
        (status, body)
    }

    /// Whether the message was refused.
    fn judge(&mut self, status: u16, delivered: &Delivered, (round, message): (u64, &[u8])) -> bool {
        let at = || format!("round {round}: {}", String::from_utf8_lossy(message));
        let answer = delivered.answer.as_str();
        if status == 500 {
            assert_eq!(without_reason(answer), self.nobodys, "{}", at());
            *self.told.outcomes.entry("nobody's".to_owned()).or_default() += 1;
            return true;
        }
        assert_eq!(status, 200, "{answer} to {}", at());
        let sound = Primitive::ALL.iter().find_map(|one| check_answer(*one, answer.as_bytes(), &NoRegister).ok());
        let sound = sound.unwrap_or_else(|| panic!("{answer} to {}", at()));
        // No two sound receipts have one id: what is known the second time was taken when it came first.
        let late = delivered.failures > 0 && delivered.is_taken();
        let refused = matches!(sound, Answer::Refused(..)) && !late;
        let outcome = match sound {
            Answer::Refused(..) if late => {
                self.told.accepted += 1;
                "accepted".to_owned()
            }
            Answer::ReceiptAccepted(_) => {
                self.told.accepted += 1;
                "accepted".to_owned()
            }
            Answer::Get(_, payment) => {
                self.told.asked.insert(payment.creditor_reference_id.clone());
                "told".to_owned()
            }
            Answer::Verify(_) | Answer::Demand(_) => "verified".to_owned(),
            Answer::Refused(_, fault) => {
                let known = fault.known().unwrap_or_else(|| panic!("{answer} to {}", at()));
                if known == PaaFault::SystemError {
                    let why = fault.description.as_deref().unwrap_or_default();
                    assert!(LIMITS.contains(&why), "{answer} to {}", at());
                    self.told.beyond.insert(message.to_vec());
                }
                known.code().to_owned()
            }
        };
        *self.told.outcomes.entry(outcome).or_default() += 1;
        refused
    }
}

/// A fault without the text that says why.
fn without_reason(fault: &str) -> String {
    let (before, rest) = fault.split_once("<faultstring>").unwrap_or_else(|| panic!("{fault}"));
    let (reason, after) = rest.split_once('<').unwrap();
    assert!(!reason.is_empty() && !reason.contains('&'), "{fault}");
    format!("{before}<{after}")
}
