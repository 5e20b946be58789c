// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite migrate`: prepares a database, or brings it up to date, and seals its environment.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use tramite_domain::environment::Environment;
use tramite_storage::{Store, StoreError};

use crate::config::{DatabaseOptions, Reader, WrongConfiguration};
use crate::failure::Failure;
use crate::terminal::Terminal;

/// The environment as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum NamedEnvironment {
    /// No real money
    Sandbox,
    /// Real public money
    Production,
}

impl From<NamedEnvironment> for Environment {
    fn from(named: NamedEnvironment) -> Self {
        match named {
            NamedEnvironment::Sandbox => Self::Sandbox,
            NamedEnvironment::Production => Self::Production,
        }
    }
}

/// What `migrate` is told.
#[derive(Debug, Args)]
pub(crate) struct MigrateOptions {
    #[command(flatten)]
    database: DatabaseOptions,
    /// What the database is for; it is written into it the first time and never changes
    #[arg(long, value_name = "ENVIRONMENT")]
    environment: NamedEnvironment,
}

/// Prepares the database.
pub(crate) async fn run(options: MigrateOptions) -> Result<ExitCode, Failure> {
    let mut reader = Reader::default();
    let url = options.database.read(&mut reader);
    let url = reader.finish(url)?;
    let environment = Environment::from(options.environment);
    let migrated = Store::migrate(&url, environment).await.map_err(|error| explain(error, environment))?;
    let applied = migrated.applied.len();
    let version = &migrated.version;
    Terminal::Output.line(&format!("{url}: {applied} migrations applied, schema {version}, {}", environment.name()));
    Ok(ExitCode::SUCCESS)
}

/// A database of another environment is a wrong setting.
pub(crate) fn explain(error: StoreError, wanted: Environment) -> Failure {
    match error {
        StoreError::WrongEnvironment { sealed } => {
            let text = format!(
                "the database is one for {}; expected one for {}, and that never changes",
                sealed.name(),
                wanted.name()
            );
            WrongConfiguration::one("TRAMITE_DATABASE_URL", text).into()
        }
        other => other.into(),
    }
}
