// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writing debt positions.

use diesel::prelude::*;
use diesel::upsert::excluded;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::{DebtPositionId, InstallmentId, InstitutionId, SessionId};
use tramite_domain::time::Instant;

use super::emptied::{self, ERASED_TEXT, Emptied};
use super::{insert_rows, touched};
use crate::column::{At, Doc, Id};
use crate::db::{Db, execute, execute_each, first, together};
use crate::error::StoreError;
use crate::row::installment::{Children, InstallmentPayment, InstallmentRow, OptionRow, TransferRow};
use crate::row::installment_key::InstallmentKeyRow;
use crate::row::position::{PositionRow, PositionState};
use crate::row::read_some;
use crate::schema::{debt_positions, installment_keys, installments, payment_options, transfers};
use crate::scope::Scope;
use crate::statement;

/// What options are known by. The position is among it, so that the condition of their upsert always holds: an id is of one position.
const OPTION_KEY: &str = "institution_id, debt_position_id, id";
/// What installments are known by.
const INSTALLMENT_KEY: &str = "institution_id, id";

pub(super) async fn insert(
    db: &mut Db<'_>,
    institution: InstitutionId,
    position: &DebtPosition,
) -> Result<(), StoreError> {
    let head = PositionRow::of(institution, position);
    let Children { options, installments, transfers } = Children::of(institution, position)?;
    let keys = InstallmentKeyRow::of(institution, position);
    let (_, (), (), (), ()) = together!(
        db,
        |mut db| async move {
            execute!(&mut db, diesel::insert_into(debt_positions::table).values(&head)).map_err(StoreError::from)
        },
        |mut db| async move { insert_rows!(&mut db, installment_keys::table, keys) },
        |mut db| async move { insert_rows!(&mut db, payment_options::table, options) },
        |mut db| async move { insert_rows!(&mut db, installments::table, installments) },
        |mut db| async move { insert_rows!(&mut db, transfers::table, transfers) },
    )?;
    Ok(())
}

/// The whole position as it is now: the head is written anew, options and installments are changed or added and never
/// removed, transfers are replaced.
pub(super) async fn update(
    db: &mut Db<'_>,
    institution: InstitutionId,
    position: &DebtPosition,
    expected: i64,
) -> Result<(), StoreError> {
    let Children { options, installments, transfers } = Children::of(institution, position)?;
    let ((), (), (), (), ()) = together!(
        db,
        |mut db| async move { head(&mut db, institution, position, expected).await },
        |db| replace_keys(db, institution, position),
        |db| put_options(db, &options),
        |db| put_installments(db, &installments),
        |db| replace_transfers(db, institution, position.id, &transfers),
    )?;
    Ok(())
}

/// What its installments are found by, as it is now.
async fn replace_keys(mut db: Db<'_>, institution: InstitutionId, position: &DebtPosition) -> Result<(), StoreError> {
    forget_keys(&mut db, institution, position.id).await?;
    insert_rows!(&mut db, installment_keys::table, InstallmentKeyRow::of(institution, position))
}

/// Nothing finds its installments any more.
pub(super) async fn forget_keys(
    db: &mut Db<'_>,
    institution: InstitutionId,
    position: DebtPositionId,
) -> Result<(), StoreError> {
    let old = installment_keys::table
        .filter(installment_keys::institution_id.eq(Id(institution)))
        .filter(installment_keys::debt_position_id.eq(Id(position)));
    execute!(db, diesel::delete(old))?;
    Ok(())
}

async fn put_options(mut db: Db<'_>, rows: &[OptionRow]) -> Result<(), StoreError> {
    let each: Vec<usize> = execute_each!(&mut db, rows, row => statement::upsert(
        diesel::insert_into(payment_options::table).values(row),
        OPTION_KEY,
        (
            payment_options::place.eq(excluded(payment_options::place)),
            payment_options::kind.eq(excluded(payment_options::kind)),
            payment_options::available_until.eq(excluded(payment_options::available_until)),
            payment_options::available_days.eq(excluded(payment_options::available_days)),
            payment_options::notified_on.eq(excluded(payment_options::notified_on)),
        ),
        payment_options::debt_position_id.eq(excluded(payment_options::debt_position_id)),
    ))?;
    each.into_iter().try_for_each(touched)
}

async fn put_installments(mut db: Db<'_>, rows: &[InstallmentRow]) -> Result<(), StoreError> {
    let each: Vec<usize> = execute_each!(&mut db, rows, row => statement::upsert(
        diesel::insert_into(installments::table).values(row),
        INSTALLMENT_KEY,
        row,
        installments::debt_position_id.eq(excluded(installments::debt_position_id)),
    ))?;
    each.into_iter().try_for_each(touched)
}

async fn replace_transfers(
    db: Db<'_>,
    institution: InstitutionId,
    position: DebtPositionId,
    rows: &[TransferRow],
) -> Result<(), StoreError> {
    let old = transfers::table
        .filter(transfers::institution_id.eq(Id(institution)))
        .filter(transfers::debt_position_id.eq(Id(position)));
    let (_, ()) = together!(
        db,
        |mut db| async move { execute!(&mut db, diesel::delete(old)).map_err(StoreError::from) },
        |mut db| async move { insert_rows!(&mut db, transfers::table, rows) },
    )?;
    Ok(())
}

/// The state of the position and the payment of one installment: what a receipt changes, and no more.
pub(super) async fn settle(
    db: &mut Db<'_>,
    institution: InstitutionId,
    position: &DebtPosition,
    expected: i64,
    installment: InstallmentId,
) -> Result<(), StoreError> {
    let found = position.installment(installment);
    let (_, one) = found.ok_or_else(|| StoreError::failed("the installment to settle is not of this position"))?;
    let payment = InstallmentPayment::of(one);
    let own = installments::institution_id
        .eq(Id(institution))
        .and(installments::id.eq(Id(installment)))
        .and(installments::debt_position_id.eq(Id(position.id)));
    let ((), ()) = together!(
        db,
        |mut db| async move { state(&mut db, institution, position, expected).await },
        |mut db| async move { touched(execute!(&mut db, statement::update(installments::table, own, payment))?) },
    )?;
    Ok(())
}

/// The state of the position alone.
pub(super) async fn state(
    db: &mut Db<'_>,
    institution: InstitutionId,
    position: &DebtPosition,
    expected: i64,
) -> Result<(), StoreError> {
    let (old, state) = (at_version(institution, position.id, expected), PositionState::of(position));
    touched(execute!(db, statement::update(debt_positions::table, old, state))?)
}

/// The whole head.
async fn head(
    db: &mut Db<'_>,
    institution: InstitutionId,
    position: &DebtPosition,
    expected: i64,
) -> Result<(), StoreError> {
    let (old, row) = (at_version(institution, position.id, expected), PositionRow::of(institution, position));
    touched(execute!(db, statement::update(debt_positions::table, old, &row))?)
}

/// The position as it was read.
#[diesel::dsl::auto_type(no_type_alias)]
fn at_version(institution: InstitutionId, id: DebtPositionId, expected: i64) -> _ {
    let institution: Id<InstitutionId> = Id(institution);
    let id: Id<DebtPositionId> = Id(id);
    debt_positions::institution_id
        .eq(institution)
        .and(debt_positions::id.eq(id))
        .and(debt_positions::version.eq(expected))
        .and(debt_positions::erased_at.is_null())
}

/// Empties a position that was never paid, and the answers that show it, of everything about a person. The row stays, and its numbers stay taken (rules.md 1).
pub(super) async fn erase(
    db: &mut Db<'_>,
    scope: &Scope,
    id: DebtPositionId,
    expected: i64,
    written: &[SessionId],
    at: Instant,
) -> Result<(), StoreError> {
    use debt_positions::dsl;
    let institution = scope.institution();
    check_service(db, scope, id).await?;
    let draft = dsl::debt_positions
        .filter(dsl::institution_id.eq(Id(institution)))
        .filter(dsl::id.eq(Id(id)))
        .filter(dsl::version.eq(expected))
        .filter(dsl::erased_at.is_null());
    let changed = diesel::update(draft).set((
        dsl::erased_at.eq(dsl::updated_at.nullable()),
        dsl::external_id.eq(None::<String>),
        dsl::description.eq(ERASED_TEXT),
        dsl::debtor_tax_code.eq(None::<String>),
        dsl::debtor_full_name.eq(None::<String>),
        dsl::debtor_email.eq(None::<String>),
        dsl::debtor_address.eq(None::<Doc<()>>),
        dsl::next_transition_at.eq(None::<At>),
        dsl::version.eq(expected + 1),
    ));
    touched(execute!(db, changed)?)?;
    emptied::empty(db, institution, id, Emptied::Gone, written, at).await
}

/// A position of another service does not exist for the scope. The service of a position never changes.
pub(super) async fn check_service(db: &mut Db<'_>, scope: &Scope, id: DebtPositionId) -> Result<(), StoreError> {
    if scope.services().is_none() {
        return Ok(());
    }
    let found: Option<Option<String>> = first!(
        db,
        debt_positions::table
            .filter(debt_positions::institution_id.eq(Id(scope.institution())))
            .filter(debt_positions::id.eq(Id(id)))
            .select(debt_positions::service_code)
    )?;
    let code: Option<ServiceCode> = read_some("debt_positions.service_code", found.flatten().as_deref())?;
    if scope.sees_service(code.as_ref()) { Ok(()) } else { Err(StoreError::Conflict) }
}
