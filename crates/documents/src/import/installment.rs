// SPDX-License-Identifier: AGPL-3.0-or-later
//! One row as an installment with its transfers.

use serde_json::{Map, Value, json};

use super::columns::TRANSFERS_MAX;
use super::record::Record;
use super::spot::Spot;

/// The installment of a row, and the numbers of its transfers in the order in which they stand in it.
pub(super) fn installment(
    record: &Record<'_>,
    reference: Option<String>,
    amount_of_transfers: bool,
) -> (Value, Vec<usize>) {
    let mut body = Map::new();
    let (mut own, mut payment) = (Map::new(), Map::new());
    for filled in &record.filled {
        let (map, key) = match filled.spot {
            Spot::Installment(member) => (&mut body, *member),
            Spot::Metadata(key) => (&mut own, key.as_str()),
            Spot::PaymentMetadata(key) => (&mut payment, key.as_str()),
            _ => continue,
        };
        map.insert(key.to_owned(), filled.value.clone());
    }
    if let Some(reference) = reference {
        body.insert("reference".to_owned(), reference.into());
    }
    for (member, pairs) in [("metadata", own), ("payment_metadata", payment)] {
        if !pairs.is_empty() {
            body.insert(member.to_owned(), pairs.into());
        }
    }
    let mut transfers: Vec<(usize, Map<String, Value>)> = (1..=TRANSFERS_MAX)
        .map(|number| (number, transfer(record, number)))
        .filter(|(_, transfer)| !transfer.is_empty())
        .collect();
    if amount_of_transfers {
        sum(&mut body, &mut transfers);
    }
    let numbers = transfers.iter().map(|(number, _)| *number).collect();
    if !transfers.is_empty() {
        let transfers: Vec<Value> = transfers.into_iter().map(|(_, transfer)| transfer.into()).collect();
        body.insert("transfers".to_owned(), transfers.into());
    }
    (body.into(), numbers)
}

/// What is due is all that the transfers say. One that says nothing but how much is as good as none.
fn sum(body: &mut Map<String, Value>, transfers: &mut Vec<(usize, Map<String, Value>)>) {
    let amounts = transfers.iter().filter_map(|(_, transfer)| transfer.get("amount")).filter_map(Value::as_i64);
    if let Some(sum) = amounts.reduce(i64::saturating_add) {
        body.insert("amount".to_owned(), sum.into());
    }
    if let [(_, only)] = transfers.as_slice()
        && only.len() == 1
    {
        transfers.clear();
    }
}

fn transfer(record: &Record<'_>, number: usize) -> Map<String, Value> {
    let mut body = Map::new();
    let (mut beneficiary, mut stamp) = (Map::new(), Map::new());
    let mut chapter = None;
    for filled in record.filled.iter().filter(|filled| filled.spot.transfer() == Some(number)) {
        let (map, member) = match filled.spot {
            Spot::Transfer(_, member) => (&mut body, *member),
            Spot::Beneficiary(_, member) => (&mut beneficiary, *member),
            Spot::Stamp(_, member) => (&mut stamp, *member),
            _ => {
                chapter = Some(filled.value.clone());
                continue;
            }
        };
        map.insert(member.to_owned(), filled.value.clone());
    }
    for (member, part) in [("beneficiary", beneficiary), ("stamp", stamp)] {
        if !part.is_empty() {
            body.insert(member.to_owned(), part.into());
        }
    }
    if let Some(chapter) = chapter {
        let amount = body.get("amount").cloned().unwrap_or_default();
        // One chapter stands for all of the transfer; entries say themselves for how much they stand.
        let entries = if chapter.is_array() { chapter } else { json!([{"chapter": chapter, "amount": amount}]) };
        body.insert("accounting".to_owned(), entries);
    }
    body
}
