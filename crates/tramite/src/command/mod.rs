// SPDX-License-Identifier: AGPL-3.0-or-later
//! The commands of the program.

mod config_check;
mod download;
mod import;
mod keys;
mod migrate;
mod openapi;
mod operator;
mod outcomes;
mod sandbox;
mod serve;
mod service;
mod worker;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::demo;
use crate::failure::Failure;
use crate::logging::LogOptions;

pub(crate) use config_check::ConfigCommand;
pub(crate) use migrate::explain;
pub(crate) use operator::{Issued, audit, change_of_client, issue, new_operator};
pub(crate) use sandbox::{open_sandbox, sandbox_server};
pub(crate) use serve::RunningWorker;

/// The log of services, unless said otherwise. The library tells of its threads in a dozen lines that help nobody.
const USUAL_LOG: &str = "info,actix_server=warn";
/// The log of commands whose answer people read, unless said otherwise.
const QUIET_LOG: &str = "warn";

/// Payment intermediary for pagoPA: creditor institutions collect through its API
///
/// Every option can be given as an environment variable; the option wins. Wrong settings are told in one line each,
/// with the name of the variable, and end the program with code 2.
#[derive(Debug, Parser)]
#[command(name = "tramite", version, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(flatten)]
    log: LogOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the API; on SQLite it is the worker too
    Serve(crate::config::ServeOptions),
    /// Does what no request asks for, beside `serve`, on PostgreSQL
    Worker(crate::config::WorkerOptions),
    /// Prepares a database, or brings it up to date
    Migrate(migrate::MigrateOptions),
    /// Plays the Node, Checkout and the payment service providers for a sandbox
    Sandbox(sandbox::SandboxOptions),
    /// Looks after the operators of the platform
    #[command(subcommand)]
    Operator(operator::OperatorCommand),
    /// Looks after the keys of the platform
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Loads a file of debt positions over the API, and tells what became of it
    Import(import::ImportOptions),
    /// Writes what was paid as a table, from where the one before ended, over the API
    Outcomes(outcomes::OutcomesOptions),
    /// Looks after payment services that are kept as files, over the API
    #[command(subcommand)]
    Service(service::ServiceCommand),
    /// Prints the contract of the API
    Openapi(openapi::OpenapiOptions),
    /// Looks at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// A whole sandbox in one process, with invented institutions and two payments; needs no configuration
    Demo(demo::DemoOptions),
}

/// Runs what the command line asks for.
pub(crate) fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let usual_log = match cli.command {
        Command::Serve(_) | Command::Worker(_) | Command::Sandbox(_) => USUAL_LOG,
        _ => QUIET_LOG,
    };
    let traces = cli.log.start(usual_log)?;
    // Which library proves keys is said once; a second saying is refused and means the same.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::machine("the program cannot start its threads"))?;
    let ended = runtime.block_on(async {
        match cli.command {
            Command::Serve(options) => serve::run(options).await,
            Command::Worker(options) => worker::run(options).await,
            Command::Migrate(options) => migrate::run(options).await,
            Command::Sandbox(options) => sandbox::run(options).await,
            Command::Operator(command) => operator::run(command).await,
            Command::Keys(command) => keys::run(command).await,
            Command::Import(options) => import::run(options).await,
            Command::Outcomes(options) => outcomes::run(options).await,
            Command::Service(command) => service::run(command).await,
            Command::Openapi(options) => openapi::run(options),
            Command::Config(command) => config_check::run(command, &cli.log).await,
            Command::Demo(options) => demo::run(options).await,
        }
    });
    drop(runtime);
    traces.end();
    ended
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    /// Options that are a way of asking once, not a setting of an installation.
    const ONCE_ONLY: [&str; 21] = [
        "help",
        "version",
        "json",
        "once",
        "format",
        "output",
        "display_name",
        "environment",
        "contract_version",
        "offline",
        "file",
        "service",
        "dry_run",
        "on_error",
        "draft",
        "watch",
        "report",
        "resume",
        "since",
        "cursor_file",
        "registry",
    ];

    fn walk(command: &clap::Command, found: &mut Vec<String>) {
        for argument in command.get_arguments() {
            let name = argument.get_id().as_str();
            let variable = argument.get_env().and_then(|variable| variable.to_str());
            if !ONCE_ONLY.contains(&name) && !variable.is_some_and(|variable| variable.starts_with("TRAMITE_")) {
                found.push(format!("{} --{name}", command.get_name()));
            }
        }
        for inner in command.get_subcommands() {
            walk(inner, found);
        }
    }

    #[test]
    fn the_command_line_is_sound_and_every_setting_has_its_variable() {
        let command = Cli::command();
        command.clone().debug_assert();
        let mut found = Vec::new();
        walk(&command, &mut found);
        assert_eq!(found, Vec::<String>::new());
    }
}
