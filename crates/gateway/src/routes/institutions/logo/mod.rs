// SPDX-License-Identifier: AGPL-3.0-or-later
//! The logo of an institution, which is printed on its notices: its own to give, and an operator's.

mod remove;
mod replace;
mod show;
mod upload;
mod view;

use tramite_domain::access::ApiScope;
use tramite_domain::batch::Batch;
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::KeptLogo;

use crate::api::Api;
use crate::auth::Caller;
use crate::convention::Etag;
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};

/// What a logo is kept and shown as.
const PNG: &str = "image/png";

/// Mounts the routes.
pub(super) fn mount(api: &mut Api<'_, '_>) {
    let writing = &[ApiScope::PlatformWrite, ApiScope::ServicesWrite];
    api.either(show::show_institution_logo, &[ApiScope::PlatformRead, ApiScope::ServicesRead]).etag();
    api.either(replace::replace_institution_logo, writing).etag().conditional();
    api.either(remove::remove_institution_logo, writing).conditional();
}

/// The logo of that institution, as far as the institution exists for the caller.
async fn load(gateway: &Gateway, caller: &Caller, id: InstitutionId) -> Result<Option<KeptLogo>, Problem> {
    match caller {
        Caller::Operator(_) => {
            let system = gateway.store().system();
            system.institution(id).await?.or_not_found()?;
            Ok(system.logo(id).await?)
        }
        Caller::Tenant(tenant) if tenant.institution_id() == id => Ok(gateway.store().logo(&tenant.scope).await?),
        Caller::Tenant(_) => Err(Problem::new(Code::NotFound)),
    }
}

/// The same, for who means to change it.
async fn load_to_write(gateway: &Gateway, caller: &Caller, id: InstitutionId) -> Result<Option<KeptLogo>, Problem> {
    match caller {
        // It is on the papers of all services: whoever is confined to some does not decide for them.
        Caller::Tenant(tenant) if tenant.scope.services().is_some() => Err(Problem::new(Code::NotFound)),
        _ => load(gateway, caller, id).await,
    }
}

/// Writes what was decided, where it is anything.
async fn commit(gateway: &Gateway, caller: &Caller, id: InstitutionId, batch: Batch) -> Result<(), Problem> {
    if batch.is_empty() {
        return Ok(());
    }
    match caller {
        Caller::Operator(_) => Ok(gateway.store().system().commit_logo(id, batch).await?),
        Caller::Tenant(tenant) => Ok(gateway.store().commit(&tenant.scope, batch).await?),
    }
}

/// The version of a logo: what its bytes are.
fn etag(logo: &KeptLogo) -> Etag {
    Etag::sha256(&logo.sha256)
}
