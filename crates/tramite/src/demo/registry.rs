// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Node knows of institutions it was told at its Backoffice; here, the simulated Node is told over its API.

use serde_json::{Value, json};

use super::failure::DemoFailure;
use super::http::{Ask, Caller};
use super::setup::Place;
use super::world::{BROKER_TAX_CODE, Body, STATION_ID};

/// Registers the institutions with their stations and accounts.
pub(crate) async fn register(sandbox: &Caller, places: &[Place]) -> Result<((), String), DemoFailure> {
    let institutions: Vec<Value> = places.iter().map(|place| entry(place.body)).collect();
    let body = json!({"institutions": institutions});
    sandbox.ask(Ask::put("/sandbox/v1/registry").json(body)).await?;
    Ok(((), format!("{} institutions with their accounts", places.len())))
}

fn entry(body: &Body) -> Value {
    let ibans: Vec<&str> =
        body.accounts.iter().flat_map(|account| [Some(account.iban), account.postal_iban]).flatten().collect();
    json!({
        "tax_code": body.tax_code,
        "company_name": body.display_name,
        "stations": [{
            "station_id": STATION_ID,
            "broker_tax_code": BROKER_TAX_CODE,
            "aux_digit": 3,
            "segregation_code": body.segregation_code,
            "primitive_version": 2
        }],
        "ibans": ibans
    })
}
