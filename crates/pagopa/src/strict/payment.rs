// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Node demands of a payment: the sum, the shares, who gets them, the debtor's address.

use tramite_domain::money::Cents;

use super::register::Register;
use crate::schema::{Reason, Violation, is_two_capitals};
use crate::xml::{Node, collapsed, trimmed};

/// Judges `data` of an answer to get.
pub(super) fn check(data: &Node<'_>, register: &dyn Register, found: &mut Vec<Violation>) {
    let transfers: Vec<&Node<'_>> = data
        .child("transferList")
        .map(|list| list.children.iter().filter(|child| *child.name == *"transfer").collect())
        .unwrap_or_default();
    sum(data, &transfers, found);
    distinct(&transfers, found);
    for (position, transfer) in transfers.iter().enumerate() {
        beneficiary(transfer, position.saturating_add(1), register, found);
    }
    let province = data.child("debtor").and_then(|debtor| text(debtor, "stateProvinceRegion"));
    if province.is_some_and(|province| !is_two_capitals(province)) {
        found.push(Violation::new("data/debtor/stateProvinceRegion", Reason::Not("two capital letters")));
    }
}

fn text<'n>(node: &'n Node<'_>, name: &str) -> Option<&'n str> {
    node.child(name).map(|child| trimmed(&child.text))
}

fn amount(node: &Node<'_>, name: &str) -> Option<Cents> {
    node.child(name).and_then(|child| collapsed(&child.text).parse().ok())
}

/// Amounts that cannot be read are the schema's matter.
fn sum(data: &Node<'_>, transfers: &[&Node<'_>], found: &mut Vec<Violation>) {
    let shares: Option<Vec<Cents>> = transfers.iter().map(|transfer| amount(transfer, "transferAmount")).collect();
    let (Some(due), Some(shares)) = (amount(data, "paymentAmount"), shares) else {
        return;
    };
    if Cents::sum(shares) != Ok(due) {
        found.push(Violation::new("data/paymentAmount", Reason::Demand("is not the sum of the transfers")));
    }
}

fn distinct(transfers: &[&Node<'_>], found: &mut Vec<Violation>) {
    let ids: Vec<i32> = transfers.iter().filter_map(|transfer| text(transfer, "idTransfer")?.parse().ok()).collect();
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    if unique.len() < ids.len() {
        let path = "data/transferList/transfer/idTransfer";
        found.push(Violation::new(path, Reason::Demand("occurs twice with the same value")));
    }
}

fn beneficiary(transfer: &Node<'_>, position: usize, register: &dyn Register, found: &mut Vec<Violation>) {
    let Some(fiscal_code) = text(transfer, "fiscalCodePA") else {
        return;
    };
    let path = |name: &str| format!("data/transferList/transfer[{position}]/{name}");
    if !register.is_enabled(fiscal_code) {
        let reason = Reason::Demand("is not an enabled institution");
        found.push(Violation::new(path("fiscalCodePA"), reason));
    }
    if text(transfer, "IBAN").is_some_and(|iban| !register.has_iban(fiscal_code, iban)) {
        found.push(Violation::new(path("IBAN"), Reason::Demand("is not registered for the institution")));
    }
}
