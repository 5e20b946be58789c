// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the handlers of the door share.

use std::sync::Arc;
use std::time::Duration;

use tramite_domain::given::World;
use tramite_storage::Store;
use tramite_telemetry::Metrics;

use super::buffer::Buffer;
use super::flush::Flusher;
use super::message::{Inbound, Outbound};
use super::pulse::Pulse;
use super::registry::Registry;
use super::serve::serve;
use super::tally::Tally;
use crate::callback::Callbacks;

/// How long closing may take, in seconds.
const CLOSE_SECONDS_MAX: u64 = 10;

/// The Node's door. Clones are the same door; all workers of a process share it.
#[derive(Clone)]
pub struct Soap(Arc<Shared>);

struct Shared {
    store: Store,
    world: Arc<dyn World>,
    registry: Registry,
    pulse: Pulse,
    callbacks: Callbacks,
    buffer: Arc<Buffer>,
    tally: Arc<Tally>,
}

impl Soap {
    /// Opens the door over a store, which may have connections of its own: no limit of the REST side then touches it.
    /// The flusher is to be run by the caller for as long as the door is open.
    #[must_use]
    pub fn open(store: Store, world: Arc<dyn World>, callbacks: Callbacks) -> (Soap, Flusher) {
        let buffer = Arc::new(Buffer::new());
        let tally = Arc::new(Tally::default());
        let metrics = Arc::clone(callbacks.metrics());
        let flusher = Flusher::new(store.clone(), Arc::clone(&world), Arc::clone(&buffer), Arc::clone(&tally), metrics);
        let registry = Registry::new(store.clone());
        let pulse = Pulse::new(store.clone());
        (Soap(Arc::new(Shared { store, world, registry, pulse, callbacks, buffer, tally })), flusher)
    }

    /// Answers one message, in time and in every case.
    pub async fn answer(&self, inbound: Inbound) -> Outbound {
        serve(self, inbound).await
    }

    /// Waits until every attempt that was remembered so far is written, for half a second at most.
    pub async fn settled(&self) {
        self.0.buffer.settle().await;
    }

    /// Writes what is left in the buffer. To be called when no message can come any more.
    pub async fn close(&self) {
        self.0.buffer.close(Duration::from_secs(CLOSE_SECONDS_MAX)).await;
    }

    /// Lines of the journal that wait to be written, and their bytes.
    #[must_use]
    pub fn waiting(&self) -> (usize, usize) {
        self.0.buffer.waiting()
    }

    /// The database as the door reaches it.
    #[must_use]
    pub fn database(&self) -> &Store {
        &self.0.store
    }

    /// The counters of the process.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        self.0.callbacks.metrics()
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.0.tally
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn world(&self) -> &dyn World {
        self.0.world.as_ref()
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.0.registry
    }

    pub(crate) fn pulse(&self) -> &Pulse {
        &self.0.pulse
    }

    pub(crate) fn callbacks(&self) -> &Callbacks {
        &self.0.callbacks
    }

    pub(crate) fn buffer(&self) -> &Buffer {
        &self.0.buffer
    }
}
