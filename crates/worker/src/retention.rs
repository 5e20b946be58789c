// SPDX-License-Identifier: AGPL-3.0-or-later
//! What names somebody goes when its time is over (docs/data-protection.md): institution by institution, a few things in each
//! transaction, decided as a request would be.

use chrono::NaiveTime;
use tramite_domain::ids::InstitutionId;
use tramite_domain::journal::kept_from;
use tramite_domain::person::{Erasure, Occasion, Terms, accounting_from};
use tramite_domain::time::Instant;
use tramite_storage::{Cursor, PAGE_LIMIT_MAX, PageRequest, Scope, StoreError};

use crate::job::Job;
use crate::pace::{OVER_AT_ONCE_MAX, OVER_MAX};
use crate::pass::Pass;
use crate::worker::Worker;

/// Forgets what is over, of every institution.
pub(crate) async fn forget(worker: &Worker, now: Instant) -> Result<Pass, StoreError> {
    let sessions_from = Instant::new(kept_from(now, worker.settings.journal_months).and_time(NaiveTime::MIN).and_utc());
    let years = worker.settings.retention_years;
    let terms = Terms { occasion: Occasion::Time, years, sessions_from, now };
    let mut pass = Pass::default();
    let raw = worker.store.system().end_raw(accounting_from(now, years), OVER_AT_ONCE_MAX).await?;
    (pass.found, pass.done) = (raw, raw);
    let mut cursor: Option<Cursor> = None;
    loop {
        let page = worker.store.system().institutions(&PageRequest { limit: PAGE_LIMIT_MAX, cursor }).await?;
        for institution in &page.items {
            let outcome = of_institution(worker, institution.id, terms, &mut pass).await;
            // One institution may have so much that its statements end before they are done: the others have their turn all the
            // same. Somebody else changed one of them: the next pass looks again.
            let busy = matches!(outcome, Err(StoreError::Busy));
            let goes_on = pass.count(Job::Retention, outcome.map(|()| false)) || busy;
            if !goes_on || pass.found >= OVER_MAX {
                return Ok(pass);
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(pass);
        }
    }
}

async fn of_institution(
    worker: &Worker,
    institution: InstitutionId,
    terms: Terms,
    pass: &mut Pass,
) -> Result<(), StoreError> {
    let scope = Scope::of_worker(institution);
    let before = accounting_from(terms.now, terms.years);
    let mut after = None;
    while pass.found < OVER_MAX {
        let mut erasure = Erasure::begin(terms);
        let receipts = worker.store.receipts_over(&scope, before, OVER_AT_ONCE_MAX).await?;
        receipts.iter().for_each(|receipt| erasure.receipt(receipt));
        let sessions = worker.store.sessions_over(&scope, terms.sessions_from, after, OVER_AT_ONCE_MAX).await?;
        after = sessions.last().map(|session| session.id).or(after);
        sessions.iter().for_each(|session| erasure.session(session));
        let gone = commit(worker, &scope, erasure, pass).await?;
        if gone == 0 && sessions.is_empty() {
            break;
        }
    }
    let mut after = None;
    while pass.found < OVER_MAX {
        let positions = worker.store.positions_over(&scope, before, after, OVER_AT_ONCE_MAX).await?;
        let Some(last) = positions.last() else { break };
        after = Some(last.id);
        let mut erasure = Erasure::begin(terms);
        positions.iter().for_each(|position| erasure.position(position));
        commit(worker, &scope, erasure, pass).await?;
    }
    Ok(())
}

/// Writes what was decided, and counts it.
async fn commit(worker: &Worker, scope: &Scope, mut erasure: Erasure, pass: &mut Pass) -> Result<usize, StoreError> {
    let changed = erasure.changed();
    if changed == 0 {
        return Ok(0);
    }
    let now = erasure.judged_at();
    let batch = worker.decide(now, |given| erasure.finish(given, None));
    worker.store.commit(scope, batch).await?;
    pass.found = pass.found.saturating_add(changed);
    pass.done = pass.done.saturating_add(changed);
    tracing::info!(institution = %scope.institution(), changed, "personal data went whose time was over");
    Ok(changed)
}
