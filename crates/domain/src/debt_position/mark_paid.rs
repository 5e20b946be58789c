// SPDX-License-Identifier: AGPL-3.0-or-later
//! An installment was paid outside of pagoPA, and the institution says so (rules.md 15).

use crate::anomaly::Anomaly;
use crate::batch::{Batch, Write};
use crate::event::{Event, EventData, EventKind};
use crate::given::Given;
use crate::ids::InstallmentId;
use crate::money::Cents;
use crate::receipt::accept::anomalies_told;
use crate::refusal::Refusal;
use crate::session::{CheckoutSession, ItemPayment, item_paid};
use crate::submission::paid_places;
use crate::task::{Task, Work};
use crate::tax_code::InstitutionTaxCode;
use crate::time::Instant;
use crate::violation::{Place, Violations};

use super::change::{Activity, told};
use super::texts::free_text;
use super::{
    DebtPosition, Decided, Installment, InstallmentStatus, Payment, PaymentChannel, PaymentOption, amount_due,
    installment_status,
};

/// A payment outside of pagoPA, as the institution tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsidePayment {
    /// What was paid.
    pub installment: InstallmentId,
    /// When.
    pub paid_at: Instant,
    /// How much, cents.
    pub amount: i64,
    /// By what the institution finds it again.
    pub reference: String,
}

/// Marks an installment as paid outside of pagoPA: it is paid without a receipt. What it should have cost and did not is
/// flagged; live sessions that hold it are completed. The same again is the same and writes nothing.
///
/// # Errors
/// `Invalid` for an installment of another position, an amount that is none, an instant to come, a reference that names a
/// person; `InstallmentState` where it is a draft, withdrawn, excluded by another option or paid otherwise;
/// `PaymentInProgress` while somebody pays it or an alternative to it, unless forced: the citizen would pay twice.
pub fn mark_paid(
    given: &mut Given<'_>,
    creditor: InstitutionTaxCode,
    position: &DebtPosition,
    paid: &OutsidePayment,
    activity: Activity<'_>,
    force: bool,
) -> Result<Decided, Refusal> {
    let (option, one, payment) = read(position, paid, given.now)?;
    match installment_status(position, option, one, given.now) {
        InstallmentStatus::Open | InstallmentStatus::Scheduled | InstallmentStatus::Expired => {}
        InstallmentStatus::Paid if one.payment.as_ref() == Some(&payment) => return Ok(Decided::unchanged(position)),
        status => return Err(Refusal::InstallmentState { status }),
    }
    match activity.locked_until_of_any(&excluding(position, option, one), given.now) {
        Some(locked_until) if !force => return Err(Refusal::PaymentInProgress { locked_until }),
        _ => {}
    }
    let (kept_places, over) = paid_places(position, activity.places);
    let mut after = position.clone();
    if let Some(changed) = after.installment_mut(one.id) {
        // What its institution's own system said that day is known to that system alone.
        let known = position.amount_callback.is_none();
        if known && payment.amount != amount_due(position, one, payment.paid_at).amount {
            changed.anomalies.insert(Anomaly::AmountMismatch);
        }
        changed.anomalies.extend(over.then_some(Anomaly::OverCapacity));
        changed.payment = Some(payment.clone());
    }
    after.version = position.version + 1;
    after.updated_at = given.now;
    let event = paid_event(given, &mut after, one, &payment);
    let strange = after.installment(one.id).map(|(_, marked)| marked.anomalies.clone()).unwrap_or_default();
    let mut batch = Batch::new()
        .with(Write::SettleInstallment {
            position: Box::new(after.clone()),
            expected: position.version,
            installment: one.id,
        })
        .with(Write::InsertEvent(Box::new(event.clone())));
    batch.append(anomalies_told(given, &strange, &event.data));
    batch.append(kept_places);
    batch.append(completed(given, activity.sessions, one, &payment));
    if let Some(elsewhere) = foreign_items(given, creditor, one, &payment) {
        batch.push(Write::InsertTask(elsewhere));
    }
    Ok(Decided { position: after, batch, warnings: Vec::new() })
}

/// The installment and the alternatives to it. The others of its own plan are due beside it, and may be paid meanwhile.
fn excluding(position: &DebtPosition, option: &PaymentOption, one: &Installment) -> Vec<InstallmentId> {
    let counts = |(other, sibling): &(&PaymentOption, &Installment)| sibling.id == one.id || other.id != option.id;
    position.installments().filter(counts).map(|(_, one)| one.id).collect()
}

/// What is told, as a payment of one installment of the position.
fn read<'a>(
    position: &'a DebtPosition,
    paid: &OutsidePayment,
    now: Instant,
) -> Result<(&'a PaymentOption, &'a Installment, Payment), Refusal> {
    let (root, mut wrong) = (Place::root(), Violations::new());
    let found = position.installment(paid.installment);
    if found.is_none() {
        wrong.add(&root.at("installment_id"), "unknown_installment", "the debt position has no such installment");
    }
    let amount = wrong.take(&root.at("amount"), "invalid_amount", Cents::payable(paid.amount));
    if paid.paid_at > now {
        wrong.add(&root.at("paid_at"), "paid_at_to_come", "nothing is paid at an instant that is still to come");
    }
    let reference = free_text(&mut wrong, &root.at("reference"), &paid.reference);
    match (found, amount, reference) {
        (Some((option, one)), Some(amount), Some(reference)) if wrong.is_empty() => {
            let payment = Payment { paid_at: paid.paid_at, amount, receipt_id: None, reference: Some(reference) };
            Ok((option, one, payment))
        }
        _ => Err(Refusal::Invalid(wrong.into_vec())),
    }
}

fn paid_event(given: &mut Given<'_>, after: &mut DebtPosition, one: &Installment, payment: &Payment) -> Event {
    let mut event = told(given, after, EventKind::InstallmentPaid);
    event.data = EventData {
        installment_id: Some(one.id),
        installment_reference: Some(one.reference.clone()),
        iuv: Some(one.iuv.to_string()),
        notice_number: one.notice_number.map(|number| number.to_string()),
        amount: Some(payment.amount),
        paid_at: Some(payment.paid_at),
        channel: Some(PaymentChannel::External.name().to_owned()),
        anomalies: after.installment(one.id).map(|(_, now)| now.anomalies.clone()).unwrap_or_default(),
        ..event.data
    };
    event
}

/// The sessions of the institution that hold the installment: nothing of it is left to pay for them.
fn completed(given: &mut Given<'_>, sessions: &[CheckoutSession], one: &Installment, payment: &Payment) -> Batch {
    let payment = ItemPayment { paid_at: payment.paid_at, amount: payment.amount, receipt_id: None };
    let mut batch = Batch::new();
    for session in sessions.iter().filter(|session| session.holds(one.id)) {
        batch.append(item_paid(given, session, one.id, &payment));
    }
    batch
}

/// Those of other institutions that hold its notice.
fn foreign_items(
    given: &mut Given<'_>,
    creditor: InstitutionTaxCode,
    one: &Installment,
    payment: &Payment,
) -> Option<Task> {
    let work = Work::SettleForeignItems {
        creditor_tax_code: creditor.to_string(),
        notice_number: one.notice_number?.to_string(),
        amount: payment.amount,
        paid_at: payment.paid_at,
        marked: true,
    };
    Some(Task { id: given.id(), work, due_at: given.now })
}
