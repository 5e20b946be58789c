// SPDX-License-Identifier: AGPL-3.0-or-later
//! Column types that both databases have in their own way: uuid, instant, document. Everything else is plain diesel.

mod document;
mod id;
mod instant;
mod unindexed;

pub(crate) use document::{Doc, IfReadable};
pub(crate) use id::{Id, NIL};
pub(crate) use instant::At;
pub(crate) use unindexed::unindexed;

/// The names of the three types in `table!`.
pub(crate) mod sql {
    use diesel::query_builder::QueryId;
    use diesel::sql_types::SqlType;

    /// `uuid` on PostgreSQL, sixteen bytes on SQLite.
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 2950, array_oid = 2951))]
    #[diesel(sqlite_type(name = "Binary"))]
    pub struct Key;

    /// `timestamptz` on PostgreSQL, microseconds since the Unix epoch on SQLite.
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 1184, array_oid = 1185))]
    #[diesel(sqlite_type(name = "Long"))]
    pub struct Moment;

    /// `jsonb` on PostgreSQL, JSON text on SQLite.
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 3802, array_oid = 3807))]
    #[diesel(sqlite_type(name = "Text"))]
    pub struct Document;

    impl diesel::sql_types::SqlOrd for Key {}
    impl diesel::sql_types::SqlOrd for Moment {}
}
