// SPDX-License-Identifier: AGPL-3.0-or-later
//! Recording attempts: one row per installment, kind, reference and amount, with the last time it was seen.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel::upsert::excluded;
use diesel_async::AsyncPgConnection;
use tramite_domain::attempt::Attempt;
use tramite_domain::batch::Write;
use tramite_domain::ids::{InstallmentId, InstitutionId};

use super::FEW_ROWS;
use crate::column::sql::{Key, Moment};
use crate::column::{At, Id};
use crate::db::{Db, execute_each};
use crate::error::StoreError;
use crate::row::attempt::AttemptRow;
use crate::schema::attempts::dsl;
use crate::statement::{self, Listed, each_of};

/// Records the attempts among the writes; an older one that comes late changes nothing.
pub(super) async fn record(mut db: Db<'_>, institution: InstitutionId, writes: &[&Write]) -> Result<(), StoreError> {
    let attempts = latest(writes);
    if let Db::Postgres(connection) = db
        && attempts.len() > FEW_ROWS
    {
        return record_columns(connection, institution, &attempts).await;
    }
    let rows: Vec<AttemptRow> = attempts.iter().map(|attempt| AttemptRow::of(institution, attempt)).collect();
    execute_each!(&mut db, rows, row => statement::upsert(
        diesel::insert_into(dsl::attempts).values(row),
        "institution_id, installment_id, kind, reference, amount",
        (dsl::session_id.eq(excluded(dsl::session_id)), dsl::at.eq(excluded(dsl::at))),
        dsl::at.le(excluded(dsl::at)),
    ))?;
    Ok(())
}

/// The last of the attempts that share a row, in the order of the rows: two processes that record the same ones wait for
/// each other in turn, and never for good.
fn latest<'a>(writes: &[&'a Write]) -> Vec<&'a Attempt> {
    let mut attempts: Vec<&Attempt> = writes
        .iter()
        .filter_map(|write| match write {
            Write::RecordAttempt(attempt) => Some(attempt),
            _ => None,
        })
        .collect();
    attempts.sort_by(|one, other| row_of(one).cmp(&row_of(other)).then(other.at.cmp(&one.at)));
    attempts.dedup_by(|next, kept| row_of(next) == row_of(kept));
    attempts
}

fn row_of(attempt: &Attempt) -> (InstallmentId, &str, &str, i64) {
    (attempt.installment_id, attempt.kind.name(), attempt.reference.as_str(), attempt.amount.cents())
}

/// One list for each column, as for the journal's lines.
const RECORD: &str = "\
    INSERT INTO attempts (institution_id, id, installment_id, kind, reference, session_id, amount, at)";
const UNLESS_LATER: &str = " \
    ON CONFLICT (institution_id, installment_id, kind, reference, amount) \
    DO UPDATE SET session_id = excluded.session_id, at = excluded.at WHERE attempts.at <= excluded.at";

async fn record_columns(
    mut connection: &AsyncPgConnection,
    institution: InstitutionId,
    attempts: &[&Attempt],
) -> Result<(), StoreError> {
    let lists = (
        each_of(vec![Id(institution); attempts.len()].into_sql::<Array<Key>>()),
        each_of(each(attempts, |one| Id(one.id)).into_sql::<Array<Key>>()),
        each_of(each(attempts, |one| Id(one.installment_id)).into_sql::<Array<Key>>()),
        each_of(each(attempts, |one| one.kind.name()).into_sql::<Array<Text>>()),
        each_of(each(attempts, |one| one.reference.as_str()).into_sql::<Array<Text>>()),
        each_of(each(attempts, |one| one.session_id.map(Id)).into_sql::<Array<Nullable<Key>>>()),
        each_of(each(attempts, |one| one.amount.cents()).into_sql::<Array<BigInt>>()),
        each_of(each(attempts, |one| At(one.at)).into_sql::<Array<Moment>>()),
    );
    let record = Listed { into: RECORD, lists, after: UNLESS_LATER };
    diesel_async::RunQueryDsl::execute(record, &mut connection).await?;
    Ok(())
}

/// One value of each attempt.
fn each<'a, T>(attempts: &[&'a Attempt], value: impl Fn(&'a Attempt) -> T) -> Vec<T> {
    attempts.iter().map(|attempt| value(attempt)).collect()
}
