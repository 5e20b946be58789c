// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the positions of some groups rest on: institution, services, the positions that are there, and the numbers that rows bring.
//! It is read for all of them at once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use tramite_domain::attempt::ATTEMPT_LOCK_SECONDS;
use tramite_domain::debt_position::{PositionInput, given_numbers};
use tramite_domain::ident::{ExternalId, ServiceCode};
use tramite_domain::institution::Institution;
use tramite_domain::iuv_rules::KnownNumbers;
use tramite_domain::notice::{Iuv, NoticeNumber};
use tramite_domain::service::Service;
use tramite_domain::time::Instant;
use tramite_domain::violation::Violation;
use tramite_storage::{LOADABLE_INSTALLMENTS_MAX, Loadable, PositionInUse, StoreError};

use super::decide::Work;
use super::memory::{Learnt, Recalled};
use super::reading::{Group, Wish};

/// What the positions of one service rest on.
pub(super) struct Ground {
    pub(super) institution: Arc<Institution>,
    pub(super) service: Service,
    pub(super) numbers: KnownNumbers,
    existing: HashMap<String, Present>,
    /// Keys that several groups have: those after the first see what it did.
    repeated: HashSet<String>,
    /// Whether every position is remembered.
    remembers_all: bool,
    /// Keys that other groups had, and of which nothing more is remembered.
    forgotten: HashSet<String>,
    /// Whether no more numbers can be remembered.
    full_of_numbers: bool,
}

/// A position that is there.
pub(super) struct Present {
    pub(super) position: PositionInUse,
    /// Whether another group has made or changed it just now: then it is not, or not so, in the store yet.
    pub(super) changed: bool,
}

/// The services of some groups; one that is unknown, or not the client's, is not there.
pub(super) struct Grounds {
    services: HashMap<String, Ground>,
    /// Numbers that groups have brought.
    brought: Vec<Iuv>,
}

impl Grounds {
    /// What a position of that service rests on.
    pub(super) fn of(&self, service_code: &str) -> Option<&Ground> {
        self.services.get(service_code)
    }

    /// The institution; none where no service is known.
    pub(super) fn institution(&self) -> Option<&Institution> {
        self.services.values().next().map(|ground| ground.institution.as_ref())
    }

    /// What a group did is seen by those after it: the numbers that it brought are taken, and where its key comes again, its
    /// position is there.
    pub(super) fn remember(&mut self, input: &PositionInput, after: PositionInUse) {
        for brought in given_numbers(input) {
            for ground in self.services.values_mut() {
                ground.numbers.taken.insert(brought.iuv());
            }
            self.brought.push(brought.iuv());
        }
        let Some(ground) = self.services.get_mut(&input.service_code) else { return };
        ground.existing.insert(input.external_id.clone(), Present { position: after, changed: true });
    }

    /// What parts of the file further down have to know of these groups, while nothing is written of them.
    pub(super) fn learnt(self) -> Learnt {
        let mut positions = Vec::new();
        for (service, ground) in self.services {
            let changed = ground.existing.into_iter().filter(|(_, present)| present.changed);
            positions.extend(changed.map(|(key, present)| ((service.clone(), key), present.position)));
        }
        Learnt { numbers: self.brought, positions }
    }
}

impl Ground {
    /// The position of that key, where it is there.
    pub(super) fn present(&self, external_id: &str) -> Option<&Present> {
        self.existing.get(external_id)
    }

    /// How many installments its positions have: those of the store, and those that are remembered.
    fn installments(&self) -> usize {
        let each = self.existing.values().map(|present| present.position.position.installments().count());
        each.fold(0, usize::saturating_add)
    }

    /// Whether what becomes of this position is to be remembered.
    pub(super) fn is_remembered(&self, input: &PositionInput) -> bool {
        self.remembers_all || self.repeated.contains(&input.external_id) || brings_numbers(input)
    }

    /// Why a check cannot say what becomes of this position: it rests on more than is remembered.
    pub(super) fn beyond_memory(&self, input: &PositionInput) -> Option<Violation> {
        let (pointer, code, detail) = if self.forgotten.contains(&input.external_id) {
            let detail = "too many other lines stand between those of this position; sort the file by its key";
            ("/external_id", "rows_too_far_apart", detail)
        } else if self.full_of_numbers && brings_numbers(input) {
            ("/payment_options", "too_many_numbers", "the file brings too many notice numbers; load it in parts")
        } else {
            return None;
        };
        Some(Violation { pointer: pointer.to_owned(), code, detail: detail.to_owned() })
    }
}

fn brings_numbers(input: &PositionInput) -> bool {
    let mut all = input.payment_options.iter().flat_map(|option| &option.installments);
    all.any(|one| one.notice_number.is_some() || one.iuv.is_some())
}

/// What the groups of one service ask about.
#[derive(Default)]
struct Question {
    keys: BTreeSet<ExternalId>,
    repeated: HashSet<String>,
    brought: BTreeSet<NoticeNumber>,
}

impl Work<'_> {
    /// What some groups rest on.
    pub(super) async fn grounds(&self, groups: &[Group], now: Instant) -> Result<Grounds, StoreError> {
        let mut questions: BTreeMap<ServiceCode, Question> = BTreeMap::new();
        for wish in groups.iter().filter_map(|group| group.content.as_ref().ok()) {
            self.ask(&mut questions, wish);
        }
        let mut grounds = HashMap::with_capacity(questions.len());
        let mut held = 0_usize;
        for (code, question) in questions {
            let Some(ground) = self.ground(&code, question, now).await? else { continue };
            held = held.saturating_add(ground.installments());
            // Each service is asked for alone: together they may be too large all the same.
            if held > LOADABLE_INSTALLMENTS_MAX && groups.len() > 1 {
                return Err(StoreError::Busy);
            }
            grounds.insert(code.to_string(), ground);
        }
        Ok(Grounds { services: grounds, brought: Vec::new() })
    }

    fn ask(&self, questions: &mut BTreeMap<ServiceCode, Question>, wish: &Wish) {
        let input = &wish.asked.input;
        let Ok(code) = ServiceCode::new(input.service_code.clone()) else { return };
        if !self.is_open(&code) {
            return;
        }
        let question = questions.entry(code).or_default();
        // A key of the wrong form is told with all else that is wrong.
        if let Ok(key) = ExternalId::new(input.external_id.clone())
            && !question.keys.insert(key)
        {
            question.repeated.insert(input.external_id.clone());
        }
        question.brought.extend(given_numbers(input));
    }

    async fn ground(&self, code: &ServiceCode, question: Question, now: Instant) -> Result<Option<Ground>, StoreError> {
        let keys: Vec<ExternalId> = question.keys.into_iter().collect();
        let (store, since) = (&self.worker.store, now.plus_seconds(-ATTEMPT_LOCK_SECONDS));
        let Loadable { institution, service, existing } = store.loadable(&self.scope, code, &keys, since).await?;
        let Some(service) = service else { return Ok(None) };
        let mut numbers = store.known_numbers(&self.scope, &institution, code, &question.brought).await?;
        let keyed = |position: PositionInUse| {
            let key = position.position.external_id.as_ref()?.to_string();
            Some((key, Present { position, changed: false }))
        };
        let mut existing: HashMap<String, Present> = existing.into_iter().filter_map(keyed).collect();
        let keys = keys.iter().map(ExternalId::as_str);
        let Recalled { taken, positions, forgotten, full_of_numbers } =
            self.memory.recall(code.as_str(), keys, &question.brought);
        numbers.taken.extend(taken);
        existing.extend(positions.into_iter().map(|(key, position)| (key, Present { position, changed: true })));
        let (repeated, remembers_all) = (question.repeated, self.memory.keeps_positions());
        Ok(Some(Ground {
            institution,
            service,
            numbers,
            existing,
            repeated,
            remembers_all,
            forgotten,
            full_of_numbers,
        }))
    }
}
