// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts: shown, sent again.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Path};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use tramite_pagopa::current::Request;
use tramite_pagopa::soap;

use super::{Answer, Problem, TheNode, json, query, shown};
use crate::flaw::Flaw;
use crate::limits::{LIST_DEFAULT, LIST_MAX, SEND_TIMES_MAX};
use crate::node::{FaultView, Node, ReceiptView, Record, Sending, Status, Step, Steps};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    creditor_tax_code: Option<String>,
    notice_number: Option<String>,
    status: Option<Status>,
    limit: Option<usize>,
}

impl Filter {
    fn takes(&self, record: &Record) -> bool {
        let is = |wanted: &Option<String>, value: &String| wanted.as_ref().is_none_or(|wanted| wanted == value);
        let has = |status: Status| record.recipients.iter().any(|recipient| recipient.status == status);
        is(&self.creditor_tax_code, &record.message.fiscal_code)
            && is(&self.notice_number, &record.message.notice_number)
            && self.status.is_none_or(has)
    }
}

#[derive(Serialize)]
struct Items {
    items: Vec<ReceiptView>,
}

pub(super) async fn list(node: TheNode, request: HttpRequest) -> Answer {
    let filter: Filter = query(&request)?;
    let limit = filter.limit.unwrap_or(LIST_DEFAULT).min(LIST_MAX);
    let items = node.receipts().newest().filter(|record| filter.takes(record)).take(limit).map(Record::view).collect();
    shown(StatusCode::OK, &Items { items })
}

#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    receipt: ReceiptView,
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Message {
    id_pa: String,
    station_id: String,
    primitive: &'static str,
    xml: String,
}

pub(super) async fn show(node: TheNode, receipt_id: Path<String>) -> Answer {
    let record = find(&node, &receipt_id)?;
    let messages = record.recipients.iter().map(|recipient| Message {
        id_pa: recipient.addressee.id_pa.clone(),
        station_id: recipient.addressee.id_station.clone(),
        primitive: recipient.version.receipt().operation(),
        xml: String::from_utf8_lossy(&soap::request(&Request::Receipt(Box::new(record.addressed(recipient)))))
            .into_owned(),
    });
    shown(StatusCode::OK, &Whole { receipt: record.view(), messages: messages.collect() })
}

fn find(node: &Node, receipt_id: &str) -> Result<Record, Problem> {
    node.record(receipt_id).ok_or_else(|| Problem::not_found("There is no such receipt."))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Redelivery {
    #[serde(default)]
    receipt_id: Option<String>,
}

#[derive(Serialize)]
struct Redelivered {
    attempted: usize,
    notified: usize,
    pending: usize,
    items: Vec<ReceiptView>,
    transcript: Vec<Step>,
}

pub(super) async fn redeliver(node: TheNode, request: HttpRequest, body: Bytes) -> Answer {
    let order: Redelivery = json(&request, &body)?;
    if let Some(receipt_id) = &order.receipt_id {
        find(&node, receipt_id)?;
        node.restart(receipt_id);
    }
    let chosen = match order.receipt_id {
        Some(receipt_id) => vec![receipt_id],
        None => node.receipts_with(|recipient| recipient.is_pending()),
    };
    let work = redeliver_all(node.clone().into_inner(), chosen);
    let answer = node.see_through(work).await.ok_or_else(Problem::internal)?;
    shown(StatusCode::OK, &answer)
}

async fn redeliver_all(node: Arc<Node>, chosen: Vec<String>) -> Redelivered {
    let mut done = Redelivered { attempted: 0, notified: 0, pending: 0, items: Vec::new(), transcript: Vec::new() };
    let mut steps = Steps::default();
    for receipt_id in chosen {
        let sendings = node.deliver(&receipt_id, |recipient| recipient.is_pending()).await;
        done.attempted = done.attempted.saturating_add(sendings.len());
        let failed = sendings.iter().filter(|sending| sending.arrival.fault().is_some()).count();
        done.pending = done.pending.saturating_add(failed);
        steps.extend(sendings.iter().map(|sending| sending.step.clone()).collect());
        node.note_delivery(&receipt_id, sendings);
        done.items.extend(node.record(&receipt_id).map(|record| record.view()));
    }
    done.notified = done.attempted.saturating_sub(done.pending);
    done.items.truncate(LIST_MAX);
    done.transcript = steps.into_vec();
    done
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Again {
    #[serde(default = "once")]
    times: u32,
    #[serde(default)]
    concurrently: bool,
    #[serde(default)]
    differently: bool,
    #[serde(default)]
    id_pa: Option<String>,
}

const fn once() -> u32 {
    1
}

#[derive(Serialize, Default)]
struct Sent {
    accepted: usize,
    duplicate: usize,
    refused: usize,
    failed: usize,
    answers: Vec<SentAnswer>,
    transcript: Vec<Step>,
}

#[derive(Serialize)]
struct SentAnswer {
    id_pa: String,
    station_id: String,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<FaultView>,
}

pub(super) async fn send(node: TheNode, receipt_id: Path<String>, request: HttpRequest, body: Bytes) -> Answer {
    let again: Again = json(&request, &body)?;
    if !(1..=SEND_TIMES_MAX).contains(&again.times) {
        return Err(Problem::flawed(vec![Flaw::new("/times", "1 to 200")]));
    }
    let record = find(&node, &receipt_id)?;
    let work = send_again(node.clone().into_inner(), record, again);
    let sent = node.see_through(work).await.ok_or_else(Problem::internal)?;
    shown(StatusCode::OK, &sent)
}

async fn send_again(node: Arc<Node>, record: Record, again: Again) -> Sent {
    let record = Arc::new(if again.differently { Node::altered(&record) } else { record });
    let wanted = |id_pa: &String| again.id_pa.as_ref().is_none_or(|wanted| wanted == id_pa);
    let recipients = record.recipients.iter().filter(|recipient| wanted(&recipient.addressee.id_pa));
    let mut sendings = Vec::new();
    let mut at_once = JoinSet::new();
    for recipient in recipients {
        for _ in 0..again.times {
            let (node, record, recipient) = (Arc::clone(&node), Arc::clone(&record), recipient.clone());
            let sending = async move { node.send(&record, &recipient).await };
            if again.concurrently {
                at_once.spawn(sending);
            } else {
                sendings.push(sending.await);
            }
        }
    }
    while let Some(sending) = at_once.join_next().await {
        sendings.extend(sending.ok());
    }
    summed_up(sendings)
}

fn summed_up(sendings: Vec<Sending>) -> Sent {
    let count = |name: &str| sendings.iter().filter(|sending| sending.arrival.name() == name).count();
    let mut sent = Sent {
        accepted: count("accepted"),
        duplicate: count("duplicate"),
        refused: count("refused"),
        failed: count("failed"),
        ..Sent::default()
    };
    let mut steps = Steps::default();
    for sending in sendings {
        sent.answers.push(SentAnswer {
            result: sending.arrival.name(),
            fault: sending.arrival.fault().cloned(),
            id_pa: sending.id_pa,
            station_id: sending.station_id,
        });
        steps.push(sending.step);
    }
    sent.transcript = steps.into_vec();
    sent
}
