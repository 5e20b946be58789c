// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts: one with its message, or a list without messages.

use diesel::prelude::*;
use tramite_domain::anomaly::Anomaly;
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::{InstitutionId, ReceiptRowId};
use tramite_domain::notice::NoticeNumber;
use tramite_domain::personal::Personal;
use tramite_domain::receipt::{Receipt, ReceiptOutcome};
use tramite_domain::tax_code::SubjectTaxCode;
use tramite_domain::time::Instant;

use super::grouped;
use super::order::{After, Order, in_order};
use crate::Store;
use crate::column::{At, Id};
use crate::db::{Db, load, load_boxed, load_together};
use crate::error::StoreError;
use crate::page::{List, Page, PageRequest};
use crate::row::anomaly::AnomalyRow;
use crate::row::receipt::{ReceiptRow, ReceiptTransferRow};
use crate::row::receipt_key::ReceiptKeyKind;
use crate::schema::{receipt_anomalies, receipt_keys, receipt_transfers, receipt_variants, receipts};
use crate::scope::Scope;
use crate::store::Answer;

/// Which receipts; what is none does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceiptFilter {
    /// Paid at this instant or later.
    pub paid_from: Option<Instant>,
    /// Paid before this instant.
    pub paid_to: Option<Instant>,
    /// Of positions of this service.
    pub service_code: Option<ServiceCode>,
    /// Received or flagged at this instant or later; the list is then in the order of changes.
    pub updated_since: Option<Instant>,
    /// Of which this is strange.
    pub anomaly: Option<Anomaly>,
    /// Whether it, or anything where none is named, was dealt with, or still waits for somebody.
    pub resolved: Option<bool>,
    /// Of this debtor or payer.
    pub person_tax_code: Option<Personal<SubjectTaxCode>>,
    /// Of this creditor reference.
    pub iuv: Option<String>,
    /// Of this notice.
    pub notice_number: Option<NoticeNumber>,
    /// With this id of the Node.
    pub receipt_id: Option<String>,
}

impl Store {
    /// The receipt of that id of ours, with its message.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn receipt<'a>(&'a self, scope: &'a Scope, id: ReceiptRowId) -> Answer<'a, Option<Receipt>> {
        Box::pin(async move {
            let own = scope.clone();
            self.read(scope, move |db| Box::pin(by_id(db, own, id))).await
        })
    }

    /// The receipt under the Node's key (rules.md 26), with its message.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn receipt_by_key<'a>(
        &'a self,
        scope: &'a Scope,
        receipt_id: &'a str,
        outcome: ReceiptOutcome,
    ) -> Answer<'a, Option<Receipt>> {
        Box::pin(async move {
            let (own, receipt_id) = (scope.clone(), receipt_id.to_owned());
            self.read(scope, move |db| Box::pin(by_key(db, own, receipt_id, outcome))).await
        })
    }

    /// Whether other bytes of that digest are kept under the key of a receipt (rules.md 26).
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn keeps_variant<'a>(&'a self, scope: &'a Scope, receipt: ReceiptRowId, sha256: [u8; 32]) -> Answer<'a, bool> {
        Box::pin(async move {
            let institution = scope.institution();
            self.read(scope, move |db| Box::pin(has_variant(db, institution, receipt, sha256))).await
        })
    }

    /// The receipts of those ids that exist for this scope, in no order. The bytes of their messages are left empty.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn receipts_by_ids<'a>(&'a self, scope: &'a Scope, ids: Vec<ReceiptRowId>) -> Answer<'a, Vec<Receipt>> {
        Box::pin(async move {
            let (own, ids) = (scope.clone(), ids.into_iter().map(Id).collect());
            self.read(scope, move |db| Box::pin(async move { by_ids(&mut { db }, &own, ids).await })).await
        })
    }

    /// The receipts that a filter names, newest first; with `updated_since` in the order of their changes. The bytes of
    /// their messages are left empty.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn receipts<'a>(
        &'a self,
        scope: &'a Scope,
        filter: &'a ReceiptFilter,
        page: &'a PageRequest,
        now: Instant,
    ) -> Answer<'a, Page<Receipt>> {
        Box::pin(async move {
            let lists = (List::Receipts, List::ReceiptsChanged);
            let (order, after) = Order::new(filter.updated_since, lists, page.cursor.as_ref(), now)?;
            let (own, filter, rows) = (scope.clone(), filter.clone(), page.rows());
            let found = self.read(scope, move |db| Box::pin(list(db, own, filter, order, after, rows))).await?;
            let cut = Page::cut(found, page, |(updated_at, receipt)| order.cursor(*updated_at, receipt.id.uuid()));
            let last = cut.items.last().map(|(updated_at, _)| *updated_at);
            let cut = if order.since.is_some() { cut.complete(order.window, last) } else { cut };
            cut.try_map(|(_, receipt)| Ok(receipt))
        })
    }
}

type Whole = (ReceiptRow, Vec<u8>);

async fn by_id(mut db: Db<'_>, scope: Scope, id: ReceiptRowId) -> Result<Option<Receipt>, StoreError> {
    let institution = scope.institution();
    let (heads, shares, resolved): (Vec<Whole>, Vec<ReceiptTransferRow>, Vec<AnomalyRow>) = load_together!(
        &mut db,
        receipts::table
            .filter(receipts::institution_id.eq(Id(institution)))
            .filter(receipts::id.eq(Id(id)))
            .select((ReceiptRow::as_select(), receipts::message)),
        receipt_transfers::table
            .filter(receipt_transfers::institution_id.eq(Id(institution)))
            .filter(receipt_transfers::receipt_row_id.eq(Id(id)))
            .order(receipt_transfers::place)
            .select(ReceiptTransferRow::as_select()),
        receipt_anomalies::table
            .filter(receipt_anomalies::institution_id.eq(Id(institution)))
            .filter(receipt_anomalies::receipt_row_id.eq(Id(id)))
            .filter(receipt_anomalies::resolved_at.is_not_null())
            .select(AnomalyRow::as_select()),
    )?;
    let found = joined(heads, shares, resolved)?.pop();
    Ok(visible(&scope, found))
}

/// Most receipts that are asked for by their key have not come yet, so that their transfers are asked for only then.
pub(super) async fn by_key(
    mut db: Db<'_>,
    scope: Scope,
    receipt_id: String,
    outcome: ReceiptOutcome,
) -> Result<Option<Receipt>, StoreError> {
    let institution = scope.institution();
    let heads: Vec<Whole> = load!(
        &mut db,
        receipts::table
            .filter(receipts::institution_id.eq(Id(institution)))
            .filter(receipts::receipt_id.eq(&receipt_id))
            .filter(receipts::outcome.eq(outcome.name()))
            .select((ReceiptRow::as_select(), receipts::message))
    )?;
    let found = assemble(&mut db, institution, heads).await?.pop();
    Ok(visible(&scope, found))
}

async fn has_variant(
    mut db: Db<'_>,
    institution: InstitutionId,
    receipt: ReceiptRowId,
    sha256: [u8; 32],
) -> Result<bool, StoreError> {
    let found: Vec<Id<ReceiptRowId>> = load!(
        &mut db,
        receipt_variants::table
            .filter(receipt_variants::institution_id.eq(Id(institution)))
            .filter(receipt_variants::receipt_row_id.eq(Id(receipt)))
            .filter(receipt_variants::message_sha256.eq(sha256.as_slice()))
            .select(receipt_variants::receipt_row_id)
    )?;
    Ok(!found.is_empty())
}

/// The receipts of those ids that exist for the scope, without the bytes of their messages.
pub(super) async fn by_ids(
    db: &mut Db<'_>,
    scope: &Scope,
    ids: Vec<Id<ReceiptRowId>>,
) -> Result<Vec<Receipt>, StoreError> {
    let heads: Vec<ReceiptRow> = load!(
        db,
        receipts::table
            .filter(receipts::institution_id.eq(Id(scope.institution())))
            .filter(receipts::id.eq_any(ids))
            .select(ReceiptRow::as_select())
    )?;
    let whole = heads.into_iter().map(|head| (head, Vec::new())).collect();
    let found = assemble(db, scope.institution(), whole).await?;
    Ok(found.into_iter().filter_map(|receipt| visible(scope, Some(receipt))).collect())
}

async fn list(
    mut db: Db<'_>,
    scope: Scope,
    filter: ReceiptFilter,
    order: Order,
    after: After,
    rows: i64,
) -> Result<Vec<(Instant, Receipt)>, StoreError> {
    let heads: Vec<ReceiptRow> = load_boxed!(&mut db, DB => {
        use receipts::dsl;
        let mut query = dsl::receipts
            .filter(dsl::institution_id.eq(Id(scope.institution())))
            .limit(rows)
            .select(ReceiptRow::as_select())
            .into_boxed::<DB>();
        if let Some(codes) = scope.service_codes() {
            query = query.filter(dsl::service_code.eq_any(codes));
        }
        if let Some(code) = &filter.service_code {
            query = query.filter(dsl::service_code.eq(code.as_str()));
        }
        if filter.anomaly.is_some() || filter.resolved.is_some() {
            let mut strange = receipt_anomalies::table
                .filter(receipt_anomalies::institution_id.eq(Id(scope.institution())))
                .select(receipt_anomalies::receipt_row_id)
                .into_boxed::<DB>();
            if let Some(anomaly) = filter.anomaly {
                strange = strange.filter(receipt_anomalies::anomaly.eq(anomaly.name()));
            }
            strange = match filter.resolved {
                Some(true) => strange.filter(receipt_anomalies::resolved_at.is_not_null()),
                Some(false) => strange.filter(receipt_anomalies::resolved_at.is_null()),
                None => strange,
            };
            query = query.filter(dsl::id.eq_any(strange));
        }
        for (kind, value) in keys(&filter) {
            let named = receipt_keys::table
                .filter(receipt_keys::institution_id.eq(Id(scope.institution())))
                .filter(receipt_keys::kind.eq(kind.name()))
                .filter(receipt_keys::value.eq(value))
                .select(receipt_keys::receipt_row_id);
            query = query.filter(dsl::id.eq_any(named));
        }
        if let Some(number) = &filter.notice_number {
            query = query.filter(dsl::notice_number.eq(number.as_str()));
        }
        if let Some(receipt_id) = &filter.receipt_id {
            query = query.filter(dsl::receipt_id.eq(receipt_id.as_str()));
        }
        if let Some(from) = filter.paid_from {
            query = query.filter(dsl::paid_at.ge(At(from)));
        }
        if let Some(to) = filter.paid_to {
            query = query.filter(dsl::paid_at.lt(At(to)));
        }
        in_order!(query, receipts, order, after)
    })?;
    let updated: Vec<Instant> = heads.iter().map(|head| head.updated_at.0).collect();
    let whole = heads.into_iter().map(|head| (head, Vec::new())).collect();
    let receipts = assemble(&mut db, scope.institution(), whole).await?;
    Ok(updated.into_iter().zip(receipts).collect())
}

/// The keys that a filter names. A notice is found by the reference that it implies.
fn keys(filter: &ReceiptFilter) -> Vec<(ReceiptKeyKind, String)> {
    let person = filter.person_tax_code.as_ref().map(|code| code.expose().as_str().to_uppercase());
    let implied = filter.notice_number.as_ref().map(|number| number.iuv().to_string());
    let person = person.map(|code| (ReceiptKeyKind::Person, code));
    let references = filter.iuv.clone().into_iter().chain(implied).map(|iuv| (ReceiptKeyKind::Iuv, iuv));
    person.into_iter().chain(references).collect()
}

/// The receipt, where it exists for the scope: one of another service does not.
fn visible(scope: &Scope, found: Option<Receipt>) -> Option<Receipt> {
    found.filter(|receipt| {
        let service = receipt.position.as_ref().and_then(|subject| subject.service_code.as_ref());
        scope.sees_service(service)
    })
}

/// Reads what stands below the receipts, in two statements however many they are.
async fn assemble(db: &mut Db<'_>, institution: InstitutionId, heads: Vec<Whole>) -> Result<Vec<Receipt>, StoreError> {
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Id<ReceiptRowId>> = heads.iter().map(|(head, _)| head.id).collect();
    let (shares, resolved): (Vec<ReceiptTransferRow>, Vec<AnomalyRow>) = load_together!(
        db,
        receipt_transfers::table
            .filter(receipt_transfers::institution_id.eq(Id(institution)))
            .filter(receipt_transfers::receipt_row_id.eq_any(&ids))
            .order(receipt_transfers::place)
            .select(ReceiptTransferRow::as_select()),
        receipt_anomalies::table
            .filter(receipt_anomalies::institution_id.eq(Id(institution)))
            .filter(receipt_anomalies::receipt_row_id.eq_any(&ids))
            .filter(receipt_anomalies::resolved_at.is_not_null())
            .select(AnomalyRow::as_select()),
    )?;
    joined(heads, shares, resolved)
}

/// Receipts with their transfers, and with what somebody has dealt with.
fn joined(
    heads: Vec<Whole>,
    transfers: Vec<ReceiptTransferRow>,
    resolved: Vec<AnomalyRow>,
) -> Result<Vec<Receipt>, StoreError> {
    let mut shares = grouped(transfers, |row| row.receipt_row_id, ReceiptTransferRow::into_share)?;
    let mut resolutions = grouped(resolved, |row| row.receipt_row_id, AnomalyRow::into_resolution)?;
    heads
        .into_iter()
        .map(|(head, message)| {
            let own = shares.remove(&head.id).unwrap_or_default();
            let resolved = resolutions.remove(&head.id).unwrap_or_default().into_iter().flatten().collect();
            head.into_receipt(own, resolved, message)
        })
        .collect()
}
