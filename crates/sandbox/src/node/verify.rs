// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is due for a notice: the Node asks the creditor, unless it knows better.

use serde::Serialize;
use tramite_domain::money::Cents;
use tramite_pagopa::current::{Addressee, Answer, Notice, Request, VerifyAnswer, VerifyRequest, Version};

use super::Node;
use super::fault::{NodeFault, Ppt};
use super::standing::NoticeKey;
use super::transcript::{Step, Steps};

/// The station of a notice, as far as a call needs it.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) addressee: Addressee,
    pub(crate) version: Version,
}

/// What verify said, as JSON shows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NoticeView {
    /// In cents.
    pub(crate) amount: Cents,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) due_date: Option<String>,
    pub(crate) description: String,
    pub(crate) company_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) office_name: Option<String>,
    pub(crate) all_ccp: bool,
}

impl From<&VerifyAnswer> for NoticeView {
    fn from(answer: &VerifyAnswer) -> NoticeView {
        NoticeView {
            amount: answer.amount,
            due_date: answer.due_date.map(|day| day.to_string()),
            description: answer.description.clone(),
            company_name: answer.company_name.clone(),
            office_name: answer.office_name.clone(),
            all_ccp: answer.all_ccp,
        }
    }
}

impl NoticeKey {
    /// As messages name it.
    pub(crate) fn notice(&self) -> Notice {
        Notice { fiscal_code: self.creditor.to_string(), notice_number: self.number.to_string() }
    }
}

impl Node {
    /// The station of a notice.
    pub(crate) fn route(&self, key: &NoticeKey) -> Result<Route, NodeFault> {
        let registry = self.registry();
        let owner = registry.route(&key.creditor, &key.number);
        let owner = owner.map_err(|fault| NodeFault::of_route(fault, &key.number))?;
        Ok(Route { addressee: self.addressee(owner.institution, owner.station), version: owner.station.version() })
    }

    /// The station of a notice whose payment may begin.
    pub(crate) fn approach(&self, key: &NoticeKey, force: bool) -> Result<Route, NodeFault> {
        let route = self.route(key)?;
        if !force {
            self.standings().check(key, self.world.now())?;
        }
        Ok(route)
    }

    /// Asks what is due.
    pub(crate) async fn verify(
        &self,
        key: &NoticeKey,
        force: bool,
        steps: &mut Steps,
    ) -> Result<VerifyAnswer, NodeFault> {
        let route = self.approach(key, force).inspect_err(|fault| steps.push(Step::within(fault.view())))?;
        let request = Request::Verify(VerifyRequest { addressee: route.addressee, notice: key.notice() });
        let exchange = self.call("verify", &request).await;
        steps.push(exchange.step);
        match exchange.result? {
            Answer::Verify(answer) => Ok(answer),
            _ => Err(NodeFault::new(Ppt::WrongAnswer)),
        }
    }
}
