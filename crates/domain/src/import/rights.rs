// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the client that sent a file may do by now: its token is over long before the last row is read (reliability.md 45).

use std::collections::BTreeSet;

use crate::access::{ApiScope, Client};
use crate::ident::ServiceCode;
use crate::institution::{Institution, InstitutionStatus};
use crate::time::Instant;

use super::{Import, ImportFailure};

/// The scopes without which no file is loaded: it says no more than requests would.
pub const LOADING_SCOPES: [ApiScope; 2] = [ApiScope::ImportsWrite, ApiScope::DebtPositionsWrite];

/// What an import may do at an instant: what its token allowed, as far as its client is still allowed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    /// Whether rows may write out beneficiaries.
    pub free_beneficiary: bool,
    /// The services of which rows may be; none means all.
    pub services: Option<BTreeSet<ServiceCode>>,
}

impl Rights {
    /// Whether rows may be of that service.
    #[must_use]
    pub fn allow(&self, service: &ServiceCode) -> bool {
        self.services.as_ref().is_none_or(|codes| codes.contains(service))
    }
}

/// What an import may do at that instant. A token of the client would be asked the same; one that a trusted issuer made stands for
/// a client of ours as well.
///
/// # Errors
/// Why nothing more is loaded of it: `institution_not_active`, `client_not_active`, `insufficient_scope`.
pub fn rights(
    import: &Import,
    client: Option<&Client>,
    institution: &Institution,
    now: Instant,
) -> Result<Rights, ImportFailure> {
    if institution.status != InstitutionStatus::Active {
        return Err(lost(
            "institution_not_active",
            "the institution was suspended or closed before the file was loaded",
        ));
    }
    let Some(delegation) = client.and_then(|client| client.acts_for(institution.id, now)) else {
        let detail = "the client that sent the file was revoked, or acts for the institution no more";
        return Err(lost("client_not_active", detail));
    };
    if !LOADING_SCOPES.iter().all(|scope| delegation.scopes.contains(scope)) {
        return Err(lost("insufficient_scope", "the client that sent the file may load none any more"));
    }
    let claimed = import.services.as_ref().map(|codes| codes.iter().cloned().collect());
    let free = delegation.scopes.contains(&ApiScope::DebtPositionsFreeBeneficiary);
    Ok(Rights { free_beneficiary: import.free_beneficiary && free, services: delegation.services_of(claimed) })
}

fn lost(code: &str, detail: &str) -> ImportFailure {
    ImportFailure { code: code.to_owned(), detail: detail.to_owned(), line: None, column: None }
}
