// SPDX-License-Identifier: AGPL-3.0-or-later
//! From a session and the positions of its items to what a caller reads now.

use tramite_domain::debt_position::{DebtPosition, InstallmentStatus, PaymentChannel, installment_status, known_due};
use tramite_domain::session::{
    CallerMetadata, CheckoutSession, ItemSubject, ReturnKind, SessionItem, SessionStatus, session_status,
};
use tramite_domain::time::Instant;

use super::view::{CheckoutSessionView, LineItemView, SessionLinks};

/// When a session at work is worth another look, in seconds.
const CHECK_SECONDS: i64 = 5;
/// When an unresolved session is worth another look, in seconds: receipts come back hourly.
const CHECK_UNRESOLVED_SECONDS: i64 = 3_600;

/// The session as it is now.
pub(crate) fn view(
    session: &CheckoutSession,
    positions: &[DebtPosition],
    url: Option<String>,
    now: Instant,
) -> CheckoutSessionView {
    let status = session_status(session, now);
    let receipts = session.items.iter().filter_map(|item| item.paid.as_ref()?.receipt_id);
    let late = (status == SessionStatus::Completed && session.closed_at.is_some()).then_some(true);
    CheckoutSessionView {
        id: session.id.to_string(),
        status: status.name(),
        status_reason: reason(session, status),
        is_final: status == SessionStatus::Completed,
        late,
        client_reference: session.client_reference.as_ref().map(ToString::to_string),
        url,
        amount: session.amount().cents(),
        amount_paid: session.amount_paid().cents(),
        created_at: session.created_at,
        expires_at: session.expires_at,
        next_check_after: next_check(status, now),
        locked_until: session.processing_until(now),
        line_items: session.items.iter().map(|item| line_item(item, positions, now)).collect(),
        links: SessionLinks { receipts: receipts.map(|id| format!("/v1/receipts/{id}")).collect() },
        metadata: session.metadata.clone(),
    }
}

/// The session as it is now, for whom only these positions in it are theirs: of other items, and of what its client wrote freely,
/// nothing is told. Its status is that of the whole.
pub(crate) fn part(session: &CheckoutSession, positions: &[DebtPosition], now: Instant) -> CheckoutSessionView {
    let mut theirs = session.clone();
    theirs.items.retain(|item| match &item.subject {
        ItemSubject::Own { position_id, .. } => positions.iter().any(|position| position.id == *position_id),
        ItemSubject::Foreign => false,
    });
    (theirs.client_reference, theirs.metadata) = (None, CallerMetadata::new());
    let (whole, theirs) = (view(session, positions, None, now), view(&theirs, positions, None, now));
    CheckoutSessionView {
        client_reference: theirs.client_reference,
        amount: theirs.amount,
        amount_paid: theirs.amount_paid,
        line_items: theirs.line_items,
        links: theirs.links,
        metadata: theirs.metadata,
        ..whole
    }
}

fn reason(session: &CheckoutSession, status: SessionStatus) -> &'static str {
    match status {
        SessionStatus::Open => "waiting_for_payer",
        SessionStatus::Redirected => match session.returned.map(|returned| returned.by) {
            Some(ReturnKind::Cancel) => "payer_gave_up",
            Some(ReturnKind::Error) => "payment_refused",
            _ => "at_checkout",
        },
        SessionStatus::Processing => "waiting_for_receipt",
        SessionStatus::Unresolved => "no_receipt_yet",
        SessionStatus::Completed => "paid",
        SessionStatus::PartiallyCompleted => "partly_paid",
        SessionStatus::Cancelled => "cancelled_by_client",
        SessionStatus::Expired => "not_paid_in_time",
        SessionStatus::Failed => "no_receipt",
    }
}

fn next_check(status: SessionStatus, now: Instant) -> Option<Instant> {
    match status {
        SessionStatus::Open | SessionStatus::Redirected | SessionStatus::Processing => {
            Some(now.plus_seconds(CHECK_SECONDS))
        }
        SessionStatus::Unresolved => Some(now.plus_seconds(CHECK_UNRESOLVED_SECONDS)),
        _ => None,
    }
}

fn line_item(item: &SessionItem, positions: &[DebtPosition], now: Instant) -> LineItemView {
    let mut view = LineItemView {
        notice_number: item.notice_number.to_string(),
        amount: item.amount.cents(),
        status: if item.paid.is_some() { InstallmentStatus::Paid.name() } else { InstallmentStatus::Open.name() },
        ..LineItemView::default()
    };
    let ItemSubject::Own { position_id, installment_id, service_code, external_id, reference, .. } = &item.subject
    else {
        // Of a foreign notice: number, amount, open or paid, and nothing else (rules.md 37).
        return view;
    };
    if let Some(paid) = &item.paid {
        view.paid_at = Some(paid.paid_at);
        view.paid_amount = Some(paid.amount.cents());
        view.channel = Some(PaymentChannel::of(paid.receipt_id).name());
        view.receipt_id = paid.receipt_id.map(|id| id.to_string());
    }
    view.debt_position_id = Some(position_id.to_string());
    view.installment_id = Some(installment_id.to_string());
    view.installment_reference = Some(reference.to_string());
    view.service_code = Some(service_code.to_string());
    view.external_id = Some(external_id.to_string());
    view.iuv = Some(item.notice_number.iuv().to_string());
    view.description = Some(item.description.to_string());
    let found = positions.iter().find(|position| position.id == *position_id);
    if let Some((position, (option, one))) =
        found.and_then(|position| Some((position, position.installment(*installment_id)?)))
    {
        view.status = installment_status(position, option, one, now).name();
        view.amount_due = known_due(position, option, one, now).map(|due| due.amount.cents());
        view.anomalies = one.anomalies.iter().map(|anomaly| anomaly.name()).collect();
    }
    view
}
