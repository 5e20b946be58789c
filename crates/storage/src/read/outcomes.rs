// SPDX-License-Identifier: AGPL-3.0-or-later
//! What became of what is owed, as a back office books it: one line for each receipt that tells of money, for each payment that
//! the institution told itself, and for each of those that it took back. The lines stand in the order of the feed, so that a
//! reader who goes on from a cursor finds each once, whatever commits late.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use tramite_domain::event::{Event, EventKind};
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::{InstallmentId, ReceiptRowId};
use tramite_domain::money::Cents;
use tramite_domain::receipt::Receipt;
use tramite_domain::time::Instant;

use super::feed::{FeedFilter, start, stretch};
use super::receipt;
use crate::Store;
use crate::column::Id;
use crate::db::{Db, load};
use crate::error::StoreError;
use crate::page::{Cursor, List};
use crate::row::cents;
use crate::schema::installments;
use crate::scope::Scope;
use crate::store::Answer;

/// The most lines of one read: their receipts are in memory together.
pub const OUTCOME_LINES_MAX: u16 = 1_000;
/// Receipts or installments that one statement asks for.
const ROWS_AT_ONCE_MAX: usize = 1_000;
/// The events that tell of money.
const KINDS: [EventKind; 3] = [EventKind::InstallmentPaid, EventKind::InstallmentReopened, EventKind::ReceiptReceived];

/// Which outcomes; what is none does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutcomeFilter {
    /// Paid at this instant or later.
    pub paid_from: Option<Instant>,
    /// Paid before this instant.
    pub paid_to: Option<Instant>,
    /// Of positions of this service.
    pub service_code: Option<ServiceCode>,
    /// Recorded at this instant or later.
    pub updated_since: Option<Instant>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The event that tells of it; its id is that of the line.
    pub event: Event,
    /// The receipt, without its message; none where the institution told the payment itself.
    pub receipt: Option<Receipt>,
    /// What the installment asks for; none where there is none here.
    pub amount_due: Option<Cents>,
    /// By what the institution finds a payment again that it told itself.
    pub reference: Option<String>,
}

/// A stretch of the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomePage {
    /// The lines.
    pub lines: Vec<Outcome>,
    /// Where they go on; there always is one.
    pub next: Cursor,
    /// Whether more may follow already.
    pub has_more: bool,
}

impl Store {
    /// The outcomes that exist for the scope, from the cursor on, at most [`OUTCOME_LINES_MAX`].
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; `CursorExpired` when what follows it may have gone; else whatever keeps
    /// the database from answering.
    pub fn outcomes<'a>(
        &'a self,
        scope: &'a Scope,
        filter: &'a OutcomeFilter,
        limit: u16,
        cursor: Option<&'a Cursor>,
        now: Instant,
    ) -> Answer<'a, OutcomePage> {
        Box::pin(async move {
            let place = start(cursor, List::Outcomes, now)?;
            let size = usize::from(limit.clamp(1, OUTCOME_LINES_MAX));
            let told = FeedFilter {
                kinds: KINDS.to_vec(),
                service_code: filter.service_code.clone(),
                since: filter.updated_since,
            };
            let (own, filter) = (scope.clone(), filter.clone());
            self.read(scope, move |mut db| {
                Box::pin(async move {
                    let found = stretch(db.reborrow(), own.clone(), told, place, size, now).await?;
                    let next = Cursor::in_feed(List::Outcomes, found.place);
                    let told = found.events.into_iter().map(|one| one.event);
                    let told: Vec<Event> = told.filter(|event| counts(event, &filter)).collect();
                    let lines = lines(db, &own, told).await?;
                    Ok(OutcomePage { lines, next, has_more: found.has_more })
                })
            })
            .await
        })
    }
}

/// Whether an event tells of money that was paid when it is asked for. A receipt that says KO has no instant of payment.
fn counts(event: &Event, filter: &OutcomeFilter) -> bool {
    event.data.paid_at.is_some_and(|paid_at| {
        filter.paid_from.is_none_or(|from| paid_at >= from) && filter.paid_to.is_none_or(|to| paid_at < to)
    })
}

async fn lines(mut db: Db<'_>, scope: &Scope, told: Vec<Event>) -> Result<Vec<Outcome>, StoreError> {
    let receipts: BTreeSet<ReceiptRowId> = told.iter().filter_map(|event| event.data.receipt_id).collect();
    let mut kept: BTreeMap<ReceiptRowId, Receipt> = BTreeMap::new();
    for part in chunks(&receipts) {
        let found = receipt::by_ids(&mut db, scope, part).await?;
        kept.extend(found.into_iter().map(|receipt| (receipt.id, receipt)));
    }
    let asked: BTreeSet<InstallmentId> = told.iter().filter_map(|event| event.data.installment_id).collect();
    let mut due: BTreeMap<InstallmentId, (Cents, Option<String>)> = BTreeMap::new();
    for part in chunks(&asked) {
        due.extend(due_of(&mut db, scope, part).await?);
    }
    let line = |event: Event| {
        let receipt = event.data.receipt_id.and_then(|id| kept.get(&id).cloned());
        let installment = event.data.installment_id.and_then(|id| due.get(&id));
        let outside = event.kind == EventKind::InstallmentPaid && event.data.receipt_id.is_none();
        Outcome {
            receipt,
            amount_due: installment.map(|(amount, _)| *amount),
            reference: installment.filter(|_| outside).and_then(|(_, reference)| reference.clone()),
            event,
        }
    };
    Ok(told.into_iter().map(line).collect())
}

/// Ids in parts that one statement may ask for.
fn chunks<T: Copy>(ids: &BTreeSet<T>) -> Vec<Vec<Id<T>>> {
    let all: Vec<Id<T>> = ids.iter().copied().map(Id).collect();
    all.chunks(ROWS_AT_ONCE_MAX).map(<[_]>::to_vec).collect()
}

type Due = (InstallmentId, (Cents, Option<String>));

async fn due_of(db: &mut Db<'_>, scope: &Scope, ids: Vec<Id<InstallmentId>>) -> Result<Vec<Due>, StoreError> {
    let found: Vec<(Id<InstallmentId>, i64, Option<String>)> = load!(
        db,
        installments::table
            .filter(installments::institution_id.eq(Id(scope.institution())))
            .filter(installments::id.eq_any(ids))
            .select((installments::id, installments::amount, installments::paid_reference))
    )?;
    found
        .into_iter()
        .map(|(id, amount, reference)| Ok((id.0, (cents("installments.amount", amount)?, reference))))
        .collect()
}
