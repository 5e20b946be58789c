// SPDX-License-Identifier: AGPL-3.0-or-later
//! A new checkout session.

use crate::audit::SESSION_CREATED;
use crate::batch::{Batch, Write};
use crate::debt_position::{
    DebtPosition, Installment, InstallmentStatus, amount_due, installment_status, no_personal_data, own_metadata,
    position_status,
};
use crate::email::Email;
use crate::given::Given;
use crate::ids::ClientId;
use crate::institution::Institution;
use crate::personal::Personal;
use crate::refusal::Refusal;
use crate::tax_code::SubjectTaxCode;
use crate::text::Text;
use crate::time::Instant;
use crate::violation::{Place, Violations};

use super::together::{check_busy, check_items};
use super::{
    CheckoutSession, Choice, EXPIRES_IN_MAX, EXPIRES_IN_MIN, ForeignItem, ITEMS_MAX, ItemInput, ItemSubject,
    OPEN_SESSIONS_MAX, OwnItem, Payer, PayerInput, SessionInput, SessionItem, SessionStatus,
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
/// `PaymentInProgress`, `TooManySessions` for an item.
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
    if let Some(joined) = check_busy(given, input.if_busy, &read, items, &chosen)? {
        return Ok(Opened::Joined(Box::new(joined)));
    }
    check_open_sessions(items, &chosen)?;
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
    let batch = batch.audited(given, SESSION_CREATED, session.audit_subject());
    Ok(Opened::New { session: Box::new(session), batch })
}

/// What was read of the caller's words.
pub(super) struct Read {
    client_reference: Option<Text<1, 128>>,
    state: Option<Text<1, 128>>,
    pub(super) payer: Option<Personal<Payer>>,
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
        no_personal_data(&mut wrong, &root.at("client_reference"), text);
    }
    let state = optional(&mut wrong, &root.at("state"), input.state.as_deref());
    if let Some(text) = &input.state {
        crate::debt_position::no_personal_data(&mut wrong, &root.at("state"), text);
    }
    let payer = input.payer.as_ref().map(|payer| Personal::new(read_payer(&mut wrong, payer)));
    let own = input.metadata.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    own_metadata(&mut wrong, &root.at("metadata"), own);
    if wrong.is_empty() { Ok(Read { client_reference, state, payer }) } else { Err(wrong) }
}

fn read_payer(wrong: &mut Violations, payer: &PayerInput) -> Payer {
    let place = Place::root().at("payer");
    let text = |given: &Option<Personal<String>>| given.as_ref().map(|text| text.expose().clone());
    let tax_code = text(&payer.tax_code)
        .and_then(|code| wrong.take(&place.at("tax_code"), "invalid_tax_code", SubjectTaxCode::parse_payer(&code)));
    let full_name = optional(wrong, &place.at("full_name"), text(&payer.full_name).as_deref());
    let email =
        text(&payer.email).and_then(|email| wrong.take(&place.at("email"), "invalid_email", email.parse::<Email>()));
    Payer { tax_code, full_name, email }
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
    let due = amount_due(position, installment, now).amount;
    if own.expected_amount.is_some_and(|expected| expected != due.cents()) {
        return Err(Refusal::AmountChanged { due: Some(due.cents()) });
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
        amount: due,
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

/// Whether an installment has as many open sessions as it may have. One that is over counts until that was told: a
/// receipt completes it until then.
fn check_open_sessions(items: &[ItemInput], chosen: &[SessionItem]) -> Result<(), Refusal> {
    for (item, chosen) in items.iter().zip(chosen) {
        let (ItemInput::Own(own), ItemSubject::Own { installment_id, .. }) = (item, &chosen.subject) else { continue };
        let open =
            own.sessions.iter().filter(|session| session.holds(*installment_id) && !session.told_status.is_closed());
        if open.count() >= OPEN_SESSIONS_MAX {
            return Err(Refusal::TooManySessions { most: OPEN_SESSIONS_MAX });
        }
    }
    Ok(())
}
