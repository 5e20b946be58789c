// SPDX-License-Identifier: AGPL-3.0-or-later
//! Numbers that an institution brings, reserves, and still has from earlier times (rules.md 1, 2, 3, 11 and 17).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests state what they expect")]

mod support;

use proptest::prelude::*;
use support::{Town, client, codes, installment, named, one_payment, single_or_plan};
use tramite_domain::batch::Write;
use tramite_domain::debt_position::{
    DebtPosition, InstallmentInput, PositionInput, differences, given_numbers, numbers_to_open, numbers_to_replace,
};
use tramite_domain::given::Given;
use tramite_domain::institution::{InstitutionStatus, StationLink};
use tramite_domain::iuv_batch::{Stretch, reserve, where_reserved};
use tramite_domain::iuv_rules::{BroughtRefusal, KnownNumbers, check_brought};
use tramite_domain::notice::{
    ApplicationCode, AuxDigit, Base13, LocalRange, NoticeNumber, PermutedRange, SegregationCode,
};
use tramite_domain::refusal::Refusal;

fn code(value: u8) -> SegregationCode {
    SegregationCode::new(value).unwrap()
}

fn number(segregation: u8, base: u64) -> NoticeNumber {
    NoticeNumber::generate(code(segregation), Base13::new(base).unwrap())
}

/// A number of any aux digit with its right check digits, where it has any.
fn old(first_16: &str) -> NoticeNumber {
    let check = tramite_domain::notice::mod93(first_16.parse().unwrap());
    format!("{first_16}{check:02}").parse().unwrap()
}

/// The town with stations for every kind of notice, as an institution with a long past has them.
fn old_town() -> Town {
    let mut town = Town::new();
    let first = town.institution.stations[0].clone();
    let more = |aux_digit, segregation_code, application_code: Option<u8>| StationLink {
        aux_digit,
        segregation_code,
        application_code: application_code.map(|code| ApplicationCode::new(code).unwrap()),
        issuing: false,
        ..first.clone()
    };
    town.institution.stations.extend([
        more(AuxDigit::Zero, None, Some(2)),
        more(AuxDigit::One, None, None),
        more(AuxDigit::Two, None, None),
        more(AuxDigit::Three, Some(code(7)), None),
    ]);
    town
}

fn bringing(external_id: &str, numbers: &[NoticeNumber]) -> PositionInput {
    let mut input = single_or_plan(external_id);
    input.payment_options.remove(0);
    for (one, number) in input.payment_options[0].installments.iter_mut().zip(numbers) {
        one.notice_number = Some(number.to_string());
    }
    input
}

fn first(input: &mut PositionInput) -> &mut InstallmentInput {
    &mut input.payment_options[0].installments[0]
}

fn told(town: &mut Town, change: impl FnOnce(&mut InstallmentInput)) -> Vec<(String, &'static str)> {
    let mut input = bringing("told", &[]);
    change(first(&mut input));
    codes(town.open(&input).unwrap_err())
}

const FIELD: &str = "/payment_options/0/installments/0/notice_number";
const IUV: &str = "/payment_options/0/installments/0/iuv";

proptest! {
    /// Rule 3: with its code, right check digits and unused, a number is taken outside of the range that Tramite numbers by
    /// itself, and within it where a batch reserved it; under a code that gives none here, anywhere.
    #[test]
    fn a_brought_number_is_taken_outside_the_local_range_or_where_it_was_reserved(
        base in 0..=Base13::MAX, from in 0..=Base13::MAX, length in 0..=Base13::MAX, reserved: bool,
    ) {
        let mut town = old_town();
        let range = LocalRange::new(from, from.saturating_add(length).min(Base13::MAX)).unwrap();
        town.institution.stations[0].local_range = range;
        let given = number(5, base);
        let mut known = KnownNumbers::default();
        if reserved {
            known.reserved.insert(given);
        }
        let inside = range.contains(Base13::new(base).unwrap());
        let wanted = if inside && !reserved { Err(BroughtRefusal::InLocalRange) } else { Ok(()) };
        let check = |number: &NoticeNumber, known: &KnownNumbers| check_brought(number, &town.institution, known, town.now);
        prop_assert_eq!(check(&given, &known), wanted);
        // The same IUV behind another digit is the same IUV.
        let disguised: NoticeNumber = format!("1{}", given.iuv()).parse().unwrap();
        prop_assert_eq!(check(&disguised, &known).is_err(), inside);
        prop_assert_eq!(check(&number(7, base), &known), Ok(()));
        prop_assert_eq!(check(&number(8, base), &known), Err(BroughtRefusal::NotRouted));
        known.taken.insert(given.iuv());
        prop_assert_eq!(check(&given, &known), Err(BroughtRefusal::Taken));
    }

    /// Rule 2: of eighteen digits, those are taken that some station of the institution is found by and whose check digits
    /// are right; no eighteen digits do anything else than be refused.
    #[test]
    fn any_eighteen_digits_are_taken_or_refused_by_their_own_rules(text in "[0-9]{18}") {
        let town = old_town();
        let given: NoticeNumber = text.parse().unwrap();
        let routed = match given.aux_digit() {
            Some(AuxDigit::Zero) => text.starts_with("002"),
            Some(AuxDigit::One | AuxDigit::Two) => true,
            Some(AuxDigit::Three) => text.starts_with("305") || text.starts_with("307"),
            None => false,
        };
        let taken = check_brought(&given, &town.institution, &KnownNumbers::default(), town.now);
        prop_assert!(routed || taken.is_err());
        if taken.is_ok() {
            prop_assert!(given.check_digits_right());
        }
    }

    /// Rule 1: a batch is a stretch of the sequence; each of its numbers leads back to its own place and to no other.
    #[test]
    fn the_numbers_of_a_batch_lead_back_to_their_places(start in 0_u64..4_000_000_000_000, size in 1_u32..40, key: [u8; 32]) {
        let mut town = Town::new();
        let link = town.institution.stations[0].clone();
        let taken = Stretch { segregation_code: code(5), first: start, size };
        let (batch, _) = reserve(&mut town.given(), &link, taken, None);
        let range = PermutedRange::new(batch.local_range, &key);
        let numbers: Vec<NoticeNumber> = batch.numbers(&range).collect();
        prop_assert_eq!(numbers.len(), usize::try_from(size).unwrap());
        for (place, one) in (start..).zip(&numbers) {
            prop_assert!(one.check_digits_right() && one.segregation_code() == Some(code(5)));
            prop_assert_eq!(range.sequence_of(one.base().unwrap()), Some(place));
        }
    }
}

/// Rule 2: aux digits 0, 1 and 2 are loaded with the IUV that codes.md gives them; only the generator keeps to aux digit 3.
#[test]
fn notices_of_every_aux_digit_are_loaded_with_their_own_iuv() {
    let mut town = old_town();
    for (external_id, given, iuv) in [
        ("zero", old("0021527845471301"), "152784547130177"),
        ("one", "112345678901234567".parse().unwrap(), "12345678901234567"),
        ("two", old("2123456789012345"), "12345678901234544"),
        ("three", number(5, 12_345), "05000000001234586"),
        ("other-code", number(7, 9_000_000_000_000), "07900000000000040"),
    ] {
        let input = bringing(external_id, &[given]);
        assert_eq!(given_numbers(&input).into_iter().collect::<Vec<_>>(), [given]);
        assert_eq!(numbers_to_open(town.context(), &input), Ok(1), "the second installment alone takes one");
        let position = town.position(&input);
        let (brought, made) = (named(&position, "first"), named(&position, "second"));
        assert_eq!(
            (brought.notice_number, brought.iuv.as_str().get(..15)),
            (Some(given), iuv.get(..15)),
            "{external_id}"
        );
        assert!(brought.transfers[0].remittance_information.as_str().starts_with(&format!("/RFB/{}/", brought.iuv)));
        assert_eq!(made.notice_number.unwrap().aux_digit(), Some(AuxDigit::Three));
    }
    // Where there is no such station, there is no such notice.
    let mut town = Town::new();
    for given in ["002152784547130177", "112345678901234567", "212345678901234544"] {
        assert_eq!(
            told(&mut town, |one| one.notice_number = Some(given.to_owned())),
            [(FIELD.to_owned(), "not_routed")]
        );
    }
}

/// Rule 3: the reason is told with its place, and every number that is wrong in one answer.
#[test]
fn a_brought_number_that_is_refused_is_told_with_the_reason() {
    let mut town = old_town();
    let taken = number(5, 99);
    town.known.taken.insert(taken.iuv());
    for (given, reason) in [
        ("000000000000000000", "no_notice_number"),
        ("912345678901234567", "no_notice_number"),
        ("30500000000123458", "wrong_pattern"),
        (&number(9, 1).to_string(), "not_routed"),
        ("003152784547130100", "not_routed"),
        ("305000000001234587", "wrong_check_digits"),
        ("002152784547130178", "wrong_check_digits"),
        (&number(5, 5_000_000_000_000).to_string(), "in_local_range"),
        (&taken.to_string(), "notice_number_taken"),
        // An IUV is one institution's for ever, whatever stands before it.
        (&format!("1{}", taken.iuv()), "notice_number_taken"),
    ] {
        let faults = told(&mut town, |one| one.notice_number = Some(given.to_owned()));
        assert_eq!(faults, [(FIELD.to_owned(), reason)], "{given}");
    }
    let mut twice = bringing("twice", &[number(5, 1), number(5, 1)]);
    first(&mut twice).amount = Some(0);
    let faults = codes(town.open(&twice).unwrap_err());
    let second = "/payment_options/0/installments/1/notice_number".to_owned();
    assert!(faults.contains(&(second, "duplicate_notice_number")), "{faults:?}");
    assert!(faults.len() > 1, "what else is wrong is told too");
}

#[test]
fn an_iuv_alone_stands_for_a_notice_that_begins_with_three() {
    let mut town = old_town();
    let given = number(5, 12_345);
    let mut input = bringing("iuv", &[]);
    first(&mut input).iuv = Some(given.iuv().to_string());
    assert!(given_numbers(&input).contains(&given));
    assert_eq!(named(&town.position(&input), "first").notice_number, Some(given));
    first(&mut input).notice_number = Some(given.to_string());
    assert_eq!(named(&town.position(&input), "first").notice_number, Some(given));
    assert_eq!(
        told(&mut town, |one| {
            one.notice_number = Some(given.to_string());
            one.iuv = Some("07000000001234586".to_owned());
        }),
        [(IUV.to_owned(), "iuv_differs")]
    );
    for short in ["152784547130177", "RF18539007547034"] {
        assert_eq!(told(&mut town, |one| one.iuv = Some(short.to_owned())), [(IUV.to_owned(), "notice_number_needed")]);
    }
    assert_eq!(told(&mut town, |one| one.iuv = Some(String::new())), [(IUV.to_owned(), "wrong_pattern")]);
}

fn replaced(town: &mut Town, position: &DebtPosition, input: &PositionInput) -> Result<DebtPosition, Refusal> {
    town.replace(position, input).map(|decided| decided.position)
}

/// Rule 11: the number that an installment has may be repeated in either form, and never becomes another one; a new
/// installment may bring its own.
#[test]
fn an_installment_keeps_the_number_that_it_has() {
    let mut town = old_town();
    let (zero, brought) = (old("0021527845471301"), number(5, 7));
    let position = town.position(&bringing("kept", &[zero]));
    town.known.taken.extend(position.installments().map(|(_, one)| one.iuv.clone()));
    let generated = named(&position, "second").notice_number.unwrap();
    let mut input = bringing("kept", &[zero, generated]);
    let same = replaced(&mut town, &position, &input).unwrap();
    assert_eq!(same.options, position.options);
    assert_eq!(differences(town.context(), &position, &input), Ok(Vec::new()));
    first(&mut input).notice_number = None;
    first(&mut input).iuv = Some("152784547130177".to_owned());
    assert_eq!(replaced(&mut town, &position, &input).unwrap().options, position.options);

    let third = InstallmentInput { notice_number: Some(brought.to_string()), ..installment("third", 1_000) };
    input.payment_options[0].installments.push(third);
    let quiet = support::quiet();
    assert_eq!(numbers_to_replace(town.context(), &position, quiet, &input, false), Ok(0));
    let grown = replaced(&mut town, &position, &input).unwrap();
    assert_eq!(named(&grown, "third").notice_number, Some(brought));

    let other = bringing("kept", &[number(5, 8)]);
    assert_eq!(
        town.replace(&position, &other).unwrap_err(),
        Refusal::NumberImmutable { pointers: vec![FIELD.to_owned()] }
    );
    let found = differences(town.context(), &position, &other);
    assert_eq!(found, Ok(vec!["/payment_options".to_owned()]));
    // A number that was withdrawn is not taken up again, not even by the installment that had it (rules.md 12).
    let mut without = bringing("kept", &[]);
    without.payment_options[0].installments.truncate(1);
    without.payment_options[0].installments[0] = installment("other", 5_000);
    let withdrawn = replaced(&mut town, &position, &without).unwrap();
    let again = bringing("kept", &[zero]);
    assert_eq!(codes(town.replace(&withdrawn, &again).unwrap_err()), [(FIELD.to_owned(), "notice_number_taken")]);
}

/// Rule 17: what was reserved under a code may be printed already, so it is taken when the code has changed; other numbers
/// of the old code are not.
#[test]
fn reserved_numbers_outlive_the_code_they_were_given_under() {
    let mut town = Town::new();
    let now = town.now;
    town.institution.stations[0].valid_to = Some(now);
    let next = StationLink {
        segregation_code: Some(code(6)),
        valid_from: now,
        valid_to: None,
        ..town.institution.stations[0].clone()
    };
    town.institution.stations.push(next);
    let reserved = number(5, 6_000_000_000_000);
    town.known.reserved.insert(reserved);
    assert_eq!(named(&town.position(&bringing("a", &[reserved])), "first").notice_number, Some(reserved));
    let faults = codes(town.open(&bringing("b", &[number(5, 1)])).unwrap_err());
    assert_eq!(faults, [(FIELD.to_owned(), "not_routed")]);
}

#[test]
fn numbers_are_reserved_where_they_are_given_and_by_an_active_institution() {
    let mut town = Town::new();
    let link = where_reserved(&town.institution, town.now).unwrap().clone();
    assert_eq!(link.segregation_code, Some(code(5)));
    let taken = Stretch { segregation_code: code(5), first: 64, size: 3 };
    let services = Some(std::collections::BTreeSet::from(["MENSA".parse().unwrap()]));
    let (batch, writes) = {
        let mut given = Given { now: town.now, ids: &mut town.ids, client_id: Some(client()), request_id: None };
        reserve(&mut given, &link, taken, services)
    };
    assert_eq!((batch.first, batch.size, batch.created_by), (64, 3, Some(client())));
    assert!(matches!(writes.writes(), [Write::InsertIuvBatch(_), Write::InsertAudit(_)]), "{writes:?}");
    assert!(batch.serves(&"MENSA".parse().unwrap()) && !batch.serves(&"TARI".parse().unwrap()));
    town.institution.stations[0].issuing = false;
    assert_eq!(where_reserved(&town.institution, town.now), Err(Refusal::NoIssuingStation));
    town.institution.status = InstitutionStatus::Suspended;
    assert_eq!(where_reserved(&town.institution, town.now), Err(Refusal::InstitutionNotActive));
    let input = one_payment("plain", 100);
    assert!(given_numbers(&input).is_empty());
    assert_eq!(numbers_to_open(town.context(), &input), Err(Refusal::InstitutionNotActive));
}
