// SPDX-License-Identifier: AGPL-3.0-or-later
//! The contract: the OpenAPI document generated from the routes, and what is enforced from it. Document, router, scopes
//! and validators come from one list, so that they cannot disagree.

mod answers;
mod assemble;
mod examples;
mod headers;
mod info;
mod older;
mod operations;
mod prune;
mod strict;
mod table;
mod validators;

use std::collections::HashMap;

use actix_web::http::Method;
use jsonschema::Validator;
use serde_json::Value;
use thiserror::Error;
use tramite_domain::environment::Environment;

pub(crate) use table::Rules;
pub(crate) use validators::{ParameterKind, ParameterRule};

use crate::api::Limit;

/// The address that stands in the committed contract, where none is configured.
pub const PLACEHOLDER_URL: &str = "https://tramite.example.it";

/// Why no contract could be made of the routes: a mistake in the program, found at start and by the tests.
#[derive(Debug, Error)]
pub enum ContractError {
    /// The document is not JSON.
    #[error("the document cannot be written: {0}")]
    Document(#[from] serde_json::Error),
    /// A schema cannot be compiled.
    #[error("the schema of {name} cannot be compiled: {reason}")]
    Schema {
        /// The component or parameter.
        name: String,
        /// Why.
        reason: String,
    },
    /// A component is checked that is no body of a request.
    #[error("{0} is no body of a request")]
    NoBody(String),
    /// Two operations mean different schemas by one name.
    #[error("{0} is the name of two schemas")]
    Clash(String),
    /// A mounted route is not in the document.
    #[error("{0} is mounted but not in the document")]
    Missing(String),
}

/// The contract of a running gateway.
pub struct Contract {
    text: String,
    rules: HashMap<(Method, String), Rules>,
    methods: HashMap<String, Vec<Method>>,
    protocols: HashMap<(Method, String), Limit>,
    bodies: validators::Bodies,
}

impl Contract {
    /// Builds document, rules and validators from the routes.
    ///
    /// # Errors
    /// [`ContractError`] where routes and document disagree.
    pub fn build(public_url: &str, environment: Environment) -> Result<Self, ContractError> {
        let (document, mounted) = assemble::document(public_url, Some(environment))?;
        let mut methods: HashMap<String, Vec<Method>> = HashMap::new();
        for operation in &mounted.operations {
            methods.entry(operation.path.clone()).or_default().push(operation.method.clone());
        }
        for protocol in &mounted.protocols {
            methods.entry(protocol.path.to_owned()).or_default().push(protocol.method.clone());
        }
        let protocols = mounted.protocols.iter().map(|one| ((one.method.clone(), one.path.to_owned()), one.limit));
        Ok(Self {
            text: assemble::text(&document)?,
            rules: table::rules(&document, &mounted)?,
            methods,
            protocols: protocols.collect(),
            bodies: validators::Bodies::of(&document),
        })
    }

    /// The document as JSON text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What holds for an operation.
    pub(crate) fn rules(&self, method: &Method, path: &str) -> Option<&Rules> {
        self.rules.get(&(method.clone(), path.to_owned()))
    }

    /// The limit of a route outside of `paths`.
    pub(crate) fn protocol(&self, method: &Method, path: &str) -> Option<Limit> {
        self.protocols.get(&(method.clone(), path.to_owned())).copied()
    }

    /// The methods that a path template has.
    pub(crate) fn methods(&self, path: &str) -> &[Method] {
        self.methods.get(path).map_or(&[], Vec::as_slice)
    }

    /// The schema of a body of requests, by the name of its component.
    ///
    /// # Errors
    /// [`ContractError`] where there is none: a mistake in the program.
    pub(crate) fn body(&self, component: &str) -> Result<&Validator, ContractError> {
        self.bodies.get(component)
    }
}

/// The validator of one component, without a running gateway.
///
/// # Errors
/// As [`Contract::build`].
pub(crate) fn component(name: &str) -> Result<Validator, ContractError> {
    validators::component(&contract(PLACEHOLDER_URL)?, name)
}

/// The document as a value, for tests and tools; of no environment, so that it says nothing about real money.
///
/// # Errors
/// As [`Contract::build`].
pub fn contract(public_url: &str) -> Result<Value, ContractError> {
    assemble::document(public_url, None).map(|(document, _)| document)
}

/// The document as text: the same bytes for the same program and address.
///
/// # Errors
/// As [`Contract::build`].
pub fn contract_json(public_url: &str) -> Result<String, ContractError> {
    assemble::text(&contract(public_url)?)
}

/// The same in OpenAPI 3.0.3, for tools that read nothing newer.
///
/// # Errors
/// As [`Contract::build`].
pub fn contract_30_json(public_url: &str) -> Result<String, ContractError> {
    assemble::text(&older::rendition(contract(public_url)?))
}

/// The routes outside of `paths`, with their methods: the reviewed list.
///
/// # Errors
/// As [`Contract::build`].
pub fn protocol_routes() -> Result<Vec<(String, String)>, ContractError> {
    let (_, mounted) = assemble::document(PLACEHOLDER_URL, None)?;
    Ok(mounted.protocols.iter().map(|one| (one.method.to_string(), one.path.to_owned())).collect())
}
