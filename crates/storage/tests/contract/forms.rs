// SPDX-License-Identifier: AGPL-3.0-or-later
//! Versions of forms and registries.

use tramite_domain::batch::{Batch, Write};
use tramite_domain::form::limits::REGISTRY_VERSIONS_KEPT;
use tramite_domain::form::{FormVersion, RegistryVersion};
use tramite_storage::StoreError;
use tramite_testkit::Database;

use crate::raw::count;
use crate::support::*;

fn publishing(form: &FormVersion) -> Batch {
    Batch::new().with(Write::InsertFormVersion(Box::new(form.clone())))
}

fn writing(registry: &RegistryVersion) -> Batch {
    Batch::new().with(Write::InsertRegistryVersion(Box::new(registry.clone())))
}

pub(crate) async fn versions_of_forms_come_back_as_they_were_published(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    let [tari, mensa] = ["TARI", "MENSA"].map(|code| code.parse().unwrap());
    assert_eq!(store.form(&scope, &tari, None).await.unwrap(), None);
    assert_eq!(store.form_state(&scope, &tari).await.unwrap(), None);
    let [one, two, other] = [form("TARI", 1), form("TARI", 2), form("MENSA", 1)];
    for published in [&one, &two, &other] {
        store.commit(&scope, publishing(published)).await.unwrap();
    }
    assert_eq!(store.form(&scope, &tari, None).await.unwrap().as_ref(), Some(&two));
    assert_eq!(store.form(&scope, &tari, Some(1)).await.unwrap().as_ref(), Some(&one));
    for never in [0, 3, u32::MAX] {
        assert_eq!(store.form(&scope, &tari, Some(never)).await.unwrap(), None, "{never}");
    }
    assert_eq!(store.forms(&scope).await.unwrap(), [other, two.clone()]);
    assert_eq!(store.form_state(&scope, &tari).await.unwrap().unwrap().version, 2);
    // Of two that publish the same next version the first does.
    let late = FormVersion { published_by: id(), ..two };
    assert!(matches!(store.commit(&scope, publishing(&late)).await, Err(StoreError::Conflict)));
    // A form is its service's: for whom that does not exist there is none, and none is published.
    let confined = town.restricted(&["TARI"]);
    assert_eq!(store.forms(&confined).await.unwrap().len(), 1);
    for stranger in [&town.restricted(&["MENSA"]), &town.token(town.b.id)] {
        assert_eq!(store.form(stranger, &tari, None).await.unwrap(), None);
        assert_eq!(store.form_state(stranger, &tari).await.unwrap(), None);
    }
    assert!(store.form(&confined, &mensa, None).await.unwrap().is_none());
    let theirs = store.commit(&confined, publishing(&form("MENSA", 2))).await;
    assert!(matches!(theirs, Err(StoreError::Failed(_))));
}

pub(crate) async fn a_registry_keeps_its_last_versions_and_belongs_to_all_services(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    let [streets, courses] = ["streets", "courses"].map(|code| code.parse().unwrap());
    let last = REGISTRY_VERSIONS_KEPT + 2;
    for version in 1..=last {
        store.commit(&scope, writing(&registry("streets", version))).await.unwrap();
    }
    store.commit(&scope, writing(&registry("courses", 1))).await.unwrap();
    store.commit(&town.token(town.b.id), writing(&registry("courses", 1))).await.unwrap();
    assert_eq!(count(&database, "registry_versions").await, i64::from(REGISTRY_VERSIONS_KEPT) + 2);
    let (present, first_kept) = (registry("streets", last), last - REGISTRY_VERSIONS_KEPT + 1);
    let seen = async |version| store.registry(&scope, &streets, version).await.unwrap();
    assert_eq!(seen(None).await.unwrap().input, present.input);
    assert_eq!(seen(Some(first_kept)).await.unwrap().input, registry("streets", first_kept).input);
    assert_eq!(seen(Some(first_kept - 1)).await, None, "the oldest go");
    let heads = store.registries(&scope).await.unwrap();
    let told: Vec<_> = heads.iter().map(|head| (head.code.as_str(), head.version, head.rows)).collect();
    assert_eq!(told, [("courses", 1, 1), ("streets", last, last)]);
    assert!(matches!(store.commit(&scope, writing(&present)).await, Err(StoreError::Conflict)));
    // Whoever is confined to some services reads it, and does not decide for the others.
    let confined = town.restricted(&["TARI"]);
    assert!(store.registry(&confined, &courses, None).await.unwrap().is_some());
    let refused = store.commit(&confined, writing(&registry("courses", 2))).await;
    assert!(matches!(refused, Err(StoreError::Failed(_))));
    let theirs = store.registries(&town.token(town.b.id)).await.unwrap();
    assert_eq!(theirs.iter().map(|head| head.code.as_str()).collect::<Vec<_>>(), ["courses"]);
    store.commit(&scope, publishing(&form("TARI", 1))).await.unwrap();
    assert_eq!(store.form_state(&scope, &"TARI".parse().unwrap()).await.unwrap().unwrap().registries, heads);
}
