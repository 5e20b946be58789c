// SPDX-License-Identifier: AGPL-3.0-or-later
//! Stations and institutions, kept in this process for at most a minute: so a verify costs one read, that of its
//! position. What is not found is never kept: a receipt must not be refused for an old absence.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tramite_domain::institution::Institution;
use tramite_domain::station::Station;
use tramite_storage::{PageRequest, Store, StoreError};

/// How long a copy may be used, in seconds (reliability.md 45).
const COPY_SECONDS_MAX: u64 = 60;
/// Institutions kept at a time; above it all are forgotten and read again as they are asked for.
const INSTITUTIONS_MAX: usize = 5_000;
/// Stations read at a time.
const STATIONS_PAGE: u16 = 500;
/// Pages of stations that are read at most.
const STATIONS_PAGES_MAX: usize = 20;

/// The stations of all brokers we are.
#[derive(Debug, Default)]
pub(crate) struct Stations(HashMap<String, Station>);

impl Stations {
    /// The station of that id.
    pub(crate) fn get(&self, id: &str) -> Option<&Station> {
        self.0.get(id)
    }

    /// Whether that broker is one of ours: a broker is known by its stations.
    pub(crate) fn has_broker(&self, tax_code: &str) -> bool {
        self.0.values().any(|station| station.broker_tax_code.as_str() == tax_code)
    }

    /// Some broker of ours, the least code if we are several.
    pub(crate) fn broker(&self) -> Option<String> {
        self.0.values().map(|station| station.broker_tax_code).min().map(|code| code.to_string())
    }
}

/// The registry as this process knows it.
pub(crate) struct Registry {
    store: Store,
    copies: Mutex<Copies>,
}

#[derive(Default)]
struct Copies {
    /// Counts invalidations: what was read before one must not be kept after it.
    generation: u64,
    stations: Option<(Instant, Arc<Stations>)>,
    institutions: HashMap<String, (Instant, Arc<Institution>)>,
}

impl Registry {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, copies: Mutex::default() }
    }

    /// Forgets everything: something was changed here.
    pub(crate) fn invalidate(&self) {
        let mut copies = self.copies();
        copies.generation = copies.generation.wrapping_add(1);
        copies.stations = None;
        copies.institutions.clear();
    }

    /// The stations.
    pub(crate) async fn stations(&self) -> Result<Arc<Stations>, StoreError> {
        let generation = {
            let copies = self.copies();
            if let Some((read_at, stations)) = &copies.stations
                && is_fresh(*read_at)
            {
                return Ok(Arc::clone(stations));
            }
            copies.generation
        };
        let read_at = Instant::now();
        let stations = Arc::new(self.read_stations().await?);
        let mut copies = self.copies();
        if copies.generation == generation {
            copies.stations = Some((read_at, Arc::clone(&stations)));
        }
        Ok(stations)
    }

    /// The institution served under that `idPA`, in whatever state.
    pub(crate) async fn institution(&self, id_pa: &str) -> Result<Option<Arc<Institution>>, StoreError> {
        let generation = {
            let copies = self.copies();
            if let Some((read_at, institution)) = copies.institutions.get(id_pa)
                && is_fresh(*read_at)
            {
                return Ok(Some(Arc::clone(institution)));
            }
            copies.generation
        };
        let read_at = Instant::now();
        let Some(institution) = self.store.system().served(id_pa).await? else { return Ok(None) };
        let institution = Arc::new(institution);
        let mut copies = self.copies();
        if copies.generation == generation {
            if copies.institutions.len() >= INSTITUTIONS_MAX {
                copies.institutions.clear();
            }
            copies.institutions.insert(id_pa.to_owned(), (read_at, Arc::clone(&institution)));
        }
        Ok(Some(institution))
    }

    /// The institution under that `idPA` as it was last known here, however old: to file a message, not to decide.
    pub(crate) fn last_known(&self, id_pa: &str) -> Option<Arc<Institution>> {
        self.copies().institutions.get(id_pa).map(|(_, institution)| Arc::clone(institution))
    }

    /// Some broker of ours as it was last known here, however old.
    pub(crate) fn last_known_broker(&self) -> Option<String> {
        self.copies().stations.as_ref().and_then(|(_, stations)| stations.broker())
    }

    async fn read_stations(&self) -> Result<Stations, StoreError> {
        let system = self.store.system();
        let mut stations = HashMap::new();
        let mut cursor = None;
        for _ in 0..STATIONS_PAGES_MAX {
            let page = system.stations(&PageRequest { limit: STATIONS_PAGE, cursor }).await?;
            stations.extend(page.items.into_iter().map(|station| (station.id.to_string(), station)));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        Ok(Stations(stations))
    }

    fn copies(&self) -> MutexGuard<'_, Copies> {
        // Copies are whole at every moment: a panic elsewhere leaves nothing half done.
        self.copies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_fresh(read_at: Instant) -> bool {
    read_at.elapsed() < Duration::from_secs(COPY_SECONDS_MAX)
}
