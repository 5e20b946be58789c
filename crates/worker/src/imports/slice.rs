// SPDX-License-Identifier: AGPL-3.0-or-later
//! The work on one import for a while: the next part is read and decided while the one before it is written, and decided anew where
//! both have the same position. Between two parts it is noticed that the import was cancelled, or that its claim was lost; before
//! the first one, that its client may load nothing any more.

use std::time::{Duration, Instant};

use futures_util::future::join;
use tramite_documents::sheet::SheetError;
use tramite_domain::import::{FileEncoding, Import, ImportPhase, ImportStatus, begin};
use tramite_storage::StoreError;

use super::decide::Work;
use super::end::still_allowed;
use super::part::Portion;
use super::reading::{Reading, Strain, Told};
use super::write::Ready;
use super::{Claim, Imports};
use crate::clock::Clock;
use crate::failure::is_outage;
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
    /// The file is open, has so many rows, and is written so.
    Opened(u64, Option<FileEncoding>),
    /// Groups that were done before are remembered again.
    Again,
    /// The next groups are decided.
    Ready(Ready),
    /// There are no more.
    End,
    /// The file cannot be read, or no further.
    Failed(SheetError),
}

/// The work on an import whose file is open.
struct Run<'a> {
    work: Work<'a>,
    import: Import,
    reading: Reading,
    /// What is written next.
    ready: Option<Ready>,
    /// Rows that are done.
    rows: usize,
}

/// How it goes on.
enum Turn {
    /// At once.
    On,
    /// With the next pass.
    Later,
    /// Not here: the import is over, or somebody else works on it.
    Over,
}

/// Works on a claimed import until it is over, or its time.
pub(super) async fn work(
    worker: &Worker,
    imports: &Imports,
    claim: Claim,
    clock: Clock<'_>,
) -> Result<Slice, StoreError> {
    let (scope, over) = (claim.scope(), Slice::default());
    let (mut held, begun) = (Hold { worker, claim, clock, renewed: None }, Instant::now());
    if !held.is_ours().await? {
        return Ok(over);
    }
    let found = worker.store.import(&scope, claim.id()).await?;
    let Some(import) = found.filter(|import| !import.status.is_final()) else { return Ok(over) };
    let Some(institution) = worker.store.system().institution(claim.import.institution).await? else {
        return Ok(over);
    };
    let Some(rights) = still_allowed(worker, &scope, &import, &institution, clock).await? else { return Ok(over) };
    let creditor = institution.tax_code.to_string();
    let open = |import: &Import| {
        let halvings = imports.halvings(claim.id());
        Reading::begin(&worker.store, &scope, import, creditor.clone(), &imports.reader, halvings)
    };
    // From here on nothing fails without the reading being kept, where it can be gone on with.
    let kept = imports.take(claim.id()).filter(|reading| reading.fits(&import));
    let reading = kept.unwrap_or_else(|| open(&import));
    let work = Work::on(worker, clock, scope.clone(), (&import, &rights), &reading);
    let mut run = Run { work, import, reading, ready: None, rows: 0 };
    loop {
        let left = Duration::from_secs(IMPORT_SECONDS_MAX).saturating_sub(begun.elapsed());
        let turn = match run.turn(left).await {
            Ok(Turn::On) => held.is_ours().await.map(|ours| if ours { Turn::On } else { Turn::Over }),
            other => other,
        };
        match turn {
            Ok(Turn::On) if run.reading.fits(&run.import) => {}
            Ok(Turn::On) => {
                // What was checked is loaded now, from the beginning.
                run.reading = open(&run.import);
                run.work = Work::on(worker, clock, scope.clone(), (&run.import, &rights), &run.reading);
            }
            Ok(Turn::Later) => {
                imports.keep(claim.id(), run.reading);
                return Ok(Slice { rows: run.rows, more: true });
            }
            Ok(Turn::Over) => return Ok(Slice { rows: run.rows, more: false }),
            Err(error) => return run.break_off(imports, error),
        }
    }
}

impl Run<'_> {
    /// Goes one step on. Where that fails, what was not done comes again with the reading.
    async fn turn(&mut self, left: Duration) -> Result<Turn, StoreError> {
        let stepped = self.step(left).await;
        if has_too_many_wrong(&self.import) && !matches!(stepped, Ok(None)) {
            // Nobody asks any more for what comes next.
            self.reading.lose();
            let ended = self.work.abort(&self.import).await?;
            return Ok(self.moved(ended));
        }
        let Some(next) = stepped? else { return Ok(Turn::Over) };
        let (moved, told) = match next {
            Next::Later => return Ok(Turn::Later),
            Next::Again => return Ok(Turn::On),
            Next::Ready(ready) => {
                self.ready = Some(ready);
                return Ok(Turn::On);
            }
            Next::Opened(rows, encoding) => {
                (begun_with(&self.work, &self.import, rows, encoding).await, Told::Opened(rows, encoding))
            }
            Next::End => (self.work.finish(&self.import).await, Told::End),
            Next::Failed(error) => (self.work.fail(&self.import, &error).await, Told::Failed(error)),
        };
        match moved {
            Ok(after) => Ok(self.moved(after)),
            Err(error) => {
                self.reading.put_back(told);
                Err(error)
            }
        }
    }

    /// The import was moved; none where somebody else has done that.
    fn moved(&mut self, after: Option<Import>) -> Turn {
        match after.filter(|import| !import.status.is_final()) {
            Some(after) => {
                self.import = after;
                Turn::On
            }
            None => Turn::Over,
        }
    }

    /// Writes a part, and reads and decides the next one meanwhile: what comes next, none where somebody else has moved the import.
    /// What a check would do is remembered with its part, so that it decides the next one after that.
    async fn step(&mut self, left: Duration) -> Result<Option<Next>, StoreError> {
        let Some(ready) = self.ready.take() else {
            return next(&self.work, &mut self.reading, left).await.map(Some);
        };
        let keys = ready.keys();
        let Ready { portion, decided } = ready;
        let rows = decided.rows.len();
        let writing = self.work.write(&self.import, &portion.groups, decided);
        let (written, next) = if self.work.writes {
            join(writing, next(&self.work, &mut self.reading, left)).await
        } else {
            let written = writing.await;
            let goes_on = matches!(written, Ok(Some(_)));
            let next = if goes_on { next(&self.work, &mut self.reading, left).await } else { Ok(Next::Later) };
            (written, next)
        };
        match written {
            Ok(Some(after)) => self.import = after,
            Ok(None) => return Ok(None),
            Err(error) => {
                if let Ok(next) = next {
                    put_back(&mut self.reading, next);
                }
                self.reading.refuse(portion, Told::Part, &error);
                return Err(error);
            }
        }
        self.rows = self.rows.saturating_add(rows);
        self.reading.done(&self.import);
        match next? {
            // It was decided on what the store had before.
            Next::Ready(ready) if self.work.writes && ready.shares(&keys) => {
                let anew = decide(&self.work, &mut self.reading, ready.portion, Told::Part).await?;
                Ok(Some(Next::Ready(anew)))
            }
            next => Ok(Some(next)),
        }
    }

    /// What a slice came to that failed. Where the database was away or too slow, the file stays open: nothing of it is read or decided
    /// a second time but what was not done, and that in smaller parts where it was too much.
    fn break_off(mut self, imports: &Imports, error: StoreError) -> Result<Slice, StoreError> {
        if !is_outage(&error) || !self.reading.is_whole() {
            return Err(error);
        }
        if let Some(ready) = self.ready.take() {
            self.reading.put_back(Told::Part(ready.portion));
        }
        let id = self.import.id;
        match self.reading.strain() {
            Some(Strain::Large) => {
                tracing::warn!(import = %id, "a part of an import was too much for the database: the next ones are smaller");
                self.reading.halve(imports.halve(id));
            }
            Some(Strain::Alone) => imports.stick(id),
            None => {}
        }
        imports.keep(id, self.reading);
        // Where something was done the database is there.
        if self.rows > 0 { Ok(Slice { rows: self.rows, more: true }) } else { Err(error) }
    }
}

async fn next(work: &Work<'_>, reading: &mut Reading, left: Duration) -> Result<Next, StoreError> {
    if left.is_zero() {
        return Ok(Next::Later);
    }
    Ok(match reading.next(left).await? {
        None => Next::Later,
        Some(Told::Opened(rows, encoding)) => Next::Opened(rows, encoding),
        Some(Told::Again(portion)) => {
            work.memory.learn(decide(work, reading, portion, Told::Again).await?.decided.learnt);
            Next::Again
        }
        Some(Told::Part(portion)) => Next::Ready(decide(work, reading, portion, Told::Part).await?),
        Some(Told::End) => Next::End,
        Some(Told::Failed(error)) => Next::Failed(error),
    })
}

/// Decides a part; where that fails, it is refused.
async fn decide(
    work: &Work<'_>,
    reading: &mut Reading,
    portion: Portion,
    told: fn(Portion) -> Told,
) -> Result<Ready, StoreError> {
    match work.decide(&portion.groups).await {
        Ok(decided) => Ok(Ready { portion, decided }),
        Err(error) => {
            reading.refuse(portion, told, &error);
            Err(error)
        }
    }
}

/// What came next comes again.
fn put_back(reading: &mut Reading, next: Next) {
    match next {
        Next::Later | Next::Again => {}
        Next::Opened(rows, encoding) => reading.put_back(Told::Opened(rows, encoding)),
        Next::Ready(ready) => reading.put_back(Told::Part(ready.portion)),
        Next::End => reading.put_back(Told::End),
        Next::Failed(error) => reading.put_back(Told::Failed(error)),
    }
}

/// The import runs, with so many rows that are written so; none where somebody else has moved it.
async fn begun_with(
    work: &Work<'_>,
    import: &Import,
    rows: u64,
    encoding: Option<FileEncoding>,
) -> Result<Option<Import>, StoreError> {
    let known = import.rows_total == Some(rows) && import.file_encoding == encoding;
    if import.status == ImportStatus::Running && known {
        return Ok(Some(import.clone()));
    }
    let (after, batch) = begin(import, rows, encoding, work.clock.now());
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
