// SPDX-License-Identifier: AGPL-3.0-or-later
//! What moves a session: a cart, a return, the Node's question, a receipt, the clock.

use crate::attempt::{Attempt, AttemptKind};
use crate::batch::{Batch, Write};
use crate::event::{Event, EventData, EventKind};
use crate::given::Given;
use crate::ids::InstallmentId;
use crate::money::Cents;
use crate::time::Instant;

use super::{
    Cart, CheckoutSession, ItemPayment, ItemSubject, ReturnKind, Returned, SessionItem, SessionStatus, session_status,
};

/// A cart was minted at Checkout: the citizen is on the way.
///
/// `due` are the amounts of the own items when the cart was minted; they are honoured for half an hour (rules.md 22).
#[must_use]
pub fn minted(given: &mut Given<'_>, session: &CheckoutSession, cart: Cart, due: &[(InstallmentId, Cents)]) -> Batch {
    let mut batch = Batch::new();
    for (installment_id, amount) in due {
        batch.push(Write::RecordAttempt(Attempt {
            id: given.id(),
            installment_id: *installment_id,
            kind: AttemptKind::Cart,
            reference: cart.reference.clone(),
            session_id: Some(session.id),
            amount: *amount,
            at: given.now,
        }));
    }
    batch.append(changed(given, session, CheckoutSession { cart: Some(cart), ..session.clone() }));
    batch
}

/// The citizen came back from Checkout. Ok and waiting mean that the payment runs; cancel and error change nothing but
/// the hint (rules.md, table S).
#[must_use]
pub fn returned(given: &mut Given<'_>, session: &CheckoutSession, by: ReturnKind) -> Batch {
    let runs = by.may_have_paid();
    if !runs && session.last_try_may_have_paid() {
        // A page of the browser's history: what Checkout said of this payment counts.
        return Batch::new();
    }
    let processing_since = session.processing_since.or_else(|| runs.then_some(given.now));
    let after = CheckoutSession { returned: Some(Returned { by, at: given.now }), processing_since, ..session.clone() };
    changed(given, session, after)
}

/// The Node asked for one of the items. With the session's own cart the payment runs, and each time it asks again it
/// runs anew; otherwise somebody else may be paying, and the session does not expire meanwhile.
#[must_use]
pub fn asked(given: &mut Given<'_>, session: &CheckoutSession, at: Instant, own_cart: bool) -> Batch {
    let last_get_at = session.last_get_at.max(Some(at));
    let processing_since = session.processing_since.max(own_cart.then_some(at));
    if last_get_at == session.last_get_at && processing_since == session.processing_since {
        return Batch::new();
    }
    changed(given, session, CheckoutSession { last_get_at, processing_since, ..session.clone() })
}

/// A receipt paid an own item. An item already paid stays as it was: paid is final.
#[must_use]
pub fn item_paid(
    given: &mut Given<'_>,
    session: &CheckoutSession,
    installment: InstallmentId,
    payment: &ItemPayment,
) -> Batch {
    settle(
        given,
        session,
        payment,
        |subject| matches!(subject, ItemSubject::Own { installment_id, .. } if *installment_id == installment),
    )
}

/// A receipt of another institution paid a foreign item (rules.md 37). The receipt is not ours to name.
#[must_use]
pub fn foreign_item_paid(
    given: &mut Given<'_>,
    session: &CheckoutSession,
    creditor_tax_code: &str,
    notice_number: &str,
    payment: &ItemPayment,
) -> Batch {
    let mut after = session.clone();
    for item in &mut after.items {
        let same = item.creditor_tax_code.as_str() == creditor_tax_code && item.notice_number.as_str() == notice_number;
        if same && item.subject == ItemSubject::Foreign && item.paid.is_none() {
            item.paid = Some(payment.clone());
        }
    }
    if after.items == session.items { Batch::new() } else { changed(given, session, after) }
}

/// A mark that had paid an own item was taken back: it is to be paid again. What a receipt paid stays paid, and a session that
/// is over stays as it was.
#[must_use]
pub fn item_released(given: &mut Given<'_>, session: &CheckoutSession, installment: InstallmentId) -> Batch {
    release(given, session, |item| {
        let own = matches!(item.subject, ItemSubject::Own { installment_id, .. } if installment_id == installment);
        own && item.paid.as_ref().is_some_and(|paid| paid.receipt_id.is_none())
    })
}

/// As [`item_released`], of an item of another institution that was paid with those facts.
#[must_use]
pub fn foreign_item_released(
    given: &mut Given<'_>,
    session: &CheckoutSession,
    creditor_tax_code: &str,
    notice_number: &str,
    payment: &ItemPayment,
) -> Batch {
    release(given, session, |item| {
        let same = item.creditor_tax_code.as_str() == creditor_tax_code && item.notice_number.as_str() == notice_number;
        same && item.subject == ItemSubject::Foreign && item.paid.as_ref() == Some(payment)
    })
}

fn release(given: &mut Given<'_>, session: &CheckoutSession, is: impl Fn(&SessionItem) -> bool) -> Batch {
    if session_status(session, given.now).is_closed() || !session.items.iter().any(&is) {
        return Batch::new();
    }
    let (mut after, mut places) = (session.clone(), Vec::new());
    for (place, item) in after.items.iter_mut().enumerate().filter(|(_, item)| is(item)) {
        item.paid = None;
        places.push(place);
    }
    let mut batch = changed(given, session, after);
    for place in places {
        batch.push(Write::ReleaseItem { session: session.id, place });
    }
    batch
}

fn settle(
    given: &mut Given<'_>,
    session: &CheckoutSession,
    payment: &ItemPayment,
    is: impl Fn(&ItemSubject) -> bool,
) -> Batch {
    let mut after = session.clone();
    for item in after.items.iter_mut().filter(|item| item.paid.is_none()) {
        if is(&item.subject) {
            item.paid = Some(payment.clone());
        }
    }
    if after.items == session.items { Batch::new() } else { changed(given, session, after) }
}

/// The clock moved the session: what is due is told (rules.md 9 for sessions); nothing where it was told before.
#[must_use]
pub fn clock_moved(given: &mut Given<'_>, session: &CheckoutSession) -> Batch {
    if session_status(session, given.now) == session.told_status {
        return Batch::new();
    }
    changed(given, session, session.clone())
}

impl CheckoutSession {
    /// How the audit trail names it.
    #[must_use]
    pub fn audit_subject(&self) -> String {
        format!("checkout_session {}", self.id)
    }
}

/// The next version of a session, with an event when its state differs from the one told before.
pub(super) fn changed(given: &mut Given<'_>, before: &CheckoutSession, mut after: CheckoutSession) -> Batch {
    let status = session_status(&after, given.now);
    let ended_unpaid = |status: SessionStatus| status.is_closed() && status != SessionStatus::Completed;
    // The clock may have closed it without anybody having told so yet: a payment now is late all the same.
    let closed = ended_unpaid(session_status(before, given.now)) || ended_unpaid(status);
    after.version = before.version + 1;
    after.updated_at = given.now;
    after.closed_at = before.closed_at.or_else(|| closed.then_some(given.now));
    after.told_status = status;
    let event = (status != before.told_status).then(|| told(given, before.told_status, &after));
    let mut batch = Batch::new().with(Write::UpdateSession { session: Box::new(after), expected: before.version });
    if let Some(event) = event {
        batch.push(Write::InsertEvent(Box::new(event)));
    }
    batch
}

fn told(given: &mut Given<'_>, previous: SessionStatus, session: &CheckoutSession) -> Event {
    let late = session.told_status == SessionStatus::Completed && session.closed_at.is_some();
    Event {
        id: given.id(),
        kind: EventKind::SessionUpdated,
        at: given.now,
        client_id: Some(session.client_id),
        data: EventData {
            session_id: Some(session.id),
            client_reference: session.client_reference.as_ref().map(|text| text.as_str().to_owned()),
            version: Some(session.version),
            amount: Some(session.amount_paid()).filter(|paid| !paid.is_zero()),
            status: Some(session.told_status.name().to_owned()),
            previous_status: Some(previous.name().to_owned()),
            late: late.then_some(true),
            ..EventData::default()
        },
    }
}
