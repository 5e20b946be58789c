// SPDX-License-Identifier: AGPL-3.0-or-later
//! Submissions of forms. They belong to the client that made them; one confined to services sees those of its services.

use diesel::prelude::*;
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::{DebtPositionId, InstitutionId, SubmissionId};
use tramite_domain::submission::KeptSubmission;
use tramite_domain::tax_code::SubjectTaxCode;
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::over::end_of_ids;
use crate::Store;
use crate::column::{At, Id};
use crate::db::{Db, first, load, load_boxed};
use crate::error::StoreError;
use crate::page::{Cursor, List, Page, PageRequest};
use crate::row::fit;
use crate::row::submission::SubmissionRow;
use crate::schema::{form_submissions, submission_persons};
use crate::scope::Scope;
use crate::store::Answer;

/// Which submissions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubmissionFilter {
    /// Of that service.
    pub service_code: Option<ServiceCode>,
    /// For which that debt position is to be paid.
    pub debt_position_id: Option<DebtPositionId>,
}

impl Store {
    /// The submission of that id; none where it does not exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn submission<'a>(&'a self, scope: &'a Scope, id: SubmissionId) -> Answer<'a, Option<KeptSubmission>> {
        Box::pin(async move {
            let institution = scope.institution();
            let found = self.read(scope, move |db| Box::pin(by_id(db, institution, id))).await?;
            Ok(found.filter(|kept| scope.sees_submission(kept)))
        })
    }

    /// Submissions, the newest first.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn submissions<'a>(
        &'a self,
        scope: &'a Scope,
        page: &'a PageRequest,
        filter: SubmissionFilter,
    ) -> Answer<'a, Page<KeptSubmission>> {
        Box::pin(async move {
            let after = Cursor::id(page.cursor.as_ref(), List::Submissions)?;
            let (own, rows) = (scope.clone(), page.rows());
            let found = self.read(scope, move |db| Box::pin(list(db, own, filter, after, rows))).await?;
            Ok(Page::cut(found, page, |one| Cursor::after_id(List::Submissions, one.id.uuid())))
        })
    }

    /// The submissions that name somebody by that tax code, whichever client made them: the newest first, older than `before`, so many
    /// at most. With them the one before which to go on, where there may be more, whether or not those between exist for the scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn submissions_of_person<'a>(
        &'a self,
        scope: &'a Scope,
        code: &'a SubjectTaxCode,
        (before, limit): (Option<SubmissionId>, usize),
    ) -> Answer<'a, (Vec<KeptSubmission>, Option<SubmissionId>)> {
        Box::pin(async move {
            let (institution, code) = (scope.institution(), code.as_str().to_owned());
            // No id is greater than the last one.
            let before = before.unwrap_or(SubmissionId::new(Uuid::max()));
            let rows = fit("limit", limit)?;
            let found = self.read(scope, move |db| Box::pin(of_person(db, institution, code, (before, rows)))).await?;
            let next = found.last().filter(|_| found.len() >= limit).map(|last| last.id);
            let own = scope.whichever_client();
            Ok((found.into_iter().filter(|kept| own.sees_submission(kept)).collect(), next))
        })
    }

    /// Submissions for which there was nothing to pay, made before an instant, that still say what was entered: so many at most.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn submissions_over<'a>(
        &'a self,
        scope: &'a Scope,
        made_before: Instant,
        limit: usize,
    ) -> Answer<'a, Vec<KeptSubmission>> {
        Box::pin(async move {
            let (institution, rows) = (scope.institution(), fit("limit", limit)?);
            self.read(scope, move |db| Box::pin(over(db, institution, made_before, rows))).await
        })
    }

    /// Submissions of pages whose time is over at an instant, the earliest first: so many at most.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn submissions_lapsed<'a>(
        &'a self,
        scope: &'a Scope,
        now: Instant,
        limit: usize,
    ) -> Answer<'a, Vec<KeptSubmission>> {
        Box::pin(async move {
            let (institution, rows) = (scope.institution(), fit("limit", limit)?);
            self.read(scope, move |db| Box::pin(lapsed(db, institution, now, rows))).await
        })
    }
}

async fn by_id(
    mut db: Db<'_>,
    institution: InstitutionId,
    id: SubmissionId,
) -> Result<Option<KeptSubmission>, StoreError> {
    let row: Option<SubmissionRow> = first!(
        &mut db,
        form_submissions::table
            .filter(form_submissions::institution_id.eq(Id(institution)))
            .filter(form_submissions::id.eq(Id(id)))
            .select(SubmissionRow::as_select())
    )?;
    row.map(SubmissionRow::into_submission).transpose()
}

async fn list(
    mut db: Db<'_>,
    scope: Scope,
    filter: SubmissionFilter,
    after: Option<Uuid>,
    rows: i64,
) -> Result<Vec<KeptSubmission>, StoreError> {
    let found: Vec<SubmissionRow> = load_boxed!(&mut db, DB => {
        use form_submissions::dsl;
        let mut query = dsl::form_submissions
            .filter(dsl::institution_id.eq(Id(scope.institution())))
            .order(dsl::id.desc())
            .limit(rows)
            .select(SubmissionRow::as_select())
            .into_boxed::<DB>();
        if let Some(client) = scope.client() {
            query = query.filter(dsl::created_by.eq(Id(client)));
        }
        if let Some(codes) = scope.service_codes() {
            query = query.filter(dsl::service_code.eq_any(codes));
        }
        if let Some(code) = &filter.service_code {
            query = query.filter(dsl::service_code.eq(code.to_string()));
        }
        if let Some(position) = filter.debt_position_id {
            query = query.filter(dsl::debt_position_id.eq(Some(Id(position))).assume_not_null());
        }
        if let Some(after) = after {
            query = query.filter(dsl::id.lt(Id(SubmissionId::new(after))));
        }
        query
    })?;
    submissions(found)
}

async fn of_person(
    mut db: Db<'_>,
    institution: InstitutionId,
    code: String,
    (before, rows): (SubmissionId, i64),
) -> Result<Vec<KeptSubmission>, StoreError> {
    let named: Vec<Id<SubmissionId>> = load!(
        &mut db,
        submission_persons::table
            .filter(submission_persons::institution_id.eq(Id(institution)))
            .filter(submission_persons::tax_code.eq(code))
            .filter(submission_persons::submission_id.lt(Id(before)))
            .order(submission_persons::submission_id.desc())
            .limit(rows)
            .select(submission_persons::submission_id)
    )?;
    let mut found = Vec::with_capacity(named.len());
    for id in named {
        found.extend(by_id(db.reborrow(), institution, id.0).await?);
    }
    Ok(found)
}

async fn over(
    mut db: Db<'_>,
    institution: InstitutionId,
    made_before: Instant,
    rows: i64,
) -> Result<Vec<KeptSubmission>, StoreError> {
    let found: Vec<SubmissionRow> = load!(
        &mut db,
        form_submissions::table
            .filter(form_submissions::institution_id.eq(Id(institution)))
            .filter(form_submissions::debt_position_id.is_null())
            .filter(form_submissions::entered.is_not_null())
            .filter(form_submissions::created_at.lt(At(made_before)))
            .filter(form_submissions::id.lt(Id(SubmissionId::new(end_of_ids(made_before)))))
            .order(form_submissions::id)
            .limit(rows)
            .select(SubmissionRow::as_select())
    )?;
    submissions(found)
}

async fn lapsed(
    mut db: Db<'_>,
    institution: InstitutionId,
    now: Instant,
    rows: i64,
) -> Result<Vec<KeptSubmission>, StoreError> {
    let found: Vec<SubmissionRow> = load!(
        &mut db,
        form_submissions::table
            .filter(form_submissions::institution_id.eq(Id(institution)))
            .filter(form_submissions::lapses_at.le(Some(At(now))))
            .order(form_submissions::lapses_at)
            .limit(rows)
            .select(SubmissionRow::as_select())
    )?;
    submissions(found)
}

fn submissions(found: Vec<SubmissionRow>) -> Result<Vec<KeptSubmission>, StoreError> {
    found.into_iter().map(SubmissionRow::into_submission).collect()
}
