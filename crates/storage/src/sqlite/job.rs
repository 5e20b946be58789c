// SPDX-License-Identifier: AGPL-3.0-or-later
//! One piece of writing work, waiting for the writer.

use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::SqliteConnection;
use futures_util::FutureExt;
use tokio::sync::oneshot;

use crate::db::{Db, Writing};
use crate::error::StoreError;

/// Work whose result has a type, seen by the writer without it.
pub(super) trait Job: Send {
    /// Whether somebody still waits for the answer.
    fn wanted(&self) -> bool;
    /// Does the work, or does it anew; whether its writes are to be kept.
    fn perform(&mut self, connection: &mut SqliteConnection) -> bool;
    /// Gives the result of the work.
    fn answer(self: Box<Self>);
    /// Gives an error in place of the result.
    fn fail(self: Box<Self>, error: StoreError);
}

struct Pending<I, T> {
    input: I,
    work: Writing<I, T>,
    result: Option<Result<T, StoreError>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

/// A job, and where its result will come.
pub(super) fn pending<I, T>(input: I, work: Writing<I, T>) -> (Box<dyn Job>, oneshot::Receiver<Result<T, StoreError>>)
where
    I: Send + 'static,
    T: Send + 'static,
{
    let (answer, result) = oneshot::channel();
    (Box::new(Pending { input, work, result: None, answer }), result)
}

impl<I, T> Job for Pending<I, T>
where
    I: Send,
    T: Send,
{
    fn wanted(&self) -> bool {
        !self.answer.is_closed()
    }

    fn perform(&mut self, connection: &mut SqliteConnection) -> bool {
        // The writer must outlive a defect in one job: the others' writes depend on it.
        let done = catch_unwind(AssertUnwindSafe(|| (self.work)(Db::Sqlite(connection), &self.input).now_or_never()));
        let result = match done {
            Ok(Some(result)) => result,
            Ok(None) => Err(StoreError::failed("work on SQLite waited for something")),
            Err(_) => Err(StoreError::failed("work on SQLite broke off")),
        };
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>) {
        let result = self.result.unwrap_or_else(|| Err(StoreError::failed("the job was not done")));
        // Nobody waits any more when the caller was dropped.
        self.answer.send(result).ok();
    }

    fn fail(self: Box<Self>, error: StoreError) {
        self.answer.send(Err(error)).ok();
    }
}
