// SPDX-License-Identifier: AGPL-3.0-or-later
//! The audit trail of an institution, as the institution reads it.

mod list;

use tramite_domain::access::ApiScope;

use crate::api::Api;

/// Mounts the routes.
pub(super) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(list::list_audit_lines, ApiScope::AuditRead);
}
