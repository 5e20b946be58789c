// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite demo`: a whole sandbox in one process, with invented institutions and two payments.

mod clients;
mod curl;
mod failure;
mod folder;
mod forms;
mod http;
mod marks;
mod messages;
mod model3;
mod options;
mod otf;
mod platform;
mod registry;
mod setup;
mod show;
mod tell;
mod token;
mod tour;
mod world;

use std::process::ExitCode;

use serde_json::json;

use crate::config::Reader;
use crate::failure::Failure;
use crate::stop::Stop;
use crate::terminal::Terminal;

use platform::Platform;
use tell::Teller;

pub(crate) use options::DemoOptions;
pub(crate) use world::BROKER_TAX_CODE;

/// Sets the demonstration up, makes its payments, and stays up until it is asked to stop.
pub(crate) async fn run(options: DemoOptions) -> Result<ExitCode, Failure> {
    let mut reader = Reader::default();
    let settings = options.read(&mut reader);
    let settings = reader.finish(settings)?;
    let mut stop = Stop::listen()?;
    // Where standard output is for programs, people read the steps beside it.
    let to = if options.json { Terminal::Errors } else { Terminal::Output };
    let platform = Platform::start(settings, to).await?;
    let mut teller = Teller::new(to);
    let outcome = tokio::select! {
        outcome = tour::walk(&platform, &mut teller) => outcome,
        () = stop.asked() => {
            platform.stop().await;
            return Err(Failure::Told);
        }
    };
    if options.once {
        platform.stop().await;
        return Ok(summary(&teller, outcome.is_ok(), options.json));
    }
    match outcome {
        Ok(shown) => {
            show::show(&platform, &shown, options.json);
            stop.asked().await;
            platform.stop().await;
            Ok(ExitCode::SUCCESS)
        }
        Err(failure) => {
            platform.stop().await;
            Err(Failure::Part(failure.to_string()))
        }
    }
}

/// How each step ended, for `--once`.
fn summary(teller: &Teller, ok: bool, as_json: bool) -> ExitCode {
    if as_json {
        Terminal::Output.line(&json!({"steps": teller.steps(), "ok": ok}).to_string());
    } else {
        let good = teller.steps().iter().filter(|step| step.ok).count();
        Terminal::Output.line(&format!("\n{good} of {} steps went as they should", teller.steps().len()));
    }
    if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
