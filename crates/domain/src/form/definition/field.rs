// SPDX-License-Identifier: AGPL-3.0-or-later
//! One field, as written. What does not belong to its type is refused when the form is published.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::form::labels::Labels;
use crate::named::named;

/// What is entered in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// A line of text.
    Text,
    /// A whole number; JSON carries a number.
    Integer,
    /// A number with some decimals; JSON carries a text (`"12.5"`) or a whole number.
    Decimal,
    /// Cents; JSON carries a whole number.
    Money,
    /// `YYYY-MM-DD`.
    Date,
    /// `YYYY-MM`.
    Month,
    /// A year; JSON carries a number.
    Year,
    /// `HH:MM`.
    Time,
    /// Yes or no.
    Boolean,
    /// One of the options.
    Choice,
    /// Some of the options; JSON carries a list.
    Choices,
    /// The tax code of a natural person; personal.
    TaxCode,
    /// The eleven digits of a company (partita IVA).
    VatNumber,
    /// An e-mail address; personal.
    Email,
    /// A telephone number; personal.
    Phone,
    /// A number plate; personal.
    Plate,
    /// An account; personal.
    Iban,
    /// The SHA-256 of a file, base64.
    FileHash,
    /// A row of a registry, by its code.
    Registry,
    /// Fields that repeat; JSON carries a list of objects.
    Group,
}

named!(FieldType {
    Text = "text",
    Integer = "integer",
    Decimal = "decimal",
    Money = "money",
    Date = "date",
    Month = "month",
    Year = "year",
    Time = "time",
    Boolean = "boolean",
    Choice = "choice",
    Choices = "choices",
    TaxCode = "tax_code",
    VatNumber = "vat_number",
    Email = "email",
    Phone = "phone",
    Plate = "plate",
    Iban = "iban",
    FileHash = "file_hash",
    Registry = "registry",
    Group = "group",
});

/// What is done with a text before it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalization {
    /// Upper case.
    Upper,
    /// Lower case.
    Lower,
    /// No blank before and after.
    Trim,
    /// No blank at all.
    StripSpaces,
}

/// A bound: a whole number (cents for money), or an expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Bound {
    /// A number.
    Number(i64),
    /// An expression of the type of the field.
    Expression(String),
}

/// One option: a value, or a value with its label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OptionInput {
    /// The value, which people read too.
    Value(String),
    /// With a label.
    Labelled(LabelledOption),
}

/// A value with what people read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelledOption {
    /// The value.
    pub value: String,
    /// What people read.
    pub label: Labels,
}

impl OptionInput {
    /// The value.
    #[must_use]
    pub fn value(&self) -> &str {
        match self {
            OptionInput::Value(value) => value,
            OptionInput::Labelled(option) => &option.value,
        }
    }
}

/// A field as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldInput {
    /// Its name in values and expressions, unique in the form.
    pub name: String,
    /// What is entered.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// What people read before it.
    pub label: Labels,
    /// What people read below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<Labels>,
    /// Whether it must be given (where it is visible and not computed).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// When it must be given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_if: Option<String>,
    /// When it is there at all; a field that is not visible is ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible_if: Option<String>,
    /// Shown, never entered: it has a default or is computed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
    /// What holds where nothing is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Its value, on the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computed: Option<String>,
    /// When it is computed; else it is entered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computed_if: Option<String>,
    /// Whether it says something of a person; some types do by themselves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub personal: bool,
    /// What is done with the text first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub normalize: Vec<Normalization>,
    /// Fewest characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<usize>,
    /// Most characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// What the whole text must be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// What it mostly is: another text is taken, with a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warn_pattern: Option<String>,
    /// How it is written, for whoever shows the form (`AA000AA`); nothing is checked by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask: Option<String>,
    /// The least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Bound>,
    /// The most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Bound>,
    /// Places after the point of a decimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    /// What may be chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<OptionInput>,
    /// The registry whose rows may be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry: Option<String>,
    /// Which rows of it: an expression in which `row` is the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The fields of a group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldInput>,
    /// Fewest rows of a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_rows: Option<usize>,
    /// Most rows of a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_rows: Option<usize>,
}
