// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Node is told of a notice (rules.md 13, 18 to 24).

use futures_util::future::join_all;
use tramite_domain::attempt::AttemptKind;
use tramite_domain::debt_position::{Activity, StampInput, TransferInput, cancel};
use tramite_domain::institution::InstitutionStatus;
use tramite_domain::money::Cents;
use tramite_domain::time::Instant;
use tramite_pagopa::current::{Addressee, Answer, Destination, GetAnswer, PaaFault, Request, TransferType, Version};
use tramite_testkit::Database;

use crate::messages::{addressee, get, get_request, notice, notice_of, receipt, receipt_message, verify};
use crate::place::{A, B, FOREIGN, OFF, OTHER_BROKER, Place, fault, scope};
use crate::town::{STATION, named, one_payment, single_or_plan};

fn told(answer: Answer) -> GetAnswer {
    match answer {
        Answer::Get(_, answer) => *answer,
        other => panic!("not an answer to a get: {other:?}"),
    }
}

pub(crate) async fn a_payable_notice_is_told_by_verify_and_by_both_versions_of_get(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 12_050)).await;
    let number = notice_of(&position, "single");
    let Answer::Verify(verified) = place.ask(&verify(&number)).await else { panic!("refused") };
    assert_eq!((verified.amount.cents(), verified.due_date, verified.all_ccp), (12_050, None, false));
    assert_eq!((verified.fiscal_code.as_str(), verified.company_name.as_str()), (A, "Comune di Esempio"));
    for version in [Version::V1, Version::V2] {
        let got = told(place.ask(&get(version, &number)).await);
        assert_eq!(got.creditor_reference_id, named(&position, "single").iuv.to_string());
        assert_eq!((got.amount.cents(), got.due_date.to_string()), (12_050, "2099-12-31".to_owned()));
        assert_eq!(got.debtor.code.expose(), "RSSMRA85T10A562S");
        assert_eq!(got.transfers.len(), 1);
    }
}

pub(crate) async fn each_state_of_a_notice_has_its_fault(database: Database) {
    let mut place = Place::open(database.url()).await;
    let draft = {
        let mut input = one_payment("draft", 100);
        input.publish = false;
        place.position(&input).await
    };
    let scheduled = {
        let mut input = one_payment("scheduled", 100);
        input.valid_from = Some(place.a.now.plus_hours(24));
        place.position(&input).await
    };
    let expiring = {
        let mut input = one_payment("expired", 100);
        input.due_date = Some(place.a.now.rome_date());
        input.expires_after_due_date = Some(true);
        place.position(&input).await
    };
    let withdrawn = {
        let position = place.position(&one_payment("cancelled", 100)).await;
        let decided = cancel(&mut place.a.given(), &position, Activity::default(), false).unwrap();
        place.write(decided).await
    };
    let plan = place.position(&single_or_plan("plan")).await;
    place.later(15 * 3_600);
    let pay = |reference: &str, cents: i64, place: &Place| {
        let message = receipt_message(reference, &notice_of(&plan, reference), cents, place.a.now);
        receipt(message)
    };
    let unknown = "305999999999999942".to_owned();
    for (number, expected) in [
        (notice_of(&draft, "single"), PaaFault::UnknownPayment),
        (notice_of(&scheduled, "single"), PaaFault::UnknownPayment),
        (unknown, PaaFault::UnknownPayment),
        (notice_of(&expiring, "single"), PaaFault::Expired),
        (notice_of(&withdrawn, "single"), PaaFault::Cancelled),
    ] {
        each_asks(&place, &number, expected).await;
    }
    // Another option was started: withdrawn while money is due, paid once it is not (rules.md 13).
    assert!(matches!(place.ask(&pay("first", 5_000, &place)).await, Answer::ReceiptAccepted(_)));
    each_asks(&place, &notice_of(&plan, "whole"), PaaFault::Cancelled).await;
    each_asks(&place, &notice_of(&plan, "first"), PaaFault::AlreadyPaid).await;
    assert!(matches!(place.ask(&verify(&notice_of(&plan, "second"))).await, Answer::Verify(_)));
    assert!(matches!(place.ask(&pay("second", 5_000, &place)).await, Answer::ReceiptAccepted(_)));
    each_asks(&place, &notice_of(&plan, "whole"), PaaFault::AlreadyPaid).await;
}

async fn each_asks(place: &Place, number: &str, expected: PaaFault) {
    for request in [verify(number), get(Version::V1, number), get(Version::V2, number)] {
        let answer = place.ask(&request).await;
        assert_eq!(fault(&answer), expected, "{}", request.primitive());
        let Answer::Refused(_, refusal) = answer else { panic!("not a refusal") };
        assert_eq!(refusal.id, A);
        assert!(refusal.description.is_some_and(|text| !text.contains("RSSMRA") && !text.contains("Rossi")));
    }
}

pub(crate) async fn the_first_failure_wins_broker_station_institution_notice(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let number = notice_of(&position, "single");
    let to = |id_pa: &str, broker: &str, station: &str| Addressee {
        id_pa: id_pa.to_owned(),
        id_broker_pa: broker.to_owned(),
        id_station: station.to_owned(),
    };
    let ours = addressee().id_broker_pa;
    for (addressee, expected) in [
        (to("99999000099", "99999000055", "none"), PaaFault::WrongBroker),
        (to("99999000099", &ours, "none"), PaaFault::WrongStation),
        (to("99999000099", &ours, OFF), PaaFault::WrongStation),
        (to(A, &ours, FOREIGN), PaaFault::WrongStation),
        (to(A, OTHER_BROKER, STATION), PaaFault::WrongStation),
        (to("99999000099", &ours, STATION), PaaFault::WrongInstitution),
        (to(A, OTHER_BROKER, FOREIGN), PaaFault::WrongInstitution),
        (to(B, &ours, STATION), PaaFault::UnknownPayment),
    ] {
        let mut request = get_request(Version::V2, &number);
        request.addressee = addressee.clone();
        let answer = place.ask(&Request::Get(request)).await;
        assert_eq!(fault(&answer), expected, "{addressee:?}");
        let Answer::Refused(_, refusal) = answer else { panic!("not a refusal") };
        assert_eq!(refusal.id, addressee.id_pa);
    }
    for status in [InstitutionStatus::Suspended, InstitutionStatus::Closed, InstitutionStatus::Draft] {
        place.change_a(|institution| institution.status = status).await;
        // A process that had a copy goes on for a minute at most (reliability.md 45).
        place.other_process().await;
        assert_eq!(fault(&place.ask(&verify(&number)).await), PaaFault::WrongInstitution, "{status:?}");
    }
    place.change_a(|institution| institution.status = InstitutionStatus::Active).await;
    assert!(matches!(place.ask(&verify(&number)).await, Answer::Verify(_)));
}

pub(crate) async fn the_probe_is_unknown_while_the_database_answers(database: Database) {
    let place = Place::open(database.url()).await;
    let answer = place.ask(&verify(tramite_pagopa::current::PROBE_NOTICE)).await;
    assert_eq!(fault(&answer), PaaFault::UnknownPayment);
}

/// As rule 23 says: the first version of get cannot carry a stamp.
pub(crate) async fn a_stamp_needs_the_second_version(database: Database) {
    let mut place = Place::open(database.url()).await;
    let mut input = one_payment("S-1", 0);
    let mut options = single_or_plan("S-1").payment_options;
    options.truncate(1);
    options[0].installments[0].transfers = vec![
        TransferInput { amount: 8_000, account_id: Some("posta".to_owned()), ..TransferInput::default() },
        TransferInput { amount: 400, beneficiary_id: Some("provincia".to_owned()), ..TransferInput::default() },
        TransferInput {
            amount: 1_600,
            stamp: Some(StampInput {
                document_hash: "wHpFSLCGZjIvNSXxqtGbxg7275t446DRTk5ZrsdUQ6E=".to_owned(),
                province: "PG".to_owned(),
            }),
            ..TransferInput::default()
        },
    ];
    input.amount = None;
    input.payment_options = options;
    let position = place.position(&input).await;
    let number = notice_of(&position, "whole");
    assert_eq!(fault(&place.ask(&get(Version::V1, &number)).await), PaaFault::Semantic);
    let got = told(place.ask(&get(Version::V2, &number)).await);
    assert!(got.has_stamp());
    let told: Vec<_> =
        got.transfers.iter().map(|one| (iban(&one.destination), one.company_name.as_deref().unwrap())).collect();
    let (own, province) = ("Comune di Esempio", "Provincia di Esempio");
    let bank = "IT30N0103076271000001823603";
    assert_eq!(told, [(bank, own), ("IT96R0123454321000000012345", province), ("stamp", own)]);
    let Answer::Verify(verified) = place.ask(&verify(&number)).await else { panic!("refused") };
    assert!(!verified.all_ccp, "neither a stamp nor a bank account takes a postal slip");
}

/// As rule 24 says: a postal slip goes to postal accounts; else they stand in `IBANAPPOGGIO` on all transfers or on none.
pub(crate) async fn a_postal_slip_goes_to_postal_accounts_and_the_rest_names_them_on_all_or_none(database: Database) {
    let mut place = Place::open(database.url()).await;
    let share = |amount, account: &str| TransferInput {
        amount,
        account_id: Some(account.to_owned()),
        ..TransferInput::default()
    };
    let one = |external_id: &str, transfers: Vec<TransferInput>| {
        let mut input = single_or_plan(external_id);
        input.payment_options.truncate(1);
        input.payment_options[0].installments[0].transfers = transfers;
        input
    };
    let whole = one("postal", vec![share(10_000, "posta")]);
    let mixed = one("mixed", vec![share(6_000, "posta"), share(4_000, "main")]);
    let whole = place.position(&whole).await;
    let mixed = place.position(&mixed).await;
    let (postal, bank, main) =
        ("IT45R0760103200000000001016", "IT30N0103076271000001823603", "IT60X0542811101000000123456");
    for (position, kind, expected, named, all_ccp) in [
        (&whole, Some(TransferType::Postal), vec![postal], false, true),
        (&whole, Some(TransferType::PagoPa), vec![bank], true, true),
        (&whole, None, vec![bank], true, true),
        (&mixed, Some(TransferType::Postal), vec![postal, main], false, false),
        (&mixed, Some(TransferType::PagoPa), vec![bank, main], false, false),
    ] {
        let number = notice_of(position, "whole");
        for version in [Version::V1, Version::V2] {
            let mut request = get_request(version, &number);
            request.transfer_type = kind;
            let got = told(place.ask(&Request::Get(request)).await);
            let ibans: Vec<&str> = got.transfers.iter().map(|share| iban(&share.destination)).collect();
            assert_eq!(ibans, expected, "{kind:?}");
            let names = |share: &tramite_pagopa::current::Transfer| {
                share.metadata.iter().any(|entry| entry.key == "IBANAPPOGGIO" && entry.value == postal)
            };
            assert!(got.transfers.iter().all(|share| names(share) == named), "{kind:?}");
        }
        let Answer::Verify(verified) = place.ask(&verify(&number)).await else { panic!("refused") };
        assert_eq!(verified.all_ccp, all_ccp);
    }
}

fn iban(destination: &Destination) -> &str {
    match destination {
        Destination::Iban(iban) => iban,
        Destination::Stamp { .. } => "stamp",
    }
}

pub(crate) async fn a_hundred_gets_at_once_are_equal_and_leave_one_attempt_and_nothing_else(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 12_050)).await;
    let number = notice_of(&position, "single");
    let before = place.stored(&position).await;
    let answers = join_all((0..100).map(|_| place.ask_v2(&number))).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert!(matches!(answers[0], Answer::Get(..)));
    assert_eq!(place.stored(&position).await, before);
    let (store, town, _) = place.close().await;
    let installments = [named(&position, "single").id];
    let attempts = store.attempts(&scope(&town), &installments, Instant::UNIX_EPOCH).await.unwrap();
    assert_eq!(attempts.len(), 1, "{attempts:?}");
    assert_eq!((attempts[0].kind, attempts[0].amount), (AttemptKind::Get, Cents::new(12_050).unwrap()));
}

impl Place {
    async fn ask_v2(&self, number: &str) -> Answer {
        self.ask(&get(Version::V2, number)).await
    }
}

pub(crate) async fn a_notice_of_another_institution_is_unknown_here(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let mut request = get_request(Version::V2, &notice_of(&position, "single"));
    request.notice = notice(&request.notice.notice_number);
    request.notice.fiscal_code = B.to_owned();
    assert_eq!(fault(&place.ask(&Request::Get(request)).await), PaaFault::UnknownPayment);
}
