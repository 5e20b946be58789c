// SPDX-License-Identifier: AGPL-3.0-or-later
//! A form is published.

use std::collections::BTreeSet;

use super::compiled::Form;
use super::definition::Definition;
use super::kept::{FormVersion, keepable};
use super::publish::{Known, publish};
use super::registry::Registries;
use crate::audit::AuditLine;
use crate::batch::{Batch, Write};
use crate::event::{Event, EventData, EventKind};
use crate::given::Given;
use crate::ident::AccountCode;
use crate::ids::ClientId;
use crate::institution::Institution;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::violation::{Place, Violations};

/// A version, ready for use, with what to write for it: nothing, where it is there already.
#[derive(Debug)]
pub struct Published {
    /// What is kept.
    pub version: FormVersion,
    /// What submissions are worked out by.
    pub form: Form,
    /// What to write.
    pub writes: Batch,
}

/// Publishes a definition as the next version of the form of a service. The one that is published already stays as it is.
///
/// # Errors
/// `Invalid` with every violation, by its place in the definition (rules.md 47).
pub fn publish_version(
    given: &mut Given<'_>,
    client: ClientId,
    (institution, service): (&Institution, &Service),
    present: Option<&FormVersion>,
    definition: Definition,
    registries: &Registries,
) -> Result<Published, Refusal> {
    keepable(&definition).map_err(Refusal::Invalid)?;
    if definition.code != service.code.as_str() {
        let mut wrong = Violations::new();
        wrong.add(&Place::root().at("code"), "code_differs", "The form of a service has the code of the service.");
        return Err(Refusal::Invalid(wrong.into_vec()));
    }
    let same = present.filter(|before| before.definition == definition);
    let number =
        same.map_or_else(|| present.map_or(1, |before| before.version.saturating_add(1)), |before| before.version);
    let accounts = institution.accounts.iter().map(|account| &account.id);
    let accounts: BTreeSet<AccountCode> =
        accounts.filter(|id| institution.account(id, given.now).is_some()).cloned().collect();
    let form = publish(&definition, number, Known { accounts: &accounts, registries }).map_err(Refusal::Invalid)?;
    if let Some(before) = same {
        return Ok(Published { version: before.clone(), form, writes: Batch::new() });
    }
    let version = FormVersion {
        service_code: service.code.clone(),
        version: number,
        registries: form.registries().clone(),
        definition,
        published_by: client,
        published_at: given.now,
    };
    let line = AuditLine::of(given, "form.published", format!("service/{}/form/{number}", service.code));
    let event = Event {
        id: given.id(),
        kind: EventKind::ServiceUpdated,
        at: given.now,
        client_id: None,
        data: EventData {
            service_code: Some(service.code.clone()),
            version: Some(service.version),
            status: Some(service.status.name().to_owned()),
            ..EventData::default()
        },
    };
    let writes = Batch::new()
        .with(Write::InsertFormVersion(Box::new(version.clone())))
        .with(Write::InsertEvent(Box::new(event)))
        .with(Write::InsertAudit(line));
    Ok(Published { version, form, writes })
}
