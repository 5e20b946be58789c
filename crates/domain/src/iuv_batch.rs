// SPDX-License-Identifier: AGPL-3.0-or-later
//! Numbers that Tramite gives to an institution beforehand, for notices that are printed elsewhere (rules.md 3).
//!
//! A batch is a stretch of the institution's own sequence (rules.md 1), so it is kept as two numbers: which notices it
//! holds follows from the keyed permutation, and the way back tells whether a number is one of them.

use std::collections::BTreeSet;

use crate::batch::{Batch, Write};
use crate::given::Given;
use crate::ident::ServiceCode;
use crate::ids::{ClientId, IuvBatchId};
use crate::institution::{Institution, InstitutionStatus, StationLink};
use crate::notice::{LocalRange, NoticeNumber, PermutedRange, SegregationCode};
use crate::refusal::Refusal;
use crate::time::Instant;

/// Numbers of one batch at most (api.md).
pub const IUV_BATCH_SIZE_MAX: u32 = 10_000;

/// Reserved numbers: the generator never gives them, and a position of the institution may bring each of them once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IuvBatch {
    /// Our id.
    pub id: IuvBatchId,
    /// Under which code they are routed.
    pub segregation_code: SegregationCode,
    /// The range they are of.
    pub local_range: LocalRange,
    /// The place of the first one in the sequence of that range, from 0.
    pub first: u64,
    /// How many there are, 1..=[`IUV_BATCH_SIZE_MAX`].
    pub size: u32,
    /// The services whose positions may bring them; none means all. Those of the token that reserved them.
    pub service_codes: Option<BTreeSet<ServiceCode>>,
    /// Who reserved them.
    pub created_by: Option<ClientId>,
    /// When.
    pub created_at: Instant,
}

/// A stretch of the sequence, taken beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The code it was taken under.
    pub segregation_code: SegregationCode,
    /// The place of the first one, from 0.
    pub first: u64,
    /// How many.
    pub size: u32,
}

impl IuvBatch {
    /// The numbers, in the order of the sequence; `range` is the batch's own range under the key of its institution.
    pub fn numbers(&self, range: &PermutedRange) -> impl Iterator<Item = NoticeNumber> {
        let places = self.first..self.first.saturating_add(u64::from(self.size));
        let bases = places.filter_map(|place| range.permute(place));
        bases.map(|base| NoticeNumber::generate(self.segregation_code, base))
    }

    /// Whether positions of that service may bring its numbers.
    #[must_use]
    pub fn serves(&self, service: &ServiceCode) -> bool {
        self.service_codes.as_ref().is_none_or(|codes| codes.contains(service))
    }
}

/// Where numbers can be reserved now. Asking first means that a refused request takes none.
///
/// # Errors
/// `InstitutionNotActive`; `NoIssuingStation`.
pub fn where_reserved(institution: &Institution, now: Instant) -> Result<&StationLink, Refusal> {
    if institution.status != InstitutionStatus::Active {
        return Err(Refusal::InstitutionNotActive);
    }
    institution.issuing_station(now).map(|(link, _)| link).ok_or(Refusal::NoIssuingStation)
}

/// Reserves a stretch that was taken under that association with a station.
pub fn reserve(
    given: &mut Given<'_>,
    link: &StationLink,
    taken: Stretch,
    service_codes: Option<BTreeSet<ServiceCode>>,
) -> (IuvBatch, Batch) {
    let batch = IuvBatch {
        id: given.id(),
        segregation_code: taken.segregation_code,
        local_range: link.local_range,
        first: taken.first,
        size: taken.size,
        service_codes,
        created_by: given.client_id,
        created_at: given.now,
    };
    let write = Batch::new().with(Write::InsertIuvBatch(Box::new(batch.clone())));
    let write = write.audited(given, "iuv_batch.created", format!("iuv_batch {}", batch.id));
    (batch, write)
}
