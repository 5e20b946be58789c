// SPDX-License-Identifier: AGPL-3.0-or-later
//! Open data keys and numbering keys of this process.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use tramite_domain::ids::{DataKeyId, InstitutionId};

use super::{DataKey, MasterKey};

/// The most institutions whose keys are kept open; beyond it the ring begins anew.
const INSTITUTIONS_MAX: usize = 10_000;

pub(crate) struct Keyring {
    pub(crate) master: MasterKey,
    open: RwLock<HashMap<InstitutionId, Keys>>,
}

#[derive(Default)]
struct Keys {
    data: Vec<Arc<DataKey>>,
    active: Option<DataKeyId>,
    numbering: Option<[u8; 32]>,
}

impl Keyring {
    pub(crate) fn new(master: MasterKey) -> Self {
        Self { master, open: RwLock::new(HashMap::new()) }
    }

    /// The key that seals now.
    pub(crate) fn active(&self, institution: InstitutionId) -> Option<Arc<DataKey>> {
        self.look(institution, |keys| {
            let active = keys.active?;
            keys.data.iter().find(|key| key.id == active).cloned()
        })
    }

    /// A key by its id.
    pub(crate) fn key(&self, institution: InstitutionId, id: DataKeyId) -> Option<Arc<DataKey>> {
        self.look(institution, |keys| keys.data.iter().find(|key| key.id == id).cloned())
    }

    pub(crate) fn numbering(&self, institution: InstitutionId) -> Option<[u8; 32]> {
        self.look(institution, |keys| keys.numbering)
    }

    pub(crate) fn keep(&self, institution: InstitutionId, key: &Arc<DataKey>, active: bool) {
        self.change(institution, |keys| {
            keys.data.retain(|kept| kept.id != key.id);
            keys.data.push(Arc::clone(key));
            if active {
                keys.active = Some(key.id);
            }
        });
    }

    /// What was known of an institution's data keys is not so any more.
    pub(crate) fn forget(&self, institution: InstitutionId) {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        open.remove(&institution);
    }

    pub(crate) fn keep_numbering(&self, institution: InstitutionId, key: [u8; 32]) {
        self.change(institution, |keys| keys.numbering = Some(key));
    }

    fn look<T>(&self, institution: InstitutionId, read: impl FnOnce(&Keys) -> Option<T>) -> Option<T> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.get(&institution).and_then(read)
    }

    fn change(&self, institution: InstitutionId, write: impl FnOnce(&mut Keys)) {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= INSTITUTIONS_MAX {
            open.clear();
        }
        write(open.entry(institution).or_default());
    }
}
