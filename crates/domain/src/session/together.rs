// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the items of a session forbid together, and whether somebody is paying one of them already (rules.md 40,
//! api.md `if_busy` and `on_abandon`).

use crate::attempt::{Attempt, AttemptKind};
use crate::debt_position::TransferTarget;
use crate::given::Given;
use crate::ids::{InstallmentId, PaymentOptionId};
use crate::refusal::Refusal;
use crate::time::Instant;
use crate::violation::{Place, Violations};

use super::open::Read;
use super::{
    CheckoutSession, IfBusy, ItemInput, ItemSubject, OnAbandon, OwnItem, SessionInput, SessionItem, session_status,
};

/// The position behind an item, and the installment of it that was chosen.
fn own_of<'a>(item: &'a ItemInput, chosen: &SessionItem) -> Option<(&'a OwnItem, InstallmentId)> {
    match (item, &chosen.subject) {
        (ItemInput::Own(own), ItemSubject::Own { installment_id, .. }) => Some((own, *installment_id)),
        _ => None,
    }
}

/// What the items forbid together.
pub(super) fn check_items(input: &SessionInput, items: &[ItemInput], chosen: &[SessionItem]) -> Result<(), Violations> {
    let mut wrong = Violations::new();
    let root = Place::root();
    for (at, item) in chosen.iter().enumerate() {
        let twice = chosen.iter().take(at).any(|other| {
            other.notice_number == item.notice_number && other.creditor_tax_code == item.creditor_tax_code
        });
        if twice {
            wrong.add(&root.at("line_items").at(at), "duplicate_item", "this notice stands in the session already");
        }
    }
    alternatives(&mut wrong, &root.at("line_items"), items, chosen);
    let inline_only = items.iter().all(|item| matches!(item, ItemInput::Own(own) if own.inline));
    if input.on_abandon == OnAbandon::Cancel && !inline_only {
        wrong.add(&root.at("on_abandon"), "not_inline", "cancel is allowed only where every item is made inline");
    }
    let stamped = items.iter().zip(chosen).filter_map(|(item, chosen)| own_of(item, chosen)).any(has_stamp);
    if input.allow_notice && stamped {
        wrong.add(
            &root.at("allow_notice"),
            "stamp_without_notice",
            "a digital stamp can be paid only online, without a notice",
        );
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Alternatives of one debt are not paid together: that would be paying it twice.
fn alternatives(wrong: &mut Violations, place: &Place, items: &[ItemInput], chosen: &[SessionItem]) {
    let mut options = Vec::with_capacity(items.len());
    for (at, (item, chosen)) in items.iter().zip(chosen).enumerate() {
        let Some((own, installment)) = own_of(item, chosen) else { continue };
        let Some((option, _)) = own.position.installment(installment) else { continue };
        let other = |(position, other): &(_, PaymentOptionId)| *position == own.position.id && *other != option.id;
        if options.iter().any(other) {
            wrong.add(
                &place.at(at),
                "alternative_items",
                "another option of this debt position stands in the session already",
            );
        }
        options.push((own.position.id, option.id));
    }
}

fn has_stamp((own, installment): (&OwnItem, InstallmentId)) -> bool {
    let transfers = own.position.installment(installment).into_iter().flat_map(|(_, one)| &one.transfers);
    transfers.into_iter().any(|transfer| matches!(transfer.target, TransferTarget::Stamp { .. }))
}

/// Whether somebody is paying an item already; the running session where the caller may join it.
pub(super) fn check_busy(
    given: &Given<'_>,
    if_busy: IfBusy,
    read: &Read,
    items: &[ItemInput],
    chosen: &[SessionItem],
) -> Result<Option<CheckoutSession>, Refusal> {
    let own = || items.iter().zip(chosen).filter_map(|(item, chosen)| own_of(item, chosen));
    let Some(locked_until) = own().filter_map(|(own, one)| busy_until(own, one, given.now)).max() else {
        return Ok(None);
    };
    if if_busy == IfBusy::Join {
        let mut sessions = own().flat_map(|(own, _)| &own.sessions);
        if let Some(session) = sessions.find(|session| may_join(given, read, chosen, session)) {
            return Ok(Some(session.clone()));
        }
    }
    Err(Refusal::PaymentInProgress { locked_until })
}

/// Until when a payment of the installment, or of an alternative to it, may be running. The other installments of its
/// own plan are due beside it, and keep nobody from paying it.
fn busy_until(own: &OwnItem, chosen: InstallmentId, now: Instant) -> Option<Instant> {
    let (option, _) = own.position.installment(chosen)?;
    let excluding: Vec<InstallmentId> = own
        .position
        .installments()
        .filter(|(other, one)| one.id == chosen || other.id != option.id)
        .map(|(_, one)| one.id)
        .collect();
    let gets =
        own.attempts.iter().filter(|one| one.kind != AttemptKind::Cart && excluding.contains(&one.installment_id));
    let sessions = own.sessions.iter().filter(|session| excluding.iter().any(|one| session.holds(*one)));
    let running = sessions.filter_map(|session| session.busy_until(now));
    gets.map(Attempt::locked_until).chain(running).filter(|until| *until > now).max()
}

/// Only the same client, for the same payer, with the same items (api.md `if_busy`).
fn may_join(given: &Given<'_>, read: &Read, chosen: &[SessionItem], session: &CheckoutSession) -> bool {
    let payer = read.payer.as_ref().and_then(|payer| payer.expose().tax_code.as_ref());
    let theirs = session.payer.as_ref().and_then(|payer| payer.expose().tax_code.as_ref());
    let same_items = session.items.len() == chosen.len()
        && session.items.iter().zip(chosen).all(|(a, b)| {
            a.notice_number == b.notice_number && a.creditor_tax_code == b.creditor_tax_code && a.amount == b.amount
        });
    Some(session.client_id) == given.client_id
        // Two payers whom nobody knows are not the same one.
        && payer.is_some_and(|code| !code.is_anonymous())
        && payer == theirs
        && same_items
        && !session_status(session, given.now).is_closed()
}
