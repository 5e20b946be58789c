// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lanes of webhooks in each other's way, and out of it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant as Clock};

use tramite_domain::batch::{Batch, Write};
use tramite_domain::event::EventKind;
use tramite_domain::ids::{AuditId, EventId, InstitutionId};
use tramite_domain::secret::Secret;
use tramite_domain::webhook::{Outcome, WebhookEndpoint};
use tramite_storage::{ClaimedLane, LaneLimits, Scope, Stepped, WebhookChange};
use tramite_testkit::Database;
use uuid::Uuid;

use crate::support::*;
use crate::webhooks::{LIMITS, added, claimed, permitted, stepped, taken, work};

/// Events that a step passes over at most, and a few more.
const MANY: usize = 230;

/// So many events of an institution, in its feed.
async fn told_of(town: &Town, institution: InstitutionId, events: usize) {
    let mut batch = Batch::new();
    for number in 0..events {
        batch.push(Write::InsertEvent(Box::new(event(&simple(&format!("E-{number}"))))));
    }
    town.store.commit(&Scope::of_node(institution), batch).await.unwrap();
    town.store.system().publish_feed(1_000).await.unwrap();
}

fn of(lanes: &[ClaimedLane], institution: Option<InstitutionId>) -> ClaimedLane {
    lanes.iter().find(|one| one.institution == institution).unwrap().clone()
}

/// The last step of a turn.
async fn ended(town: &Town, lane: &ClaimedLane, outcomes: Vec<Outcome>, seconds: i64) {
    let (at, ids) = (now().plus_seconds(seconds), (id::<EventId>(), id::<AuditId>()));
    let done = town.store.system().step_lane(lane, (outcomes, 1), (10, false), at, ids).await.unwrap();
    assert!(matches!(done, Stepped::Released), "{done:?}");
}

/// An endpoint of all delegations whose test was answered, and that nothing waits for.
async fn wide(town: &Town) {
    permitted(town).await;
    added(&town.store.system().webhooks(town.portal), town).await;
    let nil = of(&claimed(town, 0).await, None);
    let test = work(stepped(town, &nil, Vec::new(), 0).await);
    let done = stepped(town, &nil, vec![taken(&test.due[0], 0)], 0).await;
    assert!(matches!(done, Stepped::Released), "{done:?}");
    for lane in claimed(town, 1).await {
        let done = stepped(town, &lane, Vec::new(), 1).await;
        assert!(matches!(done, Stepped::Released), "{done:?}");
    }
}

pub(crate) async fn a_lane_whose_turn_is_over_waits_behind_those_that_waited_before(database: Database) {
    let town = town(&database).await;
    wide(&town).await;
    told_of(&town, town.a.id, 25).await;
    let first = of(&claimed(&town, 100).await, Some(town.a.id));
    let sent = work(stepped(&town, &first, Vec::new(), 100).await);
    assert_eq!(sent.due.len(), 10);
    // Somebody else's event comes while it has its turn, which ends with more to do.
    told_of(&town, town.b.id, 1).await;
    let system = town.store.system();
    system.wake_lanes(now().plus_seconds(110)).await.unwrap();
    ended(&town, &first, sent.due.iter().map(|due| taken(due, 120)).collect(), 120).await;
    let limits = LaneLimits { per_endpoint: 1, ..LIMITS };
    let mut turns = Vec::new();
    for seconds in [120, 121] {
        let at = now().plus_seconds(seconds);
        // However late it has its turn, whoever watches sees since when there is work.
        let lanes = system.backlog(at).await.unwrap().lanes;
        assert_eq!(lanes.oldest, Some(now().plus_seconds(100)));
        let lanes = system.claim_lanes(Uuid::now_v7(), at, 3, limits).await.unwrap();
        assert_eq!(lanes.len(), 1);
        let outcomes = work(stepped(&town, &lanes[0], Vec::new(), seconds).await).due;
        ended(&town, &lanes[0], outcomes.iter().map(|due| taken(due, seconds)).collect(), seconds).await;
        turns.push(lanes[0].institution);
    }
    assert_eq!(turns, [Some(town.b.id), Some(town.a.id)]);
}

pub(crate) async fn a_stretch_that_nobody_wants_is_gone_through_in_one_turn(database: Database) {
    let town = town(&database).await;
    permitted(&town).await;
    let door = town.store.webhooks(&town.token(town.a.id)).unwrap();
    let kinds = BTreeSet::from([EventKind::ImportFinished]);
    let endpoint = WebhookEndpoint { event_types: Some(kinds), ..webhook_endpoint(town.portal) };
    door.insert(endpoint, Secret::new([5; 32]), test_event(), WebhookChange::default()).await.unwrap();
    let lane = claimed(&town, 0).await.remove(0);
    let test = work(stepped(&town, &lane, Vec::new(), 0).await);
    told_of(&town, town.a.id, MANY).await;
    let passed = work(stepped(&town, &lane, vec![taken(&test.due[0], 1)], 1).await);
    assert!(passed.due.is_empty(), "nothing is sent, and it goes on");
    let done = stepped(&town, &lane, Vec::new(), 1).await;
    assert!(matches!(done, Stepped::Released), "{done:?}");
    assert!(claimed(&town, 10).await.is_empty(), "it is at the end of the feed");
}

pub(crate) async fn a_lane_that_somebody_holds_keeps_no_other_from_its_turn(database: Database) {
    use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};

    let town = town(&database).await;
    permitted(&town).await;
    let door = town.store.webhooks(&town.token(town.a.id)).unwrap();
    let (slow, free) = (added(&door, &town).await, added(&door, &town).await);
    let (system, holder) = (town.store.system(), Uuid::now_v7());
    let lanes = system.claim_lanes(holder, now(), 3, LIMITS).await.unwrap();
    assert_eq!(lanes.len(), 2);
    let mut other = AsyncPgConnection::establish(database.url()).await.unwrap();
    let hold = format!("BEGIN; SELECT * FROM webhook_lanes WHERE endpoint_id = '{}' FOR UPDATE", slow.id);
    other.batch_execute(&hold).await.unwrap();
    let begun = Clock::now();
    assert_eq!(system.renew_lanes(holder, &lanes, now().plus_seconds(1), 3).await.unwrap(), 1);
    system.wake_lanes(now().plus_seconds(1)).await.unwrap();
    // Both have passed by then, and one is free.
    let next = system.claim_lanes(Uuid::now_v7(), now().plus_seconds(60), 3, LIMITS).await.unwrap();
    assert_eq!(next.iter().map(|one| one.endpoint).collect::<Vec<_>>(), [free.id]);
    assert!(begun.elapsed() < Duration::from_secs(2), "nobody waits: {:?}", begun.elapsed());
    // The step on the lane itself waits, and is done when it is free.
    let store = town.store.clone();
    let own = lanes.iter().find(|one| one.endpoint == slow.id).unwrap().clone();
    let waiting = tokio::spawn(async move {
        let ids = (id::<EventId>(), id::<AuditId>());
        let system = store.system();
        let stepped = system.step_lane(&own, (Vec::new(), 0), (10, true), now(), ids).await;
        stepped.unwrap()
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished());
    other.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(work(waiting.await.unwrap()).due.len(), 1);
}
