// SPDX-License-Identifier: AGPL-3.0-or-later
//! The log: standard error, filtered by `TRAMITE_LOG`, as text or as one JSON object a line.
//!
//! Whatever the filter says, libraries are heard from warnings on: below that they write out what callers sent, headers
//! and all, and no log may hold a secret or anybody's data.

mod json;

use std::io::IsTerminal as _;

use clap::Args;
use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{Layer as _, Registry};

use self::json::Flat;
use crate::config::{Reader, WrongConfiguration, present};
use crate::otel::{self, Traces};

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LogFormat {
    /// For people.
    Text,
    /// For collectors.
    Json,
}

/// What is logged, and how.
#[derive(Debug, Clone, Args)]
pub(crate) struct LogOptions {
    /// What is logged: a level (error, warn, info, debug, trace) or a filter such as `info,tramite_storage=debug`; of libraries never more than warnings
    #[arg(long = "log", env = "TRAMITE_LOG", value_name = "FILTER", global = true)]
    pub(crate) filter: Option<String>,
    /// How a line of the log looks: text or json [default: text]
    #[arg(long, env = "TRAMITE_LOG_FORMAT", value_name = "FORMAT", global = true)]
    pub(crate) log_format: Option<String>,
}

impl LogOptions {
    /// The filter, or what is wrong with it. `usual` holds where none was given.
    fn filter(&self, usual: &str) -> Result<EnvFilter, WrongConfiguration> {
        let text = present(self.filter.as_deref()).unwrap_or(usual);
        EnvFilter::try_new(text).map_err(|error| {
            let expected = "expected a level or a filter such as info,tramite_storage=debug";
            WrongConfiguration::one("TRAMITE_LOG", format!("{error}; {expected}"))
        })
    }

    fn format(&self) -> Result<LogFormat, WrongConfiguration> {
        match present(self.log_format.as_deref()) {
            None | Some("text") => Ok(LogFormat::Text),
            Some("json") => Ok(LogFormat::Json),
            Some(other) => {
                let text = format!("{other:?} is wrong; expected text or json");
                Err(WrongConfiguration::one("TRAMITE_LOG_FORMAT", text))
            }
        }
    }

    /// Says what holds; what is wrong was told when the log was started.
    pub(crate) fn hold(&self, reader: &mut Reader, usual: &str) {
        for (variable, given, default) in
            [("TRAMITE_LOG", &self.filter, usual), ("TRAMITE_LOG_FORMAT", &self.log_format, "text")]
        {
            let given = present(given.as_deref());
            reader.hold(variable, Some(given.unwrap_or(default).to_owned()), given.is_some());
        }
    }

    /// Starts the log, and where the program can, traces; called once, before there is a runtime. What is given back sends
    /// what is left of them at the end.
    pub(crate) fn start(&self, usual: &str) -> Result<Traces, WrongConfiguration> {
        let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
        let lines = match self.format()? {
            LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
            LogFormat::Json => lines.fmt_fields(JsonFields::new()).event_format(Flat).boxed(),
        };
        let (traces, tracing_layer) = otel::start::<Registry>()?;
        let subscriber = tracing_subscriber::registry().with(lines.and_then(tracing_layer));
        let subscriber = subscriber.with(self.filter(usual)?).with(filter_fn(may_be_kept));
        tracing::subscriber::set_global_default(subscriber)
            .map_err(|error| WrongConfiguration::one("TRAMITE_LOG", error.to_string()))?;
        Ok(traces)
    }
}

/// Whether something may be written down at all: our own words, and of libraries what is amiss. Not what the reader of
/// HTTP says: it calls every line that is no request an error, and anybody can send one.
fn may_be_kept(about: &Metadata<'_>) -> bool {
    let target = about.target();
    target.starts_with("tramite") || (*about.level() <= Level::WARN && !target.starts_with("actix_http"))
}
