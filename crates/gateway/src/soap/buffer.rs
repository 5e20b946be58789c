// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is remembered of verify and get, until it is written: a crash may lose the last tenth of a second of it, and
//! nothing else (architecture.md, the journal).

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::timeout;
use tramite_domain::ids::{InstallmentId, InstitutionId};
use tramite_domain::journal::JournalEntry;
use tramite_domain::money::Cents;
use tramite_domain::time::Instant;

/// Lines of the journal that may wait.
const LINES_MAX: usize = 20_000;
/// Bytes of payload that may wait with them: 32 MiB.
const LINE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// So many lines are written without waiting for more: what waits is memory.
const LINES_SOON: usize = 512;
/// So many bytes of payload as well.
const LINE_BYTES_SOON: usize = LINE_BYTES_MAX / 4;
/// Attempts that may wait, each counted once however often it is repeated.
const ASKED_MAX: usize = 20_000;
/// How long a receipt waits for the attempts before it to be written, in milliseconds.
const SETTLE_MS_MAX: u64 = 500;

/// A line of the journal and whose it is; none is the platform.
pub(crate) type Line = (Option<InstitutionId>, JournalEntry);

/// The Node was told the payment of an installment in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) institution: InstitutionId,
    pub(crate) installment: InstallmentId,
    /// The provider's note: with Checkout, the cart. Empty where there is none.
    pub(crate) reference: String,
    /// What was told as due.
    pub(crate) amount: Cents,
    pub(crate) at: Instant,
}

type Key = (InstitutionId, InstallmentId, String, Cents);

/// What waits to be written, taken at once.
#[derive(Debug, Default)]
pub(crate) struct Load {
    pub(crate) lines: Vec<Line>,
    pub(crate) asked: Vec<Asked>,
    /// The last attempt that is in it.
    pub(crate) ticket: u64,
    /// Lines that found no place since the last load.
    pub(crate) dropped: u64,
}

/// The buffer of this process.
pub(crate) struct Buffer {
    state: Mutex<State>,
    wake: Notify,
    /// The last attempt that was written.
    settled: watch::Sender<u64>,
    closed: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    lines: VecDeque<Line>,
    line_bytes: usize,
    asked: HashMap<Key, Asked>,
    ticket: u64,
    dropped: u64,
    urgent: bool,
    closing: bool,
}

impl Buffer {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::default(),
            wake: Notify::new(),
            settled: watch::Sender::new(0),
            closed: watch::Sender::new(false),
        }
    }

    /// Puts lines into the journal. Where there is no place the oldest go, and are counted.
    pub(crate) fn push(&self, institution: Option<InstitutionId>, lines: [JournalEntry; 2]) {
        let mut state = self.state();
        let first = state.is_empty();
        for line in lines {
            state.line_bytes = state.line_bytes.saturating_add(line.payload.len());
            state.lines.push_back((institution, line));
        }
        state.shrink();
        self.wake_for(first, state);
    }

    /// Remembers an attempt; the last time of the same one is kept.
    pub(crate) fn remember(&self, asked: Asked) {
        let mut state = self.state();
        let first = state.is_empty();
        state.ticket = state.ticket.saturating_add(1);
        state.keep(asked);
        self.wake_for(first, state);
    }

    /// Wakes the flusher for the first of what is to be written, and when there is much of it: to wake it for each would
    /// cost a change of thread.
    fn wake_for(&self, first: bool, state: MutexGuard<'_, State>) {
        let wake = first || state.is_pressing();
        // Who is woken asks for the state.
        drop(state);
        if wake {
            self.wake.notify_one();
        }
    }

    /// Waits until every attempt remembered so far is written, for half a second at most: a receipt right after its
    /// get must find the attempt.
    pub(crate) async fn settle(&self) {
        let ticket = {
            let mut state = self.state();
            if *self.settled.borrow() >= state.ticket {
                return;
            }
            state.urgent = true;
            state.ticket
        };
        self.wake.notify_one();
        let mut settled = self.settled.subscribe();
        let written = timeout(Duration::from_millis(SETTLE_MS_MAX), settled.wait_for(|last| *last >= ticket)).await;
        if written.is_err() {
            tracing::warn!("attempts could not be written in time: a receipt may be taken for not activated");
        }
    }

    /// Nothing more comes: the flusher writes what is left and ends. Waits for that, at most for so long.
    pub(crate) async fn close(&self, wait: Duration) {
        self.state().closing = true;
        self.wake.notify_one();
        let mut closed = self.closed.subscribe();
        if timeout(wait, closed.wait_for(|closed| *closed)).await.is_err() {
            tracing::error!("the journal's buffer could not be written before the end");
        }
    }

    /// Lines and bytes of payload that wait.
    pub(crate) fn waiting(&self) -> (usize, usize) {
        let state = self.state();
        (state.lines.len(), state.line_bytes)
    }

    /// Waits until everything is written and nothing more comes.
    pub(crate) async fn closed(&self) {
        // A sender that is gone can say no more: that is an end as well.
        let _ = self.closed.subscribe().wait_for(|closed| *closed).await;
    }

    /// Waits until there is something to write, or until nothing more comes.
    pub(crate) async fn work(&self) {
        loop {
            {
                let state = self.state();
                if !state.is_empty() || state.closing {
                    return;
                }
            }
            self.wake.notified().await;
        }
    }

    /// Waits until a receipt waits, until there is much to write, or until nothing more comes.
    pub(crate) async fn hurry(&self) {
        loop {
            {
                let state = self.state();
                if state.is_pressing() {
                    return;
                }
            }
            self.wake.notified().await;
        }
    }

    /// Takes everything that waits.
    pub(crate) fn take(&self) -> Load {
        let mut state = self.state();
        state.urgent = false;
        state.line_bytes = 0;
        Load {
            lines: std::mem::take(&mut state.lines).into(),
            asked: std::mem::take(&mut state.asked).into_values().collect(),
            ticket: state.ticket,
            dropped: std::mem::take(&mut state.dropped),
        }
    }

    /// Puts back what could not be written; what came meanwhile is newer and stays.
    pub(crate) fn put_back(&self, lines: Vec<Line>, asked: Vec<Asked>) {
        let mut state = self.state();
        for line in lines.into_iter().rev() {
            state.line_bytes = state.line_bytes.saturating_add(line.1.payload.len());
            state.lines.push_front(line);
        }
        state.shrink();
        for one in asked {
            state.keep(one);
        }
    }

    /// Every attempt up to that one is written.
    pub(crate) fn mark_settled(&self, ticket: u64) {
        self.settled.send_replace(ticket);
    }

    /// The flusher has ended.
    pub(crate) fn mark_closed(&self) {
        self.closed.send_replace(true);
    }

    /// Whether nothing more comes.
    pub(crate) fn is_closing(&self) -> bool {
        self.state().closing
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.state().is_empty()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is whole at every moment: a panic elsewhere leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.asked.is_empty()
    }

    /// Whether there is no waiting for more.
    fn is_pressing(&self) -> bool {
        self.urgent || self.closing || self.lines.len() >= LINES_SOON || self.line_bytes >= LINE_BYTES_SOON
    }

    fn shrink(&mut self) {
        while self.lines.len() > LINES_MAX || self.line_bytes > LINE_BYTES_MAX {
            let Some((_, gone)) = self.lines.pop_front() else { break };
            self.line_bytes = self.line_bytes.saturating_sub(gone.payload.len());
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    fn keep(&mut self, asked: Asked) {
        let key = (asked.institution, asked.installment, asked.reference.clone(), asked.amount);
        let full = self.asked.len() >= ASKED_MAX;
        match self.asked.entry(key) {
            Entry::Occupied(mut kept) if kept.get().at < asked.at => _ = kept.insert(asked),
            Entry::Occupied(_) => {}
            Entry::Vacant(_) if full => tracing::error!("too many attempts wait to be written: one is lost"),
            Entry::Vacant(place) => _ = place.insert(asked),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use tramite_domain::journal::Direction;
    use uuid::Uuid;

    fn line(payload: usize) -> JournalEntry {
        JournalEntry {
            id: Uuid::nil().into(),
            exchange: Uuid::nil(),
            at: Instant::UNIX_EPOCH,
            direction: Direction::Request,
            operation: String::new(),
            caller: String::new(),
            callee: String::new(),
            creditor_tax_code: None,
            station_id: None,
            notice_number: None,
            iuv: None,
            payment_token: None,
            psp_id: None,
            session_id: None,
            outcome: None,
            http_status: None,
            duration_us: None,
            payload: vec![0; payload],
        }
    }

    fn asked(reference: &str, seconds: i64) -> Asked {
        Asked {
            institution: Uuid::nil().into(),
            installment: Uuid::nil().into(),
            reference: reference.to_owned(),
            amount: Cents::ZERO,
            at: Instant::UNIX_EPOCH.plus_seconds(seconds),
        }
    }

    #[test]
    fn the_oldest_lines_go_where_there_is_no_place_and_are_counted() {
        let buffer = Buffer::new();
        for _ in 0..40 {
            buffer.push(None, [line(1024 * 1024), line(0)]);
        }
        let load = buffer.take();
        let bytes: usize = load.lines.iter().map(|(_, line)| line.payload.len()).sum();
        assert_eq!(bytes, LINE_BYTES_MAX, "the newest 32 megabytes");
        assert_eq!(load.lines.len() + usize::try_from(load.dropped).unwrap(), 80);
        assert_eq!(buffer.take().dropped, 0);
    }

    #[tokio::test]
    async fn what_is_first_wakes_and_much_or_a_receipt_hurries() {
        let buffer = Buffer::new();
        let works = || buffer.work().now_or_never().is_some();
        let hurries = || buffer.hurry().now_or_never().is_some();
        assert!(!works(), "there is nothing");
        for _ in 0..LINES_SOON / 2 {
            assert!(!hurries());
            buffer.push(None, [line(0), line(0)]);
            assert!(works());
        }
        assert!(hurries(), "there are many lines");
        buffer.take();
        assert!(!works() && !hurries());
        buffer.push(None, [line(LINE_BYTES_SOON), line(0)]);
        assert!(hurries(), "there are many bytes");
        buffer.take();
        buffer.remember(asked("cart-1", 1));
        assert!(works() && !hurries());
        assert!(buffer.settle().now_or_never().is_none());
        assert!(hurries(), "a receipt waits");
    }

    #[test]
    fn an_attempt_is_kept_once_with_its_last_time() {
        let buffer = Buffer::new();
        for seconds in [2, 9, 4] {
            buffer.remember(asked("cart-1", seconds));
        }
        buffer.remember(asked("", 1));
        // Another amount is another attempt: each of them was told as due.
        buffer.remember(Asked { amount: Cents::new(100).unwrap(), ..asked("", 1) });
        let load = buffer.take();
        assert_eq!((load.asked.len(), load.ticket), (3, 5));
        buffer.remember(asked("cart-1", 11));
        buffer.put_back(load.lines, load.asked);
        let mut again: Vec<Instant> = buffer.take().asked.into_iter().map(|one| one.at).collect();
        again.sort_unstable();
        assert_eq!(again, [1, 1, 11].map(|seconds| Instant::UNIX_EPOCH.plus_seconds(seconds)));
    }
}
