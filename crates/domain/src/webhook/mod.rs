// SPDX-License-Identifier: AGPL-3.0-or-later
//! Webhooks: endpoints of clients, and the deliveries to them (api.md, Events).

mod define;
mod delivery;
mod health;
mod model;
mod schedule;

pub use define::{EndpointInput, define_endpoint, replace_endpoint};
pub use delivery::{
    Answered, Attempt, Delivery, DeliveryFailure, DeliveryStatus, Next, Outcome, TEST_ATTEMPTS_MAX, after_attempt,
};
pub use health::{Health, disabled};
pub use model::{DisabledReason, ENDPOINTS_MAX, EndpointStatus, Mandate, WebhookEndpoint, read_scope};
pub use schedule::{DELIVERY_DAYS_MAX, JITTER_PERCENT_MAX, RETENTION_DAYS, disables, wait_seconds};
