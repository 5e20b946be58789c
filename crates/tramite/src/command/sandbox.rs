// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite sandbox`: plays the Node, Checkout and the payment service providers, in a process of its own.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::{App, HttpServer};
use clap::Args;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_sandbox::{Sandbox, SandboxSettings};
use url::Url;

use crate::clock::SystemWorld;
use crate::config::{Reader, WrongConfiguration, flag, loopback_address, needs_public, socket_address, web_address};
use crate::failure::Failure;
use crate::server::{bind, local_url};
use crate::stop::Stop;

/// Where the sandbox is heard unless said otherwise.
const PORT: u16 = 8_081;
/// How long answers that were begun may take after the stop, in seconds.
const FINISH_SECONDS_MAX: u64 = 2;
/// The broker unless said otherwise: the invented one of `demo`.
const BROKER_TAX_CODE: &str = crate::demo::BROKER_TAX_CODE;

/// What `sandbox` is told.
#[derive(Debug, Args)]
pub(crate) struct SandboxOptions {
    /// Where the simulated Node is heard [default: 127.0.0.1:8081]
    #[arg(long, env = "TRAMITE_SANDBOX_LISTEN", value_name = "ADDRESS")]
    listen: Option<String>,
    /// Lets it be heard beyond this machine
    #[arg(long, env = "TRAMITE_PUBLIC", num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOLEAN")]
    public: Option<String>,
    /// Where this program reaches the gateway
    #[arg(long, env = "TRAMITE_GATEWAY_URL", value_name = "URL")]
    gateway_url: Option<String>,
    /// Where browsers reach the simulated Checkout [default: the listening address]
    #[arg(long, env = "TRAMITE_SANDBOX_PUBLIC_URL", value_name = "URL")]
    sandbox_public_url: Option<String>,
    /// The tax code of the broker whose stations are called
    #[arg(long, env = "TRAMITE_BROKER_TAX_CODE", value_name = "DIGITS", default_value = BROKER_TAX_CODE)]
    broker_tax_code: Option<String>,
}

struct Read {
    listen: SocketAddr,
    gateway_url: Url,
    public_url: Option<Url>,
    broker_tax_code: InstitutionTaxCode,
}

impl SandboxOptions {
    fn read(&self, reader: &mut Reader) -> Option<Read> {
        const WEB: &str = "an http or https address, for example http://127.0.0.1:8080";
        let listen = socket_address(reader, "TRAMITE_SANDBOX_LISTEN", self.listen.as_deref(), loopback_address(PORT));
        let public = flag(reader, "TRAMITE_PUBLIC", self.public.as_deref());
        needs_public(reader, "TRAMITE_SANDBOX_LISTEN", listen, public);
        let gateway_url = reader.required("TRAMITE_GATEWAY_URL", self.gateway_url.as_deref(), WEB, web_address);
        let public_url =
            reader.optional("TRAMITE_SANDBOX_PUBLIC_URL", self.sandbox_public_url.as_deref(), WEB, web_address);
        let broker_tax_code =
            reader.required("TRAMITE_BROKER_TAX_CODE", self.broker_tax_code.as_deref(), "eleven digits", |text| {
                text.parse().ok()
            });
        Some(Read { listen, gateway_url: gateway_url?, public_url, broker_tax_code: broker_tax_code? })
    }
}

/// Plays the Node until the process is asked to stop.
pub(crate) async fn run(options: SandboxOptions) -> Result<ExitCode, Failure> {
    let mut reader = Reader::default();
    let settings = options.read(&mut reader);
    let settings = reader.finish(settings)?;
    let mut stop = Stop::listen()?;
    let (listener, bound) = bind("TRAMITE_SANDBOX_LISTEN", settings.listen)?;
    let public_url = match settings.public_url {
        Some(url) => url,
        None => local_url(bound)?,
    };
    let sandbox = open_sandbox(&settings.gateway_url, public_url.clone(), settings.broker_tax_code).await?;
    let server = sandbox_server(sandbox, listener)?;
    let handle = server.handle();
    let mut task = tokio::spawn(server);
    tracing::info!(listen = %bound, public_url = %public_url, "the sandbox plays the Node");
    tokio::select! {
        () = stop.asked() => {}
        outcome = &mut task => return Err(Failure::Part(format!("the listener has ended by itself: {outcome:?}"))),
    }
    handle.stop(true).await;
    Ok(ExitCode::SUCCESS)
}

/// A simulated Node beside a gateway. It refuses one that moves real money.
pub(crate) async fn open_sandbox(
    gateway_url: &Url,
    public_url: Url,
    broker_tax_code: InstitutionTaxCode,
) -> Result<Sandbox, Failure> {
    let below = |path: &str| {
        let text = format!("{}{path}", gateway_url.as_str().trim_end_matches('/'));
        Url::parse(&text).map_err(|error| Failure::Part(format!("{text}: {error}")))
    };
    let settings = SandboxSettings {
        public_url,
        soap_url: below("/soap/pa-for-node")?,
        broker_tax_code,
        gateway_status_url: Some(below("/status")?),
        api_key: None,
    };
    let sandbox = Sandbox::new(settings, Arc::new(SystemWorld)).await;
    sandbox.map_err(|error| WrongConfiguration::one("TRAMITE_GATEWAY_URL", error.to_string()).into())
}

/// The server of a simulated Node on a listening socket. It hears no signals by itself.
pub(crate) fn sandbox_server(sandbox: Sandbox, listener: std::net::TcpListener) -> Result<Server, Failure> {
    let server = HttpServer::new(move || {
        let sandbox = sandbox.clone();
        App::new().configure(move |config| sandbox.configure(config))
    })
    .workers(2)
    .shutdown_timeout(FINISH_SECONDS_MAX)
    .disable_signals()
    .listen(listener)
    .map_err(Failure::machine("the sandbox cannot be served"))?;
    Ok(server.run())
}
