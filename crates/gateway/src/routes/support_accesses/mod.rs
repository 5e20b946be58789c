// SPDX-License-Identifier: AGPL-3.0-or-later
//! Operators read in an institution for a while. They open an access, and the institution sees and ends it.

mod add;
mod end;
mod list;
mod show;
mod view;

use tramite_domain::access::ApiScope;
use tramite_domain::ids::SupportAccessId;
use tramite_domain::support::SupportAccess;
use tramite_domain::time::Instant;

use crate::api::Api;
use crate::auth::Caller;
use crate::convention::Etag;
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};

/// Mounts the routes.
pub(super) fn mount(api: &mut Api<'_, '_>) {
    let both = &[ApiScope::DelegationsRead, ApiScope::PlatformSupport];
    api.either(list::list_support_accesses, both);
    api.operator(add::add_support_access, ApiScope::PlatformSupport)
        .idempotent()
        .etag()
        .refuses(&[Code::SupportAccessOff, Code::InstitutionNotActive]);
    api.either(show::show_support_access, both).etag();
    api.either(end::end_support_access, &[ApiScope::DelegationsWrite, ApiScope::PlatformSupport]).conditional();
}

/// The access of that id, with the name of its operator, as far as it exists for the caller.
async fn load(gateway: &Gateway, caller: &Caller, id: SupportAccessId) -> Result<(SupportAccess, String), Problem> {
    match caller {
        Caller::Operator(_) => gateway.store().system().support_access(id).await?.or_not_found(),
        Caller::Tenant(tenant) => gateway.store().support_access(&tenant.scope, id).await?.or_not_found(),
    }
}

/// The version of an access: how often it was written, and where it stands.
fn etag(access: &SupportAccess, now: Instant) -> Etag {
    Etag::of(access.version(), access.status_at(now).name())
}
