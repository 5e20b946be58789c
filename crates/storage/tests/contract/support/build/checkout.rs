// SPDX-License-Identifier: AGPL-3.0-or-later
//! Checkout sessions and attempts.

use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ids::{ClientId, InstallmentId};
use tramite_domain::notice::NoticeNumber;
use tramite_domain::personal::Personal;
use tramite_domain::session::{
    Cart, CheckoutSession, IfBusy, ItemSubject, Language, OnAbandon, Payer, ReturnKind, ReturnMode, Returned,
    SessionItem, SessionStatus,
};

use super::{cents, first, first_number, number, text};
use crate::support::{id, now};

/// A session of a client over the first installment of each position, and one notice of another institution.
pub(crate) fn session(client: ClientId, positions: &[&DebtPosition]) -> CheckoutSession {
    let item = |subject: ItemSubject, number: NoticeNumber| SessionItem {
        subject,
        notice_number: number,
        creditor_tax_code: "99999000013".parse().unwrap(),
        company_name: text("Comune"),
        description: text("TARI 2026"),
        amount: cents(12_050),
        paid: None,
    };
    let own = positions.iter().map(|position| {
        let subject = ItemSubject::Own {
            position_id: position.id,
            installment_id: first(position),
            service_code: position.service_code.clone().unwrap(),
            external_id: position.external_id.clone().unwrap(),
            reference: "unica".parse().unwrap(),
            inline: true,
        };
        item(subject, first_number(position))
    });
    let foreign =
        SessionItem { creditor_tax_code: "77777777777".parse().unwrap(), ..item(ItemSubject::Foreign, number()) };
    CheckoutSession {
        id: id(),
        client_id: client,
        client_reference: Some(text("SUAPE-1")),
        items: own.chain([foreign]).collect(),
        payer: Some(Personal::new(Payer {
            tax_code: Some("RSSMRA85T10A562S".parse().unwrap()),
            full_name: Some(text("Mario Rossi")),
            email: None,
        })),
        return_url: "https://portale.example.org/fine".to_owned(),
        cancel_url: None,
        state: Some(text("x=1&y=2")),
        return_mode: ReturnMode::Token,
        on_abandon: OnAbandon::Cancel,
        if_busy: IfBusy::Join,
        allow_notice: true,
        language: Language::De,
        metadata: serde_json::from_str(r#"{"b": [1, 2.5, null], "a": {"x": true}}"#).unwrap(),
        expires_at: now().plus_seconds(1_800),
        cancelled_at: None,
        cart: Some(Cart {
            reference: "cart-1".to_owned(),
            minted_at: now(),
            amount: Some(cents(24_100)),
            location: "https://checkout.example.org/1".to_owned(),
        }),
        processing_since: None,
        last_get_at: None,
        returned: Some(Returned { by: ReturnKind::Waiting, at: now() }),
        told_status: SessionStatus::Redirected,
        closed_at: None,
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

pub(crate) fn attempt(installment_id: InstallmentId, kind: AttemptKind, reference: &str) -> Attempt {
    Attempt {
        id: id(),
        installment_id,
        kind,
        reference: reference.to_owned(),
        session_id: None,
        amount: cents(12_050),
        at: now(),
    }
}
