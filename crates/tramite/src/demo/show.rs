// SPDX-License-Identifier: AGPL-3.0-or-later
//! What stays to be used after the steps: addresses, ids and secrets. They stand in no file.

use serde_json::{Value, json};

use super::curl;
use super::forms;
use super::platform::Platform;
use super::setup::Place;
use super::token::Credentials;
use super::tour::Shown;
use super::world::{
    BROKER_TAX_CODE, PORTAL_SCOPES, SOFTWARE_HOUSE, SOFTWARE_HOUSE_BODIES, SOFTWARE_HOUSE_SCOPES, STATION_ID,
};
use crate::terminal::Terminal;

/// Shows it on standard output: as one JSON object, or for people.
pub(super) fn show(platform: &Platform, shown: &Shown, as_json: bool) {
    if as_json {
        Terminal::Output.line(&object(platform, shown).to_string());
    } else {
        for line in text(platform, shown) {
            Terminal::Output.line(&line);
        }
    }
}

fn object(platform: &Platform, shown: &Shown) -> Value {
    let institutions: Vec<Value> = shown.places.iter().map(institution).collect();
    let portals = shown.places.iter().map(|place| client(&place.portal, place.body.code, &PORTAL_SCOPES));
    let house = SOFTWARE_HOUSE_BODIES.iter().map(|code| client(&shown.software_house, code, &SOFTWARE_HOUSE_SCOPES));
    let clients: Vec<Value> = portals.chain(house).collect();
    json!({
        "gateway": platform.gateway_url(),
        "sandbox": platform.sandbox_url(),
        "docs": format!("{}/docs/", platform.gateway_url()),
        "broker_tax_code": BROKER_TAX_CODE,
        "institutions": institutions,
        "clients": clients,
        "operator": {
            "client_id": shown.operator.client_id,
            "client_secret": shown.operator.client_secret
        }
    })
}

fn institution(place: &Place) -> Value {
    let services: Vec<&str> = place.body.services.iter().map(|service| service.code).collect();
    json!({
        "id": place.id,
        "name": place.body.display_name,
        "code": place.body.code,
        "tax_code": place.body.tax_code,
        "station_id": STATION_ID,
        "services": services,
        "pages": (!place.body.forms.is_empty()).then(|| forms::address(place.body.code))
    })
}

fn client(who: &Credentials, institution: &str, scopes: &[&str]) -> Value {
    json!({
        "client_id": who.client_id,
        "client_secret": who.client_secret,
        "institution": institution,
        "scopes": scopes
    })
}

fn text(platform: &Platform, shown: &Shown) -> Vec<String> {
    let (gateway, sandbox) = (platform.gateway_url(), platform.sandbox_url());
    let mut lines = vec![
        String::new(),
        "Tramite is up. The secrets below are of this start, and stand in no file.".to_owned(),
        format!("  API             {gateway}/v1"),
        format!("  documentation   {gateway}/docs/"),
        format!("  contract        {gateway}/openapi.json"),
        format!("  simulated Node  {sandbox}/"),
        format!("  operator        {}  {}", shown.operator.client_id, shown.operator.client_secret),
    ];
    for place in &shown.places {
        lines.push(format!("  {} ({})", place.body.display_name, place.body.code));
        lines.push(format!("    client        {}  {}", place.portal.client_id, place.portal.client_secret));
        if !place.body.forms.is_empty() {
            lines.push(format!("    pages         {gateway}{}", forms::address(place.body.code)));
        }
    }
    lines.push(format!("  {SOFTWARE_HOUSE} for {}", SOFTWARE_HOUSE_BODIES.join(" and ")));
    lines.push(format!("    client        {}  {}", shown.software_house.client_id, shown.software_house.client_secret));
    if let Some(place) = shown.places.first() {
        lines.push("\nTo paste into a shell, one after the other:".to_owned());
        for (what, command) in curl::lines(gateway, sandbox, place) {
            lines.push(format!("\n# {what}\n{command}"));
        }
    }
    lines.push("\nCtrl-C ends it.".to_owned());
    lines
}
