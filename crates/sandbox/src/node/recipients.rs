// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who gets a receipt: the owner of the notice, and every broadcast station of the institutions in it (current.md 6).

use tramite_pagopa::current::{Addressee, ReceiptMessage, Version};

use super::Node;
use super::receipts::Recipient;
use crate::registry::{Institution, Owner, Registry, Station};

/// The stations that get a receipt, each institution and station once.
///
/// A beneficiary without a broadcast station gets nothing, as at the real Node; a station of version 1 gets no
/// receipt with a stamp, for its message has no place for one.
pub(crate) fn of(node: &Node, registry: &Registry, owner: Owner<'_>, receipt: &ReceiptMessage) -> Vec<Recipient> {
    let has_stamp = receipt.transfers.iter().any(|transfer| transfer.stamp.is_some());
    let mut recipients = vec![recipient(node, owner.institution, owner.station)];
    let beneficiaries = receipt.transfers.iter().filter_map(|transfer| transfer.fiscal_code.as_deref());
    for tax_code in std::iter::once(receipt.fiscal_code.as_str()).chain(beneficiaries) {
        let Some(institution) = registry.institution(tax_code) else {
            continue;
        };
        for station in institution.stations.iter().filter(|station| station.broadcast) {
            let candidate = recipient(node, institution, station);
            let is_new = recipients.iter().all(|known| known.addressee != candidate.addressee);
            if is_new && !(has_stamp && candidate.version == Version::V1) {
                recipients.push(candidate);
            }
        }
    }
    recipients
}

fn recipient(node: &Node, institution: &Institution, station: &Station) -> Recipient {
    Recipient::new(node.addressee(institution, station), station.version())
}

impl Node {
    /// How a station of an institution is addressed.
    pub(crate) fn addressee(&self, institution: &Institution, station: &Station) -> Addressee {
        let broker = station.broker_tax_code.unwrap_or(self.settings.broker_tax_code);
        Addressee {
            id_pa: institution.tax_code.to_string(),
            id_broker_pa: broker.to_string(),
            id_station: station.station_id.clone(),
        }
    }
}
