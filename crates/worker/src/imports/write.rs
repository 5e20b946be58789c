// SPDX-License-Identifier: AGPL-3.0-or-later
//! What was decided is written, in one transaction with how far the import is. Where something moved meanwhile it is decided anew, and
//! where that does not help, group by group: one that cannot be written rejects itself alone.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tramite_domain::batch::Batch;
use tramite_domain::import::{Import, Progress, advance};
use tramite_storage::{StoreError, is_still_writable};
use tramite_telemetry::catalogue::IMPORT_ROWS;

use super::decide::{Decided, Work};
use super::memory::{Learnt, hash};
use super::part::Portion;
use super::reading::Group;
use super::rows::not_written;
use crate::failure::{code, is_outage};
use crate::guard::guarded;
use crate::job::Job;
use crate::pace::{CONFLICT_TRIES, IMPORT_ALONE_SECONDS_MAX};

/// Groups with what becomes of them.
pub(super) struct Ready {
    pub(super) portion: Portion,
    pub(super) decided: Decided,
}

impl Ready {
    /// The keys of its positions, as their hashes.
    pub(super) fn keys(&self) -> HashSet<u64> {
        self.each_key().collect()
    }

    /// Whether a position of it may be one of those.
    pub(super) fn shares(&self, keys: &HashSet<u64>) -> bool {
        self.each_key().any(|key| keys.contains(&key))
    }

    fn each_key(&self) -> impl Iterator<Item = u64> {
        let inputs =
            self.portion.groups.iter().filter_map(|group| group.content.as_ref().ok()).map(|wish| &wish.asked.input);
        inputs.map(|input| hash(&(input.service_code.as_str(), input.external_id.as_str())))
    }
}

impl Work<'_> {
    /// Writes what is ready. The import as it is then; none where somebody else has moved it: it was cancelled, or another worker
    /// goes on with it.
    pub(super) async fn write(
        &self,
        import: &Import,
        groups: &[Group],
        decided: Decided,
    ) -> Result<Option<Import>, StoreError> {
        let mut outcome = self.written(import, groups, decided).await;
        let mut tries = 1;
        loop {
            match outcome {
                Ok(after) => return Ok(Some(after)),
                Err(error) if is_outage(&error) => return Err(error),
                Err(error) => tracing::debug!(import = %import.id, code = code(&error), "a part is decided anew"),
            }
            if self.has_moved(import).await? {
                return Ok(None);
            }
            if tries >= CONFLICT_TRIES {
                return self.one_by_one(import, groups).await;
            }
            tries += 1;
            let decided = self.decide(groups).await?;
            outcome = self.written(import, groups, decided).await;
        }
    }

    /// Each group by itself. Where that takes too long for one claim, the next pass goes on behind those that are done.
    async fn one_by_one(&self, import: &Import, groups: &[Group]) -> Result<Option<Import>, StoreError> {
        let (mut import, begun) = (import.clone(), Instant::now());
        for group in groups {
            if begun.elapsed() > Duration::from_secs(IMPORT_ALONE_SECONDS_MAX) {
                return Err(StoreError::Conflict);
            }
            match self.alone(&import, group).await? {
                Some(after) => import = after,
                None => return Ok(None),
            }
        }
        Ok(Some(import))
    }

    async fn alone(&self, import: &Import, group: &Group) -> Result<Option<Import>, StoreError> {
        let one = std::slice::from_ref(group);
        let mut tries = 0;
        loop {
            tries += 1;
            let decided = self.decide(one).await?;
            let error = match self.written(import, one, decided).await {
                Ok(after) => return Ok(Some(after)),
                Err(error) if is_outage(&error) => return Err(error),
                Err(error) => error,
            };
            if self.has_moved(import).await? {
                return Ok(None);
            }
            if tries >= CONFLICT_TRIES {
                let (job, code) = (Job::Imports.name(), code(&error));
                tracing::error!(job, import = %import.id, code, cause = %error, "rows could not be written");
                let rows = not_written(group, &error);
                let told = Decided { at: self.clock.now(), rows, batch: Batch::new(), learnt: Learnt::default() };
                return self.written(import, one, told).await.map(Some);
            }
        }
    }

    /// Writes groups with how far the import is then.
    async fn written(&self, import: &Import, groups: &[Group], decided: Decided) -> Result<Import, StoreError> {
        let Decided { at, rows, mut batch, learnt } = decided;
        let now = self.clock.now();
        // Who waited too long decides anew.
        if !is_still_writable(at, now) {
            return Err(StoreError::Conflict);
        }
        let groups = u64::try_from(groups.len()).unwrap_or(u64::MAX);
        let mut told: BTreeMap<&'static str, u64> = BTreeMap::new();
        for row in &rows {
            let count = told.entry(row.outcome.name()).or_default();
            *count = count.saturating_add(1);
        }
        let (after, progress) = advance(import, Progress { groups, rows }, now);
        batch.append(progress);
        self.commit(batch).await?;
        self.memory.learn(learnt);
        for (outcome, rows) in told {
            self.worker.watch.metrics.add(&IMPORT_ROWS, &[outcome.into()], rows);
        }
        Ok(after)
    }

    /// Commits on a task of its own: the next part is decided meanwhile, and its reckoning would keep the database waiting between one
    /// statement and the next. Where nobody waits for it any more it ends at its next wait, and not at once: what it may still
    /// write by then is written on the version of the import that was read, as that of any worker that was left behind.
    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let (store, scope) = (self.worker.store.clone(), self.scope.clone());
        let mut task = JoinSet::new();
        task.spawn(guarded(async move { store.commit(&scope, batch).await }));
        let done = task.join_next().await.and_then(Result::ok);
        done.unwrap_or_else(|| Err(StoreError::Unavailable("the work was ended with the program".into())))
    }

    /// Whether the import is no longer as it was read: nothing is written for it any more here.
    async fn has_moved(&self, import: &Import) -> Result<bool, StoreError> {
        let found = self.worker.store.import(&self.scope, import.id).await?;
        Ok(found.is_none_or(|found| found.version != import.version))
    }

    /// Writes a step of the import itself; false where somebody else has moved it.
    pub(super) async fn step(&self, batch: Batch) -> Result<bool, StoreError> {
        match self.worker.store.commit(&self.scope, batch).await {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
