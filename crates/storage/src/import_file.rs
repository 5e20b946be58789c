// SPDX-License-Identifier: AGPL-3.0-or-later
//! What was sent to be loaded, in parts that are sealed one by one: any process reads it, and no process needs all of it at once.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};
use tramite_domain::ids::{ImportFileId, InstitutionId};
use tramite_domain::time::Instant;

use crate::Store;
use crate::column::sql::Key;
use crate::column::{At, Id};
use crate::db::{Db, execute, first};
use crate::error::StoreError;
use crate::row::fit;
use crate::schema::import_file_parts as parts;
use crate::scope::Scope;
use crate::seal::Spot;
use crate::store::{Answer, Who};

/// Bytes of one part of a file; the last one may have fewer.
pub const IMPORT_PART_BYTES: usize = 1_024 * 1_024;
/// Parts that go in one transaction at most.
pub(crate) const PARTS_AT_ONCE_MAX: usize = 32;
/// The last parts first: upkeep finds what is left of a file by its first one.
const TAKE_BACK: &str = "\
    DELETE FROM import_file_parts WHERE institution_id = $1 AND file_id = $2 AND place IN (\
        SELECT place FROM import_file_parts \
        WHERE institution_id = $1 AND file_id = $2 AND place >= $3 ORDER BY place DESC LIMIT $4) \
    AND NOT EXISTS (SELECT 1 FROM imports WHERE institution_id = $1 AND file_id = $2)";

/// Which parts are taken back: of whose file, from which place on, and how many at a time.
type TakingBack = (InstitutionId, ImportFileId, i32, i64);

/// A part as it is kept.
#[derive(Debug, Insertable)]
#[diesel(table_name = parts)]
struct PartRow {
    institution_id: Id<InstitutionId>,
    file_id: Id<ImportFileId>,
    place: i32,
    bytes: i64,
    created_at: At,
    sealed: Vec<u8>,
}

impl Store {
    /// Keeps one part of a file, sealed; the first part comes first. What never becomes an import goes by itself
    /// ([`crate::SystemScope::end_import_files`]), or at once ([`Store::take_back_import_parts`]).
    ///
    /// # Errors
    /// `Failed` where it has more than [`IMPORT_PART_BYTES`]; `Duplicate` where the file has a part at that place; else whatever
    /// keeps the database from writing.
    pub fn put_import_part<'a>(
        &'a self,
        scope: &'a Scope,
        file: ImportFileId,
        place: u32,
        bytes: &'a [u8],
        at: Instant,
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            if bytes.len() > IMPORT_PART_BYTES {
                return Err(StoreError::failed("a part of a file has more bytes than parts may have"));
            }
            let institution = scope.institution();
            let row = PartRow {
                institution_id: Id(institution),
                file_id: Id(file),
                place: fit("import_file_parts.place", place)?,
                bytes: fit("import_file_parts.bytes", bytes.len())?,
                created_at: At(at),
                sealed: self.seal(spot(institution, &row_key(file, place)), bytes).await?,
            };
            self.write(scope, row, |db, row| Box::pin(insert(db, row))).await
        })
    }

    /// Takes back the parts of a file from a place on, a few in each transaction; nothing where an import has the file. No commit
    /// of one may be on its way. Where a part may still be written, the first one stays (`from` is 1): by it upkeep finds
    /// the others.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn take_back_import_parts<'a>(&'a self, scope: &'a Scope, file: ImportFileId, from: u32) -> Answer<'a, ()> {
        Box::pin(async move {
            let first: i32 = fit("import_file_parts.place", from)?;
            let limit: i64 = fit("limit", PARTS_AT_ONCE_MAX)?;
            let wanted: TakingBack = (scope.institution(), file, first, limit);
            loop {
                // Requests may delete nothing: this is done in the name of the system, within the institution of the scope.
                let gone = self.write(Who::System, wanted, |db, wanted| Box::pin(take_back(db, wanted))).await?;
                if gone == 0 {
                    return Ok(());
                }
            }
        })
    }

    /// One part of a file; none behind its last one, and none of a file that has gone.
    ///
    /// # Errors
    /// `Sealed` when it cannot be opened; else whatever keeps the database from answering.
    pub fn import_part<'a>(&'a self, scope: &'a Scope, file: ImportFileId, place: u32) -> Answer<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let institution = scope.institution();
            let at: i32 = fit("import_file_parts.place", place)?;
            let sealed = self.read(scope, move |db| Box::pin(find(db, institution, file, at))).await?;
            match sealed {
                None => Ok(None),
                Some(sealed) => self.unseal(spot(institution, &row_key(file, place)), &sealed).await.map(Some),
            }
        })
    }
}

/// A part opens in its own file and at its own place alone.
fn row_key(file: ImportFileId, place: u32) -> Vec<u8> {
    let mut bytes = file.uuid().as_bytes().to_vec();
    bytes.extend_from_slice(&place.to_be_bytes());
    bytes
}

const fn spot(institution: InstitutionId, row: &[u8]) -> Spot<'_> {
    Spot { table: "import_file_parts", column: "sealed", institution, row }
}

async fn insert(mut db: Db<'_>, row: &PartRow) -> Result<(), StoreError> {
    execute!(&mut db, diesel::insert_into(parts::table).values(row))?;
    Ok(())
}

async fn take_back(mut db: Db<'_>, &(institution, file, first, limit): &TakingBack) -> Result<usize, StoreError> {
    Ok(execute!(
        &mut db,
        diesel::sql_query(TAKE_BACK)
            .bind::<Key, _>(Id(institution))
            .bind::<Key, _>(Id(file))
            .bind::<Integer, _>(first)
            .bind::<BigInt, _>(limit)
    )?)
}

async fn find(
    mut db: Db<'_>,
    institution: InstitutionId,
    file: ImportFileId,
    place: i32,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sealed = first!(
        &mut db,
        parts::table
            .filter(parts::institution_id.eq(Id(institution)))
            .filter(parts::file_id.eq(Id(file)))
            .filter(parts::place.eq(place))
            .select(parts::sealed)
    )?;
    Ok(sealed)
}
