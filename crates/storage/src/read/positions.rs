// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lists of debt positions. The state is asked of the same facts, by the same ordered rules, as the pure function asks.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use tramite_domain::debt_position::{DebtPosition, PositionStatus};
use tramite_domain::ident::{ExternalId, ServiceCode};
use tramite_domain::ids::{DebtPositionId, InstitutionId};
use tramite_domain::notice::{Iuv, NoticeNumber};
use tramite_domain::personal::Personal;
use tramite_domain::tax_code::SubjectTaxCode;
use tramite_domain::time::Instant;

use super::notice::of_notice;
use super::order::{After, Order, in_order};
use super::position::assemble;
use crate::Store;
use crate::column::{At, Id};
use crate::db::{Db, load, load_boxed};
use crate::error::StoreError;
use crate::page::{List, Page, PageRequest};
use crate::row::position::PositionHead;
use crate::schema::{asked_installments, debt_positions, installments};
use crate::scope::Scope;
use crate::store::Answer;

/// Installments on a page of positions, all told. A page that reaches it ends there, and its cursor goes on.
const PAGE_INSTALLMENTS_MAX: i64 = 5_000;

/// Which positions; what is none does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PositionFilter {
    /// Under this key, in whatever service.
    pub external_id: Option<ExternalId>,
    /// With an installment of this notice number.
    pub notice_number: Option<NoticeNumber>,
    /// With an installment of this reference.
    pub iuv: Option<Iuv>,
    /// Of this service.
    pub service_code: Option<ServiceCode>,
    /// In this state now.
    pub status: Option<PositionStatus>,
    /// With an installment due on this day or later.
    pub due_date_from: Option<NaiveDate>,
    /// With an installment due on this day or earlier.
    pub due_date_to: Option<NaiveDate>,
    /// Of this debtor.
    pub debtor_tax_code: Option<Personal<SubjectTaxCode>>,
    /// Changed at this instant or later; the list is then in the order of changes.
    pub updated_since: Option<Instant>,
}

impl Store {
    /// The positions that a filter names, newest first; with `updated_since` in the order of their changes.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn positions<'a>(
        &'a self,
        scope: &'a Scope,
        filter: &'a PositionFilter,
        page: &'a PageRequest,
        now: Instant,
    ) -> Answer<'a, Page<DebtPosition>> {
        Box::pin(async move {
            let lists = (List::Positions, List::PositionsChanged);
            let (order, after) = Order::new(filter.updated_since, lists, page.cursor.as_ref(), now)?;
            let (own, filter, rows) = (scope.clone(), filter.clone(), page.rows());
            let found = self.read(scope, move |db| Box::pin(list(db, own, filter, order, after, rows, now))).await?;
            let cursor = |position: &DebtPosition| order.cursor(position.updated_at, position.id.uuid());
            let mut cut = Page::cut(found.positions, page, cursor);
            if found.ended_early && cut.next.is_none() {
                cut.next = cut.items.last().map(cursor);
            }
            let last = cut.items.last().map(|position| position.updated_at);
            Ok(if order.since.is_some() { cut.complete(order.window, last) } else { cut })
        })
    }

    /// The ids of the positions that a filter names, newest first, so many at most. What it says of changes does not matter.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn position_ids<'a>(
        &'a self,
        scope: &'a Scope,
        filter: &'a PositionFilter,
        limit: usize,
        now: Instant,
    ) -> Answer<'a, Vec<DebtPositionId>> {
        Box::pin(async move {
            let filter = PositionFilter { updated_since: None, ..filter.clone() };
            let (order, mut after) = Order::new(None, (List::Positions, List::PositionsChanged), None, now)?;
            let mut found: Vec<DebtPositionId> = Vec::new();
            while found.len() < limit {
                let (own, filter) = (scope.clone(), filter.clone());
                let some = self
                    .read(scope, move |db| Box::pin(heads(db, own, filter, order, after, IDS_AT_ONCE, now)))
                    .await?;
                let Some(last) = some.last() else { break };
                after.id = Some(last.row.id.0.uuid());
                found.extend(some.iter().map(|head| head.row.id.0));
            }
            found.truncate(limit);
            Ok(found)
        })
    }
}

/// How many of a page's heads are read at a time where their ids alone are wanted.
const IDS_AT_ONCE: i64 = 1_000;

/// The positions of a page, and whether their installments ended it.
struct Found {
    positions: Vec<DebtPosition>,
    ended_early: bool,
}

/// The ordered rules of `StatusFacts::at`, asked of the columns. What is true or false stands in the text and not among
/// the values: the indexes of rare states are found by it.
macro_rules! in_status {
    ($query:ident, $status:ident, $now:ident) => {{
        use debt_positions::dsl::{cancelled, ends_at, published, settled, valid_from};
        use diesel::dsl::not;
        let begun = || valid_from.is_null().or(valid_from.le(At($now)).assume_not_null());
        let running = || ends_at.is_null().or(ends_at.gt(At($now)).assume_not_null());
        match $status {
            PositionStatus::Paid | PositionStatus::Reported | PositionStatus::PartiallyPaid => {
                $query.filter(settled.eq($status.name()))
            }
            PositionStatus::Cancelled => $query.filter(settled.is_null()).filter(cancelled),
            PositionStatus::Draft => $query.filter(settled.is_null()).filter(not(cancelled)).filter(not(published)),
            live => {
                let query = $query.filter(settled.is_null()).filter(not(cancelled)).filter(published);
                match live {
                    PositionStatus::Scheduled => query.filter(valid_from.gt(At($now))),
                    PositionStatus::Expired => query.filter(begun()).filter(ends_at.le(At($now))),
                    _ => query.filter(begun()).filter(running()),
                }
            }
        }
    }};
}

async fn heads(
    mut db: Db<'_>,
    scope: Scope,
    filter: PositionFilter,
    order: Order,
    after: After,
    rows: i64,
    now: Instant,
) -> Result<Vec<PositionHead>, StoreError> {
    let institution = Id(scope.institution());
    let heads = load_boxed!(&mut db, DB => {
        use debt_positions::dsl;
        let mut query = dsl::debt_positions
            .filter(dsl::institution_id.eq(institution))
            .filter(dsl::erased_at.is_null())
            .limit(rows)
            .select(PositionHead::as_select())
            .into_boxed::<DB>();
        if let Some(codes) = scope.service_codes() {
            query = query.filter(dsl::service_code.eq_any(codes));
        }
        if let Some(code) = &filter.service_code {
            query = query.filter(dsl::service_code.eq(code.as_str()));
        }
        if let Some(external_id) = &filter.external_id {
            query = query.filter(dsl::external_id.eq(external_id.as_str()));
        }
        if let Some(code) = &filter.debtor_tax_code {
            query = query.filter(dsl::debtor_tax_code.eq(code.expose().as_str()));
        }
        if let Some(number) = &filter.notice_number {
            let holder = of_notice(scope.institution(), *number)
                .select(asked_installments.field(installments::debt_position_id));
            query = query.filter(dsl::id.nullable().eq(holder.single_value()));
        }
        if let Some(iuv) = &filter.iuv {
            let holder = installments::table
                .filter(installments::institution_id.eq(institution))
                .filter(installments::iuv.eq(iuv.as_str()))
                .select(installments::debt_position_id);
            query = query.filter(dsl::id.nullable().eq(holder.single_value()));
        }
        if filter.due_date_from.is_some() || filter.due_date_to.is_some() {
            let mut below = installments::table
                .filter(installments::institution_id.eq(institution))
                .select(installments::debt_position_id)
                .into_boxed::<DB>();
            if let Some(from) = filter.due_date_from {
                below = below.filter(installments::due_date.ge(from));
            }
            if let Some(to) = filter.due_date_to {
                below = below.filter(installments::due_date.le(to));
            }
            // What is not on this page is not looked for: a page deep in the list would otherwise pass all that came before.
            if let Some(last) = after.id {
                below = below.filter(installments::debt_position_id.lt(Id(last)));
            }
            query = query.filter(dsl::id.eq_any(below));
        }
        if let Some(status) = filter.status {
            query = in_status!(query, status, now);
        }
        in_order!(query, debt_positions, order, after)
    })?;
    Ok(heads)
}

async fn list(
    mut db: Db<'_>,
    scope: Scope,
    filter: PositionFilter,
    order: Order,
    after: After,
    rows: i64,
    now: Instant,
) -> Result<Found, StoreError> {
    let mut heads = heads(db.reborrow(), scope.clone(), filter, order, after, rows, now).await?;
    let room = room(&mut db, scope.institution(), &heads).await?;
    let ended_early = room < heads.len();
    heads.truncate(room);
    Ok(Found { positions: assemble(&mut db, scope.institution(), heads).await?, ended_early })
}

/// How many of the positions find room on one page: at least the first.
async fn room(db: &mut Db<'_>, institution: InstitutionId, heads: &[PositionHead]) -> Result<usize, StoreError> {
    if heads.len() <= 1 {
        return Ok(heads.len());
    }
    let ids: Vec<Id<DebtPositionId>> = heads.iter().map(|head| head.row.id).collect();
    let counted: Vec<(Id<DebtPositionId>, i64)> = load!(
        db,
        installments::table
            .filter(installments::institution_id.eq(Id(institution)))
            .filter(installments::debt_position_id.eq_any(&ids))
            .group_by(installments::debt_position_id)
            .select((installments::debt_position_id, diesel::dsl::count_star()))
    )?;
    let counted: HashMap<Id<DebtPositionId>, i64> = counted.into_iter().collect();
    let mut total = 0_i64;
    let fits = heads.iter().take_while(|head| {
        total = total.saturating_add(counted.get(&head.row.id).copied().unwrap_or_default());
        total <= PAGE_INSTALLMENTS_MAX
    });
    Ok(fits.count().max(1))
}
