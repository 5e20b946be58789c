// SPDX-License-Identifier: AGPL-3.0-or-later
//! Notice numbers: one sequence per institution, segregation code and range, taken in blocks by a short statement of its
//! own, and put through a keyed permutation, so that a number tells neither the next one nor how many there are
//! (rules.md 1). Gaps are allowed; no number is ever given twice.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use diesel::prelude::*;
use diesel::query_dsl::methods;
use diesel::upsert::excluded;
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::StationLink;
use tramite_domain::iuv_batch::Stretch;
use tramite_domain::notice::{NoticeNumber, PERMUTATION_KEY_BYTES, PermutedRange, SegregationCode};

use crate::Store;
use crate::column::Id;
use crate::db::{Db, execute, first, load};
use crate::error::StoreError;
use crate::row::fit;
use crate::schema::number_sequences;
use crate::scope::Scope;
use crate::store::Answer;
use crate::store::Who;

/// Numbers taken from the sequence where one is asked for: the next ones are given from memory. What a process that
/// ends has not given stays a gap.
const BLOCK_LEAST: i64 = 32;
/// The part of a range that is taken ahead at most, as its divisor: what a process that ends has not given is missed nowhere.
const AHEAD_SHARE: i64 = 100;
/// Rests of blocks of one range that are kept in memory at most.
const RESTS_MAX: usize = 8;
/// Numbers taken at a time, at most: the largest IUV batch of the contract.
pub const NUMBERS_MAX: usize = 10_000;
/// Name of the sealed key of the permutation.
const NUMBERING_KEY: &str = "numbering_key";

type NumberingKey = [u8; PERMUTATION_KEY_BYTES];

/// A sequence: its institution, segregation code, first and last base. With another end it would be permuted in another way, and so give
/// numbers twice.
type Place = (InstitutionId, SegregationCode, i64, i64);

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
        self.take_numbers_ahead(scope, link, count, 0)
    }

    /// As [`Store::take_numbers`], for a caller that is about to ask for more: where the sequence is asked, so many further numbers are
    /// taken along, and given from memory to whoever asks this process next. They are a small part of the range at most, and none of
    /// its last numbers.
    ///
    /// # Errors
    /// As [`Store::take_numbers`].
    pub fn take_numbers_ahead<'a>(
        &'a self,
        scope: &'a Scope,
        link: &'a StationLink,
        count: usize,
        ahead: usize,
    ) -> Answer<'a, Vec<NoticeNumber>> {
        Box::pin(async move {
            let segregation = code_of(link)?;
            if count == 0 {
                return Ok(Vec::new());
            }
            let key = self.numbering_key(scope).await?;
            let place = place_of(scope, segregation, link)?;
            let wanted = fit("count", count.min(NUMBERS_MAX))?;
            let ahead = fit("ahead", ahead.min(NUMBERS_MAX))?;
            let sequences = self.take_apart(place, wanted, ahead).await?;
            let range = PermutedRange::new(link.local_range, &key);
            sequences
                .into_iter()
                .flatten()
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
            let place = place_of(scope, segregation_code, link)?;
            let wanted = i64::from(size);
            let kept = self.blocks().take(place, wanted);
            let places = match kept {
                Some(kept) => kept,
                None => self.take_block(place, wanted, 0).await?,
            };
            Ok(Stretch { segregation_code, first: fit("first", places.start)?, size })
        })
    }

    /// So many places in the sequence, wherever they stand: what is in memory goes first, so that none of it is left over.
    async fn take_apart(&self, place: Place, wanted: i64, ahead: i64) -> Result<Vec<Range<i64>>, StoreError> {
        let mut taken = self.blocks().take_apart(place, wanted);
        let missing = wanted - taken.iter().map(length).sum::<i64>();
        if missing == 0 {
            return Ok(taken);
        }
        match self.take_block(place, missing, ahead).await {
            Ok(own) => {
                taken.push(own);
                Ok(taken)
            }
            Err(error) => {
                // It is for whoever asks for fewer.
                taken.into_iter().for_each(|rest| self.blocks().keep(place, rest));
                Err(error)
            }
        }
    }

    /// So many places in a row of a new block, whose rest is kept.
    async fn take_block(&self, place: Place, wanted: i64, ahead: i64) -> Result<Range<i64>, StoreError> {
        let (institution, segregation, from, to) = place;
        let ahead = ahead.min((to - from + 1) / AHEAD_SHARE);
        let block = Block {
            institution,
            segregation_code: segregation.to_string(),
            from,
            to,
            wanted,
            count: (wanted + ahead).max(BLOCK_LEAST),
        };
        let taken = self.write(Who::Tenant(institution), block, |db, block| Box::pin(take(db, block))).await?;
        let own = taken.start..taken.start + wanted;
        if own.end > taken.end {
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

fn place_of(scope: &Scope, segregation: SegregationCode, link: &StationLink) -> Result<Place, StoreError> {
    let (from, to) = (link.local_range.from().value(), link.local_range.to().value());
    Ok((scope.institution(), segregation, fit("range_from", from)?, fit("range_to", to)?))
}

const fn length(places: &Range<i64>) -> i64 {
    places.end - places.start
}

/// What is taken of which range.
struct Block {
    institution: InstitutionId,
    segregation_code: String,
    from: i64,
    to: i64,
    /// What has to be given now.
    wanted: i64,
    /// What is taken: this, and what is kept for later.
    count: i64,
}

/// Takes a block. The last numbers of a range are not kept for later, since another process may need them: then it is what is wanted
/// now, or nothing where there is not so much.
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
    if next <= size {
        return Ok(first..next);
    }
    let end = if first + block.wanted <= size { first + block.wanted } else { first };
    // The row is ours until this is committed: nobody has seen it further on.
    execute!(
        &mut db,
        diesel::update(
            dsl::number_sequences
                .filter(dsl::institution_id.eq(Id(block.institution)))
                .filter(dsl::segregation_code.eq(&block.segregation_code))
                .filter(dsl::range_from.eq(block.from))
        )
        .set(dsl::next_value.eq(end))
    )?;
    Ok(first..end)
}

/// What was taken and not yet given.
#[derive(Default)]
pub(crate) struct Blocks(Mutex<HashMap<Place, Vec<Range<i64>>>>);

impl Blocks {
    fn kept(&self) -> MutexGuard<'_, HashMap<Place, Vec<Range<i64>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many places in a row, if there are.
    fn take(&self, place: Place, wanted: i64) -> Option<Range<i64>> {
        let mut kept = self.kept();
        let rest = kept.get_mut(&place)?.iter_mut().find(|rest| length(rest) >= wanted)?;
        let own = rest.start..rest.start + wanted;
        rest.start = own.end;
        Some(own)
    }

    /// So many places, or as many as there are.
    fn take_apart(&self, place: Place, wanted: i64) -> Vec<Range<i64>> {
        let mut kept = self.kept();
        let Some(rests) = kept.get_mut(&place) else { return Vec::new() };
        let (mut taken, mut missing) = (Vec::new(), wanted);
        for rest in rests.iter_mut() {
            let own = rest.start..rest.end.min(rest.start + missing);
            (rest.start, missing) = (own.end, missing - length(&own));
            taken.push(own);
        }
        rests.retain(|rest| !rest.is_empty());
        taken.retain(|own| !own.is_empty());
        taken
    }

    /// Keeps a rest; of too many of one range the shortest stays a gap.
    fn keep(&self, place: Place, rest: Range<i64>) {
        let mut kept = self.kept();
        let rests = kept.entry(place).or_default();
        rests.push(rest);
        rests.retain(|rest| !rest.is_empty());
        rests.sort_by_key(|rest| Reverse(length(rest)));
        rests.truncate(RESTS_MAX);
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
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_default_range_fits_its_columns() {
        let range = LocalRange::DEFAULT;
        assert!(i64::try_from(range.to().value()).is_ok());
        assert!(i64::try_from(range.size()).is_ok());
    }

    #[test]
    fn rests_are_given_to_the_last_place_and_only_in_a_row_where_that_is_wished() {
        let (blocks, segregation) = (Blocks::default(), SegregationCode::new(5).unwrap());
        let place: Place = (InstitutionId::new(Uuid::nil()), segregation, 0, 10_000);
        assert!(blocks.take_apart(place, 3).is_empty());
        for rest in [10..13, 20..25, Range::default()] {
            blocks.keep(place, rest);
        }
        assert_eq!(blocks.take(place, 6), None);
        assert_eq!(blocks.take(place, 4), Some(20..24));
        assert_eq!(blocks.take_apart(place, 3), [24..25, 10..12]);
        assert_eq!(blocks.take_apart(place, 3).first(), Some(&(12..13)));
        assert!(blocks.take_apart(place, 3).is_empty());
        for start in 0..20 {
            blocks.keep(place, start * 100..start * 101 + 1);
        }
        let kept = blocks.take_apart(place, 1_000);
        assert_eq!((kept.len(), kept[0].clone()), (RESTS_MAX, 1_900..1_920), "the longest ones");
    }
}
