// SPDX-License-Identifier: AGPL-3.0-or-later
//! The two look-ups of sessions across tenants.

use diesel::prelude::*;
use tramite_domain::ids::{InstitutionId, SessionId};

use super::SystemScope;
use crate::column::Id;
use crate::db::{Db, first, load_boxed};
use crate::error::StoreError;
use crate::schema::{checkout_sessions, session_items};
use crate::store::Answer;
use crate::store::Who;

impl SystemScope {
    /// The institution of a session: a checkout link names the session alone.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn session_home(&self, id: SessionId) -> Answer<'_, Option<InstitutionId>> {
        Box::pin(async move { self.store.read(Who::System, move |db| Box::pin(home(db, id))).await })
    }

    /// Sessions that hold another institution's notice as an unpaid item (rules.md 37).
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn sessions_with_foreign_item<'a>(
        &'a self,
        creditor_tax_code: &'a str,
        notice_number: &'a str,
    ) -> Answer<'a, Vec<(InstitutionId, SessionId)>> {
        self.sessions_with(creditor_tax_code, notice_number, false)
    }

    /// Sessions that hold another institution's notice as an item that is paid, though by no receipt of their own: a mark that
    /// is taken back releases it there.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn sessions_with_paid_foreign_item<'a>(
        &'a self,
        creditor_tax_code: &'a str,
        notice_number: &'a str,
    ) -> Answer<'a, Vec<(InstitutionId, SessionId)>> {
        self.sessions_with(creditor_tax_code, notice_number, true)
    }

    fn sessions_with<'a>(
        &'a self,
        creditor_tax_code: &'a str,
        notice_number: &'a str,
        paid: bool,
    ) -> Answer<'a, Vec<(InstitutionId, SessionId)>> {
        Box::pin(async move {
            let notice = (creditor_tax_code.to_owned(), notice_number.to_owned());
            self.store.read(Who::System, move |db| Box::pin(holding(db, notice, paid))).await
        })
    }
}

async fn home(mut db: Db<'_>, id: SessionId) -> Result<Option<InstitutionId>, StoreError> {
    let found: Option<Id<InstitutionId>> = first!(
        &mut db,
        checkout_sessions::table.filter(checkout_sessions::id.eq(Id(id))).select(checkout_sessions::institution_id)
    )?;
    Ok(found.map(|id| id.0))
}

/// Paid or not, though by no receipt of the session's own institution.
async fn holding(
    mut db: Db<'_>,
    (creditor, number): (String, String),
    paid: bool,
) -> Result<Vec<(InstitutionId, SessionId)>, StoreError> {
    let found: Vec<(Id<InstitutionId>, Id<SessionId>)> = load_boxed!(&mut db, DB => {
        let items = session_items::table
            .filter(session_items::creditor_tax_code.eq(&creditor))
            .filter(session_items::notice_number.eq(&number))
            .filter(session_items::installment_id.is_null())
            .select((session_items::institution_id, session_items::session_id))
            .into_boxed::<DB>();
        if paid {
            items.filter(session_items::paid_at.is_not_null())
        } else {
            items.filter(session_items::paid_at.is_null())
        }
    })?;
    Ok(found.into_iter().map(|(institution, session)| (institution.0, session.0)).collect())
}
