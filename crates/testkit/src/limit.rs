// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every sentence has a time limit, so that nothing hangs.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

/// Seconds that one sentence may take, unless its suite says otherwise.
pub const SENTENCE_LIMIT_SECONDS: u64 = 60;

/// How long a message of the Node takes at least before a busy machine makes us fail it: a connection to the database is waited
/// for a second, and a message has not two. What fails sooner is a defect.
pub const OUT_OF_TIME: Duration = Duration::from_millis(900);

/// How often a message is sent again at most, and how long it is waited before: the Node waits for an hour.
const AGAIN_MAX: usize = 30;
const AGAIN_AFTER: Duration = Duration::from_millis(300);

/// Whether a message is sent again that we have failed ourselves (rules.md 33), as the Node does in the end, after so many
/// failures, which this one is counted among; comes back when it is time. Only what ran out of some time of ours is: a failure
/// that comes at once is a defect.
pub async fn comes_again(own_failure: bool, begun: Instant, failures: &mut usize) -> bool {
    if !own_failure || begun.elapsed() < OUT_OF_TIME || *failures == AGAIN_MAX {
        return false;
    }
    *failures += 1;
    tokio::time::sleep(AGAIN_AFTER).await;
    true
}

/// Threads of the runtime of one asynchronous sentence.
const WORKERS: usize = 2;

/// Seconds that tasks left behind by a finished sentence get to end.
const LEFTOVER_LIMIT_SECONDS: u64 = 2;

/// Runs the body on a thread of its own and gives up waiting for it at the limit. The thread of a
/// body that never ends is left behind; the test process ends without it.
pub(crate) fn within(limit: Duration, name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), Failed> {
    let (sender, receiver) = channel();
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            let outcome = catch_unwind(AssertUnwindSafe(body));
            // The receiver is gone when the limit has passed: nobody wants to know any more.
            sender.send(outcome).ok();
        })
        .expect("a thread starts");
    match receiver.recv_timeout(limit) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(payload)) => Err(Failed::from(said(payload.as_ref()))),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            Err(Failed::from(format!("not finished within {} s", limit.as_secs())))
        }
    }
}

/// Runs a future to its end. It may keep to its thread (actix's test services do), and may spawn
/// tasks on the runtime's workers.
pub fn drive(future: impl Future<Output = ()>) {
    let runtime = runtime();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        LocalSet::new().block_on(&runtime, future);
    }));
    runtime.shutdown_timeout(Duration::from_secs(LEFTOVER_LIMIT_SECONDS));
    if let Err(payload) = outcome {
        std::panic::resume_unwind(payload);
    }
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build().expect("a runtime starts")
}

fn said(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string))
        .unwrap_or_else(|| "a panic without words".to_owned())
}
