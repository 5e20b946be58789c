// SPDX-License-Identifier: AGPL-3.0-or-later
//! Stations and institutions, kept in this process for at most a minute: so a verify costs one read, that of its
//! position. What is not found is never kept, and a refusal that an old copy gives is looked up again before it is told:
//! a station that was declared a second ago, by whatever process, is served.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as Turn;
use tokio::time::Instant;
use tramite_domain::institution::Institution;
use tramite_domain::station::Station;
use tramite_storage::{PageRequest, Store, StoreError};

/// How long a copy may be used, in seconds (reliability.md 45).
const COPY_SECONDS_MAX: u64 = 60;
/// How long what was read again is not read again, in seconds: wrong messages, however many, cost one read in that time
/// for the stations and one for each institution.
const AGAIN_SECONDS_MIN: u64 = 1;
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
    /// Those who read the stations, or anything again, do so one after the other, and the later ones find what the first
    /// has read.
    turn: Turn<()>,
}

#[derive(Default)]
struct Copies {
    stations: Option<Kept<Stations>>,
    institutions: HashMap<String, Kept<Institution>>,
}

/// What was read, and when the reading began.
struct Kept<T> {
    value: Arc<T>,
    read_at: Instant,
    /// Whether a refusal was the reason.
    again: bool,
}

impl<T> Kept<T> {
    fn fresh(&self) -> Option<Arc<T>> {
        (self.read_at.elapsed() < Duration::from_secs(COPY_SECONDS_MAX)).then(|| Arc::clone(&self.value))
    }

    /// Whether it is old for a message that came at that instant, and may be read again.
    fn may_be_read_again(&self, came: Instant) -> bool {
        let rests = self.again && self.read_at.elapsed() < Duration::from_secs(AGAIN_SECONDS_MIN);
        self.read_at < came && !rests
    }
}

impl Registry {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, copies: Mutex::default(), turn: Turn::new(()) }
    }

    /// The stations.
    pub(crate) async fn stations(&self) -> Result<Arc<Stations>, StoreError> {
        let fresh = || self.copies().stations.as_ref().and_then(Kept::fresh);
        if let Some(stations) = fresh() {
            return Ok(stations);
        }
        let _turn = self.turn.lock().await;
        match fresh() {
            Some(stations) => Ok(stations),
            None => self.read_stations(false).await,
        }
    }

    /// The institution served under that `idPA`, in whatever state.
    pub(crate) async fn institution(&self, id_pa: &str) -> Result<Option<Arc<Institution>>, StoreError> {
        let copy = self.copies().institutions.get(id_pa).and_then(Kept::fresh);
        match copy {
            Some(institution) => Ok(Some(institution)),
            None => self.read_institution(id_pa, false).await,
        }
    }

    /// A message that came at that instant would be refused: what its refusal rests on is read again where it was read
    /// before the message came. Says whether anything newer is here now, so that deciding again may help.
    pub(crate) async fn look_again(&self, id_pa: &str, came: Instant) -> Result<bool, StoreError> {
        if !self.is_older(id_pa, came) {
            return Ok(false);
        }
        let _turn = self.turn.lock().await;
        let stations = self.copies().stations.as_ref().is_some_and(|copy| copy.may_be_read_again(came));
        if stations {
            self.read_stations(true).await?;
        }
        let institution = self.copies().institutions.get(id_pa).is_some_and(|copy| copy.may_be_read_again(came));
        if institution {
            self.read_institution(id_pa, true).await?;
        }
        Ok(self.is_newer(id_pa, came))
    }

    /// The institution under that `idPA` as it was last known here, however old: to file a message, not to decide.
    pub(crate) fn last_known(&self, id_pa: &str) -> Option<Arc<Institution>> {
        self.copies().institutions.get(id_pa).map(|copy| Arc::clone(&copy.value))
    }

    /// Whether an operator has declared that station, as far as it is known here.
    pub(crate) fn was_declared(&self, station: &str) -> bool {
        self.copies().stations.as_ref().is_some_and(|copy| copy.value.get(station).is_some())
    }

    /// Some broker of ours as it was last known here, however old.
    pub(crate) fn last_known_broker(&self) -> Option<String> {
        self.copies().stations.as_ref().and_then(|copy| copy.value.broker())
    }

    /// Whether a copy is from before that instant.
    fn is_older(&self, id_pa: &str, came: Instant) -> bool {
        let copies = self.copies();
        copies.stations.as_ref().is_some_and(|copy| copy.read_at < came)
            || copies.institutions.get(id_pa).is_some_and(|copy| copy.read_at < came)
    }

    /// Whether a copy is from after that instant.
    fn is_newer(&self, id_pa: &str, came: Instant) -> bool {
        let copies = self.copies();
        copies.stations.as_ref().is_some_and(|copy| copy.read_at >= came)
            || copies.institutions.get(id_pa).is_some_and(|copy| copy.read_at >= came)
    }

    async fn read_stations(&self, again: bool) -> Result<Arc<Stations>, StoreError> {
        let read_at = Instant::now();
        let value = Arc::new(self.all_stations().await?);
        let mut copies = self.copies();
        // Of two readings at the same time the one that began later is kept.
        if copies.stations.as_ref().is_none_or(|copy| copy.read_at < read_at) {
            copies.stations = Some(Kept { value: Arc::clone(&value), read_at, again });
        }
        Ok(value)
    }

    async fn read_institution(&self, id_pa: &str, again: bool) -> Result<Option<Arc<Institution>>, StoreError> {
        let read_at = Instant::now();
        let Some(institution) = self.store.system().served(id_pa).await? else { return Ok(None) };
        let value = Arc::new(institution);
        let mut copies = self.copies();
        if copies.institutions.get(id_pa).is_none_or(|copy| copy.read_at < read_at) {
            if copies.institutions.len() >= INSTITUTIONS_MAX {
                copies.institutions.clear();
            }
            copies.institutions.insert(id_pa.to_owned(), Kept { value: Arc::clone(&value), read_at, again });
        }
        Ok(Some(value))
    }

    async fn all_stations(&self) -> Result<Stations, StoreError> {
        let system = self.store.system();
        let mut stations = HashMap::new();
        let mut cursor = None;
        for _ in 0..STATIONS_PAGES_MAX {
            let page = system.stations(&PageRequest { limit: STATIONS_PAGE, cursor }).await?;
            stations.extend(page.items.into_iter().map(|station| (station.id.to_string(), station)));
            cursor = page.next;
            if cursor.is_none() {
                return Ok(Stations(stations));
            }
        }
        tracing::error!(known = stations.len(), "there are more stations than are read: those beyond are not served");
        Ok(Stations(stations))
    }

    fn copies(&self) -> MutexGuard<'_, Copies> {
        // Copies are whole at every moment: a panic elsewhere leaves nothing half done.
        self.copies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_message_finds_old_is_read_again_and_then_rests_for_a_second() {
        let now = Instant::now();
        let copy = |read_at, again| Kept { value: Arc::new(()), read_at, again };
        let second = Duration::from_secs(AGAIN_SECONDS_MIN);
        let earlier = now.checked_sub(Duration::from_millis(1)).unwrap();
        assert!(copy(earlier, false).may_be_read_again(now));
        assert!(!copy(now, false).may_be_read_again(now), "the message itself has read it");
        assert!(!copy(earlier, true).may_be_read_again(now), "another message had it read just now");
        assert!(copy(now.checked_sub(second).unwrap(), true).may_be_read_again(now));
    }
}
