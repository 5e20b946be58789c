// SPDX-License-Identifier: AGPL-3.0-or-later
//! Names are looked up when they are asked, and addresses that may not be reached are not told: a name that led to the world
//! when it was written down leads nowhere else now (rebinding). What was found is used for ten seconds, and at each connection
//! what may not be reached is left out of it anew. A look-up that hangs is its asker's: so many are let hang, and no more are
//! begun.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;
use tokio::sync::Semaphore;

use crate::address::Towards;
use crate::flights::Flights;
use crate::reach::of_ip;

/// Look-ups of one asker at a time: each holds a thread for as long as the system's resolver takes, however short the time of
/// the question is.
pub const LOOKUPS_MAX: usize = 4;
/// Look-ups of all askers at a time.
const LOOKUPS_TOTAL_MAX: usize = 128;
/// How long what was found is used, in seconds.
const FOUND_SECONDS_MAX: u64 = 10;
/// Names whose addresses are kept.
const NAMES_MAX: usize = 1_000;

/// Who knows the addresses of names. It may block.
pub trait Names: Send + Sync {
    /// The addresses of a name.
    ///
    /// # Errors
    /// Where it has none, or nobody could tell.
    fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system's resolver.
#[derive(Debug, Clone, Copy)]
pub struct SystemNames;

impl Names for SystemNames {
    fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
    }
}

/// Every address of the name is one that may not be reached.
#[derive(Debug, Clone, Copy, Error)]
#[error("the name leads to no address of the world")]
pub(crate) struct NotAllowed;

/// The name was not looked up, or not found.
#[derive(Debug, Clone, Copy, Error)]
#[error("the name was not found")]
struct NotFound;

/// Looks names up, and tells the client what was found. Clones are the same.
#[derive(Clone)]
pub(crate) struct Resolver(Arc<Shared>);

struct Shared {
    towards: Towards,
    names: Arc<dyn Names>,
    // One look-up of a name at a time: one that hangs holds one thread, however often it is asked for.
    flights: Flights<String, Option<Vec<IpAddr>>>,
    total: Arc<Semaphore>,
    found: Mutex<HashMap<String, (Instant, Vec<IpAddr>)>>,
}

impl Resolver {
    pub(crate) fn new(towards: Towards, names: Arc<dyn Names>) -> Self {
        let total = Arc::new(Semaphore::new(LOOKUPS_TOTAL_MAX));
        Self(Arc::new(Shared { towards, names, flights: Flights::default(), total, found: Mutex::default() }))
    }

    /// Looks a name up at the cost of its asker, so that the client finds it; not at all where too many hang.
    pub(crate) async fn prepare(&self, name: &str, asker: &Arc<Semaphore>) {
        if self.known(name).is_some() {
            return;
        }
        let (names, wanted) = (Arc::clone(&self.0.names), name.to_owned());
        let (asker, total) = (Arc::clone(asker), Arc::clone(&self.0.total));
        // A place is taken for a look-up, not for the wait for one that is under way.
        let work = || async move {
            let (own, shared) = (asker.try_acquire_owned().ok()?, total.try_acquire_owned().ok()?);
            let looked = tokio::task::spawn_blocking(move || {
                let _places = (own, shared);
                names.addresses(&wanted)
            });
            looked.await.ok()?.ok()
        };
        if let Some(found) = self.0.flights.join(name.to_owned(), work).await.flatten() {
            let mut kept = self.found();
            if kept.len() >= NAMES_MAX {
                kept.clear();
            }
            kept.insert(name.to_owned(), (Instant::now(), found));
        }
    }

    fn known(&self, name: &str) -> Option<Vec<IpAddr>> {
        let found = self.found();
        let (at, addresses) = found.get(name)?;
        (at.elapsed() < Duration::from_secs(FOUND_SECONDS_MAX)).then(|| addresses.clone())
    }

    fn found(&self) -> MutexGuard<'_, HashMap<String, (Instant, Vec<IpAddr>)>> {
        self.0.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn allowed(&self, name: &str) -> Result<Vec<SocketAddr>, Box<dyn std::error::Error + Send + Sync>> {
        let found = self.known(name).ok_or(NotFound)?;
        let allowed: Vec<SocketAddr> = found
            .into_iter()
            .filter(|address| self.0.towards.allows(of_ip(*address)))
            .map(|address| SocketAddr::new(address, 0))
            .collect();
        if allowed.is_empty() { Err(NotAllowed.into()) } else { Ok(allowed) }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.allowed(name.as_str());
        Box::pin(async move {
            let addresses: Addrs = Box::new(allowed?.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(&'static [&'static str]);

    impl Names for Fixed {
        fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            Ok(self.0.iter().map(|text| text.parse().unwrap()).collect())
        }
    }

    /// It finds every name, and takes its time for some.
    struct Hanging;

    impl Names for Hanging {
        fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
            std::thread::sleep(Duration::from_millis(if name.starts_with("slow") { 1_500 } else { 0 }));
            Ok(vec!["192.0.2.1".parse().unwrap()])
        }
    }

    fn asker() -> Arc<Semaphore> {
        Arc::new(Semaphore::new(LOOKUPS_MAX))
    }

    async fn told(towards: Towards, addresses: &'static [&'static str]) -> Option<Vec<String>> {
        let resolver = Resolver::new(towards, Arc::new(Fixed(addresses)));
        resolver.prepare("gestionale.example.it", &asker()).await;
        let found = resolver.resolve("gestionale.example.it".parse().unwrap()).await;
        found.ok().map(|found| found.map(|address| address.ip().to_string()).collect())
    }

    #[tokio::test]
    async fn of_a_names_addresses_only_those_of_the_world_are_told() {
        let mixed = &["10.0.0.1", "192.0.2.1", "::1", "169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::7f00:1"];
        assert_eq!(told(Towards::World, mixed).await, Some(vec!["192.0.2.1".to_owned()]));
        assert_eq!(told(Towards::World, &["127.0.0.1"]).await, None);
        assert_eq!(told(Towards::WorldAndHere, &["127.0.0.1", "10.0.0.1"]).await, Some(vec!["127.0.0.1".to_owned()]));
    }

    #[tokio::test]
    async fn names_that_hang_are_in_the_way_of_their_own_asker_alone() {
        let resolver = Resolver::new(Towards::World, Arc::new(Hanging));
        let (slow, other) = (asker(), asker());
        for at in 0..LOOKUPS_MAX {
            let name = format!("slow{at}");
            let given_up = tokio::time::timeout(Duration::from_millis(20), resolver.prepare(&name, &slow)).await;
            assert!(given_up.is_err());
        }
        resolver.prepare("fast", &slow).await;
        assert!(resolver.known("fast").is_none(), "its places are taken");
        resolver.prepare("fast", &other).await;
        assert!(resolver.known("fast").is_some());
    }

    #[tokio::test]
    async fn many_who_ask_for_one_name_at_once_find_it_with_one_look_up() {
        let resolver = Resolver::new(Towards::World, Arc::new(Hanging));
        let own = asker();
        let asked = (0..4 * LOOKUPS_MAX).map(|_| resolver.prepare("slow", &own));
        futures_util::future::join_all(asked).await;
        assert!(resolver.known("slow").is_some());
        assert_eq!(own.available_permits(), LOOKUPS_MAX);
    }
}
