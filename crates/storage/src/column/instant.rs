// SPDX-License-Identifier: AGPL-3.0-or-later
//! Instants, equal to the microsecond on both databases.

use std::io::Write;

use chrono::{DateTime, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::BigInt;
use diesel::sqlite::Sqlite;
use tramite_domain::time::Instant;

use super::sql;

/// Microseconds from the Unix epoch to PostgreSQL's own, the start of the year 2000.
const POSTGRES_EPOCH_US: i64 = 946_684_800_000_000;

/// An instant as a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql::Moment)]
pub(crate) struct At(pub(crate) Instant);

impl At {
    fn from_micros(micros: i64) -> deserialize::Result<Self> {
        let datetime: DateTime<Utc> = DateTime::from_timestamp_micros(micros).ok_or("no instant of this calendar")?;
        Ok(Self(Instant::new(datetime)))
    }
}

impl ToSql<sql::Moment, Pg> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let micros = self.0.datetime().timestamp_micros() - POSTGRES_EPOCH_US;
        out.write_all(&micros.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl ToSql<sql::Moment, Sqlite> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.datetime().timestamp_micros());
        Ok(IsNull::No)
    }
}

impl FromSql<sql::Moment, Pg> for At {
    fn from_sql(bytes: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let micros = i64::from_be_bytes(bytes.as_bytes().try_into()?);
        Self::from_micros(micros.checked_add(POSTGRES_EPOCH_US).ok_or("an infinite instant")?)
    }
}

impl FromSql<sql::Moment, Sqlite> for At {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Self::from_micros(<i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?)
    }
}
