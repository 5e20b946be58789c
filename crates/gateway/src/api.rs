// SPDX-License-Identifier: AGPL-3.0-or-later
//! The one list of routes: mounting a route declares it, and the declaration is at once the operation's `security` in
//! the contract and what the gate checks. Nothing can be served without standing in this list.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::dev::HttpServiceFactory;
use actix_web::http::Method;
use tramite_domain::access::ApiScope;
use utoipa::openapi::{RefOr, Schema};
use utoipa_actix_web::OpenApiFactory;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::face::Face;
use crate::problem::Code;

/// Who may call an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Whoever holds a token with one of these scopes.
    AnyOf(Vec<ApiScope>),
}

/// Which limit a route outside the contract's `paths` counts against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// None: the Node is never throttled by us.
    None,
    /// So many a second of each source.
    Source,
    /// The token endpoint's own, which it counts by itself.
    Token,
}

/// An operation of the contract as it was mounted.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its method.
    pub method: Method,
    /// Its path template, as in the contract and in the router.
    pub path: String,
    /// Who may call it.
    pub access: Access,
    /// Whether it must carry an Idempotency-Key.
    pub idempotent: bool,
    /// Whether its 2xx answers carry an ETag.
    pub etag: bool,
    /// Whether If-Match and If-None-Match are honoured.
    pub conditional: bool,
    /// The codes of the domain it may answer with, beside those every operation has.
    pub refusals: Vec<Code>,
}

impl Operation {
    /// An Idempotency-Key is obligatory.
    pub fn idempotent(&mut self) -> &mut Self {
        self.idempotent = true;
        self
    }

    /// Its 2xx answers carry an ETag.
    pub fn etag(&mut self) -> &mut Self {
        self.etag = true;
        self
    }

    /// If-Match and If-None-Match are honoured.
    pub fn conditional(&mut self) -> &mut Self {
        self.conditional = true;
        self
    }

    /// The codes of the domain it may answer with.
    pub fn refuses(&mut self, codes: &[Code]) -> &mut Self {
        self.refusals.extend_from_slice(codes);
        self
    }
}

/// A route that follows a standard of its own, outside the contract's `paths`.
#[derive(Debug, Clone)]
pub struct Protocol {
    /// Its method.
    pub method: Method,
    /// Its path template.
    pub path: &'static str,
    /// What it counts against.
    pub limit: Limit,
}

/// Everything that was mounted.
#[derive(Clone, Default)]
pub struct Mounted {
    /// The operations of the contract.
    pub operations: Vec<Operation>,
    /// The routes outside of it.
    pub protocols: Vec<Protocol>,
    /// The schemas that the operations name.
    schemas: BTreeMap<String, RefOr<Schema>>,
    /// Names under which two operations mean different schemas: a mistake, for one would silently replace the other.
    pub clashes: BTreeSet<String>,
}

/// Where routes are mounted.
pub struct Api<'a, 'c> {
    config: &'a mut ServiceConfig<'c>,
    mounted: &'a mut Mounted,
    face: Face,
}

impl Mounted {
    fn name_schemas<F: OpenApiFactory>(&mut self, handler: &F) {
        let mut named = Vec::new();
        handler.schemas(&mut named);
        for (name, schema) in named {
            match self.schemas.get(&name) {
                Some(known) if *known != schema => {
                    self.clashes.insert(name);
                }
                Some(_) => {}
                None => {
                    self.schemas.insert(name, schema);
                }
            }
        }
    }
}

impl<'a, 'c> Api<'a, 'c> {
    /// Mounts onto a configuration what a listener serves, and keeps the list.
    pub fn new(config: &'a mut ServiceConfig<'c>, mounted: &'a mut Mounted, face: Face) -> Self {
        Self { config, mounted, face }
    }

    /// An operation on one institution's data.
    pub fn tenant<F>(&mut self, handler: F, scope: ApiScope) -> &mut Operation
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        self.mount(handler, Access::AnyOf(vec![scope]))
    }

    /// An operation on the platform's registry.
    pub fn operator<F>(&mut self, handler: F, scope: ApiScope) -> &mut Operation
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        self.mount(handler, Access::AnyOf(vec![scope]))
    }

    /// An operation that several kinds of callers may use, each with its own scope.
    pub fn either<F>(&mut self, handler: F, scopes: &[ApiScope]) -> &mut Operation
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        self.mount(handler, Access::AnyOf(scopes.to_vec()))
    }

    /// An operation for anybody.
    pub fn public<F>(&mut self, handler: F) -> &mut Operation
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        self.mount(handler, Access::Public)
    }

    /// A route that follows a standard of its own.
    pub fn protocol<F>(&mut self, method: Method, path: &'static str, limit: Limit, service: F)
    where
        F: HttpServiceFactory + 'static,
    {
        self.mounted.protocols.push(Protocol { method, path, limit });
        if self.face.serves_protocol(path) {
            self.config.map(|config| config.service(service));
        }
    }

    /// Another method of a route that follows a standard of its own, served by the service mounted for the first one.
    pub fn also(&mut self, method: Method, path: &'static str, limit: Limit) {
        self.mounted.protocols.push(Protocol { method, path, limit });
    }

    fn mount<F>(&mut self, handler: F, access: Access) -> &mut Operation
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        let (method, path) = place_of(&handler);
        self.mounted.name_schemas(&handler);
        if self.face.serves(&access) {
            self.config.service(handler);
        }
        let operation = Operation {
            method,
            path,
            access,
            idempotent: false,
            etag: false,
            conditional: false,
            refusals: Vec::new(),
        };
        self.mounted.operations.push_mut(operation)
    }
}

/// The place of a handler: each has one path and one method.
fn place_of<F: OpenApiFactory>(handler: &F) -> (Method, String) {
    let paths = handler.paths();
    let Some((path, item)) = paths.paths.iter().next() else { return (Method::GET, String::new()) };
    let method = [
        (&item.get, Method::GET),
        (&item.post, Method::POST),
        (&item.put, Method::PUT),
        (&item.delete, Method::DELETE),
    ]
    .into_iter()
    .find_map(|(operation, method)| operation.is_some().then_some(method));
    (method.unwrap_or(Method::GET), path.clone())
}
