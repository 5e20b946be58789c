// SPDX-License-Identifier: AGPL-3.0-or-later
//! The migrations of both databases, and the seal of the environment.

use diesel::QueryableByName;
use diesel::backend::Backend;
use diesel::migration::{Migration, MigrationSource};
use diesel::sql_types::{Nullable, Text};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use tramite_domain::environment::Environment;

use crate::error::StoreError;

pub(crate) const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
pub(crate) const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// What a migration did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// The versions that were applied now, in order; empty when there was nothing to do.
    pub applied: Vec<String>,
    /// The version the schema is at.
    pub version: String,
}

#[derive(Debug, QueryableByName)]
pub(crate) struct Seal {
    #[diesel(sql_type = Text)]
    environment: String,
}

#[derive(Debug, QueryableByName)]
pub(crate) struct Newest {
    #[diesel(sql_type = Nullable<Text>)]
    pub(crate) version: Option<String>,
}

/// What the database says of itself; the same text on both.
pub(crate) const NEWEST_APPLIED: &str = "SELECT max(version) AS version FROM __diesel_schema_migrations";
pub(crate) const READ_SEAL: &str = "SELECT environment FROM deployment WHERE id = 1";

impl Seal {
    pub(crate) fn environment(&self) -> Result<Environment, StoreError> {
        let named = Environment::named(&self.environment);
        named.ok_or_else(|| StoreError::failed("deployment.environment holds what this program does not know"))
    }
}

/// A database is of one environment for ever.
pub(crate) fn check_seal(seal: &Seal, environment: Environment) -> Result<(), StoreError> {
    let sealed = seal.environment()?;
    if sealed == environment { Ok(()) } else { Err(StoreError::WrongEnvironment { sealed }) }
}

/// The newest migration this program knows.
pub(crate) fn newest<DB: Backend>(migrations: &EmbeddedMigrations) -> Result<String, StoreError>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let known: Vec<Box<dyn Migration<DB>>> = migrations.migrations().map_err(StoreError::Failed)?;
    let versions = known.iter().map(|migration| migration.name().version().to_string());
    versions.max().ok_or_else(|| StoreError::failed("this program has no migrations"))
}

/// The schema must be exactly the one this program knows: an older one lacks tables, a newer one has other rules.
pub(crate) fn check_version(found: Option<String>, needed: String) -> Result<(), StoreError> {
    match found {
        Some(found) if found == needed => Ok(()),
        found => Err(StoreError::SchemaVersion { found: found.unwrap_or_else(|| "none".to_owned()), needed }),
    }
}
