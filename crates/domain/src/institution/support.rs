// SPDX-License-Identifier: AGPL-3.0-or-later
//! An institution lets operators read in support, or no longer (api.md, Tenancy and tokens).

use crate::batch::{Batch, Write};
use crate::given::Given;

use super::Institution;
use super::define::{audit, event};

/// The institution with support switched on or off, and what is written for it; nothing where it is so already. The store
/// ends what accesses are open when it is switched off.
pub fn switch_support(given: &mut Given<'_>, present: &Institution, allowed: bool) -> (Institution, Batch) {
    if present.support_access == allowed {
        return (present.clone(), Batch::new());
    }
    let after = Institution {
        support_access: allowed,
        version: present.version.saturating_add(1),
        updated_at: given.now,
        ..present.clone()
    };
    let action = if allowed { "institution.support_allowed" } else { "institution.support_switched_off" };
    let batch = Batch::new()
        .with(Write::PutInstitution { institution: Box::new(after.clone()), expected: Some(present.version) })
        .with(audit(action, format!("institution/{}", after.id), given))
        .with(event(Some(present), &after, given));
    (after, batch)
}
