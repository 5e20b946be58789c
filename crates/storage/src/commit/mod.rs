// SPDX-License-Identifier: AGPL-3.0-or-later
//! Applying a batch: all of it in one transaction, in order, or nothing.

mod allowed;
mod attempt;
mod bulk;
mod document;
mod emptied;
mod feed;
mod form;
mod import;
mod institution;
mod iuv_batch;
mod journal;
mod logo;
mod message;
mod person;
mod position;
mod receipt;
mod recovery;
mod service;
mod session;
mod submission;

use futures_util::future::join_all;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::ids::{InstitutionId, SessionId};

use crate::Store;
use crate::db::{AllOk as _, Db, Working, together};
use crate::error::StoreError;
use crate::scope::Scope;
use crate::store::Answer;

use bulk::Step;

pub(crate) use allowed::check as check_scope;

pub(crate) use feed::COUNTER;
pub(crate) use journal::{JournalLine, journal_lines};
pub(crate) use message::{audit, event};

/// Rows of one INSERT at most; more are written in several. No table has more than 32 columns, so the variables stay
/// below SQLite's limit of 32,766.
pub(crate) const INSERT_ROWS_MAX: usize = 1_000;
/// So few rows are written in pairs, and an odd one alone: such statements are prepared once and kept, those for many are
/// prepared each time.
pub(crate) const FEW_ROWS: usize = 5;

/// Inserts rows, however many; on PostgreSQL all statements are sent together.
macro_rules! insert_rows {
    ($db:expr, $table:expr, $rows:expr) => {{
        let rows = $rows;
        let (few, many) = rows.split_at(if rows.len() > $crate::commit::FEW_ROWS { 0 } else { rows.len() });
        let parts: Vec<_> = many.chunks($crate::commit::INSERT_ROWS_MAX).collect();
        let (pairs, odd) = few.as_chunks::<2>();
        let (_, _, _) = $crate::db::together!(
            $db,
            |mut db| async move {
                let done = $crate::db::execute_each!(&mut db, pairs, two => diesel::insert_into($table).values(two));
                done.map_err($crate::error::StoreError::from)
            },
            |mut db| async move {
                let done = $crate::db::execute_each!(&mut db, odd, row => diesel::insert_into($table).values(row));
                done.map_err($crate::error::StoreError::from)
            },
            |mut db| async move {
                let done = $crate::db::execute_each!(&mut db, parts, part => diesel::insert_into($table).values(*part));
                done.map_err($crate::error::StoreError::from)
            },
        )?;
        Ok::<(), $crate::error::StoreError>(())
    }};
}
pub(crate) use insert_rows;

impl Store {
    /// Writes what a decision wants written: all of it, or nothing.
    ///
    /// # Errors
    /// `Conflict` when a version moved: read, decide and commit again. `Duplicate` when something unique is there
    /// already. Otherwise nothing was written either, except that after `Busy` or `Unavailable` the answer of the
    /// database may have been lost on its way.
    pub fn commit<'a>(&'a self, scope: &'a Scope, batch: Batch) -> Answer<'a, ()> {
        Box::pin(async move {
            allowed::check(scope, &batch)?;
            self.write(scope, (scope.clone(), batch), |db, (scope, batch)| Box::pin(apply_alone(db, scope, batch)))
                .await
        })
    }
}

async fn apply_alone(mut db: Db<'_>, scope: &Scope, batch: &Batch) -> Result<(), StoreError> {
    apply(&mut db, scope, batch).await
}

/// Applies the writes of a tenant: what they change in order, and with it what they tell, of which nothing depends on
/// anything else.
pub(crate) async fn apply(db: &mut Db<'_>, scope: &Scope, batch: &Batch) -> Result<(), StoreError> {
    let institution = scope.institution();
    let sessions = sessions_of(batch);
    let (attempts, writes): (Vec<&Write>, Vec<&Write>) =
        batch.writes().iter().partition(|write| matches!(write, Write::RecordAttempt(_)));
    let kept = writes.iter().find_map(|write| match write {
        Write::InsertReceipt(receipt) => Some(receipt.as_ref()),
        _ => None,
    });
    let (told, changes): (Vec<&Write>, Vec<&Write>) = writes.into_iter().partition(|write| is_told(write));
    let ((), (), ()) = together!(
        db,
        |db| change(db, scope, &sessions, &changes),
        |db| attempt::record(db, institution, &attempts),
        |db| message::tell(db, institution, &told, kept),
    )?;
    Ok(())
}

/// What is only ever added, and rests on nothing.
const fn is_told(write: &Write) -> bool {
    matches!(write, Write::InsertEvent(_) | Write::InsertTask(_) | Write::InsertJournal(_) | Write::InsertAudit(_))
}

/// Changes, one after the other. On PostgreSQL their statements are sent without waiting for answers in between: the
/// server does them in this order, and whatever fails undoes all. New positions beside each other are written as one.
async fn change(db: Db<'_>, scope: &Scope, sessions: &[SessionId], changes: &[&Write]) -> Result<(), StoreError> {
    let steps = bulk::steps(changes);
    match db {
        Db::Postgres(connection) => {
            let each = steps.iter().map(|step| take(Db::Postgres(connection), scope, sessions, step));
            join_all(each).await.all_ok().map(drop)
        }
        Db::Sqlite(connection) => {
            for step in &steps {
                take(Db::Sqlite(connection), scope, sessions, step).await?;
            }
            Ok(())
        }
    }
}

fn take<'a>(db: Db<'a>, scope: &'a Scope, sessions: &'a [SessionId], step: &'a Step<'_>) -> Working<'a, ()> {
    match step {
        Step::One(write) => one(db, scope, sessions, write),
        Step::Positions(positions) => Box::pin(bulk::positions(db, scope.institution(), positions)),
    }
}

fn one<'a>(mut db: Db<'a>, scope: &'a Scope, sessions: &'a [SessionId], write: &'a Write) -> Working<'a, ()> {
    Box::pin(async move {
        let (db, institution) = (&mut db, scope.institution());
        match write {
            Write::InsertPosition(position) => position::insert(db, institution, position).await,
            Write::UpdatePosition { position, expected } => {
                position::update(db, institution, position, *expected).await
            }
            Write::TellPosition { position, expected } => position::state(db, institution, position, *expected).await,
            Write::SettleInstallment { position, expected, installment } => {
                let ((), ()) = together!(
                    db,
                    |mut db| async move { position::settle(&mut db, institution, position, *expected, *installment).await },
                    |mut db| async move { session::none_left(&mut db, institution, *installment, sessions).await },
                )?;
                Ok(())
            }
            Write::ErasePosition { id, expected, at } => {
                position::erase(db, scope, *id, *expected, sessions, *at).await
            }
            Write::ForgetDebtor { id, expected, whole, at } => {
                person::forget_debtor(db, scope, *id, *expected, *whole, sessions, *at).await
            }
            Write::ForgetPayer { session, positions, expected, at } => {
                person::forget_payer(db, institution, *session, positions, *expected, *at).await
            }
            Write::ForgetReceipt { receipt, position, expected, at } => {
                person::forget_receipt(db, scope, *receipt, *position, *expected, *at).await
            }
            Write::InsertIuvBatch(batch) => iuv_batch::insert(db, institution, batch).await,
            Write::InsertImport(import) => import::insert(db, institution, import).await,
            Write::UpdateImport { import, expected } => import::update(db, institution, import, *expected).await,
            Write::InsertImportRows { import, rows } => import::insert_rows(db, institution, *import, rows).await,
            Write::InsertDocumentBatch { batch, documents } => {
                document::insert(db, institution, batch, documents).await
            }
            Write::UpdateDocumentBatch { batch, expected } => document::update(db, institution, batch, *expected).await,
            Write::TellBatchDocuments { batch, documents } => document::tell(db, institution, *batch, documents).await,
            Write::FreezeSlip { position, account, slip, batch, at } => {
                document::freeze(db, institution, (*position, account), (slip, *batch), *at).await
            }
            Write::ConfirmSlips { batch } => document::confirm(db, institution, *batch).await,
            Write::ThawSlips { batch } => document::thaw(db, institution, *batch).await,
            Write::InsertSubmission { kept, handed } => submission::insert(db, institution, kept, handed).await,
            Write::FreeSubmission { id, by, position, at } => {
                submission::free(db, institution, (*id, *by), (*position, *at)).await
            }
            Write::CancelSubmission { id, at } => submission::cancel(db, institution, *id, *at).await,
            Write::ForgetSubmission { id } => submission::forget(db, institution, *id).await,
            Write::PutOffSubmission { id, until } => submission::put_off(db, institution, *id, *until).await,
            Write::ReturnPlace { submission, quota, over_at } => {
                submission::return_place(db, institution, (*submission, quota), *over_at).await
            }
            Write::HoldPlaces { position, until, held } => {
                submission::hold(db, institution, *position, *until, *held).await
            }
            Write::LengthenHold { position, expected, until } => {
                submission::lengthen(db, institution, (*position, *expected), *until).await
            }
            Write::RetakePlace { place, within } => submission::retake(db, institution, place, *within).await,
            Write::InsertSession(session) => session::insert(db, institution, session).await,
            Write::UpdateSession { session, expected } => session::update(db, institution, session, *expected).await,
            Write::ReleaseItem { session, place } => session::release(db, institution, *session, *place).await,
            Write::InsertReceipt(receipt) => receipt::insert(db, institution, receipt).await,
            Write::InsertReceiptVariant { variant, expected, opens } => {
                receipt::insert_variant(db, institution, variant, *expected, *opens).await
            }
            Write::ResolveAnomaly { receipt, anomaly, resolution, expected } => {
                receipt::resolve(db, scope, *receipt, *anomaly, resolution, *expected).await
            }
            Write::PutRecovery { recovery, expected } => recovery::put(db, institution, recovery, *expected).await,
            Write::PutService { service, expected } => service::put(db, institution, service, *expected).await,
            Write::InsertFormVersion { form, catalogue } => form::insert_form(db, institution, form, *catalogue).await,
            Write::InsertRegistryVersion { registry, catalogue } => {
                form::insert_registry(db, institution, registry, *catalogue).await
            }
            Write::PutLogo { logo, expected } => logo::put(db, institution, logo, *expected).await,
            Write::RemoveLogo { expected } => logo::remove(db, institution, *expected).await,
            Write::PutInstitution { .. } => Err(StoreError::failed("the registry is written by SystemScope")),
            Write::RecordAttempt(_)
            | Write::InsertEvent(_)
            | Write::InsertTask(_)
            | Write::InsertJournal(_)
            | Write::InsertAudit(_) => Err(StoreError::failed("this write changes nothing")),
        }
    })
}

/// The sessions that a batch writes.
fn sessions_of(batch: &Batch) -> Vec<SessionId> {
    let session = |write: &Write| match write {
        Write::InsertSession(session) | Write::UpdateSession { session, .. } => Some(session.id),
        Write::ForgetPayer { session, .. } => Some(*session),
        _ => None,
    };
    batch.writes().iter().filter_map(session).collect()
}

/// Applies the writes of the registry: an institution, with its events and audit lines.
pub(crate) async fn apply_registry(
    db: &mut Db<'_>,
    institution: InstitutionId,
    batch: &Batch,
) -> Result<(), StoreError> {
    let mut told = Vec::new();
    for write in batch.writes() {
        match write {
            Write::PutInstitution { institution, expected } => institution::put(db, institution, *expected).await?,
            Write::InsertEvent(_) | Write::InsertTask(_) | Write::InsertAudit(_) => told.push(write),
            _ => return Err(StoreError::failed("this write belongs to a tenant, not to the registry")),
        }
    }
    message::tell(db.reborrow(), institution, &told, None).await
}

/// One row touched means that the version was the expected one.
pub(crate) fn touched(rows: usize) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}
