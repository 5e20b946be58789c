// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a check has seen of a file. It writes nothing, so that what earlier parts would do is not in the store: the numbers that their
//! rows bring would be taken, and the positions of their keys would be there. Rows of a table come together by their key; of JSON
//! lines each stands by itself, and a key may come again.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tramite_domain::import::{FileFormat, Import, ImportPhase};
use tramite_domain::notice::{Iuv, NoticeNumber};
use tramite_storage::PositionInUse;

use super::size::bytes_of;
use crate::pace::{IMPORT_NUMBERS_REMEMBERED_MAX, IMPORT_REMEMBERED_BYTES_MAX, IMPORT_REMEMBERED_MAX};

/// Service and key of a position.
type Key = (String, String);

/// What a check has seen; nothing is kept while rows are loaded.
#[derive(Clone, Default)]
pub(super) struct Memory(Option<Arc<Mutex<Kept>>>);

/// What some groups would do.
#[derive(Default)]
pub(super) struct Learnt {
    /// Numbers that they bring.
    pub(super) numbers: Vec<Iuv>,
    /// Their positions as they would be.
    pub(super) positions: Vec<(Key, PositionInUse)>,
}

/// What earlier parts would have done to what some groups ask about.
#[derive(Default)]
pub(super) struct Recalled {
    /// Numbers that would be taken.
    pub(super) taken: Vec<Iuv>,
    /// Positions as they would be.
    pub(super) positions: Vec<(String, PositionInUse)>,
    /// Keys whose positions were seen too long ago.
    pub(super) forgotten: HashSet<String>,
    /// Whether no more numbers can be remembered.
    pub(super) full_of_numbers: bool,
}

/// Numbers and keys are kept as their hashes: there may be millions.
struct Kept {
    keeps_positions: bool,
    numbers: HashSet<u64>,
    numbers_max: usize,
    keys: HashSet<u64>,
    positions: HashMap<Key, PositionInUse>,
    /// Their keys, the one that was seen first in front.
    order: VecDeque<Key>,
    installments: usize,
    installments_max: usize,
    bytes: usize,
    bytes_max: usize,
}

impl Memory {
    /// For the present phase of an import.
    pub(super) fn of(import: &Import) -> Self {
        let checks = import.phase == ImportPhase::Checking;
        Self(checks.then(|| Arc::new(Mutex::new(Kept::new(import.file.format == FileFormat::Ndjson)))))
    }

    /// Whether anything is kept.
    pub(super) const fn is_kept(&self) -> bool {
        self.0.is_some()
    }

    /// Whether positions are kept.
    pub(super) fn keeps_positions(&self) -> bool {
        self.kept().is_some_and(|kept| kept.keeps_positions)
    }

    /// What is known of those keys of a service, and of numbers.
    pub(super) fn recall<'k>(
        &self,
        service: &str,
        keys: impl Iterator<Item = &'k str>,
        brought: &BTreeSet<NoticeNumber>,
    ) -> Recalled {
        let Some(kept) = self.kept() else { return Recalled::default() };
        let taken = brought.iter().map(NoticeNumber::iuv).filter(|iuv| kept.numbers.contains(&hash(iuv)));
        let full_of_numbers = kept.numbers.len() >= kept.numbers_max;
        let mut recalled = Recalled { taken: taken.collect(), full_of_numbers, ..Recalled::default() };
        for key in keys.filter(|key| kept.keys.contains(&hash(&(service, *key)))) {
            match kept.positions.get(&(service.to_owned(), key.to_owned())) {
                Some(position) => recalled.positions.push((key.to_owned(), position.clone())),
                None => _ = recalled.forgotten.insert(key.to_owned()),
            }
        }
        recalled
    }

    /// Keeps what some groups would do. That of the same groups again changes nothing.
    pub(super) fn learn(&self, learnt: Learnt) {
        let Some(mut kept) = self.kept() else { return };
        kept.numbers.extend(learnt.numbers.iter().map(hash));
        if kept.keeps_positions {
            for (key, position) in learnt.positions {
                kept.keep(key, position);
            }
        }
    }

    fn kept(&self) -> Option<MutexGuard<'_, Kept>> {
        self.0.as_ref().map(|kept| kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Kept {
    fn new(keeps_positions: bool) -> Self {
        Self {
            keeps_positions,
            numbers: HashSet::new(),
            numbers_max: IMPORT_NUMBERS_REMEMBERED_MAX,
            keys: HashSet::new(),
            positions: HashMap::new(),
            order: VecDeque::new(),
            installments: 0,
            installments_max: IMPORT_REMEMBERED_MAX,
            bytes: 0,
            bytes_max: IMPORT_REMEMBERED_BYTES_MAX,
        }
    }

    fn keep(&mut self, key: Key, position: PositionInUse) {
        self.keys.insert(hash(&(key.0.as_str(), key.1.as_str())));
        self.installments = self.installments.saturating_add(installments_of(&position));
        self.bytes = self.bytes.saturating_add(bytes_of(&position));
        match self.positions.insert(key.clone(), position) {
            Some(before) => self.without(&before),
            None => self.order.push_back(key),
        }
        while self.installments > self.installments_max || self.bytes > self.bytes_max {
            let Some(oldest) = self.order.pop_front() else { break };
            if let Some(gone) = self.positions.remove(&oldest) {
                self.without(&gone);
            }
        }
    }

    /// A position is kept no longer.
    fn without(&mut self, gone: &PositionInUse) {
        self.installments = self.installments.saturating_sub(installments_of(gone));
        self.bytes = self.bytes.saturating_sub(bytes_of(gone));
    }
}

fn installments_of(position: &PositionInUse) -> usize {
    position.position.installments().count().max(1)
}

/// The same for what is the same.
pub(super) fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tramite_domain::debt_position::{DebtPosition, Debtor, Origin, PositionStatus, SubjectKind};
    use tramite_domain::ids::DebtPositionId;
    use tramite_domain::personal::Personal;
    use tramite_domain::time::Instant;
    use tramite_storage::Payers;
    use uuid::Uuid;

    use super::*;

    fn position() -> PositionInUse {
        let now: Instant = "2026-03-01T10:00:00Z".parse().unwrap();
        let debtor = Debtor {
            kind: SubjectKind::NaturalPerson,
            tax_code: Personal::new("RSSMRA85T10A562S".parse().unwrap()),
            full_name: Personal::new("Mario Rossi".parse().unwrap()),
            email: None,
            address: None,
        };
        let position = DebtPosition {
            id: DebtPositionId::new(Uuid::nil()),
            service_code: None,
            external_id: None,
            description: "TARI 2026".parse().unwrap(),
            debtor,
            origin: Origin::Import,
            created_by: None,
            published_at: None,
            valid_from: None,
            cancelled_at: None,
            expires_after_due_date: false,
            late_charges: None,
            amount_callback: None,
            amounts_told: BTreeMap::new(),
            options: Vec::new(),
            told_status: PositionStatus::Draft,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        PositionInUse { position, payers: Payers::default() }
    }

    /// What is left of some keys, in their order, where there is room for so many installments and bytes.
    fn left(keys: &[&str], installments_max: usize, bytes_max: usize) -> Vec<String> {
        let mut kept = Kept { installments_max, bytes_max, ..Kept::new(true) };
        for key in keys {
            kept.keep(("TARI".to_owned(), (*key).to_owned()), position());
        }
        assert_eq!(kept.bytes, kept.positions.values().map(bytes_of).sum::<usize>());
        assert_eq!(kept.installments, kept.positions.len());
        let mut left: Vec<String> = kept.positions.into_keys().map(|(_, key)| key).collect();
        left.sort();
        left
    }

    #[test]
    fn the_positions_that_were_seen_first_make_room_by_their_installments_and_by_their_bytes() {
        let one = bytes_of(&position());
        let keys = ["A", "B", "C", "A", "D"];
        assert_eq!(left(&keys, 9, 9 * one), ["A", "B", "C", "D"]);
        assert_eq!(left(&keys, 3, 9 * one), ["B", "C", "D"]);
        assert_eq!(left(&keys, 9, 3 * one), ["B", "C", "D"]);
        assert_eq!(left(&keys, 9, 3 * one - 1), ["A", "D"], "the first one came again behind the others");
        assert!(left(&keys, 9, one - 1).is_empty());
    }
}
