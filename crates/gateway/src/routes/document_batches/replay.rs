// SPDX-License-Identifier: AGPL-3.0-or-later
//! A kept answer that shows a batch of documents is told again to whom the batch exists for still.

use crate::auth::Tenant;
use crate::convention::kept_id;
use crate::gateway::Gateway;
use crate::problem::{OrNotFound, Problem};

/// The kept answer, as it is.
///
/// # Errors
/// [`crate::problem::Code::NotFound`] where its batch does not exist for the caller.
pub(super) async fn shown_again(gateway: &Gateway, tenant: &Tenant, kept: Vec<u8>) -> Result<Vec<u8>, Problem> {
    gateway.store().document_batch(&tenant.scope, kept_id(&kept)?).await?.or_not_found()?;
    Ok(kept)
}
