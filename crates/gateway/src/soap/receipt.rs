// SPDX-License-Identifier: AGPL-3.0-or-later
//! paSendRT and paSendRTV2: committed first, then acknowledged (rules.md 26 to 33).

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::sleep;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::given::{Given, WorldIds};
use tramite_domain::institution::Institution;
use tramite_domain::receipt::{Accepted, Arrival, accept};
use tramite_pagopa::current::{Answer, PaaFault, ReceiptMessage, Version};
use tramite_pagopa::soap;
use tramite_storage::{FoundOfReceipt, Rule, Scope, StoreError};

use super::answer::{InJournal, Told, refused};
use super::checks::{ReceiptWay, way_of_receipt};
use super::deadline::Deadline;
use super::denied::Denied;
use super::door::Soap;
use super::exchange::Exchange;
use super::journal::{Facts, Response, lines};
use super::mapping_receipt::arrival;
use super::message::Inbound;
use super::raw;
use super::serve::{ANSWERED, own_failure};

/// The first pause before a receipt is decided again, in milliseconds; each further one is as much longer.
const PAUSE_STEP_MS: u64 = 4;
/// The longest such pause, in milliseconds.
const PAUSE_MS_MAX: u64 = 100;

/// A receipt on its way.
pub(crate) struct Taking {
    exchange: Exchange,
    deadline: Deadline,
    version: Version,
    addressee: tramite_pagopa::current::Addressee,
    arrival: Arrival,
    facts: Facts,
}

impl Taking {
    pub(crate) fn new(
        exchange: Exchange,
        deadline: Deadline,
        message: &ReceiptMessage,
        irregular: Vec<String>,
        inbound: &Inbound,
        facts: Facts,
    ) -> Self {
        Self {
            exchange,
            deadline,
            version: message.version,
            addressee: message.addressee.clone(),
            arrival: arrival(message, irregular, inbound.bytes.clone(), inbound.peer.clone()),
            facts,
        }
    }

    fn refused(&self, denied: &Denied) -> Answer {
        refused(self.version.receipt(), &self.addressee.id_pa, denied)
    }
}

/// Takes a receipt. The work goes on by itself when the caller goes away or the time is over: what was begun is
/// committed or not, and the Node's next delivery learns which. Meanwhile the answer that came too early for it has an
/// exchange of its own in the journal.
pub(crate) async fn take(soap: &Soap, taking: Taking) -> Told {
    let (primitive, id_pa) = (taking.version.receipt(), taking.addressee.id_pa.clone());
    let deadline = taking.deadline;
    let work = tokio::spawn(committed_or_kept(soap.clone(), taking));
    match deadline.within(work).await {
        Some(Ok(told)) => told,
        other => {
            let why = if other.is_none() { Denied::Late } else { Denied::Broken };
            let answer = own_failure(primitive, &id_pa, &why);
            Told { journal: InJournal::Apart, ..Told::new(answer, soap.registry().last_known(&id_pa)) }
        }
    }
}

/// Takes a receipt, or keeps its bytes and alarms the operators where it cannot be taken for a reason that the Node's
/// next delivery will not change: its money is real, and nobody else would look.
async fn committed_or_kept(soap: Soap, taking: Taking) -> Told {
    let work = AssertUnwindSafe(until_committed(&soap, &taking)).catch_unwind().await;
    let denied = match work {
        Ok(Ok(told)) => return told,
        Ok(Err(denied)) => denied,
        Err(_) => Denied::Broken,
    };
    let institution = soap.registry().last_known(&taking.addressee.id_pa);
    if is_for_good(&denied) {
        let file = institution.as_ref().map(|one| one.id);
        let peer = taking.arrival.peer_fingerprint.as_deref();
        let untaken = raw::Untaken { reason: raw::NOT_COMMITTED, institution: file, at: taking.exchange.at, peer };
        // It has a time of its own: the work may have broken after the answer went out.
        raw::keep(&soap, Deadline::start(), untaken, &taking.arrival.message.bytes).await;
    }
    let answer = match &denied {
        Denied::Fault(..) => taking.refused(&denied),
        _ => own_failure(taking.version.receipt(), &taking.addressee.id_pa, &denied),
    };
    Told::new(answer, institution)
}

/// Whether the same would happen again at the Node's next delivery.
const fn is_for_good(denied: &Denied) -> bool {
    match denied {
        Denied::Broken => true,
        Denied::Store(_) => !may_pass(denied),
        Denied::Fault(..) | Denied::Demand(_) | Denied::AccountMissing | Denied::AmountUnknown | Denied::Late => false,
    }
}

/// Decides and commits, again and again while others are in the way, until the time is over.
async fn until_committed(soap: &Soap, taking: &Taking) -> Result<Told, Denied> {
    soap.buffer().settle().await;
    let mut pause_ms = 0;
    let mut number_taken = false;
    loop {
        let denied = match once(soap, taking, number_taken).await {
            Ok(told) => return Ok(told),
            Err(denied) => denied,
        };
        // Either somebody else made the same position a moment ago, and it is found the next time; or the reference of the
        // unknown notice belongs to another one, and it gets no position of its own.
        number_taken |= matches!(&denied, Denied::Store(StoreError::Duplicate(Rule::Iuv)));
        if taking.deadline.is_over() || !may_pass(&denied) {
            return Err(denied);
        }
        pause_ms = PAUSE_MS_MAX.min(pause_ms + PAUSE_STEP_MS);
        sleep(Duration::from_millis(pause_ms)).await;
    }
}

/// Whether deciding again may help: somebody else was faster, or the database is away for a moment.
const fn may_pass(denied: &Denied) -> bool {
    matches!(
        denied,
        Denied::Store(
            StoreError::Conflict
                | StoreError::Duplicate(Rule::Receipt | Rule::Iuv | Rule::Other(_))
                | StoreError::Busy
                | StoreError::Unavailable(_)
        )
    )
}

async fn once(soap: &Soap, taking: &Taking, number_taken: bool) -> Result<Told, Denied> {
    let (registry, exchange) = (soap.registry(), &taking.exchange);
    let mut way = way_of_receipt(registry, &taking.addressee, exchange.at).await?;
    if way.is_strange && registry.look_again(&taking.addressee.id_pa, exchange.started).await? {
        way = way_of_receipt(registry, &taking.addressee, exchange.at).await?;
    }
    let ReceiptWay { institution, broker_matches, .. } = way;
    let scope = Scope::of_node(institution.id);
    let mut found = soap.store().found_of_receipt(&scope, &institution, &taking.arrival, soap.world().now()).await?;
    (found.broker_matches, found.number_taken) = (broker_matches, number_taken);
    let (answer, mut batch) = decide(soap, taking, &institution, &found);
    let told = Told { answer, institution: Some(institution), journal: InJournal::Committed };
    let body = soap::answer(&told.answer);
    let response = Response { outcome: told.outcome(), http_status: ANSWERED, body: &body };
    let bytes = &taking.arrival.message.bytes;
    for line in lines(soap.world(), &taking.exchange, &taking.facts, bytes, &response) {
        batch.push(Write::InsertJournal(Box::new(line)));
    }
    soap.store().commit(&scope, batch).await?;
    Ok(told)
}

fn decide(soap: &Soap, taking: &Taking, institution: &Institution, found: &FoundOfReceipt) -> (Answer, Batch) {
    let mut ids = WorldIds(soap.world());
    let mut given = Given { now: soap.world().now(), ids: &mut ids, client_id: None, request_id: None };
    match accept(&mut given, found.known(institution), &taking.arrival) {
        Accepted::First { batch } => (Answer::ReceiptAccepted(taking.version), batch),
        Accepted::Duplicate { batch } => {
            let kept = Denied::Fault(PaaFault::DuplicateReceipt, "ricevuta gia' acquisita");
            (taking.refused(&kept), batch)
        }
    }
}
