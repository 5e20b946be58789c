// SPDX-License-Identifier: AGPL-3.0-or-later
//! Programs that run until they are stopped.

use std::time::{Duration, Instant};

use tramite_testkit::{Database, free_port};

use crate::process::{Key, PATIENCE, Running, answers, http, run, settings, with};

/// How long a stop may take (reliability.md 14).
const STOP_MAX: Duration = Duration::from_secs(30);

pub(crate) async fn serve(database: Database) {
    let key = Key::new();
    let key = key.text();
    let (listen, private) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
    let platform = format!("127.0.0.1:{}", free_port());
    let public = format!("http://{listen}");
    let mut settings = settings(database.url(), &key);
    for (name, value) in [
        ("TRAMITE_LISTEN", &listen),
        ("TRAMITE_PRIVATE_LISTEN", &private),
        ("TRAMITE_PLATFORM_LISTEN", &platform),
        ("TRAMITE_PUBLIC_URL", &public),
    ] {
        settings = with(&settings, name, value);
    }
    settings = with(&settings, "TRAMITE_DRAIN_SECONDS", "1");
    assert_eq!(run(&["migrate", "--environment", "sandbox"], &settings).code, Some(0));
    let mut serve = Running::start(&["serve"], &settings);
    answers(&format!("{public}/status"), 200).await;
    let status = http().get(format!("{public}/status")).send().await.unwrap();
    assert_eq!(status.headers()["Tramite-Environment"], "sandbox");
    for (path, status) in [("/health/live", 200), ("/health/ready", 200), ("/metrics", 200), ("/status", 404)] {
        answers(&format!("http://{private}{path}"), status).await;
    }
    answers(&format!("{public}/health/ready"), 404).await;
    // What operators alone may do is on their own listener, and not there on the other one.
    for (path, at_platform, at_public) in [
        ("/status", 200, 200),
        ("/v1/clients", 401, 404),
        ("/v1/services", 404, 401),
        ("/.well-known/jwks.json", 200, 200),
    ] {
        answers(&format!("http://{platform}{path}"), at_platform).await;
        answers(&format!("{public}{path}"), at_public).await;
    }
    // In the sandbox the Node's messages come to the same listener: what is no message is a fault, not a lost path.
    let soap = http().post(format!("{public}/soap/pa-for-node")).body("<a/>").send().await.unwrap();
    assert_eq!(soap.status(), 500);
    assert!(soap.text().await.unwrap().contains("Fault"));
    // Another program cannot take the address.
    let second = run(&["serve"], &settings);
    assert_eq!(second.code, Some(2));
    assert!(second.errors.contains("TRAMITE_LISTEN: "), "{}", second.errors);
    assert_eq!(serve.ended(), None);
    // Readiness goes first, while requests are still answered; the connection kept open here holds nothing up.
    let client = http();
    client.get(format!("{public}/status")).send().await.unwrap();
    let stopping = tokio::task::spawn_blocking(move || serve.stop());
    answers(&format!("http://{private}/health/ready"), 503).await;
    assert_eq!(client.get(format!("{public}/status")).send().await.unwrap().status(), 200);
    let (code, took) = stopping.await.unwrap();
    assert_eq!(code, Some(0));
    assert!(took < STOP_MAX, "{took:?}");
}

pub(crate) async fn worker(database: Database) {
    let key = Key::new();
    let key = key.text();
    let private = format!("127.0.0.1:{}", free_port());
    let settings = settings(database.url(), &key);
    let settings = with(&settings, "TRAMITE_PRIVATE_LISTEN", &private);
    assert_eq!(run(&["migrate", "--environment", "sandbox"], &settings).code, Some(0));
    let mut worker = Running::start(&["worker"], &settings);
    for path in ["/health/live", "/health/ready"] {
        answers(&format!("http://{private}{path}"), 200).await;
    }
    let text = async || http().get(format!("http://{private}/metrics")).send().await.unwrap().text().await.unwrap();
    let begun = Instant::now();
    // Every job comes round at once when it begins, and says so.
    for job in [
        "feed",
        "imports",
        "issuers",
        "positions",
        "recoveries",
        "retention",
        "sessions",
        "tasks",
        "upkeep",
        "webhooks",
    ] {
        let passed = format!("tramite_job_passes_total{{duty=\"{job}\",outcome=\"ok\"}}");
        while !text().await.contains(&passed) {
            assert!(begun.elapsed() < PATIENCE, "{passed} in {}", text().await);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    let told = text().await;
    for said in ["tramite_database_up 1", "tramite_events_unpublished 0", "tramite_transitions_due{kind=\"session\"} 0"]
    {
        assert!(told.lines().any(|line| line == said), "{said} in {told}");
    }
    // A second one on the same machine needs another address, and is told so.
    let second = run(&["worker"], &settings);
    assert_eq!(second.code, Some(2));
    assert!(second.errors.contains("TRAMITE_PRIVATE_LISTEN: "), "{}", second.errors);
    assert_eq!(worker.ended(), None);
    let (code, took) = tokio::task::spawn_blocking(move || worker.stop()).await.unwrap();
    assert_eq!(code, Some(0));
    assert!(took < STOP_MAX, "{took:?}");
}
