// SPDX-License-Identifier: AGPL-3.0-or-later
//! The tramite program: configuration, wiring, commands.

mod allocator;
mod client;
mod clock;
mod command;
mod config;
mod demo;
mod failure;
mod logging;
mod otel;
mod private;
mod server;
mod stop;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

use crate::command::Cli;
use crate::terminal::Terminal;

fn main() -> ExitCode {
    allocator::keep_little();
    match command::run(Cli::parse()) {
        Ok(code) => code,
        Err(failure) => {
            Terminal::Errors.line(&failure.to_string());
            ExitCode::from(failure.exit_code())
        }
    }
}
