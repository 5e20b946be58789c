// SPDX-License-Identifier: AGPL-3.0-or-later
//! An institution has hosted pages, or uses the API alone. Pages act under the name of one of its clients and by that client's
//! delegation, so that whoever keeps the office's software sees what citizens entered, and the institution ends both in one way.

use crate::access::{ApiScope, Client, Delegation};
use crate::batch::{Batch, Write};
use crate::given::Given;
use crate::ids::InstitutionId;
use crate::refusal::Refusal;
use crate::time::Instant;
use crate::violation::Violation;

use super::Institution;
use super::define::{audit, event};

/// The delegation by which pages of the institution may act for that client now; none where it may not start payments.
#[must_use]
pub fn pages_delegation(client: &Client, institution: InstitutionId, now: Instant) -> Option<&Delegation> {
    client.acts_for(institution, now).filter(|one| one.scopes.contains(&ApiScope::PaymentsWrite))
}

/// The institution with its pages acting for that client, or with none, and what is written for it; nothing where it is so already.
///
/// # Errors
/// [`Refusal::Invalid`] where the client has no live delegation of the institution with `payments:write`. Whether there is such a
/// client at all is not told.
pub fn switch_pages(
    given: &mut Given<'_>,
    present: &Institution,
    client: Option<Option<&Client>>,
) -> Result<(Institution, Batch), Refusal> {
    let wanted = match client {
        None => None,
        Some(client) => {
            let able = client.filter(|one| pages_delegation(one, present.id, given.now).is_some());
            Some(able.ok_or_else(not_delegated)?.id)
        }
    };
    if present.hosted_pages == wanted {
        return Ok((present.clone(), Batch::new()));
    }
    let after = Institution {
        hosted_pages: wanted,
        version: present.version.saturating_add(1),
        updated_at: given.now,
        ..present.clone()
    };
    let action = if wanted.is_some() { "institution.pages_switched_on" } else { "institution.pages_switched_off" };
    let batch = Batch::new()
        .with(Write::PutInstitution { institution: Box::new(after.clone()), expected: Some(present.version) })
        .with(audit(action, format!("institution/{}", after.id), given))
        .with(event(Some(present), &after, given));
    Ok((after, batch))
}

fn not_delegated() -> Refusal {
    Refusal::Invalid(vec![Violation {
        pointer: "/client_id".to_owned(),
        code: "not_delegated",
        detail: "No client of that id has a live delegation of this institution with `payments:write`.".to_owned(),
    }])
}
