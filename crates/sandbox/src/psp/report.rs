// SPDX-License-Identifier: AGPL-3.0-or-later
//! What came of a payment.

use serde::Serialize;
use tramite_pagopa::current::VerifyAnswer;
use uuid::Uuid;

use super::magic::Magic;
use crate::node::{FaultView, Node, NodeFault, NoticeKey, NoticeView, ReceiptView, Run, Step, Steps};

/// The report as JSON shows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    /// The transcript's.
    pub(crate) id: Uuid,
    /// OK or KO.
    pub(crate) outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<FaultView>,
    /// What a magic notice made happen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) magic: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notice: Option<NoticeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) receipt: Option<ReceiptView>,
    pub(crate) transcript: Vec<Step>,
}

/// What is known of a payment while it goes on.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) fault: Option<NodeFault>,
    pub(crate) magic: Option<Magic>,
    pub(crate) token: Option<String>,
    pub(crate) notice: Option<VerifyAnswer>,
    pub(crate) receipt: Option<ReceiptView>,
    pub(crate) steps: Steps,
}

impl Verdict {
    /// Writes the report and keeps the transcript.
    pub(crate) fn report(self, node: &Node, kind: &'static str, key: &NoticeKey) -> Report {
        let id = node.world.id();
        let fault = self.fault.as_ref().map(NodeFault::view);
        let transcript = self.steps.into_vec();
        node.keep(Run {
            id,
            at: node.world.now().to_string(),
            kind,
            creditor_tax_code: key.creditor.to_string(),
            notice_number: key.number.to_string(),
            outcome: fault.as_ref().map_or_else(|| String::from("OK"), |fault| fault.fault_code.clone()),
            transcript: transcript.clone(),
        });
        Report {
            id,
            outcome: if fault.is_none() { "OK" } else { "KO" },
            fault,
            magic: self.magic.map(Magic::word),
            payment_token: self.token,
            notice: self.notice.as_ref().map(NoticeView::from),
            receipt: self.receipt,
            transcript,
        }
    }
}
