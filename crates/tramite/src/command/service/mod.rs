// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite service`: payment services that are kept as files, over the API alone.

mod apply;
mod file;

use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Failure;

/// What is done with services.
#[derive(Debug, Subcommand)]
pub(crate) enum ServiceCommand {
    /// Publishes the forms of services from their definitions, with the registries that they read
    Apply(apply::ApplyOptions),
}

/// Does it.
pub(crate) async fn run(command: ServiceCommand) -> Result<ExitCode, Failure> {
    match command {
        ServiceCommand::Apply(options) => apply::run(options).await,
    }
}
