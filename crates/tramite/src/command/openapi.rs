// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite openapi`: the contract, the same bytes for the same program.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::failure::Failure;
use crate::terminal::Terminal;

/// How the contract is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// JSON.
    Json,
}

/// In which version of OpenAPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ContractVersion {
    /// The contract itself.
    #[value(name = "3.1")]
    V31,
    /// Derived from it, for tools that know no other.
    #[value(name = "3.0")]
    V30,
}

/// What `openapi` is told.
#[derive(Debug, Args)]
pub(crate) struct OpenapiOptions {
    /// How it is written
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
    /// In which version of OpenAPI
    #[arg(long = "version", id = "contract_version", value_enum, default_value = "3.1", value_name = "VERSION")]
    version: ContractVersion,
    /// The file to write; standard output otherwise
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Prints the contract.
pub(crate) fn run(options: OpenapiOptions) -> Result<ExitCode, Failure> {
    let OpenapiOptions { format: Format::Json, version, output } = options;
    let url = tramite_gateway::PLACEHOLDER_URL;
    let text = match version {
        ContractVersion::V31 => tramite_gateway::contract_json(url),
        ContractVersion::V30 => tramite_gateway::contract_30_json(url),
    };
    let text = text.map_err(|error| Failure::Part(format!("the contract: {error}")))?;
    match output {
        Some(path) => {
            let what = format!("{} cannot be written", path.display());
            fs::write(&path, text).map_err(Failure::machine(what))?;
        }
        None => Terminal::Output.line(text.trim_end_matches('\n')),
    }
    Ok(ExitCode::SUCCESS)
}
