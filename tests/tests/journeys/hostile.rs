// SPDX-License-Identifier: AGPL-3.0-or-later
//! Messages that are made to do harm, sent to the Node's door of the real binary (reliability.md 22 to 25): each gets its
//! fault at once, nothing is fetched for it, nothing grows, and nothing changes.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use tokio::net::TcpListener;
use tramite_testkit::Database;
use tramite_tests::api::notice;
use tramite_tests::node;
use tramite_tests::town::{Served, Town};

use crate::many::addressee;

/// How long an answer may take on a machine that has other things to do; the guard itself takes microseconds.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// How much memory the gateway may keep of it all, in KiB.
const GROWTH_KIB_MAX: u64 = 32 * 1024;
/// A message above every limit, in bytes.
const HUGE_BYTES: usize = 50 * 1024 * 1024;

/// What is sent, and what must stand in the answer.
type Case = (&'static str, Vec<u8>, &'static str);

const ACTION: &str = "paVerifyPaymentNotice";
const EXTRA_XSD: &str = "PAA_SINTASSI_EXTRAXSD";
const XSD: &str = "PAA_SINTASSI_XSD";

pub(crate) async fn messages(database: Database) {
    let town = Town::start(&database).await;
    let served = town.serve().await;
    let api = town.api_at(&served.url, "comune-perugia").await;
    let position = api.position("MULTE", 12_050).await;
    let path = format!("/v1/debt-positions/{}", position["id"].as_str().unwrap());
    let to = addressee(&town, "comune-perugia");
    let whole = node::verify(&to, notice(&position));
    // Whoever resolved an entity would come here.
    let canary = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let trap = canary.local_addr().unwrap().to_string();
    let before = served.process.resident_kib();
    for (name, bytes, expected) in cases(&whole, &trap) {
        let (status, answer) = sent(&served, Some(ACTION), bytes).await;
        assert_eq!(status, StatusCode::OK, "{name}: {answer}");
        assert!(answer.contains(expected), "{name}: {answer}");
    }
    // What names no operation at all, neither in its body nor in its header, is nobody's to answer.
    for nonsense in ["", "hello", "{\"a\": 1}", "<html><body>x</body></html>"] {
        let (status, answer) = sent(&served, None, nonsense.as_bytes().to_vec()).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{answer}");
        assert!(answer.contains("<faultcode>soapenv:Client</faultcode>"), "{answer}");
    }
    huge(&served, &whole).await;
    strangers(&served, &whole, &to).await;
    let came = tokio::time::timeout(Duration::from_millis(100), canary.accept()).await;
    assert!(came.is_err(), "somebody followed an address in a message");
    let grown = served.process.resident_kib().saturating_sub(before);
    assert!(grown < GROWTH_KIB_MAX, "{grown} KiB more");
    // Nothing has changed, and the door is open still.
    assert_eq!(api.get(&path).await.body, position);
    assert_eq!(node::delivered(&served.url, ACTION, whole).await.outcome(), "OK");
}

async fn sent(served: &Served, action: Option<&str>, bytes: Vec<u8>) -> (StatusCode, String) {
    let begun = Instant::now();
    let request = tramite_tests::http::client()
        .post(node::endpoint(&served.url))
        .header("Content-Type", "text/xml; charset=utf-8");
    let request = action.into_iter().fold(request, |request, action| request.header("SOAPAction", action));
    let answer = request.body(bytes).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/xml; charset=utf-8");
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    node::keep(status.as_u16(), &text);
    assert!(begun.elapsed() < ANSWER_MAX, "{:?}", begun.elapsed());
    (status, text)
}

fn cases(whole: &str, trap: &str) -> Vec<Case> {
    let headed = |insert: &str| format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{insert}{whole}").into_bytes();
    let within = |insert: &str| whole.replace("<qrCode>", &format!("{insert}<qrCode>")).into_bytes();
    let entities: String =
        (1..30).map(|level| format!("<!ENTITY e{level} \"{}\">", format!("&e{};", level - 1).repeat(10))).collect();
    let attributes: String = (0..100_000).map(|index| format!(" a{index}=\"\"")).collect();
    vec![
        ("many laughs", headed(&format!("<!DOCTYPE a [<!ENTITY e0 \"ha\">{entities}]>")), EXTRA_XSD),
        ("one long entity", headed(&format!("<!DOCTYPE a [<!ENTITY e \"{}\">]>", "a".repeat(400_000))), EXTRA_XSD),
        ("external entity", headed(&format!("<!DOCTYPE a [<!ENTITY x SYSTEM \"http://{trap}/x\">]>")), EXTRA_XSD),
        ("external definition", headed(&format!("<!DOCTYPE a SYSTEM \"http://{trap}/a.dtd\">")), EXTRA_XSD),
        ("instruction", headed(&format!("<?xml-stylesheet href=\"http://{trap}/x\"?>")), EXTRA_XSD),
        (
            "inclusion",
            within(&format!("<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"http://{trap}/x\"/>")),
            XSD,
        ),
        ("deep", within(&format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000))), EXTRA_XSD),
        ("wide", within(&"<a/>".repeat(100_000)), EXTRA_XSD),
        ("attributes", whole.replace("<qrCode>", &format!("<qrCode{attributes}>")).into_bytes(), EXTRA_XSD),
        ("cut off", whole.as_bytes()[..whole.len() - 40].to_vec(), EXTRA_XSD),
        ("another namespace", whole.replace("/pa/paForNode.xsd", "/paForNode").into_bytes(), EXTRA_XSD),
        ("another encoding", whole.encode_utf16().flat_map(u16::to_le_bytes).collect(), EXTRA_XSD),
        ("no text", [whole.as_bytes(), b"\xff\xfe"].concat(), EXTRA_XSD),
        ("missing element", whole.replace("<idStation>", "<x>").replace("</idStation>", "</x>").into_bytes(), XSD),
    ]
}

/// 413 as soon as the limit is passed; whoever goes on writing may find the connection closed.
async fn huge(served: &Served, whole: &str) {
    let bytes = format!("{whole}{}", " ".repeat(HUGE_BYTES)).into_bytes();
    let request = tramite_tests::http::client()
        .post(node::endpoint(&served.url))
        .header("Content-Type", "text/xml; charset=utf-8");
    if let Ok(answer) = request.body(bytes).send().await {
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
}

/// Whoever names what is not here learns that it is not here, and nothing of others.
async fn strangers(served: &Served, whole: &str, to: &node::Addressee) {
    for (element, known, fault) in [
        ("idBrokerPA", &to.broker, "PAA_ID_INTERMEDIARIO_ERRATO"),
        ("idStation", &to.station, "PAA_STAZIONE_INT_ERRATA"),
        ("idPA", &to.tax_code, "PAA_ID_DOMINIO_ERRATO"),
    ] {
        let other = whole.replacen(&format!("<{element}>{known}<"), &format!("<{element}>99999999990<"), 1);
        let (status, answer) = sent(served, Some(ACTION), other.into_bytes()).await;
        assert_eq!((status, node::outcome(&answer).as_str()), (StatusCode::OK, fault));
    }
}
