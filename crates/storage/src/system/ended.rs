// SPDX-License-Identifier: AGPL-3.0-or-later
//! What lies before a day ends: on PostgreSQL by a function of the database, which drops whole months.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Date, Integer};
use diesel_async::AsyncPgConnection;

use crate::error::StoreError;
use crate::row::fit;

#[derive(QueryableByName)]
struct Ended {
    #[diesel(sql_type = Integer)]
    gone: i32,
}

/// Ends it by a statement that takes the day and how many rows at most, and says how much went.
pub(super) async fn end_before(
    mut connection: &AsyncPgConnection,
    statement: &str,
    before: NaiveDate,
    rows: i32,
) -> Result<usize, StoreError> {
    let call = diesel::sql_query(statement).bind::<Date, _>(before).bind::<Integer, _>(rows);
    let ended: Ended = diesel_async::RunQueryDsl::get_result(call, &mut connection).await?;
    fit("gone", ended.gone)
}
