// SPDX-License-Identifier: AGPL-3.0-or-later
//! Messages made to hurt: each is refused fast, by its name, with the right answer.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of a test target are not seen as tests")]

mod support;

use std::time::{Duration, Instant};

use support::samples::Samples;
use support::{refusal, written};
use tramite_pagopa::current::{PaaFault, Request};
use tramite_pagopa::embedded::guard_embedded;
use tramite_pagopa::soap::{self, Refused, SoapAction};
use tramite_pagopa::strict::{NoRegister, check_answer};
use tramite_pagopa::{DEPTH_MAX, ELEMENTS_MAX, MESSAGE_BYTES_MAX, Primitive, Reason, Unreadable};
use tramite_testkit::Judge;

const BROKER: &str = "99999000039";

/// Reliability 22 asks for 50 ms of an optimised build; an unoptimised one is some ten times slower.
const PATIENCE: Duration = Duration::from_millis(500);

fn verify(inside: &str) -> String {
    wrapped("pafn:paVerifyPaymentNoticeReq", inside)
}

fn wrapped(wrapper: &str, inside: &str) -> String {
    format!(
        r#"<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:pafn="http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd"><soapenv:Header/><soapenv:Body><{wrapper}>{inside}</{wrapper}></soapenv:Body></soapenv:Envelope>"#
    )
}

const SOUND: &str = "<idPA>99999000013</idPA><idBrokerPA>99999000039</idBrokerPA><idStation>99999000039_01</idStation>\
     <qrCode><fiscalCode>99999000013</fiscalCode><noticeNumber>305000000001234586</noticeNumber></qrCode>";

/// The reason a message is unreadable, and how it is answered.
fn unreadable(message: &[u8], soap_action: Option<&str>) -> (Unreadable, Option<PaaFault>) {
    let started = Instant::now();
    let refused = soap::receive(message, soap_action).unwrap_err();
    assert!(started.elapsed() < PATIENCE, "{:?} for {refused}", started.elapsed());
    let answer = refusal(&Judge::of_answers(), &refused, BROKER);
    match answer.fault {
        Some(_) => {
            let primitive = refused.primitive().unwrap();
            check_answer(primitive, &answer.body, &NoRegister).unwrap();
            assert_eq!(answer.status, 200);
        }
        None => {
            assert_eq!(answer.status, 500);
            assert!(String::from_utf8(answer.body).unwrap().contains("<faultcode>soapenv:Client</faultcode>"));
        }
    }
    let Refused::Unreadable { reason, .. } = refused else { panic!("{refused}") };
    (reason, answer.fault)
}

#[test]
fn entities_documents_and_instructions_are_refused_at_sight() {
    let laughs = format!(
        "<!DOCTYPE lolz [<!ENTITY a \"ha\">{}]>{}",
        (0..9).map(|step| format!("<!ENTITY a{step} \"{}\">", "&a;".repeat(10))).collect::<String>(),
        verify(SOUND)
    );
    let external = format!("<!DOCTYPE x SYSTEM \"http://127.0.0.1:9/x.dtd\">{}", verify(SOUND));
    let lower = format!("<!doctype x>{}", verify(SOUND));
    let unclosed = "<!DOCTYPE x [";
    for message in [laughs.as_str(), &external, &lower, unclosed] {
        let known = unreadable(message.as_bytes(), Some("\"paVerifyPaymentNotice\""));
        assert_eq!(known, (Unreadable::Doctype, Some(PaaFault::SyntaxExtraXsd)));
        // The body was not reached: without a SOAPAction nobody knows the wrapper.
        assert_eq!(unreadable(message.as_bytes(), None), (Unreadable::Doctype, None));
    }
    let entity = verify("<idPA>&xxe;</idPA>");
    assert_eq!(unreadable(entity.as_bytes(), None), (Unreadable::Entity, Some(PaaFault::SyntaxExtraXsd)));
    let in_attribute = verify("<idPA a=\"&xxe;\">1</idPA>");
    assert_eq!(unreadable(in_attribute.as_bytes(), None).0, Unreadable::Entity);
    let instruction = verify("<?php x?>");
    assert_eq!(unreadable(instruction.as_bytes(), None).0, Unreadable::ProcessingInstruction);
    let style = format!("<?xml-stylesheet href=\"x\"?>{}", verify(SOUND));
    assert_eq!(unreadable(style.as_bytes(), None).0, Unreadable::ProcessingInstruction);
    // XInclude is an element like any other: not expected.
    let include = verify("<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"file:///etc/passwd\"/>");
    assert!(matches!(soap::receive(include.as_bytes(), None), Err(Refused::Schema { .. })));
}

#[test]
fn limits_are_kept_and_the_operation_is_still_known() {
    let nested = verify(&format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000)));
    assert_eq!(unreadable(nested.as_bytes(), None), (Unreadable::TooLarge, Some(PaaFault::SyntaxExtraXsd)));
    let deep = verify(&"<a>".repeat(100_000));
    assert_eq!(unreadable(deep.as_bytes(), None), (Unreadable::TooDeep, Some(PaaFault::SyntaxExtraXsd)));
    let just_deep_enough = DEPTH_MAX - 3;
    let deepest = verify(&format!("{}{}", "<a>".repeat(just_deep_enough), "</a>".repeat(just_deep_enough)));
    assert!(matches!(soap::receive(deepest.as_bytes(), None), Err(Refused::Schema { .. })));

    let attributes: String = (0..100_000).map(|number| format!(" a{number}=''")).collect();
    let attributes = verify(&format!("<idPA{}>", attributes.get(..500_000).unwrap()));
    assert_eq!(unreadable(attributes.as_bytes(), None).0, Unreadable::TooManyAttributes);
    let namespaces: String = (0..20_000).map(|number| format!(" xmlns:a{number}='b'")).collect();
    let namespaces = verify(&format!("<idPA{namespaces}>1</idPA>"));
    assert_eq!(unreadable(namespaces.as_bytes(), None).0, Unreadable::TooManyAttributes);
    let spread = verify(&"<a b='' c='' d='' e=''/>".repeat(1_000));
    assert_eq!(unreadable(spread.as_bytes(), None).0, Unreadable::TooManyAttributes);

    let many = verify(&"<a/>".repeat(ELEMENTS_MAX));
    assert_eq!(unreadable(many.as_bytes(), None).0, Unreadable::TooManyElements);
    let large = verify(&format!("<idPA>{}</idPA>", "1".repeat(50_000_000)));
    assert_eq!(unreadable(large.as_bytes(), None), (Unreadable::TooLarge, Some(PaaFault::SyntaxExtraXsd)));
    let comments = verify(&format!("<!--{}-->{SOUND}", "x".repeat(MESSAGE_BYTES_MAX)));
    assert_eq!(unreadable(comments.as_bytes(), None).0, Unreadable::TooLarge);
}

#[test]
fn a_receipt_beyond_the_limits_is_asked_for_again() {
    let huge = wrapped("pafn:paSendRTV2Request", &"x".repeat(MESSAGE_BYTES_MAX));
    assert_eq!(unreadable(huge.as_bytes(), None), (Unreadable::TooLarge, Some(PaaFault::SystemError)));
    let wordy = wrapped("pafn:paSendRTReq", &"x".repeat(480 * 1024));
    assert_eq!(unreadable(wordy.as_bytes(), None), (Unreadable::TooMuchText, Some(PaaFault::SystemError)));
    let refused = soap::receive(wordy.as_bytes(), None).unwrap_err();
    assert!(refused.is_receipt_beyond_limits());
    let deep = wrapped("pafn:paSendRTReq", &"<a>".repeat(1_000));
    assert_eq!(unreadable(deep.as_bytes(), None).1, Some(PaaFault::SystemError));
    // The institution it is for is known where it was read, and only if it was read to its end.
    let to = |id_pa: &str| wrapped("pafn:paSendRTReq", &format!("{id_pa}<receipt>{}", "x".repeat(MESSAGE_BYTES_MAX)));
    for (sent, known) in [("<idPA>99999000013</idPA>", Some("99999000013")), ("<idPA>99999000013", None), ("", None)] {
        let refused = soap::receive(to(sent).as_bytes(), None).unwrap_err();
        assert_eq!(refused.id_pa(), known, "{sent}");
        let emitter = format!("<id>{}</id>", known.unwrap_or(BROKER));
        assert!(String::from_utf8(refusal(&Judge::of_answers(), &refused, BROKER).body).unwrap().contains(&emitter));
    }
    // Wrong for another reason is wrong for ever.
    let broken = wrapped("pafn:paSendRTReq", "<receipt>");
    assert_eq!(unreadable(broken.as_bytes(), None), (Unreadable::Malformed, Some(PaaFault::SyntaxExtraXsd)));
}

#[test]
fn only_utf_8_without_forbidden_characters_is_read() {
    let sound = verify(SOUND);
    let with_bom = [b"\xef\xbb\xbf".as_slice(), sound.as_bytes()].concat();
    assert!(soap::receive(&with_bom, None).is_ok());
    let declared = format!("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n{sound}");
    assert!(soap::receive(declared.as_bytes(), None).is_ok());

    let utf_16: Vec<u8> = "\u{feff}".encode_utf16().chain(sound.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(
        unreadable(&utf_16, Some("paVerifyPaymentNotice")),
        (Unreadable::Encoding, Some(PaaFault::SyntaxExtraXsd))
    );
    let without_mark: Vec<u8> = sound.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(unreadable(&without_mark, None), (Unreadable::ForbiddenCharacter, None));
    for wrong in ["utf-16", "ISO-8859-1", "UTF-7", ""] {
        let message = format!("<?xml version=\"1.0\" encoding=\"{wrong}\"?>{sound}");
        assert_eq!(unreadable(message.as_bytes(), None).0, Unreadable::Encoding, "{wrong}");
    }
    for (bytes, reason) in [
        (b"\xc0\xaf".as_slice(), Unreadable::Encoding),
        (b"\xe0\x80\x80", Unreadable::Encoding),
        (b"\xed\xa0\x80", Unreadable::Encoding),
        (b"\xff", Unreadable::Encoding),
        (b"\0", Unreadable::ForbiddenCharacter),
        (b"\x0b", Unreadable::ForbiddenCharacter),
        (b"\xef\xbf\xbf", Unreadable::ForbiddenCharacter),
        (b"&#0;", Unreadable::ForbiddenCharacter),
        (b"&#xFFFE;", Unreadable::ForbiddenCharacter),
        (b"&#xD800;", Unreadable::ForbiddenCharacter),
        (b"&#x110000;", Unreadable::ForbiddenCharacter),
    ] {
        let message = verify("<idPA>@</idPA>").into_bytes();
        let at = message.iter().position(|byte| *byte == b'@').unwrap();
        let message = [message.get(..at).unwrap(), bytes, message.get(at + 1..).unwrap()].concat();
        // The body was reached before the bad byte.
        assert_eq!(unreadable(&message, None), (reason, Some(PaaFault::SyntaxExtraXsd)), "{bytes:?}");
    }
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for inside in [
        "<idPA>",
        "</idPA>",
        "<idPA></idPB>",
        "<idPA a=1></idPA>",
        "<idPA a></idPA>",
        "<idPA a='1' a='2'></idPA>",
        "<idPA a='<'></idPA>",
        "<1></1>",
        "<a:b:c></a:b:c>",
        "&",
        "&lt",
        "& ",
        "]]>",
        "<!-- -- -->",
        "<![CDATA[",
        "<!ELEMENT a>",
        "<",
        "<x:idPA></x:idPA>",
        "<idPA x:a=''/>",
        "<idPA xmlns:xml='x'/>",
        "<idPA xmlns:xmlns='x'/>",
    ] {
        let reason = unreadable(verify(inside).as_bytes(), None).0;
        assert!(matches!(reason, Unreadable::Malformed | Unreadable::Namespace), "{inside}: {reason}");
    }
    let sound = verify(SOUND);
    for message in [
        "".to_owned(),
        "   ".to_owned(),
        "{}".to_owned(),
        format!("x{sound}"),
        format!("{sound}x"),
        format!("{sound}{sound}"),
        format!(" <?xml version=\"1.0\"?>{sound}"),
        format!("<?xml version=\"1.1\"?>{sound}"),
        format!("<![CDATA[x]]>{sound}"),
        sound.replace("</soapenv:Envelope>", ""),
    ] {
        assert_eq!(unreadable(message.as_bytes(), None).0, Unreadable::Malformed, "{message}");
    }
}

#[test]
fn the_envelope_is_soap_1_1_with_one_known_payload() {
    let sound = verify(SOUND);
    for message in [
        sound.replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"),
        sound.replace("http://schemas.xmlsoap.org/soap/envelope/", "x"),
        sound.replace("<soapenv:Header/>", "<soapenv:Header/><soapenv:Header/>"),
        sound.replace("</soapenv:Body>", "</soapenv:Body><soapenv:Body/>"),
        sound.replace("<soapenv:Header/>", "x"),
        sound.replace("soapenv:Body", "soapenv:Corpo"),
    ] {
        let reason = unreadable(message.as_bytes(), Some("paVerifyPaymentNotice"));
        assert_eq!(reason, (Unreadable::NotSoap11, Some(PaaFault::SyntaxExtraXsd)), "{message}");
    }
    let (head, tail) = sound.split_once("<pafn").unwrap();
    let tail = tail.split_once("Req></soapenv").unwrap().1;
    let empty = format!("{head}</soapenv{tail}");
    assert_eq!(unreadable(empty.as_bytes(), None), (Unreadable::NotOnePayload, None));
    let payload = sound.split_once("Body>").unwrap().1.split_once("</soapenv").unwrap().0;
    let two = sound.replace("</soapenv:Body>", &format!("{payload}</soapenv:Body>"));
    assert_eq!(unreadable(two.as_bytes(), None).0, Unreadable::NotOnePayload);
    let unknown = wrapped("pafn:paDoSomethingReq", "");
    assert_eq!(unreadable(unknown.as_bytes(), None), (Unreadable::UnknownPayload, None));
    let elsewhere = sound.replace("/pa/paForNode.xsd", "/paForNode");
    assert_eq!(unreadable(elsewhere.as_bytes(), None), (Unreadable::UnknownPayload, Some(PaaFault::SyntaxExtraXsd)));
    let response = written(&Judge::of_answers(), &Samples::new(1).answer());
    assert_eq!(unreadable(&response, None).0, Unreadable::UnknownPayload);

    // No header at all, a header with blocks, attributes on the envelope: served.
    for message in [
        sound.replace("<soapenv:Header/>", ""),
        sound.replace("<soapenv:Header/>", "<soapenv:Header><x a='b'>y<z/></x></soapenv:Header>"),
        sound.replace("<soapenv:Body>", "<soapenv:Body soapenv:encodingStyle='x'>"),
    ] {
        assert!(soap::receive(message.as_bytes(), None).is_ok(), "{message}");
    }
    let guarded = sound.replace("<soapenv:Header/>", "<soapenv:Header>&x;</soapenv:Header>");
    assert_eq!(unreadable(guarded.as_bytes(), None).0, Unreadable::Entity);
}

#[test]
fn the_body_decides_whatever_the_soap_action_says() {
    let sound = verify(SOUND);
    for (header, found) in [
        (None, SoapAction::Missing),
        (Some(""), SoapAction::Missing),
        (Some("\"\""), SoapAction::Missing),
        (Some("paVerifyPaymentNotice"), SoapAction::Same),
        (Some(" \"paVerifyPaymentNotice\" "), SoapAction::Same),
        (Some("\"http://pagopa-api.pagopa.gov.it/paForNode/paVerifyPaymentNotice\""), SoapAction::Same),
        (Some("paSendRT"), SoapAction::Other),
        (Some("nonsense"), SoapAction::Other),
    ] {
        let received = soap::receive(sound.as_bytes(), header).unwrap();
        assert_eq!(received.soap_action, found, "{header:?}");
        assert_eq!(received.request.primitive(), Primitive::VerifyPaymentNotice);
    }
    // Unreadable: the body, as far as it was reached, still decides.
    let cut = sound.replace("</soapenv:Envelope>", "");
    let refused = soap::receive(cut.as_bytes(), Some("paSendRT")).unwrap_err();
    assert_eq!(refused.primitive(), Some(Primitive::VerifyPaymentNotice));
}

#[test]
fn a_violation_of_the_schema_names_its_place_and_its_institution() {
    for (inside, path, reason) in [
        (SOUND.replace("<idPA>99999000013</idPA>", ""), "idPA", Reason::Missing),
        (SOUND.replace("<idPA>99999000013</idPA>", "<idPA/>"), "idPA", Reason::Empty),
        (SOUND.replace("<idPA>9", "<idPA>è€😀345678901234567890123456"), "idPA", Reason::Length { least: 1, most: 35 }),
        (SOUND.replace("305000000001234586", "30500000000123458"), "qrCode/noticeNumber", Reason::Not("18 digits")),
        (SOUND.replace("305000000001234586", " 305000000001234586"), "qrCode/noticeNumber", Reason::Not("18 digits")),
        (SOUND.replace("<qrCode>", "<qrCode a='b'>"), "qrCode", Reason::Attribute),
        (SOUND.replace("<qrCode>", "<qrCode>x"), "qrCode", Reason::Mixed),
        (SOUND.replace("noticeNumber", "pafn:noticeNumber"), "qrCode/noticeNumber", Reason::Qualified),
        (format!("{SOUND}<idPA>1</idPA>"), "idPA[2]", Reason::OutOfOrder),
        (format!("{SOUND}<altro/>"), "altro", Reason::Unexpected),
        (format!("x{SOUND}"), "", Reason::Mixed),
    ] {
        let refused = soap::receive(verify(&inside).as_bytes(), None).unwrap_err();
        let answer = refusal(&Judge::of_answers(), &refused, BROKER);
        assert_eq!(answer.fault, Some(PaaFault::SyntaxXsd), "{inside}");
        let Refused::Schema { violation, id_pa, .. } = refused else { panic!("{refused}") };
        assert_eq!((violation.path.as_str(), violation.reason), (path, reason), "{inside}");
        let emitter = format!("<id>{}</id>", id_pa.as_deref().unwrap_or(BROKER));
        assert!(String::from_utf8(answer.body).unwrap().contains(&emitter));
        let is_readable = !path.starts_with("idPA") || path == "idPA[2]";
        assert_eq!(id_pa.as_deref(), is_readable.then_some("99999000013"), "{inside}");
    }
    let nil =
        verify(&SOUND.replace("<idPA>", "<idPA xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='true'>"));
    assert!(matches!(soap::receive(nil.as_bytes(), None), Err(Refused::Schema { .. })));
}

#[test]
fn comments_sections_and_references_change_nothing() {
    let odd = verify(
        "<!-- a --><idPA>9999<!-- b -->90000<![CDATA[1]]>&#51;</idPA>\r\n<idBrokerPA>A&amp;&lt;B&gt;&quot;&apos;</idBrokerPA>\
         <idStation>  x\r\ny&#13;z </idStation><qrCode><fiscalCode>99999000013</fiscalCode><noticeNumber>305000000001234586</noticeNumber></qrCode>",
    );
    let Request::Verify(request) = soap::receive(odd.as_bytes(), None).unwrap().request else { panic!("verify") };
    assert_eq!(request.addressee.id_pa, "99999000013");
    assert_eq!(request.addressee.id_broker_pa, "A&<B>\"'");
    assert_eq!(request.addressee.id_station, "x\ny\rz");
}

#[test]
fn a_document_within_a_message_meets_the_same_guard() {
    let sound = guard_embedded(b"<a xmlns='n'><b>1</b><c><d> 2 </d><d/></c></a>").unwrap();
    assert_eq!((sound.root.as_str(), sound.namespace.as_str()), ("a", "n"));
    assert_eq!(sound.leaves, [("b".into(), "1".into()), ("c/d".into(), "2".into()), ("c/d".into(), String::new())]);
    assert_eq!(guard_embedded(b"<!DOCTYPE a><a/>"), Err(Unreadable::Doctype));
    assert_eq!(guard_embedded(b"<a>&b;</a>"), Err(Unreadable::Entity));
    assert_eq!(guard_embedded(b""), Err(Unreadable::Malformed));
    assert_eq!(guard_embedded("<a>".repeat(100).as_bytes()), Err(Unreadable::TooDeep));
    assert_eq!(guard_embedded(&vec![b' '; 400 * 1024]), Err(Unreadable::TooLarge));
}
