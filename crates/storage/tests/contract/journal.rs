// SPDX-License-Identifier: AGPL-3.0-or-later
//! The journal as it is searched, what a position's history is made of, and when a line may go.

use std::collections::BTreeSet;
use std::sync::Arc;

use tramite_domain::attempt::AttemptKind;
use tramite_domain::audit::AuditLine;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::event::{Event, EventKind};
use tramite_domain::ids::InstitutionId;
use tramite_domain::journal::{Direction, JournalEntry};
use tramite_domain::session::CheckoutSession;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_domain::time::Instant;
use tramite_storage::{
    Backend, History, JournalFilter, Page, PageRequest, Scope, StoreError, TimelineFact, TimelineItem,
};
use tramite_testkit::Database;

use crate::support::*;

fn creditor() -> InstitutionTaxCode {
    "99999000013".parse().unwrap()
}

/// A line about the first notice of a position.
fn about(position: &DebtPosition, at: Instant) -> JournalEntry {
    let number = first_number(position);
    let (notice_number, iuv) = (Some(number.to_string()), Some(number.iuv().to_string()));
    JournalEntry { notice_number, iuv, at, ..journal_entry() }
}

async fn keep(town: &Town, owner: InstitutionId, lines: &[&JournalEntry]) {
    let lines: Arc<[_]> = lines.iter().map(|line| (Some(owner), (*line).clone())).collect();
    town.store.system().append_journal(lines).await.unwrap();
}

/// The ids of the lines that a filter finds, as text.
async fn found(town: &Town, scope: &Scope, filter: &JournalFilter) -> Vec<String> {
    let page = town.store.journal(scope, creditor(), filter, &PageRequest::first(50)).await.unwrap();
    assert_eq!(page.next, None);
    assert!(page.items.iter().all(|line| line.payload.is_empty()), "lists read no payloads");
    page.items.iter().map(|line| line.id.to_string()).collect()
}

fn ids(lines: &[&JournalEntry]) -> Vec<String> {
    lines.iter().map(|line| line.id.to_string()).collect()
}

pub(crate) async fn the_journal_is_found_by_each_of_its_filters(database: Database) {
    let town = town(&database).await;
    let (one, other) = (simple("T-1"), simple("T-2"));
    let at = |minutes: i64| now().plus_minutes(minutes);
    let verify = JournalEntry { operation: "paVerifyPaymentNotice".to_owned(), ..about(&one, at(1)) };
    let refused = JournalEntry {
        outcome: Some("PAA_PAGAMENTO_SCADUTO".to_owned()),
        direction: Direction::Response,
        ..about(&other, at(2))
    };
    let receipt = JournalEntry { payment_token: Some("rt-1".to_owned()), ..about(&one, at(3)) };
    let session: uuid::Uuid = id();
    let cart = JournalEntry { session_id: Some(session), operation: "PostCarts".to_owned(), ..about(&other, at(4)) };
    keep(&town, town.a.id, &[&verify, &refused, &receipt, &cart]).await;
    keep(&town, town.b.id, &[&about(&one, at(1))]).await;
    let scope = town.token(town.a.id);
    let all = JournalFilter::default();
    assert_eq!(found(&town, &scope, &all).await, ids(&[&cart, &receipt, &refused, &verify]), "the newest first");
    let oldest = JournalFilter { oldest_first: true, ..all.clone() };
    assert_eq!(found(&town, &scope, &oldest).await, ids(&[&verify, &refused, &receipt, &cart]));
    let (number, token) = (first_number(&one), Some("rt-1".to_owned()));
    for (filter, lines) in [
        (JournalFilter { notice_number: Some(number), ..all.clone() }, [&receipt, &verify].as_slice()),
        (JournalFilter { iuv: Some(number.iuv()), ..all.clone() }, &[&receipt, &verify]),
        (JournalFilter { payment_token: token.clone(), ..all.clone() }, &[&receipt]),
        (JournalFilter { session_id: Some(session.into()), ..all.clone() }, &[&cart]),
        (JournalFilter { outcome: refused.outcome.clone(), ..all.clone() }, &[&refused]),
        (JournalFilter { outcome: Some("OK".to_owned()), ..all.clone() }, &[&cart, &receipt, &verify]),
        (JournalFilter { operation: Some("PostCarts".to_owned()), ..all.clone() }, &[&cart]),
        (JournalFilter { from: Some(at(2)), to: Some(at(4)), ..all.clone() }, &[&receipt, &refused]),
        (JournalFilter { payment_token: token, operation: Some("PostCarts".to_owned()), ..all.clone() }, &[]),
    ] {
        assert_eq!(found(&town, &scope, &filter).await, ids(lines), "{filter:?}");
    }
    let b = town.token(town.b.id);
    assert_eq!(found(&town, &b, &all).await.len(), 1);
    let whole = town.store.journal_entry(&scope, creditor(), verify.id).await.unwrap();
    assert_eq!(whole, Some(verify.clone()));
    assert_eq!(town.store.journal_entry(&b, creditor(), verify.id).await.unwrap(), None);
    walks_page_by_page(&town, &scope, &all).await;
    // The channel is what the receipt of the payment tells.
    let mut kept = crate::support::receipt("rt-1", None);
    kept.content.psp.channel_id = "12345678903_07".to_owned();
    let keeping = tramite_domain::batch::Batch::new().with(Write::InsertReceipt(Box::new(kept)));
    town.store.commit(&town.node(), keeping).await.unwrap();
    let channels = town.store.channels(&scope, vec!["rt-1".to_owned(), "rt-2".to_owned()]).await.unwrap();
    assert_eq!(channels.into_iter().collect::<Vec<_>>(), [("rt-1".to_owned(), "12345678903_07".to_owned())]);
}

async fn walks_page_by_page(town: &Town, scope: &Scope, filter: &JournalFilter) {
    for oldest_first in [false, true] {
        let filter = JournalFilter { oldest_first, ..filter.clone() };
        let whole = found(town, scope, &filter).await;
        let (mut walked, mut request) = (Vec::new(), PageRequest::first(1));
        loop {
            let page = town.store.journal(scope, creditor(), &filter, &request).await.unwrap();
            walked.extend(page.items.iter().map(|line| line.id.to_string()));
            let Some(next) = page.next else { break };
            request.cursor = Some(next.to_string().parse().unwrap());
        }
        assert_eq!(walked, whole);
        let alien = JournalFilter { oldest_first: !oldest_first, ..filter };
        let refused = town.store.journal(scope, creditor(), &alien, &request).await;
        assert!(matches!(refused, Err(StoreError::Cursor(_))), "a cursor leads on in its own direction");
    }
}

pub(crate) async fn a_line_is_found_by_its_reference_whatever_its_notice_tells(database: Database) {
    let town = town(&database).await;
    let (one, other) = (simple("T-1"), simple("T-2"));
    let (number, at) = (first_number(&one), |minutes: i64| now().plus_minutes(minutes));
    let told = about(&one, at(1));
    let without = JournalEntry { notice_number: None, ..about(&one, at(2)) };
    // A receipt may bring a reference that is not the one of its notice.
    let crossed = JournalEntry { iuv: told.iuv.clone(), ..about(&other, at(3)) };
    let again = about(&one, at(4));
    let creditors = JournalEntry { iuv: Some("RF18539007547034".to_owned()), ..about(&one, at(5)) };
    let old = JournalEntry {
        notice_number: Some("001100000000000164".to_owned()),
        iuv: Some("100000000000164".to_owned()),
        ..about(&one, at(6))
    };
    keep(&town, town.a.id, &[&told, &without, &crossed, &again, &creditors, &old]).await;
    let scope = town.token(town.a.id);
    let by = |iuv: &str| JournalFilter { iuv: Some(iuv.parse().unwrap()), ..JournalFilter::default() };
    let ours = by(number.iuv().as_str());
    assert_eq!(found(&town, &scope, &ours).await, ids(&[&again, &crossed, &without, &told]));
    assert_eq!(found(&town, &scope, &by("RF18539007547034")).await, ids(&[&creditors]));
    assert_eq!(found(&town, &scope, &by("100000000000164")).await, ids(&[&old]));
    walks_page_by_page(&town, &scope, &ours).await;
    let both = JournalFilter { notice_number: Some(number), ..ours };
    assert_eq!(found(&town, &scope, &both).await, ids(&[&again, &told]));
}

pub(crate) async fn a_line_is_found_by_its_token_with_or_without_a_receipt(database: Database) {
    let town = town(&database).await;
    let (one, at) = (simple("T-1"), |minutes: i64| now().plus_minutes(minutes));
    let line =
        |token: &str, minutes| JournalEntry { payment_token: Some(token.to_owned()), ..about(&one, at(minutes)) };
    let (request, response) = (line("rt-1", 1), line("rt-1", 2));
    let (refused, again, foreign) = (line("rt-2", 3), line("rt-1", 4), line("rt-3", 5));
    let mut batch = Batch::new().with(Write::InsertReceipt(Box::new(receipt("rt-1", None))));
    for one in [&request, &response, &foreign] {
        batch.push(Write::InsertJournal(Box::new(one.clone())));
    }
    town.store.commit(&town.node(), batch).await.unwrap();
    keep(&town, town.a.id, &[&refused, &again]).await;
    assert_eq!(crate::raw::count(&database, "journal WHERE receipt_row_id IS NOT NULL").await, 2);
    let scope = town.token(town.a.id);
    let by = |token: &str| JournalFilter { payment_token: Some(token.to_owned()), ..JournalFilter::default() };
    for (token, lines) in [
        ("rt-1", [&again, &response, &request].as_slice()),
        ("rt-2", &[&refused]),
        ("rt-3", &[&foreign]),
        ("rt-4", &[]),
    ] {
        assert_eq!(found(&town, &scope, &by(token)).await, ids(lines), "{token}");
        assert_eq!(found(&town, &town.token(town.b.id), &by(token)).await, ids(&[]), "{token}");
    }
    let late = JournalFilter { from: Some(at(2)), iuv: Some(first_number(&one).iuv()), ..by("rt-1") };
    assert_eq!(found(&town, &scope, &late).await, ids(&[&again, &response]));
    walks_page_by_page(&town, &scope, &by("rt-1")).await;
}

pub(crate) async fn a_restricted_token_sees_the_lines_of_its_own_notices_alone(database: Database) {
    let town = town(&database).await;
    // An institution may still hold notices of the other aux digits, whose reference begins at another digit.
    let mut tari = simple("T-1");
    renumber(&mut tari, "002152784547130177".parse().unwrap());
    let mut mensa = simple("M-1");
    mensa.service_code = Some("MENSA".parse().unwrap());
    town.add(&tari).await;
    town.add(&mensa).await;
    let session_of = |positions: &[&DebtPosition]| CheckoutSession { id: id(), ..session(town.portal, positions) };
    let (own, mixed) = (session_of(&[&tari]), session_of(&[&tari, &mensa]));
    for one in [&own, &mixed] {
        let insert = tramite_domain::batch::Batch::new().with(Write::InsertSession(Box::new(one.clone())));
        town.store.commit(&town.node(), insert).await.unwrap();
    }
    let cart = |one: &CheckoutSession| JournalEntry { session_id: Some(one.id.uuid()), ..about(&tari, now()) };
    let (of_tari, of_mensa, unknown) = (about(&tari, now()), about(&mensa, now()), about(&simple("X"), now()));
    // The number of our notice, but another institution's notice.
    let copy = JournalEntry { creditor_tax_code: Some("77777777777".to_owned()), ..about(&tari, now()) };
    let (own_cart, mixed_cart, unread) = (cart(&own), cart(&mixed), journal_entry());
    let lines = [&of_tari, &of_mensa, &unknown, &copy, &own_cart, &mixed_cart, &unread];
    keep(&town, town.a.id, &lines).await;
    let everything: BTreeSet<String> =
        found(&town, &town.token(town.a.id), &JournalFilter::default()).await.into_iter().collect();
    assert_eq!(everything, ids(&lines).into_iter().collect());
    for (codes, seen) in [
        (vec!["TARI"], vec![&of_tari, &own_cart]),
        (vec!["MENSA"], vec![&of_mensa]),
        (vec!["TARI", "MENSA"], vec![&of_tari, &of_mensa, &own_cart, &mixed_cart]),
        (vec!["IMU"], vec![]),
    ] {
        let scope = town.restricted(&codes);
        let found: BTreeSet<String> = found(&town, &scope, &JournalFilter::default()).await.into_iter().collect();
        assert_eq!(found, ids(&seen).into_iter().collect(), "{codes:?}");
        for line in lines {
            let one = town.store.journal_entry(&scope, creditor(), line.id).await.unwrap();
            assert_eq!(one.is_some(), found.contains(&line.id.to_string()), "{codes:?}");
        }
    }
}

/// The kinds and instants of a page, in minutes.
fn told(items: &[TimelineItem]) -> Vec<(&'static str, i64)> {
    let name = |fact: &TimelineFact| match fact {
        TimelineFact::Session(..) => "session",
        TimelineFact::Message(_) => "message",
        TimelineFact::Attempt(_) => "attempt",
        TimelineFact::Receipt(_) => "receipt",
        TimelineFact::Event(_) => "event",
        TimelineFact::Action(_) => "action",
    };
    items.iter().map(|item| (name(&item.fact), item.at.seconds_since(now()) / 60)).collect()
}

async fn history(town: &Town, scope: &Scope, position: &DebtPosition, page: &PageRequest) -> Option<History> {
    town.store.history(scope, creditor(), position.id, page, now()).await.unwrap()
}

pub(crate) async fn everything_that_happened_to_a_position_is_told_in_order(database: Database) {
    let town = town(&database).await;
    let (mut one, other) = (simple("T-1"), simple("T-2"));
    one.cancelled_at = Some(now());
    let at = |minutes: i64| now().plus_minutes(minutes);
    let made = CheckoutSession { id: id(), created_at: at(1), ..session(town.portal, &[&one]) };
    let mut tried = attempt(first(&one), AttemptKind::Get, "");
    tried.at = at(2);
    let receipt = tramite_domain::receipt::Receipt { received_at: at(3), ..receipt("rt-1", Some(&one)) };
    let mut of_session = Event { id: id(), kind: EventKind::SessionUpdated, at: at(4), ..event(&one) };
    of_session.data.debt_position_id = None;
    of_session.data.session_id = Some(made.id);
    let mut cancelled = Event { id: id(), kind: EventKind::PositionUpdated, at: at(3), ..event(&one) };
    cancelled.data.status = Some("cancelled".to_owned());
    cancelled.data.previous_status = Some("open".to_owned());
    cancelled.data.changed_by = Some(town.portal);
    let action = AuditLine { at: at(3), subject: format!("debt_position {}", one.id), ..audit_line() };
    let batch = inserting(&one)
        .with(Write::InsertPosition(Box::new(other.clone())))
        .with(Write::InsertSession(Box::new(made.clone())))
        .with(Write::RecordAttempt(tried))
        .with(Write::InsertReceipt(Box::new(receipt.clone())))
        .with(Write::InsertEvent(Box::new(Event { id: id(), ..event(&one) })))
        .with(Write::InsertEvent(Box::new(of_session)))
        .with(Write::InsertEvent(Box::new(cancelled)))
        .with(Write::InsertEvent(Box::new(Event { id: id(), ..event(&other) })))
        .with(Write::InsertAudit(action))
        .with(Write::InsertAudit(audit_line()));
    town.store.commit(&town.node(), batch).await.unwrap();
    let look_up = JournalEntry { operation: "paVerifyPaymentNotice".to_owned(), ..about(&one, at(2)) };
    let copy = JournalEntry { creditor_tax_code: Some("77777777777".to_owned()), ..about(&one, at(5)) };
    keep(&town, town.a.id, &[&look_up, &about(&other, at(2)), &copy]).await;

    let scope = town.token(town.a.id);
    let whole = history(&town, &scope, &one, &PageRequest::first(50)).await.unwrap();
    let expected = [
        ("event", 0),
        ("session", 1),
        ("message", 2),
        ("attempt", 2),
        ("receipt", 3),
        ("event", 3),
        ("action", 3),
        ("event", 4),
    ];
    assert_eq!(told(&whole.items.items), expected);
    assert_eq!((whole.looked_up_at, whole.cancelled_by), (Some(at(2)), Some(town.portal)));
    assert_eq!((whole.attempts.len(), whole.receipts.len()), (1, 1));
    assert_eq!(whole.sessions, vec![(made.clone(), true)]);
    let named: Vec<_> = whole.items.items.iter().filter_map(|item| item.session_id).collect();
    assert_eq!(named, [made.id, made.id]);
    // Page by page nothing is lost or told twice.
    let (mut walked, mut request) = (Vec::new(), PageRequest::first(1));
    loop {
        let Page { items, next, .. } = history(&town, &scope, &one, &request).await.unwrap().items;
        walked.extend(items);
        let Some(next) = next else { break };
        request.cursor = Some(next.to_string().parse().unwrap());
    }
    assert_eq!(walked, whole.items.items);
    // Another client sees that there was a session, and not which.
    let stranger = Scope::of_token(town.a.id, None, town.other);
    let seen = history(&town, &stranger, &one, &PageRequest::first(50)).await.unwrap();
    assert_eq!(told(&seen.items.items), expected);
    assert!(seen.items.items.iter().all(|item| item.session_id.is_none()));
    assert_eq!(seen.sessions, vec![(made, false)]);
    for scope in [town.token(town.b.id), town.restricted(&["MENSA"])] {
        assert_eq!(history(&town, &scope, &one, &PageRequest::first(50)).await, None);
    }
}

pub(crate) async fn what_the_journal_need_no_longer_keep_goes_and_nothing_else(database: Database) {
    let town = town(&database).await;
    let system = town.store.system();
    let is_postgres = town.store.backend() == Backend::Postgres;
    if is_postgres {
        for (name, from, to) in [("2020_01", "2020-01-01", "2020-02-01"), ("2020_03", "2020-03-01", "2020-04-01")] {
            let sql =
                format!("CREATE TABLE journal_{name} PARTITION OF journal FOR VALUES FROM ('{from}') TO ('{to}')");
            crate::raw::psql(&database, &sql);
        }
    }
    let line = |at: &str| JournalEntry { at: at.parse().unwrap(), ..journal_entry() };
    let old = ["2020-01-15T10:00:00Z", "2020-02-15T10:00:00Z", "2019-12-31T23:59:59Z", "2020-02-29T23:59:59.999999Z"];
    let kept = ["2020-03-01T00:00:00Z", "2020-05-01T00:00:00Z"];
    let lines: Vec<JournalEntry> = old.iter().chain(&kept).map(|at| line(at)).collect();
    keep(&town, town.a.id, &lines.iter().collect::<Vec<_>>()).await;
    // Of another institution, of the platform, and of today.
    keep(&town, town.b.id, &[&line(old[1])]).await;
    let today = JournalEntry { at: chrono::Utc::now().into(), ..journal_entry() };
    system.append_journal(Arc::new([(None, line(old[2])), (None, today)])).await.unwrap();
    let count = async || crate::raw::count(&database, "journal").await;
    assert_eq!(count().await, 9);
    let march = "2020-03-01".parse().unwrap();
    let mut gone = 0;
    loop {
        let ended = system.end_journal(march, 2).await.unwrap();
        // A whole month goes at once on PostgreSQL: one partition, and two lines of no partition.
        assert!(ended <= if is_postgres { 3 } else { 2 }, "{ended}");
        gone += ended;
        if ended == 0 {
            break;
        }
    }
    assert_eq!((gone, count().await), (6, 3));
    if is_postgres {
        let left = "SELECT count(*) FROM pg_class WHERE relname IN ('journal_2020_01', 'journal_2020_03')";
        assert_eq!(crate::raw::psql(&database, left), "1");
        // A clock that is wrong ends nothing of the last two years.
        while system.end_journal("2199-01-01".parse().unwrap(), 2).await.unwrap() > 0 {}
        assert_eq!(count().await, 1);
    }
}
