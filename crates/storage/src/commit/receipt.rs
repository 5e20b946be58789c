// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writing receipts, and other bytes that come under the key of one we have.

use std::collections::BTreeSet;

use diesel::prelude::*;
use tramite_domain::anomaly::Anomaly;
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::{ClientId, InstitutionId, ReceiptRowId};
use tramite_domain::receipt::{Receipt, ReceiptVariant};
use tramite_domain::resolution::Resolution;

use super::{insert_rows, touched};
use crate::column::{At, Doc, Id};
use crate::db::{Db, execute, first, together};
use crate::error::StoreError;
use crate::row::anomaly::AnomalyRow;
use crate::row::read_some;
use crate::row::receipt::{ReceiptRow, ReceiptTransferRow};
use crate::row::receipt_key::ReceiptKeyRow;
use crate::schema::{receipt_anomalies, receipt_keys, receipt_transfers, receipt_variants, receipts};
use crate::scope::Scope;
use crate::statement;

pub(super) async fn insert(db: &mut Db<'_>, institution: InstitutionId, receipt: &Receipt) -> Result<(), StoreError> {
    let row = ReceiptRow::of(institution, receipt);
    let shares = ReceiptTransferRow::of(institution, receipt)?;
    let message = receipts::message.eq(receipt.message.bytes.as_slice());
    let strange = AnomalyRow::of(institution, receipt);
    let keys = ReceiptKeyRow::of(institution, receipt);
    let (_, (), (), ()) = together!(
        db,
        |mut db| async move {
            execute!(&mut db, diesel::insert_into(receipts::table).values((&row, message))).map_err(StoreError::from)
        },
        |mut db| async move { insert_rows!(&mut db, receipt_transfers::table, shares) },
        |mut db| async move { insert_rows!(&mut db, receipt_anomalies::table, strange) },
        |mut db| async move { insert_rows!(&mut db, receipt_keys::table, keys) },
    )?;
    Ok(())
}

/// The key of a strange thing. A process of the version before migration 0014 kept no row of it.
const ANOMALY_KEY: &str = "institution_id, receipt_row_id, anomaly";

/// Keeps the other bytes, and flags the receipt where they open a matter (rules.md 26): what somebody had dealt with then
/// waits for somebody again, and the audit trail says who had.
pub(super) async fn insert_variant(
    db: &mut Db<'_>,
    institution: InstitutionId,
    variant: &ReceiptVariant,
    expected: i64,
    opens: bool,
) -> Result<(), StoreError> {
    use receipt_variants::dsl;
    let mut anomalies = anomalies_locked(db, institution, variant.receipt, expected).await?;
    let inserted = execute!(
        db,
        diesel::insert_into(dsl::receipt_variants)
            .values((
                dsl::institution_id.eq(Id(institution)),
                dsl::id.eq(Id(variant.id)),
                dsl::receipt_row_id.eq(Id(variant.receipt)),
                dsl::received_at.eq(At(variant.received_at)),
                dsl::station_id.eq(&variant.station_id),
                dsl::primitive.eq(&variant.primitive),
                dsl::peer_fingerprint.eq(variant.peer_fingerprint.as_deref()),
                dsl::message_sha256.eq(variant.message.sha256.as_slice()),
                dsl::message.eq(variant.message.bytes.as_slice()),
            ))
            .on_conflict((dsl::institution_id, dsl::receipt_row_id, dsl::message_sha256))
            .do_nothing()
    )?;
    touched(inserted)?;
    if !opens {
        return Ok(());
    }
    anomalies.insert(Anomaly::ReceiptDiffers);
    let flagged = (
        receipts::anomalies.eq(Doc(anomalies)),
        receipts::version.eq(receipts::version + 1),
        receipts::updated_at.eq(At(variant.received_at)),
    );
    execute!(db, diesel::update(one(institution, variant.receipt)).set(flagged.clone()))?;
    let strange = AnomalyRow::of_one(institution, variant.receipt, Anomaly::ReceiptDiffers, None);
    let again = (
        receipt_anomalies::resolved_at.eq(None::<At>),
        receipt_anomalies::resolved_by.eq(None::<Id<ClientId>>),
        receipt_anomalies::note.eq(None::<&str>),
    );
    let resolved = receipt_anomalies::resolved_at.is_not_null();
    let row = diesel::insert_into(receipt_anomalies::table).values(strange);
    execute!(db, statement::upsert(row, ANOMALY_KEY, again, resolved))?;
    Ok(())
}

/// Somebody has dealt with one strange thing about a receipt, which nobody had before.
pub(super) async fn resolve(
    db: &mut Db<'_>,
    scope: &Scope,
    receipt: ReceiptRowId,
    anomaly: Anomaly,
    resolution: &Resolution,
    expected: i64,
) -> Result<(), StoreError> {
    let institution = scope.institution();
    check_service(db, scope, receipt).await?;
    let head = receipts::institution_id
        .eq(Id(institution))
        .and(receipts::id.eq(Id(receipt)))
        .and(receipts::version.eq(expected));
    let changed = (receipts::version.eq(expected + 1), receipts::updated_at.eq(At(resolution.at)));
    touched(execute!(db, statement::update(receipts::table, head, changed))?)?;
    let row = AnomalyRow::of_one(institution, receipt, anomaly, Some(resolution));
    let resolved = (
        receipt_anomalies::resolved_at.eq(Some(At(resolution.at))),
        receipt_anomalies::resolved_by.eq(resolution.client_id.map(Id)),
        receipt_anomalies::note.eq(Some(resolution.note.as_str())),
    );
    let row = diesel::insert_into(receipt_anomalies::table).values(row);
    let open = receipt_anomalies::resolved_at.is_null();
    touched(execute!(db, statement::upsert(row, ANOMALY_KEY, resolved, open))?)
}

/// A receipt of another service does not exist for the scope. The service of a receipt never changes.
pub(super) async fn check_service(db: &mut Db<'_>, scope: &Scope, receipt: ReceiptRowId) -> Result<(), StoreError> {
    if scope.services().is_none() {
        return Ok(());
    }
    let kept = one(scope.institution(), receipt).select(receipts::service_code);
    let found: Option<Option<String>> = first!(db, kept)?;
    let code: Option<ServiceCode> = read_some("receipts.service_code", found.flatten().as_deref())?;
    if scope.sees_service(code.as_ref()) { Ok(()) } else { Err(StoreError::Conflict) }
}

/// What is strange about a receipt, with its row locked: two that flag it at once would each forget what the other found. One
/// that has another version by now is a conflict.
async fn anomalies_locked(
    db: &mut Db<'_>,
    institution: InstitutionId,
    receipt: ReceiptRowId,
    expected: i64,
) -> Result<BTreeSet<Anomaly>, StoreError> {
    let kept = one(institution, receipt).select((receipts::version, receipts::anomalies));
    let found: Option<(i64, Doc<BTreeSet<Anomaly>>)> = match db {
        Db::Postgres(connection) => {
            diesel_async::RunQueryDsl::get_result(kept.for_update(), connection).await.optional()?
        }
        // There is one writer alone.
        Db::Sqlite(connection) => diesel::RunQueryDsl::get_result(kept, &mut **connection).optional()?,
    };
    found.filter(|(version, _)| *version == expected).map(|(_, found)| found.0).ok_or(StoreError::Conflict)
}

#[diesel::dsl::auto_type]
fn one(institution: InstitutionId, receipt: ReceiptRowId) -> _ {
    let institution: Id<InstitutionId> = Id(institution);
    let receipt: Id<ReceiptRowId> = Id(receipt);
    receipts::table.filter(receipts::institution_id.eq(institution)).filter(receipts::id.eq(receipt))
}
