// SPDX-License-Identifier: AGPL-3.0-or-later
//! Acting once for one Idempotency-Key: the answer is kept in the same transaction as the effect, and said again to
//! whoever sends the key again (reliability.md 8 and 9).

use serde_json::Value;
use tramite_domain::batch::Batch;
use tramite_domain::ids::ClientId;
use tramite_domain::time::Instant;
use tramite_storage::{
    IdempotencyKey as KeptKey, IdempotencyRecord, OperatorRecord, Scope, StoreError, is_still_writable,
};

use super::{Answer, Reply};
use crate::auth::{Holder, Operator, Tenant};
use crate::extract::IdempotencyKey;
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

/// How often a decision is made before the caller is told that somebody else is always faster.
const ATTEMPTS_MAX: u32 = 3;

/// Makes the record that goes into the transaction of the effect.
pub struct Recorder {
    client: ClientId,
    key: KeptKey,
    fingerprint: [u8; 32],
    now: Instant,
}

impl Recorder {
    fn new(gateway: &Gateway, client: ClientId, key: &IdempotencyKey, fingerprint: [u8; 32]) -> Self {
        let key = KeptKey { sha256: key.sha256, method: key.method.clone(), path: key.path.clone() };
        Self { client, key, fingerprint, now: gateway.now() }
    }

    /// The record of a reply, with the operator whose it is.
    #[must_use]
    pub fn by_operator(&self, reply: &Reply) -> OperatorRecord {
        OperatorRecord { client_id: self.client, record: self.of(reply) }
    }

    /// The record of a reply; secrets are not in it.
    #[must_use]
    pub fn of(&self, reply: &Reply) -> IdempotencyRecord {
        IdempotencyRecord {
            key: self.key.clone(),
            fingerprint: self.fingerprint,
            status: reply.status,
            location: reply.location.clone(),
            etag: reply.etag.clone(),
            body: Some(reply.kept.clone().unwrap_or_else(|| reply.body.clone())),
            about: reply.about,
            created_at: self.now,
        }
    }

    /// The answer of an earlier request, if this one is the same.
    fn replay(&self, record: Option<IdempotencyRecord>) -> Result<Option<Reply>, Problem> {
        let Some(record) = record else { return Ok(None) };
        if record.fingerprint != self.fingerprint {
            let detail = "The same key came before with another body: make a new key for a new intention.";
            return Err(Problem::new(Code::IdempotencyKeyReused).with_detail(detail));
        }
        Ok(Some(Reply {
            status: record.status,
            body: record.body.ok_or_else(|| Problem::new(Code::NotFound))?,
            kept: None,
            about: None,
            location: record.location,
            etag: record.etag,
        }))
    }
}

/// Does something of an institution once. The decision reads, decides and gives batch and reply; it is called again
/// after a conflict.
///
/// # Errors
/// The decision's own problem; [`Code::IdempotencyKeyReused`] for another body, [`Code::IdempotencyInProgress`] while a
/// twin is still at work.
pub async fn once(
    gateway: &Gateway,
    tenant: &Tenant,
    key: &IdempotencyKey,
    fingerprint: [u8; 32],
    decide: impl AsyncFn() -> Result<(Batch, Reply), Problem>,
) -> Answer {
    once_looking(gateway, tenant, key, fingerprint, decide, (Look::WhenInDoubt, async |kept| Ok(kept))).await
}

/// The same where an answer is kept without something that is made again for its replay: `complete` puts it in. A kept
/// answer is looked for before anything is decided.
///
/// # Errors
/// As [`once`], and those of `complete`.
pub(crate) async fn once_completed(
    gateway: &Gateway,
    tenant: &Tenant,
    key: &IdempotencyKey,
    fingerprint: [u8; 32],
    decide: impl AsyncFn() -> Result<(Batch, Reply), Problem>,
    complete: impl AsyncFn(Vec<u8>) -> Result<Vec<u8>, Problem>,
) -> Answer {
    once_looking(gateway, tenant, key, fingerprint, decide, (Look::AtOnce, complete)).await
}

/// Whether an answer is kept under the key, whatever the request is: who sends a large body again is asked for no room.
///
/// # Errors
/// Whatever keeps the store from answering.
pub(crate) async fn is_answered(gateway: &Gateway, tenant: &Tenant, key: &IdempotencyKey) -> Result<bool, Problem> {
    let now = gateway.now();
    let kept = KeptKey { sha256: key.sha256, method: key.method.clone(), path: key.path.clone() };
    Ok(gateway.store().idempotent_answer(&tenant.scope, &kept, now).await?.is_some())
}

async fn once_looking(
    gateway: &Gateway,
    tenant: &Tenant,
    key: &IdempotencyKey,
    fingerprint: [u8; 32],
    decide: impl AsyncFn() -> Result<(Batch, Reply), Problem>,
    (look, complete): (Look, impl AsyncFn(Vec<u8>) -> Result<Vec<u8>, Problem>),
) -> Answer {
    let recorder = Recorder::new(gateway, tenant.client_id(), key, fingerprint);
    let store = gateway.store();
    let find = async || {
        let Some(record) = store.idempotent_answer(&tenant.scope, &recorder.key, recorder.now).await? else {
            return Ok(None);
        };
        if !exists_for(&tenant.scope, &record) {
            return Err(Problem::new(Code::NotFound));
        }
        let body = match record.body {
            Some(kept) => Some(complete(kept).await?),
            None => None,
        };
        Ok(Some(IdempotencyRecord { body, ..record }))
    };
    let act = async || {
        let begun = gateway.now();
        let (batch, reply) = decide().await?;
        // What is written carries instants from before the decision was done.
        if !is_still_writable(begun, gateway.now()) {
            return Err(StoreError::Busy.into());
        }
        store.commit_answer(&tenant.scope, batch, recorder.of(&reply)).await?;
        Ok(reply)
    };
    run(&recorder, look, find, act).await
}

/// Whether what an answer tells of exists for the caller still: a draft may have been erased since, and a client that was
/// narrowed to some services since is not told again of the others. An answer names the services of what it shows, its
/// own or those of its items.
fn exists_for(scope: &Scope, record: &IdempotencyRecord) -> bool {
    let Some(body) = &record.body else { return false };
    let Some(services) = scope.services() else { return true };
    let Ok(shown) = serde_json::from_slice::<Value>(body) else { return true };
    let items = shown.get("line_items").and_then(Value::as_array).into_iter().flatten();
    let several = shown.get("service_codes").and_then(Value::as_array).into_iter().flatten();
    let each = std::iter::once(&shown).chain(items).filter_map(|one| one.get("service_code"));
    let mut named = each.chain(several).filter_map(Value::as_str);
    named.all(|name| services.iter().any(|code| code.as_str() == name))
}

/// The same for an operator, who has no institution. The action commits by itself, with the record that it makes of its
/// reply.
///
/// # Errors
/// As [`once`].
pub async fn once_by_operator(
    gateway: &Gateway,
    operator: &Operator,
    key: &IdempotencyKey,
    fingerprint: [u8; 32],
    act: impl AsyncFn(&Recorder) -> Result<Reply, Problem>,
) -> Answer {
    let client = operator.client.id;
    let recorder = Recorder::new(gateway, client, key, fingerprint);
    let find = async || Ok(gateway.store().system().idempotent_answer(client, &recorder.key, recorder.now).await?);
    run(&recorder, Look::WhenInDoubt, find, async || act(&recorder).await).await
}

/// The same for a client of one institution or of all that let it act. The action commits by itself, with the record that it
/// makes of its reply.
///
/// # Errors
/// As [`once`].
pub(crate) async fn once_by_holder(
    gateway: &Gateway,
    holder: &Holder,
    key: &IdempotencyKey,
    fingerprint: [u8; 32],
    act: impl AsyncFn(&Recorder) -> Result<Reply, Problem>,
) -> Answer {
    let recorder = Recorder::new(gateway, holder.client_id(), key, fingerprint);
    let find = async || match holder {
        Holder::Tenant(tenant) => {
            Ok(gateway.store().idempotent_answer(&tenant.scope, &recorder.key, recorder.now).await?)
        }
        Holder::ForAll(for_all) => {
            Ok(gateway.store().system().idempotent_answer(for_all.client.id, &recorder.key, recorder.now).await?)
        }
    };
    run(&recorder, Look::WhenInDoubt, find, async || act(&recorder).await).await
}

/// When a kept answer is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Before anything is decided: the decision asks of others, who count the questions.
    AtOnce,
    /// When there is a reason to. Almost every request is the first of its key; one that is not is found out when its
    /// answer is to be kept, or by a refusal.
    WhenInDoubt,
}

async fn run(
    recorder: &Recorder,
    look: Look,
    find: impl AsyncFn() -> Result<Option<IdempotencyRecord>, Problem>,
    act: impl AsyncFn() -> Result<Reply, Problem>,
) -> Answer {
    let mut made = 0;
    loop {
        if (made > 0 || look == Look::AtOnce)
            && let Some(reply) = recorder.replay(find().await?)?
        {
            return Ok(reply.replayed());
        }
        made += 1;
        match act().await {
            Ok(reply) => return Ok(reply.into_response()),
            // Somebody was faster: a twin, whose answer is there now, or another request, after which we decide anew.
            Err(problem) if problem.is_conflict() && made < ATTEMPTS_MAX => {}
            // What is refused may be what a twin has just done.
            Err(problem) => return recorder.replay(find().await?)?.map(Reply::replayed).ok_or(problem),
        }
    }
}
