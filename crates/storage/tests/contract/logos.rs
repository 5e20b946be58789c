// SPDX-License-Identifier: AGPL-3.0-or-later
//! The logos of institutions.

use tramite_domain::batch::{Batch, Write};
use tramite_domain::institution::KeptLogo;
use tramite_storage::StoreError;
use tramite_testkit::Database;

use crate::raw::count;
use crate::support::*;

fn put(logo: &KeptLogo, expected: Option<&KeptLogo>) -> Batch {
    let expected = expected.map(|logo| logo.sha256);
    Batch::new().with(Write::PutLogo { logo: Box::new(logo.clone()), expected })
}

fn remove(expected: &KeptLogo) -> Batch {
    Batch::new().with(Write::RemoveLogo { expected: expected.sha256 })
}

pub(crate) async fn a_logo_comes_back_is_replaced_and_goes(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    // Larger than what stands beside other columns.
    let first = KeptLogo { png: (0..=255).cycle().take(100_000).collect(), ..logo(1) };
    let second = KeptLogo { updated_at: now().plus_seconds(5), ..logo(2) };
    assert_eq!(store.logo(&scope).await.unwrap(), None);
    store.commit(&scope, put(&first, None)).await.unwrap();
    assert_eq!(store.logo(&scope).await.unwrap().as_ref(), Some(&first));
    // Who decided on another one than is there writes nothing, whatever it decided.
    for late in [put(&second, None), put(&second, Some(&second)), remove(&second)] {
        assert!(matches!(store.commit(&scope, late).await, Err(StoreError::Conflict)));
    }
    assert_eq!(store.logo(&scope).await.unwrap().as_ref(), Some(&first));
    store.commit(&scope, put(&second, Some(&first))).await.unwrap();
    assert_eq!(store.logo(&scope).await.unwrap().as_ref(), Some(&second));
    store.commit(&scope, remove(&second)).await.unwrap();
    assert_eq!(store.logo(&scope).await.unwrap(), None);
    assert!(matches!(store.commit(&scope, remove(&second)).await, Err(StoreError::Conflict)));
    assert_eq!(count(&database, "institution_logos").await, 0);
}

pub(crate) async fn a_logo_is_its_institutions_alone_and_of_no_service(database: Database) {
    let town = town(&database).await;
    let (store, system) = (&town.store, town.store.system());
    let (ours, theirs) = (town.token(town.a.id), town.token(town.b.id));
    let own = logo(1);
    store.commit(&ours, put(&own, None)).await.unwrap();
    assert_eq!(store.logo(&theirs).await.unwrap(), None);
    assert!(matches!(store.commit(&theirs, remove(&own)).await, Err(StoreError::Conflict)));
    store.commit(&theirs, put(&logo(2), None)).await.unwrap();
    assert_eq!(store.logo(&ours).await.unwrap().as_ref(), Some(&own));
    // Whoever is confined to some services prints it, and does not change it.
    let narrow = tramite_storage::Scope::of_token(town.a.id, Some(["TARI".parse().unwrap()].into()), town.portal);
    assert_eq!(store.logo(&narrow).await.unwrap().as_ref(), Some(&own));
    assert!(store.commit(&narrow, remove(&own)).await.is_err());
    // An operator writes it, and nothing else on this way.
    assert_eq!(system.logo(town.a.id).await.unwrap().as_ref(), Some(&own));
    let more = put(&logo(3), Some(&own)).with(Write::InsertPosition(Box::new(simple("P-1"))));
    assert!(system.commit_logo(town.a.id, more).await.is_err());
    system.commit_logo(town.a.id, put(&logo(3), Some(&own)).with(Write::InsertAudit(audit_line()))).await.unwrap();
    assert_eq!(store.logo(&ours).await.unwrap(), Some(logo(3)));
    assert_eq!(store.logo(&theirs).await.unwrap(), Some(logo(2)));
    assert_eq!(system.logo(id()).await.unwrap(), None);
}
