// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller reads of a person.

use serde::Serialize;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::event::Event;
use tramite_domain::personal::Personal;
use tramite_domain::receipt::{Party, Receipt, ReceiptContent};
use tramite_domain::session::{CheckoutSession, Payer};
use tramite_domain::submission::KeptSubmission;
use tramite_domain::tax_code::SubjectTaxCode;
use tramite_domain::time::Instant;
use tramite_storage::{ImportedLine, KeptAnswer, REPLAY_SECONDS};
use utoipa::ToSchema;

use super::export::Found;
use super::found::{About, pays_in};
use crate::problem::Problem;
use crate::routes::checkout_sessions::{CheckoutSessionView, view_of_session, view_of_session_part};
use crate::routes::debt_positions::{DebtPositionView, payers, view};
use crate::routes::journal::JournalEntryView;
use crate::routes::receipts::{ReceiptView, view_of_receipt};
use crate::routes::submissions::SubmissionView;
use crate::words;

/// Everything that is kept of a person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonExport, example = json!({
    "exported_at": "2026-09-20T10:00:00Z", "debt_positions": [], "checkout_sessions": [], "submissions": [], "receipts": [], "journal": [],
    "events": [], "kept_answers": [], "import_rows": [], "more_of": [],
}))]
pub(crate) struct PersonExportView {
    #[schema(value_type = words::Timestamp)]
    exported_at: Instant,
    /// Debts of the person.
    #[schema(min_items = 0, max_items = 1000)]
    debt_positions: Vec<DebtPositionView>,
    /// Sessions in which the person pays, and those over debts of theirs.
    #[schema(min_items = 0, max_items = 1000)]
    checkout_sessions: Vec<PersonSessionView>,
    /// Submissions that name the person; what was entered where the person owes what it came to.
    #[schema(min_items = 0, max_items = 1000)]
    submissions: Vec<SubmissionView>,
    /// Receipts of the person's debts and payments. Of another debtor or payer nothing is told.
    #[schema(min_items = 0, max_items = 1000)]
    receipts: Vec<ReceiptView>,
    /// Messages about any of these, without what stands in them.
    #[schema(min_items = 0, max_items = 2000)]
    journal: Vec<JournalEntryView>,
    /// Events about any of these; none holds personal data.
    #[schema(min_items = 0, max_items = 2000)]
    events: Vec<EventReferenceView>,
    /// Answers about these debts that are kept to be said again.
    #[schema(min_items = 0, max_items = 2000)]
    kept_answers: Vec<KeptAnswerView>,
    /// Rows of files that are about these debts. The files are kept encrypted for a while, and are not looked into.
    #[schema(min_items = 0, max_items = 2000)]
    import_rows: Vec<ImportedRowView>,
    /// Of what there is more than stands here: lists and searches tell the rest.
    #[schema(value_type = Vec<words::PersonThings>, min_items = 0, max_items = 8)]
    more_of: Vec<&'static str>,
}

/// A checkout session with what it says of who pays.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonSession)]
pub(crate) struct PersonSessionView {
    session: CheckoutSessionView,
    /// The client that made it.
    #[schema(value_type = words::Id)]
    client_id: String,
    /// Where it is the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<PersonPayerView>,
    /// Where the person pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::WebAddress>)]
    return_url: Option<String>,
    /// What the client gave to get it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line128>)]
    state: Option<String>,
}

/// Who pays, as the portal said.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonPayer)]
pub(crate) struct PersonPayerView {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::SubjectTaxCode>)]
    tax_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line70>)]
    full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::EmailAddress>)]
    email: Option<String>,
}

/// An event, named.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EventReference)]
pub(crate) struct EventReferenceView {
    #[schema(value_type = words::Id)]
    id: String,
    #[serde(rename = "type")]
    #[schema(value_type = words::EventType)]
    kind: &'static str,
    #[schema(value_type = words::Timestamp)]
    timestamp: Instant,
}

/// An answer that is kept for whoever sends the same request again.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = KeptAnswer)]
pub(crate) struct KeptAnswerView {
    #[schema(value_type = words::Id)]
    client_id: String,
    /// Method and path of the request.
    #[schema(value_type = words::AuditSubject)]
    request: String,
    #[schema(value_type = words::Timestamp)]
    answered_at: Instant,
    /// When it goes by itself.
    #[schema(value_type = words::Timestamp)]
    until: Instant,
}

/// A row of a file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportedRow)]
pub(crate) struct ImportedRowView {
    /// The import.
    #[schema(value_type = words::Id)]
    import_id: String,
    #[schema(value_type = words::LineNumber)]
    line: u64,
    /// When the file goes, and this row with it; absent while it is being loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    file_kept_until: Option<Instant>,
}

impl PersonExportView {
    /// What was found, without what it says of others.
    pub(super) async fn of(about: &About<'_>, found: Found) -> Result<Self, Problem> {
        let now = about.gateway.now();
        let (tenant, code) = (about.tenant, about.code);
        let paying = payers(about.gateway, &tenant.scope, &found.positions).await?;
        let sessions = found.sessions.iter().map(|session| PersonSessionView::of(code, session, &found.positions, now));
        Ok(Self {
            exported_at: now,
            checkout_sessions: sessions.collect(),
            debt_positions: found.positions.iter().map(|one| view(tenant.creditor, one, &paying, now)).collect(),
            receipts: found.receipts.into_iter().map(|one| view_of_receipt(&of_person(code, one))).collect(),
            journal: found.traces.journal.into_iter().map(|entry| JournalEntryView::of(entry, None)).collect(),
            events: found.traces.events.iter().map(EventReferenceView::of).collect(),
            kept_answers: found.traces.answers.iter().map(KeptAnswerView::of).collect(),
            submissions: found.submissions.iter().map(|kept| of_submission(about.code, kept)).collect(),
            import_rows: found.traces.imported.iter().map(ImportedRowView::of).collect(),
            more_of: found.more_of,
        })
    }
}

/// The submission with what was entered, where it is the person who owes: what is kept of others in it is not theirs.
fn of_submission(code: &SubjectTaxCode, kept: &KeptSubmission) -> SubmissionView {
    let owes = kept.entered.as_ref().is_some_and(|entered| entered.debtor.tax_code.expose() == code);
    let shown = SubmissionView::of(kept);
    if owes { shown.with_values(kept) } else { shown }
}

/// The receipt with that person alone.
fn of_person(code: &SubjectTaxCode, receipt: Receipt) -> Receipt {
    let is = |party: &Personal<Party>| party.expose().tax_code.eq_ignore_ascii_case(code.as_str());
    let content = receipt.content;
    let (debtor, payer) = (content.debtor.clone().filter(is), content.payer.clone().filter(is));
    Receipt { content: ReceiptContent { debtor, payer, ..content }, ..receipt }
}

impl PersonSessionView {
    fn of(code: &SubjectTaxCode, session: &CheckoutSession, positions: &[DebtPosition], now: Instant) -> Self {
        let own = pays_in(code, session);
        let shown = if own {
            view_of_session(session, positions, None, now)
        } else {
            // What was written freely in the session of somebody else may be about them, and so are its other items.
            view_of_session_part(session, positions, now)
        };
        Self {
            session: shown,
            client_id: session.client_id.to_string(),
            payer: session.payer.as_ref().filter(|_| own).map(PersonPayerView::of),
            return_url: own.then(|| session.return_url.clone()),
            state: session.state.as_ref().filter(|_| own).map(ToString::to_string),
        }
    }
}

impl PersonPayerView {
    fn of(payer: &Personal<Payer>) -> Self {
        let payer = payer.expose();
        Self {
            tax_code: payer.tax_code.as_ref().map(ToString::to_string),
            full_name: payer.full_name.as_ref().map(ToString::to_string),
            email: payer.email.as_ref().map(ToString::to_string),
        }
    }
}

impl EventReferenceView {
    fn of(event: &Event) -> Self {
        Self { id: event.id.to_string(), kind: event.kind.name(), timestamp: event.at }
    }
}

impl ImportedRowView {
    fn of(row: &ImportedLine) -> Self {
        Self { import_id: row.import.to_string(), line: row.line, file_kept_until: row.kept_until }
    }
}

impl KeptAnswerView {
    fn of(kept: &KeptAnswer) -> Self {
        Self {
            client_id: kept.client.to_string(),
            request: format!("{} {}", kept.method, kept.path),
            answered_at: kept.created_at,
            until: kept.created_at.plus_seconds(REPLAY_SECONDS),
        }
    }
}
