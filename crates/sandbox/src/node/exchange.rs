// SPDX-License-Identifier: AGPL-3.0-or-later
//! One call of the Node to a creditor's station: what can go wrong on the way, and how the Node calls it.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use tokio::sync::Semaphore;
use tramite_pagopa::current::{Answer, Request};
use tramite_pagopa::{soap, strict};
use url::Url;

use super::fault::{NodeFault, Ppt};
use super::transcript::{Finding, Step, legible};
use crate::limits::{
    ANSWER_BYTES_MAX, ASK_CUTOFF_MS, CALLS_AT_ONCE_MAX, CONNECT_CUTOFF_MS, IDLE_CONNECTION_MS, RECEIPT_CUTOFF_MS,
    RETRY_LOOK_MS,
};
use crate::registry::Registry;
use crate::settings::{ENVIRONMENT_HEADER, PRODUCTION};

/// How long the Node waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// For the creditor at verify and get, in milliseconds.
    pub ask_ms: u64,
    /// For the creditor at a receipt, in milliseconds.
    pub receipt_ms: u64,
    /// Between two looks at the receipts whose hour has come, in milliseconds.
    pub retry_look_ms: u64,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { ask_ms: ASK_CUTOFF_MS, receipt_ms: RECEIPT_CUTOFF_MS, retry_look_ms: RETRY_LOOK_MS }
    }
}

/// The Node's side of the connection with its creditors.
#[derive(Debug)]
pub(crate) struct Line {
    client: Client,
    pace: Pace,
    calls: Semaphore,
}

/// What came of a call.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) step: Step,
    pub(crate) result: Result<Answer, NodeFault>,
    /// The station said that it moves real money.
    pub(crate) is_production: bool,
}

/// An HTTP answer with its body.
struct Heard {
    status: StatusCode,
    body: Vec<u8>,
    is_production: bool,
}

/// A client that calls directly, follows nothing and tries nothing twice.
pub(crate) fn client() -> Result<Client, reqwest::Error> {
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(Duration::from_millis(CONNECT_CUTOFF_MS))
        .pool_idle_timeout(Duration::from_millis(IDLE_CONNECTION_MS))
        .build()
}

impl Exchange {
    /// A call that was not made: to whoever asked for it, the station is out of reach.
    pub(crate) fn unsent() -> Exchange {
        let fault = NodeFault::new(Ppt::Unreachable);
        Exchange { step: Step::within(fault.view()), result: Err(fault), is_production: false }
    }
}

impl Line {
    pub(crate) fn new(client: Client, pace: Pace) -> Line {
        Line { client, pace, calls: Semaphore::new(CALLS_AT_ONCE_MAX) }
    }

    /// Sends one message and judges what comes back.
    pub(crate) async fn call(&self, name: &'static str, url: &Url, request: &Request, register: &Registry) -> Exchange {
        let primitive = request.primitive();
        let message = soap::request(request);
        let sent = legible(&message);
        let _turn = self.calls.acquire().await;
        let started = tokio::time::Instant::now();
        let cutoff_ms = if primitive.is_receipt() { self.pace.receipt_ms } else { self.pace.ask_ms };
        let heard = self.post(url, primitive.operation(), message, Duration::from_millis(cutoff_ms)).await;
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);

        let mut violations = Vec::new();
        let result = match &heard {
            Err(fault) => Err(fault.clone()),
            Ok(heard) if heard.status != StatusCode::OK => {
                Err(NodeFault::because(Ppt::ServiceNotActive, format!("HTTP {}", heard.status.as_u16())))
            }
            Ok(heard) => match strict::check_answer(primitive, &heard.body, register) {
                Ok(Answer::Refused(_, fault)) => Err(NodeFault::of_creditor(fault)),
                Ok(answer) => Ok(answer),
                Err(found) => {
                    violations = found.iter().map(Finding::from).collect();
                    let first = found.first().map(ToString::to_string).unwrap_or_default();
                    Err(NodeFault::because(Ppt::WrongAnswer, first))
                }
            },
        };
        let heard = heard.ok();
        let step = Step {
            step: name,
            direction: "node_to_creditor",
            primitive: primitive.operation().to_owned(),
            url: url.to_string(),
            http_status: heard.as_ref().map(|heard| heard.status.as_u16()),
            duration_ms,
            outcome: if result.is_ok() { "OK" } else { "KO" },
            request: sent,
            response: heard.as_ref().map(|heard| legible(&heard.body)).unwrap_or_default(),
            violations,
            fault: result.as_ref().err().map(NodeFault::view),
        };
        Exchange { step, result, is_production: heard.is_some_and(|heard| heard.is_production) }
    }

    async fn post(&self, url: &Url, action: &str, message: Vec<u8>, cutoff: Duration) -> Result<Heard, NodeFault> {
        let call = self
            .client
            .post(url.clone())
            .timeout(cutoff)
            .header(CONTENT_TYPE, soap::CONTENT_TYPE)
            .header("SOAPAction", format!("\"{action}\""))
            .body(message);
        let mut response = call.send().await.map_err(|error| broken(&error))?;
        let status = response.status();
        let environment = response.headers().get(ENVIRONMENT_HEADER).map(HeaderValue::as_bytes);
        let is_production = environment == Some(PRODUCTION.as_bytes());
        let body = read(&mut response).await?;
        Ok(Heard { status, body, is_production })
    }
}

async fn read(response: &mut Response) -> Result<Vec<u8>, NodeFault> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_BYTES_MAX {
            return Err(NodeFault::because(Ppt::WrongAnswer, "La risposta supera il limite di byte"));
        }
    }
    Ok(body)
}

/// No connection and a broken one are the same to the Node; so is one that is not made in time.
fn broken(error: &reqwest::Error) -> NodeFault {
    let ppt = if error.is_timeout() && !error.is_connect() { Ppt::TimedOut } else { Ppt::Unreachable };
    NodeFault::new(ppt)
}
