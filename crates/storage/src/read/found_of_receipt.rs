// SPDX-License-Identifier: AGPL-3.0-or-later
//! All that the decision on a receipt needs to know, whoever brings it: the Node, or the receipts API.

use tramite_domain::attempt::{ACTIVATION_SECONDS_MAX, Attempt};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::institution::Institution;
use tramite_domain::notice::NoticeNumber;
use tramite_domain::receipt::{Arrival, Known, Receipt};
use tramite_domain::session::CheckoutSession;
use tramite_domain::submission::PlaceOfPosition;
use tramite_domain::time::Instant;

use super::known_of_receipt::{KnownOfReceipt, ReceiptQuestion};
use super::session::Waiting;
use crate::Store;
use crate::error::StoreError;
use crate::scope::Scope;
use crate::store::Answer;

/// Sessions that are over and are completed with the receipt, the newest first; the others follow as a task.
const SESSIONS_OVER_MAX: usize = 20;

/// What is known here of a receipt.
#[derive(Debug, Default)]
pub struct FoundOfReceipt {
    /// Whether the broker it names is that of the station it names.
    pub broker_matches: bool,
    /// Whether number or reference of an unknown notice belong to another one.
    pub number_taken: bool,
    kept: Option<Receipt>,
    variant_kept: bool,
    position: Option<DebtPosition>,
    attempts: Vec<Attempt>,
    sessions: Vec<CheckoutSession>,
    more_sessions: bool,
    places: Vec<PlaceOfPosition>,
}

impl Store {
    /// What is known of a receipt that came for an institution.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn found_of_receipt<'a>(
        &'a self,
        scope: &'a Scope,
        institution: &'a Institution,
        arrival: &'a Arrival,
        now: Instant,
    ) -> Answer<'a, FoundOfReceipt> {
        Box::pin(FoundOfReceipt::read(self, scope, institution, arrival, now))
    }
}

impl FoundOfReceipt {
    async fn read(
        store: &Store,
        scope: &Scope,
        institution: &Institution,
        arrival: &Arrival,
        now: Instant,
    ) -> Result<Self, StoreError> {
        let content = &arrival.content;
        // The position is that of (fiscalCode, noticeNumber), never of idPA (rules.md 27).
        let own = content.creditor_tax_code == institution.tax_code.as_str();
        let Some(notice) = content.notice_number.parse::<NoticeNumber>().ok().filter(|_| own) else {
            let kept = store.receipt_by_key(scope, &content.receipt_id, content.outcome).await?;
            return Self::again(store, scope, arrival, kept, None).await;
        };
        let question = ReceiptQuestion {
            receipt_id: content.receipt_id.clone(),
            outcome: content.outcome,
            notice,
            attempts_since: content.paid_at.unwrap_or(now).min(now).plus_seconds(-ACTIVATION_SECONDS_MAX),
            over_max: SESSIONS_OVER_MAX,
        };
        let KnownOfReceipt { kept, position, attempts, waiting, places } =
            store.known_of_receipt(scope, question).await?;
        if kept.is_some() {
            return Self::again(store, scope, arrival, kept, position).await;
        }
        let Waiting { sessions, more: more_sessions } = waiting;
        Ok(Self { position, attempts, sessions, more_sessions, places, ..Self::default() })
    }

    /// A receipt that was kept before, with the position that it paid; the notice of the message may be another one now.
    async fn again(
        store: &Store,
        scope: &Scope,
        arrival: &Arrival,
        kept: Option<Receipt>,
        found: Option<DebtPosition>,
    ) -> Result<Self, StoreError> {
        let digest = arrival.message.sha256;
        let variant_kept = match kept.as_ref().filter(|kept| kept.message.sha256 != digest) {
            Some(kept) => store.keeps_variant(scope, kept.id, digest).await?,
            None => false,
        };
        let Some(subject) = kept.as_ref().and_then(|kept| kept.position.as_ref()) else {
            return Ok(Self { kept, variant_kept, ..Self::default() });
        };
        let position = match found.filter(|found| found.id == subject.position_id) {
            Some(found) => Some(found),
            None => store.position(scope, subject.position_id).await?,
        };
        Ok(Self { kept, variant_kept, position, ..Self::default() })
    }

    /// The receipt that is here under the same key.
    #[must_use]
    pub const fn kept(&self) -> Option<&Receipt> {
        self.kept.as_ref()
    }

    /// As the decision asks for it.
    #[must_use]
    pub fn known<'a>(&'a self, institution: &'a Institution) -> Known<'a> {
        Known {
            institution,
            broker_matches: self.broker_matches,
            kept: self.kept.as_ref(),
            variant_kept: self.variant_kept,
            position: self.position.as_ref(),
            number_taken: self.number_taken,
            places: &self.places,
            attempts: &self.attempts,
            sessions: &self.sessions,
            more_sessions: self.more_sessions,
        }
    }
}
