// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of debt positions over REST (rules.md 41–45): how one is taken, who may see it, and what is told of it. Its rows are read
//! by the worker, in whose place the tests write here what they came to.

use std::collections::BTreeSet;
use std::time::Duration;

use data_encoding::HEXLOWER;
use futures_util::future::{join, join_all};
use serde_json::json;
use sha2::{Digest, Sha256};
use tramite_domain::given::World;
use tramite_domain::import::{FileEncoding, Import, ImportRow, Progress, RowFault, RowOutcome, advance, begin, finish};
use tramite_storage::{Scope, StoreError};
use tramite_testkit::Database;

use crate::support::ask::BOUNDARY;
use crate::support::made::debt_positions_csv;
use crate::support::portal::{holds, text};
use crate::support::seed::Seeded;
use crate::support::{Ask, TestGateway};

pub(super) const IMPORTS: &str = "/v1/imports";
const TARI: (&str, &str) = ("service_code", "TARI");
/// More than one part of a file.
const LARGE_BYTES: usize = 2_500_000;

/// Sends the table of one debt position.
pub(super) fn csv(fields: &[(&str, &str)]) -> Ask {
    Ask::post(IMPORTS).file(fields, "tari.csv", debt_positions_csv())
}

/// The import as the store has it.
pub(super) async fn kept(gateway: &TestGateway, seeded: &Seeded, id: &str) -> Import {
    let scope = Scope::of_worker(seeded.a.id);
    gateway.gateway.store().import(&scope, id.parse().unwrap()).await.unwrap().unwrap()
}

/// What the worker would write of these rows.
pub(super) async fn read_rows(gateway: &TestGateway, seeded: &Seeded, import: &Import, rows: Vec<ImportRow>) -> Import {
    let (scope, now) = (Scope::of_worker(seeded.a.id), gateway.world.now());
    let (begun, batch) = begin(import, u64::try_from(rows.len()).unwrap(), Some(FileEncoding::Windows1252), now);
    gateway.gateway.store().commit(&scope, batch).await.unwrap();
    let (read, batch) = advance(&begun, Progress { groups: 1, rows }, now);
    gateway.gateway.store().commit(&scope, batch).await.unwrap();
    read
}

/// What the worker would write at the end.
pub(super) async fn over(gateway: &TestGateway, seeded: &Seeded, import: &Import) -> Import {
    let mut ids = gateway.gateway.ids();
    let mut given = gateway.gateway.given(&mut ids, None);
    let (after, batch) = finish(&mut given, import);
    gateway.gateway.store().commit(&Scope::of_worker(seeded.a.id), batch).await.unwrap();
    after
}

fn row(line: u64, outcome: RowOutcome) -> ImportRow {
    let wrong = outcome == RowOutcome::Rejected;
    let fault = RowFault {
        column: Some("due_date".to_owned()),
        code: "invalid_date".to_owned(),
        detail: "Expected a date as 31/12/2026.".to_owned(),
    };
    ImportRow {
        line,
        external_id: Some(format!("TARI-{line}")),
        outcome,
        debt_position_id: None,
        installment_id: None,
        faults: if wrong { vec![fault] } else { Vec::new() },
    }
}

pub(crate) async fn a_file_is_taken_in_parts_and_waits_for_its_turn(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let bytes: Vec<u8> = debt_positions_csv().iter().copied().cycle().take(LARGE_BYTES).collect();
    let fields = [TARI, ("dry_run", "true"), ("on_error", "abort"), ("publish", "false"), ("format", "mypay_1_3")];
    let sent = portal.ask(Ask::post(IMPORTS).file(&fields, "dati/tari 2026.csv", &bytes).key("k")).await;
    let shown = sent.is(202).json();
    let place = format!("{IMPORTS}/{}", text(&shown, "/id"));
    assert_eq!(sent.header("location"), Some(place.as_str()));
    assert_eq!(sent.header("etag"), Some("\"1-queued\""));
    let sha256 = HEXLOWER.encode(&Sha256::digest(&bytes));
    let file = json!({
        "file_name": "tari 2026.csv", "format": "csv", "layout": "mypay_1_3", "bytes": LARGE_BYTES, "sha256": sha256,
    });
    let wanted = json!({
        "status": "queued", "is_final": false, "phase": "checking", "file": file, "service_code": "TARI",
        "publish": false, "dry_run": true, "on_error": "abort", "counts": {"read": 0, "rejected": 0},
    });
    holds(&shown, &wanted);
    assert_eq!(portal.get(&place).await.is(200).json(), shown);
    assert_eq!(portal.ids(format!("{IMPORTS}?status=queued")).await, [text(&shown, "/id")]);
    assert_eq!(portal.ids(format!("{IMPORTS}?status=completed")).await, [""; 0]);

    let import = kept(&gateway, &seeded, &text(&shown, "/id")).await;
    let (store, scope) = (gateway.gateway.store(), Scope::of_worker(seeded.a.id));
    let mut whole = Vec::new();
    for place in 0.. {
        match store.import_part(&scope, import.file.id, place).await.unwrap() {
            Some(part) => whole.extend(part),
            None => break,
        }
    }
    assert!(whole == bytes, "{} bytes came back", whole.len());
    let theirs = Scope::of_worker(seeded.b.id);
    assert!(store.import_part(&theirs, import.file.id, 0).await.unwrap().is_none());
}

pub(crate) async fn rights_and_room_are_asked_for_before_the_first_byte(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    // What follows the head is no form: whoever reads it says 400.
    let unread = || {
        let media = format!("multipart/form-data; boundary={BOUNDARY}");
        Ask::post(IMPORTS).bytes(&media, "nothing of this is read").key("unread")
    };
    let token = gateway.token_with(&seeded.for_a, "&scope=imports:write+imports:read").await;
    let refused = gateway.ask(unread().token(&token)).await;
    refused.is_problem(403, "insufficient_scope");
    assert!(refused.header("www-authenticate").unwrap().contains("debt-positions:write"));
    let portal = gateway.portal(&seeded.for_a);
    portal.ask(unread()).await.is_problem(400, "invalid_request");
    for media in ["application/json", "multipart/mixed; boundary=x", "text/csv"] {
        let wrong = Ask::post(IMPORTS).bytes(media, "{}").key("media");
        portal.ask(wrong).await.is_problem(415, "unsupported_media_type");
    }

    let first = portal.ask(csv(&[TARI]).key("1")).await.is(202).json();
    gateway.portal(&seeded.other_for_a).ask(csv(&[TARI]).key("2")).await.is(202);
    let store = gateway.gateway.store();
    let scope = Scope::of_worker(seeded.a.id);
    let before = store.import_room(&scope).await.unwrap();
    let full = portal.ask(unread()).await;
    full.is_problem(429, "too_many_imports");
    assert_eq!(full.header("retry-after"), Some("30"));
    portal.ask(csv(&[TARI]).key("3")).await.is_problem(429, "too_many_imports");
    assert_eq!(store.import_room(&scope).await.unwrap(), before, "nothing of it was kept");
    // The neighbour has room of its own, and so has who waits until one is over.
    gateway.portal(&seeded.for_b).ask(csv(&[TARI]).key("1")).await.is(202);
    let cancel = format!("{IMPORTS}/{}/cancel", text(&first, "/id"));
    portal.post(&cancel, &json!({})).await.is(200);
    portal.ask(csv(&[TARI]).key("3")).await.is(202);
}

pub(crate) async fn a_wrong_form_is_told_and_none_of_its_file_is_kept(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let send = async |ask: Ask| portal.ask(ask.key(&gateway.world.id().to_string())).await;
    let wrong = csv(&[("service", "TARI"), ("on_error", "stop"), ("dry_run", "yes"), ("format", "altro")]);
    let told = [
        ("/dry_run", "wrong_type"),
        ("/format", "unknown_value"),
        ("/on_error", "unknown_value"),
        ("/service", "unknown_field"),
    ];
    let seen = send(wrong).await;
    seen.is_problem(422, "validation_failed");
    assert_eq!(seen.faults(), told.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    let table = debt_positions_csv();
    let named = |name: &str, fields: &[(&str, &str)]| Ask::post(IMPORTS).file(fields, name, table);
    for (ask, pointer, code) in [
        (csv(&[TARI, TARI]), "/service_code", "repeated_field"),
        (csv(&[("service_code", "NESSUNO")]), "/service_code", "unknown_service"),
        (named("tari.pdf", &[TARI]), "/file", "unknown_file_format"),
        (named("tari.ndjson", &[("format", "govpay")]), "/format", "not_allowed"),
        (Ask::post(IMPORTS).file(&[TARI], "tari.csv", b""), "/file", "empty_file"),
    ] {
        let seen = send(ask).await;
        seen.is_problem(422, "validation_failed");
        assert_eq!(seen.faults(), [(pointer.to_owned(), code.to_owned())]);
    }
    let usage = gateway.gateway.store().import_room(&Scope::of_worker(seeded.a.id)).await.unwrap();
    assert_eq!((usage.lanes.len(), usage.kept_bytes), (0, 0));

    let media = format!("multipart/form-data; boundary={BOUNDARY}");
    let part = |name: &str, body: &str| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{body}\r\n")
    };
    let file = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nexternal_id\r\n"
    );
    let end = format!("--{BOUNDARY}--\r\n");
    let form = async |body: String| send(Ask::post(IMPORTS).bytes(&media, body)).await;
    let seen = form(format!("{}{end}", part("service_code", "TARI"))).await;
    assert_eq!(seen.faults(), [("/file".to_owned(), "required".to_owned())]);
    let seen = form(format!("{file}{}{end}", part("service_code", "TARI"))).await;
    assert_eq!(seen.faults(), [("/service_code".to_owned(), "after_the_file".to_owned())]);
    let seen = form(format!("{file}{file}{end}")).await;
    assert_eq!(seen.faults(), [("/file".to_owned(), "repeated_field".to_owned())]);
    form(format!("{}{file}{end}", part("service_code", &"x".repeat(2_000)))).await.is_problem(413, "body_too_large");
    form(format!("{}{file}{end}", part("x", "1").repeat(21))).await.is_problem(413, "body_too_large");
    for broken in [String::new(), file.clone(), part("service_code", "TARI"), "x".repeat(100_000)] {
        form(broken).await.is_problem(400, "invalid_request");
    }
    assert_eq!(portal.ids(IMPORTS).await, [""; 0]);
    // What had come of these files takes no room.
    let usage = gateway.gateway.store().import_room(&Scope::of_worker(seeded.a.id)).await.unwrap();
    assert_eq!((usage.lanes.len(), usage.kept_bytes), (0, 0));
}

pub(crate) async fn the_same_form_is_taken_once_and_another_under_its_key_is_refused(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let first = portal.ask(csv(&[TARI, ("on_error", "abort")]).key("k")).await;
    first.is(202);
    assert!(first.header("idempotent-replayed").is_none());
    // No room is left, and none is needed: in another order it is the same form.
    portal.ask(csv(&[TARI]).key("other")).await.is(202);
    let again = portal.ask(csv(&[("on_error", "abort"), TARI]).key("k")).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (202, Some("true")));
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("location"), first.header("location"));
    let other_file = Ask::post(IMPORTS).file(&[TARI, ("on_error", "abort")], "tari.csv", b"external_id\r\n");
    let other_name = Ask::post(IMPORTS).file(&[TARI, ("on_error", "abort")], "altro.csv", debt_positions_csv());
    for other in [csv(&[TARI]), csv(&[TARI, ("on_error", "skip")]), other_file, other_name] {
        portal.ask(other.key("k")).await.is_problem(422, "idempotency_key_reused");
    }
    assert_eq!(portal.ids(IMPORTS).await.len(), 2);
    // A form that was refused leaves its key free.
    let theirs = gateway.portal(&seeded.for_b);
    theirs.ask(csv(&[TARI, TARI]).key("k")).await.is_problem(422, "validation_failed");
    theirs.ask(csv(&[TARI]).key("k")).await.is(202);
}

pub(crate) async fn of_twins_that_send_one_file_one_is_taken(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    let asks = (0..5).map(|_| gateway.ask(csv(&[TARI]).token(&token).key("one")));
    let answers = join_all(asks).await;
    let made: Vec<_> = answers.iter().filter(|seen| seen.header("idempotent-replayed").is_none()).collect();
    let statuses: Vec<u16> = answers.iter().map(|seen| seen.status).collect();
    assert!(statuses.iter().all(|status| *status == 202), "{statuses:?}");
    assert_eq!(made.len(), 1);
    assert!(answers.iter().all(|seen| seen.body == made[0].body));
    assert_eq!(gateway.portal(&seeded.for_a).ids(IMPORTS).await.len(), 1);
    let usage = gateway.gateway.store().import_room(&Scope::of_worker(seeded.a.id)).await.unwrap();
    let one = u64::try_from(debt_positions_csv().len()).unwrap();
    assert_eq!((usage.lanes.len(), usage.kept_bytes), (1, one), "what the others sent is not kept");
}

pub(crate) async fn a_client_that_was_narrowed_is_told_again_of_no_import_of_all_services(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    // Its rows name the services.
    let send = csv(&[]).token(&token).key("send");
    let sent = gateway.ask(send.clone()).await.is(202).json();
    let place = format!("{IMPORTS}/{}", text(&sent, "/id"));
    let cancel = Ask::post(format!("{place}/cancel")).token(&token).json(&json!({})).key("cancel");
    gateway.ask(cancel.clone()).await.is(200);
    for ask in [&send, &cancel] {
        assert_eq!(gateway.ask(ask.clone()).await.header("idempotent-replayed"), Some("true"));
    }
    let tari = BTreeSet::from(["TARI".parse().unwrap()]);
    gateway.change_client(seeded.for_a.id, |client| client.delegations[0].service_codes = Some(tari)).await;
    for ask in [Ask::get(place).token(&token), send, cancel] {
        gateway.ask(ask).await.is_problem(404, "not_found");
    }
}

pub(crate) async fn who_waits_for_an_import_is_answered_when_it_is_over(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let sent = portal.ask(csv(&[TARI]).key("k")).await.is(202).json();
    let place = format!("{IMPORTS}/{}", text(&sent, "/id"));
    let import = kept(&gateway, &seeded, &text(&sent, "/id")).await;
    let work = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        let rows = (2..=11).map(|line| row(line, RowOutcome::Loaded)).collect();
        let read = read_rows(&gateway, &seeded, &import, rows).await;
        gateway.world.pass(5);
        tokio::time::sleep(Duration::from_millis(400)).await;
        over(&gateway, &seeded, &read).await
    };
    let (seen, _) = join(portal.get(format!("{place}?wait=25")), work).await;
    let shown = seen.is(200).json();
    let counts = json!({
        "read": 10, "loaded": 10, "updated": 0, "unchanged": 0, "cancelled": 0, "rejected": 0, "skipped": 0,
    });
    let wanted = json!({
        "status": "completed", "is_final": true, "phase": "loading", "rows_total": 10, "counts": counts,
        "rows_per_second": 2,
    });
    holds(&shown, &wanted);
    assert!(shown["file"]["kept_until"].is_string() && shown.get("estimated_end_at").is_none(), "{shown}");
    assert_eq!((&shown["file"]["encoding"], sent["file"].get("encoding")), (&json!("windows-1252"), None));
    portal.get(format!("{place}?wait=26")).await.is_problem(422, "invalid_parameter");

    // Its own client reads that it is over, and no other.
    gateway.gateway.store().system().publish_feed(1_000).await.unwrap();
    let told = portal.get("/v1/events?type=import.finished").await.is(200).json();
    let data =
        json!({"import_id": sent["id"], "service_code": "TARI", "status": "completed", "previous_status": "running"});
    holds(&told["items"], &json!([{"type": "import.finished", "data": data}]));
    let others = gateway.portal(&seeded.other_for_a).get("/v1/events?type=import.finished").await.is(200).json();
    assert_eq!(others["items"], json!([]));
}

pub(crate) async fn its_client_stops_an_import_and_one_that_is_over_stays_over(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let sent = portal.ask(csv(&[TARI]).key("k")).await.is(202).json();
    let place = format!("{IMPORTS}/{}", text(&sent, "/id"));
    let cancel = format!("{place}/cancel");
    gateway.portal(&seeded.other_for_a).post(&cancel, &json!({})).await.is_problem(404, "not_found");
    let stale = Ask::post(&cancel).json(&json!({})).key("stale").header("If-Match", "\"0-queued\"");
    portal.ask(stale).await.is_problem(412, "precondition_failed");
    let named = Ask::post(&cancel).json(&json!({})).key("named").header("If-Match", "\"1-queued\"");
    let seen = portal.ask(named).await;
    holds(&seen.is(200).json(), &json!({"status": "cancelled", "is_final": true}));
    assert_eq!(seen.header("etag"), Some("\"2-cancelled\""));
    assert_eq!(portal.post(&cancel, &json!({})).await.is(200).json(), seen.json());

    let other = portal.ask(csv(&[TARI]).key("k2")).await.is(202).json();
    let import = kept(&gateway, &seeded, &text(&other, "/id")).await;
    let read = read_rows(&gateway, &seeded, &import, vec![row(2, RowOutcome::Loaded)]).await;
    over(&gateway, &seeded, &read).await;
    let cancel = format!("{IMPORTS}/{}/cancel", text(&other, "/id"));
    portal.post(&cancel, &json!({})).await.is_problem(409, "import_state");
}

pub(crate) async fn its_client_stops_an_import_while_a_worker_goes_on_with_it(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let id = text(&portal.ask(csv(&[TARI]).key("k")).await.is(202).json(), "/id");
    let running = read_rows(&gateway, &seeded, &kept(&gateway, &seeded, &id).await, Vec::new()).await;
    let (store, scope, now) = (gateway.gateway.store(), Scope::of_worker(seeded.a.id), gateway.world.now());
    // One part after the other, without a pause, until one of them is too late.
    let work = async {
        let mut import = running;
        loop {
            let rows = vec![row(import.counts.read + 2, RowOutcome::Loaded)];
            let (after, batch) = advance(&import, Progress { groups: 1, rows }, now);
            match store.commit(&scope, batch).await {
                Ok(()) => import = after,
                Err(error) => break (import, error),
            }
        }
    };
    let stop = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        portal.post(format!("{IMPORTS}/{id}/cancel"), &json!({})).await
    };
    let (seen, (last, late)) = join(stop, work).await;
    assert!(matches!(late, StoreError::Conflict), "{late}");
    assert!(last.counts.read > 0);
    let counts = json!({"read": last.counts.read, "loaded": last.counts.read});
    holds(&seen.is(200).json(), &json!({"status": "cancelled", "is_final": true, "counts": counts}));
    assert!(store.system().claim_import(now.plus_seconds(60), uuid::Uuid::nil(), 30).await.unwrap().is_none());
}

pub(crate) async fn rows_are_read_page_by_page_and_those_that_are_wrong_with_their_faults(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let sent = portal.ask(csv(&[TARI]).key("k")).await.is(202).json();
    let place = format!("{IMPORTS}/{}/rows", text(&sent, "/id"));
    assert_eq!(portal.get(&place).await.is(200).json(), json!({"items": []}));
    let import = kept(&gateway, &seeded, &text(&sent, "/id")).await;
    let outcome = |line: u64| if line.is_multiple_of(40) { RowOutcome::Rejected } else { RowOutcome::Loaded };
    let rows = (2..=121).map(|line| row(line, outcome(line))).collect();
    read_rows(&gateway, &seeded, &import, rows).await;

    let (mut lines, mut pages, mut path) = (Vec::new(), 0, format!("{place}?limit=50"));
    loop {
        let page = portal.get(&path).await.is(200).json();
        lines.extend(page["items"].as_array().unwrap().iter().map(|one| one["line"].as_u64().unwrap()));
        pages += 1;
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("{place}?limit=50&cursor={next}");
    }
    assert_eq!((lines, pages), ((2..=121).collect(), 3));
    let wrong = portal.get(format!("{place}?status=rejected")).await.is(200).json();
    let fault = json!({"column": "due_date", "code": "invalid_date", "detail": "Expected a date as 31/12/2026."});
    let told = |line: u64| json!({"line": line, "status": "rejected", "external_id": format!("TARI-{line}"), "errors": [fault]});
    assert_eq!(wrong, json!({"items": [told(40), told(80), told(120)]}));
    for question in ["cursor=AAAA", "cursor=cgE"] {
        portal.get(format!("{place}?{question}")).await.is_problem(422, "invalid_cursor");
    }
    portal.get(format!("{place}?status=wrong")).await.is_problem(422, "invalid_parameter");
    gateway.portal(&seeded.other_for_a).get(&place).await.is_problem(404, "not_found");
}
