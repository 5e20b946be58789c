// SPDX-License-Identifier: AGPL-3.0-or-later
//! Small structures kept as JSON.

use std::io::Write;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sqlite::Sqlite;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::sql;

/// First byte of PostgreSQL's binary form of `jsonb`.
const JSONB_VERSION: u8 = 1;

/// A value kept as JSON.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql::Document)]
pub(crate) struct Doc<T>(pub(crate) T);

impl<T: Serialize + std::fmt::Debug> ToSql<sql::Document, Pg> for Doc<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&[JSONB_VERSION])?;
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}

impl<T: Serialize + std::fmt::Debug> ToSql<sql::Document, Sqlite> for Doc<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}

/// A value kept as JSON by a program that may be newer or older than this one: what cannot be read is none, and the rest
/// of the row can be read all the same.
#[derive(Debug, Clone, PartialEq, Eq, FromSqlRow)]
pub(crate) struct IfReadable<T>(pub(crate) Option<T>);

impl<T, DB> FromSql<sql::Document, DB> for IfReadable<T>
where
    DB: Backend,
    Doc<T>: FromSql<sql::Document, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(Doc::from_sql(bytes).ok().map(|Doc(value)| value)))
    }
}

impl<T: DeserializeOwned> FromSql<sql::Document, Pg> for Doc<T> {
    fn from_sql(bytes: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        match bytes.as_bytes().split_first() {
            Some((&JSONB_VERSION, json)) => Ok(Self(serde_json::from_slice(json)?)),
            _ => Err("unknown version of jsonb".into()),
        }
    }
}

impl<T: DeserializeOwned> FromSql<sql::Document, Sqlite> for Doc<T> {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<diesel::sql_types::Text, Sqlite>>::from_sql(value)?;
        Ok(Self(serde_json::from_str(&text)?))
    }
}
