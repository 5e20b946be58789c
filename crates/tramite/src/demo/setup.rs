// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sets the invented institutions up, as an operator and their portals would: everything goes over the API. What is
//! there already is found and left.

use serde_json::{Value, json};
use tramite_domain::given::World;

use super::failure::DemoFailure;
use super::http::{Ask, Caller, Told};
use super::token::{Credentials, institution_token};
use super::world::{BODIES, BROKER_TAX_CODE, Body, STATION_ID, Service};

/// An institution that is set up.
pub(crate) struct Place {
    /// What was invented.
    pub(crate) body: &'static Body,
    /// Its id.
    pub(crate) id: String,
    /// The client of its portal.
    pub(crate) portal: Credentials,
}

/// The station of the broker.
pub(crate) async fn station(gateway: &Caller, token: &str) -> Result<String, DemoFailure> {
    let body = json!({"broker_tax_code": BROKER_TAX_CODE, "version": 2, "primitive_version": 2, "enabled": true});
    let ask = Ask::put(format!("/v1/stations/{STATION_ID}")).bearer(token).json(body).tells(&["/broker_tax_code"]);
    gateway.ask(ask.expects(&[200, 201]).shows(&["/id"])).await?;
    Ok(format!("station {STATION_ID} of broker {BROKER_TAX_CODE}"))
}

/// The institutions with their stations and accounts; their ids, in the order of [`BODIES`].
pub(crate) async fn institutions(
    gateway: &Caller,
    token: &str,
    world: &dyn World,
) -> Result<(Vec<String>, String), DemoFailure> {
    let mut ids = Vec::with_capacity(BODIES.len());
    let mut found = 0_usize;
    for body in &BODIES {
        let ask = Ask::post("/v1/institutions")
            .bearer(token)
            .key(world.id())
            .json(institution(body))
            .tells(&["/code", "/tax_code"]);
        let told = gateway.ask(ask.expects(&[201, 409]).shows(&["/id", "/title", "/existing_id"])).await?;
        found += usize::from(told.status == 409);
        ids.push(id_of(&told)?);
    }
    Ok((ids, format!("{} institutions, {found} of them known from before", BODIES.len())))
}

/// An institution that is there already is told with its id.
fn id_of(told: &Told) -> Result<String, DemoFailure> {
    told.text(if told.status == 409 { "/existing_id" } else { "/id" })
}

fn institution(body: &Body) -> Value {
    let accounts: Vec<Value> = body
        .accounts
        .iter()
        .map(|account| match account.postal_iban {
            None => json!({"id": account.id, "iban": account.iban}),
            Some(postal_iban) => json!({
                "id": account.id, "iban": account.iban, "postal_iban": postal_iban, "holder": body.display_name
            }),
        })
        .collect();
    json!({
        "code": body.code,
        "tax_code": body.tax_code,
        "display_name": body.display_name,
        "cbill_code": body.cbill_code,
        "status": "active",
        "stations": [{
            "station_id": STATION_ID, "aux_digit": 3, "segregation_code": body.segregation_code, "issuing": true
        }],
        "accounts": accounts
    })
}

/// What the institutions collect.
pub(crate) async fn services(gateway: &Caller, places: &[Place]) -> Result<((), String), DemoFailure> {
    let mut names = Vec::new();
    for place in places {
        let token = institution_token(gateway, &place.portal, place.body.code).await?;
        for one in place.body.services {
            let ask = Ask::put(format!("/v1/services/{}", one.code)).bearer(&token).json(service(one)).tells(&[
                "/taxonomy_code",
                "/amount/rule",
                "/amount/amount",
            ]);
            gateway.ask(ask.expects(&[200, 201]).shows(&["/status"])).await?;
            names.push(one.code);
        }
    }
    Ok(((), names.join(", ")))
}

fn service(one: &Service) -> Value {
    let (it, en) = one.title;
    let amount = match one.fixed {
        Some(amount) => json!({"rule": "fixed", "amount": amount}),
        None => json!({"rule": "free"}),
    };
    json!({
        "title": {"it": it, "en": en},
        "taxonomy_code": one.taxonomy_code,
        "account_id": Service::account_id(),
        "kind": one.kind,
        "amount": amount,
        "status": "active"
    })
}
