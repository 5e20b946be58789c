// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller is told is wrong with a position (rules.md 3 to 9, 24), all of it at once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

mod support;

use support::{TAX_CODE, Town, at, codes, installment, metadata, one_payment, personal, single_or_plan};
use tramite_domain::debt_position::{
    AddressInput, BeneficiaryInput, InstallmentInput, METADATA_ENTRIES_MAX, OWN_METADATA_ENTRIES_MAX,
    OWN_METADATA_KEY_MAX, OWN_METADATA_VALUE_MAX, OptionInput, OptionKind, PositionInput, StampInput, TransferInput,
    open,
};
use tramite_domain::money::Cents;
use tramite_domain::service::AmountRule;

/// The first installment of the long form.
fn whole(input: &mut PositionInput) -> &mut InstallmentInput {
    input.payment_options.first_mut().unwrap().installments.first_mut().unwrap()
}

fn transfer(amount: i64) -> TransferInput {
    TransferInput { amount, ..Default::default() }
}

/// A long form whose only installment has one transfer.
fn shared(change: impl FnOnce(&mut TransferInput)) -> PositionInput {
    let mut input = single_or_plan("S-1");
    let mut one = transfer(10_000);
    change(&mut one);
    whole(&mut input).transfers = vec![one];
    input
}

fn stamped(hash: &str, province: &str) -> PositionInput {
    let stamp = StampInput { document_hash: hash.to_owned(), province: province.to_owned() };
    shared(|one| one.stamp = Some(stamp))
}

/// What is told, as the end of each pointer and its code.
fn told(town: &mut Town, input: &PositionInput) -> Vec<(String, &'static str)> {
    codes(town.open(input).unwrap_err())
}

#[test]
fn every_violation_of_a_request_is_told_at_once() {
    let mut town = Town::new();
    let mut input = single_or_plan("RSSMRA85T10A562S");
    input.debtor.tax_code = personal("RSSMRA85T10A562A");
    input.debtor.email = Some(personal("mario"));
    input.debtor.address =
        Some(AddressInput { street: Some(personal(" ")), province: Some(personal("pg")), ..Default::default() });
    input.description = Some("Multa a mario.rossi@example.it".to_owned());
    let first = whole(&mut input);
    first.amount = Some(0);
    first.description = Some("riga\nsu due".to_owned());
    first.payment_metadata = metadata(&[("PRATICA", "\u{0}")]);
    first.metadata = metadata(&[("", "x")]);
    first.transfers = vec![
        TransferInput {
            account_id: Some("nowhere".to_owned()),
            remittance_information: Some(" ".to_owned()),
            payment_metadata: metadata(&[("k", "")]),
            ..transfer(1)
        },
        TransferInput { taxonomy_code: Some("x".to_owned()), ..transfer(0) },
    ];
    let plan = input.payment_options.get_mut(1).unwrap().installments.get_mut(1).unwrap();
    plan.transfers = vec![TransferInput { account_id: Some("nowhere".to_owned()), ..transfer(1) }];
    let found = told(&mut town, &input);
    let one = "/payment_options/0/installments/0";
    let two = "/payment_options/1/installments/1";
    let expected = [
        ("/external_id".to_owned(), "personal_data_in_text"),
        ("/description".to_owned(), "personal_data_in_text"),
        ("/debtor/tax_code".to_owned(), "invalid_tax_code"),
        ("/debtor/email".to_owned(), "invalid_email"),
        ("/debtor/address/street".to_owned(), "invalid_text"),
        ("/debtor/address/province".to_owned(), "two_capital_letters"),
        (format!("{one}/amount"), "invalid_amount"),
        (format!("{one}/description"), "invalid_text"),
        (format!("{one}/payment_metadata"), "invalid_metadata"),
        (format!("{one}/metadata"), "invalid_metadata"),
        (format!("{one}/transfers/0/account_id"), "unknown_account"),
        (format!("{one}/transfers/0/remittance_information"), "invalid_text"),
        (format!("{one}/transfers/0/payment_metadata"), "invalid_metadata"),
        (format!("{one}/transfers/1/amount"), "invalid_amount"),
        (format!("{one}/transfers/1/taxonomy_code"), "invalid_taxonomy_code"),
        (format!("{two}/transfers/0/account_id"), "unknown_account"),
        (format!("{two}/transfers"), "transfers_sum"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn each_rule_of_a_position_has_its_place_and_its_code() {
    let debtor = |change: fn(&mut tramite_domain::debt_position::DebtorInput)| {
        let mut input = one_payment("S-1", 100);
        change(&mut input.debtor);
        input
    };
    let long = |change: fn(&mut PositionInput)| {
        let mut input = single_or_plan("S-1");
        change(&mut input);
        input
    };
    let hash = "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=";
    let own = BeneficiaryInput {
        tax_code: TAX_CODE.to_owned(),
        company_name: "Comune".to_owned(),
        iban: "IT60X0542811101000000123456".to_owned(),
    };
    let cases: Vec<(PositionInput, &str, &str)> = vec![
        (debtor(|one| one.tax_code = personal("ANONIMO")), "/debtor/tax_code", "anonymous_not_allowed"),
        (debtor(|one| one.email = Some(personal("a@b@c"))), "/debtor/email", "invalid_email"),
        (long(|input| input.amount = Some(10_000)), "/amount", "two_forms"),
        (long(|input| whole(input).reference = None), "/payment_options/0/installments/0/reference", "required"),
        (
            long(|input| whole(input).reference = Some("second".to_owned())),
            "/payment_options/1/installments/1/reference",
            "duplicate_reference",
        ),
        (
            long(|input| input.payment_options.first_mut().unwrap().kind = OptionKind::Reduced),
            "/payment_options/0",
            "reduced_term",
        ),
        (
            long(|input| input.payment_options.get_mut(1).unwrap().available_days = Some(5)),
            "/payment_options/1",
            "reduced_term",
        ),
        (
            long(|input| input.payment_options.get_mut(1).unwrap().kind = OptionKind::Single),
            "/payment_options/1/installments",
            "installment_count",
        ),
        (long(|input| whole(input).amount = Some(49)), "/payment_options/0/installments", "amount_out_of_bounds"),
        (
            long(|input| {
                let many = (0..=METADATA_ENTRIES_MAX).map(|at| (format!("k{at}"), "v".to_owned()));
                whole(input).payment_metadata = many.collect();
            }),
            "/payment_options/0/installments/0/payment_metadata",
            "too_many",
        ),
        (
            shared(|one| one.payment_metadata = metadata(&[("IBANAPPOGGIO", "x")])),
            "/payment_options/0/installments/0/transfers/0/payment_metadata",
            "reserved_key",
        ),
        (
            shared(|one| one.beneficiary = Some(own.clone())),
            "/payment_options/0/installments/0/transfers/0/beneficiary/tax_code",
            "use_account_id",
        ),
        (
            stamped("not base64!", "PG"),
            "/payment_options/0/installments/0/transfers/0/stamp/document_hash",
            "invalid_document_hash",
        ),
        (stamped(hash, "Pg"), "/payment_options/0/installments/0/transfers/0/stamp/province", "two_capital_letters"),
    ];
    let mut town = Town::new();
    town.service.amount = AmountRule::Free { least: Cents::new(50).unwrap(), most: Cents::payable(20_000).unwrap() };
    for (input, pointer, code) in cases {
        let context = tramite_domain::debt_position::TermsContext { free_beneficiary: true, ..town.context() };
        let mut given = tramite_domain::given::Given {
            now: town.now,
            ids: &mut support::Counter(9),
            client_id: Some(support::client()),
            request_id: None,
        };
        let origin = tramite_domain::debt_position::Origin::Api;
        let refused = open(context, &mut given, &mut support::Counter(0), &input, origin).unwrap_err();
        assert_eq!(codes(refused), [(pointer.to_owned(), code)]);
    }
    assert!(town.open(&stamped(hash, "PG")).is_ok());
}

#[test]
fn a_written_out_beneficiary_with_a_wrong_check_digit_is_a_warning() {
    let town = Town::new();
    let beneficiary = BeneficiaryInput {
        tax_code: "77777777777".to_owned(),
        company_name: "Provincia".to_owned(),
        iban: "IT96R0123454321000000012345".to_owned(),
    };
    let input = shared(|one| one.beneficiary = Some(beneficiary));
    let context = tramite_domain::debt_position::TermsContext { free_beneficiary: true, ..town.context() };
    let mut given = tramite_domain::given::Given {
        now: town.now,
        ids: &mut support::Counter(9),
        client_id: None,
        request_id: None,
    };
    let origin = tramite_domain::debt_position::Origin::Api;
    let decided = open(context, &mut given, &mut support::Counter(0), &input, origin).unwrap();
    let warned: Vec<_> = decided.warnings.iter().map(|one| (one.pointer.as_str(), one.code)).collect();
    let place = "/payment_options/0/installments/0/transfers/0/beneficiary/tax_code";
    assert_eq!(warned, [(place, "tax_code_check_digit")]);
}

#[test]
fn no_position_is_born_dead() {
    let mut town = Town::new();
    town.service.expires_after_due_date = true;
    let now = town.now;
    let one = |expires_at, due_date| InstallmentInput { expires_at, due_date, ..installment("whole", 10_000) };
    let option = |until, one| OptionInput {
        kind: if until == Some(now) || until == Some(now.plus_seconds(60)) {
            OptionKind::Reduced
        } else {
            OptionKind::Single
        },
        available_until: until,
        available_days: None,
        installments: vec![one],
    };
    let mut found = |valid_from, option| {
        let mut input = single_or_plan("S-1");
        input.payment_options = vec![option];
        input.valid_from = valid_from;
        town.open(&input).err().map(|refused| {
            let (pointer, code) = codes(refused).pop().unwrap();
            (pointer.rsplit('/').next().unwrap().to_owned(), code)
        })
    };
    let wrong = |field: &str, code| Some((field.to_owned(), code));
    let (soon, later) = (now.plus_seconds(60), now.plus_seconds(86_400));
    assert_eq!(found(None, option(None, one(Some(now), None))), wrong("expires_at", "expires_at_past"));
    assert_eq!(found(None, option(None, one(Some(soon), None))), None);
    assert_eq!(found(None, option(Some(now), one(None, None))), wrong("available_until", "available_until_past"));
    assert_eq!(found(None, option(Some(soon), one(None, None))), None);
    assert_eq!(found(Some(soon), option(None, one(Some(soon), None))), wrong("expires_at", "never_payable"));
    assert_eq!(found(Some(soon), option(Some(soon), one(None, None))), wrong("available_until", "never_payable"));
    assert_eq!(found(Some(soon), option(None, one(None, Some(now.rome_date())))), None);
    let end_of_today = at("2026-09-01T22:00:00Z");
    assert_eq!(
        found(Some(end_of_today), option(None, one(None, Some(now.rome_date())))),
        wrong("due_date", "never_payable")
    );
    assert_eq!(found(Some(soon), option(None, one(Some(later), None))), None);
}

#[test]
fn metadata_of_the_callers_own_has_its_limits_too() {
    let mut town = Town::new();
    let mut found = |pairs: Vec<(String, String)>| {
        let mut input = single_or_plan("S-1");
        whole(&mut input).metadata = pairs.into_iter().collect();
        town.open(&input).err().map(|refused| codes(refused).pop().unwrap().1)
    };
    let one = |key: &str, value: &str| vec![(key.to_owned(), value.to_owned())];
    let many = |count: usize| (0..count).map(|at| (format!("k{at}"), String::new())).collect::<Vec<_>>();
    assert_eq!(found(one(&"k".repeat(OWN_METADATA_KEY_MAX), &"è".repeat(OWN_METADATA_VALUE_MAX))), None);
    assert_eq!(found(many(OWN_METADATA_ENTRIES_MAX)), None);
    assert_eq!(found(many(OWN_METADATA_ENTRIES_MAX + 1)), Some("too_many"));
    for wrong in [
        one("", "x"),
        one("a\tcapo", "x"),
        one("perché", "x"),
        one(&"k".repeat(OWN_METADATA_KEY_MAX + 1), "x"),
        one("k", &"x".repeat(OWN_METADATA_VALUE_MAX + 1)),
        one("k", "a\u{0}b"),
    ] {
        assert_eq!(found(wrong.clone()), Some("invalid_metadata"), "{wrong:?}");
    }
}

#[test]
fn what_a_caller_says_of_a_person_is_never_printed() {
    let mut input = one_payment("S-1", 100);
    input.debtor.email = Some(personal("canary@example.it"));
    let canary = || Some(personal("canary"));
    input.debtor.address = Some(AddressInput {
        street: canary(),
        number: canary(),
        postal_code: canary(),
        city: canary(),
        province: canary(),
        country: canary(),
    });
    let printed = format!("{input:?}");
    for secret in ["RSSMRA85T10A562S", "Rossi", "canary"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
