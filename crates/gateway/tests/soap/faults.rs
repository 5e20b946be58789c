// SPDX-License-Identifier: AGPL-3.0-or-later
//! Messages of the wrong form (rules.md 20 and 28, reliability.md 22 to 25): always XML, always a body, never a page.

use actix_web::http::Method;
use tramite_gateway::soap;
use tramite_pagopa::current::{Answer, PaaFault};
use tramite_pagopa::{Primitive, soap as wire};
use tramite_testkit::{Database, postgres};

use crate::messages::{notice_of, receipt, receipt_message, verify};
use crate::place::{A, BROKER, Place, Reply, fault};
use crate::town::one_payment;

fn text(request: &tramite_pagopa::current::Request) -> String {
    String::from_utf8(wire::request(request)).unwrap()
}

/// A SOAP fault by the caller, for what nobody here knows.
#[track_caller]
fn is_soap_fault(reply: &Reply, status: u16) {
    assert_eq!(reply.status, status);
    assert_eq!(reply.content_type, "text/xml; charset=utf-8");
    let text = reply.text();
    assert!(text.contains("<soapenv:Fault>") && text.contains("<faultcode>soapenv:Client</faultcode>"), "{text}");
}

pub(crate) async fn a_message_of_the_wrong_form_is_answered_in_the_wrapper_it_names(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let whole = text(&verify(&notice_of(&position, "single")));
    let utf_16: Vec<u8> = whole.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let nested = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let attributes: String = (0..100_000).map(|index| format!(" a{index}=\"\"")).collect();
    let laughs = "<!DOCTYPE a [<!ENTITY b \"bbbbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;\">]>";
    let external = "<!DOCTYPE a [<!ENTITY x SYSTEM \"http://127.0.0.1:9/x\">]>";
    let include = "<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"http://127.0.0.1:9/x\"/>";
    let after_head = |insert: &str| whole.replacen("?>", &format!("?>{insert}"), 1).into_bytes();
    for (name, bytes, expected, emitter) in [
        (
            "missing element",
            whole.replace("<idStation>99999000039_01</idStation>", "").into_bytes(),
            PaaFault::SyntaxXsd,
            A,
        ),
        ("wrong order", whole.replace("<idPA>", "<idStation>x</idStation><idPA>").into_bytes(), PaaFault::SyntaxXsd, A),
        (
            "a letter in the number",
            whole.replacen("<noticeNumber>3", "<noticeNumber>x", 1).into_bytes(),
            PaaFault::SyntaxXsd,
            A,
        ),
        ("cut off", whole.as_bytes()[..whole.len() - 40].to_vec(), PaaFault::SyntaxExtraXsd, A),
        ("not closed", whole.replace("</qrCode>", "").into_bytes(), PaaFault::SyntaxExtraXsd, A),
        ("wrong namespace", whole.replace("/pa/paForNode.xsd", "/paForNode").into_bytes(), PaaFault::SyntaxExtraXsd, A),
        (
            "SOAP 1.2",
            whole.replace("schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope").into_bytes(),
            PaaFault::SyntaxExtraXsd,
            A,
        ),
        ("UTF-16", utf_16, PaaFault::SyntaxExtraXsd, BROKER),
        ("Latin-1", whole.replacen("UTF-8", "ISO-8859-1", 1).into_bytes(), PaaFault::SyntaxExtraXsd, BROKER),
        ("many laughs", after_head(laughs), PaaFault::SyntaxExtraXsd, BROKER),
        ("external entity", after_head(external), PaaFault::SyntaxExtraXsd, BROKER),
        ("instruction", after_head("<?xml-stylesheet href=\"x\"?>"), PaaFault::SyntaxExtraXsd, BROKER),
        ("deep", whole.replace("<qrCode>", &format!("{nested}<qrCode>")).into_bytes(), PaaFault::SyntaxExtraXsd, A),
        (
            "attributes",
            whole.replace("<qrCode>", &format!("<qrCode{attributes}>")).into_bytes(),
            PaaFault::SyntaxExtraXsd,
            A,
        ),
        ("large", format!("{whole}{}", " ".repeat(600_000)).into_bytes(), PaaFault::SyntaxExtraXsd, A),
        ("unknown entity", whole.replace("<idStation>", "<idStation>&foo;").into_bytes(), PaaFault::SyntaxExtraXsd, A),
        ("inclusion", whole.replace("<qrCode>", &format!("{include}<qrCode>")).into_bytes(), PaaFault::SyntaxXsd, A),
        (
            "many elements",
            whole.replace("<qrCode>", &format!("{}<qrCode>", "<a/>".repeat(4_096))).into_bytes(),
            PaaFault::SyntaxExtraXsd,
            A,
        ),
    ] {
        let begun = std::time::Instant::now();
        let answer = place.post(bytes, Some("paVerifyPaymentNotice")).await.judged(Primitive::VerifyPaymentNotice);
        assert_eq!(fault(&answer), expected, "{name}");
        assert!(begun.elapsed().as_millis() < 1_000, "{name}");
        let Answer::Refused(_, refusal) = answer else { panic!("not a refusal") };
        // Where the institution was read it is the emitter, else the broker is.
        assert_eq!(refusal.id, emitter, "{name}");
    }
}

pub(crate) async fn the_body_decides_and_the_header_helps(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let whole = text(&verify(&notice_of(&position, "single")));
    for action in
        [None, Some(""), Some("\"\""), Some("\"paVerifyPaymentNotice\""), Some("paSendRT"), Some("urn:nothing")]
    {
        let answer = place.post(whole.clone().into_bytes(), action).await.judged(Primitive::VerifyPaymentNotice);
        assert!(matches!(answer, Answer::Verify(_)), "{action:?}");
    }
    let with_mark = [b"\xef\xbb\xbf".to_vec(), whole.clone().into_bytes()].concat();
    let answer = place.post(with_mark, None).await.judged(Primitive::VerifyPaymentNotice);
    assert!(matches!(answer, Answer::Verify(_)), "a byte order mark is accepted");
    let unknown = whole.replace("paVerifyPaymentNoticeReq", "paCancelEverythingReq");
    is_soap_fault(&place.post(unknown.clone().into_bytes(), None).await, 500);
    is_soap_fault(&place.post(unknown.into_bytes(), Some("paCancelEverything")).await, 500);
    for nonsense in ["", "hello", "{\"a\":1}", "<html><body>x</body></html>"] {
        is_soap_fault(&place.post(nonsense.as_bytes().to_vec(), None).await, 500);
    }
}

pub(crate) async fn other_methods_and_the_description_of_the_service_are_not_there(database: Database) {
    let place = Place::open(database.url()).await;
    for (method, uri) in [
        (Method::GET, soap::PATH.to_owned()),
        (Method::GET, format!("{}?wsdl", soap::PATH)),
        (Method::PUT, soap::PATH.to_owned()),
        (Method::DELETE, soap::PATH.to_owned()),
    ] {
        let reply = place.call(method, &uri).await;
        is_soap_fault(&reply, 405);
        assert_eq!(reply.allow.as_deref(), Some("POST"));
        assert!(!reply.text().contains("definitions"));
    }
}

pub(crate) async fn a_message_above_a_megabyte_is_413_and_a_receipt_is_kept_raw(database: Database) {
    let place = Place::open(database.url()).await;
    let megabyte = 1024 * 1024;
    let message = receipt_message("rt-1", "305000000001234586", 100, place.a.now);
    let whole = text(&receipt(message));
    let large = |bytes: usize| format!("{whole}{}", " ".repeat(bytes)).into_bytes();
    let question = format!("{}{}", text(&verify("305000000001234586")), " ".repeat(megabyte)).into_bytes();
    is_soap_fault(&place.post(question.clone(), None).await, 413);
    is_soap_fault(&place.post(question, Some("paVerifyPaymentNotice")).await, 413);
    // Whatever the header says, the body names a receipt. Of one beyond all limits the beginning is kept.
    is_soap_fault(&place.post(large(2 * megabyte), Some("paSendRTV2")).await, 413);
    is_soap_fault(&place.post(large(3 * megabyte), None).await, 413);
    for (bytes, action) in [(megabyte + 1, Some("paSendRTV2")), (megabyte + 1, None), (600_000, None)] {
        let answer = place.post(large(bytes), action).await.judged(Primitive::SendRtV2);
        assert_eq!(fault(&answer), PaaFault::SystemError, "the Node comes back");
    }
    if database.is_postgres() {
        let name = database.url().rsplit('/').next().unwrap();
        let count = |sql: &str| postgres::cluster().unwrap().psql(name, sql).trim().to_owned();
        let bytes = "SELECT string_agg(octet_length(message)::text, ' ' ORDER BY received_at) FROM raw_messages \
                     WHERE reason = 'receipt_beyond_limits'";
        // The same bytes again are neither kept nor told again.
        let kept = [2 * megabyte, whole.len() + megabyte + 1, whole.len() + 600_000].map(|bytes| bytes.to_string());
        assert_eq!(count(bytes), kept.join(" "));
        assert_eq!(count("SELECT count(*) FROM audit WHERE action = 'operators.alerted'"), "3");
    }
}
