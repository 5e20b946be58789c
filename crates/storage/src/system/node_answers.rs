// SPDX-License-Identifier: AGPL-3.0-or-later
//! How the Node was answered in each calendar month, by station. Every process adds what it has counted; the sum is read
//! without looking at a single message.

use std::sync::Arc;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};

use super::SystemScope;
use crate::db::{Db, execute, load};
use crate::error::StoreError;
use crate::row::fit;
use crate::schema::node_answers;
use crate::store::{Answer, Who};

/// Adds to what stands there.
const ADD: &str = "\
    INSERT INTO node_answers (month, station_id, primitive, answered, within_limit) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (month, station_id, primitive) DO UPDATE SET \
        answered = node_answers.answered + excluded.answered, \
        within_limit = node_answers.within_limit + excluded.within_limit";

/// Answers of one month, at one station, to one primitive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeAnswers {
    /// The first day of the month (Europe/Rome).
    pub month: NaiveDate,
    /// The station.
    pub station_id: String,
    /// The operation.
    pub primitive: String,
    /// Answers.
    pub answered: u64,
    /// Those of them that were in time.
    pub within: u64,
}

impl SystemScope {
    /// Adds answers to those that were counted before. Who counts them keeps one order, that of month, station and
    /// primitive: two that add at once then wait for each other, and never both.
    ///
    /// # Errors
    /// Whatever keeps the database from writing; then nothing was added.
    pub fn add_node_answers(&self, counted: Arc<[NodeAnswers]>) -> Answer<'_, ()> {
        Box::pin(async move { self.store.write(Who::System, counted, |db, counted| Box::pin(add(db, counted))).await })
    }

    /// What was counted in a month, by station and primitive.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn node_answers(&self, month: NaiveDate) -> Answer<'_, Vec<NodeAnswers>> {
        Box::pin(async move { self.store.read(Who::System, move |db| Box::pin(of_month(db, month))).await })
    }
}

async fn add(mut db: Db<'_>, counted: &[NodeAnswers]) -> Result<(), StoreError> {
    for one in counted {
        let (answered, within): (i64, i64) = (fit("answered", one.answered)?, fit("within_limit", one.within)?);
        let statement = diesel::sql_query(ADD)
            .bind::<Date, _>(one.month)
            .bind::<Text, _>(&one.station_id)
            .bind::<Text, _>(&one.primitive)
            .bind::<BigInt, _>(answered)
            .bind::<BigInt, _>(within);
        execute!(&mut db, statement)?;
    }
    Ok(())
}

async fn of_month(mut db: Db<'_>, month: NaiveDate) -> Result<Vec<NodeAnswers>, StoreError> {
    let wanted = node_answers::table
        .filter(node_answers::month.eq(month))
        .order((node_answers::station_id, node_answers::primitive));
    let found: Vec<(NaiveDate, String, String, i64, i64)> = load!(&mut db, wanted)?;
    let counted = found.into_iter().map(|(month, station_id, primitive, answered, within)| {
        let (answered, within) = (fit("answered", answered)?, fit("within_limit", within)?);
        Ok(NodeAnswers { month, station_id, primitive, answered, within })
    });
    counted.collect()
}
