// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of debt positions are loaded (rules.md 41–44). A process claims a few imports, works on each for some seconds, and keeps its
//! place in the file for the next pass. Whatever it has done is written together with how far it is: who takes over begins there.

mod decide;
mod easing;
mod end;
mod file;
mod ground;
mod memory;
mod numbers;
mod part;
mod reading;
mod rows;
mod size;
mod slice;
mod write;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::time::timeout;
use tramite_domain::ids::ImportId;
use tramite_domain::import::PositionReader;
use tramite_storage::{ClaimedImport, Scope, StoreError};
use uuid::Uuid;

use crate::clock::Clock;
use crate::failure::{code, is_outage};
use crate::guard::guarded;
use crate::job::Job;
use crate::pace::{
    IMPORT_FAILURES_MAX, IMPORT_LEASE_SECONDS, IMPORT_REST_SECONDS, IMPORT_STUCK_SECONDS, IMPORT_STUCK_TIMES,
    IMPORT_TURN_SECONDS, IMPORTS_AT_ONCE_MAX, STOP_GRACE_SECONDS,
};
use crate::pass::Pass;
use crate::worker::Worker;

use easing::Easing;
use end::GivenUp;
use reading::Reading;
use slice::Slice;

/// What loads files.
pub(crate) struct Imports {
    /// Reads debt positions as the API does.
    reader: Arc<dyn PositionReader>,
    /// The imports that it works on.
    held: Mutex<Vec<Held>>,
}

/// An import that was claimed, and under which name: each claim has its own.
#[derive(Debug, Clone, Copy)]
struct Claim {
    import: ClaimedImport,
    holder: Uuid,
}

impl Claim {
    const fn id(&self) -> ImportId {
        self.import.id
    }

    const fn scope(&self) -> Scope {
        Scope::of_worker(self.import.institution)
    }
}

/// An import that this process works on.
struct Held {
    claim: Claim,
    /// How often its work failed although the database was there, since rows of it were done.
    failures: u32,
    /// How large the parts of its file are.
    easing: Easing,
    /// How often its next group was too much for the database although that alone was asked of it, and since when.
    stuck: Option<(u32, Instant)>,
    /// Since when it has its turn, or since when another one made room.
    served: Option<Instant>,
    /// Its file, open at the place where the import stands.
    reading: Option<Reading>,
}

impl Held {
    fn new(claim: Claim) -> Self {
        let easing = Easing::new(Instant::now());
        Self { claim, failures: 0, easing, stuck: None, served: None, reading: None }
    }
}

impl Imports {
    pub(crate) fn new(reader: Arc<dyn PositionReader>) -> Self {
        Self { reader, held: Mutex::default() }
    }

    fn held(&self) -> MutexGuard<'_, Vec<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The imports that are held.
    fn claims(&self) -> Vec<Claim> {
        self.held().iter().map(|one| one.claim).collect()
    }

    /// Takes the file of an import, where it is open.
    fn take(&self, import: ImportId) -> Option<Reading> {
        self.held().iter_mut().find(|one| one.claim.id() == import).and_then(|one| one.reading.take())
    }

    /// Changes what is held of an import, where it is.
    fn change<T>(&self, import: ImportId, change: impl FnOnce(&mut Held) -> T) -> Option<T> {
        self.held().iter_mut().find(|one| one.claim.id() == import).map(change)
    }

    /// Keeps the file of an import open for the next pass.
    fn keep(&self, import: ImportId, reading: Reading) {
        self.change(import, |one| {
            if one.easing.ease(Instant::now()) {
                reading.halve(one.easing.halvings());
            }
            one.reading = Some(reading);
        });
    }

    /// Notes that an import has its turn, whatever comes of it: it makes room for others.
    fn turned(&self, import: ImportId) {
        self.change(import, |one| _ = one.served.get_or_insert_with(Instant::now));
    }

    /// Notes that rows of an import were done: it has not failed so far.
    fn served(&self, import: ImportId) {
        self.turned(import);
        self.change(import, |one| (one.failures, one.stuck) = (0, None));
    }

    /// Notes that a part of an import was too much for the database: the next ones are half as large. How often they are halved.
    fn halve(&self, import: ImportId) -> u32 {
        let halve = |one: &mut Held| {
            one.easing.halve(Instant::now());
            one.easing.halvings()
        };
        self.change(import, halve).unwrap_or_default()
    }

    /// How often the parts of an import are halved.
    fn halvings(&self, import: ImportId) -> u32 {
        self.change(import, |one| one.easing.halvings()).unwrap_or_default()
    }

    /// Notes that one group of an import was too much for the database.
    fn stick(&self, import: ImportId) {
        self.change(import, |one| {
            let (times, since) = one.stuck.unwrap_or_else(|| (0, Instant::now()));
            one.stuck = Some((times.saturating_add(1), since));
        });
    }

    /// Whether that was so often and for so long that it is no database which has much to do for a while.
    fn is_stuck(&self, import: ImportId) -> bool {
        let long = |(times, since): (u32, Instant)| {
            times >= IMPORT_STUCK_TIMES && since.elapsed() >= Duration::from_secs(IMPORT_STUCK_SECONDS)
        };
        self.change(import, |one| one.stuck.is_some_and(long)).unwrap_or_default()
    }

    /// Notes that the work on an import failed; how often it did so since rows of it were done.
    fn failed(&self, import: ImportId) -> u32 {
        self.turned(import);
        let fail = |one: &mut Held| {
            one.failures = one.failures.saturating_add(1);
            one.failures
        };
        self.change(import, fail).unwrap_or_default()
    }

    /// Claims what waits, as long as there is room; where there is none, the one that has been served the longest makes some.
    async fn claim(&self, worker: &Worker, clock: Clock<'_>) -> Result<(), StoreError> {
        while self.has_room() {
            if !self.claim_one(worker, clock).await? {
                return Ok(());
            }
        }
        let Some(longest) = self.longest_served() else { return Ok(()) };
        if !self.claim_one(worker, clock).await? {
            return Ok(());
        }
        let now = Instant::now();
        self.held().iter_mut().for_each(|one| one.served = one.served.map(|_| now));
        self.leave(worker, longest).await
    }

    fn has_room(&self) -> bool {
        self.held().len() < IMPORTS_AT_ONCE_MAX
    }

    /// The import that was claimed the longest ago, of those that had their turn.
    fn longest_served(&self) -> Option<Claim> {
        let turn = Duration::from_secs(IMPORT_TURN_SECONDS);
        let had_it = |one: &&Held| one.served.is_some_and(|since| since.elapsed() >= turn);
        self.held().iter().find(had_it).map(|one| one.claim)
    }

    async fn claim_one(&self, worker: &Worker, clock: Clock<'_>) -> Result<bool, StoreError> {
        let (system, holder) = (worker.store.system(), worker.world.id());
        let claimed = system.claim_import(clock.now(), holder, IMPORT_LEASE_SECONDS).await?;
        let Some(import) = claimed else { return Ok(false) };
        let claim = Claim { import, holder };
        let mut held = self.held();
        // Its time was over, and it was ours: somebody else may have gone on with it in between.
        held.retain(|one| one.claim.id() != import.id);
        held.push(Held::new(claim));
        Ok(true)
    }

    /// Leaves an import: it is over, or somebody else works on it.
    async fn leave(&self, worker: &Worker, claim: Claim) -> Result<(), StoreError> {
        self.held().retain(|one| one.claim.holder != claim.holder);
        worker.store.system().release_import(claim.import, claim.holder).await
    }

    /// Leaves an import alone for a while, which nobody takes meanwhile.
    async fn rest(&self, worker: &Worker, claim: Claim, clock: Clock<'_>) -> Result<(), StoreError> {
        self.held().retain(|one| one.claim.holder != claim.holder);
        let system = worker.store.system();
        system.renew_import(claim.import, claim.holder, clock.now(), IMPORT_REST_SECONDS).await.map(drop)
    }

    /// Takes over what was left by a process that was killed, where there is one process alone.
    pub(crate) async fn take_over(&self, worker: &Worker) {
        if let Err(error) = worker.store.system().take_over_imports().await {
            tracing::warn!(code = code(&error), cause = %error, "imports that were left come back by their time");
        }
    }

    /// Leaves all of them, so that another process goes on at once; where that does not succeed, after the time of the claim.
    pub(crate) async fn leave_all(&self, worker: &Worker) {
        let leaving = join_all(self.claims().into_iter().map(|claim| self.leave(worker, claim)));
        let left = timeout(Duration::from_secs(STOP_GRACE_SECONDS), leaving).await;
        if !left.is_ok_and(|all| all.iter().all(Result::is_ok)) {
            tracing::warn!("imports that were left come back by their time");
        }
    }
}

/// Works on every import that is held, beside each other and for a while.
pub(crate) async fn load(worker: &Worker, imports: &Imports, clock: Clock<'_>) -> Result<Pass, StoreError> {
    imports.claim(worker, clock).await?;
    let works = imports.claims().into_iter().map(|claim| one(worker, imports, claim, clock));
    let mut pass = Pass::default();
    let outcomes = join_all(works).await;
    let moved = outcomes.iter().flatten().any(|slice| slice.rows > 0);
    for outcome in outcomes {
        match outcome {
            Ok(slice) => {
                pass.done = pass.done.saturating_add(slice.rows);
                pass.found = pass.found.saturating_add(usize::from(slice.more));
            }
            // It is the part that is too large and not the database that is away: the others do not wait for it.
            Err(StoreError::Busy) if moved => pass.found = pass.found.saturating_add(1),
            Err(error) => _ = pass.count(Job::Imports, Err(error)),
        }
    }
    Ok(pass)
}

/// Works on one import. What fails again and again for a reason that does not pass ends it: it would be in the way of others.
async fn one(worker: &Worker, imports: &Imports, claim: Claim, clock: Clock<'_>) -> Result<Slice, StoreError> {
    let error = match guarded(slice::work(worker, imports, claim, clock)).await {
        Ok(slice) => {
            if slice.rows > 0 {
                imports.served(claim.id());
            }
            if !slice.more {
                imports.leave(worker, claim).await?;
            }
            return Ok(slice);
        }
        Err(error) => error,
    };
    let outage = is_outage(&error);
    if outage {
        imports.turned(claim.id());
    }
    let why = match &error {
        StoreError::Conflict => return Err(error),
        StoreError::Busy if imports.is_stuck(claim.id()) => GivenUp::Stuck,
        _ if outage || imports.failed(claim.id()) < IMPORT_FAILURES_MAX => return Err(error),
        _ => GivenUp::Defect,
    };
    give_up(worker, imports, claim, (why, &error), clock).await?;
    Err(error)
}

/// Ends an import that leads to nothing, and leaves it.
async fn give_up(
    worker: &Worker,
    imports: &Imports,
    claim: Claim,
    (why, error): (GivenUp, &StoreError),
    clock: Clock<'_>,
) -> Result<(), StoreError> {
    match end::give_up(worker, claim, why, clock).await {
        Ok(()) => {
            tracing::error!(import = %claim.id(), code = code(error), cause = %error, "an import was given up");
            imports.leave(worker, claim).await
        }
        // The next pass gives it up.
        Err(cause) if is_outage(&cause) => Err(cause),
        // Not even that can be written: whoever took it at once would do nothing else.
        Err(cause) => {
            tracing::error!(import = %claim.id(), code = code(&cause), cause = %cause, "an import cannot be given up: it rests");
            imports.rest(worker, claim, clock).await
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tramite_domain::debt_position::PositionInput;
    use tramite_domain::ids::InstitutionId;
    use tramite_domain::violation::Violation;

    use super::*;

    struct Nobody;

    impl PositionReader for Nobody {
        fn read(&self, _body: &Value) -> Result<PositionInput, Vec<Violation>> {
            Err(Vec::new())
        }
    }

    #[test]
    fn only_rows_that_were_done_make_failures_good_and_whoever_fails_has_its_turn() {
        let imports = Imports::new(Arc::new(Nobody));
        let id = ImportId::new(Uuid::nil());
        let import = ClaimedImport { institution: InstitutionId::new(Uuid::nil()), id };
        let claim = Claim { import, holder: Uuid::nil() };
        let held = || Held::new(claim);
        let served = || imports.held().iter().all(|one| one.served.is_some());
        imports.held().push(held());
        assert!(!served());
        assert_eq!(imports.failed(id), 1);
        assert!(served(), "it makes room for others");
        assert_eq!(imports.halve(id), 1);
        assert_eq!((imports.failed(id), imports.halvings(id)), (2, 1));
        imports.served(id);
        assert_eq!((imports.failed(id), imports.halvings(id)), (1, 1));
        *imports.held() = vec![held()];
        imports.turned(id);
        assert!(served(), "so does one for which the database is too slow");
    }

    #[test]
    fn an_import_is_stuck_once_one_group_was_too_much_very_often_and_for_long() {
        let imports = Imports::new(Arc::new(Nobody));
        let id = ImportId::new(Uuid::nil());
        let import = ClaimedImport { institution: InstitutionId::new(Uuid::nil()), id };
        imports.held().push(Held::new(Claim { import, holder: Uuid::nil() }));
        for _ in 0..IMPORT_STUCK_TIMES {
            assert!(!imports.is_stuck(id));
            imports.stick(id);
        }
        assert!(!imports.is_stuck(id), "a database may have much to do for a while");
        let long = Instant::now().checked_sub(Duration::from_secs(IMPORT_STUCK_SECONDS)).unwrap();
        imports.change(id, |one| one.stuck = Some((IMPORT_STUCK_TIMES - 1, long)));
        assert!(!imports.is_stuck(id));
        imports.stick(id);
        assert!(imports.is_stuck(id));
        imports.served(id);
        assert!(!imports.is_stuck(id), "it goes on");
    }
}
