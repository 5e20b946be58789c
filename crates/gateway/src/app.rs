// SPDX-License-Identifier: AGPL-3.0-or-later
//! The applications of the listeners.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App, Error};
use tracing_actix_web::TracingLogger;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::api::{Api, Mounted};
use crate::face::Face;
use crate::frame::{Spans, frame};
use crate::gate::gate;
use crate::gateway::Gateway;
use crate::routes;

/// The application of the public listener: the API, the token endpoint, the public pages. Where operators have a listener
/// of their own, their routes are not among them.
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
    let face = if gateway.settings().platform_apart { Face::Tenants } else { Face::Whole };
    api_app(gateway, face)
}

/// The application of the operators' own listener: the platform's registry, tokens, and whether Tramite works.
pub fn platform_app(
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
    api_app(gateway, Face::Platform)
}

fn api_app(
    gateway: Data<Gateway>,
    face: Face,
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
        .app_data(face)
        .configure(|config| configure(config, face))
        // The last one stands outermost: the frame sees every answer, also those that the gate gives.
        .wrap(from_fn(gate))
        .wrap(TracingLogger::<Spans>::new())
        .wrap(from_fn(frame))
}

/// Mounts every route that a listener serves; the contract mounts the same list.
fn configure(config: &mut web::ServiceConfig, face: Face) {
    let mut mounted = Mounted::default();
    routes::mount(&mut Api::new(&mut ServiceConfig::new(config), &mut mounted, face));
}
