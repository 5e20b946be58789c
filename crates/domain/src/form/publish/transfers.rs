// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where the money goes: shares that always add up, because one of them is the rest.

use super::publisher::{Publisher, origin};
use crate::debt_position::{
    ACCOUNTING_ENTRIES_MAX, ACCOUNTING_YEAR_MAX, ACCOUNTING_YEAR_MIN, AccountingEntryInput, TRANSFERS_MAX,
};
use crate::form::compiled::{Stamp, Transfer};
use crate::form::definition::{AccountingInput, Definition, StampRuleInput, TransferRuleInput};
use crate::form::expression::{Kind, Node, Typed};
use crate::form::number::Number;
use crate::ident::AccountCode;
use crate::money::Cents;
use crate::taxonomy::TaxonomyCode;
use crate::text::Text;
use crate::violation::Place;

pub(super) fn transfers(
    publisher: &mut Publisher<'_>,
    definition: &Definition,
    account: Option<&AccountCode>,
    taxonomy: Option<&TaxonomyCode>,
) -> Vec<Transfer> {
    let place = Place::root().at("transfers");
    let taken = definition.transfers.len().saturating_add(usize::from(definition.stamp.is_some()));
    if taken > TRANSFERS_MAX {
        publisher.wrong.add(
            &place,
            "too_many",
            format!("A payment has at most {TRANSFERS_MAX} transfers, the stamp included."),
        );
    }
    if definition.transfers.is_empty() {
        let both = account.zip(taxonomy);
        let whole = both.map(|(account, taxonomy)| Transfer {
            amount: None,
            account_id: account.clone(),
            taxonomy_code: *taxonomy,
            accounting: Vec::new(),
        });
        return whole.into_iter().collect();
    }
    rest_once(publisher, definition.transfers.iter().map(|one| one.amount.is_none()), &place);
    let given = definition.transfers.iter().enumerate();
    given.filter_map(|(at, one)| transfer(publisher, one, account, taxonomy, &place.at(at))).collect()
}

/// One share, and one alone, is what the others leave.
fn rest_once(publisher: &mut Publisher<'_>, rests: impl Iterator<Item = bool>, place: &Place) {
    match rests.filter(|rest| *rest).count() {
        1 => {}
        0 => publisher.wrong.add(place, "rest_missing", "One share has no amount of its own and takes the rest."),
        _ => {
            publisher.wrong.add(place, "rest_twice", "Only one share takes the rest; every other one says its amount.")
        }
    }
}

fn transfer(
    publisher: &mut Publisher<'_>,
    input: &TransferRuleInput,
    account: Option<&AccountCode>,
    taxonomy: Option<&TaxonomyCode>,
    place: &Place,
) -> Option<Transfer> {
    let account_id = match &input.account_id {
        Some(text) => publisher.account(text, &place.at("account_id")),
        None => account.cloned(),
    };
    let taxonomy_code = match &input.taxonomy_code {
        Some(text) => publisher.taxonomy(text, &place.at("taxonomy_code")),
        None => taxonomy.copied(),
    };
    let amount = share(publisher, input.amount.as_ref(), &place.at("amount"));
    let at = place.at("accounting");
    if input.accounting.len() > ACCOUNTING_ENTRIES_MAX {
        publisher.wrong.add(&at, "too_many", format!("At most {ACCOUNTING_ENTRIES_MAX} entries are taken."));
    }
    if !input.accounting.is_empty() {
        rest_once(publisher, input.accounting.iter().map(|one| one.amount.is_none()), &at);
    }
    let entries = input.accounting.iter().enumerate();
    let accounting = entries.map(|(index, one)| entry(publisher, one, &at.at(index))).collect();
    Some(Transfer { amount, account_id: account_id?, taxonomy_code: taxonomy_code?, accounting })
}

/// The amount of a share: never below zero, for money is not taken from another share.
fn share(publisher: &mut Publisher<'_>, text: Option<&String>, place: &Place) -> Option<Node> {
    let typed = publisher.money(text?, place)?;
    if typed.range.is_none_or(|range| range.least < Number::ZERO) {
        publisher.wrong.add(place, "amount_may_be_negative", "A share may become negative: use `max` with 0.");
    }
    Some(typed.node)
}

fn entry(
    publisher: &mut Publisher<'_>,
    input: &AccountingInput,
    place: &Place,
) -> (Option<Node>, AccountingEntryInput) {
    let amount = share(publisher, input.amount.as_ref(), &place.at("amount"));
    let texts = [
        ("chapter", Some(&input.chapter)),
        ("article", input.article.as_ref()),
        ("assessment", input.assessment.as_ref()),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            publisher.wrong.take(&place.at(name), "invalid_text", text.parse::<Text<1, 35>>());
        }
    }
    if input.year.is_some_and(|year| !(ACCOUNTING_YEAR_MIN..=ACCOUNTING_YEAR_MAX).contains(&year)) {
        publisher.wrong.add(&place.at("year"), "out_of_bounds", "This is no year of competence.");
    }
    let entry = AccountingEntryInput {
        chapter: input.chapter.clone(),
        article: input.article.clone(),
        assessment: input.assessment.clone(),
        year: input.year,
        amount: 0,
    };
    (amount, entry)
}

pub(super) fn stamp(publisher: &mut Publisher<'_>, input: &StampRuleInput) -> Option<Stamp> {
    let place = Place::root().at("stamp");
    let when = publisher.condition(Some(&input.when), &place.at("when"));
    let amount = publisher.wrong.take(&place.at("amount"), "invalid_amount", Cents::payable(input.amount));
    let text = |typed: &Typed| matches!(typed.kind, Kind::Text(_));
    let hash = &place.at("document_hash");
    let document_hash = publisher.of_kind(&input.document_hash, hash, "the hash of a file", text);
    let province = publisher.present(&input.province, &place.at("province"), "a text", text);
    let taxonomy_code = publisher.taxonomy(&input.taxonomy_code, &place.at("taxonomy_code"));
    publisher.label(&input.label, &place.at("label"));
    let at = origin(&input.document_hash, &publisher.scope).unwrap_or_default();
    Some(Stamp {
        when: when?,
        amount: amount?,
        document_hash: document_hash?.node,
        province: province?.node,
        taxonomy_code: taxonomy_code?,
        label: input.label.clone(),
        at,
    })
}
