// SPDX-License-Identifier: AGPL-3.0-or-later
//! Everything that is kept of a person (GDPR, article 15), in one answer.

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::personal::Personal;
use tramite_domain::receipt::Receipt;
use tramite_domain::session::CheckoutSession;
use tramite_domain::submission::KeptSubmission;
use tramite_storage::{Cursor, PersonSessions, PersonTraces, TracesOf};
use utoipa::ToSchema;

use super::export_view::PersonExportView;
use super::found::{About, Stretch};
use super::subject::person;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, line};
use crate::extract::Body;
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::routes::debt_positions::subject;
use crate::words;

/// Debt positions, and receipts, of one export at most.
pub(super) const THINGS_MAX: usize = 1_000;
/// Lines of the journal, events and kept answers of one export at most, of each.
pub(super) const TRACES_MAX: usize = 2_000;

/// Whose data.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tax_code": "RSSMRA85T10A562S"}))]
pub(crate) struct PersonExportInput {
    #[schema(value_type = words::SubjectTaxCode)]
    tax_code: Personal<String>,
}

/// What was found.
pub(super) struct Found {
    pub(super) positions: Vec<DebtPosition>,
    pub(super) sessions: Vec<CheckoutSession>,
    pub(super) submissions: Vec<KeptSubmission>,
    pub(super) receipts: Vec<Receipt>,
    pub(super) traces: PersonTraces,
    /// Of what there is more than is told.
    pub(super) more_of: Vec<&'static str>,
}

/// Exports what is kept of a person
///
/// As the debtor, as who pays, or as whom a checkout session or a submission of a form names, whichever of the institution's clients
/// made it. What is kept of other people in the same things is left out. Messages are named and not told: they are read in the journal, by who may. Each
/// export leaves a line in the audit trail. `more_of` names what there is more of than one answer holds.
#[utoipa::path(
    tag = "persons", operation_id = "export_person",
    request_body = PersonExportInput,
    responses((status = 200, description = "Everything that is kept of the person.", body = PersonExportView))
)]
#[post("/v1/persons/export")]
pub(crate) async fn export_person(gateway: Data<Gateway>, tenant: Tenant, body: Body<PersonExportInput>) -> Answer {
    let code = person(&body.valid()?.tax_code)?;
    let subject = subject(&gateway.store().pseudonym_key(&tenant.scope).await?, &code);
    let line = line(&gateway, tenant.client_id(), "person.exported", subject);
    gateway.store().commit(&tenant.scope, Batch::new().with(Write::InsertAudit(line))).await?;
    let about = About { gateway: &gateway, tenant: &tenant, code: &code };
    let found = find(&about).await?;
    Ok(Reply::ok(&PersonExportView::of(&about, found).await?)?.into_response())
}

async fn find(about: &About<'_>) -> Result<Found, Problem> {
    let (positions, more_positions) = all(async |cursor| about.positions(cursor).await).await?;
    let (receipts, more_receipts) = all(async |cursor| about.receipts(cursor).await).await?;
    let ids: Vec<_> = positions.iter().map(|position| position.id).collect();
    let (sessions, older) = about.sessions(&ids, PersonSessions::All, None).await?;
    let (submissions, more_submissions) = submissions(about).await?;
    let notices =
        positions.iter().flat_map(DebtPosition::installments).filter_map(|(_, one)| one.notice_number.as_ref());
    let of = TracesOf {
        positions: ids,
        notices: notices.map(ToString::to_string).collect(),
        sessions: sessions.iter().map(|session| session.id).collect(),
        receipts: receipts.iter().map(|receipt| receipt.id).collect(),
    };
    let (scope, creditor) = (&about.tenant.scope, about.tenant.creditor);
    let traces = about.gateway.store().traces_of_person(scope, creditor, of, TRACES_MAX).await?;
    let more = [
        ("debt_positions", more_positions),
        ("receipts", more_receipts),
        ("checkout_sessions", older.is_some()),
        ("submissions", more_submissions),
        ("journal", traces.journal.len() >= TRACES_MAX),
        ("events", traces.events.len() >= TRACES_MAX),
        ("kept_answers", traces.answers.len() >= TRACES_MAX),
        ("import_rows", traces.imported.len() >= TRACES_MAX),
    ];
    let more_of = more.into_iter().filter(|(_, more)| *more).map(|(name, _)| name).collect();
    Ok(Found { positions, sessions, submissions, receipts, traces, more_of })
}

/// The submissions, as many as an answer holds, and whether there are more.
async fn submissions(about: &About<'_>) -> Result<(Vec<KeptSubmission>, bool), Problem> {
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let (mut some, next) = about.submissions(before).await?;
        found.append(&mut some);
        if next.is_none() || found.len() >= THINGS_MAX {
            let more = next.is_some() || found.len() > THINGS_MAX;
            found.truncate(THINGS_MAX);
            return Ok((found, more));
        }
        before = next;
    }
}

/// The pages of a list, as many as an answer holds, and whether there are more.
async fn all<T>(page: impl AsyncFn(Option<Cursor>) -> Result<Stretch<T>, Problem>) -> Result<(Vec<T>, bool), Problem> {
    let (mut items, mut cursor) = (Vec::new(), None);
    loop {
        let Stretch { items: mut some, next } = page(cursor).await?;
        items.append(&mut some);
        if next.is_none() || items.len() >= THINGS_MAX {
            let more = next.is_some() || items.len() > THINGS_MAX;
            items.truncate(THINGS_MAX);
            return Ok((items, more));
        }
        cursor = next;
    }
}
