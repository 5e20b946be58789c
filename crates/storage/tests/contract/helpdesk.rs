// SPDX-License-Identifier: AGPL-3.0-or-later
//! Accesses of operators in support, and the trail that institutions read.

use tramite_domain::audit::AuditLine;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::institution::Institution;
use tramite_domain::support::SupportAccess;
use tramite_storage::{AuditFilter, Change, PageRequest, Scope, StoreError};
use tramite_testkit::Database;

use crate::support::*;

async fn put(town: &Town, change: impl FnOnce(&mut Institution)) {
    let system = town.store.system();
    let mut institution = system.institution(town.a.id).await.unwrap().unwrap();
    let expected = Some(institution.version);
    institution.version += 1;
    institution.updated_at = now().plus_minutes(5);
    change(&mut institution);
    let batch = Batch::new().with(Write::PutInstitution { institution: Box::new(institution), expected });
    system.commit_institution(batch, None).await.unwrap();
}

pub(crate) async fn an_access_is_its_institutions_and_ends_once_or_with_support(database: Database) {
    let town = town(&database).await;
    let (store, system) = (&town.store, town.store.system());
    let page = PageRequest::first(10);
    let (of_a, of_b) = (support_access(town.portal, town.a.id), support_access(town.portal, town.b.id));
    for access in [&of_a, &of_b] {
        system.insert_support_access(access.clone(), Change::default()).await.unwrap();
    }
    for (scope, own, alien) in [(town.token(town.a.id), &of_a, &of_b), (town.token(town.b.id), &of_b, &of_a)] {
        let found = store.support_accesses(&scope, &page).await.unwrap();
        assert_eq!(found.items, [(own.clone(), "Portale".to_owned())]);
        assert_eq!(store.support_access(&scope, alien.id).await.unwrap(), None);
    }
    assert_eq!(store.support_access(&town.restricted(&["TARI"]), of_a.id).await.unwrap(), None);
    assert_eq!(system.support_accesses(&page).await.unwrap().items.len(), 2);
    let live = async |at| system.live_support_access(town.portal, town.a.id, at).await.unwrap();
    assert_eq!(live(now()).await.as_ref(), Some(&of_a));
    assert_eq!(live(of_a.expires_at).await, None);
    assert_eq!(system.live_support_access(town.other, town.a.id, now()).await.unwrap(), None);

    let ended = SupportAccess { ended_at: Some(now().plus_minutes(1)), ..of_a.clone() };
    system.end_support_access(ended.clone(), Change::default()).await.unwrap();
    let again = system.end_support_access(ended.clone(), Change::default()).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
    assert_eq!(live(now()).await, None);

    // Switched off: what is open ends, what has ended stays as it was, nothing is opened, and nothing comes back.
    let open = support_access(town.portal, town.a.id);
    system.insert_support_access(open.clone(), Change::default()).await.unwrap();
    put(&town, |one| one.support_access = false).await;
    let refused = system.insert_support_access(support_access(town.portal, town.a.id), Change::default()).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    put(&town, |one| one.support_access = true).await;
    let shown = async |id| store.support_access(&town.node(), id).await.unwrap().unwrap().0.ended_at;
    assert_eq!(shown(open.id).await, Some(now().plus_minutes(5)));
    assert_eq!(shown(ended.id).await, ended.ended_at);
    let other = store.support_access(&town.token(town.b.id), of_b.id).await.unwrap().unwrap();
    assert_eq!(other.0, of_b, "another institution's is not touched");
}

pub(crate) async fn lines_that_no_index_leads_to_are_looked_for_a_month_at_a_time_and_all_are_found(
    database: Database,
) {
    let town = town(&database).await;
    let mut own = Vec::new();
    for days in [0, 40, 100, 101, 200] {
        let at = now().plus_hours(-24 * days);
        // Of another client there is a line whenever there is one at all, and one more.
        for (client, days_more) in [(town.portal, 0), (town.other, 1)] {
            let line = AuditLine {
                id: id(),
                at: at.plus_hours(-24 * days_more),
                client_id: Some(client),
                action: "debt_position.created".to_owned(),
                ..audit_line()
            };
            town.store
                .commit(&town.token(town.a.id), Batch::new().with(Write::InsertAudit(line.clone())))
                .await
                .unwrap();
            if client == town.portal {
                own.push(line);
            }
        }
    }
    let walk = async |scope: &Scope, filter: AuditFilter| {
        let (mut page, mut walked, mut pages) = (PageRequest::first(2), Vec::new(), 0);
        loop {
            let found = town.store.audit_lines(scope, &filter, &page).await.unwrap();
            walked.extend(found.items);
            pages += 1;
            page.cursor = found.next;
            if page.cursor.is_none() {
                return (walked, pages);
            }
        }
    };
    let confined = town.restricted(&["TARI"]);
    let (walked, pages) = walk(&confined, AuditFilter::default()).await;
    assert_eq!(walked, own);
    assert!((4..=8).contains(&pages), "{pages}: a month without lines of anybody costs nothing");
    let since = AuditFilter { from: Some(now().plus_hours(-24 * 101)), ..AuditFilter::default() };
    assert_eq!(walk(&confined, since.clone()).await.0, own[..4]);
    let created = AuditFilter { action: Some("debt_position.created".to_owned()), ..since };
    assert_eq!(walk(&town.token(town.a.id), created).await.0.len(), 7);
}

pub(crate) async fn a_trail_is_read_page_by_page_and_by_its_own_institution_alone(database: Database) {
    let town = town(&database).await;
    let (a, b) = (town.token(town.a.id), town.token(town.b.id));
    let mut lines = Vec::new();
    for number in 0..7 {
        // Two lines of the same instant are told apart.
        let at = now().plus_seconds(number / 2);
        let action = if number % 3 == 0 { "support.read" } else { "service.put" };
        let client_id = Some(if number < 5 { town.portal } else { town.other });
        let line = AuditLine { id: id(), at, client_id, action: action.to_owned(), ..audit_line() };
        town.store.commit(&a, Batch::new().with(Write::InsertAudit(line.clone()))).await.unwrap();
        lines.push(line);
    }
    lines.sort_by_key(|line| std::cmp::Reverse((line.at, line.id)));
    let mut page = PageRequest::first(2);
    let mut walked = Vec::new();
    loop {
        let found = town.store.audit_lines(&a, &AuditFilter::default(), &page).await.unwrap();
        walked.extend(found.items);
        page.cursor = found.next;
        if page.cursor.is_none() {
            break;
        }
    }
    assert_eq!(walked, lines);
    let count = async |scope, filter| {
        town.store.audit_lines(scope, &filter, &PageRequest::first(10)).await.unwrap().items.len()
    };
    assert_eq!(count(&b, AuditFilter::default()).await, 0);
    let reads = AuditFilter { action: Some("support.read".to_owned()), ..AuditFilter::default() };
    assert_eq!(count(&a, reads).await, 3);
    let between = AuditFilter { from: Some(now().plus_seconds(1)), to: Some(now().plus_seconds(2)), action: None };
    assert_eq!(count(&a, between).await, 2);
    assert_eq!(count(&town.restricted(&["TARI"]), AuditFilter::default()).await, 5);
    let alien = town.store.support_accesses(&a, &PageRequest { limit: 1, cursor: page.cursor.clone() }).await;
    assert!(alien.unwrap().items.is_empty());
}
