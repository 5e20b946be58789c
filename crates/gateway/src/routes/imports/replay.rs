// SPDX-License-Identifier: AGPL-3.0-or-later
//! A kept answer that shows an import is told again to whom the import exists for still.

use serde_json::Value;
use tramite_domain::ids::ImportId;

use crate::auth::Tenant;
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};

/// The kept answer, as it is.
///
/// # Errors
/// [`Code::NotFound`] where its import does not exist for the caller: a file of rows of any service is of the services that its
/// client had, which no member of the answer tells.
pub(super) async fn shown_again(gateway: &Gateway, tenant: &Tenant, kept: Vec<u8>) -> Result<Vec<u8>, Problem> {
    gateway.store().import(&tenant.scope, kept_id(&kept)?).await?.or_not_found()?;
    Ok(kept)
}

/// Which import a kept answer shows.
fn kept_id(kept: &[u8]) -> Result<ImportId, Problem> {
    let shown: Option<Value> = serde_json::from_slice(kept).ok();
    let id = shown.as_ref().and_then(|shown| shown.get("id")?.as_str()?.parse().ok());
    id.ok_or_else(|| {
        tracing::error!("a kept answer shows no import");
        Problem::new(Code::InternalError)
    })
}
