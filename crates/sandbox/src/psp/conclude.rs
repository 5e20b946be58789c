// SPDX-License-Identifier: AGPL-3.0-or-later
//! The end of a payment: the provider's outcome, and the receipt on its way.

use std::sync::Arc;

use tramite_domain::money::Cents;
use tramite_pagopa::current::{GetAnswer, Outcome, Party};

use super::script::{Script, Timing};
use crate::node::{
    Channel, Node, NodeFault, NoticeKey, Paid, Ppt, ReceiptView, Record, Sending, Steps, later, receipt, recipients_of,
};

/// How it was paid.
#[derive(Debug, Clone)]
pub(crate) struct Tender {
    pub(crate) channel: Channel,
    pub(crate) payer: Option<Party>,
    pub(crate) payment_note: Option<String>,
    pub(crate) fee: Cents,
}

/// Tells the Node that the payment was made, or failed for good, and sends the receipt as the script has it.
pub(crate) async fn conclude(
    node: &Arc<Node>,
    (key, token, answer): (NoticeKey, &str, &GetAnswer),
    tender: Tender,
    script: &Script,
    steps: &mut Steps,
) -> Result<ReceiptView, NodeFault> {
    let failed = *script == Script::Ko;
    let paid = Paid {
        token: token.to_owned(),
        outcome: if failed { Outcome::Ko } else { Outcome::Ok },
        other_amount: match script {
            Script::OtherAmount { amount } => Some(*amount),
            Script::WithoutGet(unasked) => unasked.amount,
            _ => None,
        },
        channel: tender.channel,
        payer: tender.payer,
        payment_note: tender.payment_note,
        fee: tender.fee,
        at: node.world.outside(),
        stand_in: match script {
            Script::WithoutGet(unasked) => unasked.stand_in,
            _ => None,
        },
        serial: node.world.id().as_u128(),
    };
    generate(node, &key, answer, paid)?;
    node.standings().end(key, token, !failed);
    for sending in dispatch(node, token, script.timing()).await {
        steps.push(sending.step);
    }
    let record = node.record(token).ok_or_else(|| NodeFault::new(Ppt::SystemError))?;
    Ok(record.view())
}

/// Writes the receipt and finds its recipients.
fn generate(node: &Node, key: &NoticeKey, answer: &GetAnswer, paid: Paid) -> Result<(), NodeFault> {
    let registry = node.registry();
    let owner = registry.route(&key.creditor, &key.number).map_err(|fault| NodeFault::of_route(fault, &key.number))?;
    let token = paid.token.clone();
    let created_at = node.world.now();
    let message = receipt(key, &owner.institution.company_name, answer, paid);
    let recipients = recipients_of(node, &registry, owner, &message);
    node.receipts().put(token, Record { message, created_at, recipients });
    Ok(())
}

async fn dispatch(node: &Arc<Node>, receipt_id: &str, timing: Timing) -> Vec<Sending> {
    match timing {
        Timing::Never => Vec::new(),
        Timing::Lost => {
            node.lose(receipt_id);
            Vec::new()
        }
        Timing::Now => node.deliver(receipt_id, |_| true).await,
        Timing::Twice => {
            let mut sendings = node.deliver(receipt_id, |_| true).await;
            sendings.extend(node.deliver(receipt_id, |_| true).await);
            sendings
        }
        // With too many already waiting it goes out at once: late is a wish, a receipt is a debt.
        Timing::Late { seconds } if later(node, receipt_id.to_owned(), seconds) => Vec::new(),
        Timing::Late { .. } => node.deliver(receipt_id, |_| true).await,
    }
}
