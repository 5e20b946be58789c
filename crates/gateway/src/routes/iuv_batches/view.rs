// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller reads of a batch of numbers.

use serde::Serialize;
use tramite_domain::iuv_batch::IuvBatch;
use tramite_domain::notice::NoticeNumber;
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use crate::convention::Etag;
use crate::words;

/// Reserved notice numbers: Tramite gives them to nobody else, and a debt position may bring each of them once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IuvBatch, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e0b", "size": 2, "segregation_code": "05",
    "created_at": "2026-09-01T08:30:00Z",
    "items": [
        {"notice_number": "305854243600689647", "iuv": "05854243600689647"},
        {"notice_number": "305510731568973693", "iuv": "05510731568973693"},
    ],
}))]
pub(super) struct IuvBatchView {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: String,
    /// How many numbers there are.
    #[schema(value_type = words::IuvBatchSize)]
    size: u32,
    /// The code that all of them begin with, after the 3.
    #[schema(value_type = words::TwoDigits)]
    segregation_code: String,
    /// The services whose debt positions may bring them: those of the token that reserved them. Absent means all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<words::ServiceCode>>, min_items = 0, max_items = 100)]
    service_codes: Option<Vec<String>>,
    /// When they were reserved.
    #[schema(value_type = words::Timestamp)]
    created_at: Instant,
    /// The numbers, in no order that means anything.
    #[schema(min_items = 1, max_items = 10000)]
    items: Vec<ReservedNumberView>,
}

/// A reserved number.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReservedNumber)]
pub(super) struct ReservedNumberView {
    /// The number that is printed on the notice.
    #[schema(value_type = words::NoticeNumber)]
    notice_number: String,
    /// The creditor reference within it.
    #[schema(value_type = words::IuvText)]
    iuv: String,
}

impl IuvBatchView {
    /// The batch with its numbers. An answer is kept without them: they follow from the batch.
    pub(super) fn of(batch: &IuvBatch, numbers: &[NoticeNumber]) -> Self {
        let codes = batch.service_codes.as_ref();
        let item = |number: &NoticeNumber| ReservedNumberView {
            notice_number: number.to_string(),
            iuv: number.iuv().to_string(),
        };
        Self {
            id: batch.id.to_string(),
            size: batch.size,
            segregation_code: batch.segregation_code.to_string(),
            service_codes: codes.map(|codes| codes.iter().map(ToString::to_string).collect()),
            created_at: batch.created_at,
            items: numbers.iter().map(item).collect(),
        }
    }
}

/// A batch never changes.
pub(super) fn etag() -> Etag {
    Etag::version(1)
}
