// SPDX-License-Identifier: AGPL-3.0-or-later
//! Endpoints of webhooks behind their walls, and lanes that belong to one worker at a time.

use tramite_domain::access::{ApiScope, Client, ClientKind, ClientStatus, DelegationStatus};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::event::EventKind;
use tramite_domain::ids::{AuditId, EventId, InstitutionId};
use tramite_domain::secret::Secret;
use tramite_domain::webhook::{Answered, Attempt, Next, Outcome, WebhookEndpoint};
use tramite_storage::{
    ClaimedLane, DeliveryFilter, DueDelivery, LaneLimits, LaneWork, PageRequest, Scope, Stepped, StoreError, TestEvent,
    WebhookChange, WebhookDoor,
};
use tramite_testkit::Database;
use uuid::Uuid;

use crate::support::*;

pub(crate) const LIMITS: LaneLimits = LaneLimits { lanes: 10, per_institution: 10, per_endpoint: 10 };
const SECRET: [u8; 32] = [5; 32];

pub(crate) async fn added(door: &WebhookDoor, town: &Town) -> WebhookEndpoint {
    let endpoint = webhook_endpoint(town.portal);
    door.insert(endpoint.clone(), Secret::new(SECRET), test_event(), WebhookChange::default()).await.unwrap();
    endpoint
}

/// The portal as it is changed.
async fn changed(town: &Town, edit: impl FnOnce(&mut Client)) {
    let system = town.store.system();
    let mut client = system.client(town.portal).await.unwrap().unwrap();
    edit(&mut client);
    let expected = client.version;
    client.version += 1;
    system.update_client(client, expected, tramite_storage::Change::default()).await.unwrap();
}

/// The portal may be told of what happens in the first institution.
pub(crate) async fn permitted(town: &Town) {
    changed(town, |portal| {
        for one in &mut portal.delegations {
            one.scopes.extend([ApiScope::WebhooksWrite, ApiScope::DebtPositionsRead]);
        }
    })
    .await;
}

/// Its delegations hold, or have ended.
async fn delegated(town: &Town, status: DelegationStatus) {
    changed(town, |portal| {
        for one in &mut portal.delegations {
            one.status = status;
        }
    })
    .await;
}

pub(crate) async fn claimed(town: &Town, seconds: i64) -> Vec<ClaimedLane> {
    let at = now().plus_seconds(seconds);
    town.store.system().wake_lanes(at).await.unwrap();
    town.store.system().claim_lanes(Uuid::now_v7(), at, 3, LIMITS).await.unwrap()
}

pub(crate) async fn stepped(town: &Town, lane: &ClaimedLane, outcomes: Vec<Outcome>, seconds: i64) -> Stepped {
    let ids = (id::<EventId>(), id::<AuditId>());
    let last = (outcomes, 1);
    town.store.system().step_lane(lane, last, (10, true), now().plus_seconds(seconds), ids).await.unwrap()
}

pub(crate) fn work(stepped: Stepped) -> Box<LaneWork> {
    match stepped {
        Stepped::Work(work) => work,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn taken(due: &DueDelivery, seconds: i64) -> Outcome {
    let at = now().plus_seconds(seconds);
    Outcome {
        event_id: due.event_id,
        kind: due.kind,
        attempts: due.attempts + 1,
        began_at: at,
        attempt: Attempt { at, answered: Answered::Status(204), latency_ms: 12 },
        next: Next::Delivered,
    }
}

async fn told(town: &Town, key: &str) -> EventId {
    let one = event(&simple(key));
    town.store.commit(&town.node(), Batch::new().with(Write::InsertEvent(Box::new(one.clone())))).await.unwrap();
    town.store.system().publish_feed(100).await.unwrap();
    one.id
}

pub(crate) async fn an_endpoint_exists_for_its_client_in_its_institution_alone(database: Database) {
    let town = town(&database).await;
    let door = town.store.webhooks(&town.token(town.a.id)).unwrap();
    let endpoint = added(&door, &town).await;
    assert_eq!(door.show(endpoint.id).await.unwrap(), Some(endpoint.clone()));
    let of_other = tramite_storage::Scope::of_token(town.a.id, None, town.other);
    let elsewhere = [
        town.store.webhooks(&town.token(town.b.id)).unwrap(),
        town.store.webhooks(&of_other).unwrap(),
        town.store.system().webhooks(town.portal),
    ];
    for other in &elsewhere {
        assert_eq!(other.show(endpoint.id).await.unwrap(), None);
        assert_eq!(other.list().await.unwrap(), []);
    }
    // Of another door it can be neither changed nor ended.
    let moved = WebhookEndpoint { version: 2, ..endpoint.clone() };
    for other in [&elsewhere[0], &elsewhere[2]] {
        let update = other.update(moved.clone(), 1, None, WebhookChange::default()).await;
        assert!(matches!(update, Err(StoreError::Conflict)), "{update:?}");
        let end = other.end(&endpoint, now(), WebhookChange::default()).await;
        assert!(matches!(end, Err(StoreError::Conflict)), "{end:?}");
    }
    door.update(moved.clone(), 1, None, WebhookChange::default()).await.unwrap();
    let again = door.update(moved, 1, None, WebhookChange::default()).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
    // Ten at most, and one that has ended leaves its place.
    for _ in 0..9 {
        added(&door, &town).await;
    }
    let full = webhook_endpoint(town.portal);
    let full = door.insert(full, Secret::new(SECRET), test_event(), WebhookChange::default()).await;
    assert!(matches!(full, Err(StoreError::Conflict)), "{full:?}");
    let present = door.show(endpoint.id).await.unwrap().unwrap();
    door.end(&present, now(), WebhookChange::default()).await.unwrap();
    assert_eq!(door.show(endpoint.id).await.unwrap(), None);
    added(&door, &town).await;
    let pages = door.pages(&PageRequest::first(3)).await.unwrap();
    let rest = door.pages(&PageRequest { limit: 500, cursor: pages.next }).await.unwrap();
    assert_eq!((pages.items.len(), rest.items.len()), (3, 7));
}

pub(crate) async fn who_no_longer_holds_a_lane_writes_nothing_of_it(database: Database) {
    let town = town(&database).await;
    permitted(&town).await;
    let door = town.store.webhooks(&town.token(town.a.id)).unwrap();
    let endpoint = added(&door, &town).await;
    let first = claimed(&town, 0).await.remove(0);
    assert!(claimed(&town, 2).await.is_empty(), "it is held");
    let test = work(stepped(&town, &first, Vec::new(), 0).await);
    assert_eq!((test.due.len(), test.due[0].kind), (1, EventKind::WebhookEndpointTest));
    assert_eq!(test.secrets.iter().map(Secret::expose).collect::<Vec<_>>(), [&SECRET]);
    // Its worker was slow, not dead: the next has it by then.
    let second = claimed(&town, 4).await.remove(0);
    let late = stepped(&town, &first, vec![taken(&test.due[0], 4)], 4).await;
    assert!(matches!(late, Stepped::Lost), "{late:?}");
    assert_eq!(door.show(endpoint.id).await.unwrap().unwrap().status.name(), "pending");
    let again = work(stepped(&town, &second, Vec::new(), 4).await);
    assert_eq!(again.due[0].event_id, test.due[0].event_id, "under the same id");
    let done = stepped(&town, &second, vec![taken(&again.due[0], 5)], 5).await;
    assert!(matches!(done, Stepped::Released), "{done:?}");
    assert_eq!(door.show(endpoint.id).await.unwrap().unwrap().status.name(), "active");
}

pub(crate) async fn deliveries_are_written_while_the_cursor_moves_and_each_event_once(database: Database) {
    let town = town(&database).await;
    permitted(&town).await;
    told(&town, "P-0").await;
    let door = town.store.webhooks(&town.token(town.a.id)).unwrap();
    let endpoint = added(&door, &town).await;
    let lane = claimed(&town, 0).await.remove(0);
    let test = work(stepped(&town, &lane, Vec::new(), 0).await);
    let done = stepped(&town, &lane, vec![taken(&test.due[0], 0)], 0).await;
    assert!(matches!(done, Stepped::Released), "what was published before it was made is not told: {done:?}");
    let mut expected = Vec::new();
    for number in 1..=25 {
        expected.push(told(&town, &format!("P-{number}")).await);
    }
    // Many workers die with it, each after a step whose outcome nobody wrote.
    let mut seconds = 1;
    for _ in 0..3 {
        let lane = claimed(&town, seconds).await.remove(0);
        assert_eq!(work(stepped(&town, &lane, Vec::new(), seconds).await).due.len(), 10);
        seconds += 5;
    }
    let lane = claimed(&town, seconds).await.remove(0);
    let (mut seen, mut outcomes) = (Vec::new(), Vec::new());
    while let Stepped::Work(work) = stepped(&town, &lane, outcomes, seconds).await {
        outcomes = work.due.iter().map(|due| taken(due, seconds)).collect();
        seen.extend(work.due.iter().map(|due| due.event.as_ref().unwrap().id));
    }
    assert_eq!(seen, expected);
    let page = door.deliveries(endpoint.id, DeliveryFilter::default(), &PageRequest::first(20)).await.unwrap();
    let rest = PageRequest { limit: 20, cursor: page.next };
    let rest = door.deliveries(endpoint.id, DeliveryFilter::default(), &rest).await.unwrap();
    assert_eq!((page.items.len(), rest.items.len(), rest.next), (20, 6, None));
    assert!(claimed(&town, 100).await.is_empty());
    let system = town.store.system();
    let (month, later) = (now().datetime().date_naive(), now().plus_hours(1));
    assert_eq!(system.forget_deliveries(now(), month, 100).await.unwrap(), 0);
    // One more waits for its endpoint: it stays as long as its event may.
    told(&town, "P-26").await;
    let lane = claimed(&town, 200).await.remove(0);
    let late = work(stepped(&town, &lane, Vec::new(), 200).await);
    let failed = stepped(&town, &lane, vec![failed(&late.due[0], 1, 200)], 200).await;
    assert!(matches!(failed, Stepped::Released), "{failed:?}");
    assert_eq!(system.forget_deliveries(later, month, 100).await.unwrap(), 26);
    assert_eq!(system.forget_deliveries(later, month, 100).await.unwrap(), 0);
    assert_eq!(system.forget_deliveries(later, month.succ_opt().unwrap(), 100).await.unwrap(), 1);
}

pub(crate) async fn an_endpoint_of_all_delegations_is_told_of_a_new_one_from_its_first_event_on(database: Database) {
    let town = town(&database).await;
    let system = town.store.system();
    let newcomer = client(ClientKind::Application);
    system.insert_client(newcomer.clone(), tramite_storage::Change::default()).await.unwrap();
    let wide = system.webhooks(newcomer.id);
    let endpoint = webhook_endpoint(newcomer.id);
    wide.insert(endpoint.clone(), Secret::new(SECRET), test_event(), WebhookChange::default()).await.unwrap();
    let lane = claimed(&town, 0).await.remove(0);
    let test = work(stepped(&town, &lane, Vec::new(), 0).await);
    stepped(&town, &lane, vec![taken(&test.due[0], 0)], 0).await;
    // Not of what was before. From the delegation on of everything, though no worker has looked since.
    told(&town, "E-1").await;
    let mut grant = delegation(&newcomer, town.a.id);
    grant.scopes.insert(ApiScope::WebhooksWrite);
    let client = Client { delegations: vec![grant], version: 2, ..newcomer };
    system.update_client(client, 1, tramite_storage::Change::default()).await.unwrap();
    let first = told(&town, "E-2").await;
    let lanes = claimed(&town, 10).await;
    let lane = lanes.iter().find(|one| one.institution == Some(town.a.id)).unwrap();
    let due = work(stepped(&town, lane, Vec::new(), 10).await).due;
    assert_eq!(due.iter().map(|one| one.event_id).collect::<Vec<_>>(), [first]);
}

pub(crate) async fn lanes_of_one_institution_and_of_one_endpoint_are_bounded_whoever_works_on_them(database: Database) {
    let town = town(&database).await;
    permitted(&town).await;
    let (a, b) = (town.token(town.a.id), town.token(town.b.id));
    let (a, b) = (town.store.webhooks(&a).unwrap(), town.store.webhooks(&b).unwrap());
    for _ in 0..5 {
        added(&a, &town).await;
    }
    added(&b, &town).await;
    let system = town.store.system();
    let limits = LaneLimits { lanes: 100, per_institution: 2, per_endpoint: 1 };
    let first = system.claim_lanes(Uuid::now_v7(), now(), 3, limits).await.unwrap();
    let of = |lanes: &[ClaimedLane], id| lanes.iter().filter(|one| one.institution == Some(id)).count();
    assert_eq!((of(&first, town.a.id), of(&first, town.b.id)), (2, 1));
    // Another worker finds them taken, and finds more when they are free.
    let other = Uuid::now_v7();
    assert!(system.claim_lanes(other, now(), 3, limits).await.unwrap().is_empty());
    assert_eq!(system.renew_lanes(other, &first, now(), 3).await.unwrap(), 0);
    let lane = first.iter().find(|one| one.institution == Some(town.a.id)).unwrap();
    let outcomes = work(stepped(&town, lane, Vec::new(), 0).await).due.iter().map(|due| taken(due, 0)).collect();
    assert!(matches!(stepped(&town, lane, outcomes, 0).await, Stepped::Released));
    let next = system.claim_lanes(other, now(), 3, limits).await.unwrap();
    assert_eq!((next.len(), of(&next, town.a.id)), (1, 1));
    assert_eq!(system.renew_lanes(other, &next, now().plus_seconds(1), 3).await.unwrap(), 1);
    // One whose claim was never heard of is nobody's work, and ends by its time.
    assert_eq!(system.renew_lanes(other, &[], now().plus_seconds(2), 3).await.unwrap(), 0);
}

fn failed(due: &DueDelivery, attempts: u32, seconds: i64) -> Outcome {
    let at = now().plus_seconds(seconds);
    let attempt = Attempt { at, answered: Answered::Status(500), latency_ms: 12 };
    Outcome { attempts, attempt, next: Next::Again(at.plus_seconds(7_200)), ..taken(due, seconds) }
}

/// The endpoint answers its test, and one event waits for it; the lane is held.
async fn waiting(town: &Town, door: &WebhookDoor, key: &str) -> (WebhookEndpoint, ClaimedLane, Box<LaneWork>) {
    permitted(town).await;
    let endpoint = added(door, town).await;
    let lane = claimed(town, 0).await.remove(0);
    let test = work(stepped(town, &lane, Vec::new(), 0).await);
    told(town, key).await;
    let next = work(stepped(town, &lane, vec![taken(&test.due[0], 1)], 1).await);
    (endpoint, lane, next)
}

pub(crate) async fn a_redelivery_is_not_undone_by_the_attempt_under_way(database: Database) {
    let town = town(&database).await;
    let door = town.store.webhooks(&town.token(town.a.id)).unwrap();
    let (endpoint, lane, work_one) = waiting(&town, &door, "E-1").await;
    let due = &work_one.due[0];
    let first = stepped(&town, &lane, vec![failed(due, 1, 2)], 2).await;
    assert!(matches!(first, Stepped::Released), "{first:?}");
    let one = tramite_storage::Redelivery::One(due.event_id);
    let lane = claimed(&town, 7_300).await.remove(0);
    let again = work(stepped(&town, &lane, Vec::new(), 7_300).await);
    let (keys, _) = door.redeliverable(endpoint.id, one).await.unwrap();
    door.redeliver(endpoint.id, keys, now().plus_seconds(7_301), WebhookChange::default()).await.unwrap();
    // The attempt that was under way ends badly, and what was asked for stands all the same.
    let next = work(stepped(&town, &lane, vec![failed(&again.due[0], 2, 7_302)], 7_302).await);
    assert_eq!((next.due[0].event_id, next.due[0].attempts), (due.event_id, 0));
}

pub(crate) async fn new_terms_leave_what_workers_decided_unless_the_address_is_new(database: Database) {
    let town = town(&database).await;
    let door = town.store.webhooks(&town.token(town.a.id)).unwrap();
    let (endpoint, _, _) = waiting(&town, &door, "E-1").await;
    // It was read before its test was answered.
    let named = WebhookEndpoint { version: 2, ..endpoint.clone() };
    door.update(named, 1, None, WebhookChange::default()).await.unwrap();
    assert_eq!(door.show(endpoint.id).await.unwrap().unwrap().status.name(), "active");
    let url = "https://altro.example.it/tramite".to_owned();
    let moved = WebhookEndpoint { version: 3, url, ..endpoint.clone() };
    door.update(moved, 2, Some(test_event()), WebhookChange::default()).await.unwrap();
    assert_eq!(door.show(endpoint.id).await.unwrap().unwrap().status.name(), "pending");
}

pub(crate) async fn a_lane_whose_work_failed_is_free_at_once_and_due_a_little_later(database: Database) {
    let town = town(&database).await;
    permitted(&town).await;
    added(&town.store.webhooks(&town.token(town.a.id)).unwrap(), &town).await;
    let lane = claimed(&town, 0).await.remove(0);
    town.store.system().leave_lane(&lane, now().plus_seconds(2)).await.unwrap();
    assert!(claimed(&town, 1).await.is_empty(), "it rests");
    // However often it is left, whoever watches sees since when it is due.
    let lanes = town.store.system().backlog(now().plus_seconds(1)).await.unwrap().lanes;
    assert_eq!((lanes.waiting, lanes.oldest), (1, Some(test_event().at)));
    let next = claimed(&town, 2).await.remove(0);
    assert_eq!(next.endpoint, lane.endpoint);
    assert_ne!(next, lane, "another claim");
    // Who left it says nothing of it any more.
    town.store.system().leave_lane(&lane, now().plus_seconds(3)).await.unwrap();
    assert!(claimed(&town, 4).await.is_empty(), "it is held");
}

pub(crate) async fn lanes_whose_work_fails_leave_the_others_of_their_institution_their_turn(database: Database) {
    let town = town(&database).await;
    let door = town.store.webhooks(&town.token(town.a.id)).unwrap();
    for _ in 0..2 {
        added(&door, &town).await;
    }
    let limits = LaneLimits { per_institution: 1, ..LIMITS };
    let mut turns = Vec::new();
    for seconds in [0, 3, 6, 9] {
        let (system, at) = (town.store.system(), now().plus_seconds(seconds));
        let lane = system.claim_lanes(Uuid::now_v7(), at, 3, limits).await.unwrap().remove(0);
        system.leave_lane(&lane, at.plus_seconds(2)).await.unwrap();
        turns.push(lane.endpoint);
    }
    assert_ne!(turns[0], turns[1], "the other one, which has not failed");
    assert_eq!(turns[..2], turns[2..]);
}

pub(crate) async fn an_endpoint_whose_client_may_not_be_told_is_not_counted_as_failing(database: Database) {
    let town = town(&database).await;
    let door = town.store.webhooks(&town.token(town.a.id)).unwrap();
    let (_, lane, work) = waiting(&town, &door, "E-1").await;
    let done = stepped(&town, &lane, vec![failed(&work.due[0], 1, 2)], 2).await;
    assert!(matches!(done, Stepped::Released), "{done:?}");
    let system = town.store.system();
    let failing = async || system.backlog(now().plus_seconds(10)).await.unwrap().failing.waiting;
    assert_eq!(failing().await, 1);
    delegated(&town, DelegationStatus::Ended).await;
    assert_eq!(failing().await, 0);
    delegated(&town, DelegationStatus::Active).await;
    assert_eq!(failing().await, 1);
    changed(&town, |portal| portal.status = ClientStatus::Revoked).await;
    assert_eq!(failing().await, 0);
}

pub(crate) async fn what_one_lane_finds_out_the_others_of_its_endpoint_are_told(database: Database) {
    let town = town(&database).await;
    permitted(&town).await;
    let wide = town.store.system().webhooks(town.portal);
    let endpoint = added(&wide, &town).await;
    let of = |lanes: Vec<ClaimedLane>, id: Option<InstitutionId>| {
        lanes.into_iter().find(|one| one.institution == id).unwrap()
    };
    let nil = of(claimed(&town, 0).await, None);
    let test = work(stepped(&town, &nil, Vec::new(), 0).await);
    stepped(&town, &nil, vec![taken(&test.due[0], 0)], 0).await;
    // An event of each institution fails, and the next attempt is hours away.
    let mut waits = Vec::new();
    for (institution, seconds) in [(town.a.id, 10), (town.b.id, 20)] {
        let one = event(&simple("E-1"));
        let scope = Scope::of_node(institution);
        town.store.commit(&scope, Batch::new().with(Write::InsertEvent(Box::new(one.clone())))).await.unwrap();
        town.store.system().publish_feed(100).await.unwrap();
        let lane = of(claimed(&town, seconds).await, Some(institution));
        let due = work(stepped(&town, &lane, Vec::new(), seconds).await).due;
        let done = stepped(&town, &lane, vec![failed(&due[0], 1, seconds)], seconds).await;
        assert!(matches!(done, Stepped::Released), "{done:?}");
        waits.push(one.id);
    }
    assert!(claimed(&town, 400).await.is_empty(), "nothing is due");
    // A test reaches it: what waits is due at once, of whichever institution.
    let asked = TestEvent { at: now().plus_seconds(500), ..test_event() };
    wide.test(endpoint.id, asked, WebhookChange::default()).await.unwrap();
    let nil = of(claimed(&town, 500).await, None);
    let test = work(stepped(&town, &nil, Vec::new(), 500).await);
    stepped(&town, &nil, vec![taken(&test.due[0], 500)], 500).await;
    let lanes = claimed(&town, 501).await;
    for (institution, event) in [town.a.id, town.b.id].into_iter().zip(waits) {
        let lane = lanes.iter().find(|one| one.institution == Some(institution)).unwrap();
        assert_eq!(work(stepped(&town, lane, Vec::new(), 501).await).due[0].event_id, event);
    }
}
