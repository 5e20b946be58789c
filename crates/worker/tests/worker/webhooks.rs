// SPDX-License-Identifier: AGPL-3.0-or-later
//! Clients are told of events (reliability.md 17, 19, 20): signed, by the schedule, of what they may read and of nothing else,
//! and never in each other's way.

use std::collections::BTreeSet;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tramite_domain::access::{ApiScope, Client, Delegation, DelegationStatus};
use tramite_domain::ids::{ClientId, InstitutionId};
use tramite_domain::mac::mac;
use tramite_domain::webhook::{Answered, Delivery, DeliveryFailure, DeliveryStatus, EndpointStatus, WebhookEndpoint};
use tramite_outbound::{Names, SystemNames, Towards};
use tramite_storage::{Change, DeliveryFilter, PageRequest, Redelivery, Scope, TestEvent, WebhookChange, WebhookDoor};
use tramite_testkit::Database;
use tramite_worker::Worker;
use uuid::Uuid;

use crate::consumer::{Consumer, Heard, Says};
use crate::place::{Place, acting_client};
use crate::town::one_payment;

const SECRET: [u8; 32] = *b"0123456789abcdef0123456789abcdef";
const HOUR: i64 = 3_600;

impl Place {
    /// A client that acts for an institution with every scope.
    async fn acting(&self, institution: InstitutionId) -> Client {
        let client = acting_client(ClientId::new(Uuid::now_v7()), institution, self.a.now);
        self.store.system().insert_client(client.clone(), Change::default()).await.unwrap();
        client
    }

    fn door(&self, client: &Client, institution: InstitutionId) -> WebhookDoor {
        self.store.webhooks(&Scope::of_token(institution, None, client.id)).unwrap()
    }

    async fn endpoint(&self, door: &WebhookDoor, client: &Client, url: &str) -> WebhookEndpoint {
        let endpoint = WebhookEndpoint {
            id: Uuid::now_v7().into(),
            client_id: client.id,
            url: url.to_owned(),
            description: None,
            event_types: None,
            status: EndpointStatus::Pending,
            disabled_reason: None,
            failing_since: None,
            secret_created_at: self.a.now,
            former_secret: false,
            version: 1,
            created_at: self.a.now,
            updated_at: self.a.now,
        };
        let secret = tramite_domain::secret::Secret::new(SECRET);
        door.insert(endpoint.clone(), secret, self.test_event(), WebhookChange::default()).await.unwrap();
        endpoint
    }

    fn test_event(&self) -> TestEvent {
        TestEvent { id: Uuid::now_v7().into(), at: self.a.now }
    }

    fn teller(&self) -> Worker {
        self.teller_by(Towards::WorldAndHere, Arc::new(SystemNames))
    }

    fn teller_by(&self, towards: Towards, names: Arc<dyn Names>) -> Worker {
        self.worker().telling(towards, names).unwrap()
    }

    /// One round of a worker that tells; how many attempts it made.
    async fn tells(&self) -> usize {
        let report = self.teller().run_once(self.a.now).await;
        assert!(report.failures.is_empty(), "{:?}", report.failures);
        report.deliveries
    }
}

async fn deliveries(door: &WebhookDoor, endpoint: &WebhookEndpoint) -> Vec<Delivery> {
    let page = door.deliveries(endpoint.id, DeliveryFilter::default(), &PageRequest::first(100)).await.unwrap();
    page.items
}

fn is_signed(heard: &Heard, secret: &[u8]) -> bool {
    let head = format!("{}.{}.", heard.header("webhook-id"), heard.header("webhook-timestamp"));
    let signature = format!("v1,{}", STANDARD.encode(mac(secret, &[head.as_bytes(), &heard.body])));
    heard.header("webhook-signature").split(' ').any(|one| one == signature)
}

pub(crate) async fn an_endpoint_is_told_once_its_test_got_an_answer(database: Database) {
    let mut place = Place::open(database.url()).await;
    let institution = place.a.institution.id;
    let (client, consumer) = (place.acting(institution).await, Consumer::start());
    let door = place.door(&client, institution);
    let endpoint = place.endpoint(&door, &client, &consumer.url()).await;
    consumer.says(Says::Status(503));
    let position = place.position(&one_payment("TARI-1", 12_050)).await;
    assert_eq!(place.tells().await, 1, "the test alone");
    let heard = consumer.heard().remove(0);
    assert_eq!(heard.json()["type"], "webhook_endpoint.test");
    assert!(is_signed(&heard, &SECRET) && !is_signed(&heard, &[1; 32]));
    assert_eq!(door.show(endpoint.id).await.unwrap().unwrap().status, EndpointStatus::Pending);
    consumer.says(Says::Status(204));
    place.later(6);
    // What was published while it was pending is told afterwards.
    assert_eq!(place.tells().await, 2);
    let heard = consumer.heard();
    let told = heard.iter().find(|one| one.json()["type"] == "debt_position.created").unwrap();
    assert!(is_signed(told, &SECRET));
    let body = told.json();
    assert_eq!(body["id"], told.header("webhook-id"));
    assert_eq!(body["data"]["debt_position_id"], position.id.to_string());
    assert_eq!(body["sequence"], position.version);
    assert_eq!(body["institution_tax_code"], place.a.institution.tax_code.to_string());
    let members: BTreeSet<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["data", "id", "institution_id", "institution_tax_code", "sequence", "timestamp", "type"];
    assert_eq!(members, BTreeSet::from(expected));
    assert!(!told.head.contains("Mario") && !body.to_string().contains("Mario"));
    assert_eq!(place.tells().await, 0, "once");
    let kept = deliveries(&door, &endpoint).await;
    assert!(kept.iter().all(|one| one.status == DeliveryStatus::Delivered && one.next_attempt_at.is_none()));
    // Another secret signs, and the one before it as well.
    let present = door.show(endpoint.id).await.unwrap().unwrap();
    let fresh = tramite_domain::secret::Secret::new([9; 32]);
    door.renew_secret(&present, fresh, place.a.now, WebhookChange::default()).await.unwrap();
    door.redeliver(endpoint.id, vec![(institution, kept[0].event_id)], place.a.now, WebhookChange::default())
        .await
        .unwrap();
    assert_eq!(place.tells().await, 1);
    let again = consumer.heard().remove(0);
    assert!(is_signed(&again, &SECRET) && is_signed(&again, &[9; 32]));
    assert_eq!(again.header("webhook-id"), kept[0].event_id.to_string());
}

pub(crate) async fn a_delivery_follows_the_schedule_for_fourteen_days_and_then_the_endpoint_rests(database: Database) {
    let mut place = Place::open(database.url()).await;
    let institution = place.a.institution.id;
    let (client, consumer) = (place.acting(institution).await, Consumer::start());
    let door = place.door(&client, institution);
    let endpoint = place.endpoint(&door, &client, &consumer.url()).await;
    assert_eq!(place.tells().await, 1);
    let canary = Consumer::start();
    place.position(&one_payment("TARI-1", 12_050)).await;
    let expected = [5, 300, 1_800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR];
    let mut waits = Vec::new();
    let begun = place.a.now;
    for at in 0.. {
        consumer.says(match at % 2 {
            0 => Says::Status(500),
            _ => Says::Redirect(canary.url()),
        });
        assert_eq!(place.tells().await, 1, "attempt {at}");
        let filter = DeliveryFilter { kind: Some(tramite_domain::event::EventKind::PositionCreated), status: None };
        let one = door.deliveries(endpoint.id, filter, &PageRequest::first(1)).await.unwrap().items.remove(0);
        assert_eq!(usize::try_from(one.attempts).unwrap(), at + 1);
        let Some(next) = one.next_attempt_at else {
            assert_eq!(one.status, DeliveryStatus::Abandoned);
            break;
        };
        assert_eq!(one.status, DeliveryStatus::Failed);
        let wait = next.seconds_since(place.a.now);
        place.later(wait - 1);
        assert_eq!(place.tells().await, 0, "a second before it is due");
        place.later(1);
        waits.push(wait);
    }
    for (wait, expected) in waits.iter().zip(expected) {
        assert!((wait - expected).abs() * 10 <= expected, "{wait} instead of {expected}");
    }
    assert_eq!(place.a.now.seconds_since(begun), 14 * 24 * HOUR);
    assert_eq!(canary.connections(), 0, "nothing is followed");
    let rests = door.show(endpoint.id).await.unwrap().unwrap();
    assert_eq!(rests.status, EndpointStatus::Disabled);
    assert_eq!(rests.disabled_reason.map(|reason| reason.name()), Some("failing"));
    place.store.system().publish_feed(1_000).await.unwrap();
    let feed = place.store.feed(&Scope::of_token(institution, None, client.id), 0, 500).await.unwrap();
    let told = feed.iter().find(|one| one.event.kind.name() == "webhook_endpoint.disabled").unwrap();
    assert_eq!(told.event.data.webhook_endpoint_id, Some(endpoint.id));
    let other = Scope::of_token(institution, None, ClientId::new(Uuid::now_v7()));
    let feed = place.store.feed(&other, 0, 500).await.unwrap();
    assert!(feed.iter().all(|one| one.event.kind.name() != "webhook_endpoint.disabled"), "for its client alone");
    // A test that gets its answer wakes it, and what was published meanwhile is told.
    place.position(&one_payment("TARI-2", 12_050)).await;
    consumer.says(Says::Status(200));
    consumer.heard();
    door.test(endpoint.id, place.test_event(), WebhookChange::default()).await.unwrap();
    assert!(place.tells().await >= 2);
    let heard = consumer.heard();
    assert!(heard.iter().any(|one| one.json()["type"] == "debt_position.created"));
    // What was given up is sent again where somebody asks for it.
    let (keys, more) = door.redeliverable(endpoint.id, Redelivery::Failed).await.unwrap();
    assert_eq!((keys.len(), more), (1, false));
    door.redeliver(endpoint.id, keys, place.a.now, WebhookChange::default()).await.unwrap();
    assert_eq!(place.tells().await, 1);
    assert_eq!(door.redeliverable(endpoint.id, Redelivery::Failed).await.unwrap().0, []);
}

pub(crate) async fn an_endpoint_that_says_it_is_gone_is_told_no_more(database: Database) {
    let mut place = Place::open(database.url()).await;
    let institution = place.a.institution.id;
    let (client, consumer) = (place.acting(institution).await, Consumer::start());
    let door = place.door(&client, institution);
    let endpoint = place.endpoint(&door, &client, &consumer.url()).await;
    assert_eq!(place.tells().await, 1);
    consumer.says(Says::Status(410));
    place.position(&one_payment("TARI-1", 12_050)).await;
    assert_eq!(place.tells().await, 1);
    let gone = door.show(endpoint.id).await.unwrap().unwrap();
    assert_eq!(gone.disabled_reason.map(|reason| reason.name()), Some("gone"));
    place.position(&one_payment("TARI-2", 12_050)).await;
    place.later(24 * HOUR);
    assert_eq!(place.tells().await, 0);
}

pub(crate) async fn what_ends_a_delegation_ends_its_deliveries_and_what_narrows_it_narrows_them(database: Database) {
    let mut place = Place::open(database.url()).await;
    let institution = place.a.institution.id;
    let (client, consumer) = (place.acting(institution).await, Consumer::start());
    let door = place.door(&client, institution);
    place.endpoint(&door, &client, &consumer.url()).await;
    assert_eq!(place.tells().await, 1);
    consumer.heard();
    let system = place.store.system();
    let mut narrowed = client.clone();
    narrowed.version = 2;
    narrowed.delegations[0].scopes = [ApiScope::WebhooksWrite, ApiScope::ReceiptsRead].into();
    system.update_client(narrowed.clone(), 1, Change::default()).await.unwrap();
    place.position(&one_payment("TARI-1", 12_050)).await;
    assert_eq!(place.tells().await, 0, "it may not read positions");
    let mut ended = narrowed.clone();
    ended.version = 3;
    ended.delegations[0].scopes = client.delegations[0].scopes.clone();
    ended.delegations[0].status = DelegationStatus::Ended;
    system.update_client(ended.clone(), 2, Change::default()).await.unwrap();
    place.position(&one_payment("TARI-2", 12_050)).await;
    place.later(60);
    assert_eq!(place.tells().await, 0);
    assert!(consumer.heard().is_empty());
    // Given again, it is told of what it missed.
    ended.version = 4;
    ended.delegations[0].status = DelegationStatus::Active;
    system.update_client(ended, 3, Change::default()).await.unwrap();
    place.later(60);
    assert_eq!(place.tells().await, 1);
}

pub(crate) async fn one_endpoint_is_told_of_all_institutions_that_let_its_client_act(database: Database) {
    let mut place = Place::open(database.url()).await;
    let consumer = Consumer::start();
    let (a, b) = (place.a.institution.id, place.b.institution.id);
    let mut client = place.acting(a).await;
    let door = place.store.system().webhooks(client.id);
    let endpoint = place.endpoint(&door, &client, &consumer.url()).await;
    assert_eq!(place.tells().await, 1);
    let test = consumer.heard().remove(0).json();
    assert!(test.get("institution_id").is_none(), "{test}");
    let grant = Delegation { id: Uuid::now_v7().into(), institution_id: b, ..client.delegations[0].clone() };
    client.delegations.push(grant);
    client.version = 2;
    place.store.system().update_client(client.clone(), 1, Change::default()).await.unwrap();
    assert_eq!(place.tells().await, 0);
    place.position(&one_payment("TARI-1", 12_050)).await;
    let decided = place.b.open(&one_payment("TARI-B", 12_050)).unwrap();
    let scope = Scope::of_worker(b);
    place.store.commit(&scope, decided.batch).await.unwrap();
    assert_eq!(place.tells().await, 2);
    let told: BTreeSet<String> =
        consumer.heard().iter().map(|one| one.json()["institution_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told, BTreeSet::from([a.to_string(), b.to_string()]));
    assert_eq!(deliveries(&door, &endpoint).await.len(), 3);
    // After an outage the first answer makes what waits due at once, of whichever institution.
    consumer.says(Says::Status(500));
    place.position(&one_payment("TARI-2", 12_050)).await;
    let decided = place.b.open(&one_payment("TARI-C", 12_050)).unwrap();
    place.store.commit(&scope, decided.batch).await.unwrap();
    for seconds in [0, 10, 400] {
        place.later(seconds);
        assert_eq!(place.tells().await, 2, "both fail");
    }
    consumer.says(Says::Status(200));
    place.position(&one_payment("TARI-3", 12_050)).await;
    consumer.heard();
    assert_eq!(place.tells().await, 3);
    assert!(consumer.heard().iter().any(|one| one.json()["institution_id"] == b.to_string()));
    // It is no tenant's: neither of them finds it, nor another client.
    assert_eq!(place.door(&client, a).list().await.unwrap(), []);
    assert_eq!(place.store.system().webhooks(ClientId::new(Uuid::now_v7())).list().await.unwrap(), []);
}

pub(crate) async fn a_name_that_leads_home_by_then_leads_nowhere(database: Database) {
    /// A name that led to the world when the address was written.
    struct Rebound;
    impl Names for Rebound {
        fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            Ok(vec!["127.0.0.1".parse().unwrap(), "169.254.169.254".parse().unwrap()])
        }
    }
    let place = Place::open(database.url()).await;
    let institution = place.a.institution.id;
    let (client, canary) = (place.acting(institution).await, Consumer::start());
    let door = place.door(&client, institution);
    let url = format!("https://gestionale.example.it:{}/", canary.port);
    let endpoint = place.endpoint(&door, &client, &url).await;
    let report = place.teller_by(Towards::World, Arc::new(Rebound)).run_once(place.a.now).await;
    assert_eq!((report.deliveries, report.failures.len()), (1, 0));
    let last = deliveries(&door, &endpoint).await.remove(0).last.unwrap();
    assert_eq!(last.answered, Answered::Failure(DeliveryFailure::NotAllowed));
    assert_eq!(canary.connections(), 0, "nothing reaches the canary");
}

pub(crate) async fn one_that_never_answers_is_in_nobodys_way(database: Database) {
    let mut place = Place::open(database.url()).await;
    let (a, b) = (place.a.institution.id, place.b.institution.id);
    let (slow, fast) = (Consumer::start(), Consumer::start());
    let (of_a, of_b) = (place.acting(a).await, place.acting(b).await);
    let (door_a, door_b) = (place.door(&of_a, a), place.door(&of_b, b));
    let hanging = place.endpoint(&door_a, &of_a, &slow.url()).await;
    place.endpoint(&door_b, &of_b, &fast.url()).await;
    assert_eq!(place.tells().await, 2);
    slow.says(Says::Never);
    for number in 0..40 {
        place.position(&one_payment(&format!("TARI-{number}"), 12_050)).await;
    }
    let teller = place.teller();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(async move { teller.run(async { drop(stopped.await) }).await });
    slow.heard();
    fast.heard();
    let begun = Moment::now();
    while slow.heard().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it is told");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let decided = place.b.open(&one_payment("TARI-B", 12_050)).unwrap();
    let asked = Moment::now();
    place.store.commit(&Scope::of_worker(b), decided.batch).await.unwrap();
    while fast.heard().is_empty() {
        assert!(asked.elapsed() < Duration::from_secs(5), "the other is told at once");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Ten seconds after it was asked, what never came is a failure.
    let timed_out = async || {
        let found = deliveries(&door_a, &hanging).await;
        found.iter().filter_map(|one| one.last).any(|last| {
            last.answered == Answered::Failure(DeliveryFailure::Timeout) && (9_000..15_000).contains(&last.latency_ms)
        })
    };
    while !timed_out().await {
        assert!(begun.elapsed() < Duration::from_secs(40), "it is given up");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    stop.send(()).unwrap();
    running.await.unwrap();
}
