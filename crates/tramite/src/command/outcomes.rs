// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite outcomes`: what was paid, as one CSV, from where the one before ended. It goes over the API alone, and fits into a table of
//! tasks: the place is kept in a file, and only once the table is whole.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Args;
use reqwest::header::LINK;
use reqwest::{RequestBuilder, Response};
use tramite_domain::ident::ServiceCode;
use tramite_domain::time::Instant;

use super::download::{begin, cannot, end, end_new, folder};
use crate::client::{Api, ApiFailure};
use crate::config::{ClientOptions, Reader};
use crate::failure::Failure;

const PATH: &str = "/v1/exports/outcomes";
const WHAT: &str = "GET /v1/exports/outcomes";
const NEXT_CURSOR: &str = "next-cursor";
/// Longest cursor that is read from a file, in bytes.
const CURSOR_BYTES_MAX: u64 = 1_024;

/// What `outcomes` is told.
#[derive(Debug, Args)]
pub(crate) struct OutcomesOptions {
    #[command(flatten)]
    client: ClientOptions,
    /// From when: a day (2026-09-01) or an instant (2026-09-01T08:00:00Z); what was recorded then or later
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Only those of this service
    #[arg(long, value_name = "CODE")]
    service: Option<String>,
    /// The file that keeps where the table before ended; the next one begins there, whatever --since says
    #[arg(long, value_name = "FILE")]
    cursor_file: Option<PathBuf>,
    /// The file to write; standard output otherwise. With --cursor-file it must not be there yet
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Where the table begins, and what it holds.
struct Wanted {
    since: Option<Instant>,
    service: Option<String>,
    cursor: Option<String>,
}

/// Writes what was paid.
pub(crate) async fn run(options: OutcomesOptions) -> Result<ExitCode, Failure> {
    let mut reader = Reader::default();
    let settings = options.client.read(&mut reader);
    let wanted = wanted(&options, &mut reader);
    let settings = reader.finish(settings)?;
    let mut api = Api::new(settings)?;
    // Begun before anything is asked: where the place cannot be kept, the same lines would come again and again.
    let place = match &options.cursor_file {
        Some(path) => Some((begin(path)?, path)),
        None => None,
    };
    let cursor = match &options.output {
        Some(path) => {
            let mut file = begin(path)?;
            let cursor = write(&mut api, wanted, &mut file, path).await?;
            // Lines that the place is behind are written once: a table of them is not written over.
            if place.is_some() {
                end_new(file, path)?
            } else {
                end(file, path)?
            }
            cursor
        }
        None => write(&mut api, wanted, &mut std::io::stdout(), Path::new("standard output")).await?,
    };
    // Only now: who could not write the table asks for the same lines again.
    if let Some((mut file, path)) = place {
        writeln!(file, "{cursor}").map_err(cannot(path))?;
        end(file, path)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn wanted(options: &OutcomesOptions, reader: &mut Reader) -> Wanted {
    let since = options.since.as_deref().and_then(|text| {
        let when = instant(text);
        if when.is_none() {
            reader.wrong("--since", "is wrong; expected a day as 2026-09-01, or an instant as 2026-09-01T08:00:00Z");
        }
        when
    });
    if options.service.as_ref().is_some_and(|code| ServiceCode::new(code.as_str()).is_err()) {
        reader.wrong("--service", "is wrong; expected the code of a service, for example TARI");
    }
    let cursor = options.cursor_file.as_deref().and_then(|path| kept(path, reader));
    if since.is_none() && options.since.is_none() && options.cursor_file.is_none() {
        reader
            .wrong("--since", "is not set; expected when to begin, or --cursor-file with where the table before ended");
    }
    if let Some(Err(failure)) = options.cursor_file.as_deref().map(begin) {
        reader.wrong("--cursor-file", format!("{failure}; expected a file to write"));
    }
    check_output(options, reader);
    Wanted { since, service: options.service.clone(), cursor }
}

/// What stands at `--output` are lines that are not given again once the place is behind them: perhaps nobody has fetched them yet.
fn check_output(options: &OutcomesOptions, reader: &mut Reader) {
    let (Some(output), Some(cursor_file)) = (&options.output, &options.cursor_file) else { return };
    let place = |path: &Path| Some((folder(path).canonicalize().ok()?, path.file_name()?.to_owned()));
    if output == cursor_file || place(output).is_some_and(|one| Some(one) == place(cursor_file)) {
        reader.wrong("--output", "is the file of --cursor-file; expected another one");
    } else if std::fs::symlink_metadata(output).is_ok() {
        let text = "is there already; expected a new file each time, for example with the time in its name";
        reader.wrong("--output", format!("{} {text}: with --cursor-file nothing is written over", output.display()));
    }
}

/// A day begins in Italy.
fn instant(text: &str) -> Option<Instant> {
    let day = || text.parse::<NaiveDate>().ok().map(Instant::start_of_rome_day);
    text.parse::<Instant>().ok().or_else(day)
}

/// Where the table before ended; nothing where there was none.
fn kept(path: &Path, reader: &mut Reader) -> Option<String> {
    let read = std::fs::metadata(path).and_then(|about| {
        let small = about.is_file() && about.len() <= CURSOR_BYTES_MAX;
        if small { std::fs::read_to_string(path) } else { Err(std::io::Error::other("is no small file")) }
    });
    match read {
        Ok(text) => Some(text.trim().to_owned()).filter(|cursor| !cursor.is_empty()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            reader.wrong("--cursor-file", format!("{}: {error}; expected a file of this command", path.display()));
            None
        }
    }
}

/// Writes table after table as one, and gives where it ended.
async fn write(api: &mut Api, wanted: Wanted, into: &mut impl Write, path: &Path) -> Result<String, Failure> {
    let Wanted { since, service, mut cursor } = wanted;
    let mut is_first = true;
    loop {
        let mut query: Vec<(&str, String)> = Vec::new();
        match &cursor {
            Some(cursor) => query.push(("cursor", cursor.clone())),
            None => query.extend(since.map(|since| ("updated_since", since.to_string()))),
        }
        query.extend(service.clone().map(|code| ("service_code", code)));
        let with = |request: RequestBuilder| request.query(&query).header("Accept", "text/csv");
        let take = async |answer: Response| -> Result<_, ApiFailure> {
            let (next, more) = place(&answer)?;
            let table = answer.bytes().await.map_err(|source| ApiFailure::no_answer(WHAT, source))?;
            Ok((next, more, table))
        };
        let (next, more, table) = api.get(PATH, with, take).await?;
        let lines = if is_first { &*table } else { without_header(&table) };
        into.write_all(lines).map_err(cannot(path))?;
        if !more {
            into.flush().map_err(cannot(path))?;
            return Ok(next);
        }
        (cursor, is_first) = (Some(next), false);
    }
}

/// Where the next table begins, and whether lines wait for it.
fn place(answer: &Response) -> Result<(String, bool), ApiFailure> {
    let next = answer.headers().get(NEXT_CURSOR).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let next = next.ok_or_else(|| ApiFailure::Missing { what: WHAT.to_owned(), member: "Next-Cursor" })?;
    Ok((next, answer.headers().contains_key(LINK)))
}

/// The lines below the header: names of columns hold no line break.
fn without_header(table: &[u8]) -> &[u8] {
    let end = table.iter().position(|byte| *byte == b'\n').map_or(table.len(), |at| at.saturating_add(1));
    table.get(end..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_joined_under_one_header() {
        for (table, rest) in [("\"a\"\r\n\"1\"\r\n", "\"1\"\r\n"), ("\"a\"\r\n", ""), ("\"a\"", ""), ("", "")] {
            assert_eq!(without_header(table.as_bytes()), rest.as_bytes(), "{table:?}");
        }
    }

    #[test]
    fn a_day_begins_in_italy() {
        let told = |text: &str| instant(text).map(|instant| instant.to_string());
        assert_eq!(told("2026-09-01"), Some("2026-08-31T22:00:00Z".to_owned()));
        assert_eq!(told("2026-09-01T08:00:00Z"), Some("2026-09-01T08:00:00Z".to_owned()));
        assert_eq!(told("yesterday"), None);
    }
}
