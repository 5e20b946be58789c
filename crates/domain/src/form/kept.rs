// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is kept of forms and registries: versions, each of which never changes.

use std::collections::BTreeSet;

use super::definition::Definition;
use super::registry::RegistryInput;
use crate::ident::{RegistryCode, ServiceCode};
use crate::ids::ClientId;
use crate::time::Instant;
use crate::violation::{Place, Violation, Violations};

/// A published version of the form of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormVersion {
    /// The service.
    pub service_code: ServiceCode,
    /// Which one; they count from one.
    pub version: u32,
    /// What was published.
    pub definition: Definition,
    /// The registries that it reads, by their names.
    pub registries: BTreeSet<String>,
    /// Who published it.
    pub published_by: ClientId,
    /// When.
    pub published_at: Instant,
}

/// A version of a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryVersion {
    /// The registry.
    pub code: RegistryCode,
    /// Which one; they count from one.
    pub version: u32,
    /// What was written.
    pub input: RegistryInput,
    /// Who wrote it.
    pub written_by: ClientId,
    /// When.
    pub written_at: Instant,
}

/// What is written as JSON may hold no U+0000, which PostgreSQL keeps in no text.
pub(super) fn keepable(value: &impl serde::Serialize) -> Result<(), Vec<Violation>> {
    // Trees of texts and numbers can always be written.
    let written = serde_json::to_value(value).unwrap_or_default();
    if !holds_nul(&written) {
        return Ok(());
    }
    let mut wrong = Violations::new();
    wrong.add(&Place::root(), "control_character", "The character U+0000 stands in a text of it.");
    Err(wrong.into_vec())
}

pub(super) fn holds_nul(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(items) => items.iter().any(holds_nul),
        serde_json::Value::Object(members) => {
            members.iter().any(|(name, member)| name.contains('\0') || holds_nul(member))
        }
        _ => false,
    }
}
