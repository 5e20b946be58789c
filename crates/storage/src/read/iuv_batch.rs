// SPDX-License-Identifier: AGPL-3.0-or-later
//! Batches of reserved numbers, and which numbers these are.

use diesel::prelude::*;
use tokio::task::spawn_blocking;
use tramite_domain::ids::IuvBatchId;
use tramite_domain::iuv_batch::IuvBatch;
use tramite_domain::notice::{NoticeNumber, PermutedRange};

use crate::Store;
use crate::column::Id;
use crate::db::{Db, first};
use crate::error::StoreError;
use crate::row::iuv_batch::IuvBatchRow;
use crate::schema::iuv_batches;
use crate::scope::Scope;
use crate::store::Answer;

impl Store {
    /// The batch of that id; none where it does not exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn iuv_batch<'a>(&'a self, scope: &'a Scope, id: IuvBatchId) -> Answer<'a, Option<IuvBatch>> {
        Box::pin(async move {
            let own = scope.clone();
            self.read(scope, move |db| Box::pin(by_id(db, own, id))).await
        })
    }

    /// The numbers of a batch of the scope's institution, in their order.
    ///
    /// # Errors
    /// Whatever keeps the database from answering; `Failed` where its range does not hold them.
    pub fn batch_numbers<'a>(&'a self, scope: &'a Scope, batch: &'a IuvBatch) -> Answer<'a, Vec<NoticeNumber>> {
        Box::pin(async move {
            let range = PermutedRange::new(batch.local_range, &self.numbering_key(scope).await?);
            // Ten thousand take a tenth of a second, in which nobody else should wait.
            let own = batch.clone();
            let found = spawn_blocking(move || own.numbers(&range).collect::<Vec<NoticeNumber>>()).await;
            let numbers = found.map_err(StoreError::failed)?;
            let whole = u32::try_from(numbers.len()).is_ok_and(|count| count == batch.size);
            if whole { Ok(numbers) } else { Err(StoreError::failed("a batch of numbers goes beyond its range")) }
        })
    }
}

async fn by_id(mut db: Db<'_>, scope: Scope, id: IuvBatchId) -> Result<Option<IuvBatch>, StoreError> {
    let row: Option<IuvBatchRow> = first!(
        &mut db,
        iuv_batches::table
            .filter(iuv_batches::institution_id.eq(Id(scope.institution())))
            .filter(iuv_batches::id.eq(Id(id)))
            .select(IuvBatchRow::as_select())
    )?;
    let batch = row.map(IuvBatchRow::into_batch).transpose()?;
    Ok(batch.filter(|batch| scope.sees_batch(batch)))
}
