// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is known here of a receipt that comes: all that its decision needs, on one snapshot.

use tramite_domain::attempt::Attempt;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::notice::NoticeNumber;
use tramite_domain::receipt::{Receipt, ReceiptOutcome};
use tramite_domain::submission::PlaceOfPosition;
use tramite_domain::time::Instant;

use super::session::Waiting;
use super::{attempt, notice, places, receipt, session};
use crate::Store;
use crate::db::{Db, together};
use crate::error::StoreError;
use crate::scope::Scope;
use crate::store::Answer;

/// What is asked of a receipt.
#[derive(Debug, Clone)]
pub struct ReceiptQuestion {
    /// `receiptId`, half of the Node's key (rules.md 26).
    pub receipt_id: String,
    /// The other half.
    pub outcome: ReceiptOutcome,
    /// The notice it pays.
    pub notice: NoticeNumber,
    /// From when on attempts matter.
    pub attempts_since: Instant,
    /// How many sessions that are over are wanted.
    pub over_max: usize,
}

/// What is known of it.
#[derive(Debug, Clone)]
pub struct KnownOfReceipt {
    /// The receipt that is here under its key, with its message.
    pub kept: Option<Receipt>,
    /// The position of its notice.
    pub position: Option<DebtPosition>,
    /// The attempts on the installment of its notice.
    pub attempts: Vec<Attempt>,
    /// The sessions that a payment of that installment completes.
    pub waiting: Waiting,
    /// The places that the submission of its position took.
    pub places: Vec<PlaceOfPosition>,
}

impl Store {
    /// What is known of a receipt.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn known_of_receipt<'a>(&'a self, scope: &'a Scope, question: ReceiptQuestion) -> Answer<'a, KnownOfReceipt> {
        Box::pin(async move {
            let own = scope.clone();
            self.read(scope, move |db| Box::pin(known(db, own, question))).await
        })
    }
}

async fn known(mut db: Db<'_>, scope: Scope, question: ReceiptQuestion) -> Result<KnownOfReceipt, StoreError> {
    let ReceiptQuestion { receipt_id, outcome, notice, attempts_since, over_max } = question;
    let institution = scope.institution();
    let (kept, position, attempts, held) = together!(
        &mut db,
        |db| receipt::by_key(db, scope.clone(), receipt_id.clone(), outcome),
        |db| notice::by_notice(db, scope.clone(), notice),
        |db| attempt::on_notice(db, institution, notice, attempts_since),
        |db| session::on_notice(db, institution, notice),
    )?;
    let waiting = session::among(&mut db, institution, held, over_max).await?;
    let places = match &position {
        Some(position) => places::of_position(db.reborrow(), institution, position).await?.places,
        None => Vec::new(),
    };
    Ok(KnownOfReceipt { kept, position, attempts, waiting, places })
}
