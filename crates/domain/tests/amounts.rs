// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every amount from 0.01 to 99,999.99 reads the same in the API and in the Node's messages (rules.md 50).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

use std::fmt::Write as _;

use tramite_domain::money::Cents;

/// 99,999.99 euros, in cents.
const LAST: u64 = 9_999_999;
const THREADS: u64 = 2;

#[test]
fn every_amount_up_to_99_999_99_is_the_same_in_the_api_and_in_the_soap_text() {
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || all_of(thread));
        }
    });
}

/// Each amount is counted up digit by digit beside us: the expected text is made without arithmetic on amounts.
fn all_of(thread: u64) {
    let (mut api, mut soap, mut expected) = (Vec::new(), String::new(), String::new());
    for cents in (1 + thread..=LAST).step_by(usize::try_from(THREADS).unwrap()) {
        let amount = Cents::payable(i64::try_from(cents).unwrap()).unwrap();
        api.clear();
        serde_json::to_writer(&mut api, &amount).unwrap();
        soap.clear();
        write!(soap, "{amount}").unwrap();
        expected.clear();
        write!(expected, "{cents:03}").unwrap();
        assert_eq!(std::str::from_utf8(&api).unwrap(), expected.trim_start_matches('0'), "the API's cents");
        expected.insert(expected.len() - 2, '.');
        assert_eq!(soap, expected, "the Node's euros");
        assert_eq!(soap.parse(), Ok(amount), "{soap}");
        assert_eq!(serde_json::from_slice::<Cents>(&api).unwrap(), amount, "{cents}");
    }
}
