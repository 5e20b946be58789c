// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receipt that never came and is asked for: an institution found a line in a settlement flow and nothing that tells whose debt it
//! paid. Questions are few (ten an hour), so that each is asked once, in its turn.

use crate::audit::AuditLine;
use crate::batch::{Batch, Write};
use crate::given::Given;
use crate::ident::ServiceCode;
use crate::ids::{ClientId, ReceiptRowId, RecoveryId};
use crate::named::named;
use crate::receipt::{Receipt, ReceiptContent};
use crate::time::Instant;

/// What brings a recovered receipt, in the place of the Node's primitive.
pub const RECEIPTS_API: &str = "receiptsApi";
/// Questions that may be asked in an hour, all institutions together (sla.md 2).
pub const CALLS_PER_HOUR: usize = 10;
/// That hour, in seconds.
pub const CALLS_SECONDS: i64 = 3_600;
/// How often a question is asked that gets no answer one could use.
pub const ATTEMPTS_MAX: u32 = 10;
/// How long it rests after that, in seconds; longer where the platform says so.
const AGAIN_SECONDS: i64 = 900;

/// A question for a receipt, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRecovery {
    /// Our id.
    pub id: RecoveryId,
    /// The IUR of the settlement line: the `receiptId` of the receipt.
    pub iur: String,
    /// The creditor reference of the settlement line.
    pub iuv: String,
    /// The service of the position of that reference, where there is one.
    pub service_code: Option<ServiceCode>,
    /// Where it stands.
    pub status: RecoveryStatus,
    /// The receipt, once it is there.
    pub receipt_id: Option<ReceiptRowId>,
    /// Why there is none, as a stable code.
    pub failure: Option<String>,
    /// How often it was asked.
    pub attempts: u32,
    /// When it may be asked; none where it is over.
    pub due_at: Option<Instant>,
    /// Who wants to know.
    pub created_by: Option<ClientId>,
    /// Row version, for optimistic locking and ETags.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

/// Where a recovery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoveryStatus {
    /// It waits for its turn.
    Queued,
    /// It is being asked.
    Fetching,
    /// The receipt is there.
    Recovered,
    /// The platform knows no such receipt.
    NotFound,
    /// There was an answer that nobody can use, or none for too long.
    Failed,
}

named!(RecoveryStatus {
    Queued = "queued", Fetching = "fetching", Recovered = "recovered", NotFound = "not_found", Failed = "failed",
});

impl RecoveryStatus {
    /// Whether nothing more will come of it by itself.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Recovered | Self::NotFound | Self::Failed)
    }
}

/// A recovery as it will be, with what to write for that.
#[derive(Debug)]
pub struct Asked {
    /// The recovery.
    pub recovery: ReceiptRecovery,
    /// What to write; nothing where it was asked for before.
    pub batch: Batch,
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receipt was kept, or had come meanwhile.
    Recovered(ReceiptRowId),
    /// The platform knows none.
    NotFound,
    /// An answer that nobody can use, as a stable code.
    Failed(&'static str),
    /// No answer one could use, as a stable code: it is asked again, not before so many seconds.
    Again {
        /// Why.
        code: &'static str,
        /// Seconds, where the platform said so.
        after_seconds: Option<i64>,
    },
}

/// Asks for a receipt. One that is there already is the answer; one that was asked for is not asked for twice, unless it could
/// not be found before.
pub fn ask(
    given: &mut Given<'_>,
    present: Option<&ReceiptRecovery>,
    kept: Option<&Receipt>,
    (iur, iuv): (&str, &str),
    service_code: Option<ServiceCode>,
) -> Asked {
    let status = if kept.is_some() { RecoveryStatus::Recovered } else { RecoveryStatus::Queued };
    let due_at = kept.is_none().then_some(given.now);
    let receipt_id = kept.map(|receipt| receipt.id);
    let (recovery, expected) = match present {
        Some(present) if kept.is_none() && !could_come(present.status) => {
            return Asked { recovery: present.clone(), batch: Batch::new() };
        }
        Some(present) if present.status == RecoveryStatus::Recovered => {
            return Asked { recovery: present.clone(), batch: Batch::new() };
        }
        Some(present) => {
            let again = ReceiptRecovery {
                // Its position may have come since.
                service_code: service_code.or_else(|| present.service_code.clone()),
                status,
                receipt_id,
                failure: None,
                attempts: 0,
                due_at,
                version: present.version + 1,
                updated_at: given.now,
                ..present.clone()
            };
            (again, Some(present.version))
        }
        None => {
            let new = ReceiptRecovery {
                id: given.id(),
                iur: iur.to_owned(),
                iuv: iuv.to_owned(),
                service_code,
                status,
                receipt_id,
                failure: None,
                attempts: 0,
                due_at,
                created_by: given.client_id,
                version: 1,
                created_at: given.now,
                updated_at: given.now,
            };
            (new, None)
        }
    };
    let line = AuditLine::of(given, "receipt_recovery.asked", format!("receipt_recovery {}", recovery.id));
    let batch = Batch::new()
        .with(Write::PutRecovery { recovery: Box::new(recovery.clone()), expected })
        .with(Write::InsertAudit(line));
    Asked { recovery, batch }
}

/// Whether asking once more may bring what was not there.
const fn could_come(status: RecoveryStatus) -> bool {
    matches!(status, RecoveryStatus::NotFound | RecoveryStatus::Failed)
}

/// What a question has come to.
#[must_use]
pub fn settled(recovery: &ReceiptRecovery, outcome: &Outcome, now: Instant) -> Batch {
    let attempts = recovery.attempts.saturating_add(1);
    let asked =
        ReceiptRecovery { attempts, due_at: None, version: recovery.version + 1, updated_at: now, ..recovery.clone() };
    let failed = |code: &str| ReceiptRecovery {
        status: RecoveryStatus::Failed,
        failure: Some(code.to_owned()),
        ..asked.clone()
    };
    let after = match outcome {
        Outcome::Recovered(id) => {
            ReceiptRecovery { status: RecoveryStatus::Recovered, receipt_id: Some(*id), failure: None, ..asked }
        }
        Outcome::NotFound => ReceiptRecovery { status: RecoveryStatus::NotFound, failure: None, ..asked },
        Outcome::Failed(code) => failed(code),
        Outcome::Again { code, .. } if attempts >= ATTEMPTS_MAX => failed(code),
        Outcome::Again { code, after_seconds } => ReceiptRecovery {
            status: RecoveryStatus::Queued,
            failure: Some((*code).to_owned()),
            due_at: Some(now.plus_seconds(AGAIN_SECONDS.max(after_seconds.unwrap_or_default()))),
            ..asked
        },
    };
    Batch::new().with(Write::PutRecovery { recovery: Box::new(after), expected: Some(recovery.version) })
}

/// Whether two tellings of one payment say the same of it: what is booked, and no more. The receipts API leaves out what the
/// Node's message has, and the bytes are never the same.
#[must_use]
pub fn tell_the_same(one: &ReceiptContent, other: &ReceiptContent) -> bool {
    let shares = |content: &ReceiptContent| {
        let mut shares: Vec<(u8, i64)> =
            content.transfers.iter().map(|share| (share.index, share.amount.cents())).collect();
        shares.sort_unstable();
        shares
    };
    one.receipt_id == other.receipt_id
        && one.outcome == other.outcome
        && one.creditor_tax_code == other.creditor_tax_code
        && one.notice_number == other.notice_number
        && one.iuv == other.iuv
        && one.amount == other.amount
        && shares(one) == shares(other)
}
