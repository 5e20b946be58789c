// SPDX-License-Identifier: AGPL-3.0-or-later
//! The journal as its institution reads it. A token for some services sees the lines of their notices and no others: a line
//! whose notice belongs to no position here, and the cart of a session that holds another service's item, do not exist for it.

use std::collections::BTreeMap;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use tramite_domain::ids::{JournalId, ReceiptRowId, SessionId};
use tramite_domain::journal::JournalEntry;
use tramite_domain::notice::{Iuv, NoticeNumber};
use tramite_domain::receipt::ReceiptContent;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_domain::time::Instant;

use crate::Store;
use crate::column::{At, Doc, Id};
use crate::db::{Db, load, load_boxed};
use crate::error::StoreError;
use crate::page::{Cursor, LastMoment, List, Page, PageRequest};
use crate::row::event::month_of;
use crate::row::journal::JournalHead;
use crate::schema::{debt_positions, installments, journal, receipts, session_items};
use crate::scope::Scope;
use crate::store::Answer;

/// Which lines; what is none does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JournalFilter {
    /// About this notice.
    pub notice_number: Option<NoticeNumber>,
    /// About this reference.
    pub iuv: Option<Iuv>,
    /// With this token of the Node, which is the id of the receipt.
    pub payment_token: Option<String>,
    /// Of this checkout session.
    pub session_id: Option<SessionId>,
    /// With this outcome; requests have none.
    pub outcome: Option<String>,
    /// Of this operation.
    pub operation: Option<String>,
    /// At this instant or later.
    pub from: Option<Instant>,
    /// Before this instant.
    pub to: Option<Instant>,
    /// In the order of time; else the newest first.
    pub oldest_first: bool,
}

impl Store {
    /// The lines of the journal that a filter names, without their payloads. `creditor` is the institution's own tax code:
    /// notices of others may have the same number, and tell a restricted token nothing.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn journal<'a>(
        &'a self,
        scope: &'a Scope,
        creditor: InstitutionTaxCode,
        filter: &'a JournalFilter,
        page: &'a PageRequest,
    ) -> Answer<'a, Page<JournalEntry>> {
        Box::pin(async move {
            let order = if filter.oldest_first { List::JournalOldest } else { List::Journal };
            let after = Cursor::moment(page.cursor.as_ref(), order)?;
            let (own, filter, rows) = (scope.clone(), filter.clone(), page.rows());
            let found = self.read(scope, move |db| Box::pin(list(db, own, creditor, filter, after, rows))).await?;
            let last = |entry: &JournalEntry| LastMoment { at: entry.at, rank: 0, id: entry.id.uuid() };
            Ok(Page::cut(found, page, |entry| Cursor::after_moment(order, last(entry))))
        })
    }

    /// One line, with its payload.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn journal_entry<'a>(
        &'a self,
        scope: &'a Scope,
        creditor: InstitutionTaxCode,
        id: JournalId,
    ) -> Answer<'a, Option<JournalEntry>> {
        Box::pin(async move {
            let own = scope.clone();
            self.read(scope, move |db| Box::pin(one(db, own, creditor, id))).await
        })
    }

    /// The channels of the payments that those tokens of the Node name, as their receipts tell them.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn channels<'a>(&'a self, scope: &'a Scope, tokens: Vec<String>) -> Answer<'a, BTreeMap<String, String>> {
        Box::pin(async move {
            if tokens.is_empty() {
                return Ok(BTreeMap::new());
            }
            let own = scope.clone();
            self.read(scope, move |db| Box::pin(channels(db, own, tokens))).await
        })
    }
}

/// Leaves the lines that exist for the scope. An installment is found by the reference of the line, which is what its notice tells:
/// a line with another one is about no notice of ours.
macro_rules! visible {
    ($query:ident, $scope:ident, $creditor:ident) => {
        match $scope.service_codes() {
            None => $query,
            Some(codes) => {
                let of_services = installments::table
                    .inner_join(
                        debt_positions::table.on(debt_positions::institution_id
                            .eq(installments::institution_id)
                            .and(debt_positions::id.eq(installments::debt_position_id))),
                    )
                    .filter(installments::institution_id.eq(Id($scope.institution())))
                    .filter(installments::iuv.nullable().eq(journal::iuv))
                    .filter(installments::notice_number.eq(journal::notice_number))
                    .filter(debt_positions::service_code.eq_any(codes.clone()))
                    .select(installments::id);
                let of_others = session_items::table
                    .filter(session_items::institution_id.eq(Id($scope.institution())))
                    .filter(session_items::session_id.nullable().eq(journal::session_id))
                    .filter(session_items::installment_id.is_not_null())
                    .filter(
                        session_items::service_code
                            .is_null()
                            .or(session_items::service_code.ne_all(codes).assume_not_null()),
                    )
                    .select(session_items::place);
                $query
                    .filter(journal::creditor_tax_code.eq($creditor.as_str().to_owned()))
                    .filter(exists(of_services))
                    .filter(not(exists(of_others)))
            }
        }
    };
}

/// What holds for a line whose reference its notice does not tell: one without a notice, of another aux digit than 3, or
/// with a reference of its own. The words of the index of such lines, so that both databases know that it serves.
const APART: &str = "(notice_number IS NULL OR notice_number <> '3' || iuv)";

/// How lines are found that have no entry under what is asked for, because they are found by what they tell beside it.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// By what the filter says.
    Plain,
    /// Under the notice that tells the reference.
    ByNotice,
    /// Under their reference, which no notice tells.
    ReferenceApart,
    /// Under a receipt that was kept with them.
    ByReceipt(Id<ReceiptRowId>),
    /// Under their token, of which no receipt was kept with them.
    TokenApart,
}

async fn list(
    mut db: Db<'_>,
    scope: Scope,
    creditor: InstitutionTaxCode,
    filter: JournalFilter,
    after: Option<LastMoment>,
    rows: i64,
) -> Result<Vec<JournalEntry>, StoreError> {
    let ways = ways(&mut db, &scope, &filter).await?;
    let mut entries: Vec<JournalEntry> = Vec::new();
    for way in ways.iter().copied() {
        for head in heads(db.reborrow(), &scope, creditor, &filter, (way, after, rows)).await? {
            entries.push(head.into_entry(Vec::new())?);
        }
    }
    if ways.len() > 1 {
        entries.sort_by_key(|entry| (entry.at, entry.id));
        if !filter.oldest_first {
            entries.reverse();
        }
        entries.truncate(usize::try_from(rows).unwrap_or(usize::MAX));
    }
    Ok(entries)
}

/// The ways that find all lines of a filter, each line once.
async fn ways(db: &mut Db<'_>, scope: &Scope, filter: &JournalFilter) -> Result<Vec<Way>, StoreError> {
    let Some(token) = &filter.payment_token else {
        return Ok(if filter.iuv.is_some() { vec![Way::ByNotice, Way::ReferenceApart] } else { vec![Way::Plain] });
    };
    let kept: Vec<Id<ReceiptRowId>> = load!(
        db,
        receipts::table
            .filter(receipts::institution_id.eq(Id(scope.institution())))
            .filter(receipts::receipt_id.eq(token))
            .select(receipts::id)
    )?;
    // One after the other: of several at once SQLite would look for in the order of all lines.
    Ok(kept.into_iter().map(Way::ByReceipt).chain([Way::TokenApart]).collect())
}

/// The notice that tells a reference, as our own do.
fn under_three(iuv: &Iuv) -> String {
    format!("3{iuv}")
}

async fn heads(
    mut db: Db<'_>,
    scope: &Scope,
    creditor: InstitutionTaxCode,
    filter: &JournalFilter,
    (way, after, rows): (Way, Option<LastMoment>, i64),
) -> Result<Vec<JournalHead>, StoreError> {
    Ok(load_boxed!(&mut db, DB => {
        use journal::dsl;
        let mut query = dsl::journal
            .filter(dsl::institution_id.eq(Id(scope.institution())))
            .limit(rows)
            .select(JournalHead::as_select())
            .into_boxed::<DB>();
        if let Some(number) = &filter.notice_number {
            query = query.filter(dsl::notice_number.eq(number.as_str()));
        }
        if let Some(iuv) = &filter.iuv {
            query = query.filter(dsl::iuv.eq(iuv.as_str()));
        }
        if let Some(token) = &filter.payment_token {
            query = query.filter(dsl::payment_token.eq(token));
        }
        query = match way {
            Way::Plain => query,
            Way::ByNotice => query.filter(dsl::notice_number.eq(filter.iuv.as_ref().map(under_three))),
            Way::ReferenceApart => query.filter(diesel::dsl::sql::<diesel::sql_types::Bool>(APART)),
            Way::ByReceipt(kept) => query.filter(dsl::receipt_row_id.eq(Some(kept))),
            Way::TokenApart => query.filter(dsl::receipt_row_id.is_null()),
        };
        if let Some(session) = filter.session_id {
            query = query.filter(dsl::session_id.eq(Some(Id(session.uuid()))));
        }
        if let Some(outcome) = &filter.outcome {
            query = query.filter(dsl::outcome.eq(outcome));
            if outcome != "OK" {
                // The words of the index of refusals, so that both databases know that it serves.
                query = query.filter(diesel::dsl::sql::<diesel::sql_types::Bool>("outcome <> 'OK'"));
            }
        }
        if let Some(operation) = &filter.operation {
            query = query.filter(dsl::operation.eq(operation));
        }
        if let Some(from) = filter.from {
            // The month as well, for the partitions before it are not even opened then.
            query = query.filter(dsl::at.ge(At(from))).filter(dsl::month.ge(month_of(from)));
        }
        if let Some(to) = filter.to {
            query = query.filter(dsl::at.lt(At(to))).filter(dsl::month.le(month_of(to)));
        }
        let query = visible!(query, scope, creditor);
        match (filter.oldest_first, after) {
            (true, None) => query.order((dsl::at.asc(), dsl::id.asc())),
            (false, None) => query.order((dsl::at.desc(), dsl::id.desc())),
            (true, Some(last)) => query
                .filter(dsl::at.ge(At(last.at)).and(dsl::at.gt(At(last.at)).or(dsl::id.gt(Id(JournalId::new(last.id))))))
                .order((dsl::at.asc(), dsl::id.asc())),
            (false, Some(last)) => query
                .filter(dsl::at.le(At(last.at)).and(dsl::at.lt(At(last.at)).or(dsl::id.lt(Id(JournalId::new(last.id))))))
                .order((dsl::at.desc(), dsl::id.desc())),
        }
    })?)
}

async fn one(
    mut db: Db<'_>,
    scope: Scope,
    creditor: InstitutionTaxCode,
    id: JournalId,
) -> Result<Option<JournalEntry>, StoreError> {
    let mut found: Vec<(JournalHead, Vec<u8>)> = load_boxed!(&mut db, DB => {
        let query = journal::table
            .filter(journal::institution_id.eq(Id(scope.institution())))
            .filter(journal::id.eq(Id(id)))
            .select((JournalHead::as_select(), journal::payload))
            .into_boxed::<DB>();
        visible!(query, scope, creditor)
    })?;
    found.pop().map(|(head, payload)| head.into_entry(payload)).transpose()
}

async fn channels(mut db: Db<'_>, scope: Scope, tokens: Vec<String>) -> Result<BTreeMap<String, String>, StoreError> {
    let found: Vec<(String, Doc<ReceiptContent>)> = load!(
        &mut db,
        receipts::table
            .filter(receipts::institution_id.eq(Id(scope.institution())))
            .filter(receipts::receipt_id.eq_any(&tokens))
            .select((receipts::receipt_id, receipts::content))
    )?;
    Ok(found.into_iter().map(|(token, content)| (token, content.0.psp.channel_id)).collect())
}
