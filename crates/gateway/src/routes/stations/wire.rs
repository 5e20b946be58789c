// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is said and shown of a station.

use serde::{Deserialize, Serialize};
use tramite_domain::ident::StationId;
use tramite_domain::station::Station;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_domain::time::Instant;
use tramite_domain::violation::{Place, Violation, Violations};
use utoipa::ToSchema;

use crate::problem::ViolationView;
use crate::words;

/// A station as it shall be from now on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StationInput, example = json!({
    "broker_tax_code": "99999000039", "version": 2, "primitive_version": 2, "enabled": true,
}))]
pub(super) struct StationBody {
    /// The broker it belongs to: `idBrokerPA`.
    #[schema(value_type = words::InstitutionTaxCode)]
    broker_tax_code: String,
    /// Version of the station at the Node; it decides the interface.
    #[schema(value_type = words::StationVersion)]
    version: u8,
    /// 1: paGetPayment and paSendRT; 2: paGetPaymentV2 and paSendRTV2.
    #[schema(value_type = words::StationVersion)]
    primitive_version: u8,
    /// Whether it answers at all.
    #[serde(default = "enabled")]
    enabled: bool,
}

const fn enabled() -> bool {
    true
}

/// A connection point of the broker at the Node.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Station, example = json!({
    "id": "99999000039_01", "broker_tax_code": "99999000039", "version": 2, "primitive_version": 2, "enabled": true,
    "warnings": [], "row_version": 1, "created_at": "2026-09-01T08:30:00Z", "updated_at": "2026-09-01T08:30:00Z",
}))]
pub(super) struct StationView {
    /// Its id at the Node.
    #[schema(value_type = words::StationId)]
    id: String,
    /// The broker it belongs to.
    #[schema(value_type = words::InstitutionTaxCode)]
    broker_tax_code: String,
    /// Version of the station at the Node.
    #[schema(value_type = words::StationVersion)]
    version: u8,
    /// Version of its primitives.
    #[schema(value_type = words::StationVersion)]
    primitive_version: u8,
    /// Whether it answers at all.
    enabled: bool,
    /// What is doubtful but accepted.
    #[schema(min_items = 0, max_items = 1)]
    warnings: Vec<ViolationView>,
    /// How many times it was written.
    #[schema(value_type = words::RowVersion)]
    row_version: i64,
    /// When it was registered.
    #[schema(value_type = words::Timestamp)]
    created_at: Instant,
    /// When it last changed.
    #[schema(value_type = words::Timestamp)]
    updated_at: Instant,
}

/// A page of stations.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StationPage)]
pub(super) struct StationPage {
    /// The stations.
    #[schema(min_items = 0, max_items = 500)]
    pub(super) items: Vec<StationView>,
    /// How to ask for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    pub(super) next_cursor: Option<String>,
}

impl StationBody {
    /// The station as it is from now on.
    ///
    /// # Errors
    /// Every violation.
    pub(super) fn station(
        &self,
        id: &StationId,
        present: Option<&Station>,
        now: Instant,
    ) -> Result<Station, Vec<Violation>> {
        let mut faults = Violations::new();
        let place = Place::root().at("broker_tax_code");
        let broker = faults.take(&place, "wrong_pattern", self.broker_tax_code.parse::<InstitutionTaxCode>());
        let Some(broker_tax_code) = broker else { return Err(faults.into_vec()) };
        Ok(Station {
            id: id.clone(),
            broker_tax_code,
            version: self.version,
            primitive_version: self.primitive_version,
            enabled: self.enabled,
            row_version: present.map_or(1, |before| before.row_version.saturating_add(1)),
            created_at: present.map_or(now, |before| before.created_at),
            updated_at: now,
        })
    }
}

impl StationView {
    /// What is shown of a station.
    pub(super) fn of(station: &Station) -> Self {
        Self {
            id: station.id.to_string(),
            broker_tax_code: station.broker_tax_code.to_string(),
            version: station.version,
            primitive_version: station.primitive_version,
            enabled: station.enabled,
            warnings: warnings(station).iter().map(ViolationView::from).collect(),
            row_version: station.row_version,
            created_at: station.created_at,
            updated_at: station.updated_at,
        }
    }
}

/// A wrong check digit of eleven digits is only doubtful (rules.md 5).
fn warnings(station: &Station) -> Vec<Violation> {
    let mut doubts = Violations::new();
    if !station.broker_tax_code.check_digit_right() {
        let place = Place::root().at("broker_tax_code");
        doubts.add(&place, "wrong_check_digit", "The last digit is not the check of the others.");
    }
    doubts.into_vec()
}
