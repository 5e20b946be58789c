// SPDX-License-Identifier: AGPL-3.0-or-later
//! Debt positions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use chrono::NaiveDate;
use tramite_domain::debt_position::{
    AccountingEntry, Address, DebtPosition, Debtor, Installment, OptionKind, Origin, PastAmount, PaymentOption,
    PositionStatus, SubjectKind, Transfer, TransferTarget,
};
use tramite_domain::ids::InstallmentId;
use tramite_domain::notice::{Base13, NoticeNumber, SegregationCode};
use tramite_domain::personal::Personal;

use super::{cents, pairs, text};
use crate::support::{NEXT, id, now};

/// A notice number nobody else has, outside of the range that Tramite gives by itself.
pub(crate) fn number() -> NoticeNumber {
    let base = Base13::new(NEXT.fetch_add(1, Ordering::Relaxed)).unwrap();
    NoticeNumber::generate(SegregationCode::new(5).unwrap(), base)
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn installment(reference: &str, amount: i64) -> Installment {
    let number = number();
    let share = |index: u8, amount: i64, target: TransferTarget| Transfer {
        index,
        amount: cents(amount),
        target,
        taxonomy_code: "0101101IM".parse().unwrap(),
        remittance_information: text("TARI 2026"),
        payment_metadata: pairs("RIF", "1"),
        accounting: vec![AccountingEntry {
            chapter: text("3.100"),
            article: Some(text("1")),
            assessment: None,
            year: Some(2026),
            amount: cents(amount),
        }],
    };
    Installment {
        id: id(),
        reference: reference.parse().unwrap(),
        amount: cents(amount),
        past_amounts: [0, -60, -90]
            .map(|at| PastAmount { amount: cents(amount + 1 - at), until: now().plus_seconds(at) })
            .into(),
        due_date: Some(day("2026-10-31")),
        expires_at: None,
        description: Some(text("Rata")),
        iuv: number.iuv(),
        notice_number: Some(number),
        cancelled_at: None,
        payment: None,
        reported_at: None,
        anomalies: BTreeSet::new(),
        transfers: vec![
            share(1, amount - 1, TransferTarget::Account { account_id: "main".parse().unwrap() }),
            share(2, 1, TransferTarget::Beneficiary { beneficiary_id: "provincia".parse().unwrap() }),
        ],
        payment_metadata: pairs("PRATICA", "2026-000123"),
        metadata: pairs("nota", "interna"),
    }
}

pub(crate) fn option(kind: OptionKind, installments: Vec<Installment>) -> PaymentOption {
    PaymentOption { id: id(), kind, available_until: None, available_days: None, notified_on: None, installments }
}

/// A published position with a single option and one with two installments, everything filled in.
pub(crate) fn position(external_id: &str) -> DebtPosition {
    let mut reduced = option(OptionKind::Reduced, vec![installment("ridotta", 9_000)]);
    reduced.available_days = Some(5);
    reduced.notified_on = Some(day("2026-02-27"));
    reduced.available_until = Some(now().plus_seconds(5 * 86_400));
    let parts = vec![installment("1", 6_000), installment("2", 6_050)];
    DebtPosition {
        id: id(),
        service_code: Some("TARI".parse().unwrap()),
        external_id: Some(external_id.parse().unwrap()),
        description: text("TARI 2026"),
        debtor: Debtor {
            kind: SubjectKind::NaturalPerson,
            tax_code: Personal::new("RSSMRA85T10A562S".parse().unwrap()),
            full_name: Personal::new(text("Mario Rossi")),
            email: Some(Personal::new("mario.rossi@example.org".parse().unwrap())),
            address: Some(Personal::new(Address {
                street: Some(text("Via Roma")),
                city: Some(text("Perugia")),
                country: Some(text("IT")),
                ..Address::default()
            })),
        },
        origin: Origin::Api,
        created_by: Some(id()),
        published_at: Some(now()),
        valid_from: None,
        cancelled_at: None,
        expires_after_due_date: true,
        late_charges: None,
        amount_callback: None,
        amounts_told: BTreeMap::new(),
        options: vec![
            option(OptionKind::Single, vec![installment("unica", 12_050)]),
            option(OptionKind::Installments, parts),
            reduced,
        ],
        told_status: PositionStatus::Open,
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

/// A published position with one installment.
pub(crate) fn simple(external_id: &str) -> DebtPosition {
    let mut position = position(external_id);
    position.options.truncate(1);
    position
}

pub(crate) fn first(position: &DebtPosition) -> InstallmentId {
    position.options[0].installments[0].id
}

pub(crate) fn first_number(position: &DebtPosition) -> NoticeNumber {
    position.options[0].installments[0].notice_number.unwrap()
}

/// Puts the first installment under a number, and so under its reference.
pub(crate) fn renumber(position: &mut DebtPosition, number: NoticeNumber) {
    let installment = &mut position.options[0].installments[0];
    (installment.notice_number, installment.iuv) = (Some(number), number.iuv());
}
