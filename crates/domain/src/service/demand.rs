// SPDX-License-Identifier: AGPL-3.0-or-later
//! How the catalogue of the Node asks for a payment of a service (rules.md 25, current.md 7): which document the
//! provider sends, and which of its fields says what.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::text::Text;
use crate::violation::{Place, Violations};

use super::{ServiceInput, ServiceKind};

/// Fields that make the key of a position, at most.
pub const DEMAND_KEY_FIELDS_MAX: usize = 5;
/// The longest path of a field, in characters.
pub const FIELD_PATH_CHARS_MAX: usize = 200;

/// What the provider of a payment sends, and what each field of it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// `idServizio` of the catalogue.
    pub service_id: Text<5, 5>,
    /// `idSoggettoServizio` of the catalogue.
    pub subject_id: Text<5, 5>,
    /// Namespace of the document's root; none for no namespace.
    pub namespace: Option<Text<1, 255>>,
    /// Local name of the document's root.
    pub root: Text<1, 64>,
    /// The fields that together make the key of the position: the same key again is the same position.
    pub key: Vec<FieldPath>,
    /// The fields that say who owes; none where debtors are anonymous.
    pub debtor: Option<DemandDebtor>,
    /// The field that says what is paid; the title of the service where there is none.
    pub description: Option<FieldPath>,
    /// The field that says how much, in euros as the Node writes them; none where the service has a fixed amount.
    pub amount: Option<FieldPath>,
}

/// The fields that say who owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemandDebtor {
    /// Tax code.
    pub tax_code: FieldPath,
    /// Full name.
    pub full_name: FieldPath,
}

/// Where a field stands: the local names from the root's children down, joined by `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FieldPath(String);

/// A text is no path of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be names of elements without prefix, joined by `/`, {FIELD_PATH_CHARS_MAX} characters at most")]
pub struct FieldPathError;

impl FieldPath {
    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FieldPath {
    type Err = FieldPathError;

    fn from_str(text: &str) -> Result<Self, FieldPathError> {
        let is_name = |name: &str| {
            name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        };
        if text.len() <= FIELD_PATH_CHARS_MAX && text.split('/').all(is_name) {
            Ok(Self(text.to_owned()))
        } else {
            Err(FieldPathError)
        }
    }
}

impl TryFrom<String> for FieldPath {
    type Error = FieldPathError;

    fn try_from(text: String) -> Result<Self, FieldPathError> {
        text.parse()
    }
}

impl From<FieldPath> for String {
    fn from(path: FieldPath) -> String {
        path.0
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What an institution says of it, as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DemandInput {
    /// `idServizio`.
    pub service_id: String,
    /// `idSoggettoServizio`.
    pub subject_id: String,
    /// Namespace of the root.
    pub namespace: Option<String>,
    /// Local name of the root.
    pub root: String,
    /// Paths of the fields of the key.
    pub key: Vec<String>,
    /// Paths of tax code and full name.
    pub debtor: Option<(String, String)>,
    /// Path of the description.
    pub description: Option<String>,
    /// Path of the amount.
    pub amount: Option<String>,
}

/// Reads it, with everything that the service's own rules ask of it.
pub(super) fn demand(service: &ServiceInput, given: &DemandInput, faults: &mut Violations) -> Option<Demand> {
    let place = Place::root().at("demand");
    fits(service, given, &place, faults);
    let five = |name: &str, text: &str, faults: &mut Violations| {
        faults.take(&place.at(name), "invalid_text", Text::<5, 5>::new(text))
    };
    let service_id = five("service_id", &given.service_id, faults);
    let subject_id = five("subject_id", &given.subject_id, faults);
    let namespace =
        given.namespace.as_deref().map(|text| faults.take(&place.at("namespace"), "invalid_text", Text::new(text)));
    let root = faults.take(&place.at("root"), "invalid_text", Text::new(given.root.as_str()));
    let mut path = |place: &Place, text: &str| faults.take(place, "invalid_path", text.parse::<FieldPath>());
    let key = given.key.iter().enumerate().map(|(at, text)| path(&place.at("key").at(at), text)).collect::<Vec<_>>();
    let debtor = given.debtor.as_ref().map(|(tax_code, full_name)| {
        let place = place.at("debtor");
        (path(&place.at("tax_code"), tax_code), path(&place.at("full_name"), full_name))
    });
    let description = given.description.as_deref().map(|text| path(&place.at("description"), text));
    let amount = given.amount.as_deref().map(|text| path(&place.at("amount"), text));
    Some(Demand {
        service_id: service_id?,
        subject_id: subject_id?,
        namespace: namespace.flatten(),
        root: root?,
        key: key.into_iter().collect::<Option<_>>()?,
        debtor: match debtor {
            Some((tax_code, full_name)) => Some(DemandDebtor { tax_code: tax_code?, full_name: full_name? }),
            None => None,
        },
        description: description.flatten(),
        amount: amount.flatten(),
    })
}

/// What the service's own rules ask of the fields.
fn fits(service: &ServiceInput, given: &DemandInput, place: &Place, faults: &mut Violations) {
    if service.kind == ServiceKind::Preloaded {
        faults.add(place, "not_spontaneous", "Nobody but the institution starts a payment of a preloaded service.");
    }
    if service.due_date_required {
        faults.add(place, "due_date_required", "A demand says no due date, and the service asks for one.");
    }
    if given.debtor.is_none() && !service.anonymous_debtor_allowed {
        let detail = "The service asks for the debtor's tax code: say which fields hold tax code and name.";
        faults.add(&place.at("debtor"), "required", detail);
    }
    match (service.amount.fixed, &given.amount) {
        (true, Some(_)) => faults.add(&place.at("amount"), "not_allowed", "The amount of the service is fixed."),
        (false, None) => faults.add(&place.at("amount"), "required", "Say which field holds the amount."),
        _ => {}
    }
    let key = place.at("key");
    if !(1..=DEMAND_KEY_FIELDS_MAX).contains(&given.key.len()) {
        faults.add(&key, "key_count", format!("1 to {DEMAND_KEY_FIELDS_MAX} fields make the key."));
    }
    if given.key.iter().collect::<BTreeSet<_>>().len() < given.key.len() {
        faults.add(&key, "repeated_item", "Each field stands in the key once.");
    }
}
