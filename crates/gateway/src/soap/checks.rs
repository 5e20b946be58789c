// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whom a message is for, in the order of rules.md 18: broker, station, institution. The first failure wins.

use std::sync::Arc;

use tramite_domain::institution::{Institution, InstitutionStatus};
use tramite_domain::time::Instant;
use tramite_pagopa::current::{Addressee, PaaFault};

use super::denied::Denied;
use super::registry::Registry;

/// The institution that is asked, active and reached through the station that was named, now or once: what was issued under
/// a station stays payable, and the Node may go on asking there until its own registry has followed (rules.md 17).
pub(crate) async fn admit(registry: &Registry, addressee: &Addressee) -> Result<Arc<Institution>, Denied> {
    let stations = registry.stations().await?;
    if !stations.has_broker(&addressee.id_broker_pa) {
        return Err(Denied::Fault(PaaFault::WrongBroker, "intermediario non gestito"));
    }
    let station = stations.get(&addressee.id_station).filter(|station| station.enabled);
    if station.is_none_or(|station| station.broker_tax_code.as_str() != addressee.id_broker_pa) {
        return Err(Denied::Fault(PaaFault::WrongStation, "stazione non gestita o non attiva"));
    }
    let institution = registry.institution(&addressee.id_pa).await?;
    institution
        .filter(|one| one.status == InstitutionStatus::Active && one.was_served_by(&addressee.id_station))
        .ok_or(NOT_SERVED)
}

/// The way by which a receipt came. Broker, station and state refuse nothing: the money is with the provider already
/// (rules.md 28).
pub(crate) struct ReceiptWay {
    /// The institution it is addressed to.
    pub(crate) institution: Arc<Institution>,
    /// Whether it names a station of ours and the broker it belongs to.
    pub(crate) broker_matches: bool,
    /// Whether the receipt will be flagged for it.
    pub(crate) is_strange: bool,
}

/// The way by which a receipt came, as far as it is known here.
pub(crate) async fn way_of_receipt(
    registry: &Registry,
    addressee: &Addressee,
    now: Instant,
) -> Result<ReceiptWay, Denied> {
    let institution = registry.institution(&addressee.id_pa).await?.ok_or(NOT_SERVED)?;
    let stations = registry.stations().await?;
    let station = stations.get(&addressee.id_station);
    let broker_matches = station.is_some_and(|station| station.broker_tax_code.as_str() == addressee.id_broker_pa);
    let usual = institution.status == InstitutionStatus::Active && institution.is_served_by(&addressee.id_station, now);
    Ok(ReceiptWay { institution, broker_matches, is_strange: !(broker_matches && usual) })
}

const NOT_SERVED: Denied = Denied::Fault(PaaFault::WrongInstitution, "ente non gestito da questa stazione");
