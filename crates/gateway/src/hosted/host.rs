// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whose pages these are: from the code in an address to the institution and the client under whose name its pages act.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::{Institution, KeptLogo};
use tramite_domain::time::Instant;

use crate::auth::{Tenant, hosting};
use crate::gateway::Gateway;
use crate::problem::Problem;

/// How old a logo that is kept may be, in seconds.
const LOGO_SECONDS: i64 = 60;
/// Logos that are kept at most: each has at most 100 KiB.
const LOGOS_MAX: usize = 100;

/// An institution with pages.
pub(super) struct Host {
    pub(super) institution: Institution,
    /// The caller that the pages are.
    pub(super) tenant: Tenant,
}

/// The institution of that code, where it has pages and takes payments; none in every other case, whatever it is.
pub(super) async fn host(gateway: &Gateway, code: &str) -> Result<Option<Host>, Problem> {
    let found = gateway.store().system().institution_by(code).await?;
    // Ids and tax codes are no addresses of pages.
    let Some(institution) = found.filter(|one| one.code.as_str() == code) else { return Ok(None) };
    let tenant = hosting(gateway, &institution).await?;
    Ok(tenant.map(|tenant| Host { institution, tenant }))
}

/// When a logo was looked for, and the logo; none where there was none.
type Known = (Instant, Option<Arc<KeptLogo>>);

/// Logos as they were a moment ago.
#[derive(Default)]
pub(super) struct Logos(Mutex<HashMap<InstitutionId, Known>>);

impl Logos {
    /// The logo of an institution; none where it has none.
    pub(super) async fn of(&self, gateway: &Gateway, host: &Host) -> Result<Option<Arc<KeptLogo>>, Problem> {
        let (now, id) = (gateway.now(), host.institution.id);
        let fresh = |since: Instant| (0..LOGO_SECONDS).contains(&now.seconds_since(since));
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if let Some((since, logo)) = known
            && fresh(since)
        {
            return Ok(logo);
        }
        let logo = gateway.store().logo(&host.tenant.scope).await?.map(Arc::new);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= LOGOS_MAX {
            kept.retain(|_, (since, _)| fresh(*since));
        }
        if kept.len() < LOGOS_MAX {
            kept.insert(id, (now, logo.clone()));
        }
        Ok(logo)
    }
}
