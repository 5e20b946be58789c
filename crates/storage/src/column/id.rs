// SPDX-License-Identifier: AGPL-3.0-or-later
//! Ids: a UUID in its shortest form on both databases.

use std::fmt::Debug;
use std::io::Write;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Binary;
use diesel::sqlite::Sqlite;
use tramite_domain::ids::InstitutionId;
use uuid::Uuid;

use super::sql;

/// The platform, where a row belongs to no known institution.
pub(crate) const NIL: InstitutionId = InstitutionId::new(Uuid::nil());

/// An id of the domain as a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql::Key)]
pub(crate) struct Id<T>(pub(crate) T);

impl<T: Copy + Debug + Into<Uuid>> ToSql<sql::Key, Pg> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let uuid: Uuid = self.0.into();
        out.write_all(uuid.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl<T: Copy + Debug + Into<Uuid>> ToSql<sql::Key, Sqlite> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        let uuid: Uuid = self.0.into();
        out.set_value(uuid.as_bytes().to_vec());
        Ok(IsNull::No)
    }
}

impl<T: From<Uuid>> FromSql<sql::Key, Pg> for Id<T> {
    fn from_sql(bytes: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(bytes.as_bytes())?.into()))
    }
}

impl<T: From<Uuid>> FromSql<sql::Key, Sqlite> for Id<T> {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
        Ok(Self(Uuid::from_slice(&bytes)?.into()))
    }
}
