// SPDX-License-Identifier: AGPL-3.0-or-later
//! When the program is asked to stop: SIGTERM by whoever runs services, SIGINT by whoever sits before it.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::Failure;

/// Hears when the program is asked to stop. Made before anything is started, so that nothing is missed.
pub(crate) struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    /// Begins to listen for signals.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let hear = |kind| signal(kind).map_err(Failure::machine("signals cannot be heard"));
        Ok(Self { terminate: hear(SignalKind::terminate())?, interrupt: hear(SignalKind::interrupt())? })
    }

    /// Ready once the program is asked to stop.
    pub(crate) async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
