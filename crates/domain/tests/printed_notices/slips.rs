// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the slip of the post says, now and ever after.

use super::support::{Town, installment, one_payment, text};
use super::{of_options, option, printed};
use tramite_domain::debt_position::{InstallmentInput, OptionKind, StampInput, TransferInput};
use tramite_domain::printed_notice::{PostalSlip, PrintedSlip, PrintedSlips, new_slips, printed_notice};

/// The slip of a payment with these shares.
fn slip(town: &mut Town, transfers: Vec<TransferInput>) -> Option<PostalSlip> {
    let amount = transfers.iter().map(|one| one.amount).sum();
    let one = InstallmentInput { transfers, ..installment("only", amount) };
    let position = town.open(&of_options(vec![option(OptionKind::Single, vec![one])])).unwrap().position;
    let notice = printed(town, &position).unwrap();
    let part = notice.terms.parts().next().unwrap();
    assert_eq!(notice.data_matrix(part).unwrap().is_some(), part.slip.is_some());
    part.slip.clone()
}

fn to_account(account: &str, amount: i64) -> TransferInput {
    TransferInput { amount, account_id: Some(account.to_owned()), ..Default::default() }
}

#[test]
fn a_slip_is_printed_where_the_institutions_own_share_has_a_postal_account() {
    let mut town = Town::new();
    assert_eq!(slip(&mut town, vec![to_account("main", 100)]), None, "a bank account");
    let postal = slip(&mut town, vec![to_account("posta", 100)]).unwrap();
    assert_eq!(postal.account, "000000001016");
    assert_eq!((postal.holder.as_str(), &postal.authorization), ("Comune di Esempio", &None));
    // What goes to others does not matter, and of its own shares the first counts.
    let province = TransferInput { amount: 50, beneficiary_id: Some("provincia".to_owned()), ..Default::default() };
    assert!(slip(&mut town, vec![province.clone(), to_account("posta", 100), to_account("main", 1)]).is_some());
    assert_eq!(slip(&mut town, vec![province.clone(), to_account("main", 1), to_account("posta", 100)]), None);
    assert_eq!(slip(&mut town, vec![province]), None);
    let stamp = StampInput {
        document_hash: "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=".to_owned(),
        province: "RM".to_owned(),
    };
    let stamp = TransferInput { amount: 1_600, stamp: Some(stamp), ..Default::default() };
    assert!(slip(&mut town, vec![stamp, to_account("posta", 100)]).is_some());
}

#[test]
fn a_slip_says_what_is_known_of_the_account_that_is_valid_now() {
    let mut town = Town::new();
    let postal = |town: &mut Town| slip(town, vec![to_account("main", 100)]);
    let main = town.institution.accounts.first_mut().unwrap();
    main.iban = "IT32A0760112100000070410907".parse().unwrap();
    main.holder = Some(text("Comune di Esempio - Servizio Tesoreria"));
    main.postal_authorization = Some(text("AUT. DB/SSIC/E 20014 DEL 01/09/2026"));
    let told = postal(&mut town).unwrap();
    assert_eq!(told.account, "000070410907", "an account that is postal itself");
    assert_eq!(told.holder.as_str(), "Comune di Esempio - Servizio Tesoreria");
    assert_eq!(told.authorization.as_deref(), Some("AUT. DB/SSIC/E 20014 DEL 01/09/2026"));
    // Another account takes its place at an instant.
    let change = town.now.plus_seconds(60);
    let mut next = town.institution.accounts.first().unwrap().clone();
    next.valid_from = change;
    next.iban = "IT82E0760113600000000118547".parse().unwrap();
    next.holder = None;
    town.institution.accounts.push(next);
    town.institution.display_name = text(&"Unione dei Comuni ".repeat(7));
    assert_eq!(postal(&mut town).unwrap().account, "000070410907");
    town.now = change;
    let told = postal(&mut town).unwrap();
    assert_eq!((told.account.as_str(), told.holder.chars().count()), ("000000118547", 70));
    // Without its account a notice is printed all the same: banks take it.
    let position = town.position(&one_payment("S-9", 100));
    town.institution.accounts.retain(|account| account.id.as_str() != "main");
    assert_eq!(printed(&town, &position).unwrap().terms.parts().next().unwrap().slip, None);
}

#[test]
fn a_slip_that_was_printed_says_the_same_whatever_became_of_its_account() {
    let mut town = Town::new();
    let shares = vec![to_account("posta", 100)];
    let one = InstallmentInput { transfers: shares, ..installment("only", 100) };
    let position = town.open(&of_options(vec![option(OptionKind::Single, vec![one])])).unwrap().position;
    let notice = printed(&town, &position).unwrap();
    let first = new_slips(&position, &notice, &PrintedSlips::new());
    assert_eq!(first.keys().map(|account| account.as_str()).collect::<Vec<_>>(), ["posta"]);
    town.institution.accounts.retain(|account| account.id.as_str() != "posta");
    assert_eq!(printed(&town, &position).unwrap().terms.parts().next().unwrap().slip, None, "it was never printed");
    let printed_as = |provisional| -> PrintedSlips {
        first.iter().map(|(account, slip)| (account.clone(), PrintedSlip { slip: slip.clone(), provisional })).collect()
    };
    let again = |slips: &PrintedSlips| printed_notice(&position, &town.institution, slips, None, town.now).unwrap();
    assert_eq!(again(&printed_as(false)), notice);
    assert!(new_slips(&position, &notice, &printed_as(false)).is_empty(), "it is kept already");
    // What a batch alone has printed is the same, and is kept by whoever prints it too.
    assert_eq!(again(&printed_as(true)), notice);
    assert_eq!(new_slips(&position, &notice, &printed_as(true)), first);
}
