// SPDX-License-Identifier: AGPL-3.0-or-later
//! The way of a message: read, checked, decided, answered, journaled.

use std::sync::Arc;

use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::Institution;
use tramite_pagopa::Primitive;
use tramite_pagopa::current::{Answer, PaaFault, Request};
use tramite_pagopa::soap::{Received, Refused, answer, receive};

use super::answer::{InJournal, KO, Told, log_cause, refused};
use super::answered::tell;
use super::checks::admit;
use super::deadline::Deadline;
use super::demand::{Demanding, demand};
use super::denied::Denied;
use super::door::Soap;
use super::exchange::Exchange;
use super::get::get;
use super::journal::{Facts, Response, lines};
use super::message::{Inbound, Outbound};
use super::raw;
use super::receipt::{self, Taking};
use super::verify::verify;

/// The status of every answer in a primitive's own wrapper, refusals included.
pub(crate) const ANSWERED: u16 = 200;
/// Who emits a refusal of a message that names no institution, while no broker is known here.
const NO_BROKER: &str = "00000000000";

/// Answers one message.
pub(crate) async fn serve(soap: &Soap, inbound: Inbound) -> Outbound {
    let exchange = Exchange::begin(soap.world());
    let deadline = Deadline::start();
    match receive(&inbound.bytes, inbound.soap_action.as_deref()) {
        Ok(received) => readable(soap, exchange, deadline, inbound, received).await,
        Err(refused) => unreadable(soap, exchange, deadline, inbound, &refused).await,
    }
}

async fn readable(
    soap: &Soap,
    exchange: Exchange,
    deadline: Deadline,
    inbound: Inbound,
    received: Received,
) -> Outbound {
    let facts = Facts::of(&received.request);
    let told = match &received.request {
        Request::Receipt(message) => {
            let taking = Taking::new(exchange, deadline, message, received.irregular, &inbound, facts.clone());
            receipt::take(soap, taking).await
        }
        request => {
            let asking = Asking { exchange: &exchange, facts: &facts, bytes: &inbound.bytes, request };
            question(soap, deadline, asking).await
        }
    };
    let outbound = Outbound { status: ANSWERED, body: answer(&told.answer) };
    let institution = told.institution.as_ref();
    let file = institution.map(|one| one.id);
    match told.journal {
        InJournal::Committed => {}
        InJournal::Buffered => journal(soap, file, &exchange, &facts, &inbound.bytes, told.outcome(), &outbound),
        InJournal::Apart => {
            let exchange = exchange.apart(soap.world());
            journal(soap, file, &exchange, &facts, &inbound.bytes, told.outcome(), &outbound);
        }
    }
    tell(soap, &exchange, &facts, institution.map(|one| one.code.as_str()), told.outcome());
    outbound
}

/// A question on its way.
#[derive(Clone, Copy)]
struct Asking<'a> {
    exchange: &'a Exchange,
    facts: &'a Facts,
    bytes: &'a [u8],
    request: &'a Request,
}

/// Verify and get change nothing, so what is not ready in time is dropped. So is a demand: whether its position was made
/// or not, the next one of the same key finds out.
async fn question(soap: &Soap, deadline: Deadline, asking: Asking<'_>) -> Told {
    let Asking { exchange, request, .. } = asking;
    let addressee = request.addressee();
    let answered = async {
        let first = once(soap, asking).await;
        let Err((denied, institution)) = first else { return first };
        match worth_deciding_again(soap, exchange, &addressee.id_pa, &denied).await {
            Ok(true) => once(soap, asking).await,
            Ok(false) => Err((denied, institution)),
            Err(failure) => Err((failure, institution)),
        }
    };
    let outcome = deadline.within(answered).await;
    let (denied, institution) = match outcome {
        Some(Ok(told)) => return told,
        Some(Err(refused)) => refused,
        None => (Denied::Late, soap.registry().last_known(&addressee.id_pa)),
    };
    let primitive = request.primitive();
    log_cause(primitive, &denied);
    let told = Told::new(refused(primitive, &addressee.id_pa, &denied), institution);
    // What was given up may have been committed all the same, with another answer under the id of the exchange.
    let apart = matches!((request, &denied), (Request::Demand(_), Denied::Late));
    if apart { Told { journal: InJournal::Apart, ..told } } else { told }
}

/// An answer, or why there is none and whose message it was.
type Decided = Result<Told, (Denied, Option<Arc<Institution>>)>;

/// Decides a question by what is known of stations and institutions now.
async fn once(soap: &Soap, asking: Asking<'_>) -> Decided {
    let Asking { exchange, facts, bytes, request } = asking;
    let admitted = admit(soap.registry(), request.addressee()).await;
    let institution = admitted.map_err(|denied| (denied, None))?;
    let told = |answer| Told::new(answer, Some(Arc::clone(&institution)));
    let decided = match request {
        Request::Verify(request) => verify(soap, &institution, request, exchange.at).await.map(told),
        Request::Get(request) => get(soap, &institution, request, exchange.at).await.map(told),
        Request::Demand(request) => demand(soap, &institution, Demanding { exchange, facts, bytes, request }).await,
        Request::Receipt(_) => Err(Denied::Broken),
    };
    decided.map_err(|denied| (denied, Some(institution)))
}

/// Whether a refusal rested on something that was read before the message came, and is newer now.
async fn worth_deciding_again(soap: &Soap, exchange: &Exchange, id_pa: &str, denied: &Denied) -> Result<bool, Denied> {
    Ok(denied.rests_on_registry() && soap.registry().look_again(id_pa, exchange.started).await?)
}

/// A message that cannot be read, or not enough of it (rules.md 20 and 28).
async fn unreadable(
    soap: &Soap,
    exchange: Exchange,
    deadline: Deadline,
    inbound: Inbound,
    refused: &Refused,
) -> Outbound {
    let id_pa = refused.id_pa();
    let institution = id_pa.and_then(|id_pa| soap.registry().last_known(id_pa));
    let file = institution.as_ref().map(|one| one.id);
    if refused.is_receipt_beyond_limits() {
        let peer = inbound.peer.as_ref().map(|peer| peer.fingerprint.as_str());
        let beyond = raw::Untaken { reason: raw::BEYOND_LIMITS, institution: file, at: exchange.at, peer };
        raw::keep(soap, deadline, beyond, &inbound.bytes).await;
    }
    let emitter = match id_pa {
        Some(named) => named.to_owned(),
        None => broker(soap, deadline).await,
    };
    let answered = refused.answer(&emitter);
    let outbound = Outbound { status: answered.status, body: answered.body };
    let facts = Facts::of_unread(refused.primitive(), id_pa);
    let outcome = answered.fault.map_or(KO, PaaFault::code);
    journal(soap, file, &exchange, &facts, &inbound.bytes, outcome, &outbound);
    tell(soap, &exchange, &facts, institution.as_ref().map(|one| one.code.as_str()), outcome);
    outbound
}

/// The code of our broker, for refusals of messages that name no institution.
async fn broker(soap: &Soap, deadline: Deadline) -> String {
    if let Some(known) = soap.registry().last_known_broker() {
        return known;
    }
    let read = deadline.within(soap.registry().stations()).await;
    read.and_then(Result::ok).and_then(|stations| stations.broker()).unwrap_or_else(|| NO_BROKER.to_owned())
}

/// Puts an exchange into the buffer of the journal.
pub(crate) fn journal(
    soap: &Soap,
    institution: Option<InstitutionId>,
    exchange: &Exchange,
    facts: &Facts,
    message: &[u8],
    outcome: &str,
    outbound: &Outbound,
) {
    let response = Response { outcome, http_status: outbound.status, body: &outbound.body };
    soap.buffer().push(institution, lines(soap.world(), exchange, facts, message, &response));
}

/// An answer that says no because of us.
pub(crate) fn own_failure(primitive: Primitive, id_pa: &str, denied: &Denied) -> Answer {
    log_cause(primitive, denied);
    refused(primitive, id_pa, denied)
}
