// SPDX-License-Identifier: AGPL-3.0-or-later
//! A line of the log as one flat JSON object: what is known of the request stands beside what is said, so that a collector
//! finds every field that the national guidelines want (`RAC_GEN_LOG_01`) in one place (docs/operating.md, Logs).

use std::fmt;

use chrono::SecondsFormat;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormattedFields};
use tracing_subscriber::registry::LookupSpan;
use tramite_domain::given::World as _;

use crate::clock::SystemWorld;

/// Writes such lines.
pub(super) struct Flat;

impl<S> FormatEvent<S, JsonFields> for Flat
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = Map::new();
        for span in context.event_scope().into_iter().flat_map(|scope| scope.from_root()) {
            let extensions = span.extensions();
            let fields = extensions.get::<FormattedFields<JsonFields>>();
            if let Some(Ok(Value::Object(fields))) = fields.map(|fields| serde_json::from_str(&fields.fields)) {
                line.extend(fields);
            }
        }
        event.record(&mut Fields(&mut line));
        let instant = SystemWorld.now().datetime().to_rfc3339_opts(SecondsFormat::Micros, true);
        line.insert("timestamp".to_owned(), Value::from(instant));
        line.insert("level".to_owned(), Value::from(event.metadata().level().as_str()));
        line.insert("target".to_owned(), Value::from(event.metadata().target()));
        writeln!(writer, "{}", Value::Object(line))
    }
}

/// Takes the fields of an event.
struct Fields<'a>(&'a mut Map<String, Value>);

impl Fields<'_> {
    fn take(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.take(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.take(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.take(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.take(field, format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Ear(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Ear {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_one_flat_object_with_what_is_known_of_its_request() {
        let ear = Ear::default();
        let heard = ear.clone();
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(move || ear.clone())
            .fmt_fields(JsonFields::new())
            .event_format(Flat);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), || {
            let span = tracing::info_span!("request", route = "/x", request_id = %7, trace_id = tracing::field::Empty);
            span.record("trace_id", "ab");
            span.in_scope(|| tracing::warn!(status = 404_u16, code = "not_found", cause = %"a \"b\"\n", "served"));
        });
        let text = String::from_utf8(heard.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.matches('\n').count(), 1);
        let line: Value = serde_json::from_str(&text).unwrap();
        for (name, value) in [
            ("level", "WARN"),
            ("message", "served"),
            ("route", "/x"),
            ("request_id", "7"),
            ("trace_id", "ab"),
            ("code", "not_found"),
            ("cause", "a \"b\"\n"),
        ] {
            assert_eq!(line[name], value, "{text}");
        }
        assert_eq!(line["status"], 404);
        let instant = line["timestamp"].as_str().unwrap();
        assert!(instant.contains('T') && instant.ends_with('Z'), "{instant}");
    }
}
