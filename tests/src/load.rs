// SPDX-License-Identifier: AGPL-3.0-or-later
//! Requests that go on while something happens to the gateway, and what came of each.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::Value;
use tokio::task::JoinHandle;
use tramite_testkit::OUT_OF_TIME;

use crate::api::Api;
use crate::node;

/// Of so many messages that were answered in time one may have run out of it.
const LATE_PARTS: usize = 20;

/// One request and what came of it.
#[derive(Debug, Clone)]
pub struct Shot {
    /// What was asked.
    pub what: &'static str,
    /// When.
    pub begun: Instant,
    /// How long the answer took.
    pub took: Duration,
    /// What came.
    pub outcome: String,
}

/// A load: some callers, each of whom asks again after every answer.
#[derive(Debug, Default)]
pub struct Load {
    over: Arc<AtomicBool>,
    shots: Arc<Mutex<Vec<Shot>>>,
    callers: Vec<JoinHandle<()>>,
}

impl Load {
    /// Adds a caller who pauses that long between an answer and the next request.
    pub fn keep<A>(&mut self, what: &'static str, pause: Duration, mut ask: impl FnMut(usize) -> A + Send + 'static)
    where
        A: Future<Output = String> + Send,
    {
        let (over, shots) = (Arc::clone(&self.over), Arc::clone(&self.shots));
        self.callers.push(tokio::spawn(async move {
            let mut count = 0;
            while !over.load(Ordering::Acquire) {
                let begun = Instant::now();
                let outcome = ask(count).await;
                held(&shots).push(Shot { what, begun, took: begun.elapsed(), outcome });
                count += 1;
                tokio::time::sleep(pause).await;
            }
        }));
    }

    /// What came so far.
    #[must_use]
    pub fn so_far(&self) -> Vec<Shot> {
        held(&self.shots).clone()
    }

    /// Begins no further request.
    pub fn cease(&self) {
        self.over.store(true, Ordering::Release);
    }

    /// Ends, after every request was answered, and gives all that came.
    ///
    /// # Panics
    /// When a caller failed.
    pub async fn end(self) -> Vec<Shot> {
        self.cease();
        for caller in self.callers {
            caller.await.expect("a caller ends well");
        }
        held(&self.shots).clone()
    }
}

/// Each answer that came to a question, with its count.
#[must_use]
pub fn outcomes(shots: &[Shot], what: &str) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for shot in shots.iter().filter(|shot| shot.what == what) {
        *counted.entry(shot.outcome.clone()).or_default() += 1;
    }
    counted
}

/// How often a question came to that answer, and it came to no other. A message of the Node that ran out of its time says
/// that the machine had other things to do; one that failed before that was failed by us.
///
/// # Panics
/// Where something else came.
#[must_use]
pub fn served(shots: &[Shot], what: &str, good: &str) -> usize {
    let timely = shots.iter().filter(|shot| shot.outcome != node::OWN_FAILURE || shot.took < OUT_OF_TIME);
    let told = outcomes(&timely.cloned().collect::<Vec<_>>(), what);
    assert!(told.len() == 1, "{what}: {told:?}");
    let served = *told.get(good).unwrap_or_else(|| panic!("{what}: {told:?}"));
    let late = shots.iter().filter(|shot| shot.what == what).count() - served;
    assert!(late * LATE_PARTS <= served, "{what}: {late} of {} ran out of their time", late + served);
    served
}

/// The longest time that an answer to a question took.
#[must_use]
pub fn longest(shots: &[Shot], what: &str) -> Duration {
    shots.iter().filter(|shot| shot.what == what).map(|shot| shot.took).max().unwrap_or_default()
}

/// Sends a message of the Node and says what came: a fault code, `OK`, or how the connection broke.
pub async fn soap(http: &Client, gateway: &str, operation: &str, message: String) -> String {
    match node::send_by(http, gateway, operation, message).await {
        Ok(answer) => node::outcome(&answer),
        Err(error) => format!("broken: {error:?}"),
    }
}

/// Asks the API and says what came, as [`crate::api::Came::told`] does, or how the connection broke.
pub async fn rest(api: &Api, method: Method, path: &str, body: Option<&Value>, key: Option<&str>) -> String {
    match api.try_send(method, path, body, key).await {
        Ok(came) => came.told(),
        Err(error) => format!("broken: {error:?}"),
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
