// SPDX-License-Identifier: AGPL-3.0-or-later
//! A registry is written.

use std::collections::BTreeSet;

use super::kept::{FormVersion, RegistryVersion, keepable};
use super::limits::REGISTRIES_MAX;
use super::publish::{Known, compile};
use super::registry::{Registries, RegistryInput, registry};
use crate::audit::AuditLine;
use crate::batch::{Batch, Write};
use crate::given::Given;
use crate::ident::{AccountCode, RegistryCode};
use crate::ids::ClientId;
use crate::violation::{Place, Violation, Violations};

/// What depends on the registries of an institution.
#[derive(Debug)]
pub struct Dependent {
    /// The present forms that read the registry.
    pub forms: Vec<FormVersion>,
    /// The registries that these read, as they are.
    pub registries: Registries,
    /// How many registries there are beside it.
    pub others: usize,
    /// All its accounts.
    pub accounts: BTreeSet<AccountCode>,
}

/// Whether a registry can be written, and all that is published holds with it.
///
/// # Errors
/// Every violation: of the registry itself; `too_many` where it would be one more than an institution may have; and `form_breaks` for each
/// published form that could not be published with it.
pub fn check_registry(code: &RegistryCode, input: &RegistryInput, dependent: Dependent) -> Result<(), Vec<Violation>> {
    keepable(input)?;
    let read = registry(input)?;
    let mut wrong = Violations::new();
    if dependent.others >= REGISTRIES_MAX {
        wrong.add(&Place::root(), "too_many", format!("An institution has at most {REGISTRIES_MAX} registries."));
    }
    let registries = dependent.registries.with(code.as_str(), read);
    let known = Known { accounts: &dependent.accounts, registries: &registries };
    for form in &dependent.forms {
        let Err(faults) = compile(&form.definition, form.version, known) else { continue };
        let first = faults.first().map_or_else(String::new, |fault| format!("{} {}", fault.pointer, fault.code));
        let detail = format!("The form of {} would not hold any more: {first}.", form.service_code);
        wrong.add(&Place::root(), "form_breaks", detail);
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into_vec()) }
}

/// Writes a registry that was checked ([`check_registry`]), as its next version: `catalogue` is what the forms and registries were at
/// that it was checked with.
#[must_use]
pub fn replace_registry(
    given: &mut Given<'_>,
    client: ClientId,
    code: &RegistryCode,
    present: Option<&RegistryVersion>,
    (input, catalogue): (RegistryInput, i64),
) -> (RegistryVersion, Batch) {
    let version = RegistryVersion {
        code: code.clone(),
        version: present.map_or(1, |before| before.version.saturating_add(1)),
        input,
        written_by: client,
        written_at: given.now,
    };
    let line = AuditLine::of(given, "registry.replaced", format!("registry/{code}/{}", version.version));
    let writes = Batch::new()
        .with(Write::InsertRegistryVersion { registry: Box::new(version.clone()), catalogue })
        .with(Write::InsertAudit(line));
    (version, writes)
}
