// SPDX-License-Identifier: AGPL-3.0-or-later
//! Notice numbers: one sequence per institution, segregation code and range, taken in blocks by a short statement of its
//! own, and put through a keyed permutation, so that a number tells neither the next one nor how many there are
//! (rules.md 1). Gaps are allowed; no number is ever given twice.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use diesel::prelude::*;
use diesel::query_dsl::methods;
use diesel::upsert::excluded;
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::StationLink;
use tramite_domain::iuv_batch::Stretch;
use tramite_domain::notice::{NoticeNumber, PERMUTATION_KEY_BYTES, PermutedRange, SegregationCode};

use crate::Store;
use crate::column::Id;
use crate::db::{Db, first, load};
use crate::error::StoreError;
use crate::row::fit;
use crate::schema::number_sequences;
use crate::scope::Scope;
use crate::store::Answer;
use crate::store::Who;

/// Numbers taken from the sequence where one is asked for: the next ones are given from memory. What a process that
/// ends has not given stays a gap.
const BLOCK_LEAST: i64 = 32;
/// Numbers taken at a time, at most: the largest IUV batch of the contract.
pub const NUMBERS_MAX: usize = 10_000;
/// Name of the sealed key of the permutation.
const NUMBERING_KEY: &str = "numbering_key";

type NumberingKey = [u8; PERMUTATION_KEY_BYTES];

impl Store {
    /// Takes new notice numbers under an association with a station, at most [`NUMBERS_MAX`] at a time.
    ///
    /// # Errors
    /// `NumbersExhausted` when the range has not so many left; `NumberRangeOverlaps` when it shares bases with another one already
    /// begun; else whatever keeps the database from answering.
    pub fn take_numbers<'a>(
        &'a self,
        scope: &'a Scope,
        link: &'a StationLink,
        count: usize,
    ) -> Answer<'a, Vec<NoticeNumber>> {
        Box::pin(async move {
            let segregation = code_of(link)?;
            if count == 0 {
                return Ok(Vec::new());
            }
            let key = self.numbering_key(scope).await?;
            let wanted = fit("count", count.min(NUMBERS_MAX))?;
            let sequences = self.take_sequences(scope.institution(), segregation, link, wanted).await?;
            let range = PermutedRange::new(link.local_range, &key);
            sequences
                .into_iter()
                .map(|sequence| {
                    let base = u64::try_from(sequence).ok().and_then(|sequence| range.permute(sequence));
                    base.map(|base| NoticeNumber::generate(segregation, base)).ok_or(StoreError::NumbersExhausted)
                })
                .collect()
        })
    }

    /// Takes places in a row of the sequence under an association with a station, at most [`NUMBERS_MAX`]: the numbers of a
    /// batch, which the generator never gives.
    ///
    /// # Errors
    /// As [`Store::take_numbers`].
    pub fn take_stretch<'a>(&'a self, scope: &'a Scope, link: &'a StationLink, size: u32) -> Answer<'a, Stretch> {
        Box::pin(async move {
            let segregation_code = code_of(link)?;
            if size == 0 || usize::try_from(size).is_ok_and(|size| size > NUMBERS_MAX) {
                return Err(StoreError::failed("a stretch of no numbers, or of too many"));
            }
            let places = self.take_sequences(scope.institution(), segregation_code, link, i64::from(size)).await?;
            Ok(Stretch { segregation_code, first: fit("first", places.start)?, size })
        })
    }

    /// Places in the sequence: from memory where there are enough, else from a new block, whose rest is kept.
    async fn take_sequences(
        &self,
        institution: InstitutionId,
        segregation: SegregationCode,
        link: &StationLink,
        wanted: i64,
    ) -> Result<Range<i64>, StoreError> {
        let from: i64 = fit("range_from", link.local_range.from().value())?;
        let place = (institution, segregation, from);
        if let Some(kept) = self.blocks().take(&place, wanted) {
            return Ok(kept);
        }
        let block = Block {
            institution,
            segregation_code: segregation.to_string(),
            from,
            to: fit("range_to", link.local_range.to().value())?,
            count: wanted.max(BLOCK_LEAST),
        };
        let taken = self.write(Who::Tenant(institution), block, |db, block| Box::pin(take(db, block))).await?;
        let own = taken.start..taken.start + wanted;
        if own.end > taken.end {
            // What is left of the range is for whoever asks for fewer.
            self.blocks().keep(place, taken);
            return Err(StoreError::NumbersExhausted);
        }
        self.blocks().keep(place, own.end..taken.end);
        Ok(own)
    }

    /// The key of the institution's permutation; the first caller makes it.
    pub(crate) async fn numbering_key(&self, scope: &Scope) -> Result<NumberingKey, StoreError> {
        let institution = scope.institution();
        if let Some(key) = self.keyring().numbering(institution) {
            return Ok(key);
        }
        let key: NumberingKey = self.sealed_key(scope, NUMBERING_KEY).await?;
        self.keyring().keep_numbering(institution, key);
        Ok(key)
    }
}

fn code_of(link: &StationLink) -> Result<SegregationCode, StoreError> {
    link.segregation_code.ok_or_else(|| StoreError::failed("numbers are given under a segregation code only"))
}

/// What is taken of which range.
struct Block {
    institution: InstitutionId,
    segregation_code: String,
    from: i64,
    to: i64,
    count: i64,
}

/// Takes a block; at the end of the range it may be shorter than asked for, or empty.
async fn take(mut db: Db<'_>, block: &Block) -> Result<Range<i64>, StoreError> {
    use number_sequences::dsl;
    let next: Option<i64> = first!(
        &mut db,
        methods::FilterDsl::filter(
            diesel::insert_into(dsl::number_sequences)
                .values((
                    dsl::institution_id.eq(Id(block.institution)),
                    dsl::segregation_code.eq(&block.segregation_code),
                    dsl::range_from.eq(block.from),
                    dsl::range_to.eq(block.to),
                    dsl::next_value.eq(block.count),
                ))
                .on_conflict((dsl::institution_id, dsl::segregation_code, dsl::range_from))
                .do_update()
                .set(dsl::next_value.eq(dsl::next_value + excluded(dsl::next_value))),
            dsl::range_to.eq(excluded(dsl::range_to)),
        )
        .returning(dsl::next_value)
    )?;
    // The permutation depends on both ends of the range, so another end would give numbers twice.
    let next = next.ok_or(StoreError::NumberRangeOverlaps)?;
    if next == block.count {
        check_first(&mut db, block).await?;
    }
    let size = block.to - block.from + 1;
    let first = next - block.count;
    Ok(first..next.min(size).max(first))
}

/// What was taken and not yet given, by institution, segregation code and range.
#[derive(Default)]
pub(crate) struct Blocks(Mutex<HashMap<(InstitutionId, SegregationCode, i64), Range<i64>>>);

impl Blocks {
    /// So many places in a row, if there are.
    fn take(&self, place: &(InstitutionId, SegregationCode, i64), wanted: i64) -> Option<Range<i64>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = kept.get_mut(place).filter(|rest| rest.end - rest.start >= wanted)?;
        let own = rest.start..rest.start + wanted;
        rest.start = own.end;
        Some(own)
    }

    /// Keeps a rest; of two rests of one range the longer one is kept, and the other stays a gap.
    fn keep(&self, place: (InstitutionId, SegregationCode, i64), rest: Range<i64>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let old = kept.entry(place).or_insert(0..0);
        if rest.end - rest.start > old.end - old.start {
            *old = rest;
        }
    }
}

/// A range just begun must share no base with another one of the same segregation code.
async fn check_first(db: &mut Db<'_>, block: &Block) -> Result<(), StoreError> {
    use number_sequences::dsl;
    let others: Vec<i64> = load!(
        db,
        dsl::number_sequences
            .filter(dsl::institution_id.eq(Id(block.institution)))
            .filter(dsl::segregation_code.eq(&block.segregation_code))
            .filter(dsl::range_from.ne(block.from))
            .filter(dsl::range_from.le(block.to))
            .filter(dsl::range_to.ge(block.from))
            .select(dsl::range_from)
            .limit(1)
    )?;
    if others.is_empty() { Ok(()) } else { Err(StoreError::NumberRangeOverlaps) }
}

#[cfg(test)]
mod tests {
    use tramite_domain::notice::LocalRange;

    #[test]
    fn the_default_range_fits_its_columns() {
        let range = LocalRange::DEFAULT;
        assert!(i64::try_from(range.to().value()).is_ok());
        assert!(i64::try_from(range.size()).is_ok());
    }
}
