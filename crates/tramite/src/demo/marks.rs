// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the demonstration does directly in the database, because no API offers it: its operator, and the mark by which
//! production knows what was invented (api.md, Environments).

use tramite_domain::access::{Client, ClientKind, ClientStatus};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::given::World;
use tramite_domain::ids::ClientId;
use tramite_domain::institution::Institution;
use tramite_domain::secret::Secret;
use tramite_domain::text::Text;
use tramite_storage::{PageRequest, Store, StoreError};

use super::failure::DemoFailure;
use super::token::Credentials;
use crate::command::{Issued, audit, change_of_client, issue, new_operator};

/// The name of the operator.
const OPERATOR: &str = "Operator (demo)";
/// Rows of a page.
const PAGE: u16 = 500;

/// The operator with a new secret; every secret before it ends.
pub(super) async fn operator(store: &Store, world: &dyn World) -> Result<(Credentials, String), DemoFailure> {
    let system = store.system();
    let Issued { secret, text } = issue(world, store.environment()).map_err(DemoFailure::Start)?;
    let Some(before) = known_operator(store).await? else {
        let name = Text::new(OPERATOR).map_err(|error| DemoFailure::Start(error.to_string()))?;
        let client = Client { demo: true, ..new_operator(world, name, secret) };
        let id = client.id;
        system.insert_client(client, change_of_client(world, "client.added", id)).await?;
        return Ok((credentials(id, &text), format!("operator {id}")));
    };
    let now = world.now();
    let mut after = Client { version: before.version.saturating_add(1), updated_at: now, ..before.clone() };
    for one in after.secrets.iter_mut().filter(|one| one.expires_at.is_none_or(|end| now < end)) {
        one.expires_at = Some(now);
    }
    after.secrets.push(secret);
    let change = change_of_client(world, "client.secret_added", after.id);
    system.update_client(after, before.version, change).await?;
    Ok((credentials(before.id, &text), format!("operator {}, known from before", before.id)))
}

fn credentials(id: ClientId, client_secret: &Secret<String>) -> Credentials {
    Credentials { client_id: id.to_string(), client_secret: client_secret.expose().clone() }
}

async fn known_operator(store: &Store) -> Result<Option<Client>, StoreError> {
    let system = store.system();
    let mut cursor = None;
    loop {
        let page = system.clients(&PageRequest { limit: PAGE, cursor }).await?;
        let ours = |one: &Client| {
            one.demo
                && one.kind == ClientKind::Operator
                && one.status == ClientStatus::Active
                && one.display_name.as_str() == OPERATOR
        };
        if let Some(client) = page.items.into_iter().find(ours) {
            return Ok(Some(client));
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(None);
        }
    }
}

/// Marks an institution.
pub(super) async fn institution(store: &Store, world: &dyn World, code: &str) -> Result<(), DemoFailure> {
    let system = store.system();
    let Some(before) = system.institution_by(code).await?.filter(|one| !one.demo) else { return Ok(()) };
    let marked = Institution {
        demo: true,
        version: before.version.saturating_add(1),
        updated_at: world.now(),
        ..before.clone()
    };
    let line = audit(world, "institution.marked_demo", format!("institution/{}", before.id));
    let put = Write::PutInstitution { institution: Box::new(marked), expected: Some(before.version) };
    system.commit_institution(Batch::new().with(put).with(Write::InsertAudit(line)), None).await?;
    Ok(())
}

/// Marks a client.
pub(super) async fn client(store: &Store, world: &dyn World, id: &str) -> Result<(), DemoFailure> {
    let system = store.system();
    let id: ClientId = id.parse().map_err(|_| DemoFailure::Start(format!("{id} is no id of a client")))?;
    let Some(before) = system.client(id).await?.filter(|one| !one.demo) else { return Ok(()) };
    let marked =
        Client { demo: true, version: before.version.saturating_add(1), updated_at: world.now(), ..before.clone() };
    let change = change_of_client(world, "client.marked_demo", id);
    system.update_client(marked, before.version, change).await?;
    Ok(())
}
