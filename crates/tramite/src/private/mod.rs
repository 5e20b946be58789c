// SPDX-License-Identifier: AGPL-3.0-or-later
//! The private listener of a process: whether it lives, whether it may be given work, and what it has counted. For whoever
//! runs the process, never for the world.

mod counters;
mod health;
mod machine;

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::web::Data;
use actix_web::{App, Error};
use tramite_domain::time::Instant;
use tramite_gateway::soap::Soap;
use tramite_storage::Store;
use tramite_telemetry::{Metrics, Pulse};

/// What a process tells of itself.
pub(crate) struct Private {
    /// Its database.
    pub(crate) store: Store,
    /// The Node's door, where it has one.
    pub(crate) door: Option<Soap>,
    /// Whether the door has connections of its own.
    pub(crate) node_apart: bool,
    /// Its counters.
    pub(crate) metrics: Arc<Metrics>,
    /// Whether its work goes on.
    pub(crate) pulse: Arc<Pulse>,
    /// Whether it stops.
    pub(crate) stopping: Box<dyn Fn() -> bool + Send + Sync>,
    /// When it was started.
    pub(crate) started_at: Instant,
}

/// The application of the private listener.
pub(crate) fn private_app(
    private: Data<Private>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new().app_data(private).service(health::live).service(health::ready).service(counters::counters)
}
