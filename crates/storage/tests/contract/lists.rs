// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lists: filters that agree with the pure functions, pages that are stable.

use std::collections::BTreeSet;

use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{DebtPosition, Payment, PositionStatus, StatusFacts, position_status};
use tramite_domain::ids::DebtPositionId;
use tramite_domain::personal::Personal;
use tramite_domain::session::{SessionStatus, session_status};
use tramite_domain::time::Instant;
use tramite_storage::{
    COMMIT_WINDOW_SECONDS, PageRequest, PositionFilter, ReceiptFilter, Scope, SessionFilter, Store, StoreError,
};
use tramite_testkit::Database;

use crate::support::*;

const STATES: [PositionStatus; 8] = [
    PositionStatus::Draft,
    PositionStatus::Scheduled,
    PositionStatus::Open,
    PositionStatus::PartiallyPaid,
    PositionStatus::Paid,
    PositionStatus::Reported,
    PositionStatus::Expired,
    PositionStatus::Cancelled,
];

/// All positions of a filter, page by page.
async fn all(store: &Store, scope: &Scope, filter: &PositionFilter, at: Instant, limit: u16) -> Vec<DebtPosition> {
    let mut request = PageRequest::first(limit);
    let mut found = Vec::new();
    loop {
        let page = store.positions(scope, filter, &request, at).await.unwrap();
        assert!(page.items.len() <= usize::from(limit));
        found.extend(page.items);
        match page.next {
            Some(next) => request.cursor = Some(next.to_string().parse().unwrap()),
            None => return found,
        }
    }
}

/// A position in some state, reached by dates, payments and cancellations of all kinds.
pub(crate) fn any_position(chance: &mut Chance, number: u64) -> DebtPosition {
    let mut one = position(&format!("T-{number}"));
    let around = |chance: &mut Chance| now().plus_seconds(i64::try_from(chance.below(10)).unwrap() * 3_600 - 18_000);
    one.published_at = (!chance.once_in(5)).then(now);
    one.valid_from = chance.once_in(3).then(|| around(chance));
    one.cancelled_at = chance.once_in(6).then(now);
    one.expires_after_due_date = chance.once_in(2);
    for option in &mut one.options {
        option.available_until = chance.once_in(2).then(|| around(chance));
        for installment in &mut option.installments {
            installment.due_date = chance.once_in(2).then(|| around(chance).rome_date());
            installment.expires_at = chance.once_in(2).then(|| around(chance));
            installment.cancelled_at = chance.once_in(5).then(now);
            if chance.once_in(8) {
                installment.payment =
                    Some(Payment { paid_at: now(), amount: installment.amount, receipt_id: None, reference: None });
                installment.reported_at = chance.once_in(3).then(now);
            }
        }
    }
    one.told_status = position_status(&one, now());
    one
}

pub(crate) async fn the_state_filter_agrees_with_the_pure_function(database: Database) {
    let town = town(&database).await;
    let mut chance = Chance::new(20_260_301);
    let mut kept = Vec::new();
    for number in 0..120 {
        let one = any_position(&mut chance, number);
        town.add(&one).await;
        kept.push(one);
    }
    let mut seen = BTreeSet::new();
    for step in -3..4 {
        let at = now().plus_seconds(step * 5_400);
        for status in STATES {
            let filter = PositionFilter { status: Some(status), ..PositionFilter::default() };
            let found: BTreeSet<DebtPositionId> =
                all(&town.store, &town.node(), &filter, at, 50).await.iter().map(|one| one.id).collect();
            let right: BTreeSet<DebtPositionId> =
                kept.iter().filter(|one| position_status(one, at) == status).map(|one| one.id).collect();
            assert_eq!(found, right, "{status:?} at {at}");
            if !right.is_empty() {
                seen.insert(status);
            }
        }
    }
    assert_eq!(seen.len(), STATES.len(), "the dice must have shown every state: {seen:?}");
}

pub(crate) async fn what_the_clock_moves_is_due_at_its_instant(database: Database) {
    let town = town(&database).await;
    let mut chance = Chance::new(7);
    let mut kept = Vec::new();
    for number in 0..60 {
        let one = any_position(&mut chance, number);
        town.add(&one).await;
        kept.push(one);
    }
    for step in 0..6 {
        let at = now().plus_seconds(step * 3_600);
        let due = town.store.system().position_transitions_due(at, None, 500).await.unwrap();
        let found: BTreeSet<DebtPositionId> = due.iter().map(|one| one.id).collect();
        assert!(due.iter().all(|one| one.institution == town.a.id));
        // Page by page it is the same list.
        let mut paged = Vec::new();
        while let Some(last) = {
            let after = paged.last().copied();
            let page = town.store.system().position_transitions_due(at, after, 7).await.unwrap();
            paged.extend(page.iter().copied());
            page.last().copied()
        } {
            assert_eq!(paged.last(), Some(&last));
        }
        assert_eq!(paged, due);
        // Exactly what has another state now than at some instant since: nothing is told late, and nothing is asked about
        // again and again.
        for one in &kept {
            let moves = |at: &Instant| position_status(one, *at) != one.told_status;
            let passed = [one.valid_from, StatusFacts::of(one).ends_at].into_iter().flatten();
            let right = passed.filter(|passed| *passed > one.updated_at && *passed <= at).any(|passed| moves(&passed));
            assert_eq!(found.contains(&one.id), right, "{one:?} at {at}");
            assert!(right || !moves(&at));
        }
    }
}

pub(crate) async fn pages_are_stable_while_others_insert(database: Database) {
    let town = town(&database).await;
    let mut old = Vec::new();
    for number in 0..23 {
        let one = simple(&format!("old-{number}"));
        town.add(&one).await;
        old.insert(0, one.id);
    }
    let mut request = PageRequest::first(5);
    let mut found = Vec::new();
    for number in 0.. {
        town.add(&simple(&format!("new-{number}"))).await;
        let filter = PositionFilter::default();
        let page = town.store.positions(&town.node(), &filter, &request, now()).await.unwrap();
        assert_eq!(page.complete_until, None);
        found.extend(page.items.iter().map(|one| one.id));
        match page.next {
            Some(next) => request.cursor = Some(next),
            None => break,
        }
    }
    // The first insert came before the first page; what came later is not in these pages.
    assert_eq!(found.len(), old.len() + 1);
    assert_eq!(found[1..], old[..]);
}

pub(crate) async fn a_page_ends_before_it_holds_too_many_installments(database: Database) {
    let town = town(&database).await;
    let large = |name: &str| {
        let mut one = position(name);
        one.options.truncate(2);
        one.options[1].installments = (0..2_400).map(|number| installment(&number.to_string(), 5)).collect();
        one
    };
    let all: Vec<DebtPosition> = ["P-3", "P-2", "P-1"].map(large).into_iter().rev().collect();
    for one in all.iter().rev() {
        town.add(one).await;
    }
    let list = async |cursor| {
        let request = PageRequest { limit: 3, cursor };
        town.store.positions(&town.node(), &PositionFilter::default(), &request, now()).await.unwrap()
    };
    let first = list(None).await;
    let second = list(first.next).await;
    assert!(first.items == all[..2] && second.items == all[2..], "two find room on a page");
    assert_eq!(second.next, None);
    let ids = [all[0].id, all[2].id, id()];
    let mut some = town.store.positions_by_ids(&town.node(), &ids).await.unwrap();
    some.sort_by_key(|one| std::cmp::Reverse(one.id));
    assert!(some == [all[0].clone(), all[2].clone()]);
    assert!(town.store.positions_by_ids(&town.restricted(&["MENSA"]), &ids).await.unwrap().is_empty());
}

pub(crate) async fn every_filter_finds_its_own(database: Database) {
    let town = town(&database).await;
    let mut one = simple("TARI-1");
    one.options[0].installments[0].due_date = Some(day("2026-05-01"));
    let mut two = simple("TARI-2");
    two.service_code = Some("MENSA".parse().unwrap());
    two.debtor.tax_code = Personal::new("VNTMHL76M09H501D".parse().unwrap());
    town.add(&one).await;
    town.add(&two).await;
    let none = PositionFilter::default;
    let cases = [
        (PositionFilter { external_id: one.external_id.clone(), ..none() }, &one),
        (PositionFilter { notice_number: Some(first_number(&two)), ..none() }, &two),
        (PositionFilter { iuv: Some(first_number(&one).iuv()), ..none() }, &one),
        (PositionFilter { service_code: two.service_code.clone(), ..none() }, &two),
        (PositionFilter { due_date_to: Some(day("2026-05-01")), ..none() }, &one),
        (PositionFilter { due_date_from: Some(day("2026-05-02")), ..none() }, &two),
        (PositionFilter { debtor_tax_code: Some(two.debtor.tax_code.clone()), ..none() }, &two),
    ];
    for (filter, right) in cases {
        let found = all(&town.store, &town.node(), &filter, now(), 10).await;
        assert_eq!(found, vec![right.clone()], "{filter:?}");
    }
    let both = PositionFilter { due_date_from: Some(day("2026-05-01")), ..none() };
    assert_eq!(all(&town.store, &town.node(), &both, now(), 1).await.len(), 2);
    let neither = PositionFilter { iuv: Some(first_number(&one).iuv()), service_code: two.service_code, ..none() };
    assert!(all(&town.store, &town.node(), &neither, now(), 10).await.is_empty());
}

pub(crate) async fn a_list_of_changes_says_until_when_it_is_complete(database: Database) {
    let town = town(&database).await;
    let later = now().plus_seconds(1_000);
    for number in 0..10 {
        let mut one = simple(&format!("T-{number}"));
        // Two of them share each instant, so that a page may end between equals.
        one.updated_at = now().plus_seconds(i64::from(number / 2) * 100);
        town.add(&one).await;
    }
    let filter = PositionFilter { updated_since: Some(now().plus_seconds(100)), ..PositionFilter::default() };
    let mut request = PageRequest::first(3);
    let mut found = Vec::new();
    loop {
        let page = town.store.positions(&town.node(), &filter, &request, later).await.unwrap();
        found.extend(page.items.iter().map(|one| one.updated_at));
        let complete = page.complete_until.unwrap();
        match page.next {
            Some(next) => {
                assert_eq!(Some(&complete), found.last());
                request.cursor = Some(next);
            }
            None => {
                assert_eq!(complete, later.plus_seconds(-COMMIT_WINDOW_SECONDS));
                break;
            }
        }
    }
    assert_eq!(found.len(), 8);
    assert!(found.is_sorted());
    // Close to the present the list never claims more than what must have been committed.
    let close = now().plus_seconds(410);
    let page = town.store.positions(&town.node(), &filter, &PageRequest::first(7), close).await.unwrap();
    assert_eq!(page.complete_until, Some(close.plus_seconds(-COMMIT_WINDOW_SECONDS)));
}

/// A transaction decides early and commits between two pages: its row belongs before the first of them.
pub(crate) async fn what_commits_late_between_two_pages_is_found_by_the_next_walk(database: Database) {
    let town = town(&database).await;
    let at = |seconds| now().plus_seconds(seconds);
    for number in 0..6 {
        let mut one = simple(&format!("T-{number}"));
        one.updated_at = at(number);
        town.add(&one).await;
    }
    let read = async |since, cursor, at| {
        let filter = PositionFilter { updated_since: Some(since), ..PositionFilter::default() };
        town.store.positions(&town.node(), &filter, &PageRequest { limit: 3, cursor }, at).await.unwrap()
    };
    let first = read(now(), None, at(10)).await;
    let mut late = simple("late");
    late.updated_at = at(1);
    town.add(&late).await;
    // The second page comes long after; without the first one's window it would say that all is known.
    let cursor = first.next.map(|next| next.to_string().parse().unwrap());
    let last = read(now(), cursor, at(10 + 2 * COMMIT_WINDOW_SECONDS)).await;
    assert!(last.next.is_none() && last.items.iter().all(|one| one.id != late.id));
    let mut since = last.complete_until.unwrap();
    assert!(since <= late.updated_at, "{since} would skip it");
    let mut cursor = None;
    let mut found = false;
    for _ in 0..9 {
        let page = read(since, cursor, at(10 + 3 * COMMIT_WINDOW_SECONDS)).await;
        found |= page.items.iter().any(|one| one.id == late.id);
        cursor = page.next;
        if cursor.is_none() {
            since = page.complete_until.unwrap();
            break;
        }
    }
    assert!(found);
    assert_eq!(since, at(10 + 2 * COMMIT_WINDOW_SECONDS), "a new walk has a window of its own");
}

pub(crate) async fn a_cursor_of_another_list_is_refused(database: Database) {
    let town = town(&database).await;
    for number in 0..3 {
        town.add(&simple(&format!("T-{number}"))).await;
    }
    let scope = town.token(town.a.id);
    let filter = PositionFilter::default();
    let page = town.store.positions(&scope, &filter, &PageRequest::first(1), now()).await.unwrap();
    let request = PageRequest { limit: 1, cursor: page.next };
    let receipts = town.store.receipts(&scope, &ReceiptFilter::default(), &request, now()).await;
    assert!(matches!(receipts, Err(StoreError::Cursor(_))), "{receipts:?}");
    assert!(matches!(town.store.services(&scope, &request).await, Err(StoreError::Cursor(_))));
    let changed = PositionFilter { updated_since: Some(now()), ..filter };
    assert!(matches!(town.store.positions(&scope, &changed, &request, now()).await, Err(StoreError::Cursor(_))));
}

pub(crate) async fn services_are_listed_by_their_codes(database: Database) {
    let town = town(&database).await;
    for code in ["b", "a-1", "B", "a"] {
        let put = Write::PutService { service: Box::new(service(code)), expected: None };
        town.store.commit(&town.node(), Batch::new().with(put)).await.unwrap();
    }
    let mut request = PageRequest::first(2);
    let mut found = Vec::new();
    loop {
        let page = town.store.services(&town.node(), &request).await.unwrap();
        found.extend(page.items.iter().map(|one| one.code.to_string()));
        match page.next {
            Some(next) => request.cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(found, ["B", "MENSA", "TARI", "a", "a-1", "b"], "the order of bytes on both databases");
}

pub(crate) async fn sessions_are_found_by_their_state_at_that_instant(database: Database) {
    let town = town(&database).await;
    let mut chance = Chance::new(3);
    let mut kept = Vec::new();
    for _ in 0..40 {
        let mut one = session(town.portal, &[]);
        one.cart = one.cart.filter(|_| chance.once_in(2));
        one.cancelled_at = chance.once_in(5).then(now);
        one.processing_since = chance.once_in(3).then(now);
        if chance.once_in(5) {
            one.items[0].paid =
                Some(tramite_domain::session::ItemPayment { paid_at: now(), amount: cents(12_050), receipt_id: None });
        }
        let batch = Batch::new().with(Write::InsertSession(Box::new(one.clone())));
        town.store.commit(&town.token(town.a.id), batch).await.unwrap();
        kept.push(one);
    }
    let states = [SessionStatus::Open, SessionStatus::Redirected, SessionStatus::Processing, SessionStatus::Unresolved];
    let states = states.into_iter().chain([SessionStatus::Completed, SessionStatus::Cancelled, SessionStatus::Expired]);
    for status in states.chain([SessionStatus::Failed, SessionStatus::PartiallyCompleted]) {
        for at in [now(), now().plus_seconds(2_000), now().plus_seconds(200_000)] {
            let filter = SessionFilter { status: Some(status), ..SessionFilter::default() };
            let mut request = PageRequest::first(4);
            let mut found = Vec::new();
            loop {
                let page = town.store.sessions(&town.token(town.a.id), &filter, &request, at).await.unwrap();
                found.extend(page.items);
                match page.next {
                    Some(next) => request.cursor = Some(next),
                    None => break,
                }
            }
            let mut right: Vec<_> = kept.iter().filter(|one| session_status(one, at) == status).cloned().collect();
            right.reverse();
            assert_eq!(found, right, "{status:?} at {at}");
        }
    }
}
