// SPDX-License-Identifier: AGPL-3.0-or-later
//! A thread that drives the sockets, so that no connection waits for a busy worker or dies with one.

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::error::StoreError;

/// The thread ends when this is dropped.
pub(super) struct IoThread {
    handle: Handle,
    _end: oneshot::Sender<()>,
}

impl IoThread {
    pub(super) fn start() -> Result<Self, StoreError> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(StoreError::failed)?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel::<()>();
        std::thread::Builder::new()
            .name("tramite-postgres".to_owned())
            // Either way the sender is gone: there is nothing more to drive.
            .spawn(move || runtime.block_on(ended).unwrap_or_default())
            .map_err(StoreError::failed)?;
        Ok(Self { handle, _end: end })
    }

    pub(super) fn handle(&self) -> Handle {
        self.handle.clone()
    }
}
