// SPDX-License-Identifier: AGPL-3.0-or-later
//! The programs that act for the invented institutions. Each start gives every one of them a new secret: a client may
//! have two live ones, so the older of two is ended first.

use serde_json::{Value, json};
use tramite_domain::given::World;

use super::failure::DemoFailure;
use super::http::{Ask, Caller};
use super::setup::Place;
use super::token::Credentials;
use super::world::{BODIES, PORTAL_SCOPES, SOFTWARE_HOUSE, SOFTWARE_HOUSE_BODIES, SOFTWARE_HOUSE_SCOPES};

/// Pages of clients that are looked through; nobody needs so many in a demonstration.
const PAGES_MAX: usize = 20;
/// Secrets that a client may have at a time.
const LIVE_SECRETS_MAX: usize = 2;

/// The portals of the institutions with those ids, and the software house.
pub(crate) async fn all(
    gateway: &Caller,
    token: &str,
    world: &dyn World,
    institutions: Vec<String>,
) -> Result<((Vec<Place>, Credentials), String), DemoFailure> {
    let known = known_clients(gateway, token).await?;
    let operated = Operated { gateway, token, world, known: &known };
    let mut places = Vec::with_capacity(institutions.len());
    for (body, id) in BODIES.iter().zip(institutions) {
        let delegation = json!({
            "institution_id": id, "scopes": PORTAL_SCOPES, "return_origins": [body.portal_origin]
        });
        let portal = operated.client(body.portal, vec![delegation]).await?;
        places.push(Place { body, id, portal });
    }
    let delegations = places
        .iter()
        .filter(|place| SOFTWARE_HOUSE_BODIES.contains(&place.body.code))
        .map(|place| json!({"institution_id": place.id, "scopes": SOFTWARE_HOUSE_SCOPES}))
        .collect();
    let software_house = operated.client(SOFTWARE_HOUSE, delegations).await?;
    let detail = format!("{} clients with a new secret each", places.len() + 1);
    Ok(((places, software_house), detail))
}

/// Every client there is.
async fn known_clients(gateway: &Caller, token: &str) -> Result<Vec<Value>, DemoFailure> {
    let mut known = Vec::new();
    let mut path = "/v1/clients?limit=500".to_owned();
    for _ in 0..PAGES_MAX {
        let page = gateway.ask(Ask::get(path).bearer(token)).await?;
        known.extend_from_slice(page.list("/items")?);
        match page.body.pointer("/next_cursor").and_then(Value::as_str) {
            Some(cursor) => path = format!("/v1/clients?limit=500&cursor={cursor}"),
            None => break,
        }
    }
    Ok(known)
}

struct Operated<'a> {
    gateway: &'a Caller,
    token: &'a str,
    world: &'a dyn World,
    known: &'a [Value],
}

impl Operated<'_> {
    /// The client of that name, made where it is not there, with a new secret.
    async fn client(&self, name: &str, delegations: Vec<Value>) -> Result<Credentials, DemoFailure> {
        let named = |one: &&Value| text(one, "/display_name") == name && text(one, "/status") == "active";
        match self.known.iter().find(named) {
            Some(one) => self.new_secret(one).await,
            None => self.add(name, delegations).await,
        }
    }

    async fn add(&self, name: &str, delegations: Vec<Value>) -> Result<Credentials, DemoFailure> {
        let body = json!({"kind": "application", "display_name": name, "delegations": delegations});
        let ask = Ask::post("/v1/clients").bearer(self.token).key(self.world.id()).json(body).tells(&["/display_name"]);
        let told = self.gateway.ask(ask.expects(&[201]).shows(&["/client/id"])).await?;
        Ok(Credentials { client_id: told.text("/client/id")?, client_secret: told.text("/secret/client_secret")? })
    }

    async fn new_secret(&self, client: &Value) -> Result<Credentials, DemoFailure> {
        let client_id = text(client, "/id").to_owned();
        let secrets = client.pointer("/secrets").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut live: Vec<&Value> =
            secrets.iter().filter(|secret| secret.pointer("/live") == Some(&Value::Bool(true))).collect();
        live.sort_by_key(|secret| text(secret, "/created_at"));
        let surplus = live.len().saturating_sub(LIVE_SECRETS_MAX - 1);
        for secret in live.into_iter().take(surplus) {
            let path = format!("/v1/clients/{client_id}/secrets/{}", text(secret, "/id"));
            self.gateway.ask(Ask::delete(path).bearer(self.token).expects(&[204])).await?;
        }
        let path = format!("/v1/clients/{client_id}/secrets");
        let ask = Ask::post(path).bearer(self.token).key(self.world.id()).json(json!({}));
        let told = self.gateway.ask(ask.expects(&[201]).shows(&["/id"])).await?;
        Ok(Credentials { client_id, client_secret: told.text("/client_secret")? })
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
