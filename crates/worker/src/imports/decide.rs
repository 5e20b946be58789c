// SPDX-License-Identifier: AGPL-3.0-or-later
//! What becomes of some groups: each is decided as a request would be, at one instant, on what was read for all of them.

use tramite_domain::batch::Batch;
use tramite_domain::debt_position::{DebtPosition, TermsContext};
use tramite_domain::given::{Given, WorldIds};
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::ClientId;
use tramite_domain::import::{Import, ImportPhase, ImportRow, Rights, load};
use tramite_domain::time::Instant;
use tramite_domain::violation::Violation;
use tramite_storage::{PositionInUse, Scope, StoreError};

use super::ground::{Grounds, Present};
use super::memory::{Learnt, Memory};
use super::numbers::{Pool, Supply, needed};
use super::reading::{Group, Reading, Wish};
use super::rows::{accepted, refused, wrong};
use crate::clock::Clock;
use crate::pace::IMPORT_DECIDED_AT_ONCE;
use crate::worker::Worker;

/// An import at work: under whose name, and what it may.
pub(super) struct Work<'a> {
    pub(super) worker: &'a Worker,
    pub(super) clock: Clock<'a>,
    pub(super) scope: Scope,
    client: ClientId,
    /// What the client may do by now.
    rights: Rights,
    /// Whether rows are loaded, and not only checked.
    pub(super) writes: bool,
    pool: Pool,
    pub(super) memory: Memory,
}

/// What becomes of some groups.
pub(super) struct Decided {
    /// When that was decided.
    pub(super) at: Instant,
    /// What is told of their rows.
    pub(super) rows: Vec<ImportRow>,
    /// What to write.
    pub(super) batch: Batch,
    /// What a check has to remember of it.
    pub(super) learnt: Learnt,
}

impl<'a> Work<'a> {
    /// The work on an import in its present phase, with what goes along with the reading of its file.
    pub(super) fn on(
        worker: &'a Worker,
        clock: Clock<'a>,
        scope: Scope,
        (import, rights): (&Import, &Rights),
        reading: &Reading,
    ) -> Self {
        Self {
            worker,
            clock,
            scope,
            client: import.created_by,
            rights: rights.clone(),
            writes: import.phase == ImportPhase::Loading,
            pool: reading.pool.clone(),
            memory: reading.memory.clone(),
        }
    }

    /// Whether the client may load positions of that service.
    pub(super) fn is_open(&self, code: &ServiceCode) -> bool {
        self.rights.allow(code)
    }

    /// Decides some groups. Others have their turn in between.
    pub(super) async fn decide(&self, groups: &[Group]) -> Result<Decided, StoreError> {
        let now = self.clock.now();
        let mut grounds = self.grounds(groups, now).await?;
        let mut supply = self.supply(groups, &grounds, now).await?;
        let rows = Vec::with_capacity(groups.len());
        let mut decided = Decided { at: now, rows, batch: Batch::new(), learnt: Learnt::default() };
        for some in groups.chunks(IMPORT_DECIDED_AT_ONCE) {
            for group in some {
                self.group(group, &mut grounds, &mut supply, &mut decided);
            }
            tokio::task::yield_now().await;
        }
        self.pool.give_back(supply);
        if self.memory.is_kept() {
            decided.learnt = grounds.learnt();
        }
        Ok(decided)
    }

    async fn supply(&self, groups: &[Group], grounds: &Grounds, now: Instant) -> Result<Supply, StoreError> {
        let Some(institution) = grounds.institution() else { return Ok(Supply::Nothing) };
        let of_one = |wish: &Wish| {
            let input = &wish.asked.input;
            let ground = grounds.of(&input.service_code)?;
            let present = ground.present(&input.external_id).map(|present| &present.position.position);
            Some(needed(&wish.asked, present))
        };
        let wanted = groups.iter().filter_map(|group| of_one(group.content.as_ref().ok()?)).sum();
        self.pool.supply((&self.worker.store, &self.scope), institution, (wanted, self.writes), now).await
    }

    fn group(&self, group: &Group, grounds: &mut Grounds, supply: &mut Supply, decided: &mut Decided) {
        let wish = match &group.content {
            Ok(wish) => wish,
            Err(faults) => return decided.rows.extend(wrong(group, faults)),
        };
        let input = &wish.asked.input;
        let Some(ground) = grounds.of(&input.service_code) else {
            return decided.rows.extend(wrong(group, &[wish.places.place(&unknown_service())]));
        };
        if let Some(beyond) = ground.beyond_memory(input) {
            return decided.rows.extend(wrong(group, &[wish.places.place(&beyond)]));
        }
        let present = ground.present(&input.external_id);
        let context = TermsContext {
            institution: &ground.institution,
            service: &ground.service,
            numbers: &ground.numbers,
            free_beneficiary: self.rights.free_beneficiary,
            now: decided.at,
        };
        let mut ids = WorldIds(self.worker.world.as_ref());
        let mut given = Given { now: decided.at, ids: &mut ids, client_id: Some(self.client), request_id: None };
        let before = present.map(|present| (&present.position.position, present.position.payers.activity()));
        let loaded = match load(context, &mut given, supply, &wish.asked, before) {
            Ok(loaded) => loaded,
            Err(refusal) => return decided.rows.extend(refused(group, wish, &refusal)),
        };
        let shown = if self.writes { Some(&loaded.position) } else { in_store(present) };
        decided.rows.extend(accepted(group, wish, loaded.outcome, shown));
        if self.writes {
            decided.batch.append(loaded.batch);
        }
        if ground.is_remembered(input) {
            let payers = present.map(|present| present.position.payers.clone()).unwrap_or_default();
            grounds.remember(input, PositionInUse { position: loaded.position, payers });
        }
    }
}

/// The position, where it is in the store already.
fn in_store(present: Option<&Present>) -> Option<&DebtPosition> {
    present.filter(|present| !present.changed).map(|present| &present.position.position)
}

/// As a request is told (a service that a token does not open does not exist).
fn unknown_service() -> Violation {
    Violation {
        pointer: "/service_code".to_owned(),
        code: "unknown_service",
        detail: "The institution has no such service.".to_owned(),
    }
}
