// SPDX-License-Identifier: AGPL-3.0-or-later
//! Spans go to a collector by OTLP over HTTP with protobuf. The standard variables say where and how; without an address
//! nothing is sent. What a span holds is what the log holds: templates, ids of ours and stable codes.

use std::time::Duration;

use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState, TracerProvider as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;
use tramite_telemetry::trace::{TraceParent, Tracer, set_tracer};

use crate::config::{WrongConfiguration, present};

/// Where everything is sent, and where traces are sent if not there.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
/// How this program is called, unless said otherwise.
const SERVICE: &str = "tramite";
/// How long what is left may take to be sent at the end, in seconds.
const LAST_SECONDS_MAX: u64 = 3;

/// What is traced.
pub(crate) struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// Sends what is left.
    pub(crate) fn end(self) {
        if let Some(provider) = self.0
            && let Err(error) = provider.shutdown_with_timeout(Duration::from_secs(LAST_SECONDS_MAX))
        {
            tracing::warn!(cause = %error, "the last spans could not be sent");
        }
    }
}

/// The layer that makes spans of what the program is at.
type Spans<S> = Box<dyn Layer<S> + Send + Sync>;

/// Begins to trace, where an address is given.
pub(crate) fn start<S>() -> Result<(Traces, Option<Spans<S>>), WrongConfiguration>
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    if !is_wanted() {
        return Ok((Traces(None), None));
    }
    // The protocol is the one that is built in, whatever is said of it.
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(opentelemetry_otlp::Protocol::HttpBinary)
        .build()
        .map_err(|error| WrongConfiguration::one(ENDPOINT, error.to_string()))?;
    let provider = SdkTracerProvider::builder().with_resource(resource()).with_batch_exporter(exporter).build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer(SERVICE))
        // Where in the code something is said, and on which thread, helps nobody who runs it.
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .boxed();
    set_tracer(Box::new(Otel));
    Ok((Traces(Some(provider)), Some(layer)))
}

fn is_wanted() -> bool {
    let said = |name| std::env::var(name).ok().as_deref().and_then(|text| present(Some(text)).map(str::to_owned));
    let disabled = said("OTEL_SDK_DISABLED").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let none = said("OTEL_TRACES_EXPORTER").is_some_and(|text| text == "none");
    !disabled && !none && (said(ENDPOINT).is_some() || said(TRACES_ENDPOINT).is_some())
}

fn resource() -> Resource {
    let builder = Resource::builder().with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    let said = ["OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"].iter().any(|name| {
        std::env::var(name).is_ok_and(|text| *name == "OTEL_SERVICE_NAME" || text.contains("service.name="))
    });
    if said { builder.build() } else { builder.with_service_name(SERVICE).build() }
}

/// Ties spans to those of callers, and tells those who are asked where they belong.
struct Otel;

impl Tracer for Otel {
    fn adopt(&self, span: &Span, parent: Option<TraceParent>) -> Option<u128> {
        if let Some(parent) = parent {
            // One that has begun already keeps the place it has.
            let _ = span.set_parent(Context::new().with_remote_span_context(of(parent)));
        }
        let context = span.context();
        let context = context.span().span_context().clone();
        context.is_valid().then(|| u128::from_be_bytes(context.trace_id().to_bytes()))
    }

    fn outgoing(&self) -> Option<TraceParent> {
        let context = Span::current().context();
        let context = context.span().span_context().clone();
        context.is_valid().then(|| TraceParent {
            trace_id: u128::from_be_bytes(context.trace_id().to_bytes()),
            span_id: u64::from_be_bytes(context.span_id().to_bytes()),
            sampled: context.is_sampled(),
        })
    }
}

fn of(parent: TraceParent) -> SpanContext {
    let flags = if parent.sampled { TraceFlags::SAMPLED } else { TraceFlags::default() };
    let (trace, span) = (TraceId::from(parent.trace_id), SpanId::from(parent.span_id));
    SpanContext::new(trace, span, flags, true, TraceState::default())
}
