// SPDX-License-Identifier: AGPL-3.0-or-later
//! Checkout sessions as a portal makes them.

use tramite_domain::batch::Batch;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::session::{
    CheckoutSession, Choice, IfBusy, ItemInput, Language, OnAbandon, Opened, OwnItem, ReturnMode, SessionInput, open,
};

use super::{Town, client};

/// Half an hour for anybody, who comes back to the portal.
pub(crate) fn session_input() -> SessionInput {
    SessionInput {
        client_reference: None,
        payer: None,
        return_url: "https://portal.example.it/back".to_owned(),
        cancel_url: None,
        state: None,
        return_mode: ReturnMode::Token,
        expires_in: 1_800,
        on_abandon: OnAbandon::Keep,
        if_busy: IfBusy::Reject,
        allow_notice: true,
        language: Language::It,
        metadata: serde_json::Map::new(),
    }
}

/// An installment of a position that nobody else is paying.
pub(crate) fn own_item(position: &DebtPosition, choice: Choice) -> OwnItem {
    OwnItem {
        position: position.clone(),
        choice,
        inline: false,
        expected_amount: None,
        attempts: Vec::new(),
        sessions: Vec::new(),
    }
}

/// A new session of these items, and what is to be written for it.
pub(crate) fn new_session(town: &mut Town, input: &SessionInput, items: Vec<OwnItem>) -> (CheckoutSession, Batch) {
    let institution = town.institution.clone();
    let items: Vec<ItemInput> = items.into_iter().map(|item| ItemInput::Own(Box::new(item))).collect();
    match open(&institution, &mut town.given(), client(), input, &items).unwrap() {
        Opened::New { session, batch } => (*session, batch),
        Opened::Joined(_) => panic!("nothing to join"),
    }
}
