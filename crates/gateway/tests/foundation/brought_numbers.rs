// SPDX-License-Identifier: AGPL-3.0-or-later
//! Numbers that an institution brings (rules.md 2 and 3), and those that it reserves before it brings them.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tramite_domain::given::World;
use tramite_domain::institution::Institution;
use tramite_domain::notice::{ApplicationCode, AuxDigit};
use tramite_testkit::Database;
use uuid::Uuid;

use crate::support::made::debt_position;
use crate::support::portal::{Portal, holds, text};
use crate::support::{Ask, TestGateway};

const POSITIONS: &str = "/v1/debt-positions";
const BATCHES: &str = "/v1/iuv-batches";
const SESSIONS: &str = "/v1/checkout-sessions";
const FIRST: &str = "/payment_options/0/installments/0";

/// A right number of the code 05, outside of the range that is numbered here.
fn own(at: u64) -> String {
    let first = 3_050_000_000_000_000 + at;
    format!("{first}{:02}", first % 93)
}

/// The IUV of a number whose first digit is not 0.
fn iuv_of(number: &str) -> String {
    number.chars().skip(1).collect()
}

fn bringing(external_id: &str, numbers: &[&str]) -> Value {
    let one =
        |(at, number): (usize, &&str)| json!({"reference": format!("{at}"), "amount": 5000, "notice_number": number});
    let mut body = debt_position(external_id);
    let fields = body.as_object_mut().unwrap();
    fields.remove("amount");
    fields.remove("due_date");
    fields.insert(
        "payment_options".to_owned(),
        json!([{"kind": "installments", "installments": numbers.iter().enumerate().map(one).collect::<Vec<_>>()}]),
    );
    body
}

fn old_stations(institution: &mut Institution) {
    let first = institution.stations[0].clone();
    for (at, aux_digit, application) in
        [(1, AuxDigit::Zero, Some(2)), (2, AuxDigit::One, None), (3, AuxDigit::Two, None)]
    {
        let mut link = first.clone();
        link.id = Uuid::from_u128(at).into();
        link.aux_digit = aux_digit;
        link.segregation_code = None;
        link.application_code = application.map(|code| ApplicationCode::new(code).unwrap());
        link.issuing = false;
        institution.stations.push(link);
    }
}

async fn refused(portal: &Portal<'_>, body: &Value) -> Vec<(String, String)> {
    let seen = portal.post(POSITIONS, body).await;
    seen.is_problem(422, "validation_failed");
    seen.faults()
}

fn fault(at: usize, code: &str) -> (String, String) {
    (format!("/payment_options/0/installments/{at}/notice_number"), code.to_owned())
}

/// Rules 2 and 3 over the API: what is taken, what is refused and where, and that one number is one installment's for ever.
pub(crate) async fn a_number_of_the_institutions_own_is_taken_once(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    gateway.change_institution(seeded.a.id, old_stations).await;
    let portal = gateway.portal(&seeded.for_a);
    let numbers =
        [own(1), "002152784547130177".to_owned(), "112345678901234567".to_owned(), "200000000000000103".to_owned()];
    let all: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let wanted = bringing("OLD-1", &all);
    let made = portal.make(POSITIONS, &wanted).await;
    holds(&made["payment_options"], &wanted["payment_options"]);
    for (at, iuv) in
        [(0, iuv_of(all[0]).as_str()), (1, "152784547130177"), (2, "12345678901234567"), (3, "00000000000000103")]
    {
        assert_eq!(text(&made, &format!("/payment_options/0/installments/{at}/iuv")), iuv);
        let found = portal.ids(format!("{POSITIONS}?notice_number={}", numbers[at])).await;
        assert_eq!(found, [text(&made, "/id")]);
        assert_eq!(portal.ids(format!("{POSITIONS}?iuv={iuv}")).await.len(), 1);
    }
    let wrong = bringing(
        "OLD-2",
        &[all[0], &own(2).replace("305", "306"), "305000000001234587", &own(3), &own(3), "000000000000000000"],
    );
    assert_eq!(
        refused(&portal, &wrong).await,
        [
            fault(0, "notice_number_taken"),
            fault(1, "not_routed"),
            fault(2, "wrong_check_digits"),
            fault(4, "duplicate_notice_number"),
            fault(5, "no_notice_number"),
        ]
    );
    let generated = portal.make(POSITIONS, &debt_position("NEW-1")).await;
    let inside = text(&generated, &format!("{FIRST}/notice_number"));
    assert_eq!(refused(&portal, &bringing("OLD-3", &[&inside])).await, [fault(0, "notice_number_taken")]);
    assert_eq!(refused(&portal, &bringing("OLD-3", &[&own(6_000_000_000_000)])).await, [fault(0, "in_local_range")]);
    let short = refused(&portal, &bringing("OLD-3", &["30500000000123458"])).await;
    assert_eq!(short, [fault(0, "too_short"), fault(0, "wrong_pattern")]);

    // On PUT the number may be repeated, and never becomes another one (rules.md 11).
    let place = format!("{POSITIONS}/{}", text(&made, "/id"));
    let same = portal.put(&place, &wanted).await.is(200).json();
    assert_eq!(same["payment_options"], made["payment_options"]);
    let mut other = wanted.clone();
    other["payment_options"][0]["installments"][1]["notice_number"] = json!(own(9));
    let kept = portal.put(&place, &other).await;
    kept.is_problem(422, "immutable_field");
    assert_eq!(kept.faults(), [fault(1, "immutable")]);
    let found = portal.post(format!("{POSITIONS}?if_exists=return"), &wanted).await;
    assert_eq!(found.is(200).json()["id"], made["id"]);
    let differs = portal.post(format!("{POSITIONS}?if_exists=return"), &other).await;
    differs.is_problem(409, "external_id_taken");

    // A draft that had it is removed: the number is not free again.
    let mut draft = bringing("OLD-4", &[&own(4)]);
    draft["publish"] = json!(false);
    let draft_id = text(&portal.make(POSITIONS, &draft).await, "/id");
    portal.ask(Ask::delete(format!("{POSITIONS}/{draft_id}"))).await.is(204);
    assert_eq!(refused(&portal, &draft).await, [fault(0, "notice_number_taken")]);
}

/// Rule 3 in a race: one gets the number, and the others are told why not.
pub(crate) async fn of_twelve_who_bring_one_number_one_gets_it(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    portal.token().await;
    let bodies: Vec<Value> = (0..12).map(|at| bringing(&format!("R-{at}"), &[&own(77)])).collect();
    let answers = join_all(bodies.iter().map(|body| portal.post(POSITIONS, body))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|seen| seen.status == 201);
    assert_eq!((won.len(), lost.len()), (1, 11));
    for seen in lost {
        seen.is_problem(422, "validation_failed");
        assert_eq!(seen.faults(), [fault(0, "notice_number_taken")]);
    }
    // Two items of one session cannot share a number, and one of them may bring its own.
    let session = |items: Value| json!({"line_items": items, "return_url": "https://portale.example.it/esito"});
    let item = |external_id: &str, number: &str| json!({"debt_position": bringing(external_id, &[number])});
    let both = portal.post(SESSIONS, &session(json!([item("S-1", &own(5)), item("S-2", &own(5))]))).await;
    both.is_problem(422, "validation_failed");
    assert_eq!(both.faults(), [("/line_items/1/debt_position".to_owned(), "duplicate_notice_number".to_owned())]);
    let taken = portal.post(SESSIONS, &session(json!([item("S-1", &own(5)), item("S-2", &own(77))]))).await;
    let pointer = format!("/line_items/1/debt_position{FIRST}/notice_number");
    assert_eq!(taken.faults(), [(pointer, "notice_number_taken".to_owned())]);
    let made = portal.make(SESSIONS, &session(json!([item("S-1", &own(5))]))).await;
    assert_eq!(made["line_items"][0]["notice_number"], own(5));
}

fn numbers(batch: &Value) -> BTreeSet<String> {
    batch["items"].as_array().unwrap().iter().map(|one| text(one, "/notice_number")).collect()
}

/// Rules 1 and 3: a batch reserves numbers of the institution's own sequence; each comes back from outside once, and the
/// generator never gives one.
pub(crate) async fn reserved_numbers_come_back_once_and_are_never_given(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let first = portal.post_as("batch", BATCHES, &json!({"size": 40})).await;
    let batch = first.is(201).json();
    let (place, reserved) = (format!("{BATCHES}/{}", text(&batch, "/id")), numbers(&batch));
    holds(&batch, &json!({"size": 40, "segregation_code": "05", "created_at": "2026-09-01T08:00:00Z"}));
    assert_eq!((first.header("location"), first.header("etag")), (Some(place.as_str()), Some("\"1\"")));
    assert!(batch.get("service_codes").is_none());
    assert_eq!(reserved.len(), 40);
    for one in batch["items"].as_array().unwrap() {
        assert_eq!(iuv_of(&text(one, "/notice_number")), text(one, "/iuv"));
    }
    let replay = portal.post_as("batch", BATCHES, &json!({"size": 40})).await;
    assert_eq!((replay.status, replay.header("idempotent-replayed")), (201, Some("true")));
    assert_eq!(replay.json(), batch);
    portal.post_as("batch", BATCHES, &json!({"size": 41})).await.is_problem(422, "idempotency_key_reused");
    assert_eq!(portal.get(&place).await.is(200).json(), batch);
    gateway.portal(&seeded.for_b).get(&place).await.is_problem(404, "not_found");
    let largest = portal.make(BATCHES, &json!({"size": 10_000})).await;
    assert!(numbers(&largest).is_disjoint(&reserved) && numbers(&largest).len() == 10_000);

    let (once, other) = (reserved.first().unwrap(), reserved.last().unwrap());
    let made = portal.make(POSITIONS, &bringing("P-1", &[once, other])).await;
    assert_eq!(text(&made, &format!("{FIRST}/notice_number")), *once);
    assert_eq!(refused(&portal, &bringing("P-2", &[once])).await, [fault(0, "notice_number_taken")]);
    let generated = portal.make(POSITIONS, &debt_position("P-3")).await;
    let given = text(&generated, &format!("{FIRST}/notice_number"));
    assert!(!reserved.contains(&given) && !numbers(&largest).contains(&given));
    // By its IUV alone, too.
    let third = reserved.iter().nth(1).unwrap();
    let mut by_iuv = bringing("P-4", &["x"]);
    by_iuv["payment_options"][0]["installments"][0] = json!({"amount": 100, "iuv": iuv_of(third)});
    assert_eq!(text(&portal.make(POSITIONS, &by_iuv).await, &format!("{FIRST}/notice_number")), *third);

    for (size, code) in [(0, "below_minimum"), (10_001, "above_maximum")] {
        let seen = portal.post(BATCHES, &json!({"size": size})).await;
        seen.is_problem(422, "validation_failed");
        assert_eq!(seen.faults(), [("/size".to_owned(), code.to_owned())]);
    }
    // Under another code from now on, the reserved numbers of the old one are still good (rules.md 17).
    let now = gateway.world.now();
    gateway
        .change_institution(seeded.a.id, |institution| {
            let mut next = institution.stations[0].clone();
            next.id = Uuid::from_u128(9).into();
            next.segregation_code = Some("07".parse().unwrap());
            next.valid_from = now;
            institution.stations[0].valid_to = Some(now);
            institution.stations.push(next);
        })
        .await;
    let portal = gateway.portal(&seeded.for_a);
    let fourth = reserved.iter().nth(2).unwrap();
    portal.make(POSITIONS, &bringing("P-5", &[fourth])).await;
    assert_eq!(refused(&portal, &bringing("P-6", &[&own(6)])).await, [fault(0, "not_routed")]);
    let next = portal.make(POSITIONS, &debt_position("P-7")).await;
    assert!(text(&next, &format!("{FIRST}/notice_number")).starts_with("307"));
    assert_eq!(portal.get(format!("{POSITIONS}/{}", text(&made, "/id"))).await.is(200).json(), made);
    assert_eq!(portal.get(&place).await.is(200).json(), batch);
    gateway.change_institution(seeded.a.id, |institution| institution.stations[1].issuing = false).await;
    portal.post(BATCHES, &json!({"size": 1})).await.is_problem(409, "no_issuing_station");
}

/// What a token for some services reserves is for these services; another restricted token neither sees nor uses it.
pub(crate) async fn a_restricted_token_reserves_for_its_own_services(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (whole, narrow) = (gateway.portal(&seeded.for_a), gateway.portal(&seeded.narrow));
    let own = narrow.make(BATCHES, &json!({"size": 3})).await;
    let all = whole.make(BATCHES, &json!({"size": 3})).await;
    assert_eq!(own["service_codes"], json!(["MENSA"]));
    let place = |batch: &Value| format!("{BATCHES}/{}", text(batch, "/id"));
    assert_eq!(whole.get(place(&own)).await.is(200).json(), own);
    assert_eq!(narrow.get(place(&own)).await.is(200).json(), own);
    narrow.get(place(&all)).await.is_problem(404, "not_found");
    let body = |service: &str, external_id: &str, number: &str| {
        let mut body = bringing(external_id, &[number]);
        body["service_code"] = json!(service);
        body
    };
    let (mine, shared): (Vec<_>, Vec<_>) = (numbers(&own).into_iter().collect(), numbers(&all).into_iter().collect());
    assert_eq!(refused(&whole, &body("TARI", "T-1", &mine[0])).await, [fault(0, "in_local_range")]);
    narrow.make(POSITIONS, &body("MENSA", "M-1", &mine[0])).await;
    whole.make(POSITIONS, &body("MENSA", "M-2", &mine[1])).await;
    narrow.make(POSITIONS, &body("MENSA", "M-3", &shared[0])).await;
    whole.make(POSITIONS, &body("TARI", "T-2", &shared[1])).await;
}
