// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite import`: a file of debt positions is sent, watched, and told of. It goes over the API alone, as a client of its own, and fits
//! into a table of tasks: what ends well says one line, and the exit code says the rest.

mod progress;
mod state;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use clap::{Args, ValueEnum};
use reqwest::{Body, Response};
use tramite_domain::ident::ServiceCode;
use tramite_domain::import::{FILE_BYTES_MAX, FileLayout, OnError};
use uuid::Uuid;

use super::download::save;
use crate::client::{Api, ApiFailure, Upload};
use crate::config::{ClientOptions, Reader};
use crate::failure::Failure;
use crate::terminal::Terminal;

use progress::Progress;
use state::State;

/// How long a file may take to be sent, or a report to come, in seconds.
const FILE_SECONDS_MAX: u64 = 3_600;
/// How long a look at an import that is not shown while it runs waits for its end, in seconds.
const WAIT_SECONDS: u64 = 20;
/// Between two looks at an import, in seconds.
const LOOK_EVERY_SECONDS: u64 = 1;
/// Some rows were not loaded.
const SOME_REJECTED: u8 = 3;
/// Nothing was loaded, or not all that was wished: aborted, cancelled, or a file that cannot be read.
const NOT_LOADED: u8 = 4;

/// What a wrong row means for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Wrong {
    /// The others are loaded.
    Skip,
    /// Nothing is loaded.
    Abort,
}

/// What `import` is told.
#[derive(Debug, Args)]
pub(crate) struct ImportOptions {
    #[command(flatten)]
    client: ClientOptions,
    /// The file: CSV, XLSX, XLS, ODS or JSON lines
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The service of rows that name none
    #[arg(long, value_name = "CODE")]
    service: Option<String>,
    /// How the columns are called: tramite, mypay_1_0 to mypay_1_4, govpay [default: tramite]
    #[arg(long, value_name = "LAYOUT")]
    format: Option<String>,
    /// Checks every row and loads none
    #[arg(long)]
    dry_run: bool,
    /// What a wrong row means for the others
    #[arg(long, value_enum, default_value = "skip", value_name = "WHAT")]
    on_error: Wrong,
    /// Loads drafts, which nobody can pay before they are published
    #[arg(long)]
    draft: bool,
    /// Waits until the file is loaded, and shows how far it is
    #[arg(long)]
    watch: bool,
    /// Writes what became of each row into this file, in the form of the file that was sent; waits as with --watch
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Sends the file; where it is watched, waits for its end.
pub(crate) async fn run(options: ImportOptions) -> Result<ExitCode, Failure> {
    let mut reader = Reader::default();
    let settings = options.client.read(&mut reader);
    check(&options, &mut reader);
    let settings = reader.finish(settings)?;
    let mut api = Api::new(settings)?;
    let sent = send(&mut api, &options).await?;
    if !options.watch && options.report.is_none() {
        Terminal::Output.line(&sent.line());
        return Ok(ExitCode::SUCCESS);
    }
    Terminal::Errors.line(&sent.line());
    let ended = watch(&mut api, sent).await?;
    Terminal::Output.line(&ended.line());
    if let Some(path) = &options.report {
        report(&mut api, &ended, path).await?;
    }
    Ok(exit_code(&ended))
}

/// What can be known to be wrong before anything is sent.
fn check(options: &ImportOptions, reader: &mut Reader) {
    match std::fs::metadata(&options.file) {
        Ok(about) if about.is_file() && about.len() <= FILE_BYTES_MAX => {}
        Ok(_) => reader.wrong("FILE", format!("{}; expected a file of 500 MiB at most", options.file.display())),
        Err(error) => reader.wrong("FILE", format!("{}: {error}; expected a file to load", options.file.display())),
    }
    if options.service.as_ref().is_some_and(|code| ServiceCode::new(code.as_str()).is_err()) {
        reader.wrong("--service", "is wrong; expected the code of a service, for example TARI");
    }
    if options.format.as_ref().is_some_and(|name| FileLayout::named(name).is_none()) {
        reader.wrong("--format", "is wrong; expected tramite, mypay_1_0 to mypay_1_4, or govpay");
    }
}

impl ImportOptions {
    /// The fields of the form before the file.
    fn fields(&self) -> Vec<(&'static str, String)> {
        let on_error = match self.on_error {
            Wrong::Skip => OnError::Skip,
            Wrong::Abort => OnError::Abort,
        };
        let mut fields = vec![
            ("dry_run", self.dry_run.to_string()),
            ("on_error", on_error.name().to_owned()),
            ("publish", (!self.draft).to_string()),
        ];
        fields.extend(self.service.clone().map(|code| ("service_code", code)));
        fields.extend(self.format.clone().map(|name| ("format", name)));
        fields
    }
}

async fn send(api: &mut Api, options: &ImportOptions) -> Result<State, Failure> {
    let path = "/v1/imports";
    let (address, fields) = (api.address(path), options.fields());
    // One intention, however often it must be sent: a file that was taken is not taken twice.
    let (key, sent) = (Uuid::now_v7().to_string(), Arc::new(AtomicU64::new(0)));
    let form = |client: &reqwest::Client| -> Result<reqwest::RequestBuilder, ApiFailure> {
        let boundary = Uuid::new_v4().simple().to_string();
        let upload = Upload::open(&options.file, &fields, &boundary, Arc::clone(&sent))
            .map_err(|source| ApiFailure::Machine { what: options.file.display().to_string(), source })?;
        let request = client.post(&address).header("Idempotency-Key", &key);
        let request = request.header("Content-Type", Upload::media_type(&boundary)).body(Body::wrap(upload));
        Ok(request.timeout(Duration::from_secs(FILE_SECONDS_MAX)))
    };
    let size = std::fs::metadata(&options.file).map_or(0, |about| about.len());
    let mut progress = Progress::new();
    let answer = progress.while_sending(api.send("POST /v1/imports", form), &sent, size).await?;
    read(answer, "POST /v1/imports").await
}

/// Looks until it is over. Who looks on sees how far it is; a log is told once in a while.
async fn watch(api: &mut Api, mut state: State) -> Result<State, Failure> {
    let mut progress = Progress::new();
    while !state.is_final {
        progress.show(&state);
        tokio::time::sleep(Duration::from_secs(LOOK_EVERY_SECONDS)).await;
        let path = format!("/v1/imports/{}", state.id);
        let seconds = if progress.is_seen() { 0 } else { WAIT_SECONDS };
        let answer = api.get(&path, |request| if seconds == 0 { request } else { request.query(&[("wait", seconds)]) });
        state = read(answer.await?, "GET /v1/imports/{id}").await?;
    }
    progress.end();
    Ok(state)
}

async fn read(answer: Response, what: &str) -> Result<State, Failure> {
    let state = answer.json::<State>().await;
    state.map_err(|source| ApiFailure::no_answer(what, source).into())
}

async fn report(api: &mut Api, state: &State, path: &Path) -> Result<(), Failure> {
    let from = format!("/v1/imports/{}/report", state.id);
    let answer = api.get(&from, |request| request.timeout(Duration::from_secs(FILE_SECONDS_MAX))).await;
    match answer {
        Ok(answer) => save(answer, path).await,
        // Of a file that could not be read there is nothing to tell row by row: its failure was told.
        Err(failure) if state.failure.is_some() => {
            Terminal::Errors.line(&format!("no report: {failure}"));
            Ok(())
        }
        Err(failure) => Err(failure.into()),
    }
}

fn exit_code(state: &State) -> ExitCode {
    if state.status != "completed" {
        ExitCode::from(NOT_LOADED)
    } else if state.counts.rejected > 0 || state.counts.skipped > 0 {
        ExitCode::from(SOME_REJECTED)
    } else {
        ExitCode::SUCCESS
    }
}
