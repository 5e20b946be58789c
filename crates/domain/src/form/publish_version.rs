// SPDX-License-Identifier: AGPL-3.0-or-later
//! A form is published.

use std::collections::BTreeSet;

use super::compiled::Form;
use super::kept::FormVersion;
use crate::audit::AuditLine;
use crate::batch::{Batch, Write};
use crate::event::{Event, EventData, EventKind};
use crate::given::Given;
use crate::ident::AccountCode;
use crate::ids::ClientId;
use crate::institution::Institution;
use crate::service::Service;
use crate::time::Instant;

/// The accounts that a form may name which is published at that instant.
#[must_use]
pub fn valid_accounts(institution: &Institution, now: Instant) -> BTreeSet<AccountCode> {
    let all = institution.accounts.iter().map(|account| &account.id);
    all.filter(|id| institution.account(id, now).is_some()).cloned().collect()
}

/// The accounts that a form may name which was published before: whether one is still valid is asked where a position is made.
#[must_use]
pub fn known_accounts(institution: &Institution) -> BTreeSet<AccountCode> {
    institution.accounts.iter().map(|account| account.id.clone()).collect()
}

/// Publishes a form that was checked ([`check_form`](super::check_form)) as the next version of the form of its service, with what to
/// write for it: `catalogue` is what the forms and registries were at that it was checked with.
#[must_use]
pub fn publish_version(
    given: &mut Given<'_>,
    client: ClientId,
    service: &Service,
    present: Option<&FormVersion>,
    (form, catalogue): (&Form, i64),
) -> (FormVersion, Batch) {
    let definition = form.definition();
    let version = FormVersion {
        service_code: service.code.clone(),
        version: present.map_or(1, |before| before.version.saturating_add(1)),
        registries: form.registries().clone(),
        definition: definition.clone(),
        published_by: client,
        published_at: given.now,
    };
    let subject = format!("service/{}/form/{}", service.code, version.version);
    let line = AuditLine::of(given, "form.published", subject);
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
        .with(Write::InsertFormVersion { form: Box::new(version.clone()), catalogue })
        .with(Write::InsertEvent(Box::new(event)))
        .with(Write::InsertAudit(line));
    (version, writes)
}
