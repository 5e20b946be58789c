// SPDX-License-Identifier: AGPL-3.0-or-later
//! Telling endpoints of events. A lane (one endpoint, one institution) belongs to one worker at a time, for a few seconds that
//! the worker renews: whoever dies with it leaves it to the next. Each claim has a number of its own, and who holds an old one
//! writes nothing (fencing).

mod claim;
mod fan_out;
mod held;
mod keep;
mod result;
mod spread;
mod step;

use tramite_domain::ids::{InstitutionId, WebhookEndpointId};
use tramite_domain::webhook::Mandate;

pub use claim::LaneLimits;
pub(super) use claim::begin_lanes_of;
pub use step::{DueDelivery, LaneWork, Stepped};

/// A lane that is ours for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedLane {
    /// Whose events; none for the tests of an endpoint of all delegations.
    pub institution: Option<InstitutionId>,
    /// The same by its tax code.
    pub institution_tax_code: Option<String>,
    /// The endpoint.
    pub endpoint: WebhookEndpointId,
    /// Whether its client may be told anything at all.
    pub client_is_live: bool,
    /// What it may be told; none where the delegation, the client or the institution is not live: then the lane rests.
    pub mandate: Option<Mandate>,
    /// Tells this claim from an earlier and a later one.
    pub(crate) claim: i64,
}
