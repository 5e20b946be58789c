// SPDX-License-Identifier: AGPL-3.0-or-later
//! Journal and audit beyond a tenant's transaction: what was buffered, and what belongs to no known institution.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};
use diesel::sql_types::Integer;
use tramite_domain::audit::AuditLine;
use tramite_domain::ids::InstitutionId;
use tramite_domain::time::Instant;

use super::SystemScope;
use super::ended::end_before;
use crate::column::sql::Moment;
use crate::column::{At, NIL};
use crate::commit::{self, JournalLine};
use crate::db::Db;
use crate::error::StoreError;
use crate::row::fit;
use crate::store::Answer;
use crate::store::Who;

impl SystemScope {
    /// Adds lines to the journal; those without institution are the platform's. Lines that are there already stay as
    /// they are, so a flush may be repeated.
    ///
    /// # Errors
    /// Whatever keeps the database from writing; then none is added.
    pub fn append_journal(&self, entries: Arc<[JournalLine]>) -> Answer<'_, ()> {
        Box::pin(async move {
            if entries.is_empty() {
                return Ok(());
            }
            self.store.write(Who::System, entries, |db, entries| Box::pin(append(db, entries))).await
        })
    }

    /// Ends what lies in the journal before the first day of a month, of every institution, about `limit` lines at a time;
    /// on PostgreSQL a whole month is one of them. How many went. The last 24 months stay on PostgreSQL whatever is asked.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn end_journal(&self, before: NaiveDate, limit: usize) -> Answer<'_, usize> {
        Box::pin(async move {
            let rows: i32 = fit("limit", limit)?;
            self.store.write(Who::System, (before, rows), |db, (before, rows)| Box::pin(end(db, *before, *rows))).await
        })
    }

    /// Adds a line to the audit trail; one without institution is the platform's.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn audit(&self, institution: Option<InstitutionId>, line: AuditLine) -> Answer<'_, ()> {
        Box::pin(async move {
            let institution = institution.unwrap_or(NIL);
            self.store
                .write(Who::System, (institution, line), |db, (institution, line)| {
                    Box::pin(audit(db, *institution, line))
                })
                .await
        })
    }
}

async fn append(mut db: Db<'_>, entries: &[JournalLine]) -> Result<(), StoreError> {
    commit::journal_lines(&mut db, entries).await
}

/// On SQLite by institution, for the index on the instants begins with it; the platform's lines are nobody's.
const END_LINES: &str = "\
    DELETE FROM journal WHERE rowid IN (\
        SELECT line.rowid \
        FROM (SELECT institution_id FROM institutions UNION SELECT zeroblob(16)) AS owner \
        CROSS JOIN journal AS line ON line.institution_id = owner.institution_id AND line.at < ? \
        LIMIT ?)";

async fn end(db: Db<'_>, before: NaiveDate, rows: i32) -> Result<usize, StoreError> {
    match db {
        Db::Postgres(connection) => {
            end_before(connection, "SELECT tramite_end_journal($1, $2) AS gone", before, rows).await
        }
        Db::Sqlite(connection) => {
            let start = At(Instant::new(before.and_time(NaiveTime::MIN).and_utc()));
            let delete = diesel::sql_query(END_LINES).bind::<Moment, _>(start).bind::<Integer, _>(rows);
            Ok(diesel::RunQueryDsl::execute(delete, connection)?)
        }
    }
}

async fn audit(mut db: Db<'_>, institution: InstitutionId, line: &AuditLine) -> Result<(), StoreError> {
    commit::audit(&mut db, institution, line).await
}
