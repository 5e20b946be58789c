// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whose receipt is asked for next.

use tramite_domain::batch::{Batch, Write};
use tramite_domain::recovery::ReceiptRecovery;
use tramite_storage::{PageRequest, Scope};
use tramite_testkit::Database;

use crate::support::*;

/// Questions of who asks much.
const MANY: usize = 1_200;
/// Of these in one transaction.
const AT_ONCE: usize = 200;

fn asking(iur: String) -> (ReceiptRecovery, Write) {
    let asked = ReceiptRecovery { iur, ..recovery() };
    let write = Write::PutRecovery { recovery: Box::new(asked.clone()), expected: None };
    (asked, write)
}

pub(crate) async fn who_asks_much_makes_nobody_wait(database: Database) {
    let town = town(&database).await;
    let numbers: Vec<usize> = (0..MANY).collect();
    for some in numbers.chunks(AT_ONCE) {
        let batch = some.iter().fold(Batch::new(), |all, number| all.with(asking(format!("a-{number}")).1));
        town.store.commit(&Scope::of_worker(town.a.id), batch).await.unwrap();
    }
    let (one, write) = asking("b-1".to_owned());
    town.store.commit(&Scope::of_worker(town.b.id), Batch::new().with(write)).await.unwrap();
    let system = town.store.system();
    let mut claimed = Vec::new();
    for _ in 0..3 {
        claimed.push(system.claim_recovery(now(), id(), 120).await.unwrap().unwrap());
    }
    let whose: Vec<_> = claimed.iter().map(|claim| claim.institution).collect();
    assert_eq!(whose, [town.a.id, town.b.id, town.a.id]);
    assert_eq!(claimed[1].id, one.id);
    assert_ne!(claimed[0].id, claimed[2].id, "what somebody holds is nobody else's");
}

pub(crate) async fn a_recovery_is_of_the_service_that_its_reference_has_now(database: Database) {
    let town = town(&database).await;
    let owed = simple("TARI-1");
    let (mut asked, _) = asking("a-1".to_owned());
    asked.iuv = owed.options[0].installments[0].iuv.to_string();
    let write = Write::PutRecovery { recovery: Box::new(asked.clone()), expected: None };
    town.store.commit(&Scope::of_worker(town.a.id), Batch::new().with(write)).await.unwrap();
    let seen = async |scope: &Scope| {
        let all = town.store.recoveries(scope, &PageRequest::first(10)).await.unwrap().items;
        let one = town.store.recovery(scope, asked.id).await.unwrap();
        assert_eq!(all.first(), one.as_ref());
        (all.len(), one.is_some())
    };
    let (own, other) = (town.restricted(&["TARI"]), town.restricted(&["MENSA"]));
    assert_eq!([seen(&own).await, seen(&town.node()).await], [(0, false), (1, true)]);
    // Its position comes after the question.
    town.add(&owed).await;
    assert_eq!([seen(&own).await, seen(&other).await, seen(&town.node()).await], [(1, true), (0, false), (1, true)]);
    // Whoever sees it is told of which service it is now.
    let told = town.store.recovery(&own, asked.id).await.unwrap().unwrap();
    assert_eq!(told.service_code, owed.service_code);
}
