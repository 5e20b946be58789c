// SPDX-License-Identifier: AGPL-3.0-or-later
//! Read, decide, commit; and again when somebody else was faster.

use crate::extract::Preconditions;
use crate::problem::{Code, Problem};

/// How often a decision is made before the caller is told that somebody else is always faster.
const ATTEMPTS_MAX: u32 = 3;

/// Runs an attempt, again on a conflict, at most three times. The attempt reads, decides and commits anew each time.
///
/// # Errors
/// The attempt's own problem; after three conflicts 409, or 412 where the caller had named a version.
pub async fn settle<T>(
    preconditions: &Preconditions,
    attempt: impl AsyncFn() -> Result<T, Problem>,
) -> Result<T, Problem> {
    let mut made = 1;
    loop {
        match attempt().await {
            Err(problem) if problem.is_conflict() && made < ATTEMPTS_MAX => made += 1,
            Err(problem) if problem.is_conflict() && preconditions.is_conditional() => {
                return Err(Problem::new(Code::PreconditionFailed));
            }
            settled => return settled,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn a_decision_is_made_three_times_and_no_more() {
        for (conflicts, good) in [(0, true), (2, true), (3, false)] {
            let made = Cell::new(0);
            let settled = settle(&Preconditions::default(), async || {
                made.set(made.get() + 1);
                if made.get() > conflicts { Ok(()) } else { Err(Problem::new(Code::Conflict)) }
            })
            .await;
            assert_eq!(settled.is_ok(), good);
            assert_eq!(made.get(), if good { conflicts + 1 } else { 3 });
        }
    }

    #[tokio::test]
    async fn another_problem_is_told_at_once() {
        let made = Cell::new(0);
        let settled: Result<(), _> = settle(&Preconditions::default(), async || {
            made.set(made.get() + 1);
            Err(Problem::new(Code::NotFound))
        })
        .await;
        assert_eq!((settled.unwrap_err().code(), made.get()), (Code::NotFound, 1));
    }
}
