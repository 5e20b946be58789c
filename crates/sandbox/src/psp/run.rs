// SPDX-License-Identifier: AGPL-3.0-or-later
//! A script from its first step to its last.

use std::sync::Arc;

use tramite_domain::money::Cents;
use tramite_pagopa::current::TransferType;

use super::conclude::{Tender, conclude};
use super::magic::Magic;
use super::order::Order;
use super::report::{Report, Verdict};
use super::script::Script;
use crate::node::{Activation, FEE_CENTS, Node, NodeFault, Ppt, Step, Unasked};

/// Runs the script of an order.
pub(crate) async fn run(node: Arc<Node>, order: Order) -> Report {
    let mut verdict = Verdict::default();
    let result = match &order.script {
        Some(Script::WithoutGet(unasked)) => without_get(&node, &order, unasked, &mut verdict).await,
        _ => course(&node, &order, &mut verdict).await,
    };
    verdict.fault = result.err();
    verdict.report(&node, "payment", &order.key())
}

async fn course(node: &Arc<Node>, order: &Order, verdict: &mut Verdict) -> Result<(), NodeFault> {
    let key = order.key();
    let only_looks = order.script == Some(Script::VerifyOnly);
    if !order.skip_verify || only_looks {
        verdict.notice = Some(node.verify(&key, order.force, &mut verdict.steps).await?);
    }
    if only_looks {
        return Ok(());
    }
    let seen = verdict.notice.as_ref().map(|notice| notice.amount);
    let activation = Activation {
        amount: order.amount.or(seen),
        payment_note: order.payment_note.clone(),
        transfer_type: order.transfer_type.map(TransferType::from),
        from_checkout: false,
        force: order.force,
    };
    let activated = node.activate(key, activation, &mut verdict.steps).await?;
    verdict.token = Some(activated.token.clone());
    let script = match &order.script {
        Some(script) => script.clone(),
        None => {
            verdict.magic = Magic::of(&activated.answer);
            let wanted = verdict.magic.map_or(Ok(Script::Pay), |magic| magic.script(activated.answer.amount));
            wanted.inspect_err(|fault| {
                node.release(&activated);
                verdict.steps.push(Step::within(fault.view()));
            })?
        }
    };
    match script {
        Script::ActivateOnly => return Ok(()),
        Script::Decline => {
            node.release(&activated);
            return Ok(());
        }
        _ => {}
    }
    let payment = (key, activated.token.as_str(), &activated.answer);
    verdict.receipt = Some(conclude(node, payment, tender(order), &script, &mut verdict.steps).await?);
    Ok(())
}

async fn without_get(
    node: &Arc<Node>,
    order: &Order,
    unasked: &Unasked,
    verdict: &mut Verdict,
) -> Result<(), NodeFault> {
    let key = order.key();
    node.approach(&key, order.force).inspect_err(|fault| verdict.steps.push(Step::within(fault.view())))?;
    let archived = node.archived(&key, unasked);
    let answer =
        archived.ok_or_else(|| NodeFault::because(Ppt::SystemError, "L'archivio non conosce l'importo: amount"))?;
    let token = node.token();
    let script = Script::WithoutGet(unasked.clone());
    let receipt = conclude(node, (key, &token, &answer), tender(order), &script, &mut verdict.steps).await?;
    verdict.token = Some(token);
    verdict.receipt = Some(receipt);
    Ok(())
}

fn tender(order: &Order) -> Tender {
    Tender {
        channel: order.channel,
        payer: order.payer.as_ref().map(super::order::PayerInput::party),
        payment_note: order.payment_note.clone(),
        fee: order.fee.unwrap_or_else(|| Cents::new(FEE_CENTS).unwrap_or(Cents::ZERO)),
    }
}
