// SPDX-License-Identifier: AGPL-3.0-or-later
//! The hosted pages of an institution as a caller: what citizens do there is done by the client that the institution chose, and by
//! that client's delegation (decision 0015).

use std::sync::Arc;

use tramite_domain::access::ApiScope;
use tramite_domain::institution::{Institution, InstitutionStatus, pages_delegation};
use tramite_storage::Scope;

use super::caller::{Mandate, Tenant};
use crate::gateway::Gateway;
use crate::problem::Problem;

/// What pages may do at most, whatever else the client may.
const PAGE_SCOPES: [ApiScope; 3] = [ApiScope::PaymentsWrite, ApiScope::PaymentsRead, ApiScope::ServicesRead];

/// The caller that the pages of an institution are now; none where it switched them off, takes no payments, or lets the client no
/// longer start payments.
///
/// # Errors
/// Whatever keeps the store from telling.
pub(crate) async fn hosting(gateway: &Gateway, institution: &Institution) -> Result<Option<Tenant>, Problem> {
    let Some(client) = institution.hosted_pages else { return Ok(None) };
    if institution.status != InstitutionStatus::Active {
        return Ok(None);
    }
    let Some(client) = gateway.fresh().client(gateway, client).await? else { return Ok(None) };
    let Some(delegation) = pages_delegation(&client, institution.id, gateway.now()).cloned() else { return Ok(None) };
    let scope = Scope::of_hosted_page(institution.id, delegation.service_codes.clone(), client.id);
    let scopes = PAGE_SCOPES.into_iter().filter(|scope| delegation.scopes.contains(scope)).collect();
    let mandate = Mandate::Delegation(Arc::new(delegation));
    Ok(Some(Tenant { scope, creditor: institution.tax_code, client, mandate, scopes }))
}
