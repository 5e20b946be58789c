// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts are taken as they come: the money is with the provider (rules.md 28, 29).
#![expect(clippy::panic, reason = "helpers of a test target are not seen as tests")]

use tramite_pagopa::current::{Outcome, PaaFault, ReceiptMessage, Request, Version};
use tramite_pagopa::soap::{self, Refused};

fn message(wrapper: &str, addressee: &str, receipt: &str) -> String {
    format!(
        r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><p:{wrapper} xmlns:p="http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd">{addressee}{receipt}</p:{wrapper}></s:Body></s:Envelope>"#
    )
}

const ADDRESSEE: &str =
    "<idPA>99999000021</idPA><idBrokerPA>99999000039</idBrokerPA><idStation>99999000039_01</idStation>";

const CORE: &str = "<receiptId>c110729d</receiptId><noticeNumber>305000000001234586</noticeNumber>\
     <fiscalCode>99999000013</fiscalCode><outcome>OK</outcome><creditorReferenceId>05000000001234586</creditorReferenceId>\
     <paymentAmount>120.50</paymentAmount>";

/// A receipt with these fields after the indispensable ones.
fn received(rest: &str) -> (ReceiptMessage, Vec<String>) {
    try_receive(&format!("{CORE}{rest}")).unwrap_or_else(|refused| panic!("{refused}"))
}

fn try_receive(fields: &str) -> Result<(ReceiptMessage, Vec<String>), Refused> {
    let text = message("paSendRTReq", ADDRESSEE, &format!("<receipt>{fields}</receipt>"));
    let received = soap::receive(text.as_bytes(), None)?;
    let Request::Receipt(receipt) = received.request else { panic!("receipt") };
    Ok((*receipt, received.irregular))
}

#[test]
fn five_fields_and_the_institution_make_a_receipt() {
    let (receipt, irregular) = received("");
    assert_eq!(receipt.addressee.id_pa, "99999000021");
    assert_eq!((receipt.receipt_id.as_str(), receipt.outcome), ("c110729d", Outcome::Ok));
    assert_eq!((receipt.notice_number.as_str(), receipt.fiscal_code.as_str()), ("305000000001234586", "99999000013"));
    assert_eq!(receipt.payment_amount.cents(), 12_050);
    assert_eq!((receipt.payment_date_time, receipt.stand_in, receipt.debtor), (None, None, None));
    for missing in ["receipt/description is missing", "receipt/debtor is missing", "receipt/transferList is missing"] {
        assert!(irregular.iter().any(|line| line == missing), "{irregular:?}");
    }
}

#[test]
fn a_receipt_without_an_indispensable_field_is_refused() {
    for (from, to) in [
        ("<receiptId>c110729d</receiptId>", ""),
        ("<receiptId>c110729d</receiptId>", "<receiptId> </receiptId>"),
        ("c110729d", &"x".repeat(256)),
        ("305000000001234586<", "30500000000123458<"),
        ("<fiscalCode>99999000013</fiscalCode>", "<fiscalCode>RSSMRA85T10A562S</fiscalCode>"),
        ("<outcome>OK</outcome>", "<outcome>FORSE</outcome>"),
        ("120.50", "centoventi"),
        ("120.50", "120,50"),
        ("120.50", "-120.50"),
        ("120.50", "1e2"),
        ("120.50", ""),
        ("120.50", "120.505"),
        ("120.50", "1000000000.00"),
        ("120.50", "99999999999999999999999999.00"),
        // Two values: nobody can say which is meant.
        ("<outcome>OK</outcome>", "<outcome>OK</outcome><outcome>KO</outcome>"),
        ("<paymentAmount>", "<paymentAmount>1.00</paymentAmount><paymentAmount>"),
    ] {
        let refused = try_receive(&CORE.replacen(from, to, 1)).expect_err(to);
        assert_eq!(refused.fault(), Some(PaaFault::SyntaxXsd), "{to}");
        let Refused::Schema { id_pa, .. } = refused else { panic!("{refused}") };
        assert_eq!(id_pa.as_deref(), Some("99999000021"));
    }
    let text = message("paSendRTReq", ADDRESSEE, "");
    assert!(matches!(soap::receive(text.as_bytes(), None), Err(Refused::Schema { .. })));
    let text = message("paSendRTReq", "", &format!("<receipt>{CORE}</receipt>"));
    assert!(matches!(soap::receive(text.as_bytes(), None), Err(Refused::Schema { id_pa: None, .. })));
    let two = format!("<receipt>{CORE}</receipt><receipt>{CORE}</receipt>");
    assert!(soap::receive(message("paSendRTReq", ADDRESSEE, &two).as_bytes(), None).is_err());
}

#[test]
fn whatever_else_is_wrong_a_receipt_is_taken_and_the_deviation_is_told() {
    for (rest, told) in [
        ("<standin>true</standin>", "receipt/standin is not expected here"),
        ("<novita>1</novita>", "receipt/novita is not expected here"),
        ("<fee>caro</fee>", "receipt/fee is not an amount"),
        ("<fee>99999999999999999999.00</fee>", "receipt/fee is out of range"),
        ("<paymentDateTime>ieri</paymentDateTime>", "receipt/paymentDateTime is not a date and time"),
        ("<applicationDate>15/09/2026</applicationDate>", "receipt/applicationDate is not a date"),
        ("<idPSP/>", "receipt/idPSP is empty"),
        ("<fee>1.50</fee><payer><fullName>Mario Rossi</fullName></payer>", "receipt/payer is out of order"),
        (
            "<transferList><transfer><IBAN>x</IBAN></transfer></transferList>",
            "receipt/transferList/transfer/idTransfer is missing",
        ),
        ("<transferList/>", "receipt/transferList/transfer is missing"),
        ("<metadata><mapEntry><key>a</key></mapEntry></metadata>", "receipt/metadata/mapEntry/value is missing"),
        ("<idPSP>A</idPSP><idPSP>B</idPSP>", "receipt/idPSP[2] occurs more than 1 times"),
        ("parole", "receipt mixes text and elements"),
        ("<receiptId>c110729d</receiptId>", "receipt/receiptId[2] is out of order"),
    ] {
        let (receipt, irregular) = received(rest);
        assert_eq!(receipt.payment_amount.cents(), 12_050);
        assert!(irregular.iter().any(|line| line.starts_with(told)), "{rest}: {irregular:?}");
        // A deviation is told by its place, never by what stands there.
        assert!(!irregular.iter().any(|line| line.contains("Rossi") || line.contains("caro")), "{irregular:?}");
    }
}

#[test]
fn what_can_be_read_of_an_irregular_receipt_is_read() {
    let (receipt, _) = received(
        "<fee>1.5</fee><StandIn>TRUE</StandIn><paymentDateTime>2026-01-15T10:22:33</paymentDateTime><paymentNote>cart-0001</paymentNote>\
         <primaryCiIncurredFee>0.50</primaryCiIncurredFee><idBundle>8f2a</idBundle>\
         <metadata><mapEntry><key>b</key><value>1</value></mapEntry><mapEntry><key>a</key><value>2</value></mapEntry></metadata>\
         <transferList><transfer><transferAmount>0.00</transferAmount><idTransfer>2</idTransfer></transfer>\
         <transfer><idTransfer>7</idTransfer><transferAmount>99999999999999999999.99</transferAmount><MBDAttachment>PGE+PC9hPg==</MBDAttachment></transfer>\
         </transferList><idPSP>A</idPSP><idPSP>B</idPSP>",
    );
    assert_eq!(receipt.version, Version::V1);
    assert_eq!((receipt.fee.map(|fee| fee.cents()), receipt.stand_in), (Some(150), Some(true)));
    assert_eq!(receipt.payment_date_time.unwrap().to_string(), "2026-01-15T09:22:33Z");
    assert_eq!((receipt.payment_note.as_deref(), receipt.id_bundle.as_deref()), (Some("cart-0001"), Some("8f2a")));
    assert_eq!(receipt.primary_ci_incurred_fee.map(|fee| fee.cents()), Some(50));
    let keys: Vec<&str> = receipt.metadata.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys, ["b", "a"]);
    let shares: Vec<_> =
        receipt.transfers.iter().map(|share| (share.id, share.amount.map(|amount| amount.cents()))).collect();
    assert_eq!(shares, [(Some(2), Some(0)), (None, None)]);
    assert_eq!(receipt.psp.id.as_deref(), Some("A"));
}

#[test]
fn version_1_may_carry_what_belongs_to_version_2_without_being_irregular_for_it() {
    let fields = "<paymentMethod>x</paymentMethod><paymentNote>cart-0001</paymentNote><fee>1.50</fee>\
         <primaryCiIncurredFee>0.50</primaryCiIncurredFee><idBundle>a</idBundle><idCiBundle>b</idCiBundle>";
    let (_, irregular) = received(fields);
    assert!(irregular.iter().all(|line| line.ends_with("is missing")), "{irregular:?}");
}

#[test]
fn a_receipt_with_another_or_no_broker_and_station_is_taken() {
    let text = message("paSendRTV2Request", "<idPA>99999000021</idPA>", &format!("<receipt>{CORE}</receipt>"));
    let received = soap::receive(text.as_bytes(), None).unwrap();
    assert_eq!(received.request.addressee().id_broker_pa, "");
    assert!(received.irregular.contains(&"idStation is missing".to_owned()), "{:?}", received.irregular);
}

#[test]
fn a_receipt_for_nothing_paid_and_one_with_a_wrongly_qualified_rest_are_read() {
    let core = CORE.replace("<outcome>OK", "<outcome>ko");
    let (receipt, irregular) = try_receive(&core).unwrap();
    assert_eq!(receipt.outcome, Outcome::Ko);
    assert!(irregular.iter().any(|line| line.starts_with("receipt/outcome is not")), "{irregular:?}");

    let qualified = CORE.replace("</", "</p:").replace('<', "<p:").replace("<p:/p:", "</p:");
    let (receipt, irregular) = try_receive(&qualified).unwrap();
    assert_eq!(receipt.payment_amount.cents(), 12_050);
    assert!(
        irregular.iter().any(|line| line == "receipt/receiptId is in a namespace where none is expected"),
        "{irregular:?}"
    );
}

#[test]
fn nothing_personal_is_printed() {
    let (receipt, _) = received(
        "<debtor><uniqueIdentifier><entityUniqueIdentifierType>F</entityUniqueIdentifierType>\
         <entityUniqueIdentifierValue>RSSMRA85T10A562S</entityUniqueIdentifierValue></uniqueIdentifier><fullName>Mario Rossi</fullName>\
         <city>Roma</city><e-mail>mario.rossi@example.it</e-mail></debtor>",
    );
    let printed = format!("{receipt:?} {:?}", receipt.debtor);
    for secret in ["Rossi", "RSSMRA", "Roma", "mario"] {
        assert!(!printed.contains(secret), "{printed}");
    }
    assert_eq!(receipt.debtor.unwrap().full_name.expose(), "Mario Rossi");
}
