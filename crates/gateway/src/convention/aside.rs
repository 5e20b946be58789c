// SPDX-License-Identifier: AGPL-3.0-or-later
//! Work that takes a processor for longer than a request may: documents, definitions of forms.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::Semaphore;
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

/// Does the work on a thread where it holds up nobody.
///
/// # Errors
/// [`Code::Unavailable`] where too much of it is asked for, or the program is about to end; [`Code::InternalError`] for a defect of the work.
pub(crate) async fn aside<T: Send + 'static>(
    places: &Places,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let places = Arc::clone(&places.0);
    let place = timeout(Duration::from_millis(WAIT_MS_MAX), places.acquire_owned()).await;
    let Ok(Ok(place)) = place else { return Err(Problem::new(Code::Unavailable)) };
    // Who has gone away leaves work behind that is still done: it keeps its place until then.
    let working = spawn_blocking(move || {
        let _place = place;
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
