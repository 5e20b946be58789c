// SPDX-License-Identifier: AGPL-3.0-or-later
//! The position behind a notice: what the Node asks for, around the clock.

use diesel::prelude::*;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ids::InstitutionId;
use tramite_domain::notice::NoticeNumber;

use super::position::{WholeRows, load_whole, visible};
use crate::Store;
use crate::column::Id;
use crate::db::Db;
use crate::error::StoreError;
use crate::row::installment::{InstallmentRow, OptionRow, TransferRow};
use crate::row::position::PositionHead;
use crate::schema::{asked_installments, debt_positions, installments, payment_options, transfers};
use crate::scope::Scope;
use crate::store::Answer;

impl Store {
    /// The position one of whose installments has that notice number.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn position_by_notice<'a>(
        &'a self,
        scope: &'a Scope,
        number: &'a NoticeNumber,
    ) -> Answer<'a, Option<DebtPosition>> {
        Box::pin(async move {
            let (own, number) = (scope.clone(), *number);
            self.read(scope, move |db| Box::pin(by_notice(db, own, number))).await
        })
    }
}

pub(super) async fn by_notice(
    mut db: Db<'_>,
    scope: Scope,
    number: NoticeNumber,
) -> Result<Option<DebtPosition>, StoreError> {
    let institution = scope.institution();
    let id = || {
        of_notice(institution, number).select(asked_installments.field(installments::debt_position_id)).single_value()
    };
    let rows: WholeRows = load_whole!(&mut db, institution, id())?;
    visible(&scope, rows)
}

/// The installment of a notice. It is found by the reference that the number tells, the one index of both; behind another
/// application code the same reference is no notice of ours.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn of_notice(institution: InstitutionId, number: NoticeNumber) -> _ {
    let institution: Id<InstitutionId> = Id(institution);
    let (iuv, number): (String, String) = (number.iuv().to_string(), number.to_string());
    asked_installments
        .filter(asked_installments.field(installments::institution_id).eq(institution))
        .filter(asked_installments.field(installments::iuv).eq(iuv))
        .filter(asked_installments.field(installments::notice_number).eq(number))
}
