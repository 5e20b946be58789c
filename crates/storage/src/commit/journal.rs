// SPDX-License-Identifier: AGPL-3.0-or-later
//! Many lines of the journal at once: what was buffered.

use diesel::IntoSql;
use diesel::sql_types::{Array, BigInt, Binary, Date, Integer, Nullable, Text};
use diesel_async::AsyncPgConnection;
use tramite_domain::ids::InstitutionId;
use tramite_domain::journal::JournalEntry;

use super::INSERT_ROWS_MAX;
use crate::column::sql::{Key, Moment};
use crate::column::{At, Id, NIL};
use crate::db::Db;
use crate::error::StoreError;
use crate::row::event::month_of;
use crate::row::journal::JournalRow;
use crate::schema::journal;
use crate::statement::{Listed, each_of};

/// A line and whose it is; none is the platform.
pub(crate) type JournalLine = (Option<InstitutionId>, JournalEntry);

/// Lines of the journal, of whatever institutions. One that is there already stays as it is: a buffer whose flush has an
/// unknown outcome is flushed again.
pub(crate) async fn journal_lines(db: &mut Db<'_>, lines: &[JournalLine]) -> Result<(), StoreError> {
    match db {
        Db::Postgres(connection) => insert_columns(connection, lines).await,
        Db::Sqlite(connection) => {
            for part in lines.chunks(INSERT_ROWS_MAX) {
                let rows: Vec<JournalRow> =
                    part.iter().map(|(institution, entry)| JournalRow::of(owner(*institution), entry, None)).collect();
                let insert = diesel::insert_into(journal::table).values(rows).on_conflict_do_nothing();
                diesel::RunQueryDsl::execute(insert, &mut **connection)?;
            }
            Ok(())
        }
    }
}

/// One list for each column. A statement with a variable for each value is longer than the lines themselves, and takes
/// the server longer to read and plan than to carry out; this one is read once for each flush and is always as short.
const INSERT: &str = "\
    INSERT INTO journal (institution_id, id, month, exchange, at, direction, operation, caller, callee, \
    creditor_tax_code, station_id, notice_number, iuv, payment_token, psp_id, session_id, outcome, http_status, \
    duration_us, payload)";

async fn insert_columns(mut connection: &AsyncPgConnection, lines: &[JournalLine]) -> Result<(), StoreError> {
    type Texts = Array<Text>;
    type Options = Array<Nullable<Text>>;
    let lists = (
        each_of(
            lines.iter().map(|(institution, _)| Id(owner(*institution))).collect::<Vec<_>>().into_sql::<Array<Key>>(),
        ),
        each_of(each(lines, |line| Id(line.id)).into_sql::<Array<Key>>()),
        each_of(each(lines, |line| month_of(line.at)).into_sql::<Array<Date>>()),
        each_of(each(lines, |line| Id(line.exchange)).into_sql::<Array<Key>>()),
        each_of(each(lines, |line| At(line.at)).into_sql::<Array<Moment>>()),
        each_of(each(lines, |line| line.direction.name()).into_sql::<Texts>()),
        each_of(each(lines, |line| line.operation.as_str()).into_sql::<Texts>()),
        each_of(each(lines, |line| line.caller.as_str()).into_sql::<Texts>()),
        each_of(each(lines, |line| line.callee.as_str()).into_sql::<Texts>()),
        each_of(each(lines, |line| line.creditor_tax_code.as_deref()).into_sql::<Options>()),
        each_of(each(lines, |line| line.station_id.as_deref()).into_sql::<Options>()),
        each_of(each(lines, |line| line.notice_number.as_deref()).into_sql::<Options>()),
        each_of(each(lines, |line| line.iuv.as_deref()).into_sql::<Options>()),
        each_of(each(lines, |line| line.payment_token.as_deref()).into_sql::<Options>()),
        each_of(each(lines, |line| line.psp_id.as_deref()).into_sql::<Options>()),
        each_of(each(lines, |line| line.session_id.map(Id)).into_sql::<Array<Nullable<Key>>>()),
        each_of(each(lines, |line| line.outcome.as_deref()).into_sql::<Options>()),
        each_of(each(lines, |line| line.http_status.map(i32::from)).into_sql::<Array<Nullable<Integer>>>()),
        each_of(each(lines, |line| line.duration_us).into_sql::<Array<Nullable<BigInt>>>()),
        each_of(each(lines, |line| line.payload.as_slice()).into_sql::<Array<Binary>>()),
    );
    let insert = Listed { into: INSERT, lists, after: " ON CONFLICT DO NOTHING" };
    diesel_async::RunQueryDsl::execute(insert, &mut connection).await?;
    Ok(())
}

fn owner(institution: Option<InstitutionId>) -> InstitutionId {
    institution.unwrap_or(NIL)
}

/// One value of each line.
fn each<'a, T>(lines: &'a [JournalLine], value: impl Fn(&'a JournalEntry) -> T) -> Vec<T> {
    lines.iter().map(|(_, line)| value(line)).collect()
}
