// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writing receipts, and other bytes that come under the key of one we have.

use std::collections::BTreeSet;

use diesel::prelude::*;
use tramite_domain::anomaly::Anomaly;
use tramite_domain::ids::{InstitutionId, ReceiptRowId, ReceiptVariantId};
use tramite_domain::receipt::{Receipt, ReceiptMessage};
use tramite_domain::time::Instant;

use super::insert_rows;
use crate::column::{At, Doc, Id};
use crate::db::{Db, execute, first};
use crate::error::StoreError;
use crate::row::receipt::{ReceiptRow, ReceiptTransferRow};
use crate::schema::{receipt_transfers, receipt_variants, receipts};

pub(super) async fn insert(db: &mut Db<'_>, institution: InstitutionId, receipt: &Receipt) -> Result<(), StoreError> {
    let row = ReceiptRow::of(institution, receipt);
    execute!(
        db,
        diesel::insert_into(receipts::table).values((&row, receipts::message.eq(receipt.message.bytes.as_slice())))
    )?;
    insert_rows!(db, receipt_transfers::table, ReceiptTransferRow::of(institution, receipt)?);
    Ok(())
}

/// Keeps the other bytes once, and flags the receipt (rules.md 26).
pub(super) async fn insert_variant(
    db: &mut Db<'_>,
    institution: InstitutionId,
    id: ReceiptVariantId,
    receipt: ReceiptRowId,
    message: ReceiptMessage,
    received_at: Instant,
) -> Result<(), StoreError> {
    use receipt_variants::dsl;
    execute!(
        db,
        diesel::insert_into(dsl::receipt_variants)
            .values((
                dsl::institution_id.eq(Id(institution)),
                dsl::id.eq(Id(id)),
                dsl::receipt_row_id.eq(Id(receipt)),
                dsl::received_at.eq(At(received_at)),
                dsl::message_sha256.eq(message.sha256.as_slice()),
                dsl::message.eq(message.bytes.as_slice()),
            ))
            .on_conflict((dsl::institution_id, dsl::receipt_row_id, dsl::message_sha256))
            .do_nothing()
    )?;
    let kept =
        receipts::table.filter(receipts::institution_id.eq(Id(institution))).filter(receipts::id.eq(Id(receipt)));
    let found: Option<Doc<BTreeSet<Anomaly>>> = first!(db, kept.select(receipts::anomalies))?;
    let Doc(mut anomalies) = found.ok_or(StoreError::Conflict)?;
    if anomalies.insert(Anomaly::ReceiptDiffers) {
        let flagged = (receipts::anomalies.eq(Doc(anomalies)), receipts::updated_at.eq(At(received_at)));
        execute!(db, diesel::update(kept).set(flagged.clone()))?;
    }
    Ok(())
}
