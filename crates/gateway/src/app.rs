// SPDX-License-Identifier: AGPL-3.0-or-later
//! The applications of the two listeners.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App, Error};
use tracing_actix_web::TracingLogger;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::api::{Api, Mounted};
use crate::frame::{Spans, frame};
use crate::gate::gate;
use crate::gateway::Gateway;
use crate::{health, routes};

/// The application of the public listener: the API, the token endpoint, the public pages.
pub fn rest_app(
    gateway: Data<Gateway>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(gateway)
        .configure(configure)
        // The last one stands outermost: the frame sees every answer, also those that the gate gives.
        .wrap(from_fn(gate))
        .wrap(TracingLogger::<Spans>::new())
        .wrap(from_fn(frame))
}

/// Mounts every route; `rest_app` and the contract mount the same list.
pub fn configure(config: &mut web::ServiceConfig) {
    let mut mounted = Mounted::default();
    routes::mount(&mut Api::new(&mut ServiceConfig::new(config), &mut mounted));
}

/// The application of the private listener: liveness, readiness, counters. It is never reached from outside.
pub fn private_app(
    gateway: Data<Gateway>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new().app_data(gateway).configure(health::mount)
}
