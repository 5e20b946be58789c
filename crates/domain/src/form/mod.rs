// SPDX-License-Identifier: AGPL-3.0-or-later
//! Parametric payment services ("bollettino bianco parametrico"): an office describes a payment as data, and it is payable the same
//! minute. A [`Definition`] is read, checked as a whole and published as a [`Form`]; a submission is validated and priced by the
//! form alone (rules.md 46–48). Whatever a client says of a total is refused.

mod compiled;
mod definition;
mod entry;
mod expression;
mod json_schema;
mod kept;
mod labels;
pub mod limits;
mod names;
mod number;
mod pattern;
mod publish;
mod publish_version;
mod range;
mod registry;
mod replace_registry;
mod submit;
mod template;
mod value;

pub use compiled::Form;
pub use definition::{
    AccountingInput, AmountInput, Bound, CaseInput, Definition, ExpectedInput, FaultInput, FieldInput, FieldType,
    LineInput, LookupInput, Normalization, OnHit, OnMiss, OptionInput, PartyInput, QuotaInput, RuleInput,
    StampRuleInput, TableInput, TableRowInput, TransferRuleInput, WindowInput, read,
};
pub use json_schema::{json_schema, presentation, public_rows};
pub use kept::{FormVersion, RegistryVersion};
pub use labels::{LANGUAGES, Labels};
pub use publish::{Known, check_form, compile, digest, publish};
pub use publish_version::{known_accounts, publish_version, valid_accounts};
pub use registry::{Column, ColumnType, Registries, Registry, RegistryInput, Row, registry};
pub use replace_registry::{Dependent, check_registry, replace_registry};
pub use submit::{
    Claim, Fault, FieldLook, LOOKED_ROWS_MAX, Line, Look, Looked, Offered, Share, ShareTarget, Subject, Submission,
    SubmissionInput, Warning, look, read_submission, submit,
};
