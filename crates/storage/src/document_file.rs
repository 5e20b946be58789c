// SPDX-License-Identifier: AGPL-3.0-or-later
//! A file of documents, in parts that are sealed one by one: it is written while its documents are drawn, and read without ever
//! being in memory whole.

use diesel::prelude::*;
use tramite_domain::batch::Batch;
use tramite_domain::ids::{DocumentBatchId, InstitutionId};
use tramite_domain::time::Instant;

use crate::Store;
use crate::column::{At, Id};
use crate::commit::{apply, check_scope};
use crate::db::{Db, execute, first};
use crate::error::StoreError;
use crate::row::fit;
use crate::schema::document_parts as parts;
use crate::scope::Scope;
use crate::seal::Spot;
use crate::store::Answer;

/// A part of a file of documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentPart {
    /// The file.
    pub batch: DocumentBatchId,
    /// Its place, from 0.
    pub place: u32,
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// What whoever writes the end of the file must know of it.
    pub index: Vec<u8>,
    /// When it was written.
    pub at: Instant,
}

/// A part as it is kept.
#[derive(Debug, Insertable)]
#[diesel(table_name = parts)]
struct PartRow {
    institution_id: Id<InstitutionId>,
    batch_id: Id<DocumentBatchId>,
    place: i32,
    bytes: i64,
    created_at: At,
    sealed: Vec<u8>,
    sealed_index: Vec<u8>,
}

/// Which half of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Bytes,
    Index,
}

impl Half {
    const fn column(self) -> &'static str {
        match self {
            Self::Bytes => "sealed",
            Self::Index => "sealed_index",
        }
    }
}

impl Store {
    /// Writes what a decision wants written, and with it the next part of a file: all of it, or nothing.
    ///
    /// # Errors
    /// As of [`Store::commit`]; `Duplicate` where the file has a part at that place.
    pub fn commit_document_part<'a>(
        &'a self,
        scope: &'a Scope,
        batch: Batch,
        part: &'a DocumentPart,
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            check_scope(scope, &batch)?;
            let (institution, key) = (scope.institution(), row_key(part.batch, part.place));
            let row = PartRow {
                institution_id: Id(institution),
                batch_id: Id(part.batch),
                place: fit("document_parts.place", part.place)?,
                bytes: fit("document_parts.bytes", part.bytes.len())?,
                created_at: At(part.at),
                sealed: self.seal(spot(institution, Half::Bytes, &key), &part.bytes).await?,
                sealed_index: self.seal(spot(institution, Half::Index, &key), &part.index).await?,
            };
            let writes = (scope.clone(), batch, row);
            self.write(scope, writes, |db, (scope, batch, row)| Box::pin(append(db, scope, batch, row))).await
        })
    }

    /// The bytes of one part of a file; none behind its last one, and none of a file that has gone.
    ///
    /// # Errors
    /// `Sealed` when it cannot be opened; else whatever keeps the database from answering.
    pub fn document_part<'a>(
        &'a self,
        scope: &'a Scope,
        batch: DocumentBatchId,
        place: u32,
    ) -> Answer<'a, Option<Vec<u8>>> {
        Box::pin(async move { self.half(scope, batch, place, Half::Bytes).await })
    }

    /// What whoever writes the end of a file must know of one of its parts; none behind the last one.
    ///
    /// # Errors
    /// As of [`Store::document_part`].
    pub fn document_index<'a>(
        &'a self,
        scope: &'a Scope,
        batch: DocumentBatchId,
        place: u32,
    ) -> Answer<'a, Option<Vec<u8>>> {
        Box::pin(async move { self.half(scope, batch, place, Half::Index).await })
    }

    async fn half(
        &self,
        scope: &Scope,
        batch: DocumentBatchId,
        place: u32,
        half: Half,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let institution = scope.institution();
        let at: i32 = fit("document_parts.place", place)?;
        let sealed = self.read(scope, move |db| Box::pin(find(db, institution, batch, at, half))).await?;
        match sealed {
            None => Ok(None),
            Some(sealed) => {
                let key = row_key(batch, place);
                self.unseal(spot(institution, half, &key), &sealed).await.map(Some)
            }
        }
    }
}

/// A part opens in its own file and at its own place alone.
fn row_key(batch: DocumentBatchId, place: u32) -> Vec<u8> {
    let mut bytes = batch.uuid().as_bytes().to_vec();
    bytes.extend_from_slice(&place.to_be_bytes());
    bytes
}

const fn spot(institution: InstitutionId, half: Half, row: &[u8]) -> Spot<'_> {
    Spot { table: "document_parts", column: half.column(), institution, row }
}

async fn append(mut db: Db<'_>, scope: &Scope, batch: &Batch, row: &PartRow) -> Result<(), StoreError> {
    apply(&mut db, scope, batch).await?;
    execute!(&mut db, diesel::insert_into(parts::table).values(row))?;
    Ok(())
}

async fn find(
    mut db: Db<'_>,
    institution: InstitutionId,
    batch: DocumentBatchId,
    place: i32,
    half: Half,
) -> Result<Option<Vec<u8>>, StoreError> {
    let of = parts::table
        .filter(parts::institution_id.eq(Id(institution)))
        .filter(parts::batch_id.eq(Id(batch)))
        .filter(parts::place.eq(place));
    let sealed = match half {
        Half::Bytes => first!(&mut db, of.select(parts::sealed))?,
        Half::Index => first!(&mut db, of.select(parts::sealed_index))?,
    };
    Ok(sealed)
}
