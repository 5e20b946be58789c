// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a get leaves behind: the attempt, and a sign of life in the sessions that hold the installment (rules.md,
//! table S). All of it for one institution is one commit.

use std::collections::{BTreeMap, BTreeSet};

use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::given::{Given, World, WorldIds};
use tramite_domain::ids::{InstallmentId, InstitutionId, SessionId};
use tramite_domain::session::{CheckoutSession, asked, session_status};
use tramite_domain::time::Instant;
use tramite_storage::{Scope, Store, StoreError};

use super::buffer::Asked;

/// How often attempts are decided and committed again after a conflict.
const CONFLICT_TRIES: usize = 4;

/// Writes the attempts on one institution's installments.
pub(crate) async fn remember(
    store: &Store,
    world: &dyn World,
    institution: InstitutionId,
    attempts: &[Asked],
) -> Result<(), StoreError> {
    let scope = Scope::of_node(institution);
    let mut tries = 0;
    loop {
        let holders = Holders::read(store, &scope, attempts).await?;
        let batch = decide(world, attempts, &holders);
        tries += 1;
        match store.commit(&scope, batch).await {
            Err(StoreError::Conflict) if tries < CONFLICT_TRIES => {}
            outcome => return outcome,
        }
    }
}

/// The live sessions that hold an installment which was asked for, and those whose cart was named.
struct Holders {
    sessions: Vec<CheckoutSession>,
    carts: BTreeMap<String, SessionId>,
}

impl Holders {
    async fn read(store: &Store, scope: &Scope, attempts: &[Asked]) -> Result<Self, StoreError> {
        let installments: BTreeSet<InstallmentId> = attempts.iter().map(|one| one.installment).collect();
        let installments: Vec<InstallmentId> = installments.into_iter().collect();
        let mut sessions = store.sessions_of(scope, &installments).await?;
        let mut carts = BTreeMap::new();
        for one in attempts.iter().filter(|one| !one.reference.is_empty()) {
            if carts.contains_key(&one.reference) {
                continue;
            }
            let Some(session) = store.session_by_cart(scope, &one.reference).await? else { continue };
            carts.insert(one.reference.clone(), session.id);
            // A session that is over hears of its own payment all the same.
            if session.holds(one.installment) && sessions.iter().all(|other| other.id != session.id) {
                sessions.push(session);
            }
        }
        Ok(Self { sessions, carts })
    }

    /// The session whose cart the provider named.
    fn session_of(&self, attempt: &Asked) -> Option<SessionId> {
        self.carts.get(&attempt.reference).copied()
    }
}

fn decide(world: &dyn World, attempts: &[Asked], holders: &Holders) -> Batch {
    let now = world.now();
    let mut ids = WorldIds(world);
    let mut given = Given { now, ids: &mut ids, client_id: None, request_id: None };
    let mut batch = Batch::new();
    for one in attempts {
        batch.push(Write::RecordAttempt(Attempt {
            id: given.id(),
            installment_id: one.installment,
            kind: AttemptKind::Get,
            reference: one.reference.clone(),
            session_id: holders.session_of(one),
            amount: one.amount,
            at: one.at,
        }));
    }
    for session in &holders.sessions {
        let mine = || attempts.iter().filter(|one| session.holds(one.installment));
        let own_cart = mine().any(|one| holders.session_of(one) == Some(session.id));
        // A session that is over hears of its own payment only; the others of its kind are many and stay as they are.
        if !own_cart && session_status(session, now).is_closed() {
            continue;
        }
        let last: Option<Instant> = mine().map(|one| one.at).max();
        if let Some(at) = last {
            batch.append(asked(&mut given, session, at, own_cart));
        }
    }
    batch
}
