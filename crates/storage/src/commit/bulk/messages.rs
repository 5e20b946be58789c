// SPDX-License-Identifier: AGPL-3.0-or-later
//! Many events and audit lines.

use diesel::sql_types::{BigInt, Date, Nullable, Text};

use super::write_rows;
use crate::column::sql::{Document, Key, Moment};
use crate::db::Db;
use crate::error::StoreError;
use crate::row::event::EventRow;
use crate::row::journal::AuditRow;

const EVENTS: &str = "\
    INSERT INTO events (institution_id, id, month, kind, at, client_id, service_code, debt_position_id, session_id, data, \
    feed_position)";
const AUDIT: &str = "\
    INSERT INTO audit (institution_id, id, at, client_id, action, subject, reason, request_id)";

/// Writes events. On SQLite they have their places in the feed already.
pub(in crate::commit) async fn events(db: Db<'_>, rows: &[EventRow]) -> Result<(), StoreError> {
    write_rows!(db, rows, EVENTS, row =>
        row.institution_id => Key,
        row.id => Key,
        row.month => Date,
        row.kind.as_str() => Text,
        row.at => Moment,
        row.client_id => Nullable<Key>,
        row.service_code.as_deref() => Nullable<Text>,
        row.debt_position_id => Nullable<Key>,
        row.session_id => Nullable<Key>,
        &row.data => Document,
        row.feed_position => Nullable<BigInt>,
    )
}

/// Writes lines of the audit trail.
pub(in crate::commit) async fn audit(db: Db<'_>, rows: &[AuditRow]) -> Result<(), StoreError> {
    write_rows!(db, rows, AUDIT, row =>
        row.institution_id => Key,
        row.id => Key,
        row.at => Moment,
        row.client_id => Nullable<Key>,
        row.action.as_str() => Text,
        row.subject.as_str() => Text,
        row.reason.as_deref() => Nullable<Text>,
        row.request_id => Nullable<Key>,
    )
}
