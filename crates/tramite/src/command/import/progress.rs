// SPDX-License-Identifier: AGPL-3.0-or-later
//! How far it is: a bar for who looks on, a line once in a while for a log.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::state::State;
use crate::terminal::Terminal;

/// Places of the bar.
const BAR_PLACES: u64 = 24;
/// How often the bar moves while a file is sent, in milliseconds.
const MOVES_EVERY_MS: u64 = 200;
/// How often a log is told, in seconds.
const TOLD_EVERY_SECONDS: u64 = 15;

/// Shows how far it is.
pub(super) struct Progress {
    /// Whether somebody looks on.
    is_seen: bool,
    /// Whether a bar stands on the line.
    is_drawn: bool,
    told: Option<Instant>,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { is_seen: std::io::stderr().is_terminal(), is_drawn: false, told: None }
    }

    /// Whether somebody looks on.
    pub(super) const fn is_seen(&self) -> bool {
        self.is_seen
    }

    /// Shows how far an import is.
    pub(super) fn show(&mut self, state: &State) {
        let what = if state.status == "running" { state.phase.as_str() } else { state.status.as_str() };
        let (read, counts) = (state.counts.read, state.counts.text());
        let speed = state.rows_per_second.map(|rows| format!(", {rows} rows/s")).unwrap_or_default();
        let text = match state.rows_total {
            Some(total) => format!("{what} {} {read} of {total} rows ({counts}){speed}", bar(read, total)),
            None => what.to_owned(),
        };
        self.tell(&text);
    }

    /// The same while a file is sent.
    pub(super) async fn while_sending<T>(
        &mut self,
        sending: impl Future<Output = T>,
        sent: &Arc<AtomicU64>,
        size: u64,
    ) -> T {
        let mut sending = std::pin::pin!(sending);
        loop {
            tokio::select! {
                answer = &mut sending => {
                    self.end();
                    return answer;
                }
                () = tokio::time::sleep(Duration::from_millis(MOVES_EVERY_MS)) => {
                    let done = sent.load(Ordering::Relaxed);
                    self.tell(&format!("sending {} {done} of {size} bytes", bar(done, size)));
                }
            }
        }
    }

    /// Nothing moves any more.
    pub(super) fn end(&mut self) {
        if self.is_drawn {
            Terminal::Errors.same_line("");
            self.is_drawn = false;
        }
    }

    fn tell(&mut self, text: &str) {
        if self.is_seen {
            Terminal::Errors.same_line(text);
            self.is_drawn = true;
        } else if self.told.is_none_or(|at| at.elapsed() >= Duration::from_secs(TOLD_EVERY_SECONDS)) {
            Terminal::Errors.line(text);
            self.told = Some(Instant::now());
        }
    }
}

/// A bar, with the part in a hundred.
fn bar(done: u64, all: u64) -> String {
    let part = |of: u64| done.min(all).saturating_mul(of).checked_div(all).unwrap_or(of);
    let full = usize::try_from(part(BAR_PLACES)).unwrap_or_default();
    let empty = usize::try_from(BAR_PLACES).unwrap_or_default().saturating_sub(full);
    format!("[{}{}] {} %", "#".repeat(full), "-".repeat(empty), part(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_full_at_the_end_and_never_fuller() {
        assert_eq!(bar(0, 10), "[------------------------] 0 %");
        assert_eq!(bar(5, 10), "[############------------] 50 %");
        for (done, all) in [(10, 10), (11, 10), (0, 0)] {
            assert_eq!(bar(done, all), "[########################] 100 %");
        }
    }
}
