// SPDX-License-Identifier: AGPL-3.0-or-later
//! The first wall between tenants: without a `Scope` there is no query.

use std::collections::BTreeSet;
use std::sync::Arc;

use tramite_domain::document_batch::DocumentBatch;
use tramite_domain::event::Event;
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::{ClientId, InstitutionId};
use tramite_domain::import::Import;
use tramite_domain::iuv_batch::IuvBatch;
use tramite_domain::session::{CheckoutSession, ItemSubject};
use tramite_domain::submission::KeptSubmission;

/// On whose behalf the store is asked: an institution, the services that exist for the caller, and the client.
///
/// It is made in five named places and nowhere else (architecture.md, Tenancy), and within the store for what an operator writes of an
/// institution's registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    institution: InstitutionId,
    services: Option<Arc<BTreeSet<ServiceCode>>>,
    client: Option<ClientId>,
}

impl Scope {
    /// Of a verified token: it alone decides the tenant. With services, objects of others do not exist.
    #[must_use]
    pub fn of_token(institution: InstitutionId, services: Option<BTreeSet<ServiceCode>>, client: ClientId) -> Self {
        Self { institution, services: services.map(Arc::new), client: Some(client) }
    }

    /// Of a verified token that an operator took with a support access: reads what the institution itself would see, the
    /// sessions of all its clients too. What such a token may do its scopes say: read.
    #[must_use]
    pub const fn of_support(institution: InstitutionId) -> Self {
        Self::whole(institution)
    }

    /// Of the Node's side, after broker, station and institution were checked.
    #[must_use]
    pub const fn of_node(institution: InstitutionId) -> Self {
        Self::whole(institution)
    }

    /// Of a checkout link, after the session it names was found.
    #[must_use]
    pub const fn of_checkout_link(institution: InstitutionId) -> Self {
        Self::whole(institution)
    }

    /// Of the hosted pages of an institution, for the client under whose name they act, after its delegation was found to hold: what
    /// exists for a token of that client exists here, and no more (decision 0015).
    #[must_use]
    pub fn of_hosted_page(
        institution: InstitutionId,
        services: Option<BTreeSet<ServiceCode>>,
        client: ClientId,
    ) -> Self {
        Self::of_token(institution, services, client)
    }

    /// Of a worker's claim.
    #[must_use]
    pub const fn of_worker(institution: InstitutionId) -> Self {
        Self::whole(institution)
    }

    /// Of an institution whose registry an operator keeps. Nobody outside gets it: the store does under it what its own methods for
    /// operators say, and no more.
    #[must_use]
    pub(crate) const fn of_registry(institution: InstitutionId) -> Self {
        Self::whole(institution)
    }

    const fn whole(institution: InstitutionId) -> Self {
        Self { institution, services: None, client: None }
    }

    /// The same caller, for whom it does not matter which client of the institution made a session: what is kept of a person is
    /// the institution's, through whomever it came. Services confine it as before.
    #[must_use]
    pub(crate) fn whichever_client(&self) -> Self {
        Self { client: None, ..self.clone() }
    }

    /// The tenant.
    #[must_use]
    pub const fn institution(&self) -> InstitutionId {
        self.institution
    }

    /// The acting client, where there is one.
    #[must_use]
    pub const fn client(&self) -> Option<ClientId> {
        self.client
    }

    /// The services that exist for the caller; none means all.
    #[must_use]
    pub fn services(&self) -> Option<&BTreeSet<ServiceCode>> {
        self.services.as_deref()
    }

    /// The codes of those services as the database compares them.
    pub(crate) fn service_codes(&self) -> Option<Vec<String>> {
        self.services.as_ref().map(|codes| codes.iter().map(|code| code.as_str().to_owned()).collect())
    }

    /// Whether an object of that service exists for the caller. One without service exists only without restriction.
    pub(crate) fn sees_service(&self, code: Option<&ServiceCode>) -> bool {
        self.services.as_ref().is_none_or(|codes| code.is_some_and(|code| codes.contains(code)))
    }

    /// Whether an event exists for the caller: of a service of its own, or about a session of its client, and for no other
    /// client.
    pub(crate) fn sees_event(&self, event: &Event) -> bool {
        let for_all = event.client_id.is_none();
        let own = !for_all && event.client_id == self.client;
        let of_session = event.data.service_code.is_none() && own;
        (self.client.is_none() || for_all || own) && (self.sees_service(event.data.service_code.as_ref()) || of_session)
    }

    /// Whether a batch of reserved numbers exists for the caller: the services of its numbers are all its own. Those of a
    /// token without restriction are for every service, so they exist only without restriction.
    pub(crate) fn sees_batch(&self, batch: &IuvBatch) -> bool {
        let own = |codes: &BTreeSet<ServiceCode>| batch.service_codes.as_ref().is_some_and(|of| of.is_subset(codes));
        self.services.as_deref().is_none_or(own)
    }

    /// Whether a file exists for the caller: its own, sent under services that are all the caller's own.
    pub(crate) fn sees_import(&self, import: &Import) -> bool {
        self.sees_own(import.created_by, import.services.as_deref())
    }

    /// Whether a file of documents exists for the caller, likewise.
    pub(crate) fn sees_document_batch(&self, batch: &DocumentBatch) -> bool {
        self.sees_own(batch.created_by, batch.services.as_deref())
    }

    /// Whether a submission exists for the caller: its own, of a service of its own.
    pub(crate) fn sees_submission(&self, kept: &KeptSubmission) -> bool {
        self.client.is_none_or(|own| own == kept.created_by) && self.sees_service(Some(&kept.service_code))
    }

    /// What belongs to a client, made under services that are all the caller's own.
    fn sees_own(&self, client: ClientId, services: Option<&[ServiceCode]>) -> bool {
        let own = |codes: &BTreeSet<ServiceCode>| services.is_some_and(|of| of.iter().all(|code| codes.contains(code)));
        self.client.is_none_or(|caller| caller == client) && self.services.as_deref().is_none_or(own)
    }

    /// Whether a session exists for the caller: its own, and each item of the institution of a service of its own. The
    /// notice of another institution has no service here.
    pub(crate) fn sees_session(&self, session: &CheckoutSession) -> bool {
        self.client.is_none_or(|own| own == session.client_id)
            && session.items.iter().all(|item| match &item.subject {
                ItemSubject::Own { service_code, .. } => self.sees_service(Some(service_code)),
                ItemSubject::Foreign => true,
            })
    }
}
