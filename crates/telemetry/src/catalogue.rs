// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every family that there is. Names and labels are stable: dashboards and alarms rest on them (docs/operating.md).

use crate::family::{Buckets, Family, Kind};

/// How fast the Node is answered: what pagoPA measures (98 % within 2 s, cut-off 7 s, and 15 s for receipts).
const NODE_BUCKETS: Buckets = &[
    (200_000, "0.2"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_000_000, "2"),
    (5_000_000, "5"),
    (7_000_000, "7"),
    (15_000_000, "15"),
];
/// The same and finer below.
const HTTP_BUCKETS: Buckets = &[
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (200_000, "0.2"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_000_000, "2"),
    (5_000_000, "5"),
    (7_000_000, "7"),
    (15_000_000, "15"),
];
/// A pass of a job may take a minute.
const JOB_BUCKETS: Buckets =
    &[(10_000, "0.01"), (100_000, "0.1"), (1_000_000, "1"), (5_000_000, "5"), (15_000_000, "15"), (60_000_000, "60")];

macro_rules! families {
    ($($constant:ident = $kind:expr, $name:literal, [$($label:literal),*], $help:literal;)+) => {
        $(
            #[doc = $help]
            pub static $constant: Family =
                Family { name: $name, kind: $kind, labels: &[$($label),*], help: $help };
        )+
        /// All of them, in the order in which they are told.
        pub static ALL: &[&Family] = &[$(&$constant),+];
    };
}

families! {
    HTTP_REQUESTS = Kind::Counter, "tramite_http_requests_total", ["route", "method", "status"],
        "Requests answered, by the template of their route.";
    HTTP_DURATION = Kind::Histogram(HTTP_BUCKETS), "tramite_http_request_duration_seconds", ["route", "method"],
        "How long requests took, by the template of their route.";
    NODE_REQUESTS = Kind::Counter, "tramite_node_requests_total", ["primitive", "version", "outcome"],
        "Messages of the Node answered; the outcome is ok or the code of the fault.";
    NODE_DURATION = Kind::Histogram(NODE_BUCKETS), "tramite_node_request_duration_seconds", ["primitive", "version"],
        "How long messages of the Node took, from their last byte to the answer.";
    NODE_PROBES = Kind::Counter, "tramite_node_probes_total", ["outcome"],
        "Probes of the Node answered; the outcome is ok or failed.";
    NODE_STATION_ANSWERS = Kind::Counter, "tramite_node_station_answers_total", ["station", "result"],
        "Messages of the Node answered, by station; the result is ok, refused, or failed where the failure was ours.";
    NODE_MONTH_ANSWERS = Kind::Gauge, "tramite_node_month_answers", ["station", "primitive"],
        "Messages that were answered in this calendar month, by all processes.";
    NODE_MONTH_WITHIN = Kind::Gauge, "tramite_node_month_answers_within_2s", ["station", "primitive"],
        "Those of them that were answered within two seconds.";
    NODE_MONTH_RATIO = Kind::Gauge, "tramite_node_month_within_2s_ratio", ["station"],
        "The share of them, by station: pagoPA demands 0.98.";
    REFUSED_PEERS = Kind::Counter, "tramite_refused_peers_total", ["code"],
        "Peers that could not prove themselves at the Node's listener.";
    AMOUNT_CALLBACKS = Kind::Counter, "tramite_amount_callbacks_total", ["code"],
        "Questions to institutions' systems about what is due.";
    JOURNAL_LINES = Kind::Gauge, "tramite_journal_buffer_lines", [],
        "Lines of the journal that wait to be written.";
    JOURNAL_BYTES = Kind::Gauge, "tramite_journal_buffer_bytes", [],
        "Bytes of messages that wait with them.";
    JOURNAL_LOST = Kind::Counter, "tramite_journal_lines_lost_total", [],
        "Lines of the journal that found no place, or were refused.";
    DATABASE_UP = Kind::Gauge, "tramite_database_up", [],
        "1 where the database answered when the counters were asked for.";
    DATABASE_CONNECTIONS = Kind::Gauge, "tramite_database_connections", ["pool", "state"],
        "Connections to the database that are in use or idle.";
    DATABASE_CONNECTIONS_MAX = Kind::Gauge, "tramite_database_connections_max", ["pool"],
        "Connections that the pool may have.";
    DATABASE_WAITING = Kind::Gauge, "tramite_database_waiting", ["pool"],
        "Pieces of work that wait for a connection, or for the one writer.";
    TASKS_PENDING = Kind::Gauge, "tramite_tasks_pending", ["work"],
        "Tasks of the outbox that are not done, by kind; more than 10000 are not counted.";
    TASKS_RETRYING = Kind::Gauge, "tramite_tasks_retrying", ["work"],
        "Those of them that were tried before.";
    TASKS_OLDEST = Kind::Gauge, "tramite_tasks_oldest_due_seconds", ["work"],
        "For how long the most overdue of them has been due.";
    EVENTS_UNPUBLISHED = Kind::Gauge, "tramite_events_unpublished", [],
        "Events that have no place in the feed yet; more than 10000 are not counted.";
    EVENTS_OLDEST = Kind::Gauge, "tramite_events_unpublished_oldest_seconds", [],
        "The age of the oldest of them.";
    TRANSITIONS_DUE = Kind::Gauge, "tramite_transitions_due", ["kind"],
        "Positions and sessions that the clock has moved and nobody was told of; more than 10000 are not counted.";
    TRANSITIONS_OLDEST = Kind::Gauge, "tramite_transitions_due_oldest_seconds", ["kind"],
        "For how long the first of them has been due.";
    LANES_DUE = Kind::Gauge, "tramite_webhook_lanes_due", [],
        "Lanes of webhooks, one for each endpoint and institution, that a worker should look at or is at work on.";
    LANES_OLDEST = Kind::Gauge, "tramite_webhook_lanes_due_oldest_seconds", [],
        "For how long the first of them has been due.";
    ENDPOINTS_FAILING = Kind::Gauge, "tramite_webhook_endpoints_failing", [],
        "Webhook endpoints that are told of events and have stopped to answer.";
    ENDPOINTS_OLDEST = Kind::Gauge, "tramite_webhook_endpoints_failing_oldest_seconds", [],
        "For how long the first of them has not answered.";
    JOB_PASSES = Kind::Counter, "tramite_job_passes_total", ["duty", "outcome"],
        "Passes of the worker's jobs; the outcome is ok or the code of the failure.";
    JOB_DURATION = Kind::Histogram(JOB_BUCKETS), "tramite_job_pass_duration_seconds", ["duty"],
        "How long passes of the worker's jobs took.";
    JOB_DONE = Kind::Counter, "tramite_job_done_total", ["duty"],
        "Things that the worker's jobs have done.";
    JOB_AGE = Kind::Gauge, "tramite_job_last_pass_age_seconds", ["duty"],
        "For how long a job has not ended a pass.";
    IMPORT_ROWS = Kind::Counter, "tramite_import_rows_total", ["outcome"],
        "Rows of files of debt positions, by what they came to; what is checked and then loaded counts twice.";
    WEBHOOK_DELIVERIES = Kind::Counter, "tramite_webhook_deliveries_total", ["outcome"],
        "Deliveries to webhook endpoints that were tried; the outcome is delivered or the code of the failure.";
    BUILD = Kind::Gauge, "tramite_build_info", ["version"],
        "1, with the version of the program.";
    STARTED = Kind::Gauge, "process_start_time_seconds", [],
        "When the process started, in seconds since 1970.";
    MEMORY = Kind::Gauge, "process_resident_memory_bytes", [],
        "Memory that the process has in use (Linux).";
    OPEN_FILES = Kind::Gauge, "process_open_fds", [],
        "Files and connections that the process has open (Linux).";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_said_once_and_follow_the_custom_of_prometheus() {
        let names: BTreeSet<&str> = ALL.iter().map(|family| family.name).collect();
        assert_eq!(names.len(), ALL.len());
        for family in ALL {
            let plain = |text: &str| text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
            assert!(plain(family.name) && family.labels.iter().all(|label| plain(label)), "{family:?}");
            assert_eq!(matches!(family.kind, Kind::Counter), family.name.ends_with("_total"), "{family:?}");
            assert!(family.help.ends_with('.') && !family.help.contains('\n'), "{family:?}");
            // Of whom something is counted is an installation's own business: a hundred institutions are no label.
            assert!(!family.labels.iter().any(|label| label.contains("institution")), "{family:?}");
        }
    }

    #[test]
    fn the_node_is_measured_at_the_bounds_that_were_agreed() {
        let Kind::Histogram(buckets) = NODE_DURATION.kind else { panic!("a histogram") };
        let bounds: Vec<&str> = buckets.iter().map(|(_, bound)| *bound).collect();
        assert_eq!(bounds, ["0.2", "0.5", "1", "2", "5", "7", "15"]);
        let Kind::Histogram(finer) = HTTP_DURATION.kind else { panic!("a histogram") };
        assert!(bounds.iter().all(|bound| finer.iter().any(|(_, other)| other == bound)));
    }
}
