// SPDX-License-Identifier: AGPL-3.0-or-later
//! Many new debt positions, with all that stands below them.

use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ids::InstitutionId;

use super::write_rows;
use crate::column::sql::{Document, Key, Moment};
use crate::db::{Db, together};
use crate::error::StoreError;
use crate::row::installment::{Children, InstallmentRow, OptionRow, TransferRow};
use crate::row::installment_key::InstallmentKeyRow;
use crate::row::position::PositionRow;

const HEADS: &str = "\
    INSERT INTO debt_positions (institution_id, id, service_code, external_id, description, debtor_kind, debtor_tax_code, \
    debtor_full_name, debtor_email, debtor_address, origin, created_by, published_at, valid_from, cancelled_at, \
    expires_after_due_date, settled, cancelled, published, ends_at, told_status, next_transition_at, version, updated_at, \
    created_at)";
const KEYS: &str = "\
    INSERT INTO installment_keys (institution_id, service_code, key, value, installment_id, debt_position_id)";
const OPTIONS: &str = "\
    INSERT INTO payment_options (institution_id, id, debt_position_id, place, kind, available_until, available_days, \
    notified_on)";
const INSTALLMENTS: &str = "\
    INSERT INTO installments (institution_id, id, debt_position_id, payment_option_id, place, reference, amount, \
    previous_amount, amount_changed_at, due_date, expires_at, description, iuv, notice_number, cancelled_at, paid_at, \
    paid_amount, paid_receipt_id, reported_at, anomalies, payment_metadata, metadata, paid_reference, earlier_amounts)";
const TRANSFERS: &str = "\
    INSERT INTO transfers (institution_id, installment_id, transfer_index, debt_position_id, amount, target, taxonomy_code, \
    remittance_information, payment_metadata, accounting)";

/// Writes new positions: what each row holds is what a single insert would have written.
pub(in crate::commit) async fn positions(
    mut db: Db<'_>,
    institution: InstitutionId,
    positions: &[&DebtPosition],
) -> Result<(), StoreError> {
    let heads: Vec<PositionRow> = positions.iter().map(|position| PositionRow::of(institution, position)).collect();
    let mut below = Children::default();
    for position in positions {
        let Children { mut options, mut installments, mut transfers } = Children::of(institution, position)?;
        below.options.append(&mut options);
        below.installments.append(&mut installments);
        below.transfers.append(&mut transfers);
    }
    let Children { options, installments, transfers } = below;
    let keys: Vec<_> = positions.iter().flat_map(|position| InstallmentKeyRow::of(institution, position)).collect();
    let ((), (), (), (), ()) = together!(
        &mut db,
        |db| put_keys(db, &keys),
        |db| put_heads(db, &heads),
        |db| put_options(db, &options),
        |db| put_installments(db, &installments),
        |db| put_transfers(db, &transfers),
    )?;
    Ok(())
}

async fn put_keys(db: Db<'_>, rows: &[InstallmentKeyRow]) -> Result<(), StoreError> {
    // Most clients write nothing of their own.
    if rows.is_empty() {
        return Ok(());
    }
    write_rows!(db, rows, KEYS, row =>
        row.institution_id => Key,
        row.service_code.as_str() => Text,
        row.key.as_str() => Text,
        row.value.as_str() => Text,
        row.installment_id => Key,
        row.debt_position_id => Key,
    )
}

async fn put_heads(db: Db<'_>, rows: &[PositionRow]) -> Result<(), StoreError> {
    write_rows!(db, rows, HEADS, row =>
        row.institution_id => Key,
        row.id => Key,
        row.service_code.as_deref() => Nullable<Text>,
        row.external_id.as_deref() => Nullable<Text>,
        row.description.as_str() => Text,
        row.debtor_kind.as_str() => Text,
        row.debtor_tax_code.as_deref() => Nullable<Text>,
        row.debtor_full_name.as_deref() => Nullable<Text>,
        row.debtor_email.as_deref() => Nullable<Text>,
        row.debtor_address.as_ref() => Nullable<Document>,
        row.origin.as_str() => Text,
        row.created_by => Nullable<Key>,
        row.published_at => Nullable<Moment>,
        row.valid_from => Nullable<Moment>,
        row.cancelled_at => Nullable<Moment>,
        row.expires_after_due_date => Bool,
        row.state.settled.as_deref() => Nullable<Text>,
        row.state.cancelled => Bool,
        row.state.published => Bool,
        row.state.ends_at => Nullable<Moment>,
        row.state.told_status.as_str() => Text,
        row.state.next_transition_at => Nullable<Moment>,
        row.state.version => BigInt,
        row.state.updated_at => Moment,
        row.created_at => Moment,
    )
}

async fn put_options(db: Db<'_>, rows: &[OptionRow]) -> Result<(), StoreError> {
    write_rows!(db, rows, OPTIONS, row =>
        row.institution_id => Key,
        row.id => Key,
        row.debt_position_id => Key,
        row.place => SmallInt,
        row.kind.as_str() => Text,
        row.available_until => Nullable<Moment>,
        row.available_days => Nullable<Integer>,
        row.notified_on => Nullable<Date>,
    )
}

async fn put_installments(db: Db<'_>, rows: &[InstallmentRow]) -> Result<(), StoreError> {
    write_rows!(db, rows, INSTALLMENTS, row =>
        row.institution_id => Key,
        row.id => Key,
        row.debt_position_id => Key,
        row.payment_option_id => Key,
        row.place => SmallInt,
        row.reference.as_str() => Text,
        row.amount => BigInt,
        row.previous_amount => Nullable<BigInt>,
        row.amount_changed_at => Nullable<Moment>,
        row.due_date => Nullable<Date>,
        row.expires_at => Nullable<Moment>,
        row.description.as_deref() => Nullable<Text>,
        row.iuv.as_str() => Text,
        row.notice_number.as_deref() => Nullable<Text>,
        row.cancelled_at => Nullable<Moment>,
        row.paid_at => Nullable<Moment>,
        row.paid_amount => Nullable<BigInt>,
        row.paid_receipt_id => Nullable<Key>,
        row.reported_at => Nullable<Moment>,
        &row.anomalies => Document,
        &row.payment_metadata => Document,
        &row.metadata => Document,
        row.paid_reference.as_deref() => Nullable<Text>,
        row.earlier_amounts.as_ref() => Nullable<Document>,
    )
}

async fn put_transfers(db: Db<'_>, rows: &[TransferRow]) -> Result<(), StoreError> {
    write_rows!(db, rows, TRANSFERS, row =>
        row.institution_id => Key,
        row.installment_id => Key,
        row.transfer_index => SmallInt,
        row.debt_position_id => Key,
        row.amount => BigInt,
        &row.target => Document,
        row.taxonomy_code.as_str() => Text,
        row.remittance_information.as_str() => Text,
        &row.payment_metadata => Document,
        &row.accounting => Document,
    )
}
