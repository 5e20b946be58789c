// SPDX-License-Identifier: AGPL-3.0-or-later
//! A listener for HTTP, put together from the parts of actix: its own `HttpServer` lets nobody watch over a connection,
//! and hides the peers that TLS refuses.

use std::fmt::Debug;
use std::net::TcpListener;
use std::time::Duration;

use actix_http::body::{BoxBody, MessageBody};
use actix_http::error::DispatchError;
use actix_http::{Extensions, HttpService, Request, Response};
use actix_server::{GracefulShutdownSignal, Server, ServerBuilder};
use actix_service::{
    IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt, apply_fn_factory, fn_service, map_config,
};
use actix_tls::accept::rustls_0_23::{Acceptor, TlsStream};
use actix_tls::accept::{TlsError, max_concurrent_tls_connect};
use actix_web::dev::AppConfig;
use actix_web::rt::net::TcpStream;
use futures_util::future::ready;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};

use super::timed::{Requests, Timed};
use crate::failure::Failure;

/// How long TLS may take to be agreed on, in seconds.
const HANDSHAKE_SECONDS_MAX: u64 = 5;
/// How long a connection is kept without a request, in seconds: longer than a balancer keeps it.
const KEEP_ALIVE_SECONDS: u64 = 75;
/// How long a connection that is being closed may take, in seconds.
const CLOSE_SECONDS_MAX: u64 = 5;

/// The limits of a listener.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Threads; none for as many as there are processors.
    pub(super) workers: Option<usize>,
    /// How long the head of a request may take, in seconds.
    pub(super) head_seconds_max: u64,
    /// How long requests that were begun may take after the stop, in seconds.
    pub(super) finish_seconds_max: u64,
    /// Connections of one thread at a time.
    pub(super) connections_max: usize,
}

impl Bounds {
    fn builder(self) -> ServerBuilder {
        let builder = Server::build()
            .max_concurrent_connections(self.connections_max)
            .shutdown_timeout(self.finish_seconds_max)
            .disable_signals();
        match self.workers {
            Some(workers) => builder.workers(workers),
            None => builder,
        }
    }

    const fn head_max(self) -> Duration {
        Duration::from_secs(self.head_seconds_max)
    }

    fn timed<S>(self, stream: S) -> Timed<S> {
        Timed::new(stream, self.head_max(), Duration::from_secs(KEEP_ALIVE_SECONDS))
    }
}

/// What is remembered of a connection for its requests.
type Remember<T> = fn(&T, &mut Extensions);

/// Serves an application over plain TCP. The server hears no signals by itself.
pub(super) fn plain<F, I, S, B>(
    name: &'static str,
    listener: TcpListener,
    bounds: Bounds,
    application: F,
) -> Result<Server, Failure>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Error = actix_web::Error> + 'static,
    S::InitError: Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let builder = bounds.builder();
    let stopping = builder.graceful_shutdown_signal();
    let service = move || {
        let http = http(bounds, &stopping, application(), |_: &TcpStream, _| {});
        fn_service(move |stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            ready(Ok::<_, DispatchError>((bounds.timed(stream), peer)))
        })
        .and_then(http)
    };
    let builder = builder.listen(name, listener, service);
    Ok(builder.map_err(Failure::machine("a listener cannot be served"))?.run())
}

/// Serves an application over TLS. The server hears no signals by itself.
pub(super) fn tls<F, I, S, B>(
    name: &'static str,
    listener: TcpListener,
    bounds: Bounds,
    mut config: ServerConfig,
    remember: Remember<TlsStream<TcpStream>>,
    refused: impl Fn(TlsError<std::io::Error, DispatchError>) + Send + Clone + 'static,
    application: F,
) -> Result<Server, Failure>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Error = actix_web::Error> + 'static,
    S::InitError: Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    // As many handshakes as connections: if there were fewer, those who never end theirs would keep out everybody else.
    max_concurrent_tls_connect(bounds.connections_max);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let builder = bounds.builder();
    let stopping = builder.graceful_shutdown_signal();
    let service = move || {
        let http = http(bounds, &stopping, application(), remember);
        let mut acceptor = Acceptor::new(config.clone());
        acceptor.set_handshake_timeout(Duration::from_secs(HANDSHAKE_SECONDS_MAX));
        acceptor
            .map_err(TlsError::into_service_error)
            .map(move |stream: TlsStream<TcpStream>| {
                let peer = stream.get_ref().0.peer_addr().ok();
                (bounds.timed(stream), peer)
            })
            .and_then(http.map_err(TlsError::Service))
            .map_err(refused.clone())
    };
    let builder = builder.listen(name, listener, service);
    Ok(builder.map_err(Failure::machine("a listener cannot be served"))?.run())
}

/// HTTP over connections that are watched.
fn http<T, I, S, B>(
    bounds: Bounds,
    stopping: &GracefulShutdownSignal,
    application: I,
    remember: Remember<T>,
) -> impl ServiceFactory<
    (Timed<T>, Option<std::net::SocketAddr>),
    Config = (),
    Response = (),
    Error = DispatchError,
    InitError = (),
> + use<T, I, S, B>
where
    T: AsyncRead + AsyncWrite + Unpin + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Error = actix_web::Error> + 'static,
    S::InitError: Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let application = application
        .into_factory()
        .map_err(|error: actix_web::Error| -> Response<BoxBody> { error.error_response().into() });
    let application = map_config(application, |()| AppConfig::default());
    let counted = apply_fn_factory(application, |request: Request, service| {
        let at_work = request.conn_data::<Requests>().map(Requests::begin);
        let answered = service.call(request);
        async move {
            let answer = answered.await;
            drop(at_work);
            answer
        }
    });
    let stopping = stopping.clone();
    HttpService::build()
        .graceful_shutdown_signal(move || {
            let stopping = stopping.clone();
            async move { stopping.notified().await }
        })
        .keep_alive(Duration::from_secs(KEEP_ALIVE_SECONDS))
        .client_request_timeout(bounds.head_max())
        .client_disconnect_timeout(Duration::from_secs(CLOSE_SECONDS_MAX))
        .on_connect_ext(move |connection: &Timed<T>, data: &mut Extensions| {
            data.insert(connection.requests());
            remember(connection.stream(), data);
        })
        .h1(counted)
}
