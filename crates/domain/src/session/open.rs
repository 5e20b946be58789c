// SPDX-License-Identifier: AGPL-3.0-or-later
//! A new checkout session.

use crate::batch::{Batch, Write};
use crate::debt_position::{
    DebtPosition, Installment, InstallmentStatus, TransferTarget, installment_status, position_status,
};
use crate::email::Email;
use crate::given::Given;
use crate::ids::ClientId;
use crate::institution::Institution;
use crate::personal::Personal;
use crate::refusal::Refusal;
use crate::text::Text;
use crate::time::Instant;
use crate::violation::{Place, Violations};

use super::{
    CheckoutSession, Choice, EXPIRES_IN_MAX, EXPIRES_IN_MIN, ForeignItem, ITEMS_MAX, IfBusy, ItemInput, ItemSubject,
    OnAbandon, OwnItem, Payer, PayerInput, SessionInput, SessionItem, SessionStatus, session_status,
};

/// A decided session.
#[derive(Debug)]
pub enum Opened {
    /// A new session, with what to write.
    New {
        /// The session.
        session: Box<CheckoutSession>,
        /// What to write.
        batch: Batch,
    },
    /// The running session of the same client and payer (`if_busy: join`).
    Joined(Box<CheckoutSession>),
}

/// Opens a session over its items, all or nothing.
///
/// # Errors
/// `Invalid` with every violation (rules.md 40); `NotPayable`, `InstallmentAmbiguous`, `AmountChanged`,
/// `PaymentInProgress` for an item.
pub fn open(
    institution: &Institution,
    given: &mut Given<'_>,
    client_id: ClientId,
    input: &SessionInput,
    items: &[ItemInput],
) -> Result<Opened, Refusal> {
    let read = read_input(input, items).map_err(|wrong| Refusal::Invalid(wrong.into_vec()))?;
    let mut chosen = Vec::with_capacity(items.len());
    for item in items {
        chosen.push(match item {
            ItemInput::Own(own) => own_item(institution, own, given.now)?,
            ItemInput::Foreign(foreign) => foreign_item(foreign),
        });
    }
    check_items(input, items, &chosen).map_err(|wrong| Refusal::Invalid(wrong.into_vec()))?;
    if let Some(joined) = check_busy(given, input, items, &chosen)? {
        return Ok(Opened::Joined(Box::new(joined)));
    }
    let session = CheckoutSession {
        id: given.id(),
        client_id,
        client_reference: read.client_reference,
        items: chosen,
        payer: read.payer,
        return_url: input.return_url.clone(),
        cancel_url: input.cancel_url.clone(),
        state: read.state,
        return_mode: input.return_mode,
        on_abandon: input.on_abandon,
        if_busy: input.if_busy,
        allow_notice: input.allow_notice,
        language: input.language,
        metadata: input.metadata.clone(),
        expires_at: given.now.plus_seconds(input.expires_in),
        cancelled_at: None,
        cart: None,
        processing_since: None,
        last_get_at: None,
        returned: None,
        told_status: SessionStatus::Open,
        closed_at: None,
        version: 1,
        created_at: given.now,
        updated_at: given.now,
    };
    let batch = Batch::new().with(Write::InsertSession(Box::new(session.clone())));
    Ok(Opened::New { session: Box::new(session), batch })
}

struct Read {
    client_reference: Option<Text<1, 128>>,
    state: Option<Text<1, 128>>,
    payer: Option<Personal<Payer>>,
}

fn read_input(input: &SessionInput, items: &[ItemInput]) -> Result<Read, Violations> {
    let mut wrong = Violations::new();
    let root = Place::root();
    if items.is_empty() || items.len() > ITEMS_MAX {
        wrong.add(&root.at("line_items"), "item_count", format!("1 to {ITEMS_MAX} line items"));
    }
    if !(EXPIRES_IN_MIN..=EXPIRES_IN_MAX).contains(&input.expires_in) {
        wrong.add(&root.at("expires_in"), "out_of_range", format!("{EXPIRES_IN_MIN} to {EXPIRES_IN_MAX} seconds"));
    }
    let client_reference = optional(&mut wrong, &root.at("client_reference"), input.client_reference.as_deref());
    if let Some(text) = &input.client_reference {
        crate::debt_position::no_personal_data(&mut wrong, &root.at("client_reference"), text);
    }
    let state = optional(&mut wrong, &root.at("state"), input.state.as_deref());
    if let Some(text) = &input.state {
        crate::debt_position::no_personal_data(&mut wrong, &root.at("state"), text);
    }
    let payer = input.payer.as_ref().map(|payer| Personal::new(read_payer(&mut wrong, payer)));
    if wrong.is_empty() { Ok(Read { client_reference, state, payer }) } else { Err(wrong) }
}

fn read_payer(wrong: &mut Violations, payer: &PayerInput) -> Payer {
    let place = Place::root().at("payer");
    Payer {
        tax_code: optional(wrong, &place.at("tax_code"), payer.tax_code.as_deref()),
        full_name: optional(wrong, &place.at("full_name"), payer.full_name.as_deref()),
        email: payer
            .email
            .as_deref()
            .and_then(|text| wrong.take(&place.at("email"), "invalid_email", text.parse::<Email>())),
    }
}

fn optional<const MIN: usize, const MAX: usize>(
    wrong: &mut Violations,
    place: &Place,
    text: Option<&str>,
) -> Option<Text<MIN, MAX>> {
    text.and_then(|text| wrong.take(place, "invalid_text", Text::new(text)))
}

/// The installment that is meant, payable now.
///
/// # Errors
/// `NotPayable` with the position's state; `InstallmentAmbiguous` with the references to choose from.
pub fn choose<'a>(position: &'a DebtPosition, choice: &Choice, now: Instant) -> Result<&'a Installment, Refusal> {
    let not_payable = || Refusal::NotPayable { status: position_status(position, now) };
    let open: Vec<&Installment> = position
        .installments()
        .filter(|(option, one)| installment_status(position, option, one, now) == InstallmentStatus::Open)
        .map(|(_, one)| one)
        .collect();
    match choice {
        Choice::Reference(name) => open.into_iter().find(|one| one.reference.as_str() == name).ok_or_else(not_payable),
        Choice::Notice(number) => {
            open.into_iter().find(|one| one.notice_number.as_ref() == Some(number)).ok_or_else(not_payable)
        }
        Choice::Only => match open.as_slice() {
            [] => Err(not_payable()),
            [one] => Ok(one),
            many => Err(Refusal::InstallmentAmbiguous {
                choices: many.iter().map(|one| one.reference.to_string()).collect(),
            }),
        },
    }
}

fn own_item(institution: &Institution, own: &OwnItem, now: Instant) -> Result<SessionItem, Refusal> {
    let position = &own.position;
    let installment = choose(position, &own.choice, now)?;
    if own.expected_amount.is_some_and(|expected| expected != installment.amount.cents()) {
        return Err(Refusal::AmountChanged { due: Some(installment.amount.cents()) });
    }
    let not_payable = || Refusal::NotPayable { status: position_status(position, now) };
    // A position that a receipt made has neither service nor key, and is paid already.
    let (Some(service_code), Some(external_id)) = (&position.service_code, &position.external_id) else {
        return Err(not_payable());
    };
    Ok(SessionItem {
        subject: ItemSubject::Own {
            position_id: position.id,
            installment_id: installment.id,
            service_code: service_code.clone(),
            external_id: external_id.clone(),
            reference: installment.reference.clone(),
            inline: own.inline,
        },
        notice_number: installment.notice_number.ok_or_else(not_payable)?,
        creditor_tax_code: institution.tax_code,
        company_name: institution.display_name.clone(),
        description: position.description_of(installment).clone(),
        amount: installment.amount,
        paid: None,
    })
}

fn foreign_item(foreign: &ForeignItem) -> SessionItem {
    SessionItem {
        subject: ItemSubject::Foreign,
        notice_number: foreign.notice_number,
        creditor_tax_code: foreign.creditor_tax_code,
        company_name: foreign.company_name.clone(),
        description: foreign.description.clone(),
        amount: foreign.amount,
        paid: None,
    }
}

/// What the items forbid together (rules.md 40, api.md `on_abandon`).
fn check_items(input: &SessionInput, items: &[ItemInput], chosen: &[SessionItem]) -> Result<(), Violations> {
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
    let inline_only = items.iter().all(|item| matches!(item, ItemInput::Own(own) if own.inline));
    if input.on_abandon == OnAbandon::Cancel && !inline_only {
        wrong.add(&root.at("on_abandon"), "not_inline", "cancel is allowed only where every item is made inline");
    }
    let stamped = items.iter().any(|item| matches!(item, ItemInput::Own(own) if has_stamp(&own.position)));
    if input.allow_notice && stamped {
        wrong.add(
            &root.at("allow_notice"),
            "stamp_without_notice",
            "a digital stamp can be paid only online, without a notice",
        );
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn has_stamp(position: &DebtPosition) -> bool {
    position
        .installments()
        .flat_map(|(_, one)| &one.transfers)
        .any(|transfer| matches!(transfer.target, TransferTarget::Stamp { .. }))
}

/// Whether somebody is paying an item already; the running session where the caller may join it.
fn check_busy(
    given: &Given<'_>,
    input: &SessionInput,
    items: &[ItemInput],
    chosen: &[SessionItem],
) -> Result<Option<CheckoutSession>, Refusal> {
    let mut latest: Option<Instant> = None;
    for item in items {
        let ItemInput::Own(own) = item else { continue };
        let gets = own.attempts.iter().filter(|one| one.kind != crate::attempt::AttemptKind::Cart);
        let gets = gets.map(crate::attempt::Attempt::locked_until);
        let running = own.sessions.iter().filter_map(|session| session.busy_until(given.now));
        latest = gets.chain(running).filter(|until| *until > given.now).chain(latest).max();
    }
    let Some(locked_until) = latest else { return Ok(None) };
    if input.if_busy == IfBusy::Join {
        let sessions = items.iter().filter_map(|item| match item {
            ItemInput::Own(own) => Some(&own.sessions),
            ItemInput::Foreign(_) => None,
        });
        let joined = sessions.flatten().find(|session| may_join(given, input, chosen, session));
        if let Some(session) = joined {
            return Ok(Some(session.clone()));
        }
    }
    Err(Refusal::PaymentInProgress { locked_until })
}

/// Only the same client, for the same payer, with the same items (api.md `if_busy`).
fn may_join(given: &Given<'_>, input: &SessionInput, chosen: &[SessionItem], session: &CheckoutSession) -> bool {
    let payer = input.payer.as_ref().and_then(|payer| payer.tax_code.as_deref());
    let theirs = session.payer.as_ref().and_then(|payer| payer.expose().tax_code.as_ref()).map(|code| code.as_str());
    let same_items = session.items.len() == chosen.len()
        && session.items.iter().zip(chosen).all(|(a, b)| {
            a.notice_number == b.notice_number && a.creditor_tax_code == b.creditor_tax_code && a.amount == b.amount
        });
    Some(session.client_id) == given.client_id
        && payer.is_some()
        && payer == theirs
        && same_items
        && !session_status(session, given.now).is_closed()
}
