// SPDX-License-Identifier: AGPL-3.0-or-later
//! In production nobody posts a receipt who is not the Node (api.md, The Node's listener; reliability.md 41).

use std::time::{Duration, Instant};

use reqwest::header::HeaderMap;
use reqwest::{Client, ClientBuilder};
use serde_json::Value;
use tramite_testkit::Database;
use tramite_tests::api::{Api, notice};
use tramite_tests::certificates::{Certificates, Identity};
use tramite_tests::node::{self, Addressee, Delivered};
use tramite_tests::production::{Production, Running};
use tramite_tests::until;

pub(crate) const SECRET: &str = "7f1c0e3b5a9d48266f0b1d2c3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5";
/// How long a certificate holds that ends during the test.
const BRIEF_SECONDS: u64 = 12;
pub(crate) const SECRET_HEADER: &str = "Tramite-Proxy-Secret";

struct Stage {
    running: Running,
    api: Api,
    to: Addressee,
    position: Value,
}

impl Stage {
    async fn set(production: &Production, further: &[(&str, String)]) -> Self {
        let running = production.serve(further).await;
        let (api, to) = production.institution(&running).await;
        let position = api.position("MULTE", 1_000).await;
        Self { running, api, to, position }
    }

    /// A perfect receipt for the position.
    fn receipt(&self) -> String {
        node::receipt(&self.to, notice(&self.position), "rt-1", "10.00")
    }

    /// Nothing has come of whatever was tried.
    async fn is_untouched(&self) {
        let receipts = self.api.get("/v1/receipts").await;
        assert_eq!(receipts.body["items"], Value::Array(Vec::new()));
        let position = self.api.get(&format!("/v1/debt-positions/{}", self.position["id"].as_str().unwrap())).await;
        assert_eq!(position.body["status"], "open");
    }

    /// How many peers were refused for that reason.
    async fn refused(&self, code: &str) -> u64 {
        let text =
            tramite_tests::http::get(format!("{}/metrics", self.running.private)).await.unwrap().text().await.unwrap();
        let line = format!("tramite_refused_peers_total{{code=\"{code}\"}} ");
        text.lines().find_map(|found| found.strip_prefix(&line)?.parse().ok()).unwrap_or(0)
    }

    /// The port of the API has no door, whatever a caller says of itself.
    async fn rest_has_no_door(&self, certificate: &Identity) {
        let body = self.receipt();
        let asked = tramite_tests::http::client()
            .post(node::endpoint(&self.running.url))
            .header("SOAPAction", "paSendRTV2")
            .header("Client-Cert", certificate.header())
            .header(SECRET_HEADER, SECRET)
            .body(body);
        assert_eq!(asked.send().await.unwrap().status(), 404);
    }
}

pub(crate) fn tls(shown: Option<reqwest::Identity>) -> Client {
    let client: ClientBuilder =
        tramite_tests::http::builder().tls_danger_accept_invalid_certs(true).timeout(Duration::from_secs(10));
    match shown {
        Some(identity) => client.identity(identity),
        None => client,
    }
    .build()
    .unwrap()
}

async fn knock(
    client: &Client,
    url: &str,
    headers: HeaderMap,
    message: String,
) -> Result<(u16, Delivered), reqwest::Error> {
    let mut failures = 0;
    loop {
        let begun = Instant::now();
        let asked = client.post(node::endpoint(url)).header("SOAPAction", "paSendRTV2").headers(headers.clone());
        let answer = asked.body(message.clone()).send().await?;
        let (status, answer) = (answer.status().as_u16(), answer.text().await?);
        node::keep(status, &answer);
        if !node::comes_again(&answer, begun, &mut failures).await {
            return Ok((status, Delivered { answer, failures }));
        }
    }
}

/// A receipt is known, or taken for the first time.
async fn takes(client: &Client, url: &str, headers: HeaderMap, (message, known): (String, bool)) {
    let (status, delivered) = knock(client, url, headers, message).await.unwrap();
    let right = if known { delivered.outcome() == node::DUPLICATE } else { delivered.is_taken() };
    assert!(status == 200 && right, "{status} {delivered:?}");
}

pub(crate) async fn mutual_tls(database: Database) {
    let certificates = Certificates::new();
    let production = Production::prepare(&database);
    let (certificate, key) = certificates.server.write(production.folder(), "server");
    let peers = [&certificates.node, &certificates.next, &certificates.ended];
    let mut peers: Vec<String> = peers.iter().map(|one| one.fingerprint.clone()).collect();
    peers.push(certificates.brief_fingerprint());
    let stage = Stage::set(
        &production,
        &[
            ("TRAMITE_NODE_AUTH", "mtls".to_owned()),
            ("TRAMITE_NODE_CERTIFICATE_FILE", certificate.display().to_string()),
            ("TRAMITE_NODE_KEY_FILE", key.display().to_string()),
            ("TRAMITE_NODE_PEERS", peers.join(",")),
        ],
    )
    .await;
    let url = format!("https://{}", stage.running.node);
    for (code, shown) in [
        ("no_certificate", None),
        ("unlisted", Some(&certificates.stranger)),
        ("unlisted", Some(&certificates.nobody)),
        ("not_valid_now", Some(&certificates.ended)),
    ] {
        let before = stage.refused(code).await;
        let mut told = HeaderMap::new();
        told.insert("Client-Cert", certificates.node.header().parse().unwrap());
        told.insert(SECRET_HEADER, SECRET.parse().unwrap());
        let knocked = knock(&tls(shown.map(Identity::of_client)), &url, told, stage.receipt()).await;
        assert!(knocked.is_err(), "{code}: {knocked:?}");
        // The client may know of its refusal before the listener has counted it.
        until(code, async || stage.refused(code).await == before + 1).await;
    }
    let plain = knock(
        &tramite_tests::http::client(),
        &format!("http://{}", stage.running.node),
        HeaderMap::new(),
        stage.receipt(),
    )
    .await;
    assert!(plain.is_err(), "{plain:?}");
    stage.rest_has_no_door(&certificates.node).await;
    stage.is_untouched().await;
    for (shown, known) in [(&certificates.node, false), (&certificates.next, true)] {
        takes(&tls(Some(shown.of_client())), &url, HeaderMap::new(), (stage.receipt(), known)).await;
    }
    // A connection that is kept does not outlive its certificate.
    let ending = tls(Some(certificates.brief(BRIEF_SECONDS).of_client()));
    takes(&ending, &url, HeaderMap::new(), (stage.receipt(), true)).await;
    let before = stage.refused("not_valid_now").await;
    tokio::time::sleep(Duration::from_secs(BRIEF_SECONDS + 1)).await;
    let (status, _) = knock(&ending, &url, HeaderMap::new(), stage.receipt()).await.unwrap();
    assert_eq!((status, stage.refused("not_valid_now").await), (403, before + 1));
}

pub(crate) async fn proxy(database: Database) {
    let certificates = Certificates::new();
    let production = Production::prepare(&database);
    let file = production.folder().join("proxy.secret");
    std::fs::write(&file, SECRET).unwrap();
    let stage = Stage::set(
        &production,
        &[
            ("TRAMITE_NODE_AUTH", "proxy".to_owned()),
            ("TRAMITE_NODE_PROXY_SECRET_FILE", file.display().to_string()),
            ("TRAMITE_NODE_PEERS", format!("{},{}", certificates.node.fingerprint, certificates.ended.fingerprint)),
        ],
    )
    .await;
    let url = format!("http://{}", stage.running.node);
    let headers = |secrets: &[&str], certificates: &[&str]| {
        let mut told = HeaderMap::new();
        for secret in secrets {
            told.append(SECRET_HEADER, secret.parse().unwrap());
        }
        for one in certificates {
            told.append("Client-Cert", one.parse().unwrap());
        }
        told
    };
    let (right, wrong) = (certificates.node.header(), SECRET.replace('7', "8"));
    let stranger = certificates.stranger.header();
    for (code, told) in [
        ("wrong_secret", headers(&[], &[&right])),
        ("wrong_secret", headers(&[&wrong], &[&right])),
        ("wrong_secret", headers(&[SECRET, SECRET], &[&right])),
        ("no_certificate", headers(&[SECRET], &[])),
        ("no_certificate", headers(&[SECRET], &[&right, &stranger])),
        ("unreadable", headers(&[SECRET], &["forwarder.platform.pagopa.it"])),
        ("unreadable", headers(&[SECRET], &[":AAAA:"])),
        ("unlisted", headers(&[SECRET], &[&stranger])),
        ("not_valid_now", headers(&[SECRET], &[&certificates.ended.header()])),
    ] {
        let before = stage.refused(code).await;
        let (status, answer) = knock(&tramite_tests::http::client(), &url, told, stage.receipt()).await.unwrap();
        assert_eq!(status, 403, "{code}: {answer:?}");
        assert!(answer.answer.contains("soapenv:Fault"), "{answer:?}");
        assert_eq!(stage.refused(code).await, before + 1, "{code}");
    }
    stage.rest_has_no_door(&certificates.node).await;
    stage.is_untouched().await;
    takes(&tramite_tests::http::client(), &url, headers(&[SECRET], &[&right]), (stage.receipt(), false)).await;
}
