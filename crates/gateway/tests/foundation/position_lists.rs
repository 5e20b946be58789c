// SPDX-License-Identifier: AGPL-3.0-or-later
//! Finding debt positions: filters, pages, changes since, search by debtor, and states that move by the clock alone.

use serde_json::{Value, json};
use tramite_testkit::{Database, postgres};

use crate::support::made::debt_position;
use crate::support::portal::{Portal, text};
use crate::support::{Ask, TestGateway};

const POSITIONS: &str = "/v1/debt-positions";

/// Makes a position that differs from the usual one, and lets a second pass.
async fn make(gateway: &TestGateway, portal: &Portal<'_>, external_id: &str, differs: Value) -> Value {
    let mut body = debt_position(external_id);
    body.as_object_mut().unwrap().extend(differs.as_object().unwrap().clone());
    let made = portal.make(POSITIONS, &body).await;
    gateway.world.pass(1);
    made
}

pub(crate) async fn a_list_finds_by_each_of_its_filters(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let october = make(&gateway, &portal, "uno", json!({"due_date": "2026-10-31"})).await;
    let december = make(&gateway, &portal, "due", json!({"due_date": "2026-12-31"})).await;
    let draft = make(&gateway, &portal, "tre", json!({"publish": false, "due_date": "2027-02-28"})).await;
    let canteen = make(&gateway, &portal, "uno", json!({"service_code": "MENSA", "due_date": "2027-02-28"})).await;
    make(&gateway, &gateway.portal(&seeded.for_b), "uno", json!({"due_date": "2026-10-31"})).await;
    let number = text(&december, "/payment_options/0/installments/0/notice_number");
    let iuv = text(&december, "/payment_options/0/installments/0/iuv");
    let cases: [(String, Vec<&Value>); 12] = [
        (String::new(), vec![&canteen, &draft, &december, &october]),
        ("external_id=uno".to_owned(), vec![&canteen, &october]),
        ("external_id=uno&service_code=TARI".to_owned(), vec![&october]),
        (format!("notice_number={number}"), vec![&december]),
        (format!("iuv={iuv}"), vec![&december]),
        ("service_code=MENSA".to_owned(), vec![&canteen]),
        ("service_code=NIENTE".to_owned(), vec![]),
        ("status=draft".to_owned(), vec![&draft]),
        ("status=open&service_code=TARI".to_owned(), vec![&december, &october]),
        ("due_date_from=2026-11-01".to_owned(), vec![&canteen, &draft, &december]),
        ("due_date_to=2026-10-31".to_owned(), vec![&october]),
        ("due_date_from=2026-12-31&due_date_to=2026-12-31".to_owned(), vec![&december]),
    ];
    for (query, wanted) in cases {
        let ids: Vec<String> = wanted.iter().map(|one| text(one, "/id")).collect();
        assert_eq!(portal.ids(format!("{POSITIONS}?{query}")).await, ids, "{query}");
    }
    for wrong in
        ["status=PAID", "due_date_from=31-12-2026", "notice_number=12", "limit=0", "limit=501", "foo=1", "iuv="]
    {
        portal.get(format!("{POSITIONS}?{wrong}")).await.is_problem(422, "invalid_parameter");
    }
    // A token for one service finds that service's alone.
    assert_eq!(gateway.portal(&seeded.narrow).ids(POSITIONS).await, [text(&canteen, "/id")]);
}

pub(crate) async fn pages_neither_skip_nor_repeat_while_others_insert(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let mut made = Vec::new();
    for number in 1..=5 {
        made.push(text(&make(&gateway, &portal, &format!("T-{number}"), json!({})).await, "/id"));
    }
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    for number in 6..=8 {
        let next = cursor.as_ref().map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
        let page = portal.get(format!("{POSITIONS}?limit=2{next}")).await.is(200).json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|one| text(one, "/id")));
        assert!(page.get("complete_until").is_none());
        cursor = page["next_cursor"].as_str().map(str::to_owned);
        make(&gateway, &portal, &format!("T-{number}"), json!({})).await;
    }
    made.reverse();
    assert_eq!((seen, cursor), (made, None));
    let first = portal.get(format!("{POSITIONS}?limit=2")).await.json();
    let theirs = text(&first, "/next_cursor");
    for wrong in ["bm8", theirs.get(1..).unwrap()] {
        portal.get(format!("{POSITIONS}?cursor={wrong}")).await.is_problem(422, "invalid_cursor");
    }
    portal.get(format!("/v1/receipts?cursor={theirs}")).await.is_problem(422, "invalid_cursor");
    let of_changes = format!("{POSITIONS}?updated_since=2026-09-01T00:00:00Z&cursor={theirs}");
    portal.get(of_changes).await.is_problem(422, "invalid_cursor");
}

pub(crate) async fn changes_are_walked_in_their_order_and_complete_until_leads_on(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let mut made = Vec::new();
    for number in 1..=3 {
        made.push(text(&make(&gateway, &portal, &format!("T-{number}"), json!({})).await, "/id"));
    }
    gateway.world.pass(87);
    let since = |from: &str| format!("{POSITIONS}?updated_since={from}");
    let whole = portal.get(since("2026-09-01T08:00:00Z")).await.is(200).json();
    assert_eq!(whole["complete_until"], "2026-09-01T08:00:30Z", "what is a minute old can be on its way no more");
    assert_eq!(portal.ids(since("2026-09-01T08:00:00Z")).await, made);
    assert_eq!(portal.ids(since("2026-09-01T08:00:01Z")).await, made[1..]);
    let page = portal.get(since("2026-09-01T08:00:00Z&limit=2")).await.is(200).json();
    let rest = since(&format!("2026-09-01T08:00:00Z&limit=2&cursor={}", text(&page, "/next_cursor")));
    assert_eq!(portal.ids(rest).await, made[2..]);
    // The first is changed: it comes again, and alone.
    portal.post(format!("{POSITIONS}/{}/cancel", made[0]), &json!({})).await.is(200);
    gateway.world.pass(90);
    assert_eq!(portal.ids(since(&text(&whole, "/complete_until"))).await, made[..1]);
}

pub(crate) async fn a_position_opens_and_expires_by_the_clock_alone(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let differs = json!({
        "valid_from": "2026-09-01T09:00:00Z", "due_date": "2026-09-01", "expires_after_due_date": true,
    });
    let mut body = debt_position("T-1");
    body.as_object_mut().unwrap().extend(differs.as_object().unwrap().clone());
    let id = text(&portal.make(POSITIONS, &body).await, "/id");
    // The due day ends at 22:00 UTC: it is summer in Rome.
    for (at, status) in [(3_599, "scheduled"), (3_600, "open"), (50_399, "open"), (50_400, "expired")] {
        gateway.world.reach(at);
        let shown = portal.get(format!("{POSITIONS}/{id}")).await;
        let told = shown.is(200).json();
        assert_eq!(
            (&told["status"], told.pointer("/payment_options/0/installments/0/status")),
            (&json!(status), Some(&json!(status)))
        );
        assert_eq!(shown.header("etag"), Some(format!("\"1-{status}\"").as_str()));
        for other in ["scheduled", "open", "expired"] {
            let found = portal.ids(format!("{POSITIONS}?status={other}")).await;
            assert_eq!(found.len(), usize::from(other == status), "{other} when {status}");
        }
    }
    portal.post(format!("{POSITIONS}/{id}/cancel"), &json!({})).await.is(200);
    let reopen = portal.post(format!("{POSITIONS}/{id}/reopen"), &json!({"reason": "Per errore"})).await;
    reopen.is_problem(422, "still_expired");
}

pub(crate) async fn a_search_by_debtor_is_a_body_and_leaves_a_line_in_the_audit_trail(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let of = |code: &str| json!({"debtor": {"type": "legal_person", "tax_code": code, "full_name": "Ditta di Prova"}});
    let first = text(&make(&gateway, &portal, "T-1", of("99999000047")).await, "/id");
    make(&gateway, &portal, "T-2", json!({})).await;
    let mut second = of("99999000047");
    second["service_code"] = json!("MENSA");
    second["publish"] = json!(false);
    let second = text(&make(&gateway, &portal, "T-3", second).await, "/id");
    make(&gateway, &gateway.portal(&seeded.for_b), "T-1", of("99999000047")).await;
    let cases = [
        (json!({"debtor_tax_code": "99999000047"}), vec![second.clone(), first.clone()]),
        (json!({"debtor_tax_code": "99999000047", "status": "draft"}), vec![second.clone()]),
        (json!({"debtor_tax_code": "99999000047", "service_code": "TARI"}), vec![first]),
        (json!({"debtor_tax_code": "99999000071"}), vec![]),
    ];
    for (body, wanted) in cases {
        let seen = portal.ask(Ask::post(format!("{POSITIONS}/search")).json(&body)).await;
        let found = seen.is(200).json();
        let ids: Vec<String> = found["items"].as_array().unwrap().iter().map(|one| text(one, "/id")).collect();
        assert_eq!(ids, wanted, "{body}");
    }
    for wrong in [json!({}), json!({"debtor_tax_code": "RSS MRA"}), json!({"debtor_tax_code": null})] {
        let seen = portal.ask(Ask::post(format!("{POSITIONS}/search")).json(&wrong)).await;
        seen.is_problem(422, "validation_failed");
        assert_eq!(seen.faults().len(), 1);
    }
    // Four questions were answered, and the trail does not repeat whom somebody looked for.
    let trail = trail(&database);
    let lines = trail.matches("debt_position.searched").count();
    assert!(if database.is_postgres() { lines == 4 } else { lines >= 4 }, "{lines}");
    assert!(!trail.contains("99999000071"));
}

/// What the database keeps: the audit trail as text, or the files.
pub(crate) fn trail(database: &Database) -> String {
    match database.url().strip_prefix("sqlite:") {
        Some(path) => {
            let files = [path.to_owned(), format!("{path}-wal")].map(|path| std::fs::read(path).unwrap_or_default());
            // A row may stand in several images of its page.
            String::from_utf8_lossy(&files.concat()).into_owned()
        }
        None => {
            let name = database.url().rsplit('/').next().unwrap();
            postgres::cluster().unwrap().psql(name, "SELECT * FROM audit")
        }
    }
}
