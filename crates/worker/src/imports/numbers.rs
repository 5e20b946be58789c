// SPDX-License-Identifier: AGPL-3.0-or-later
//! Notice numbers for many positions at a time. What some groups did not need is for the next ones; what is left at the end of an
//! import stays a gap (rules.md 1). Numbers for rows further down are taken along: deciding a part would else wait for the sequence
//! each time, and on SQLite so for the part before it to be written. The store has those, for whoever of this process needs them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tramite_domain::debt_position::{DebtPosition, InstallmentInput};
use tramite_domain::given::Numbers;
use tramite_domain::ident::InstallmentReference;
use tramite_domain::ids::StationLinkId;
use tramite_domain::import::{Asked, RowAction};
use tramite_domain::institution::{Institution, StationLink};
use tramite_domain::notice::NoticeNumber;
use tramite_domain::time::Instant;
use tramite_storage::{NUMBERS_MAX, Scope, Store, StoreError};

use crate::pace::IMPORT_NUMBERS_AHEAD_MAX;

/// Numbers that were taken for an import and are not given yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Pool(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    /// Under which association with a station they were taken.
    link: Option<StationLinkId>,
    numbers: Vec<NoticeNumber>,
    /// How many rows stand behind those that were given to be decided.
    behind: usize,
}

/// Numbers for some groups.
#[derive(Debug)]
pub(super) enum Supply {
    /// The institution gives none now.
    Nothing,
    /// Nothing is written, so any will do.
    Any(NoticeNumber),
    /// Taken for them, under an association with a station.
    Taken(StationLinkId, Vec<NoticeNumber>),
}

impl Numbers for Supply {
    fn next(&mut self) -> Option<NoticeNumber> {
        match self {
            Self::Nothing => None,
            Self::Any(number) => Some(*number),
            Self::Taken(_, numbers) => numbers.pop(),
        }
    }
}

impl Pool {
    /// So many rows stand behind those that are decided next: as many numbers may be taken along.
    pub(super) fn set_behind(&self, rows: u64) {
        self.guard().behind = usize::try_from(rows).unwrap_or(usize::MAX);
    }

    fn guard(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Numbers for installments that are written, or placeholders for some that are only checked.
    pub(super) async fn supply(
        &self,
        (store, scope): (&Store, &Scope),
        institution: &Institution,
        (wanted, writes): (usize, bool),
        now: Instant,
    ) -> Result<Supply, StoreError> {
        let Some((link, segregation)) = institution.issuing_station(now) else { return Ok(Supply::Nothing) };
        if writes {
            let numbers = self.take(store, scope, link, wanted).await?;
            return Ok(Supply::Taken(link.id, numbers));
        }
        Ok(Supply::Any(NoticeNumber::generate(segregation, link.local_range.from())))
    }

    async fn take(
        &self,
        store: &Store,
        scope: &Scope,
        link: &StationLink,
        wanted: usize,
    ) -> Result<Vec<NoticeNumber>, StoreError> {
        let mut taken = self.kept(link.id, wanted);
        let ahead = self.guard().behind.min(IMPORT_NUMBERS_AHEAD_MAX);
        let mut most = NUMBERS_MAX;
        while taken.len() < wanted {
            let missing = wanted.saturating_sub(taken.len()).min(most);
            match store.take_numbers_ahead(scope, link, missing, ahead).await {
                Ok(more) if more.is_empty() => break,
                Ok(more) => taken.extend(more),
                // The last numbers of a range serve as far as they go: fewer may be there. The groups that find none are told so, each
                // by itself.
                Err(StoreError::NumbersExhausted) if missing > 1 => most = missing.div_ceil(2),
                Err(StoreError::NumbersExhausted) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(taken)
    }

    /// So many of those that are kept, as far as they go.
    fn kept(&self, link: StationLinkId, wanted: usize) -> Vec<NoticeNumber> {
        let mut kept = self.guard();
        if kept.link != Some(link) {
            kept.link = Some(link);
            kept.numbers.clear();
        }
        let rest = kept.numbers.len().saturating_sub(wanted);
        kept.numbers.split_off(rest)
    }

    /// Keeps what was not needed; not where the institution gives numbers under another association by now.
    pub(super) fn give_back(&self, supply: Supply) {
        let Supply::Taken(link, numbers) = supply else { return };
        let mut kept = self.guard();
        if kept.link == Some(link) {
            kept.numbers.extend(numbers);
        }
    }
}

/// How many numbers the rows of one position may need at most.
pub(super) fn needed(asked: &Asked, present: Option<&DebtPosition>) -> usize {
    if asked.action == RowAction::Cancel {
        return 0;
    }
    let only = InstallmentReference::only();
    let has_one = |one: &InstallmentInput| {
        let reference = one.reference.as_deref().unwrap_or(only.as_str());
        let standing = |position: &DebtPosition| {
            position.installments().any(|(_, old)| old.stands() && old.reference.as_str() == reference)
        };
        one.notice_number.is_some() || one.iuv.is_some() || present.is_some_and(standing)
    };
    if asked.input.payment_options.is_empty() {
        return usize::from(!has_one(&InstallmentInput::default()));
    }
    let all = asked.input.payment_options.iter().flat_map(|option| &option.installments);
    all.filter(|one| !has_one(one)).count()
}
