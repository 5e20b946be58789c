// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a client says of an endpoint.

use serde::Deserialize;
use tramite_domain::webhook::EndpointInput;
use tramite_outbound::{Towards, check};
use utoipa::ToSchema;

use crate::words;

/// An address that is told of events.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookEndpointInput, example = json!({
    "url": "https://gestionale.example.test/tramite", "description": "Contabilità",
    "event_types": ["installment.paid", "receipt.received"],
}))]
pub(super) struct EndpointBody {
    /// Where it is told: https, port 443 or 1024 and above, an address that the world reaches.
    #[schema(value_type = words::WebhookAddress)]
    url: String,
    /// What it is for, for people. No personal data.
    #[schema(value_type = Option<words::Line140>)]
    description: Option<String>,
    /// Of what it is told; everything where it is left out, also what there will be.
    #[schema(value_type = Option<Vec<words::EventType>>, min_items = 1, max_items = 50)]
    event_types: Option<Vec<String>>,
}

impl EndpointBody {
    /// The same for the decision, with what is wrong about the address.
    pub(super) fn input(self, towards: Towards) -> EndpointInput {
        let checked = check(&self.url, towards);
        EndpointInput {
            // As browsers write it: two spellings of one address are one address.
            url: checked.as_ref().map_or(self.url, ToString::to_string),
            url_refused: checked.err(),
            description: self.description,
            event_types: self.event_types,
        }
    }
}
