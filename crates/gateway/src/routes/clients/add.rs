// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/clients`

use actix_web::post;
use actix_web::web::Data;
use tramite_domain::access::{Client, ClientStatus};
use tramite_domain::environment::Environment;
use tramite_domain::violation::{Place, Violations};
use tramite_storage::Change;

use super::delegations::{About, events, replace_all};
use super::etag;
use super::input::ClientAdditionBody;
use super::replace::known_institutions;
use super::secrets::new_secret;
use super::view::{AddedClientView, ClientView, IssuedSecretView};
use crate::auth::Operator;
use crate::convention::{Answer, Reply, audited, once_by_operator};
use crate::extract::{Body, IdempotencyKey};
use crate::gateway::Gateway;
use crate::problem::Problem;

/// Registers a client
///
/// With its delegations and a first secret, which stands in this answer and nowhere else.
#[utoipa::path(
    tag = "clients",
    operation_id = "add_client",
    request_body = ClientAdditionBody,
    responses((status = 201, description = "The client was registered.", body = AddedClientView))
)]
#[post("/v1/clients")]
pub(super) async fn add_client(
    gateway: Data<Gateway>,
    operator: Operator,
    key: IdempotencyKey,
    body: Body<ClientAdditionBody>,
) -> Answer {
    once_by_operator(&gateway, &operator, &key, body.fingerprint(), async |record| {
        let wanted = body.valid()?;
        let client = decide(&gateway, &operator, &wanted).await?;
        let (secret, text) = new_secret(&gateway, client.kind, None)?;
        let client = Client { secrets: vec![secret.clone()], ..client };
        let shown = IssuedSecretView::of(&secret, text);
        let view = |secret| AddedClientView { client: ClientView::of(&client, gateway.now()), secret };
        let reply = Reply::created(&view(shown.clone()), format!("/v1/clients/{}", client.id))?
            .etag(&etag(&client))
            .kept_as(&view(shown.shown()))?;
        let mut ids = gateway.ids();
        let change = Change {
            events: events(&[], &client.delegations, &mut gateway.given(&mut ids, Some(operator.client.id))),
            record: Some(record.by_operator(&reply)),
            ..audited(&gateway, &operator, "client.added", format!("client/{}", client.id))
        };
        gateway.store().system().insert_client(client.clone(), change).await?;
        Ok(reply)
    })
    .await
}

async fn decide(gateway: &Gateway, operator: &Operator, wanted: &ClientAdditionBody) -> Result<Client, Problem> {
    let known = known_institutions(gateway, &wanted.delegations).await?;
    let mut ids = gateway.ids();
    let mut given = gateway.given(&mut ids, Some(operator.client.id));
    let mut faults = Violations::new();
    let id = given.id();
    let about = About { client_id: id, kind: wanted.kind, present: &[], known: &known, returns: gateway.returns() };
    let delegations = replace_all(&about, &wanted.delegations, &mut given, &mut faults);
    if wanted.demo && gateway.environment() != Environment::Sandbox {
        faults.add(&Place::root().at("demo"), "only_in_sandbox", "Production has no demo clients.");
    }
    let display_name = faults.take(&Place::root().at("display_name"), "invalid_text", wanted.display_name.parse());
    let Some(display_name) = display_name.filter(|_| faults.is_empty()) else {
        return Err(Problem::invalid(faults.into_vec()));
    };
    Ok(Client {
        id,
        kind: wanted.kind,
        display_name,
        status: ClientStatus::Active,
        demo: wanted.demo,
        secrets: Vec::new(),
        keys: Vec::new(),
        limits: None,
        delegations,
        version: 1,
        created_at: given.now,
        updated_at: given.now,
    })
}
