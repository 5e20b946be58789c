// SPDX-License-Identifier: AGPL-3.0-or-later
//! What reaches a collector of traces. A program that was built without them sends nothing, whatever it is told.

use tramite_tests::consumer::Consumer;

use super::Search;

/// Where the program sends its spans.
pub(super) struct Collector(Consumer);

impl Collector {
    pub(super) async fn start() -> Self {
        Self(Consumer::start().await)
    }

    /// What tells the program to send them, soon.
    pub(super) fn settings(&self) -> [(&'static str, String); 2] {
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://127.0.0.1:{}", self.0.port)),
            ("OTEL_BSP_SCHEDULE_DELAY", "100".to_owned()),
        ]
    }

    /// Neither secrets nor people stand in any span, and there is one of each of these routes.
    pub(super) fn holds_nothing_of(&self, search: &Search, routes: &[&str]) {
        let heard = self.0.heard();
        if !cfg!(feature = "otel") {
            assert_eq!(heard.len(), 0, "a program without traces sent some");
            return;
        }
        let mut sent = Vec::new();
        for one in &heard {
            assert!(one.head.starts_with("POST /v1/traces "), "{}", one.head);
            search.secrets.none_within("the head of what was sent to the collector", one.head.as_bytes());
            search.people.none_within("the head of what was sent to the collector", one.head.as_bytes());
            search.secrets.none_within("the traces", &one.body);
            search.people.none_within("the traces", &one.body);
            sent.extend_from_slice(&one.body);
        }
        for route in routes {
            let found = sent.windows(route.len()).any(|window| window == route.as_bytes());
            assert!(found, "no span of {route} among {} bytes of {} messages", sent.len(), heard.len());
        }
    }
}
