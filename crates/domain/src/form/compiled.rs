// SPDX-License-Identifier: AGPL-3.0-or-later
//! A form that was checked: names are places, expressions have types. It never changes.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::definition::{Definition, FieldType, Normalization, OnHit, OnMiss};
use super::expression::{Node, Table};
use super::labels::Labels;
use super::limits::{INTEGER_DEFAULT_MAX, PATTERN_BYTES_MAX};
use super::number::Number;
use super::pattern::Pattern;
use super::template::Template;
use super::value::Value;
use crate::debt_position::AccountingEntryInput;
use crate::ident::{AccountCode, ServiceCode};
use crate::money::{Cents, PAYABLE_CENTS_MAX};
use crate::taxonomy::{CollectionKind, TaxonomyCode};
use crate::time::Instant;

/// A published version of a form.
#[derive(Debug)]
pub struct Form {
    pub(crate) definition: Definition,
    pub(crate) version: u32,
    pub(crate) digest: String,
    pub(crate) code: ServiceCode,
    pub(crate) registries: BTreeSet<String>,
    /// Steps of one submission at its worst.
    pub(crate) steps: u64,
    pub(crate) fields: Vec<Field>,
    /// In which order fields are known: a field comes after what its expressions need.
    pub(crate) order: Vec<usize>,
    pub(crate) tables: Vec<Option<Table>>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) window: Window,
    pub(crate) amount: Amount,
    pub(crate) transfers: Vec<Transfer>,
    pub(crate) stamp: Option<Stamp>,
    pub(crate) unique: Vec<Node>,
    pub(crate) quotas: Vec<Quota>,
    pub(crate) lookup: Option<Lookup>,
    pub(crate) debtor: Party,
    pub(crate) payer: Option<Party>,
    pub(crate) beneficiary: Option<Party>,
    pub(crate) remittance: Template,
    pub(crate) metadata: Vec<(String, Template)>,
    pub(crate) due_date: Option<Node>,
    pub(crate) expires_at: Option<Node>,
    pub(crate) collection_kind: CollectionKind,
}

impl Form {
    /// The form as it was written.
    #[must_use]
    pub const fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Its version, from one.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// SHA-256 of what was written, hexadecimal: equal definitions are one version.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The service.
    #[must_use]
    pub const fn code(&self) -> &ServiceCode {
        &self.code
    }

    /// Bytes that its patterns take at most.
    #[must_use]
    pub fn pattern_bytes_max(&self) -> usize {
        let fields = &self.definition.fields;
        let all = fields.iter().chain(fields.iter().flat_map(|field| &field.fields));
        let all = all.map(|field| usize::from(field.pattern.is_some()) + usize::from(field.warn_pattern.is_some()));
        all.sum::<usize>().saturating_mul(PATTERN_BYTES_MAX)
    }

    /// The registries that it reads.
    #[must_use]
    pub const fn registries(&self) -> &BTreeSet<String> {
        &self.registries
    }

    /// The kind of collection of the legacy interface.
    #[must_use]
    pub const fn collection_kind(&self) -> CollectionKind {
        self.collection_kind
    }
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: FieldType,
    pub(crate) required: bool,
    pub(crate) required_if: Option<Node>,
    pub(crate) visible_if: Option<Node>,
    pub(crate) read_only: bool,
    pub(crate) default: Option<Value>,
    pub(crate) computed: Option<Node>,
    pub(crate) computed_if: Option<Node>,
    pub(crate) limits: Entry,
    pub(crate) min: Option<Node>,
    pub(crate) max: Option<Node>,
    pub(crate) filter: Option<Node>,
    pub(crate) group: Option<Group>,
}

/// What an entered value must be, by itself.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    pub(crate) normalize: Vec<Normalization>,
    pub(crate) min_length: usize,
    pub(crate) max_length: usize,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) warn_pattern: Option<Pattern>,
    pub(crate) decimals: u8,
    pub(crate) options: Arc<[String]>,
    pub(crate) registry: String,
    /// A free text that stands in a text which leaves: it must hold no personal data.
    pub(crate) leaves: bool,
}

#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) fields: Vec<Field>,
    pub(crate) order: Vec<usize>,
    pub(crate) min_rows: usize,
    pub(crate) max_rows: usize,
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) assert: Node,
    pub(crate) code: String,
    pub(crate) at: Option<String>,
    pub(crate) message: Labels,
}

#[derive(Debug, Default)]
pub(crate) struct Window {
    pub(crate) opens_at: Option<Instant>,
    pub(crate) closes_at: Option<Instant>,
    pub(crate) closes: Option<Node>,
    /// The field that the day stands with.
    pub(crate) at: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Amount {
    pub(crate) lines: Vec<(Labels, Node)>,
    pub(crate) least: Option<i64>,
    pub(crate) most: Option<i64>,
}

#[derive(Debug)]
pub(crate) struct Transfer {
    /// None takes the rest.
    pub(crate) amount: Option<Node>,
    pub(crate) account_id: AccountCode,
    pub(crate) taxonomy_code: TaxonomyCode,
    /// Each with its amount; none takes the rest.
    pub(crate) accounting: Vec<(Option<Node>, AccountingEntryInput)>,
}

#[derive(Debug)]
pub(crate) struct Stamp {
    pub(crate) when: Node,
    pub(crate) amount: Cents,
    pub(crate) document_hash: Node,
    pub(crate) province: Node,
    pub(crate) taxonomy_code: TaxonomyCode,
    pub(crate) label: Labels,
    pub(crate) at: String,
}

#[derive(Debug)]
pub(crate) struct Quota {
    pub(crate) name: String,
    pub(crate) by: Vec<Node>,
    pub(crate) when: Option<Node>,
    pub(crate) limit: Node,
    pub(crate) hold_minutes: u16,
}

#[derive(Debug)]
pub(crate) struct Lookup {
    pub(crate) service: ServiceCode,
    pub(crate) by: Vec<(String, Node, super::expression::Kind)>,
    pub(crate) on_hit: OnHit,
    pub(crate) on_miss: OnMiss,
}

#[derive(Debug)]
pub(crate) struct Party {
    pub(crate) legal_person_if: Option<Node>,
    pub(crate) tax_code: Node,
    pub(crate) full_name: Node,
    pub(crate) email: Option<Node>,
    /// The fields that tax code, name and e-mail come from, where each comes from one.
    pub(crate) at: [Option<String>; 3],
}

impl Field {
    /// Whether an entered number is beyond what its type takes where the field itself says no bound: publication counted with that.
    pub(crate) fn beyond_type(&self, number: Number) -> Option<&'static str> {
        let most = match self.kind {
            FieldType::Integer | FieldType::Decimal => INTEGER_DEFAULT_MAX,
            FieldType::Money => PAYABLE_CENTS_MAX,
            _ => return None,
        };
        if self.min.is_none() && number < Number::ZERO {
            return Some("below_minimum");
        }
        (self.max.is_none() && number > Number::whole(most)).then_some("above_maximum")
    }
}
