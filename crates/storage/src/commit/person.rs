// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whom something is about is forgotten. What is counted and booked stays as it was: amounts, dates, numbers.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::{Map, Value};
use tramite_domain::debt_position::Metadata;
use tramite_domain::ids::{DebtPositionId, InstitutionId, ReceiptRowId, SessionId};
use tramite_domain::personal::Personal;
use tramite_domain::receipt::{Party, ReceiptContent, ReceiptMessage};
use tramite_domain::session::Payer;
use tramite_domain::tax_code::ANONYMOUS;
use tramite_domain::time::Instant;

use super::emptied::{self, ERASED_TEXT, Emptied};
use super::{position, receipt, touched};
use crate::column::{At, Doc, Id};
use crate::db::{Db, execute, first};
use crate::error::StoreError;
use crate::idempotency;
use crate::row::receipt_key::ReceiptKeyKind;
use crate::schema::{
    checkout_sessions, debt_positions, receipt_keys, receipt_transfers, receipt_variants, receipts, session_items,
};
use crate::scope::Scope;
use crate::statement;

/// How the debtor can be reached goes, or who the debtor is as well, with every free text.
pub(super) async fn forget_debtor(
    db: &mut Db<'_>,
    scope: &Scope,
    id: DebtPositionId,
    expected: i64,
    whole: bool,
    written: &[SessionId],
    at: Instant,
) -> Result<(), StoreError> {
    use debt_positions::dsl;
    let institution = scope.institution();
    position::check_service(db, scope, id).await?;
    let kept = dsl::institution_id
        .eq(Id(institution))
        .and(dsl::id.eq(Id(id)))
        .and(dsl::version.eq(expected))
        .and(dsl::erased_at.is_null());
    let reduced = (
        dsl::debtor_email.eq(None::<String>),
        dsl::debtor_address.eq(None::<Doc<()>>),
        dsl::version.eq(expected + 1),
        dsl::updated_at.eq(At(at)),
    );
    touched(execute!(db, statement::update(debt_positions::table, kept, reduced))?)?;
    if whole {
        forget_name(db, institution, id).await?;
        return emptied::empty(db, institution, id, Emptied::Pseudonymised, written, at).await;
    }
    idempotency::erase(db, institution, id).await
}

async fn forget_name(db: &mut Db<'_>, institution: InstitutionId, id: DebtPositionId) -> Result<(), StoreError> {
    let head = debt_positions::table
        .filter(debt_positions::institution_id.eq(Id(institution)))
        .filter(debt_positions::id.eq(Id(id)));
    execute!(
        db,
        diesel::update(head).set((
            debt_positions::debtor_tax_code.eq(Some(ANONYMOUS)),
            debt_positions::debtor_full_name.eq(Some(ANONYMOUS)),
            debt_positions::description.eq(ERASED_TEXT),
        ))
    )?;
    Ok(())
}

/// The payer of a session goes, with what its client wrote freely. An answer that shows the session is kept under one of
/// the positions of its items.
pub(super) async fn forget_payer(
    db: &mut Db<'_>,
    institution: InstitutionId,
    session: SessionId,
    positions: &[DebtPositionId],
    expected: i64,
    at: Instant,
) -> Result<(), StoreError> {
    use checkout_sessions::dsl;
    let kept = dsl::institution_id.eq(Id(institution)).and(dsl::id.eq(Id(session))).and(dsl::version.eq(expected));
    let emptied = (
        dsl::payer.eq(None::<Doc<Personal<Payer>>>),
        dsl::state.eq(None::<String>),
        dsl::metadata.eq(Doc(Map::<String, Value>::new())),
        dsl::version.eq(expected + 1),
        dsl::updated_at.eq(At(at)),
    );
    touched(execute!(db, statement::update(checkout_sessions::table, kept, emptied))?)?;
    let items = session_items::table
        .filter(session_items::institution_id.eq(Id(institution)))
        .filter(session_items::session_id.eq(Id(session)));
    execute!(db, diesel::update(items).set(session_items::description.eq(ERASED_TEXT)))?;
    for position in positions {
        idempotency::erase_of_sessions(db, institution, *position).await?;
    }
    Ok(())
}

/// The persons of a receipt go, its message and all that came under its key, and what it is found by of them.
pub(super) async fn forget_receipt(
    db: &mut Db<'_>,
    scope: &Scope,
    id: ReceiptRowId,
    position: Option<DebtPositionId>,
    expected: i64,
    at: Instant,
) -> Result<(), StoreError> {
    use receipts::dsl;
    let institution = scope.institution();
    receipt::check_service(db, scope, id).await?;
    let own = receipts::table.filter(dsl::institution_id.eq(Id(institution))).filter(dsl::id.eq(Id(id)));
    let content: Option<Doc<ReceiptContent>> = first!(db, own.select(dsl::content))?;
    let content = without_texts(content.ok_or(StoreError::Conflict)?.0);
    let kept = dsl::institution_id.eq(Id(institution)).and(dsl::id.eq(Id(id))).and(dsl::version.eq(expected));
    let emptied = (
        dsl::content.eq(Doc(content)),
        dsl::debtor.eq(None::<Doc<Personal<Party>>>),
        dsl::payer.eq(None::<Doc<Personal<Party>>>),
        dsl::message_sha256.eq(ReceiptMessage::FORGOTTEN_SHA256.to_vec()),
        dsl::message.eq(Vec::<u8>::new()),
        dsl::version.eq(expected + 1),
        dsl::updated_at.eq(At(at)),
    );
    touched(execute!(db, statement::update(receipts::table, kept, emptied))?)?;
    let shares = receipt_transfers::table
        .filter(receipt_transfers::institution_id.eq(Id(institution)))
        .filter(receipt_transfers::receipt_row_id.eq(Id(id)));
    execute!(
        db,
        diesel::update(shares).set((
            receipt_transfers::remittance_information.eq(ERASED_TEXT),
            receipt_transfers::payment_metadata.eq(Doc(Metadata::new())),
        ))
    )?;
    let others = receipt_variants::table
        .filter(receipt_variants::institution_id.eq(Id(institution)))
        .filter(receipt_variants::receipt_row_id.eq(Id(id)));
    execute!(db, diesel::delete(others))?;
    let persons = receipt_keys::table
        .filter(receipt_keys::institution_id.eq(Id(institution)))
        .filter(receipt_keys::kind.eq(ReceiptKeyKind::Person.name()))
        .filter(receipt_keys::receipt_row_id.eq(Id(id)));
    execute!(db, diesel::delete(persons))?;
    match position {
        Some(position) => idempotency::erase(db, institution, position).await,
        None => Ok(()),
    }
}

/// What a message says in free texts may name somebody; what is booked is no free text.
fn without_texts(content: ReceiptContent) -> ReceiptContent {
    ReceiptContent {
        description: ERASED_TEXT.to_owned(),
        payment_note: None,
        payment_metadata: BTreeMap::new(),
        irregularities: Vec::new(),
        debtor: None,
        payer: None,
        ..content
    }
}
