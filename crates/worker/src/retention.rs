// SPDX-License-Identifier: AGPL-3.0-or-later
//! What names somebody goes when its time is over (docs/data-protection.md): institution by institution, a few things in each
//! transaction, decided as a request would be.

use chrono::NaiveTime;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ids::InstitutionId;
use tramite_domain::journal::kept_from;
use tramite_domain::person::{Erasure, Occasion, Terms, accounting_from, names_somebody};
use tramite_domain::session::{CheckoutSession, ItemSubject, SessionItem};
use tramite_domain::submission::{Lapse, lapse};
use tramite_domain::time::Instant;
use tramite_storage::{Cursor, PAGE_LIMIT_MAX, PageRequest, Scope, SessionFilter, StoreError, is_still_writable};

use crate::clock::Clock;
use crate::job::Job;
use crate::pace::{OVER_AT_ONCE_MAX, OVER_MAX};
use crate::pass::Pass;
use crate::worker::Worker;

/// Forgets what is over, of every institution.
pub(crate) async fn forget(worker: &Worker, clock: Clock<'_>) -> Result<Pass, StoreError> {
    let now = clock.now();
    let sessions_from = Instant::new(kept_from(now, worker.settings.journal_months).and_time(NaiveTime::MIN).and_utc());
    let years = worker.settings.retention_years;
    let terms = Terms { occasion: Occasion::Time, years, sessions_from, now };
    let mut round = Round { worker, clock, terms, pass: Pass::default(), looked_through: false, was_busy: false };
    let raw = worker.store.system().end_raw(accounting_from(now, years), OVER_AT_ONCE_MAX).await?;
    (round.pass.found, round.pass.done) = (raw, raw);
    // The next pass goes on where the last one ended, and round to there: an institution that takes a whole pass, or all its time,
    // keeps no other from its turn.
    let last = worker.retained();
    let goes_on = round.stretch(last, None).await?;
    if goes_on && last.is_some() {
        round.stretch(None, last).await?;
    }
    Ok(round.ended())
}

/// One pass over the institutions.
struct Round<'a> {
    worker: &'a Worker,
    clock: Clock<'a>,
    /// By what is judged; when, each transaction says anew.
    terms: Terms,
    pass: Pass,
    /// Whether one of them was looked through.
    looked_through: bool,
    /// Whether the database was too busy for one of them.
    was_busy: bool,
}

impl Round<'_> {
    /// The institutions after one, up to another one and with it, the newest first. False where the pass had better end.
    async fn stretch(
        &mut self,
        after: Option<InstitutionId>,
        until: Option<InstitutionId>,
    ) -> Result<bool, StoreError> {
        let mut cursor = after.map(Cursor::after_institution);
        loop {
            let request = PageRequest { limit: PAGE_LIMIT_MAX, cursor };
            let page = self.worker.store.system().institutions(&request).await?;
            for institution in &page.items {
                if until.is_some_and(|until| institution.id < until) {
                    return Ok(true);
                }
                // Written down before it is looked at: the pass may be given up for the time that it takes.
                self.worker.retain_after(institution.id);
                let outcome =
                    of_institution((self.worker, self.clock), institution.id, self.terms, &mut self.pass).await;
                if !self.count(institution.id, outcome) || self.pass.found >= OVER_MAX {
                    return Ok(false);
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(true);
            }
        }
    }

    /// Counts what became of one institution. It may have so much that its statements end before they are done: the others have
    /// their turn all the same. False where the database is away.
    fn count(&mut self, institution: InstitutionId, outcome: Result<(), StoreError>) -> bool {
        if matches!(outcome, Err(StoreError::Busy)) {
            tracing::warn!(%institution, "the database was too busy to look for personal data whose time is over");
            self.was_busy = true;
            return true;
        }
        self.looked_through |= outcome.is_ok();
        self.pass.count(Job::Retention, outcome.map(|()| false))
    }

    /// Where it was too busy for each of them, it is the database that is away.
    fn ended(self) -> Pass {
        let mut pass = self.pass;
        if self.was_busy && !self.looked_through {
            pass.failed.get_or_insert(StoreError::Busy);
        }
        pass
    }
}

/// Who looks, and by which clock: a pass may last a minute, and each transaction says when it was decided.
type By<'a> = (&'a Worker, Clock<'a>);

/// What is over of one institution. Where it is too much of one kind to be looked through, the other kinds go all the same.
async fn of_institution(
    by: By<'_>,
    institution: InstitutionId,
    terms: Terms,
    pass: &mut Pass,
) -> Result<(), StoreError> {
    let scope = Scope::of_worker(institution);
    let of_receipts = receipts(by, &scope, terms, pass).await;
    if is_away(&of_receipts) {
        return of_receipts;
    }
    let of_sessions = sessions(by, &scope, terms, pass).await;
    if is_away(&of_sessions) {
        return of_sessions;
    }
    let of_submissions = submissions(by, &scope, terms, pass).await;
    if is_away(&of_submissions) {
        return of_submissions;
    }
    let of_pages = lapsed(by, &scope, terms, pass).await;
    if is_away(&of_pages) {
        return of_pages;
    }
    of_receipts.and(of_sessions).and(of_submissions).and(of_pages).and(positions(by, &scope, terms, pass).await)
}

/// Whether the database is away: then nothing else has its turn.
const fn is_away(outcome: &Result<(), StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Unavailable(_)))
}

async fn receipts((worker, clock): By<'_>, scope: &Scope, terms: Terms, pass: &mut Pass) -> Result<(), StoreError> {
    let before = accounting_from(terms.now, terms.years);
    while pass.found < OVER_MAX {
        let mut erasure = Erasure::begin(Terms { now: clock.now(), ..terms });
        let receipts = worker.store.receipts_over(scope, before, OVER_AT_ONCE_MAX).await?;
        receipts.iter().for_each(|receipt| erasure.receipt(receipt));
        // Those whose message went are found no more.
        if commit((worker, clock), scope, erasure, pass).await? == 0 {
            break;
        }
    }
    Ok(())
}

async fn sessions((worker, clock): By<'_>, scope: &Scope, terms: Terms, pass: &mut Pass) -> Result<(), StoreError> {
    let mut after = None;
    while pass.found < OVER_MAX {
        let mut erasure = Erasure::begin(Terms { now: clock.now(), ..terms });
        let sessions = worker.store.sessions_over(scope, terms.sessions_from, after, OVER_AT_ONCE_MAX).await?;
        let Some(last) = sessions.last() else { break };
        after = Some(last.id);
        sessions.iter().for_each(|session| erasure.session(session));
        commit((worker, clock), scope, erasure, pass).await?;
    }
    Ok(())
}

/// Those for which there was nothing to pay; the others go with their debt positions.
async fn submissions((worker, clock): By<'_>, scope: &Scope, terms: Terms, pass: &mut Pass) -> Result<(), StoreError> {
    let before = accounting_from(terms.now, terms.years);
    while pass.found < OVER_MAX {
        let mut erasure = Erasure::begin(Terms { now: clock.now(), ..terms });
        let submissions = worker.store.submissions_over(scope, before, OVER_AT_ONCE_MAX).await?;
        submissions.iter().for_each(|kept| erasure.submission(kept, None));
        // What was forgotten is found no more.
        if commit((worker, clock), scope, erasure, pass).await? == 0 {
            break;
        }
    }
    Ok(())
}

/// Those of hosted pages that nobody has paid, with all that was made for them.
async fn lapsed((worker, clock): By<'_>, scope: &Scope, terms: Terms, pass: &mut Pass) -> Result<(), StoreError> {
    while pass.found < OVER_MAX {
        let now = clock.now();
        // What was to be paid in a session that is over is needed no longer.
        let mut erasure = Erasure::begin(Terms { now, sessions_from: now, ..terms });
        let submissions = worker.store.submissions_lapsed(scope, now, OVER_AT_ONCE_MAX).await?;
        if submissions.is_empty() {
            break;
        }
        for kept in &submissions {
            // The others are found again.
            if erasure.is_full() {
                break;
            }
            let position = match kept.debt_position_id {
                Some(id) => worker.store.position(scope, id).await?,
                None => None,
            };
            let verdict = lapse(kept, position.as_ref(), &Terms { now, ..terms });
            let alone = position.as_ref().filter(|_| verdict == Lapse::Goes && !kept.found);
            let (sessions, complete) = match alone {
                Some(position) => sessions_of((worker, clock), scope, position).await?,
                None => (Vec::new(), true),
            };
            if complete {
                erasure.lapsed((kept, verdict), position.as_ref(), &sessions);
            } else {
                erasure.lapsed_sessions(&sessions);
            }
        }
        let idle = erasure.is_idle();
        // All of them are put off, or found no more.
        commit((worker, clock), scope, erasure, pass).await?;
        if idle {
            break;
        }
    }
    Ok(())
}

/// The sessions in which nothing else was to be paid and that still name somebody, so many at most; whether these are all.
async fn sessions_of(
    (worker, clock): By<'_>,
    scope: &Scope,
    position: &DebtPosition,
) -> Result<(Vec<CheckoutSession>, bool), StoreError> {
    let is_it =
        |item: &SessionItem| matches!(item.subject, ItemSubject::Own { position_id, .. } if position_id == position.id);
    let filter = SessionFilter { debt_position_id: Some(position.id), ..SessionFilter::default() };
    let (mut request, mut sessions) = (PageRequest::first(PAGE_LIMIT_MAX), Vec::new());
    loop {
        let page = worker.store.sessions(scope, &filter, &request, clock.now()).await?;
        sessions.extend(page.items.into_iter().filter(names_somebody));
        sessions.retain(|session| session.items.iter().all(is_it));
        if sessions.len() > OVER_AT_ONCE_MAX {
            sessions.truncate(OVER_AT_ONCE_MAX);
            return Ok((sessions, false));
        }
        request.cursor = page.next;
        if request.cursor.is_none() {
            return Ok((sessions, true));
        }
    }
}

async fn positions((worker, clock): By<'_>, scope: &Scope, terms: Terms, pass: &mut Pass) -> Result<(), StoreError> {
    let before = accounting_from(terms.now, terms.years);
    let mut after = None;
    while pass.found < OVER_MAX {
        let mut erasure = Erasure::begin(Terms { now: clock.now(), ..terms });
        let positions = worker.store.positions_over(scope, before, after, OVER_AT_ONCE_MAX).await?;
        let Some(last) = positions.last() else { break };
        after = Some(last.id);
        positions.iter().for_each(|position| erasure.position(position));
        commit((worker, clock), scope, erasure, pass).await?;
    }
    Ok(())
}

/// Writes what was decided, and counts it.
async fn commit(
    (worker, clock): By<'_>,
    scope: &Scope,
    mut erasure: Erasure,
    pass: &mut Pass,
) -> Result<usize, StoreError> {
    if erasure.is_idle() {
        return Ok(0);
    }
    let changed = erasure.changed();
    let now = erasure.judged_at();
    let batch = worker.decide(now, |given| erasure.finish(given, None));
    // What took too long to be decided is looked for again in the next pass.
    if !is_still_writable(now, clock.now()) {
        return Err(StoreError::Busy);
    }
    worker.store.commit(scope, batch).await?;
    pass.found = pass.found.saturating_add(changed);
    pass.done = pass.done.saturating_add(changed);
    if changed == 0 {
        return Ok(0);
    }
    tracing::info!(institution = %scope.institution(), changed, "personal data went whose time was over");
    Ok(changed)
}
