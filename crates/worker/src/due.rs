// SPDX-License-Identifier: AGPL-3.0-or-later
//! A pass over what the clock has moved, page by page. What fails is stepped over: it must not keep the rest from its
//! turn.

use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use tramite_storage::{Due, StoreError};

use crate::guard::guarded;
use crate::job::Job;
use crate::pace::{AT_ONCE_MAX, TRANSITION_PAGES_MAX, TRANSITIONS_MAX};
use crate::pass::Pass;

/// Tells each thing that is due. Another page follows where something of a full one was not told: it would stand first
/// the next time too.
pub(crate) async fn tell_all<'a, T: Copy>(
    job: Job,
    read: impl Fn(Option<Due<T>>) -> BoxFuture<'a, Result<Vec<Due<T>>, StoreError>>,
    tell: impl Fn(Due<T>) -> BoxFuture<'a, Result<bool, StoreError>>,
) -> Result<Pass, StoreError> {
    let mut pass = Pass::default();
    let mut after = None;
    for _ in 0..TRANSITION_PAGES_MAX {
        let due = read(after).await?;
        after = due.last().copied();
        let (size, done) = (due.len(), pass.done);
        pass.found = pass.found.saturating_add(size);
        let mut told = stream::iter(due.into_iter().map(|one| guarded(tell(one)))).buffer_unordered(AT_ONCE_MAX);
        while let Some(outcome) = told.next().await {
            if !pass.count(job, outcome) {
                return Ok(pass);
            }
        }
        if size < TRANSITIONS_MAX || pass.done.saturating_sub(done) == size {
            break;
        }
    }
    Ok(pass)
}
