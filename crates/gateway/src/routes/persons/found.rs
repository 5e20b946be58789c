// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is kept of a person, page by page, whichever client of the institution made it.

use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ids::{DebtPositionId, SessionId, SubmissionId};
use tramite_domain::personal::Personal;
use tramite_domain::receipt::Receipt;
use tramite_domain::session::CheckoutSession;
use tramite_domain::submission::KeptSubmission;
use tramite_domain::tax_code::SubjectTaxCode;
use tramite_storage::{Cursor, PAGE_LIMIT_MAX, PageRequest, PersonSessions, PositionFilter, ReceiptFilter};

use crate::auth::Tenant;
use crate::gateway::Gateway;
use crate::problem::Problem;

/// Sessions of one person that are read at a time.
const SESSIONS_MAX: usize = 1_000;

/// Some of them, and whether there are more.
pub(super) struct Stretch<T> {
    pub(super) items: Vec<T>,
    pub(super) next: Option<Cursor>,
}

/// Who asks, and about whom.
pub(super) struct About<'a> {
    pub(super) gateway: &'a Gateway,
    pub(super) tenant: &'a Tenant,
    pub(super) code: &'a SubjectTaxCode,
}

impl About<'_> {
    /// A page of the debt positions that are the person's, the newest first.
    pub(super) async fn positions(&self, cursor: Option<Cursor>) -> Result<Stretch<DebtPosition>, Problem> {
        let filter =
            PositionFilter { debtor_tax_code: Some(Personal::new(self.code.clone())), ..PositionFilter::default() };
        let request = PageRequest { limit: PAGE_LIMIT_MAX, cursor };
        let store = self.gateway.store();
        let page = store.positions(&self.tenant.scope, &filter, &request, self.gateway.now()).await?;
        Ok(Stretch { items: page.items, next: page.next })
    }

    /// A page of the receipts of the person's debts and payments, the newest first.
    pub(super) async fn receipts(&self, cursor: Option<Cursor>) -> Result<Stretch<Receipt>, Problem> {
        let filter =
            ReceiptFilter { person_tax_code: Some(Personal::new(self.code.clone())), ..ReceiptFilter::default() };
        let request = PageRequest { limit: PAGE_LIMIT_MAX, cursor };
        let store = self.gateway.store();
        let page = store.receipts(&self.tenant.scope, &filter, &request, self.gateway.now()).await?;
        Ok(Stretch { items: page.items, next: page.next })
    }

    /// Submissions that name the person, the newest first, older than one of them; and where to go on, if there may be more.
    pub(super) async fn submissions(
        &self,
        before: Option<SubmissionId>,
    ) -> Result<(Vec<KeptSubmission>, Option<SubmissionId>), Problem> {
        let stretch = (before, usize::from(PAGE_LIMIT_MAX));
        Ok(self.gateway.store().submissions_of_person(&self.tenant.scope, self.code, stretch).await?)
    }

    /// The sessions in which the person pays, and those over these debts of theirs, the newest first, older than one of them; and
    /// where to go on, if there may be more.
    pub(super) async fn sessions(
        &self,
        positions: &[DebtPositionId],
        which: PersonSessions,
        before: Option<SessionId>,
    ) -> Result<(Vec<CheckoutSession>, Option<SessionId>), Problem> {
        let store = self.gateway.store();
        let stretch = (before, SESSIONS_MAX);
        Ok(store.sessions_of_person(&self.tenant.scope, self.code, positions, which, stretch).await?)
    }
}

/// Whether a session says that this person pays. Of a payer without a tax code nobody knows who it is, so it is told to nobody.
pub(super) fn pays_in(code: &SubjectTaxCode, session: &CheckoutSession) -> bool {
    payer(session).is_some_and(|payer| payer == code)
}

/// Whether the person pays in a session over a debt of theirs, or may be who pays: what an erasure takes away. A payer who is named
/// by another tax code is somebody else, and stays.
pub(super) fn may_pay_in(code: &SubjectTaxCode, session: &CheckoutSession) -> bool {
    payer(session).is_none_or(|payer| payer == code)
}

fn payer(session: &CheckoutSession) -> Option<&SubjectTaxCode> {
    session.payer.as_ref().and_then(|payer| payer.expose().tax_code.as_ref())
}
