// SPDX-License-Identifier: AGPL-3.0-or-later
//! Making and changing an endpoint. Whether its address may be asked is known outside: it is told.

use std::collections::BTreeSet;

use super::model::{EndpointStatus, WebhookEndpoint};
use crate::event::EventKind;
use crate::given::Given;
use crate::ids::ClientId;
use crate::personal_data::find_personal_data;
use crate::refusal::Refusal;
use crate::violation::{Place, Violations};

/// What a client says of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointInput {
    /// Where it is told.
    pub url: String,
    /// Why it may not be told there, where somebody found that out.
    pub url_refused: Option<&'static str>,
    /// What the client says of it.
    pub description: Option<String>,
    /// Names of the kinds of events; none means all.
    pub event_types: Option<Vec<String>>,
}

/// A new endpoint: pending, until a test event reached it.
///
/// # Errors
/// [`Refusal::Invalid`] with everything that is wrong.
pub fn define_endpoint(
    given: &mut Given<'_>,
    client_id: ClientId,
    input: EndpointInput,
) -> Result<WebhookEndpoint, Refusal> {
    let Terms { url, description, event_types } = read(input)?;
    Ok(WebhookEndpoint {
        id: given.id(),
        client_id,
        url,
        description,
        event_types,
        status: EndpointStatus::Pending,
        disabled_reason: None,
        failing_since: None,
        secret_created_at: given.now,
        former_secret: false,
        version: 1,
        created_at: given.now,
        updated_at: given.now,
    })
}

/// The endpoint as its client wants it from now on. At another address it is pending again: nobody has answered there yet.
///
/// # Errors
/// [`Refusal::Invalid`] with everything that is wrong.
pub fn replace_endpoint(
    given: &Given<'_>,
    present: &WebhookEndpoint,
    input: EndpointInput,
) -> Result<WebhookEndpoint, Refusal> {
    let Terms { url, description, event_types } = read(input)?;
    let moved = url != present.url;
    let (status, disabled_reason, failing_since) = match moved {
        true => (EndpointStatus::Pending, None, None),
        false => (present.status, present.disabled_reason, present.failing_since),
    };
    Ok(WebhookEndpoint {
        url,
        description,
        event_types,
        status,
        disabled_reason,
        failing_since,
        version: present.version.saturating_add(1),
        updated_at: given.now,
        ..present.clone()
    })
}

struct Terms {
    url: String,
    description: Option<crate::text::Text<1, 140>>,
    event_types: Option<BTreeSet<EventKind>>,
}

fn read(input: EndpointInput) -> Result<Terms, Refusal> {
    let mut faults = Violations::new();
    let root = Place::root();
    if let Some(why) = input.url_refused {
        faults.add(&root.at("url"), "address_not_allowed", why);
    }
    let place = root.at("description");
    let description = input.description.and_then(|text| {
        if find_personal_data(&text).is_some() {
            faults.add(&place, "personal_data_in_text", "It holds what looks like personal data.");
        }
        faults.take(&place, "invalid_text", text.parse())
    });
    let mut kinds = BTreeSet::new();
    for (at, name) in input.event_types.iter().flatten().enumerate() {
        match EventKind::named(name).filter(|kind| *kind != EventKind::WebhookEndpointTest) {
            Some(kind) => _ = kinds.insert(kind),
            None => {
                faults.add(&root.at("event_types").at(at), "unknown_value", "There are no events of this type.");
            }
        }
    }
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults.into_vec()));
    }
    Ok(Terms { url: input.url, description, event_types: input.event_types.map(|_| kinds) })
}
