// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite import`: a file of debt positions is sent, watched, and told of. It goes over the API alone, as a client of its own, and fits
//! into a table of tasks: what ends well says one line, and the exit code says the rest.

mod progress;
mod state;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use clap::{Args, ValueEnum};
use reqwest::{Body, Client, RequestBuilder, Response};
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::ImportId;
use tramite_domain::import::{FILE_BYTES_MAX, FileLayout, OnError};
use uuid::Uuid;

use super::download::{begin, cannot, save};
use crate::client::{Api, ApiFailure, Upload, json};
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
    file: Option<PathBuf>,
    /// Sends nothing: waits for the end of an import that was sent before, by its id, and writes its report
    #[arg(
        long,
        value_name = "ID",
        conflicts_with_all = ["file", "service", "format", "dry_run", "on_error", "draft"]
    )]
    resume: Option<String>,
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
    /// Writes what became of each row into this file, in the form of the file that was sent; waits as with --watch. What is
    /// there goes before anything is sent
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// What is loaded.
enum Wanted {
    /// A file that is to be sent.
    File(PathBuf),
    /// What was sent before.
    Sent(ImportId),
}

/// Sends the file; where it is watched, waits for its end.
pub(crate) async fn run(options: ImportOptions) -> Result<ExitCode, Failure> {
    let mut reader = Reader::default();
    let settings = options.client.read(&mut reader);
    let wanted = check(&options, &mut reader);
    let (settings, wanted) = reader.finish(settings.zip(wanted))?;
    let mut api = Api::new(settings)?;
    let report = options.report.as_deref();
    if let Some(path) = report {
        // However this ends, nobody takes the report of another run for the one of this.
        clear(path)?;
    }
    let sent = match &wanted {
        Wanted::File(file) => send(&mut api, &options, file).await?,
        Wanted::Sent(id) => look(&mut api, &id.to_string(), 0).await?,
    };
    if matches!(wanted, Wanted::File(_)) && !options.watch && report.is_none() {
        Terminal::Output.line(&sent.line());
        return Ok(ExitCode::SUCCESS);
    }
    Terminal::Errors.line(&sent.line());
    let id = sent.id.clone();
    let ended = until_told(&mut api, sent, report).await;
    let again = |_: &Failure| Terminal::Errors.line(&format!("import {id} is there: take it up with --resume {id}"));
    Ok(exit_code(&ended.inspect_err(again)?))
}

/// Waits for its end, tells of it, and writes its report.
async fn until_told(api: &mut Api, sent: State, path: Option<&Path>) -> Result<State, Failure> {
    let ended = watch(api, sent).await?;
    Terminal::Output.line(&ended.line());
    if let Some(path) = path {
        report(api, &ended, path).await?;
    }
    Ok(ended)
}

/// What can be known to be wrong before anything is sent.
fn check(options: &ImportOptions, reader: &mut Reader) -> Option<Wanted> {
    check_report(options, reader);
    if options.service.as_ref().is_some_and(|code| ServiceCode::new(code.as_str()).is_err()) {
        reader.wrong("--service", "is wrong; expected the code of a service, for example TARI");
    }
    if options.format.as_ref().is_some_and(|name| FileLayout::named(name).is_none()) {
        reader.wrong("--format", "is wrong; expected tramite, mypay_1_0 to mypay_1_4, or govpay");
    }
    if let Some(text) = &options.resume {
        let id = text.parse().ok().map(Wanted::Sent);
        if id.is_none() {
            reader.wrong(
                "--resume",
                "is wrong; expected the id of an import, for example 01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e40",
            );
        }
        return id;
    }
    let Some(file) = &options.file else {
        reader.wrong("FILE", "is not set; expected a file to load, or --resume with the id of an import");
        return None;
    };
    match std::fs::metadata(file) {
        Ok(about) if about.is_file() && about.len() <= FILE_BYTES_MAX => return Some(Wanted::File(file.clone())),
        Ok(_) => reader.wrong("FILE", format!("{}; expected a file of 500 MiB at most", file.display())),
        Err(error) => reader.wrong("FILE", format!("{}: {error}; expected a file to load", file.display())),
    }
    None
}

/// Whether a report can be written where it is wanted. What is there is taken away: it must be no other thing than a file, and not
/// the one that is sent.
fn check_report(options: &ImportOptions, reader: &mut Reader) {
    let Some(path) = &options.report else { return };
    let is_sent = options.file.as_ref().is_some_and(|file| match (file.canonicalize(), path.canonicalize()) {
        (Ok(file), Ok(report)) => file == report,
        _ => false,
    });
    if is_sent {
        reader.wrong("--report", "is the file that is sent; expected another one");
    } else if std::fs::symlink_metadata(path).is_ok_and(|about| !about.is_file()) {
        reader.wrong("--report", format!("{} is there and is no file; expected a file to write", path.display()));
    } else if let Err(failure) = begin(path) {
        reader.wrong("--report", format!("{failure}; expected a file to write"));
    }
}

/// Takes away the report of another run.
fn clear(path: &Path) -> Result<(), ApiFailure> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(cannot(path)(error)),
        _ => Ok(()),
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

async fn send(api: &mut Api, options: &ImportOptions, file: &Path) -> Result<State, Failure> {
    const WHAT: &str = "POST /v1/imports";
    let (address, fields) = (api.address("/v1/imports"), options.fields());
    // One intention, however often it must be sent: a file that was taken is not taken twice.
    let (key, sent) = (Uuid::now_v7().to_string(), Arc::new(AtomicU64::new(0)));
    let form = |client: &Client| -> Result<RequestBuilder, ApiFailure> {
        let boundary = Uuid::new_v4().simple().to_string();
        let upload = Upload::open(file, &fields, &boundary, Arc::clone(&sent))
            .map_err(|source| ApiFailure::Machine { what: file.display().to_string(), source })?;
        let request = client.post(&address).header("Idempotency-Key", &key);
        let request = request.header("Content-Type", Upload::media_type(&boundary)).body(Body::wrap(upload));
        Ok(request.timeout(Duration::from_secs(FILE_SECONDS_MAX)))
    };
    let size = std::fs::metadata(file).map_or(0, |about| about.len());
    let mut progress = Progress::new();
    let sending = api.send(WHAT, form, async |answer: Response| json::<State>(WHAT, answer).await);
    progress.while_sending(sending, &sent, size).await.map_err(Failure::from)
}

/// Looks until it is over. Who looks on sees how far it is; a log is told once in a while.
async fn watch(api: &mut Api, mut state: State) -> Result<State, Failure> {
    let mut progress = Progress::new();
    while !state.is_final {
        progress.show(&state);
        tokio::time::sleep(Duration::from_secs(LOOK_EVERY_SECONDS)).await;
        let seconds = if progress.is_seen() { 0 } else { WAIT_SECONDS };
        state = look(api, &state.id, seconds).await?;
    }
    progress.end();
    Ok(state)
}

/// How far an import is, after so many seconds at most where it is not over.
async fn look(api: &mut Api, id: &str, seconds: u64) -> Result<State, Failure> {
    let path = format!("/v1/imports/{id}");
    let with = |request: RequestBuilder| if seconds == 0 { request } else { request.query(&[("wait", seconds)]) };
    let take = async |answer: Response| json::<State>("GET /v1/imports/{id}", answer).await;
    api.get(&path, with, take).await.map_err(Failure::from)
}

async fn report(api: &mut Api, state: &State, path: &Path) -> Result<(), Failure> {
    let from = format!("/v1/imports/{}/report", state.id);
    let with = |request: RequestBuilder| request.timeout(Duration::from_secs(FILE_SECONDS_MAX));
    match api.get(&from, with, async |answer: Response| save(answer, path).await).await {
        // Of a file that could not be read there is nothing to tell row by row: its failure was told.
        Err(failure @ ApiFailure::Refused { .. }) if state.failure.is_some() && !failure.may_pass() => {
            Terminal::Errors.line(&format!("no report: {failure}"));
            Ok(())
        }
        written => written.map_err(Failure::from),
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
