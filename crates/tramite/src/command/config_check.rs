// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite config check`: what holds, with secrets as `***`, and everything that is wrong.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use tramite_domain::environment::Environment;

use super::USUAL_LOG;
use super::migrate::NamedEnvironment;
use crate::config::{Effective, Problem, Reader, ServeOptions, ServeSettings, guard, guard_store};
use crate::failure::{Failure, causes};
use crate::logging::LogOptions;
use crate::server::open_store;
use crate::terminal::Terminal;

/// What `config check` ends with where something is wrong.
const WRONG: u8 = 2;

/// What there is to do about the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Prints the configuration of `serve` as it holds, with secrets as ***, and everything that is wrong with it
    Check(CheckOptions),
}

/// What `config check` is told.
#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    #[command(flatten)]
    serve: ServeOptions,
    /// Checks against the rules of this environment without asking the database
    #[arg(long, value_name = "ENVIRONMENT")]
    environment: Option<NamedEnvironment>,
}

/// Looks at the configuration.
pub(crate) async fn run(command: ConfigCommand, log: &LogOptions) -> Result<ExitCode, Failure> {
    let ConfigCommand::Check(options) = command;
    let mut reader = Reader::default();
    let settings = options.serve.read(&mut reader);
    log.hold(&mut reader, USUAL_LOG);
    let (effective, mut problems) = reader.into_parts();
    for one in &effective {
        Terminal::Output.line(&shown(one));
    }
    if let Some(settings) = &settings {
        match options.environment {
            Some(environment) => problems.extend(guard(&settings.service, environment.into())),
            None => problems.extend(asked(settings).await),
        }
    }
    for problem in &problems {
        Terminal::Errors.line(&problem.to_string());
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(WRONG) })
}

/// What the environment of the database excludes, and what is wrong with the database itself.
async fn asked(settings: &ServeSettings) -> Vec<Problem> {
    let store = match open_store(settings.service.store.clone()).await {
        Ok(store) => store,
        Err(Failure::Configuration(wrong)) => return wrong.0,
        Err(Failure::Store(error)) => return vec![Problem::new("TRAMITE_DATABASE_URL", causes(&error))],
        Err(other) => return vec![Problem::new("TRAMITE_DATABASE_URL", other.to_string())],
    };
    let environment: Environment = store.environment();
    Terminal::Output.line(&format!("# the database is one for {}", environment.name()));
    let mut problems = guard(&settings.service, environment);
    match guard_store(&store).await {
        Ok(found) => problems.extend(found),
        Err(error) => problems.push(Problem::new("TRAMITE_DATABASE_URL", causes(&error))),
    }
    problems
}

fn shown(one: &Effective) -> String {
    let value = one.value.as_deref().unwrap_or_default();
    let remark = match (&one.value, one.given) {
        (None, _) => "  # not set",
        (Some(_), false) => "  # default",
        (Some(_), true) => "",
    };
    format!("{}={value}{remark}", one.variable)
}
