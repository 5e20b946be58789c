// SPDX-License-Identifier: AGPL-3.0-or-later
//! Everything that happened to a position, in the order of time, from the six places where it is kept; and what its present
//! state is explained by. Each source is asked for no more rows than the page holds.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use tramite_domain::attempt::Attempt;
use tramite_domain::audit::AuditLine;
use tramite_domain::debt_position::{DebtPosition, PositionStatus, position_status};
use tramite_domain::event::{Event, EventKind};
use tramite_domain::ids::{ClientId, DebtPositionId, InstallmentId, SessionId};
use tramite_domain::journal::{Direction, JournalEntry};
use tramite_domain::receipt::Receipt;
use tramite_domain::session::CheckoutSession;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::timeline_sources::{self as sources, Subject};
use super::{position, session};
use crate::Store;
use crate::column::{At, Id, unindexed};
use crate::db::{Db, load};
use crate::error::StoreError;
use crate::page::{Cursor, LastMoment, List, Page, PageRequest};
use crate::row::attempt::AttemptRow;
use crate::row::event::EventRow;
use crate::row::receipt::ReceiptRow;
use crate::schema::{attempts, events, journal, receipts};
use crate::scope::Scope;
use crate::store::Answer;

/// Sessions of a position that are looked at, the newest ones: more than one payment ever needs.
const SESSIONS_MAX: usize = 500;
/// Attempts and receipts that a state is explained by, the newest ones.
const EXPLAINED_BY_MAX: i64 = 200;
/// The operation by which a provider looks a notice up.
const LOOK_UP: &str = "paVerifyPaymentNotice";

/// When some notices were looked up last.
macro_rules! last_look_up {
    ($institution:expr, $notices:expr, $first_month:expr, $creditor:expr) => {
        journal::table
            .filter(journal::institution_id.eq(Id($institution)))
            .filter(journal::notice_number.assume_not_null().eq_any($notices))
            .filter(journal::month.ge($first_month))
            .filter(journal::creditor_tax_code.eq($creditor))
            .filter(journal::operation.eq(LOOK_UP))
            .filter(journal::direction.eq(Direction::Request.name()))
            .order(unindexed(journal::at).desc())
            .limit(1)
            .select(journal::at)
    };
}

/// One thing that happened to a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineItem {
    /// When.
    pub at: Instant,
    /// The session it is about, where it exists for the scope by itself.
    pub session_id: Option<SessionId>,
    /// What.
    pub fact: TimelineFact,
}

/// What happened to a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimelineFact {
    /// A session over it was made, by its client.
    Session(SessionId, ClientId),
    /// A message about one of its notices; without its payload.
    Message(Box<JournalEntry>),
    /// Somebody tried to pay it; of the same attempt the last time.
    Attempt(Attempt),
    /// A receipt for one of its notices; without its message and transfers.
    Receipt(Box<Receipt>),
    /// What was told of it or of its sessions.
    Event(Box<Event>),
    /// What a client did to it, with the reason it gave.
    Action(AuditLine),
}

impl TimelineFact {
    /// What comes first of what happened at the same instant: causes before consequences.
    pub(super) const fn rank(&self) -> u8 {
        match self {
            Self::Session(..) => sources::SESSION,
            Self::Message(_) => sources::MESSAGE,
            Self::Attempt(_) => sources::ATTEMPT,
            Self::Receipt(_) => sources::RECEIPT,
            Self::Event(_) => sources::EVENT,
            Self::Action(_) => sources::ACTION,
        }
    }

    pub(super) fn id(&self) -> Uuid {
        match self {
            Self::Session(id, _) => id.uuid(),
            Self::Message(entry) => entry.id.uuid(),
            Self::Attempt(attempt) => attempt.id.uuid(),
            Self::Receipt(receipt) => receipt.id.uuid(),
            Self::Event(event) => event.id.uuid(),
            Self::Action(line) => line.id.uuid(),
        }
    }

    /// The same without what it tells of a session that the reader may not see: its state, and the sum of all its items.
    fn without_session(self) -> Self {
        match self {
            Self::Event(mut event) if event.data.session_id.is_some() => {
                event.data.amount = None;
                event.data.status = None;
                event.data.previous_status = None;
                event.data.anomalies.clear();
                Self::Event(event)
            }
            other => other,
        }
    }

    fn session(&self) -> Option<SessionId> {
        match self {
            Self::Session(id, _) => Some(*id),
            Self::Message(entry) => entry.session_id.map(SessionId::new),
            Self::Attempt(attempt) => attempt.session_id,
            Self::Event(event) => event.data.session_id,
            Self::Receipt(_) | Self::Action(_) => None,
        }
    }
}

/// A page of what happened to a position, and what its state is explained by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The position.
    pub position: DebtPosition,
    /// What happened, in the order of time.
    pub items: Page<TimelineItem>,
    /// The newest attempts to pay it.
    pub attempts: Vec<Attempt>,
    /// The sessions over it that are not over, each with whether it exists for the scope by itself.
    pub sessions: Vec<(CheckoutSession, bool)>,
    /// Its newest receipts, without messages and transfers.
    pub receipts: Vec<Receipt>,
    /// When a provider looked one of its notices up last.
    pub looked_up_at: Option<Instant>,
    /// The client that cancelled it, where it is cancelled and a client did it.
    pub cancelled_by: Option<ClientId>,
}

impl Store {
    /// What happened to the position of that id; none where it does not exist for this scope. `creditor` is the
    /// institution's own tax code: a notice of another institution may have the same number.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn history<'a>(
        &'a self,
        scope: &'a Scope,
        creditor: InstitutionTaxCode,
        id: DebtPositionId,
        page: &'a PageRequest,
        now: Instant,
    ) -> Answer<'a, Option<History>> {
        Box::pin(async move {
            let after = Cursor::moment(page.cursor.as_ref(), List::Timeline)?;
            let (own, page) = (scope.clone(), page.clone());
            self.read(scope, move |db| Box::pin(history(db, own, creditor, (id, page, after), now))).await
        })
    }
}

async fn history(
    mut db: Db<'_>,
    scope: Scope,
    creditor: InstitutionTaxCode,
    (id, page, after): (DebtPositionId, PageRequest, Option<LastMoment>),
    now: Instant,
) -> Result<Option<History>, StoreError> {
    let institution = scope.institution();
    let Some(position) = position::by_id(db.reborrow(), scope.clone(), id).await? else { return Ok(None) };
    let mut sessions = session::on_position(db.reborrow(), institution, id).await?;
    sessions.sort_unstable();
    let sessions = sessions.split_off(sessions.len().saturating_sub(SESSIONS_MAX));
    let subject = Subject {
        institution,
        position: &position,
        notices: position.installments().filter_map(|(_, one)| Some(one.notice_number.as_ref()?.to_string())).collect(),
        installments: position.installments().map(|(_, one)| Id(one.id)).collect(),
        sessions,
        creditor,
    };
    let mut facts = sources::facts(&mut db, &subject, after, page.rows()).await?;
    facts.sort_by_key(|(at, fact)| (*at, fact.rank(), fact.id()));
    let last = |(at, fact): &(Instant, TimelineFact)| LastMoment { at: *at, rank: fact.rank(), id: fact.id() };
    let cut = Page::cut(facts, &page, |one| Cursor::after_moment(List::Timeline, last(one)));
    let named: BTreeSet<SessionId> = cut.items.iter().filter_map(|(_, fact)| fact.session()).collect();
    let visible = visible(&mut db, &scope, named).await?;
    let items = cut.try_map(|(at, fact)| {
        let session_id = fact.session().filter(|id| visible.contains(id));
        let fact = if session_id.is_none() { fact.without_session() } else { fact };
        Ok::<_, StoreError>(TimelineItem { at, session_id, fact })
    })?;
    let live = session::live(&mut db, institution, subject.sessions.clone()).await?;
    let sessions =
        live.into_iter().map(|one| (scope.sees_session(&one), one)).map(|(named, one)| (one, named)).collect();
    let attempts = attempts_on(&mut db, &subject).await?;
    let receipts = receipts_of(&mut db, &subject).await?;
    let looked_up_at = looked_up_at(&mut db, &subject).await?;
    let cancelled_by = match position_status(&position, now) {
        PositionStatus::Cancelled => cancelled_by(&mut db, &subject).await?,
        _ => None,
    };
    Ok(Some(History { items, attempts, sessions, receipts, looked_up_at, cancelled_by, position }))
}

/// Those of the sessions that exist for the scope by themselves.
async fn visible(db: &mut Db<'_>, scope: &Scope, ids: BTreeSet<SessionId>) -> Result<BTreeSet<SessionId>, StoreError> {
    let ids: Vec<Id<SessionId>> = ids.into_iter().map(Id).collect();
    let sessions = session::whole(db, scope.institution(), ids).await?;
    Ok(sessions.into_iter().filter(|one| scope.sees_session(one)).map(|one| one.id).collect())
}

async fn attempts_on(db: &mut Db<'_>, subject: &Subject<'_>) -> Result<Vec<Attempt>, StoreError> {
    let rows: Vec<AttemptRow> = load!(
        db,
        attempts::table
            .filter(attempts::institution_id.eq(Id(subject.institution)))
            .filter(attempts::installment_id.eq_any(&subject.installments))
            .order(attempts::at.desc())
            .limit(EXPLAINED_BY_MAX)
            .select(AttemptRow::as_select())
    )?;
    rows.into_iter().map(AttemptRow::into_attempt).collect()
}

async fn receipts_of(db: &mut Db<'_>, subject: &Subject<'_>) -> Result<Vec<Receipt>, StoreError> {
    let rows: Vec<ReceiptRow> = load!(
        db,
        receipts::table
            .filter(receipts::institution_id.eq(Id(subject.institution)))
            .filter(receipts::debt_position_id.eq(Some(Id(subject.position.id))))
            .order(receipts::received_at.desc())
            .limit(EXPLAINED_BY_MAX)
            .select(ReceiptRow::as_select())
    )?;
    rows.into_iter().map(|row| row.into_receipt(Vec::new(), BTreeMap::new(), Vec::new())).collect()
}

/// The last look-up of a notice that is still to be paid.
async fn looked_up_at(db: &mut Db<'_>, subject: &Subject<'_>) -> Result<Option<Instant>, StoreError> {
    let unpaid: BTreeSet<InstallmentId> =
        subject.position.installments().filter(|(_, one)| one.payment.is_none()).map(|(_, one)| one.id).collect();
    let notices: Vec<String> = subject
        .position
        .installments()
        .filter(|(_, one)| unpaid.contains(&one.id))
        .filter_map(|(_, one)| Some(one.notice_number.as_ref()?.to_string()))
        .collect();
    if notices.is_empty() {
        return Ok(None);
    }
    let (first_month, creditor) = (subject.first_month(), subject.creditor.as_str());
    let last: Vec<At> = load!(db, last_look_up!(subject.institution, notices.as_slice(), first_month, creditor))?;
    Ok(last.first().map(|at| at.0))
}

/// Who made the last change after which it was cancelled.
async fn cancelled_by(db: &mut Db<'_>, subject: &Subject<'_>) -> Result<Option<ClientId>, StoreError> {
    let rows: Vec<EventRow> = load!(
        db,
        events::table
            .filter(events::institution_id.eq(Id(subject.institution)))
            .filter(events::debt_position_id.eq(Some(Id(subject.position.id))))
            .filter(events::kind.eq(EventKind::PositionUpdated.name()))
            .order((events::at.desc(), events::id.desc()))
            .limit(EXPLAINED_BY_MAX)
            .select(EventRow::as_select())
    )?;
    let told = rows.into_iter().map(EventRow::into_event).collect::<Result<Vec<Event>, _>>()?;
    let is = |event: &&Event| {
        let data = &event.data;
        data.status.as_deref() == Some(PositionStatus::Cancelled.name()) && data.previous_status.is_some()
    };
    Ok(told.iter().find(is).and_then(|event| event.data.changed_by))
}

#[cfg(test)]
mod tests {
    use tramite_domain::ids::InstitutionId;

    use super::*;
    use crate::read::plan;
    use crate::row::event::month_of;

    #[test]
    fn the_last_look_up_is_found_by_its_notices_however_many_other_messages_there_are() {
        let mut connection = plan::migrated();
        let month = month_of(Instant::new(chrono::DateTime::UNIX_EPOCH));
        for many in [1, 2, 500] {
            let notices = vec![String::new(); many];
            let query = last_look_up!(InstitutionId::new(Uuid::nil()), notices.as_slice(), month, "");
            let steps = plan::steps(&mut connection, &query);
            assert!(steps[0].contains("journal_notice_at (institution_id=? AND notice_number=?"), "{many}: {steps:?}");
        }
    }
}
