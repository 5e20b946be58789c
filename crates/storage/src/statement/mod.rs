// SPDX-License-Identifier: AGPL-3.0-or-later
//! Statements that are prepared once for each connection. Diesel prepares every UPDATE, upsert and raw statement anew,
//! since their text may differ from time to time: on PostgreSQL that is one more way to the server and back, on both
//! databases the reading and planning of the statement. The text of these here is always the same for one place of use:
//! nothing in it may depend on how many values there are, or on which of them are absent.

mod listed;
mod row;
mod update;
mod upsert;

pub(crate) use listed::{Listed, each_of};
pub(crate) use row::row;
pub(crate) use update::update;
pub(crate) use upsert::upsert;

/// Executed like any statement of diesel, and known to the cache by its text.
macro_rules! kept {
    ($name:ident<$($part:ident),+>) => {
        impl<$($part),+> diesel::query_builder::QueryId for $name<$($part),+> {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }

        impl<$($part,)+ Connection> diesel::RunQueryDsl<Connection> for $name<$($part),+> {}
    };
}
use kept;
