// SPDX-License-Identifier: AGPL-3.0-or-later
//! Forms that are ready for use. Reading a definition and ten thousand rows of a registry takes longer than a submission: what was
//! made ready is kept, and taken for as long as the database says that its version and those of its registries are the present ones.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use tramite_domain::form::{Form, FormVersion, Known, Registries, compile, registry};
use tramite_domain::ident::{AccountCode, RegistryCode, ServiceCode};
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::Institution;
use tramite_storage::{FormState, Scope};

use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};

/// Forms that are kept ready at most; with more in use some are made ready again.
const READY_MAX: usize = 500;

/// A form with what it reads.
#[derive(Debug)]
pub(crate) struct ReadyForm {
    /// What was published.
    pub(crate) published: FormVersion,
    /// What submissions are worked out by.
    pub(crate) form: Form,
    /// The registries that it reads, as they are.
    pub(crate) registries: Registries,
    /// The versions of these.
    pub(crate) versions: BTreeMap<String, u32>,
}

/// Forms that are ready, by institution and service.
#[derive(Default)]
pub(crate) struct Forms(Mutex<HashMap<(InstitutionId, ServiceCode), Arc<ReadyForm>>>);

impl Forms {
    fn known(&self, key: &(InstitutionId, ServiceCode), state: &FormState) -> Option<Arc<ReadyForm>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()?;
        (kept.published.version == state.version && kept.versions == versions(&kept.published, state)).then_some(kept)
    }

    fn keep(&self, key: (InstitutionId, ServiceCode), ready: &Arc<ReadyForm>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= READY_MAX && !kept.contains_key(&key) {
            // Whichever comes first: a few too many cost a little time, and no memory.
            let one = kept.keys().next().cloned();
            one.map(|one| kept.remove(&one));
        }
        kept.insert(key, Arc::clone(ready));
    }
}

/// The present form of a service, ready for use.
///
/// # Errors
/// 404 where the service has none, or does not exist for the scope; 409 `form_outdated` where a registry or an account that it reads
/// has changed so that it holds no more.
pub(crate) async fn ready(gateway: &Gateway, scope: &Scope, code: &ServiceCode) -> Result<Arc<ReadyForm>, Problem> {
    let state = gateway.store().form_state(scope, code).await?.or_not_found()?;
    let key = (scope.institution(), code.clone());
    if let Some(kept) = gateway.forms().known(&key, &state) {
        return Ok(kept);
    }
    let published = gateway.store().form(scope, code, Some(state.version)).await?.or_not_found()?;
    let (registries, versions) = read(gateway, scope, &published.registries).await?;
    let institution = gateway.store().institution(scope).await?;
    let accounts = accounts_of(&institution);
    let known = Known { accounts: &accounts, registries: &registries };
    let form = compile(&published.definition, published.version, known).map_err(|faults| {
        let first = faults.first().map_or("unknown", |fault| fault.code);
        Problem::new(Code::FormOutdated)
            .with_detail(format!("What the form reads has changed: {first}. Publish it again."))
    })?;
    let ready = Arc::new(ReadyForm { published, form, registries, versions });
    gateway.forms().keep(key, &ready);
    Ok(ready)
}

/// All registries of the institution, as they are.
pub(crate) async fn all_registries(gateway: &Gateway, scope: &Scope) -> Result<Registries, Problem> {
    let names: BTreeSet<String> =
        gateway.store().registries(scope).await?.into_iter().map(|head| head.code.to_string()).collect();
    Ok(read(gateway, scope, &names).await?.0)
}

async fn read(
    gateway: &Gateway,
    scope: &Scope,
    names: &BTreeSet<String>,
) -> Result<(Registries, BTreeMap<String, u32>), Problem> {
    let (mut registries, mut versions) = (Registries::new(), BTreeMap::new());
    for name in names {
        let Ok(asked) = name.parse::<RegistryCode>() else { continue };
        // One that is gone is told where it is missed.
        let Some(kept) = gateway.store().registry(scope, &asked, None).await? else { continue };
        let Ok(read) = registry(&kept.input) else {
            tracing::error!(registry = %name, "a registry that was written cannot be read any more");
            return Err(Problem::new(Code::InternalError));
        };
        versions.insert(name.clone(), kept.version);
        registries = registries.with(name, read);
    }
    Ok((registries, versions))
}

fn versions(published: &FormVersion, state: &FormState) -> BTreeMap<String, u32> {
    let read = state.registries.iter().filter(|head| published.registries.contains(head.code.as_str()));
    read.map(|head| (head.code.to_string(), head.version)).collect()
}

/// Whether an account is still valid is asked where a position is made.
fn accounts_of(institution: &Institution) -> BTreeSet<AccountCode> {
    institution.accounts.iter().map(|account| account.id.clone()).collect()
}
