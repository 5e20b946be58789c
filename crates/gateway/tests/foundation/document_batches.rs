// SPDX-License-Identifier: AGPL-3.0-or-later
//! Documents in bulk: who may ask for which, and when there is a file. What is in it is looked at where it is drawn.

use serde_json::{Value, json};
use tramite_domain::given::World;
use tramite_testkit::Database;

use crate::support::made::{debt_position, debt_positions_csv};
use crate::support::portal::text;
use crate::support::{Ask, TestGateway};

const BATCHES: &str = "/v1/document-batches";
const POSITIONS: &str = "/v1/debt-positions";

pub(crate) async fn what_is_asked_for_says_which_documents_of_which_debt_positions(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let one = text(&portal.make(POSITIONS, &debt_position("TARI-1")).await, "/id");
    gateway.world.pass(1);
    let two = text(&portal.make(POSITIONS, &debt_position("TARI-2")).await, "/id");
    let theirs = gateway.portal(&seeded.for_b).make(POSITIONS, &debt_position("TARI-1")).await;
    let nobody = "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e40";
    let named = |ids: &[&str]| json!({"kind": "notice", "format": "zip", "debt_position_ids": ids});
    let of_import = |id: &str| json!({"kind": "notice", "format": "zip", "import_id": id});
    let several = json!({"kind": "notice", "format": "pdf", "debt_position_ids": [one], "filter": {}});
    let lines = json!({"kind": "notice", "format": "pdf", "debt_position_ids": [one], "from_line": 2});
    let none = json!({"kind": "notice", "format": "pdf", "filter": {"status": "paid"}});
    let faults: [(Value, &str, &str); 8] = [
        (json!({"kind": "notice", "format": "zip"}), "", "one_source"),
        (several, "", "one_source"),
        (lines, "/from_line", "not_allowed"),
        (named(&[&one, &two, &one]), "/debt_position_ids/2", "named_twice"),
        (named(&[&one, nobody]), "/debt_position_ids/1", "unknown_debt_position"),
        (named(&[&text(&theirs, "/id")]), "/debt_position_ids/0", "unknown_debt_position"),
        (named(&[]), "/debt_position_ids", "too_few_items"),
        (none, "", "no_debt_positions"),
    ];
    for (body, pointer, code) in faults {
        let seen = portal.post(BATCHES, &body).await;
        seen.is_problem(422, "validation_failed");
        let problem = seen.json();
        let fault = &problem["errors"][0];
        assert_eq!((fault["pointer"].as_str(), fault["code"].as_str()), (Some(pointer), Some(code)), "{body}");
    }
    portal.post(BATCHES, &of_import(nobody)).await.is_problem(404, "not_found");
    let filter = json!({"kind": "notice", "format": "pdf", "filter": {"service_code": "TARI", "status": "open"}});
    let made = portal.post_as("twice", BATCHES, &filter).await.is(202).json();
    assert_eq!(made["counts"], json!({"total": 2, "drawn": 0, "skipped": 0}));
    assert_eq!((made["status"].as_str(), made["language"].as_str()), (Some("queued"), Some("it")));
    assert_eq!(portal.post_as("twice", BATCHES, &filter).await.is(202).json(), made, "it is asked for once");
    let path = format!("{BATCHES}/{}", text(&made, "/id"));
    let listed = portal.get(format!("{path}/documents?limit=1")).await.is(200).json();
    assert_eq!(
        (&listed["items"][0]["debt_position_id"], &listed["items"][0]["status"]),
        (&json!(two), &json!("waiting"))
    );
    let next = portal.get(format!("{path}/documents?cursor={}", text(&listed, "/next_cursor"))).await.is(200).json();
    assert_eq!((&next["items"][0]["debt_position_id"], next.get("next_cursor")), (&json!(one), None));
    portal.get(format!("{path}/file")).await.is_problem(409, "document_batch_state");
    // Two at a time, and no third one.
    let second = portal.post(BATCHES, &named(&[&two, &one])).await.is(202).json();
    let third = portal.post(BATCHES, &named(&[&one])).await;
    third.is_problem(429, "too_many_document_batches");
    assert_eq!(third.header("retry-after"), Some("30"));
    let cancelled = portal.post(format!("{BATCHES}/{}/cancel", text(&second, "/id")), &json!({})).await.is(200).json();
    assert_eq!((&cancelled["status"], &cancelled["is_final"]), (&json!("cancelled"), &json!(true)));
    portal.post(BATCHES, &named(&[&one])).await.is(202);
    // Of a file that is not loaded yet some would be missing.
    let file = Ask::post("/v1/imports").file(&[("service_code", "TARI")], "tari.csv", debt_positions_csv());
    let import = gateway.ask(file.token(&portal.token().await).key("import")).await.is(202).json();
    portal.post(BATCHES, &of_import(&text(&import, "/id"))).await.is_problem(409, "import_state");
    // What is not needed any more goes, whatever state it is in, and makes room.
    let remove = Ask::delete(&path);
    gateway.ask(remove.clone().token(&portal.token().await)).await.is(204);
    assert_eq!(portal.get(&path).await.is(200).json()["status"], json!("cancelled"));
    gateway.ask(remove.token(&portal.token().await)).await.is(204);
}

pub(crate) async fn a_file_of_documents_says_no_more_than_its_client_may_read(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let position = text(&portal.make(POSITIONS, &debt_position("TARI-1")).await, "/id");
    let token = gateway.token_with(&seeded.for_a, "&scope=documents:write%20receipts:read").await;
    let ask = |kind: &str| {
        let body = json!({"kind": kind, "format": "pdf", "debt_position_ids": [position]});
        Ask::post(BATCHES).json(&body).key(&gateway.world.id().to_string()).token(&token)
    };
    gateway.ask(ask("notice")).await.is_problem(403, "insufficient_scope");
    gateway.ask(ask("receipt")).await.is(202);
    let notices = json!({"kind": "notice", "format": "pdf", "debt_position_ids": [position]});
    let made = portal.post(BATCHES, &notices).await.is(202).json();
    let file = Ask::get(format!("{BATCHES}/{}/file", text(&made, "/id"))).token(&token);
    gateway.ask(file).await.is_problem(403, "insufficient_scope");
}
