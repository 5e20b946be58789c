// SPDX-License-Identifier: AGPL-3.0-or-later
//! The sandbox as a program holds it.

use std::sync::Arc;

use actix_web::web::{self, Data, PayloadConfig, ServiceConfig};
use actix_web::{HttpResponse, middleware, web::to};
use tramite_domain::given::World;

use crate::checkout;
use crate::http::{self, Problem, frame};
use crate::limits::REQUEST_BYTES_MAX;
use crate::node::{Line, Node, Pace, client, keep_retrying};
use crate::pages::{self, Pages};
use crate::registry::{Registry, RegistryError};
use crate::settings::{SandboxSettings, StartError, check_gateway};

/// A simulated Node, Checkout and payment service provider. Cheap to clone; the clones are one.
#[derive(Clone)]
pub struct Sandbox {
    node: Arc<Node>,
}

impl Sandbox {
    /// Makes a sandbox, on the tokio runtime of the caller, where its own work goes on as long as that runtime lives.
    ///
    /// With a gateway's address in the settings that gateway is asked for its environment first, for a while.
    ///
    /// # Errors
    /// [`StartError`]: above all, that the gateway says production.
    pub async fn new(settings: SandboxSettings, world: Arc<dyn World>) -> Result<Sandbox, StartError> {
        Sandbox::with_pace(settings, world, Pace::default()).await
    }

    /// As [`Sandbox::new`], with another patience: for tests.
    ///
    /// # Errors
    /// As [`Sandbox::new`].
    pub async fn with_pace(
        settings: SandboxSettings,
        world: Arc<dyn World>,
        pace: Pace,
    ) -> Result<Sandbox, StartError> {
        settings.check()?;
        let client = client().map_err(|_| StartError::Client)?;
        if let Some(status_url) = &settings.gateway_status_url {
            check_gateway(&client, status_url).await?;
        }
        let pages = Pages::new().ok_or(StartError::Client)?;
        let runtime = tokio::runtime::Handle::current();
        let node = Arc::new(Node::new(settings, world, Line::new(client, pace), pages, runtime));
        keep_retrying(&node, pace);
        Ok(Sandbox { node })
    }

    /// What the Backoffice knows, from now on.
    ///
    /// # Errors
    /// [`RegistryError`] with every flaw; then the old registry stays.
    pub fn set_registry(&self, registry: Registry) -> Result<(), RegistryError> {
        registry.check()?;
        self.node.set_registry(registry);
        Ok(())
    }

    /// Mounts every route. The listener is the sandbox's alone: whatever else is asked there is not found.
    pub fn configure(&self, service: &mut ServiceConfig) {
        let everything = web::scope("")
            .wrap(middleware::from_fn(frame))
            .configure(checkout::configure)
            .configure(http::configure)
            .configure(pages::configure)
            .default_service(to(nothing));
        service
            .app_data(Data::from(Arc::clone(&self.node)))
            .app_data(PayloadConfig::new(REQUEST_BYTES_MAX))
            .service(everything);
    }
}

async fn nothing() -> Result<HttpResponse, Problem> {
    Err(Problem::not_found("There is nothing here; GET / tells what there is."))
}
