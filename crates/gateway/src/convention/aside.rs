// SPDX-License-Identifier: AGPL-3.0-or-later
//! Work that takes a processor for longer than a request may: documents, definitions of forms.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::problem::{Code, Problem};

/// How long such work waits for the work before it, in milliseconds.
const WAIT_MS_MAX: u64 = 2_000;

/// Places for work of a kind: half of the processors, so that however much of it is asked for, payments have the others.
pub(crate) struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Self {
        let half = available_parallelism().map_or(1, usize::from).div_ceil(2);
        Self(Arc::new(Semaphore::new(half)))
    }
}

/// A place that was taken.
pub(crate) struct Place(OwnedSemaphorePermit);

impl Places {
    /// Waits for a place.
    ///
    /// # Errors
    /// [`Code::Unavailable`] where too much of the work is asked for, or the program is about to end.
    pub(crate) async fn take(&self) -> Result<Place, Problem> {
        let taken = timeout(Duration::from_millis(WAIT_MS_MAX), Arc::clone(&self.0).acquire_owned()).await;
        let Ok(Ok(permit)) = taken else { return Err(Problem::new(Code::Unavailable)) };
        Ok(Place(permit))
    }
}

/// Does the work on a thread where it holds up nobody, once there is a place for it.
///
/// # Errors
/// As [`Places::take`] and [`aside_at`].
pub(crate) async fn aside<T: Send + 'static>(
    places: &Places,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    aside_at(places.take().await?, work).await
}

/// The same at a place that was taken before.
///
/// # Errors
/// [`Code::InternalError`] for a defect of the work; [`Code::Unavailable`] where the program is about to end.
pub(crate) async fn aside_at<T: Send + 'static>(
    place: Place,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    // Who has gone away leaves work behind that is still done: it keeps its place until then.
    let working = spawn_blocking(move || {
        let _permit = place.0;
        work()
    });
    working.await.map_err(|broken| {
        if broken.is_panic() {
            tracing::error!("work beside a request broke off: a defect of the program");
            Problem::new(Code::InternalError)
        } else {
            Problem::new(Code::Unavailable)
        }
    })
}
