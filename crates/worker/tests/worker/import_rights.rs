// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a client may do is asked again while its file is loaded, for its token is over by then (reliability.md 45).

use tramite_domain::access::{ApiScope, Client, ClientStatus, DelegationStatus};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::import::{Counts, ImportStatus, RowOutcome};
use tramite_domain::institution::InstitutionStatus;
use tramite_storage::Change;
use tramite_testkit::Database;

use crate::files::{ended, load, loader, numbered, rows, send, sender, told, wish};
use crate::imports::{MANY, PART, left_in_the_middle};
use crate::place::Place;

/// What somebody changes about who sends the files.
async fn changed(place: &Place, change: impl FnOnce(&mut Client)) {
    let before = sender(place).await;
    let mut after = before.clone();
    after.version += 1;
    change(&mut after);
    place.store.system().update_client(after, before.version, Change::default()).await.unwrap();
}

async fn becomes(place: &mut Place, status: InstitutionStatus) {
    let mut institution = place.a.institution.clone();
    let expected = Some(institution.version);
    institution.version += 1;
    institution.status = status;
    let write = Write::PutInstitution { institution: Box::new(institution.clone()), expected };
    place.store.system().commit_institution(Batch::new().with(write), None).await.unwrap();
    place.a.institution = institution;
}

pub(crate) async fn a_client_that_is_revoked_has_no_more_loaded(database: Database) {
    let mut place = Place::open(database.url()).await;
    let (import, worker, gate) = left_in_the_middle(&mut place).await;
    changed(&place, |client| client.status = ClientStatus::Revoked).await;
    gate.open();
    let over = ended(&place, &worker, import.id).await;
    assert_eq!((over.status, over.failure.unwrap().code.as_str()), (ImportStatus::Failed, "client_not_active"));
    assert_eq!(over.counts, import.counts);
    assert!(over.finished_at.is_some() && over.file.kept_until.is_some());
    assert_eq!(numbered(&place, MANY).await.len(), PART, "what was loaded stays");
    assert_eq!(worker.run_once(place.a.now).await.imported, 0);
    assert_eq!(told(&place, import.id).await.len(), PART);
}

pub(crate) async fn a_service_that_is_taken_away_has_no_more_rows_loaded(database: Database) {
    let mut place = Place::open(database.url()).await;
    let (import, worker, gate) = left_in_the_middle(&mut place).await;
    changed(&place, |client| client.delegations[0].service_codes = Some(["MULTE".parse().unwrap()].into())).await;
    gate.open();
    let over = ended(&place, &worker, import.id).await;
    let (read, loaded) = (u64::try_from(MANY).unwrap(), u64::try_from(PART).unwrap());
    assert_eq!((over.status, over.failure), (ImportStatus::Completed, None));
    assert_eq!(over.counts, Counts { read, loaded, rejected: read - loaded, ..Counts::default() });
    assert_eq!(numbered(&place, MANY).await.len(), PART);
    // As a request would be told.
    let told = told(&place, import.id).await;
    let wrong: Vec<_> = told.iter().filter(|row| row.outcome == RowOutcome::Rejected).collect();
    assert_eq!(wrong.len(), MANY - PART);
    assert!(wrong.iter().all(|row| row.faults[0].code == "unknown_service"), "{:?}", wrong[0]);
}

/// What is taken from a client.
type Narrowing = fn(&mut Client);

pub(crate) async fn who_may_load_no_more_has_nothing_loaded_and_may_send_it_again(database: Database) {
    let mut place = Place::open(database.url()).await;
    let table = rows(3, "10,00");
    let all = sender(&place).await.delegations.remove(0);
    let narrowed: [(&str, Narrowing); 4] = [
        ("client_not_active", |client| client.delegations[0].status = DelegationStatus::Ended),
        ("client_not_active", |client| client.delegations[0].expires_at = Some(client.created_at)),
        ("insufficient_scope", |client| client.delegations[0].scopes.retain(|scope| *scope != ApiScope::ImportsWrite)),
        ("insufficient_scope", |client| client.delegations[0].scopes = [ApiScope::ImportsWrite].into()),
    ];
    for (code, narrow) in narrowed {
        let id = send(&mut place, &table, wish()).await;
        changed(&place, narrow).await;
        let over = ended(&place, &loader(&place), id).await;
        assert_eq!((over.status, over.failure.unwrap().code.as_str()), (ImportStatus::Failed, code));
        assert_eq!((over.counts, over.rows_total), (Counts::default(), None));
        changed(&place, |client| client.delegations[0] = all.clone()).await;
    }
    let id = send(&mut place, &table, wish()).await;
    becomes(&mut place, InstitutionStatus::Suspended).await;
    let over = ended(&place, &loader(&place), id).await;
    assert_eq!((over.status, over.failure.unwrap().code.as_str()), (ImportStatus::Failed, "institution_not_active"));
    assert!(numbered(&place, 3).await.is_empty());
    becomes(&mut place, InstitutionStatus::Active).await;
    assert_eq!(load(&mut place, &table, wish()).await.counts.loaded, 3);
}
