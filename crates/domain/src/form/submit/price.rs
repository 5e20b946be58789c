// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is due and where it goes.

use super::View;
use super::model::{Faults, Line, Share, ShareTarget, pointer};
use crate::debt_position::AccountingEntryInput;
use crate::form::expression::{Node, Stop};
use crate::form::value::Value;
use crate::money::Cents;

/// Amount, lines and shares; none where a fault was told.
pub(super) type Priced = Option<(Cents, Vec<Line>, Vec<Share>)>;

pub(super) fn price(view: &View<'_>, faults: &mut Faults) -> Result<Priced, Stop> {
    let rule = &view.form.amount;
    let mut lines = Vec::with_capacity(rule.lines.len());
    let mut total = 0_i64;
    for (label, node) in &rule.lines {
        let cents = cents(view, node)?;
        total = total.checked_add(cents).ok_or(Stop::OutOfRange)?;
        if cents != 0 {
            lines.push(Line { label: label.clone(), cents });
        }
    }
    if rule.least.is_some_and(|least| total < least) {
        faults.add("/values", "amount_below_minimum", "The amount is below the least that the form takes.");
        return Ok(None);
    }
    if rule.most.is_some_and(|most| total > most) {
        faults.add("/values", "amount_above_maximum", "The amount is above the most that the form takes.");
        return Ok(None);
    }
    let Some(mut shares) = shares(view, total, faults)? else { return Ok(None) };
    if let Some((line, share)) = stamp(view, faults)? {
        total = total.checked_add(line.cents).ok_or(Stop::OutOfRange)?;
        lines.push(line);
        shares.push(share);
    }
    match Cents::new(total) {
        Ok(amount) if amount.is_zero() || amount.is_payable() => Ok(Some((amount, lines, shares))),
        _ => {
            faults.add("/values", "amount_not_payable", "No notice can ask for this amount.");
            Ok(None)
        }
    }
}

/// The cents of an expression of money. Publication saw that it is there and whole.
fn cents(view: &View<'_>, node: &Node) -> Result<i64, Stop> {
    match view.value(node)? {
        Value::Number(number) => number.to_integer().ok_or(Stop::OutOfRange),
        _ => Err(Stop::OutOfRange),
    }
}

fn shares(view: &View<'_>, total: i64, faults: &mut Faults) -> Result<Option<Vec<Share>>, Stop> {
    let given: Vec<Option<&Node>> = view.form.transfers.iter().map(|one| one.amount.as_ref()).collect();
    let Some(amounts) = split(view, &given, total)? else {
        faults.add("/values", "transfers_exceed_amount", "The shares are more than what is due.");
        return Ok(None);
    };
    let mut shares = Vec::with_capacity(amounts.len());
    for (transfer, amount) in view.form.transfers.iter().zip(amounts) {
        if amount.is_zero() {
            continue;
        }
        let given: Vec<Option<&Node>> = transfer.accounting.iter().map(|(amount, _)| amount.as_ref()).collect();
        let Some(parts) = split(view, &given, amount.cents())? else {
            faults.add("/values", "transfers_exceed_amount", "The entries of accounting are more than their share.");
            return Ok(None);
        };
        let entries = transfer.accounting.iter().zip(parts).filter(|(_, part)| !part.is_zero());
        let entry = |((_, entry), part): (&(Option<Node>, AccountingEntryInput), Cents)| AccountingEntryInput {
            amount: part.cents(),
            ..entry.clone()
        };
        shares.push(Share {
            amount,
            target: ShareTarget::Account(transfer.account_id.clone()),
            taxonomy_code: transfer.taxonomy_code,
            accounting: entries.map(entry).collect(),
        });
    }
    Ok(Some(shares))
}

/// The parts of a whole, the one without amount being the rest; none where the others are more than the whole.
fn split(view: &View<'_>, given: &[Option<&Node>], whole: i64) -> Result<Option<Vec<Cents>>, Stop> {
    let mut parts = Vec::with_capacity(given.len());
    let mut rest = whole;
    for node in given {
        let part = node.map(|node| cents(view, node)).transpose()?;
        rest = rest.checked_sub(part.unwrap_or(0)).ok_or(Stop::OutOfRange)?;
        parts.push(part);
    }
    Ok(parts.into_iter().map(|part| Cents::new(part.unwrap_or(rest)).ok()).collect())
}

fn stamp(view: &View<'_>, faults: &mut Faults) -> Result<Option<(Line, Share)>, Stop> {
    let Some(stamp) = &view.form.stamp else { return Ok(None) };
    if !view.holds(&stamp.when)? {
        return Ok(None);
    }
    let hash = view.value(&stamp.document_hash)?;
    let Value::Text(hash) = hash else {
        faults.add(pointer("/values", &stamp.at), "required", "A digital stamp needs the hash of the document.");
        return Ok(None);
    };
    let province = view.value(&stamp.province)?;
    let Value::Text(province) = province else { return Err(Stop::OutOfRange) };
    if province.len() != 2 || !province.bytes().all(|byte| byte.is_ascii_uppercase()) {
        faults.add("/values", "two_capital_letters", "The province of the stamp is two upper-case letters.");
        return Ok(None);
    }
    let share = Share {
        amount: stamp.amount,
        target: ShareTarget::Stamp { document_hash: hash.to_string(), province: province.to_string() },
        taxonomy_code: stamp.taxonomy_code,
        accounting: Vec::new(),
    };
    Ok(Some((Line { label: stamp.label.clone(), cents: stamp.amount.cents() }, share)))
}
