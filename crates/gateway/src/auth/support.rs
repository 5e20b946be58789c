// SPDX-License-Identifier: AGPL-3.0-or-later
//! An operator in support: what its token stands for today, and that each of its reads is written down before it is made.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::dev::ServiceRequest;
use tramite_domain::access::{ApiScope, Client};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::InstitutionStatus;
use tramite_domain::personal_data::find_personal_data;
use tramite_domain::support::{SUPPORT_READ, SUPPORT_SCOPES, SupportAccess};
use tramite_storage::Scope;
use uuid::Uuid;

use super::Actor;
use super::caller::{Identity, Mandate, Tenant};
use crate::convention::line;
use crate::frame::route_of;
use crate::gateway::Gateway;
use crate::problem::Problem;

/// Longest name of a thing that a line repeats, in characters: that of a code.
const NAME_CHARS_MAX: usize = 64;

/// What the token of an operator in support stands for today; none where its access is over, the institution has switched
/// support off, or does not collect.
pub(super) async fn supporting(
    gateway: &Gateway,
    client: Arc<Client>,
    institution: InstitutionId,
    actor: &Actor,
    asked: &BTreeSet<ApiScope>,
) -> Result<Option<Identity>, Problem> {
    let Some(access) = gateway.fresh().support(gateway, actor.support_access).await? else { return Ok(None) };
    let theirs = access.client_id == client.id && access.institution_id == institution;
    let Some(standing) = gateway.fresh().institution(gateway, institution).await? else { return Ok(None) };
    let wanted = standing.support_access && standing.status == InstitutionStatus::Active;
    if !theirs || !wanted || !access.live_at(gateway.now()) {
        return Ok(None);
    }
    Ok(Some(Identity::Tenant(Tenant {
        scope: Scope::of_support(institution),
        creditor: standing.tax_code,
        client,
        mandate: Mandate::Support(access),
        scopes: SUPPORT_SCOPES.iter().copied().filter(|scope| asked.contains(scope)).collect(),
    })))
}

/// Writes down that an operator reads, in the trail of the institution. The read is made only when this was committed.
///
/// # Errors
/// Whatever keeps the store from writing: nothing is read then.
pub(crate) async fn witness(
    gateway: &Gateway,
    tenant: &Tenant,
    access: &SupportAccess,
    request: &ServiceRequest,
) -> Result<(), Problem> {
    let line = line(gateway, access.client_id, SUPPORT_READ, format!("{} {}", request.method(), place(request)))
        .because(format!("support_access/{}", access.id));
    gateway.store().commit(&tenant.scope, Batch::new().with(Write::InsertAudit(line))).await?;
    Ok(())
}

/// The path of a request, without what cannot be an id or a code of ours: a caller may write anything there. What was
/// asked for in the query stays out of it.
fn place(request: &ServiceRequest) -> String {
    let route = route_of(request);
    let template = route.as_deref().unwrap_or_default();
    // The layers before the routes know the template alone, so the names are read from the path beside it.
    let segment = |(part, value): (&str, &str)| match part.starts_with('{') {
        true if is_name(value) => value.to_owned(),
        true => "?".to_owned(),
        false => part.to_owned(),
    };
    template.split('/').zip(request.path().split('/')).map(segment).collect::<Vec<_>>().join("/")
}

/// Whether a text is an id, or may be a code, and names no person.
fn is_name(text: &str) -> bool {
    let code = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    Uuid::try_parse(text).is_ok()
        || (text.len() <= NAME_CHARS_MAX && text.chars().all(code) && find_personal_data(text).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_things_and_never_a_person() {
        for name in ["01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01", "TARI", "mensa.2026_b"] {
            assert!(is_name(name), "{name}");
        }
        for other in ["RSSMRA85T10A562S", "IT60X0542811101000000123456", "Mario Rossi", "a@b.it", &"A".repeat(65)] {
            assert!(!is_name(other), "{other}");
        }
    }
}
