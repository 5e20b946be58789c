// SPDX-License-Identifier: AGPL-3.0-or-later
//! The work on one import for a while: the next part is read and decided while the one before it is written, and decided anew where
//! both have the same position. Between two parts it is noticed that the import was cancelled, or that its claim was lost.

use std::time::{Duration, Instant};

use futures_util::future::join;
use tramite_documents::sheet::SheetError;
use tramite_domain::import::{Import, ImportPhase, ImportStatus, begin};
use tramite_storage::StoreError;

use super::decide::Work;
use super::reading::{Reading, Told};
use super::write::Ready;
use super::{Claim, Imports};
use crate::clock::Clock;
use crate::pace::{IMPORT_LEASE_SECONDS, IMPORT_RENEW_SECONDS, IMPORT_SECONDS_MAX, IMPORT_WRONG_ROWS_MAX};
use crate::worker::Worker;

/// What a slice of work came to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Slice {
    /// Rows that are done.
    pub(super) rows: usize,
    /// Whether more is to be done with the import.
    pub(super) more: bool,
}

/// What comes next.
enum Next {
    /// It takes longer than there is time.
    Later,
    /// The file is open, and has so many rows.
    Opened(u64),
    /// Groups that were done before are remembered again.
    Again,
    /// The next groups are decided.
    Ready(Ready),
    /// There are no more.
    End,
    /// The file cannot be read, or no further.
    Failed(SheetError),
}

/// Works on a claimed import until it is over, or its time.
pub(super) async fn work(
    worker: &Worker,
    imports: &Imports,
    claim: Claim,
    clock: Clock<'_>,
) -> Result<Slice, StoreError> {
    let scope = claim.scope();
    let mut slice = Slice::default();
    let (mut held, begun) = (Hold { worker, claim, clock, renewed: None }, Instant::now());
    if !held.is_ours().await? {
        return Ok(slice);
    }
    let found = worker.store.import(&scope, claim.id()).await?;
    let Some(mut import) = found.filter(|import| !import.status.is_final()) else { return Ok(slice) };
    let kept = imports.take(claim.id()).filter(|reading| reading.fits(&import));
    let Some(institution) = worker.store.system().institution(claim.import.institution).await? else {
        return Ok(slice);
    };
    let creditor = institution.tax_code.to_string();
    let open = |import: &Import| {
        let halvings = imports.halvings(claim.id());
        Reading::begin(&worker.store, &scope, import, creditor.clone(), &imports.reader, halvings)
    };
    let mut reading = kept.unwrap_or_else(|| open(&import));
    let mut work = Work::on(worker, clock, scope.clone(), &import, &reading);
    let mut ready = None;
    loop {
        let left = Duration::from_secs(IMPORT_SECONDS_MAX).saturating_sub(begun.elapsed());
        let part: Option<Ready> = ready.take();
        let rows = part.as_ref().map_or(0, |part| part.decided.rows.len());
        let Some((after, next)) = step(&work, &import, part, &mut reading, left).await? else { return Ok(slice) };
        (import, slice.rows) = (after, slice.rows.saturating_add(rows));
        reading.done(&import);
        let moved = if has_too_many_wrong(&import) {
            work.abort(&import).await?
        } else {
            match next? {
                Next::Later => {
                    imports.keep(claim.id(), reading);
                    return Ok(Slice { more: true, ..slice });
                }
                Next::Opened(rows) => begun_with(&work, &import, rows).await?,
                Next::Again => Some(import),
                Next::Ready(next) => {
                    ready = Some(next);
                    Some(import)
                }
                Next::End => work.finish(&import).await?,
                Next::Failed(error) => work.fail(&import, error).await?,
            }
        };
        let Some(after) = moved.filter(|import| !import.status.is_final()) else { return Ok(slice) };
        import = after;
        if !held.is_ours().await? {
            return Ok(slice);
        }
        if !reading.fits(&import) {
            // What was checked is loaded now, from the beginning.
            reading = open(&import);
            work = Work::on(worker, clock, scope.clone(), &import, &reading);
        }
    }
}

/// Writes a part, and reads and decides the next one meanwhile: the import after it, none where somebody else has moved that, and what
/// comes next. What a check would do is remembered with its part, so that it decides the next one after that.
async fn step(
    work: &Work<'_>,
    import: &Import,
    part: Option<Ready>,
    reading: &mut Reading,
    left: Duration,
) -> Result<Option<(Import, Result<Next, StoreError>)>, StoreError> {
    if !work.writes {
        let Some(after) = work.write(import, part).await? else { return Ok(None) };
        return Ok(Some((after, next(work, reading, left).await)));
    }
    let keys = part.as_ref().map(Ready::keys).unwrap_or_default();
    let (written, next) = join(work.write(import, part), next(work, reading, left)).await;
    let Some(after) = written? else { return Ok(None) };
    let next = match next {
        // It was decided on what the store had before.
        Ok(Next::Ready(ready)) if ready.shares(&keys) => {
            let decided = work.decide(&ready.groups).await;
            decided.map(|decided| Next::Ready(Ready { decided, ..ready }))
        }
        next => next,
    };
    Ok(Some((after, next)))
}

async fn next(work: &Work<'_>, reading: &mut Reading, left: Duration) -> Result<Next, StoreError> {
    if left.is_zero() {
        return Ok(Next::Later);
    }
    Ok(match reading.next(left).await? {
        None => Next::Later,
        Some(Told::Opened(rows)) => Next::Opened(rows),
        Some(Told::Again(groups)) => {
            work.memory.learn(work.decide(&groups).await?.learnt);
            Next::Again
        }
        Some(Told::Part(groups)) => {
            let decided = work.decide(&groups).await?;
            Next::Ready(Ready { groups, decided })
        }
        Some(Told::End) => Next::End,
        Some(Told::Failed(error)) => Next::Failed(error),
    })
}

/// The import runs, with so many rows; none where somebody else has moved it.
async fn begun_with(work: &Work<'_>, import: &Import, rows: u64) -> Result<Option<Import>, StoreError> {
    if import.status == ImportStatus::Running && import.rows_total == Some(rows) {
        return Ok(Some(import.clone()));
    }
    let (after, batch) = begin(import, rows, work.clock.now());
    Ok(work.step(batch).await?.then_some(after))
}

/// Nothing will be loaded, and the report has enough.
const fn has_too_many_wrong(import: &Import) -> bool {
    matches!(import.phase, ImportPhase::Checking) && !import.dry_run && import.counts.rejected >= IMPORT_WRONG_ROWS_MAX
}

/// The claim of an import, which is renewed once in a while.
struct Hold<'a> {
    worker: &'a Worker,
    claim: Claim,
    clock: Clock<'a>,
    renewed: Option<Instant>,
}

impl Hold<'_> {
    /// Whether it is still ours.
    async fn is_ours(&mut self) -> Result<bool, StoreError> {
        if self.renewed.is_some_and(|at| at.elapsed() < Duration::from_secs(IMPORT_RENEW_SECONDS)) {
            return Ok(true);
        }
        let (system, now) = (self.worker.store.system(), self.clock.now());
        let ours = system.renew_import(self.claim.import, self.claim.holder, now, IMPORT_LEASE_SECONDS).await?;
        self.renewed = Some(Instant::now());
        Ok(ours)
    }
}
