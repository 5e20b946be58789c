// SPDX-License-Identifier: AGPL-3.0-or-later
//! Versions of forms and registries.

use tramite_domain::batch::{Batch, Write};
use tramite_domain::form::limits::REGISTRY_VERSIONS_KEPT;
use tramite_domain::form::{FormVersion, RegistryVersion};
use tramite_storage::{Scope, StoreError};
use tramite_testkit::Database;

use crate::raw::count;
use crate::support::*;

async fn publish(town: &Town, scope: &Scope, form: &FormVersion) -> Result<(), StoreError> {
    let catalogue = town.store.form_catalogue(scope).await.unwrap();
    let write = Write::InsertFormVersion { form: Box::new(form.clone()), catalogue };
    town.store.commit(scope, Batch::new().with(write)).await
}

async fn write(town: &Town, scope: &Scope, registry: &RegistryVersion) -> Result<(), StoreError> {
    let catalogue = town.store.form_catalogue(scope).await.unwrap();
    let write = Write::InsertRegistryVersion { registry: Box::new(registry.clone()), catalogue };
    town.store.commit(scope, Batch::new().with(write)).await
}

pub(crate) async fn versions_of_forms_come_back_as_they_were_published(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    let [tari, mensa] = ["TARI", "MENSA"].map(|code| code.parse().unwrap());
    assert_eq!(store.form(&scope, &tari, None).await.unwrap(), None);
    assert_eq!(store.form_state(&scope, &tari).await.unwrap(), None);
    let [one, two, other] = [form("TARI", 1), form("TARI", 2), form("MENSA", 1)];
    for published in [&one, &two, &other] {
        publish(&town, &scope, published).await.unwrap();
    }
    assert_eq!(store.form(&scope, &tari, None).await.unwrap().as_ref(), Some(&two));
    assert_eq!(store.form(&scope, &tari, Some(1)).await.unwrap().as_ref(), Some(&one));
    for never in [0, 3, u32::MAX] {
        assert_eq!(store.form(&scope, &tari, Some(never)).await.unwrap(), None, "{never}");
    }
    let reading = async |scope: &Scope| store.forms_reading(scope, &"streets".parse().unwrap()).await.unwrap();
    assert_eq!(reading(&scope).await, [other, two.clone()]);
    assert!(store.forms_reading(&scope, &"courses".parse().unwrap()).await.unwrap().is_empty());
    assert_eq!(store.form_state(&scope, &tari).await.unwrap().unwrap().version, 2);
    assert_eq!(store.services_with_form(&scope).await.unwrap(), [mensa.clone(), tari.clone()].into());
    // Of two that publish the same next version the first does.
    let late = FormVersion { published_by: id(), ..two };
    assert!(matches!(publish(&town, &scope, &late).await, Err(StoreError::Conflict)));
    // A form is its service's: for whom that does not exist there is none, and none is published.
    let confined = town.restricted(&["TARI"]);
    assert_eq!(reading(&confined).await.len(), 1);
    assert_eq!(store.services_with_form(&confined).await.unwrap(), [tari.clone()].into());
    assert!(store.services_with_form(&town.token(town.b.id)).await.unwrap().is_empty());
    for stranger in [&town.restricted(&["MENSA"]), &town.token(town.b.id)] {
        assert_eq!(store.form(stranger, &tari, None).await.unwrap(), None);
        assert_eq!(store.form_state(stranger, &tari).await.unwrap(), None);
    }
    assert!(store.form(&confined, &mensa, None).await.unwrap().is_none());
    let theirs = publish(&town, &confined, &form("MENSA", 2)).await;
    assert!(matches!(theirs, Err(StoreError::Failed(_))));
}

pub(crate) async fn a_registry_keeps_its_last_versions_and_belongs_to_all_services(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    let [streets, courses] = ["streets", "courses"].map(|code| code.parse().unwrap());
    let last = REGISTRY_VERSIONS_KEPT + 2;
    for version in 1..=last {
        write(&town, &scope, &registry("streets", version)).await.unwrap();
    }
    write(&town, &scope, &registry("courses", 1)).await.unwrap();
    write(&town, &town.token(town.b.id), &registry("courses", 1)).await.unwrap();
    assert_eq!(count(&database, "registry_versions").await, i64::from(REGISTRY_VERSIONS_KEPT) + 2);
    let (present, first_kept) = (registry("streets", last), last - REGISTRY_VERSIONS_KEPT + 1);
    let seen = async |version| store.registry(&scope, &streets, version).await.unwrap();
    assert_eq!(seen(None).await.unwrap().input, present.input);
    assert_eq!(seen(Some(first_kept)).await.unwrap().input, registry("streets", first_kept).input);
    assert_eq!(seen(Some(first_kept - 1)).await, None, "the oldest go");
    let heads = store.registries(&scope).await.unwrap();
    let told: Vec<_> = heads.iter().map(|head| (head.code.as_str(), head.version, head.rows)).collect();
    assert_eq!(told, [("courses", 1, 1), ("streets", last, last)]);
    assert!(matches!(write(&town, &scope, &present).await, Err(StoreError::Conflict)));
    // Whoever is confined to some services reads it, and does not decide for the others.
    let confined = town.restricted(&["TARI"]);
    assert!(store.registry(&confined, &courses, None).await.unwrap().is_some());
    let refused = write(&town, &confined, &registry("courses", 2)).await;
    assert!(matches!(refused, Err(StoreError::Failed(_))));
    let theirs = store.registries(&town.token(town.b.id)).await.unwrap();
    assert_eq!(theirs.iter().map(|head| head.code.as_str()).collect::<Vec<_>>(), ["courses"]);
    publish(&town, &scope, &form("TARI", 1)).await.unwrap();
    assert_eq!(store.form_state(&scope, &"TARI".parse().unwrap()).await.unwrap().unwrap().registries.len(), 2);
}

pub(crate) async fn what_was_checked_with_other_forms_and_registries_is_not_written(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    let (form, registry) = (Box::new(form("TARI", 1)), Box::new(registry("streets", 1)));
    let published = |catalogue| Batch::new().with(Write::InsertFormVersion { form: form.clone(), catalogue });
    let written = |catalogue| Batch::new().with(Write::InsertRegistryVersion { registry: registry.clone(), catalogue });
    assert_eq!(store.form_catalogue(&scope).await.unwrap(), 0);
    assert!(matches!(store.commit(&scope, published(1)).await, Err(StoreError::Conflict)));
    store.commit(&scope, written(0)).await.unwrap();
    for late in [published(0), published(2)] {
        assert!(matches!(store.commit(&scope, late).await, Err(StoreError::Conflict)));
    }
    store.commit(&scope, published(1)).await.unwrap();
    assert_eq!(store.form_catalogue(&scope).await.unwrap(), 2);
    assert_eq!(store.form_catalogue(&town.token(town.b.id)).await.unwrap(), 0);
}
