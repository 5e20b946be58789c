// SPDX-License-Identifier: AGPL-3.0-or-later
//! Forms that are ready for use. Reading a definition and ten thousand rows of a registry takes longer than a submission: what was
//! made ready is kept, and taken for as long as the database says that its version and those of its registries are the present ones.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tramite_domain::form::limits::FORM_REGISTRY_BYTES_MAX;
use tramite_domain::form::{Form, FormVersion, Known, Registries, RegistryVersion, compile, known_accounts, registry};
use tramite_domain::ident::{RegistryCode, ServiceCode};
use tramite_domain::ids::InstitutionId;
use tramite_domain::violation::Violation;
use tramite_storage::{FormState, Scope};

use crate::convention::{Places, aside_at};
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};

/// Bytes that all forms that are kept ready take together at most, as far as they are known.
const BYTES_MAX: usize = 64 * 1024 * 1024;
/// What a text of JSON takes once it is read, for each byte of it.
const READ_FACTOR: usize = 4;
/// What a row of a registry takes beside that.
const ROW_BYTES: usize = 1_500;

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
    /// What all of it takes, about.
    bytes: usize,
}

type Key = (InstitutionId, ServiceCode);

/// Forms that are ready, by institution and service.
#[derive(Default)]
pub(crate) struct Forms {
    kept: Mutex<Kept<ReadyForm>>,
    ready: Places,
    written: Places,
}

/// What is kept, with the bytes that each takes.
struct Kept<T> {
    forms: HashMap<Key, (Arc<T>, usize)>,
    bytes: usize,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { forms: HashMap::new(), bytes: 0 }
    }
}

impl<T> Kept<T> {
    fn remove(&mut self, key: &Key) {
        let gone = self.forms.remove(key).map_or(0, |(_, bytes)| bytes);
        self.bytes = self.bytes.saturating_sub(gone);
    }

    fn keep(&mut self, key: Key, ready: &Arc<T>, bytes: usize) {
        self.remove(&key);
        if bytes > BYTES_MAX {
            return;
        }
        while self.bytes.saturating_add(bytes) > BYTES_MAX {
            // Whichever comes first: one that is still in use is made ready again.
            let Some(one) = self.forms.keys().next().cloned() else { break };
            self.remove(&one);
        }
        self.forms.insert(key, (Arc::clone(ready), bytes));
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

impl Forms {
    fn known(&self, key: &Key, state: &FormState) -> Option<Arc<ReadyForm>> {
        let kept = self
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .forms
            .get(key)
            .map(|(kept, _)| Arc::clone(kept))?;
        (kept.published.version == state.version && kept.versions == versions(&kept.published, state)).then_some(kept)
    }

    fn keep(&self, key: Key, ready: &Arc<ReadyForm>) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).keep(key, ready, ready.bytes);
    }

    /// Places for what is tried and written: it takes none from forms that are used, nor from documents.
    pub(crate) const fn written(&self) -> &Places {
        &self.written
    }

    /// Places to make forms ready, and to show large ones.
    pub(crate) const fn ready(&self) -> &Places {
        &self.ready
    }
}

/// The present form of a service, ready for use.
///
/// # Errors
/// 404 where the service has none, or does not exist for the scope; 409 `form_outdated` where a registry that it reads has changed so
/// that it holds no more.
pub(crate) async fn ready(gateway: &Gateway, scope: &Scope, code: &ServiceCode) -> Result<Arc<ReadyForm>, Problem> {
    let state = gateway.store().form_state(scope, code).await?.or_not_found()?;
    let key = (scope.institution(), code.clone());
    if let Some(kept) = gateway.forms().known(&key, &state) {
        return Ok(kept);
    }
    // Whoever waited for the same form finds it made.
    let place = gateway.forms().ready().take().await?;
    if let Some(kept) = gateway.forms().known(&key, &state) {
        return Ok(kept);
    }
    let published = gateway.store().form(scope, code, Some(state.version)).await?.or_not_found()?;
    let kept = load(gateway, scope, |code| published.registries.contains(code))
        .await?
        .map_err(|too_much| Broken::Form(vec![too_much]))?;
    let accounts = known_accounts(&*gateway.store().institution(scope).await?);
    let made = aside_at(place, move || {
        let bytes = written(&published.definition);
        let of = |one: &RegistryVersion| written(&one.input).saturating_mul(READ_FACTOR);
        let rows = |one: &RegistryVersion| one.input.rows.len().saturating_mul(ROW_BYTES);
        let read_bytes = kept.iter().map(|one| of(one).saturating_add(rows(one))).fold(0, usize::saturating_add);
        let (registries, versions) = read(kept)?;
        let known = Known { accounts: &accounts, registries: &registries };
        let form = compile(&published.definition, published.version, known).map_err(Broken::Form)?;
        let bytes = bytes.saturating_mul(READ_FACTOR).saturating_add(form.pattern_bytes_max());
        let bytes = bytes.saturating_add(read_bytes);
        Ok::<_, Broken>(ReadyForm { published, form, registries, versions, bytes })
    });
    let ready = Arc::new(made.await??);
    gateway.forms().keep(key, &ready);
    Ok(ready)
}

/// The registries as they were written that a definition may read, by what stands in it.
///
/// # Errors
/// The database's; within, that it would be more than a form may read.
pub(crate) async fn load_named(
    gateway: &Gateway,
    scope: &Scope,
    definition: &Value,
) -> Result<Result<Vec<RegistryVersion>, Violation>, Problem> {
    load(gateway, scope, |code| names(definition, None, code)).await
}

/// The registries as they were written that any of these forms reads.
///
/// # Errors
/// As [`load_named`].
pub(crate) async fn load_read(
    gateway: &Gateway,
    scope: &Scope,
    forms: &[FormVersion],
) -> Result<Result<Vec<RegistryVersion>, Violation>, Problem> {
    load(gateway, scope, |code| forms.iter().any(|form| form.registries.contains(code))).await
}

/// Whether a registry is named: as that of a field, or as a text within an expression.
fn names(value: &Value, member: Option<&str>, code: &str) -> bool {
    match value {
        Value::String(text) => (member == Some("registry") && text == code) || text.contains(&format!("'{code}'")),
        Value::Array(items) => items.iter().any(|item| names(item, None, code)),
        Value::Object(members) => members.iter().any(|(name, value)| names(value, Some(name), code)),
        _ => false,
    }
}

/// Whether a definition looks for positions of a service that the caller may not see: it would find them for it.
pub(crate) async fn check_lookup(gateway: &Gateway, scope: &Scope, definition: &Value) -> Result<(), Problem> {
    let Some(code) = definition.pointer("/lookup/service").and_then(Value::as_str) else { return Ok(()) };
    // What is no code of a service is told with all else that is wrong.
    let Ok(code) = code.parse::<ServiceCode>() else { return Ok(()) };
    if gateway.store().service(scope, &code).await?.is_some() {
        return Ok(());
    }
    let detail = "The institution has no such service.".to_owned();
    Err(Problem::invalid(vec![Violation { pointer: "/lookup/service".to_owned(), code: "unknown_service", detail }]))
}

/// Bytes of something as JSON.
fn written(value: &impl serde::Serialize) -> usize {
    serde_json::to_string(value).map_or(0, |text| text.len())
}

/// Registries as expressions read them: some work where they are large.
pub(crate) fn read_all(kept: Vec<RegistryVersion>) -> Result<Registries, Broken> {
    Ok(read(kept)?.0)
}

/// What was kept and holds no more.
#[derive(Debug)]
pub(crate) enum Broken {
    /// A registry that was written cannot be read any more.
    Registry(RegistryCode),
    /// A form that was published is none with the present registries.
    Form(Vec<Violation>),
}

impl From<Broken> for Problem {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Registry(code) => {
                tracing::error!(registry = %code, "a registry that was written cannot be read any more");
                Self::new(Code::InternalError)
            }
            Broken::Form(faults) => {
                let first = faults.first().map_or("unknown", |fault| fault.code);
                Self::new(Code::FormOutdated)
                    .with_detail(format!("What the form reads has changed: {first}. Publish it again."))
            }
        }
    }
}

async fn load(
    gateway: &Gateway,
    scope: &Scope,
    wanted: impl Fn(&str) -> bool,
) -> Result<Result<Vec<RegistryVersion>, Violation>, Problem> {
    let heads = gateway.store().registries(scope).await?;
    let asked: Vec<_> = heads.into_iter().filter(|head| wanted(head.code.as_str())).collect();
    // Asked before anything is loaded.
    if asked.iter().map(|head| head.bytes).fold(0, u64::saturating_add) > FORM_REGISTRY_BYTES_MAX {
        let detail = format!("The registries that are read have more than {FORM_REGISTRY_BYTES_MAX} bytes together.");
        return Ok(Err(Violation { pointer: String::new(), code: "too_many_rows", detail }));
    }
    let mut all = Vec::with_capacity(asked.len());
    for head in asked {
        // One that is gone is told where it is missed.
        all.extend(gateway.store().registry(scope, &head.code, None).await?);
    }
    Ok(Ok(all))
}

fn read(kept: Vec<RegistryVersion>) -> Result<(Registries, BTreeMap<String, u32>), Broken> {
    let (mut registries, mut versions) = (Registries::new(), BTreeMap::new());
    for one in kept {
        let Ok(read) = registry(&one.input) else { return Err(Broken::Registry(one.code)) };
        versions.insert(one.code.to_string(), one.version);
        registries = registries.with(one.code.as_str(), read);
    }
    Ok((registries, versions))
}

fn versions(published: &FormVersion, state: &FormState) -> BTreeMap<String, u32> {
    let read = state.registries.iter().filter(|(code, _)| published.registries.contains(*code));
    read.map(|(code, version)| (code.clone(), *version)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_ready_takes_so_much_and_the_form_that_was_used_last_is_there() {
        let mut kept = Kept::default();
        let key = |number: u128| (InstitutionId::new(uuid::Uuid::from_u128(number)), "TARI".parse().unwrap());
        let mut keep = |number, bytes| {
            kept.keep(key(number), &Arc::new(()), bytes);
            let sum: usize = kept.forms.values().map(|(_, bytes)| bytes).sum();
            assert_eq!(kept.bytes, sum);
            assert!(sum <= BYTES_MAX);
            (kept.forms.len(), kept.forms.contains_key(&key(number)))
        };
        for number in 0..4 {
            assert!(keep(number, BYTES_MAX / 4).1);
        }
        assert_eq!(keep(3, BYTES_MAX / 4), (4, true), "the same again is counted once");
        assert_eq!(keep(4, BYTES_MAX / 4), (4, true), "one of the others makes room");
        assert_eq!(keep(5, BYTES_MAX), (1, true));
        assert_eq!(keep(5, BYTES_MAX + 1), (0, false), "too large to be kept, and the old one is outdated");
    }
}
