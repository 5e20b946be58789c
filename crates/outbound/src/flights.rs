// SPDX-License-Identifier: AGPL-3.0-or-later
//! What several wait for at once is done once, and each of them gets what came of it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};

type Flight<V> = Shared<BoxFuture<'static, Option<V>>>;

/// Work under way, by what it is for.
pub struct Flights<K, V>(Arc<Mutex<HashMap<K, Flight<V>>>>);

impl<K, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K, V> Flights<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Waits for the work of that key, and begins it where nobody has. It goes on when who began it waits no more; none when
    /// it broke.
    pub async fn join<F>(&self, key: K, work: impl FnOnce() -> F) -> Option<V>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let flight = {
            let mut under_way = locked(&self.0);
            under_way.get(&key).cloned().unwrap_or_else(|| {
                let landed = Landed { flights: Arc::clone(&self.0), key: key.clone() };
                let work = work();
                let task = tokio::spawn(async move {
                    let _landed = landed;
                    work.await
                });
                let flight = task.map(Result::ok).boxed().shared();
                under_way.insert(key, flight.clone());
                flight
            })
        };
        flight.await
    }
}

/// Takes the work off the list when it has ended, however it ended.
struct Landed<K: Eq + Hash, V> {
    flights: Arc<Mutex<HashMap<K, Flight<V>>>>,
    key: K,
}

impl<K: Eq + Hash, V> Drop for Landed<K, V> {
    fn drop(&mut self) {
        locked(&self.flights).remove(&self.key);
    }
}

fn locked<K, V>(flights: &Mutex<HashMap<K, Flight<V>>>) -> MutexGuard<'_, HashMap<K, Flight<V>>> {
    flights.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn what_many_wait_for_is_done_once_and_anew_afterwards_also_after_it_broke() {
        let flights = Arc::new(Flights::<u8, u32>::default());
        let done = Arc::new(AtomicU32::new(0));
        let ask = |broken: bool| {
            let (flights, done) = (Arc::clone(&flights), Arc::clone(&done));
            async move {
                let work = || async move {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    assert!(!broken, "it breaks, as it was told");
                    done.fetch_add(1, Ordering::Relaxed)
                };
                flights.join(7, work).await
            }
        };
        assert_eq!(join_all((0..50).map(|_| ask(false))).await, vec![Some(0); 50]);
        assert_eq!(ask(true).await, None);
        assert_eq!(ask(false).await, Some(1));
        assert!(locked(&flights.0).is_empty());
    }
}
