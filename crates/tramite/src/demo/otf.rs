// SPDX-License-Identifier: AGPL-3.0-or-later
//! OTF: a portal starts a payment of something that is not yet a debt, the citizen pays at Checkout and comes back.

use serde_json::json;
use tramite_domain::given::World;

use super::failure::DemoFailure;
use super::http::{Ask, Caller, Told};
use super::messages;
use super::setup::Place;
use super::token::institution_token;

/// The parameter in which the citizen carries the signed hint.
const RETURN_TOKEN: &str = "tramite_token";

/// Starts a session, walks the citizen's way through Checkout, and asks how it ended.
pub(crate) async fn pay(
    gateway: &Caller,
    sandbox: &Caller,
    place: &Place,
    world: &dyn World,
) -> Result<((), String), DemoFailure> {
    let token = institution_token(gateway, &place.portal, place.body.code).await?;
    let session = gateway
        .ask(
            Ask::post("/v1/checkout-sessions")
                .bearer(&token)
                .key(world.id())
                .json(json!({
                    "client_reference": format!("DEMO-{}", world.id()),
                    "line_items": [{"debt_position": {
                        "external_id": format!("SCUOLA-{}", world.id()),
                        "service_code": "SCUOLA",
                        "description": "Mensa scolastica",
                        "debtor": {"type": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"}
                    }}],
                    "return_url": format!("{}/esito", place.body.portal_origin),
                    "cancel_url": format!("{}/annullato", place.body.portal_origin),
                    "state": "demo"
                }))
                .tells(&["/line_items/0/debt_position/service_code", "/return_url"])
                .expects(&[201])
                .shows(&["/id", "/status", "/amount", "/line_items/0/notice_number"]),
        )
        .await?;
    let id = session.text("/id")?;
    let visit = Ask::get(session.text("/url")?).told_as("/s/…   (the citizen opens the address of the session)");
    let checkout = gateway.ask(visit.expects(&[302, 303])).await?;
    let cart = checkout.redirect()?.path_segments().and_then(|mut parts| parts.next_back().map(str::to_owned));
    let cart = cart.unwrap_or_default();
    let outcome = sandbox
        .ask(
            Ask::post(format!("/sandbox/v1/carts/{cart}/outcome"))
                .json(json!({"outcome": "pay"}))
                .tells(&["/outcome"])
                .shows(&["/outcome"]),
        )
        .await?;
    for payment in outcome.list("/payments")? {
        messages::tell(
            sandbox.terminal(),
            payment.pointer("/transcript").and_then(|list| list.as_array()).map_or(&[], Vec::as_slice),
        );
    }
    messages::outcome("the cart at Checkout", &outcome, "/outcome", "ok")?;
    let back = come_back(gateway, &outcome, place).await?;
    let done = gateway
        .ask(Ask::get(format!("/v1/checkout-sessions/{id}?wait=25")).bearer(&token).shows(&[
            "/status",
            "/amount_paid",
            "/line_items/0/receipt_id",
        ]))
        .await?;
    messages::outcome("the session", &done, "/status", "completed")?;
    Ok(((), format!("session {id} is completed, the citizen is back at {back}")))
}

/// The browser is sent to Tramite, and from there to the portal, with a signed hint.
async fn come_back(gateway: &Caller, outcome: &Told, place: &Place) -> Result<String, DemoFailure> {
    let visit = Ask::get(outcome.text("/return_url")?).told_as("/s/…   (Checkout sends the citizen back)");
    let back = gateway.ask(visit.expects(&[303])).await?;
    let portal = back.redirect()?;
    let origin = portal.origin().ascii_serialization();
    if !portal.query_pairs().any(|(name, value)| name == RETURN_TOKEN && !value.is_empty()) {
        let found = "not there".to_owned();
        return Err(DemoFailure::Differs { what: "the signed hint in the address", found, expected: "there" });
    }
    if origin == place.body.portal_origin {
        Ok(format!("{origin}{}", portal.path()))
    } else {
        Err(DemoFailure::Differs {
            what: "the portal the citizen is sent to",
            found: origin,
            expected: place.body.portal_origin,
        })
    }
}
