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
use crate::institution::Institution;
use crate::refusal::Refusal;
use crate::violation::{Place, Violations};

/// What depends on the registries of an institution.
#[derive(Debug)]
pub struct Dependent<'a> {
    /// The present forms of all its services.
    pub forms: &'a [FormVersion],
    /// All its registries, as they are.
    pub registries: Registries,
}

/// Writes a registry, as its next version. The same again changes nothing.
///
/// # Errors
/// `Invalid` with every violation: of the registry itself; `too_many` where it would be one more than an institution may have; and
/// `form_breaks` for each published form that could not be published with it.
pub fn replace_registry(
    given: &mut Given<'_>,
    client: ClientId,
    (institution, code): (&Institution, &RegistryCode),
    present: Option<&RegistryVersion>,
    input: RegistryInput,
    dependent: Dependent<'_>,
) -> Result<(RegistryVersion, Batch), Refusal> {
    keepable(&input).map_err(Refusal::Invalid)?;
    let read = registry(&input).map_err(Refusal::Invalid)?;
    if let Some(before) = present.filter(|before| before.input == input) {
        return Ok((before.clone(), Batch::new()));
    }
    let mut wrong = Violations::new();
    if present.is_none() && dependent.registries.len() >= REGISTRIES_MAX {
        wrong.add(&Place::root(), "too_many", format!("An institution has at most {REGISTRIES_MAX} registries."));
    }
    // Whether an account is still valid is another question than whether the registry does.
    let accounts: BTreeSet<AccountCode> = institution.accounts.iter().map(|account| account.id.clone()).collect();
    let registries = dependent.registries.with(code.as_str(), read);
    let known = Known { accounts: &accounts, registries: &registries };
    for form in dependent.forms.iter().filter(|form| form.registries.contains(code.as_str())) {
        let Err(faults) = compile(&form.definition, form.version, known) else { continue };
        let first = faults.first().map_or_else(String::new, |fault| format!("{} {}", fault.pointer, fault.code));
        let detail = format!("The form of {} would not hold any more: {first}.", form.service_code);
        wrong.add(&Place::root(), "form_breaks", detail);
    }
    if !wrong.is_empty() {
        return Err(Refusal::Invalid(wrong.into_vec()));
    }
    let version = RegistryVersion {
        code: code.clone(),
        version: present.map_or(1, |before| before.version.saturating_add(1)),
        input,
        written_by: client,
        written_at: given.now,
    };
    let line = AuditLine::of(given, "registry.replaced", format!("registry/{code}/{}", version.version));
    let writes =
        Batch::new().with(Write::InsertRegistryVersion(Box::new(version.clone()))).with(Write::InsertAudit(line));
    Ok((version, writes))
}
