// SPDX-License-Identifier: AGPL-3.0-or-later
//! The beginning of a payment: a token is given, the creditor is asked for the payment in full.

use tramite_domain::money::Cents;
use tramite_pagopa::current::{Answer, GetAnswer, GetRequest, Request, TransferType};

use super::Node;
use super::fault::{NodeFault, Ppt};
use super::standing::NoticeKey;
use super::transcript::{Step, Steps};
use super::verify::Route;

/// How a payment begins.
#[derive(Debug, Clone)]
pub(crate) struct Activation {
    pub(crate) amount: Option<Cents>,
    pub(crate) payment_note: Option<String>,
    pub(crate) transfer_type: Option<TransferType>,
    /// Stamps are sold there alone.
    pub(crate) from_checkout: bool,
    pub(crate) force: bool,
}

/// A payment under way.
#[derive(Debug, Clone)]
pub(crate) struct Activated {
    pub(crate) key: NoticeKey,
    pub(crate) token: String,
    pub(crate) answer: GetAnswer,
}

impl Node {
    /// A new payment token: 32 hexadecimal digits.
    pub(crate) fn token(&self) -> String {
        self.world.id().simple().to_string()
    }

    /// Begins a payment. While it lasts, at most thirty minutes, no other one begins.
    pub(crate) async fn activate(
        &self,
        key: NoticeKey,
        how: Activation,
        steps: &mut Steps,
    ) -> Result<Activated, NodeFault> {
        let token = self.token();
        let begun = self.route(&key).and_then(|route| {
            self.standings().begin(key, &token, self.world.now(), how.force)?;
            Ok(route)
        });
        let route = begun.inspect_err(|fault| steps.push(Step::within(fault.view())))?;
        let held = Held { node: self, key, token: &token, kept: false };
        let answer = self.get(&key, &route, how, steps).await?;
        held.keep();
        self.standings().learn(key, &answer);
        Ok(Activated { key, token, answer })
    }

    async fn get(
        &self,
        key: &NoticeKey,
        route: &Route,
        how: Activation,
        steps: &mut Steps,
    ) -> Result<GetAnswer, NodeFault> {
        let request = Request::Get(GetRequest {
            version: route.version,
            addressee: route.addressee.clone(),
            notice: key.notice(),
            amount: how.amount,
            payment_note: how.payment_note,
            transfer_type: how.transfer_type,
            due_date: None,
        });
        let exchange = self.call("activate", &request).await;
        steps.push(exchange.step);
        let answer = match exchange.result? {
            Answer::Get(_, answer) => *answer,
            _ => return Err(NodeFault::new(Ppt::WrongAnswer)),
        };
        if answer.has_stamp() && !how.from_checkout {
            let fault =
                NodeFault::because(Ppt::NotActivatable, "Le marche da bollo si pagano solo dal portale dell'ente");
            steps.push(Step::within(fault.view()));
            return Err(fault);
        }
        Ok(answer)
    }

    /// Ends a payment that came to nothing. The creditor hears nothing of it.
    pub(crate) fn release(&self, activated: &Activated) {
        self.standings().end(activated.key, &activated.token, false);
    }
}

/// An attempt that ends with whoever made it, also when that one goes away in the middle of the call.
struct Held<'a> {
    node: &'a Node,
    key: NoticeKey,
    token: &'a str,
    kept: bool,
}

impl Held<'_> {
    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if !self.kept {
            self.node.standings().end(self.key, self.token, false);
        }
    }
}
