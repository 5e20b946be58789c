// SPDX-License-Identifier: AGPL-3.0-or-later
//! Feeds page by page: a cursor that always comes back, one feed over several institutions, an order that clocks do not disturb,
//! and an end of what is old.

use std::collections::BTreeSet;

use tramite_domain::batch::{Batch, Write};
use tramite_domain::event::{Event, EventKind};
use tramite_domain::ids::EventId;
use tramite_domain::personal::Personal;
use tramite_domain::receipt::Party;
use tramite_domain::time::Instant;
use tramite_storage::{Backend, FeedFilter, FeedPage, OutcomeFilter, PageRequest, ReceiptFilter, Scope, StoreError};
use tramite_testkit::Database;

use crate::support::*;

async fn tell(town: &Town, scope: &Scope, event: &Event) {
    let batch = Batch::new().with(Write::InsertEvent(Box::new(event.clone())));
    town.store.commit(scope, batch).await.unwrap();
}

async fn publish(town: &Town) {
    town.store.system().publish_feed(1_000).await.unwrap();
}

fn ids(page: &FeedPage) -> Vec<EventId> {
    page.events.iter().map(|one| one.event.id).collect()
}

fn after(page: &FeedPage, limit: u16) -> PageRequest {
    // As a caller brings it: as a text.
    PageRequest { limit, cursor: Some(page.next.to_string().parse().unwrap()) }
}

pub(crate) async fn a_feed_always_says_where_it_goes_on(database: Database) {
    let town = town(&database).await;
    let scope = town.token(town.a.id);
    let all = FeedFilter::default();
    let read = async |request: &PageRequest| town.store.feed_page(&scope, &all, request, now()).await.unwrap();
    let empty = read(&PageRequest::first(2)).await;
    assert_eq!((empty.events.len(), empty.has_more), (0, false));
    let told: Vec<Event> = (0..5).map(|_| event(&simple("P"))).collect();
    for one in &told {
        tell(&town, &town.node(), one).await;
    }
    publish(&town).await;
    let (mut page, mut seen, mut more) = (empty, Vec::new(), Vec::new());
    for _ in 0..3 {
        page = read(&after(&page, 2)).await;
        seen.extend(ids(&page));
        more.push(page.has_more);
    }
    assert_eq!((seen.len(), more), (5, vec![true, true, false]));
    assert_eq!(seen.iter().copied().collect::<BTreeSet<_>>(), told.iter().map(|one| one.id).collect());
    let end = read(&after(&page, 2)).await;
    assert_eq!((end.events.len(), end.has_more), (0, false));
    // Who asks for what does not happen goes on all the same, and misses nothing afterwards.
    let rare = FeedFilter { kinds: vec![EventKind::ReceiptReceived], ..FeedFilter::default() };
    let passed = town.store.feed_page(&scope, &rare, &PageRequest::first(2), now()).await.unwrap();
    assert_eq!((passed.events.len(), &passed.next), (0, &end.next));
    let mut paid = event(&simple("P"));
    paid.kind = EventKind::ReceiptReceived;
    tell(&town, &town.node(), &paid).await;
    publish(&town).await;
    let found = town.store.feed_page(&scope, &rare, &after(&passed, 2), now()).await.unwrap();
    assert_eq!(ids(&found), [paid.id]);
    assert_eq!(town.store.event(&scope, paid.id).await.unwrap().unwrap().event, paid);
    assert!(town.store.event(&town.token(town.b.id), paid.id).await.unwrap().is_none());
    assert!(town.store.event(&town.restricted(&["MENSA"]), paid.id).await.unwrap().is_none());
    // A place of another list is none of this, and one that is older than what is kept is told to be so.
    let foreign = town.store.system().feed_of_all(std::slice::from_ref(&scope), &all, &after(&found, 2), now()).await;
    assert!(matches!(foreign, Err(StoreError::Cursor(_))), "{foreign:?}");
    let later: Instant = "2028-04-01T00:00:00Z".parse().unwrap();
    let old = town.store.feed_page(&scope, &all, &after(&found, 2), later).await;
    assert!(matches!(old, Err(StoreError::CursorExpired)), "{old:?}");
    assert!(town.store.feed_page(&scope, &all, &after(&found, 2), later.plus_seconds(-86_400)).await.is_ok());
}

pub(crate) async fn one_feed_over_several_institutions_holds_what_each_delegation_opens(database: Database) {
    let town = town(&database).await;
    let (a, b) = (town.a.id, town.b.id);
    let narrow = Scope::of_token(b, Some(BTreeSet::from(["MENSA".parse().unwrap()])), town.portal);
    let (of_a, of_b) = (Scope::of_node(a), Scope::of_node(b));
    let mut canteen = event(&simple("P"));
    canteen.data.service_code = Some("MENSA".parse().unwrap());
    let mut theirs = event(&simple("P"));
    theirs.client_id = Some(town.other);
    let mut own = event(&simple("P"));
    (own.client_id, own.data.service_code, own.data.debt_position_id) = (Some(town.portal), None, None);
    let (first, other_service, last) = (event(&simple("P")), event(&simple("P")), event(&simple("P")));
    for (scope, one) in
        [(&of_a, &first), (&of_b, &other_service), (&of_b, &canteen), (&of_a, &theirs), (&of_b, &own), (&of_a, &last)]
    {
        tell(&town, scope, one).await;
        publish(&town).await;
    }
    let system = town.store.system();
    let scopes = [town.token(a), narrow];
    let all = FeedFilter::default();
    let mut request = PageRequest::first(2);
    let mut seen = Vec::new();
    loop {
        let page = system.feed_of_all(&scopes, &all, &request, now()).await.unwrap();
        seen.extend(page.events.iter().map(|one| (one.institution, one.event.id)));
        request = after(&page, 2);
        if !page.has_more {
            break;
        }
    }
    assert_eq!(seen, [(a, first.id), (b, canteen.id), (b, own.id), (a, last.id)], "merged in the order of the feed");
    // An end of a delegation ends its part, and the place goes on for the rest.
    let fresh = event(&simple("P"));
    tell(&town, &of_a, &fresh).await;
    publish(&town).await;
    let rest = system.feed_of_all(&scopes[1..], &all, &request, now()).await.unwrap();
    assert_eq!((ids(&rest), rest.has_more), (vec![], false));
    let rest = system.feed_of_all(&scopes, &all, &request, now()).await.unwrap();
    assert_eq!(ids(&rest), [fresh.id]);
    assert!(system.feed_of_all(&[], &all, &PageRequest::first(9), now()).await.unwrap().events.is_empty());
    assert!(system.event_of_all(&scopes, canteen.id).await.unwrap().is_some());
    assert!(system.event_of_all(&scopes, other_service.id).await.unwrap().is_none());
    let active = system.active_among(vec![a, b, id()]).await.unwrap();
    assert_eq!(active.len(), 2);
}

/// Two processes whose clocks differ change one position one after the other, and the publisher comes afterwards.
pub(crate) async fn events_of_a_position_stand_in_the_order_of_its_versions_whatever_clocks_say(database: Database) {
    let town = town(&database).await;
    let position = simple("P-1");
    let version = |version: i64, seconds: i64| {
        let mut one = event(&position);
        (one.data.version, one.at) = (Some(version), now().plus_seconds(seconds));
        one
    };
    // The second version by a clock that is slow, and others between them.
    let own = [version(1, 30), version(2, 10), version(3, 20)];
    for one in &own {
        tell(&town, &town.node(), one).await;
        let mut between = event(&simple("P-2"));
        between.at = now().plus_seconds(15);
        tell(&town, &town.node(), &between).await;
    }
    // A round that takes one event at most takes what is before it too.
    while town.store.system().publish_feed(1).await.unwrap() > 0 {}
    let feed = town.store.feed(&town.node(), 0, 100).await.unwrap();
    let order: Vec<i64> = feed
        .iter()
        .filter(|one| one.event.data.debt_position_id == Some(position.id))
        .filter_map(|one| one.event.data.version)
        .collect();
    assert_eq!((feed.len(), order), (6, vec![1, 2, 3]));
    let positions: BTreeSet<i64> = feed.iter().map(|one| one.position).collect();
    assert_eq!(positions, (1..=6).collect());
}

/// Events are kept for longer where the journal is, and at the first of a month: places among those would not hold.
pub(crate) async fn a_feed_begins_where_its_places_hold_though_older_events_are_kept(database: Database) {
    let town = town(&database).await;
    let scope = town.token(town.a.id);
    let told = |at: Instant| {
        let mut one = event(&simple("P"));
        (one.kind, one.at, one.data.paid_at) = (EventKind::InstallmentPaid, at, Some(at));
        one
    };
    let thirty_months_ago: Instant = "2023-09-15T00:00:00Z".parse().unwrap();
    let old: Vec<Event> = (0..3).map(|_| told(thirty_months_ago)).collect();
    for one in &old {
        tell(&town, &town.node(), one).await;
    }
    publish(&town).await;
    let all = FeedFilter::default();
    let read = async |request: &PageRequest| town.store.feed_page(&scope, &all, request, now()).await.unwrap();
    let none = read(&PageRequest::first(2)).await;
    assert_eq!((ids(&none), none.has_more), (vec![], false));
    let young = told(now());
    tell(&town, &town.node(), &young).await;
    publish(&town).await;
    assert_eq!(ids(&read(&after(&none, 2)).await), [young.id]);
    let page = read(&PageRequest::first(2)).await;
    assert_eq!(ids(&page), [young.id]);
    assert!(ids(&read(&after(&page, 2)).await).is_empty());
    let filter = OutcomeFilter::default();
    let page = town.store.outcomes(&scope, &filter, 2, None, now()).await.unwrap();
    assert_eq!(page.lines.iter().map(|line| line.event.id).collect::<Vec<_>>(), [young.id]);
    assert!(town.store.outcomes(&scope, &filter, 2, Some(&page.next), now()).await.is_ok());
    // By its id each is read as long as it is kept.
    assert!(town.store.event(&scope, old[0].id).await.unwrap().is_some());
}

pub(crate) async fn old_events_go_once_they_were_told_and_young_ones_stay(database: Database) {
    let town = town(&database).await;
    let at = |text: &str| text.parse::<Instant>().unwrap();
    for month in ["2020-01-15T00:00:00Z", "2020-02-15T00:00:00Z", "2020-03-15T00:00:00Z"] {
        let mut one = event(&simple("P"));
        one.at = at(month);
        tell(&town, &town.node(), &one).await;
    }
    publish(&town).await;
    let mut waiting = event(&simple("P"));
    waiting.at = at("2020-01-20T00:00:00Z");
    tell(&town, &town.node(), &waiting).await;
    let system = town.store.system();
    let march = "2020-03-01".parse().unwrap();
    let mut gone = 0;
    for _ in 0..5 {
        gone += system.end_events(march, 1).await.unwrap();
    }
    // Where there is one writer, the fourth was told at once and went too.
    let told = town.store.backend() == Backend::Sqlite;
    assert_eq!(gone, if told { 3 } else { 2 });
    publish(&town).await;
    assert_eq!(town.store.feed(&town.node(), 0, 10).await.unwrap().len(), if told { 1 } else { 2 });
    // Nothing of the last two years goes, whatever is asked; on SQLite the caller alone says so.
    if !told {
        let mut young = event(&simple("P"));
        young.at = Instant::new(chrono::Utc::now());
        tell(&town, &town.node(), &young).await;
        publish(&town).await;
        system.end_events("2999-01-01".parse().unwrap(), 10).await.unwrap();
        assert_eq!(town.store.feed(&town.node(), 0, 10).await.unwrap().len(), 1);
    }
}

pub(crate) async fn receipts_are_found_by_debtor_payer_reference_and_notice(database: Database) {
    let town = town(&database).await;
    let owed = simple("P-1");
    town.add(&owed).await;
    let mut paid_by = receipt("RT-1", Some(&owed));
    let payer = Party {
        kind: "F".to_owned(),
        tax_code: "vrdlgi80a01h501x".to_owned(),
        full_name: "Altro Pagatore".to_owned(),
        email: None,
    };
    paid_by.content.payer = Some(Personal::new(payer));
    let mut wrong = receipt("RT-2", None);
    // Beyond all bounds, and kept all the same.
    wrong.content.debtor.as_mut().unwrap().clone_from(&Personal::new(Party {
        kind: "F".to_owned(),
        tax_code: "X".repeat(9_000),
        full_name: String::new(),
        email: None,
    }));
    for one in [&paid_by, &wrong] {
        town.store.commit(&town.node(), Batch::new().with(Write::InsertReceipt(Box::new(one.clone())))).await.unwrap();
    }
    let found = async |scope: &Scope, filter: ReceiptFilter| {
        let page = town.store.receipts(scope, &filter, &PageRequest::first(10), now()).await.unwrap();
        page.items.into_iter().map(|one| one.content.receipt_id).collect::<Vec<_>>()
    };
    let person = |code: &str| ReceiptFilter {
        person_tax_code: Some(Personal::new(code.parse().unwrap())),
        ..ReceiptFilter::default()
    };
    let scope = town.token(town.a.id);
    assert_eq!(found(&scope, person("RSSMRA85T10A562S")).await, ["RT-1"]);
    assert_eq!(found(&scope, person("VRDLGI80A01H501X")).await, ["RT-1"]);
    assert!(found(&scope, person("99999000013")).await.is_empty());
    assert!(found(&town.token(town.b.id), person("RSSMRA85T10A562S")).await.is_empty(), "another tenant");
    assert!(found(&town.restricted(&["MENSA"]), person("RSSMRA85T10A562S")).await.is_empty(), "another service");
    let number = first_number(&owed);
    let by_iuv = ReceiptFilter { iuv: Some(number.iuv().to_string()), ..ReceiptFilter::default() };
    assert_eq!(found(&scope, by_iuv).await, ["RT-1"]);
    let by_notice = ReceiptFilter { notice_number: Some(number), ..ReceiptFilter::default() };
    assert_eq!(found(&scope, by_notice).await, ["RT-1"]);
    let by_id = ReceiptFilter { receipt_id: Some("RT-2".to_owned()), ..ReceiptFilter::default() };
    assert_eq!(found(&scope, by_id).await, ["RT-2"]);
}

/// Every receipt of money is one line, whatever it paid, and what is taken back is one more (I2).
pub(crate) async fn outcomes_are_told_once_each_and_go_on_from_a_cursor(database: Database) {
    let town = town(&database).await;
    let owed = simple("P-1");
    town.add(&owed).await;
    let kept = receipt("RT-1", Some(&owed));
    let mut batch = Batch::new().with(Write::InsertReceipt(Box::new(kept.clone())));
    let told = |kind: EventKind, paid: bool| {
        let mut one = event(&owed);
        one.kind = kind;
        one.data.installment_id = Some(first(&owed));
        one.data.paid_at = paid.then(now);
        one
    };
    let mut by_receipt = told(EventKind::InstallmentPaid, true);
    by_receipt.data.receipt_id = Some(kept.id);
    let lines = [by_receipt, told(EventKind::InstallmentPaid, true), told(EventKind::InstallmentReopened, true)];
    let others = [told(EventKind::ReceiptReceived, false), told(EventKind::PositionUpdated, false)];
    for one in lines.iter().chain(&others) {
        batch.push(Write::InsertEvent(Box::new(one.clone())));
    }
    town.store.commit(&town.node(), batch).await.unwrap();
    publish(&town).await;
    let scope = town.token(town.a.id);
    let (mut cursor, mut seen) = (None, Vec::new());
    loop {
        let page = town.store.outcomes(&scope, &OutcomeFilter::default(), 2, cursor.as_ref(), now()).await.unwrap();
        seen.extend(page.lines);
        cursor = Some(page.next);
        if !page.has_more {
            break;
        }
    }
    let told: Vec<EventId> = seen.iter().map(|line| line.event.id).collect();
    assert_eq!(told, lines.iter().map(|one| one.id).collect::<Vec<_>>());
    assert_eq!(seen[0].receipt.as_ref().map(|one| one.content.clone()), Some(kept.content.clone()));
    assert_eq!(seen[0].amount_due, Some(owed.options[0].installments[0].amount));
    assert!(seen[1].receipt.is_none());
    let none = async |scope: &Scope, filter: &OutcomeFilter| {
        town.store.outcomes(scope, filter, 100, None, now()).await.unwrap().lines.is_empty()
    };
    assert!(none(&town.restricted(&["MENSA"]), &OutcomeFilter::default()).await);
    assert!(none(&town.token(town.b.id), &OutcomeFilter::default()).await);
    let later = now().plus_seconds(1);
    assert!(none(&scope, &OutcomeFilter { paid_from: Some(later), ..OutcomeFilter::default() }).await);
    assert!(none(&scope, &OutcomeFilter { paid_to: Some(now()), ..OutcomeFilter::default() }).await);
    assert!(none(&scope, &OutcomeFilter { updated_since: Some(later), ..OutcomeFilter::default() }).await);
}
