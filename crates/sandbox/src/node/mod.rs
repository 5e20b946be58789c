// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Node: it knows the registry, the notices, the receipts, and calls the creditors.

mod activate;
mod clock;
mod deliver;
mod demand;
mod draft;
mod exchange;
mod fault;
mod probe;
mod provider;
mod receipts;
mod recipients;
mod stamp;
mod standing;
mod transcript;
mod unasked;
mod verify;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tramite_domain::given::World;
use tramite_domain::time::Instant;
use tramite_pagopa::current::Request;
use uuid::Uuid;

use crate::bounded::Bounded;
use crate::checkout::Cart;
use crate::limits::{CARTS_MAX, LATE_RECEIPTS_MAX, TRANSCRIPTS_MAX};
use crate::pages::Pages;
use crate::registry::Registry;
use crate::settings::SandboxSettings;

pub(crate) use activate::{Activated, Activation};
pub(crate) use clock::{Clock, Passed, advance};
pub(crate) use deliver::{Sending, keep_retrying, later};
pub(crate) use demand::Demand;
pub(crate) use draft::{Paid, receipt};
pub use exchange::Pace;
pub(crate) use exchange::{Exchange, Line, client};
pub(crate) use fault::{FaultView, NodeFault, Ppt};
pub(crate) use provider::{Channel, FEE_CENTS};
use receipts::Receipts;
pub(crate) use receipts::{ReceiptView, Record, Status};
pub(crate) use recipients::of as recipients_of;
pub(crate) use standing::NoticeKey;
use standing::Standings;
pub(crate) use transcript::{Run, Step, Steps};
pub(crate) use unasked::Unasked;
pub(crate) use verify::NoticeView;

/// The Node with everything it remembers.
pub(crate) struct Node {
    pub(crate) settings: SandboxSettings,
    pub(crate) world: Clock,
    pub(crate) pages: Pages,
    line: Line,
    runtime: Handle,
    late: Arc<Semaphore>,
    waiting: Mutex<BTreeSet<(Instant, String)>>,
    turn: tokio::sync::Mutex<()>,
    registry: RwLock<Arc<Registry>>,
    standings: Mutex<Standings>,
    receipts: Mutex<Receipts>,
    carts: Mutex<Bounded<Uuid, Cart>>,
    runs: Mutex<Bounded<Uuid, Run>>,
    /// When receipts were asked for.
    questions: Mutex<Vec<Instant>>,
    production: AtomicBool,
}

impl Node {
    pub(crate) fn new(
        settings: SandboxSettings,
        world: Arc<dyn World>,
        line: Line,
        pages: Pages,
        runtime: Handle,
    ) -> Node {
        Node {
            settings,
            world: Clock::new(world),
            pages,
            line,
            runtime,
            late: Arc::new(Semaphore::new(LATE_RECEIPTS_MAX)),
            waiting: Mutex::new(BTreeSet::new()),
            turn: tokio::sync::Mutex::new(()),
            registry: RwLock::new(Arc::new(Registry::default())),
            standings: Mutex::new(Standings::new()),
            receipts: Mutex::new(receipts::none()),
            carts: Mutex::new(Bounded::new(CARTS_MAX)),
            runs: Mutex::new(Bounded::new(TRANSCRIPTS_MAX)),
            questions: Mutex::new(Vec::new()),
            production: AtomicBool::new(false),
        }
    }

    /// The registry as it is now.
    pub(crate) fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.registry.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Another registry, from now on.
    pub(crate) fn set_registry(&self, registry: Registry) {
        *self.registry.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(registry);
    }

    pub(crate) fn standings(&self) -> MutexGuard<'_, Standings> {
        self.standings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn receipts(&self) -> MutexGuard<'_, Receipts> {
        self.receipts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn carts(&self) -> MutexGuard<'_, Bounded<Uuid, Cart>> {
        self.carts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn questions(&self) -> MutexGuard<'_, Vec<Instant>> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn runs(&self) -> MutexGuard<'_, Bounded<Uuid, Run>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Receipts that come late, by the instant at which they are due.
    fn waiting(&self) -> MutexGuard<'_, BTreeSet<(Instant, String)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The turn of whoever sends what is due: of two at once none would send a receipt that the other sends.
    async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Keeps a run for reading.
    pub(crate) fn keep(&self, run: Run) {
        self.runs().put(run.id, run);
    }

    /// Whether a station has said that it moves real money: then the sandbox says no more.
    pub(crate) fn met_production(&self) -> bool {
        self.production.load(Ordering::Relaxed)
    }

    /// Lets work go on to its end even where whoever asked for it goes away in the middle. `None` where it broke.
    pub(crate) async fn see_through<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        self.runtime.spawn(work).await.ok()
    }

    /// Calls a station. They all are Tramite's, and listen at one address. Once one of them has said production, nothing
    /// is sent any more.
    pub(crate) async fn call(&self, name: &'static str, request: &Request) -> Exchange {
        if self.met_production() {
            return Exchange::unsent();
        }
        let registry = self.registry();
        let exchange = self.line.call(name, &self.settings.soap_url, request, &registry).await;
        if exchange.is_production {
            self.production.store(true, Ordering::Relaxed);
            tracing::error!("a station says production: the sandbox falls silent");
        }
        exchange
    }
}
