// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the citizen does with a cart.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tramite_domain::money::Cents;
use tramite_pagopa::current::{Party, TransferType};
use uuid::Uuid;

use super::cart::{Cart, Ending, Obstacle, State};
use crate::node::{Activated, Activation, Channel, FEE_CENTS, Node, NodeFault, NoticeKey, Step};
use crate::psp::{Magic, Report, Script, Tender, Verdict, conclude};

/// Seconds after which a receipt comes where the outcome was not known in time.
const WAITING_SECONDS: u64 = 10;

/// What the citizen does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Choice {
    /// Pays; comes back where all is well.
    Pay,
    /// Pays with a card that is refused; comes back where something failed.
    Decline,
    /// Gives up; comes back.
    Cancel,
    /// Closes the window. The cart lives on until its time is over.
    Close,
    /// Pays, and the outcome is not known in time.
    Wait,
}

impl Choice {
    /// What happens where nobody says it; none where the notice may say it, and else it is paid.
    pub(crate) const fn usual_script(self) -> Option<Script> {
        match self {
            Choice::Wait => Some(Script::ReceiptLate { seconds: WAITING_SECONDS }),
            _ => None,
        }
    }
}

/// What the citizen does, with everything that goes with it.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) choice: Choice,
    pub(crate) script: Option<Script>,
    pub(crate) payer: Option<Party>,
    pub(crate) skip_verify: bool,
}

impl Wish {
    /// Without anything that goes with it.
    pub(crate) const fn plain(choice: Choice) -> Wish {
        Wish { choice, script: choice.usual_script(), payer: None, skip_verify: false }
    }
}

/// What became of a cart.
#[derive(Debug, Serialize)]
pub(crate) struct Settled {
    pub(crate) cart_id: Uuid,
    pub(crate) outcome: Ending,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) return_url: Option<String>,
    pub(crate) payments: Vec<Report>,
}

/// Does with a cart what the citizen wishes; of two at once, one is refused.
pub(crate) async fn settle(node: Arc<Node>, id: Uuid, wish: Wish) -> Result<Settled, Obstacle> {
    let cart = begin(&node, id)?;
    let (ending, payments) = match wish.choice {
        Choice::Cancel => (Ending::Cancelled, Vec::new()),
        Choice::Close => (Ending::Closed, Vec::new()),
        Choice::Pay | Choice::Decline | Choice::Wait => pay(&node, &cart, wish).await,
    };
    let return_url = cart.return_url(ending);
    if let Some(cart) = node.carts().get_mut(&id) {
        cart.state = match &return_url {
            Some(return_url) => State::Finished { ending, return_url: return_url.clone() },
            None => State::Open,
        };
    }
    Ok(Settled { cart_id: id, outcome: ending, return_url, payments })
}

fn begin(node: &Node, id: Uuid) -> Result<Cart, Obstacle> {
    let now = node.world.now();
    let mut carts = node.carts();
    let cart = carts.get_mut(&id).ok_or(Obstacle::Unknown)?;
    cart.open(now)?;
    cart.state = State::Paying;
    Ok(cart.clone())
}

/// One notice on its way through a payment.
struct Passage {
    key: NoticeKey,
    activated: Option<Activated>,
    verdict: Verdict,
}

async fn pay(node: &Arc<Node>, cart: &Cart, wish: Wish) -> (Ending, Vec<Report>) {
    let mut passages = Vec::new();
    let mut all_active = true;
    for key in &cart.keys {
        let passage = activate(node, cart, *key, wish.skip_verify).await;
        all_active &= passage.verdict.fault.is_none();
        passages.push(passage);
        if !all_active {
            break;
        }
    }
    let course = if all_active { course(&wish, &mut passages) } else { Course::Fails };
    let mut all_concluded = matches!(course, Course::Collects { .. });
    for passage in &mut passages {
        match (&passage.activated, &course) {
            (Some(activated), Course::Collects { script, .. }) => {
                let payment = (activated.key, activated.token.as_str(), &activated.answer);
                let done = conclude(node, payment, tender(cart, &wish), script, &mut passage.verdict.steps).await;
                match done {
                    Ok(receipt) => passage.verdict.receipt = Some(receipt),
                    Err(fault) => passage.verdict.fault = Some(fault),
                }
                all_concluded &= passage.verdict.fault.is_none();
            }
            (Some(activated), Course::Fails) => node.release(activated),
            (Some(_), Course::Abandoned) | (None, _) => {}
        }
    }
    let ending = match course {
        Course::Abandoned => Ending::Closed,
        Course::Collects { script, .. } if !all_concluded || script == Script::Ko => Ending::Error,
        Course::Collects { waits: true, .. } => Ending::Waiting,
        Course::Collects { .. } => Ending::Ok,
        Course::Fails => Ending::Error,
    };
    (ending, passages.into_iter().map(|passage| passage.verdict.report(node, "cart", &passage.key)).collect())
}

/// How it goes on once all notices are activated.
enum Course {
    /// Nothing is collected, and the notices are free again.
    Fails,
    /// The citizen goes away: the notices stay taken until their tokens end.
    Abandoned,
    /// Money is collected; the outcome may not be known in time.
    Collects { script: Script, waits: bool },
}

/// What the citizen wishes, or else what a magic notice of the cart says: the first of them, for all.
fn course(wish: &Wish, passages: &mut [Passage]) -> Course {
    let waits = wish.choice == Choice::Wait;
    match (&wish.script, wish.choice) {
        (_, Choice::Decline) => return Course::Fails,
        (Some(script), _) => return Course::Collects { script: script.clone(), waits },
        (None, _) => {}
    }
    let found = passages.iter_mut().find_map(|passage| {
        let answer = passage.activated.as_ref().map(|activated| &activated.answer)?;
        Some((Magic::of(answer)?, answer.amount, &mut passage.verdict))
    });
    let Some((magic, due, verdict)) = found else { return Course::Collects { script: Script::Pay, waits } };
    verdict.magic = Some(magic);
    match magic.script(due) {
        Ok(Script::Decline) => Course::Fails,
        Ok(Script::ActivateOnly) => Course::Abandoned,
        Ok(script) => Course::Collects { script, waits: magic == Magic::Wait },
        Err(fault) => {
            verdict.steps.push(Step::within(fault.view()));
            verdict.fault = Some(fault);
            Course::Fails
        }
    }
}

async fn activate(node: &Arc<Node>, cart: &Cart, key: NoticeKey, skip_verify: bool) -> Passage {
    let mut verdict = Verdict::default();
    let begun = begin_payment(node, cart, key, skip_verify, &mut verdict).await;
    let activated = match begun {
        Ok(activated) => Some(activated),
        Err(fault) => {
            verdict.fault = Some(fault);
            None
        }
    };
    verdict.token = activated.as_ref().map(|activated| activated.token.clone());
    Passage { key, activated, verdict }
}

async fn begin_payment(
    node: &Arc<Node>,
    cart: &Cart,
    key: NoticeKey,
    skip_verify: bool,
    verdict: &mut Verdict,
) -> Result<Activated, NodeFault> {
    if !skip_verify {
        verdict.notice = Some(node.verify(&key, false, &mut verdict.steps).await?);
    }
    let activation = Activation {
        amount: verdict.notice.as_ref().map(|notice| notice.amount),
        payment_note: cart.request.id_cart.clone(),
        transfer_type: Some(if cart.request.all_ccp { TransferType::Postal } else { TransferType::PagoPa }),
        from_checkout: true,
        force: false,
    };
    node.activate(key, activation, &mut verdict.steps).await
}

fn tender(cart: &Cart, wish: &Wish) -> Tender {
    Tender {
        channel: Channel::Web,
        payer: wish.payer.clone(),
        payment_note: cart.request.id_cart.clone(),
        fee: Cents::new(FEE_CENTS).unwrap_or(Cents::ZERO),
    }
}
