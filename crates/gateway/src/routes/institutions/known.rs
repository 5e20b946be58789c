// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the registry knows of the stations and institutions that an input names.

use std::collections::BTreeSet;

use tramite_domain::environment::Environment;
use tramite_domain::ident::StationId;
use tramite_domain::institution::{InstitutionInput, Registered};

use crate::gateway::Gateway;
use crate::problem::Problem;

/// Which of the named things exist.
pub(super) async fn registered(gateway: &Gateway, input: &InstitutionInput) -> Result<Registered, Problem> {
    let system = gateway.store().system();
    let named: BTreeSet<StationId> = input.stations.iter().filter_map(|link| link.station_id.parse().ok()).collect();
    let mut stations = BTreeSet::new();
    for id in named {
        if system.station(id.as_str()).await?.is_some() {
            stations.insert(id);
        }
    }
    let successor = match input.successor_id {
        Some(id) => system.institution(id).await?.is_some(),
        None => false,
    };
    Ok(Registered {
        stations,
        successor,
        sandbox: gateway.environment() == Environment::Sandbox,
        account_delay_seconds: gateway.settings().account_delay_seconds,
    })
}
