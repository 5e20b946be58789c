// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is read, one file per thing. Every query names the tenant first.

mod attempt;
mod audit;
mod delegation;
mod document_batch;
mod feed;
mod form;
mod found_of_receipt;
mod import;
mod import_rows;
mod import_traces;
mod in_use;
mod institution;
mod iuv_batch;
mod journal;
mod known_numbers;
mod known_of_receipt;
mod loadable;
mod logo;
mod notice;
mod order;
mod outcomes;
mod over;
mod person;
mod person_traces;
#[cfg(test)]
pub(crate) mod plan;
mod position;
mod positions;
mod printed_slip;
mod receipt;
mod recovery;
mod service;
mod session;
mod session_terms;
mod sessions;
mod support;
mod terms;
mod timeline;
mod timeline_sources;

pub use audit::{AUDIT_PAGE_DAYS_MAX, AuditFilter};
pub use document_batch::{DocumentFilter, ImportedLines};
pub use feed::{FeedEvent, FeedFilter, FeedPage};
pub use form::{FormState, RegistryHead};
pub use found_of_receipt::FoundOfReceipt;
pub use import_rows::{IMPORT_ROWS_MAX, ImportedInstallment, RowFilter};
pub use import_traces::ImportedLine;
pub use in_use::{Payers, PositionInUse};
pub use journal::JournalFilter;
pub use known_of_receipt::{KnownOfReceipt, ReceiptQuestion};
pub use loadable::{LOADABLE_INSTALLMENTS_MAX, Loadable};
pub use outcomes::{OUTCOME_LINES_MAX, Outcome, OutcomeFilter, OutcomePage};
pub use person::PersonSessions;
pub use person_traces::{KeptAnswer, PersonTraces, TracesOf};
pub use positions::PositionFilter;
pub use receipt::ReceiptFilter;
pub use session::Waiting;
pub use session_terms::SessionTerms;
pub use sessions::SessionFilter;
pub use terms::Terms;
pub use timeline::{History, TimelineFact, TimelineItem};

pub(crate) use feed::{Stretch, by_id as event_by_id, fed, first_month, names as kind_names, start as start_of_feed};
pub(crate) use institution::{KnownInstitutions, assemble as assemble_institutions, grouped};
