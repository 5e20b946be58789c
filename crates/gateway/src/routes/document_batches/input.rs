// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller asks for in one file.

use chrono::NaiveDate;
use serde::Deserialize;
use tramite_domain::debt_position::PositionStatus;
use tramite_domain::document_batch::{BatchForm, BatchKind, POSITIONS_MAX};
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::{DebtPositionId, ImportId};
use tramite_domain::printed_notice::NoticeLanguage;
use tramite_domain::violation::{Place, Violations};
use tramite_storage::{ImportedLines, PositionFilter};
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::words;

/// Which documents are made into one file: those of the debt positions of an import, of some that are named, or of all that a filter
/// names.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "notice", "format": "pdf", "import_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e40",
}))]
pub(super) struct DocumentBatchInput {
    #[schema(value_type = words::DocumentKind)]
    pub(super) kind: BatchKind,
    #[schema(value_type = words::DocumentForm)]
    pub(super) format: BatchForm,
    /// The languages of notices; `it` where left out.
    #[schema(value_type = Option<words::NoticeLanguage>)]
    pub(super) language: Option<NoticeLanguage>,
    /// The import whose debt positions they are, in the order of its lines.
    #[schema(value_type = Option<words::Id>)]
    import_id: Option<ImportId>,
    /// The first line of the import that counts; all from the beginning where left out.
    #[schema(value_type = Option<words::LineNumber>)]
    from_line: Option<u64>,
    /// The last line of the import that counts; all to the end where left out.
    #[schema(value_type = Option<words::LineNumber>)]
    to_line: Option<u64>,
    /// The debt positions, in the order of the file.
    #[schema(value_type = Option<Vec<words::Id>>, min_items = 1, max_items = 10_000)]
    debt_position_ids: Option<Vec<DebtPositionId>>,
    filter: Option<DocumentFilterInput>,
}

/// Which debt positions, the newest first; what is left out does not matter.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DocumentFilter, example = json!({"service_code": "TARI", "status": "open"}))]
pub(super) struct DocumentFilterInput {
    /// Only those of this service.
    #[schema(value_type = Option<words::ServiceCode>)]
    service_code: Option<ServiceCode>,
    /// Only those in this state now.
    #[schema(value_type = Option<words::PositionStatus>)]
    status: Option<PositionStatus>,
    /// Only those with an installment due on this day or later.
    #[schema(value_type = Option<words::Day>)]
    due_date_from: Option<NaiveDate>,
    /// Only those with an installment due on this day or earlier.
    #[schema(value_type = Option<words::Day>)]
    due_date_to: Option<NaiveDate>,
}

/// Where the debt positions come from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// Lines of a file that was loaded.
    Import(ImportedLines),
    /// Some that are named.
    Named(Vec<DebtPositionId>),
    /// All that a filter names.
    Filter(PositionFilter),
}

impl DocumentBatchInput {
    /// Where its debt positions come from.
    ///
    /// # Errors
    /// [`crate::problem::Code::ValidationFailed`] where nothing says it, or several things do.
    pub(super) fn source(&self) -> Result<Source, Problem> {
        let root = Place::root();
        let mut wrong = Violations::new();
        if self.import_id.is_none() {
            let detail = "lines are of an import: name it as `import_id`";
            for (name, line) in [("from_line", self.from_line), ("to_line", self.to_line)] {
                if line.is_some() {
                    wrong.add(&root.at(name), "not_allowed", detail);
                }
            }
        }
        let import = self.import_id.map(|import| {
            Source::Import(ImportedLines {
                import,
                from: self.from_line.unwrap_or(0),
                to: self.to_line.unwrap_or(u64::MAX),
            })
        });
        let named = self.debt_position_ids.clone().map(Source::Named);
        let filter = self.filter.as_ref().map(|filter| Source::Filter(filter.filter()));
        let mut sources = [import, named, filter].into_iter().flatten();
        let (first, second) = (sources.next(), sources.next());
        match first {
            Some(only) if second.is_none() && wrong.is_empty() => return Ok(only),
            Some(_) if second.is_none() => {}
            _ => {
                let detail = "give one of `import_id`, `debt_position_ids` and `filter`";
                wrong.add(&root, "one_source", detail);
            }
        }
        Err(Problem::invalid(wrong.into_vec()))
    }
}

impl DocumentFilterInput {
    fn filter(&self) -> PositionFilter {
        PositionFilter {
            service_code: self.service_code.clone(),
            status: self.status,
            due_date_from: self.due_date_from,
            due_date_to: self.due_date_to,
            ..PositionFilter::default()
        }
    }
}

/// Debt positions that are named twice, and those that do not exist for the caller, each with its place.
///
/// # Errors
/// [`crate::problem::Code::ValidationFailed`] with each of them.
pub(super) fn check_named(named: &[DebtPositionId], unknown: &[DebtPositionId]) -> Result<(), Problem> {
    let place = Place::root().at("debt_position_ids");
    let unknown: std::collections::HashSet<_> = unknown.iter().collect();
    let mut seen = std::collections::HashSet::with_capacity(named.len().min(POSITIONS_MAX));
    let mut wrong = Violations::new();
    for (at, id) in named.iter().enumerate() {
        if unknown.contains(id) {
            wrong.add(&place.at(at), "unknown_debt_position", "there is no such debt position here");
        } else if !seen.insert(id) {
            wrong.add(&place.at(at), "named_twice", "it is named before");
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Problem::invalid(wrong.into_vec())) }
}
