// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writes the buffer every tenth of a second, and sooner where a receipt waits or there is much of it, until the door is
//! closed; beside it, what was counted of the month.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tramite_domain::given::World;
use tramite_domain::ids::InstitutionId;
use tramite_storage::{Store, StoreError};
use tramite_telemetry::Metrics;
use tramite_telemetry::catalogue::JOURNAL_LOST;

use super::buffer::{Asked, Buffer, Line, Load};
use super::remember::remember;
use super::tally::{ADD_EVERY_SECONDS, Tally};

/// How long what is to be remembered may wait, in milliseconds.
const FLUSH_EVERY_MS: u64 = 100;
/// The first pause after a failure, in milliseconds; each further one is twice as long.
const BACK_OFF_FIRST_MS: u64 = 100;
/// The longest pause after a failure, in milliseconds.
const BACK_OFF_MAX_MS: u64 = 5_000;
/// How often lines are tried that the store refuses although it is there.
const REFUSED_TRIES_MAX: u32 = 5;
/// How often what is left is tried when the program stops.
const LAST_TRIES_MAX: u32 = 3;
/// Lines of the journal written in one statement at most: each is copied on its way, and few of them need little memory.
const LINES_PER_WRITE: usize = 128;

/// The one task that writes the buffer of a door. It must run for as long as the door is open.
pub struct Flusher {
    store: Store,
    world: Arc<dyn World>,
    buffer: Arc<Buffer>,
    tally: Arc<Tally>,
    metrics: Arc<Metrics>,
}

impl Flusher {
    pub(crate) fn new(
        store: Store,
        world: Arc<dyn World>,
        buffer: Arc<Buffer>,
        tally: Arc<Tally>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { store, world, buffer, tally, metrics }
    }

    /// Writes until the door is closed and nothing is left.
    pub async fn run(self) {
        tokio::join!(self.keep_journal(), self.keep_tally());
    }

    /// Adds what was counted of the month from time to time, and at the end.
    async fn keep_tally(&self) {
        loop {
            let ended = tokio::select! {
                () = sleep(Duration::from_secs(ADD_EVERY_SECONDS)) => false,
                () = self.buffer.closed() => true,
            };
            self.tally.write(&self.store).await;
            if ended {
                return;
            }
        }
    }

    async fn keep_journal(&self) {
        let mut failures = 0_u32;
        loop {
            self.buffer.work().await;
            tokio::select! {
                () = sleep(Duration::from_millis(FLUSH_EVERY_MS)) => {}
                () = self.buffer.hurry() => {}
            }
            let closing = self.buffer.is_closing();
            match self.flush(failures).await {
                Ok(()) => failures = 0,
                Err(error) => {
                    failures = failures.saturating_add(1);
                    tracing::warn!(failures, cause = %error, "the journal's buffer could not be written");
                    if !closing {
                        sleep(back_off(failures)).await;
                    }
                }
            }
            if closing && (self.buffer.is_empty() || failures >= LAST_TRIES_MAX) {
                break;
            }
        }
        self.buffer.mark_closed();
    }

    /// Writes what waits: attempts first, for a receipt may wait for them. What fails is put back, unless it was
    /// refused too often.
    async fn flush(&self, failures: u32) -> Result<(), StoreError> {
        let Load { lines, asked, ticket, dropped } = self.buffer.take();
        if dropped > 0 {
            self.metrics.add(&JOURNAL_LOST, &[], dropped);
            tracing::error!(dropped, "lines of the journal found no place in the buffer");
        }
        if let Err((error, left)) = self.write_asked(asked).await {
            self.buffer.put_back(lines, left);
            return Err(error);
        }
        self.buffer.mark_settled(ticket);
        self.write_lines(lines, failures).await
    }

    async fn write_asked(&self, asked: Vec<Asked>) -> Result<(), (StoreError, Vec<Asked>)> {
        let mut waiting: BTreeMap<InstitutionId, Vec<Asked>> = BTreeMap::new();
        for one in asked {
            waiting.entry(one.institution).or_default().push(one);
        }
        while let Some((institution, attempts)) = waiting.pop_first() {
            match remember(&self.store, self.world.as_ref(), institution, &attempts).await {
                Ok(()) => {}
                Err(error) if may_pass(&error) => {
                    let left = attempts.into_iter().chain(waiting.into_values().flatten()).collect();
                    return Err((error, left));
                }
                Err(error) => {
                    let lost = attempts.len();
                    tracing::error!(%institution, lost, cause = %error, "attempts could not be written");
                }
            }
        }
        Ok(())
    }

    async fn write_lines(&self, lines: Vec<Line>, failures: u32) -> Result<(), StoreError> {
        let mut lines = lines.into_iter();
        loop {
            let part: Arc<[Line]> = lines.by_ref().take(LINES_PER_WRITE).collect();
            if part.is_empty() {
                return Ok(());
            }
            match self.write_part(&part).await {
                Ok(()) => {}
                Err(error) if may_pass(&error) || failures < REFUSED_TRIES_MAX => {
                    self.buffer.put_back(part.iter().cloned().chain(lines).collect(), Vec::new());
                    return Err(error);
                }
                Err(error) => {
                    self.metrics.add(&JOURNAL_LOST, &[], u64::try_from(part.len()).unwrap_or(u64::MAX));
                    tracing::error!(lost = part.len(), cause = %error, "lines of the journal were refused");
                }
            }
        }
    }

    /// Writes some lines. Where one of them stands there already, because the answer to an earlier try was lost, the
    /// others are written one by one.
    async fn write_part(&self, lines: &Arc<[Line]>) -> Result<(), StoreError> {
        let system = self.store.system();
        match system.append_journal(Arc::clone(lines)).await {
            Err(StoreError::Duplicate(_)) => {}
            outcome => return outcome,
        }
        for line in lines.iter() {
            match system.append_journal(Arc::new([line.clone()])).await {
                Ok(()) | Err(StoreError::Duplicate(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Whether the same may succeed later.
const fn may_pass(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable(_) | StoreError::Busy | StoreError::Conflict)
}

fn back_off(failures: u32) -> Duration {
    let doubled = 2_u64.saturating_pow(failures.saturating_sub(1)).saturating_mul(BACK_OFF_FIRST_MS);
    Duration::from_millis(doubled.min(BACK_OFF_MAX_MS))
}
