// SPDX-License-Identifier: AGPL-3.0-or-later
//! One store with two adapters: SQLite, embedded, for demos, sandboxes and small bodies; PostgreSQL for production.
//!
//! What holds for both is proved by one contract suite (`tests/contract/`). `README.md` shows the way of a statement.

mod column;
mod commit;
mod db;
mod document_file;
mod error;
mod idempotency;
mod import_file;
mod migrate;
mod numbers;
mod page;
mod postgres;
mod read;
mod row;
mod rule;
mod schema;
mod scope;
mod seal;
mod sealed_key;
mod secret;
mod sqlite;
mod statement;
mod store;
mod system;
mod url;
mod webhook;

pub use document_file::DocumentPart;
pub use error::{Source, StoreError};
pub use idempotency::{IdempotencyKey, IdempotencyRecord, REPLAY_SECONDS};
pub use import_file::IMPORT_PART_BYTES;
pub use migrate::Migrated;
pub use numbers::NUMBERS_MAX;
pub use page::{COMMIT_WINDOW_SECONDS, Cursor, CursorError, PAGE_LIMIT_MAX, Page, PageRequest};
pub use read::{
    AUDIT_PAGE_DAYS_MAX, AuditFilter, DocumentFilter, FeedEvent, FeedFilter, FeedPage, FormState, FoundOfReceipt,
    History, IMPORT_ROWS_MAX, ImportedInstallment, ImportedLine, ImportedLines, JournalFilter, KeptAnswer,
    KnownOfReceipt, LOADABLE_INSTALLMENTS_MAX, Loadable, OUTCOME_LINES_MAX, Outcome, OutcomeFilter, OutcomePage,
    Payers, PersonSessions, PersonTraces, PositionFilter, PositionInUse, ReceiptFilter, ReceiptQuestion, RegistryHead,
    RowFilter, SessionFilter, SessionTerms, SubmissionFilter, Terms, TimelineFact, TimelineItem, TracesOf, Waiting,
};
pub use rule::Rule;
pub use scope::Scope;
pub use seal::{MasterKey, MasterKeyError};
pub use store::{Answer, PoolState, Store, StoreSettings, is_still_writable};
pub use system::{
    BACKLOG_ROWS_MAX, Backlog, Change, ClaimedDocuments, ClaimedImport, ClaimedLane, ClaimedRecovery, ClaimedTask, Due,
    DueDelivery, KeptMessage, KeyPurpose, LaneLimits, LaneWork, NodeAnswers, OperatorRecord, Queue, RAW_BYTES_MAX,
    RawMessage, SigningKey, Stepped, SystemScope, Taken, TaskQueue,
};
pub use url::{Backend, DatabaseUrl, DatabaseUrlError};
pub use webhook::{DeliveryFilter, DeliveryKey, REDELIVERIES_MAX, Redelivery, TestEvent, WebhookChange, WebhookDoor};
