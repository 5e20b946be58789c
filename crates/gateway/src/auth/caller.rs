// SPDX-License-Identifier: AGPL-3.0-or-later
//! The callers that handlers know. The gate has made them from a token and put them beside the request; a handler only
//! takes what is there, and cannot get a scope over a tenant's data in any other way.

use std::collections::BTreeSet;
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use tramite_domain::access::{ApiScope, Client, Delegation};
use tramite_domain::ids::{ClientId, InstitutionId};
use tramite_domain::support::SupportAccess;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_storage::Scope;

use crate::problem::{Code, Problem};

/// A client that acts for one institution.
#[derive(Clone)]
pub struct Tenant {
    /// What it may see and change in the store: the key to every method of it.
    pub scope: Scope,
    /// The tax code of the institution: who a payment is for.
    pub creditor: InstitutionTaxCode,
    /// The client, with all its delegations.
    pub client: Arc<Client>,
    /// By what right it acts.
    pub mandate: Mandate,
    /// What it may do: asked for, delegated, and still so.
    pub scopes: BTreeSet<ApiScope>,
}

/// By what right somebody acts for an institution.
#[derive(Clone)]
pub enum Mandate {
    /// The institution lets the client act.
    Delegation(Arc<Delegation>),
    /// An operator reads in support; each read is in the trail of the institution before it is made.
    Support(Arc<SupportAccess>),
}

impl Tenant {
    /// The institution.
    #[must_use]
    pub fn institution_id(&self) -> InstitutionId {
        self.scope.institution()
    }

    /// The client.
    #[must_use]
    pub fn client_id(&self) -> ClientId {
        self.client.id
    }

    /// The delegation under which it acts.
    ///
    /// # Errors
    /// [`Code::InsufficientScope`] for an operator in support, who acts under none.
    pub fn delegation(&self) -> Result<&Delegation, Problem> {
        match &self.mandate {
            Mandate::Delegation(delegation) => Ok(delegation),
            Mandate::Support(_) => Err(wrong_kind()),
        }
    }

    /// The access with which an operator reads; none for a client of the institution.
    #[must_use]
    pub fn support(&self) -> Option<&SupportAccess> {
        match &self.mandate {
            Mandate::Delegation(_) => None,
            Mandate::Support(access) => Some(access),
        }
    }

    /// Whether it holds that scope beside the one its operation demands.
    #[must_use]
    pub fn may(&self, scope: ApiScope) -> bool {
        self.scopes.contains(&scope)
    }
}

/// An operator of the platform: opens no tenant's data.
#[derive(Clone)]
pub struct Operator {
    /// The operator.
    pub client: Arc<Client>,
    /// What it may do.
    pub scopes: BTreeSet<ApiScope>,
}

/// A client that reads for all its live delegations at once: events and webhooks only.
#[derive(Clone)]
pub(crate) struct ForAll {
    /// The client.
    pub(crate) client: Arc<Client>,
    /// What it may do.
    pub(crate) scopes: BTreeSet<ApiScope>,
}

/// Either of the callers that an operation for both knows.
#[derive(Clone)]
pub enum Caller {
    /// A client for one institution.
    Tenant(Tenant),
    /// An operator.
    Operator(Operator),
}

impl Caller {
    /// The client.
    #[must_use]
    pub fn client_id(&self) -> ClientId {
        match self {
            Self::Tenant(tenant) => tenant.client_id(),
            Self::Operator(operator) => operator.client.id,
        }
    }
}

/// A client, for one institution or for all its delegations: what it holds is its own.
#[derive(Clone)]
pub(crate) enum Holder {
    /// For one institution.
    Tenant(Tenant),
    /// For all its delegations.
    ForAll(ForAll),
}

impl Holder {
    /// The client.
    pub(crate) fn client_id(&self) -> ClientId {
        match self {
            Self::Tenant(tenant) => tenant.client_id(),
            Self::ForAll(for_all) => for_all.client.id,
        }
    }
}

/// Who a token says the caller is.
#[derive(Clone)]
pub(crate) enum Identity {
    /// A client for one institution.
    Tenant(Tenant),
    /// An operator.
    Operator(Operator),
    /// A client for all its delegations.
    ForAll(ForAll),
}

impl Identity {
    /// What it may do.
    pub(crate) fn scopes(&self) -> &BTreeSet<ApiScope> {
        match self {
            Self::Tenant(tenant) => &tenant.scopes,
            Self::Operator(operator) => &operator.scopes,
            Self::ForAll(client) => &client.scopes,
        }
    }

    /// The client.
    pub(crate) fn client(&self) -> &Client {
        match self {
            Self::Tenant(tenant) => &tenant.client,
            Self::Operator(operator) => &operator.client,
            Self::ForAll(client) => &client.client,
        }
    }

    /// Its id.
    pub(crate) fn client_id(&self) -> ClientId {
        self.client().id
    }

    /// The institution, where there is one.
    pub(crate) fn institution_id(&self) -> Option<InstitutionId> {
        match self {
            Self::Tenant(tenant) => Some(tenant.institution_id()),
            Self::Operator(_) | Self::ForAll(_) => None,
        }
    }
}

fn identity(request: &HttpRequest) -> Option<Identity> {
    request.extensions().get::<Identity>().cloned()
}

/// A good token of the wrong kind for the operation.
fn wrong_kind() -> Problem {
    Problem::insufficient_scope("").with_detail("The operation needs a token of another kind: see who may call it.")
}

impl FromRequest for Tenant {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match identity(request) {
            Some(Identity::Tenant(tenant)) => Ok(tenant),
            Some(_) => Err(wrong_kind()),
            None => Err(Problem::new(Code::Unauthenticated)),
        })
    }
}

impl FromRequest for Operator {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match identity(request) {
            Some(Identity::Operator(operator)) => Ok(operator),
            Some(_) => Err(wrong_kind()),
            None => Err(Problem::new(Code::Unauthenticated)),
        })
    }
}

impl FromRequest for Holder {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match identity(request) {
            Some(Identity::Tenant(tenant)) => Ok(Self::Tenant(tenant)),
            Some(Identity::ForAll(for_all)) => Ok(Self::ForAll(for_all)),
            Some(Identity::Operator(_)) => Err(wrong_kind()),
            None => Err(Problem::new(Code::Unauthenticated)),
        })
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match identity(request) {
            Some(Identity::Tenant(tenant)) => Ok(Self::Tenant(tenant)),
            Some(Identity::Operator(operator)) => Ok(Self::Operator(operator)),
            Some(Identity::ForAll(_)) => Err(wrong_kind()),
            None => Err(Problem::new(Code::Unauthenticated)),
        })
    }
}
