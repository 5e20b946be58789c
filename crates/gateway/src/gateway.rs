// SPDX-License-Identifier: AGPL-3.0-or-later
//! What every handler is given: the store, the clock, the keys, the contract, and what an operator decided.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use thiserror::Error;
use tokio::time::timeout;
use tramite_domain::environment::Environment;
use tramite_domain::given::{Given, World, WorldIds};
use tramite_domain::ids::ClientId;
use tramite_domain::time::Instant;
use tramite_outbound::Towards;
use tramite_pagopa::checkout::CheckoutClient;
use tramite_storage::{Store, StoreError};
use tramite_telemetry::Metrics;
use tramite_telemetry::catalogue::REFUSED_PEERS;

use crate::auth::{Fresh, Issuers};
use crate::callback::Callbacks;
use crate::contract::{Contract, ContractError};
use crate::convention::Places;
use crate::forms::Forms;
use crate::frame::current_request;
use crate::gate::{Limits, Quotas};
use crate::hosted::Hosted;
use crate::keys::{KeyError, Keys};
use crate::node::RefusedPeer;
use crate::pages::{PageError, Pages};
use crate::returns::Returns;
use crate::routes::{Misses, Waits};
use crate::settings::GatewaySettings;

/// How long the database may take to answer before it is said that it does not, in milliseconds.
const DATABASE_ANSWER_MS_MAX: u64 = 1_500;

/// The gateway cannot start.
#[derive(Debug, Error)]
pub enum GatewayError {
    /// The routes and their contract disagree.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The keys cannot be read or made.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// No requests can be made to institutions' systems.
    #[error("no HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    /// A page cannot be read.
    #[error(transparent)]
    Pages(#[from] PageError),
}

/// The state of the application, shared by all its workers.
pub struct Gateway {
    store: Store,
    world: Arc<dyn World>,
    settings: GatewaySettings,
    keys: Keys,
    contract: Arc<Contract>,
    pages: Pages,
    hosted: Hosted,
    fresh: Fresh,
    issuers: Issuers,
    limits: Limits,
    quotas: Quotas,
    metrics: Arc<Metrics>,
    callbacks: Callbacks,
    misses: Misses,
    waits: Waits,
    places: Places,
    forms: Forms,
    stopping: AtomicBool,
}

impl Gateway {
    /// Opens the gateway on a store: builds the contract, reads or makes the keys.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn open(store: Store, world: Arc<dyn World>, settings: GatewaySettings) -> Result<Self, GatewayError> {
        let contract = Arc::new(Contract::build(settings.public_url(), store.environment())?);
        Self::open_with(contract, store, world, settings).await
    }

    /// The same with a contract that was built before, for the address and the environment of this gateway: of several in one
    /// process all may share it.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn open_with(
        contract: Arc<Contract>,
        store: Store,
        world: Arc<dyn World>,
        settings: GatewaySettings,
    ) -> Result<Self, GatewayError> {
        let keys = Keys::open(&store, world.as_ref()).await?;
        let limits = Limits::new(&settings.limits);
        let pages = Pages::new(store.environment())?;
        let hosted = Hosted::new(&settings.limits)?;
        let metrics = Arc::new(Metrics::default());
        let towards = Towards::of(store.environment(), settings.public_url());
        let callbacks = Callbacks::new(towards, Arc::clone(&world), Arc::clone(&metrics))?;
        Ok(Self {
            store,
            world,
            keys,
            contract,
            pages,
            hosted,
            fresh: Fresh::default(),
            issuers: Issuers::default(),
            limits,
            quotas: Quotas::default(),
            metrics,
            callbacks,
            misses: Misses::new(settings.limits.misses_per_hour),
            waits: Waits::new(settings.limits.waits_per_client),
            places: Places::default(),
            forms: Forms::default(),
            stopping: AtomicBool::new(false),
            settings,
        })
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Clock and identifiers.
    #[must_use]
    pub fn world(&self) -> &dyn World {
        self.world.as_ref()
    }

    /// The forms that are ready for use.
    pub(crate) const fn forms(&self) -> &Forms {
        &self.forms
    }

    /// Places to draw documents.
    pub(crate) const fn places(&self) -> &Places {
        &self.places
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.world.now()
    }

    /// New identifiers, for one decision.
    #[must_use]
    pub fn ids(&self) -> WorldIds<'_> {
        WorldIds(self.world.as_ref())
    }

    /// What a decision is given: now, identifiers, and who asks.
    #[must_use]
    pub fn given<'a>(&self, ids: &'a mut WorldIds<'_>, client_id: Option<ClientId>) -> Given<'a> {
        Given { now: self.now(), ids, client_id, request_id: current_request() }
    }

    /// The environment that the database is sealed to.
    #[must_use]
    pub fn environment(&self) -> Environment {
        self.store.environment()
    }

    /// Where citizens may be sent back to at all.
    #[must_use]
    pub fn returns(&self) -> Returns {
        Returns::of(self.environment(), self.settings.loopback_return)
    }

    /// What an operator decided.
    #[must_use]
    pub fn settings(&self) -> &GatewaySettings {
        &self.settings
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The contract.
    #[must_use]
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The pages.
    #[must_use]
    pub(crate) fn pages(&self) -> &Pages {
        &self.pages
    }

    /// The hosted pages of institutions.
    #[must_use]
    pub(crate) const fn hosted(&self) -> &Hosted {
        &self.hosted
    }

    /// The counters of this process.
    #[must_use]
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Whether the database answers, told in a time in which whoever asks still listens.
    ///
    /// # Errors
    /// Whatever keeps it from answering.
    pub(crate) async fn ask_database(&self) -> Result<(), StoreError> {
        let answer = timeout(Duration::from_millis(DATABASE_ANSWER_MS_MAX), self.store.ping()).await;
        answer.unwrap_or(Err(StoreError::Busy))
    }

    /// Counts a peer that is not the Node; it leaves no row.
    pub fn refuse_peer(&self, refused: RefusedPeer) {
        self.metrics.count(&REFUSED_PEERS, &[refused.code().into()]);
        tracing::warn!(code = refused.code(), "a peer was refused at the Node's listener");
    }

    /// From now on this process is not ready: the balancer sends it nothing more, and what is begun is finished.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether it is stopping.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Where carts are minted.
    pub(crate) fn checkout(&self) -> Option<&CheckoutClient> {
        self.settings.checkout.as_ref()
    }

    /// Who asks institutions' systems what is due.
    #[must_use]
    pub fn callbacks(&self) -> &Callbacks {
        &self.callbacks
    }

    /// How often clients looked in vain for other institutions' notices.
    pub(crate) fn misses(&self) -> &Misses {
        &self.misses
    }

    /// How many requests wait for a session to move.
    pub(crate) fn waits(&self) -> &Waits {
        &self.waits
    }

    /// What clients and institutions are today.
    pub(crate) fn fresh(&self) -> &Fresh {
        &self.fresh
    }

    /// Others whose tokens are taken.
    pub(crate) fn issuers(&self) -> &Issuers {
        &self.issuers
    }

    /// How much of their quotas clients have used.
    pub(crate) fn quotas(&self) -> &Quotas {
        &self.quotas
    }

    /// How many requests are served.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}
