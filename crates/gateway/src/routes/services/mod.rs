// SPDX-License-Identifier: AGPL-3.0-or-later
//! Payment services: the catalogue of an institution.

mod callback;
mod callback_secret;
mod demand;
mod form;
mod import_template;
mod input;
mod list;
mod replace;
mod show;
mod view;

pub(crate) use form::{FormWarningView, LineView};

use tramite_domain::access::ApiScope;
use tramite_domain::ident::ServiceCode;
use tramite_domain::service::Service;

use crate::api::Api;
use crate::auth::Tenant;
use crate::convention::Etag;
use crate::problem::{Code, Problem};

/// Mounts the routes.
pub(super) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(list::list_services, ApiScope::ServicesRead);
    api.tenant(show::show_service, ApiScope::ServicesRead).etag();
    api.tenant(import_template::show_import_template, ApiScope::ServicesRead);
    api.tenant(replace::replace_service, ApiScope::ServicesWrite).etag().conditional().refuses(&[Code::DemandTaken]);
    api.tenant(callback_secret::add_callback_secret, ApiScope::ServicesWrite)
        .idempotent()
        .refuses(&[Code::NoAmountCallback]);
    form::mount(api);
}

/// The version of a service.
fn etag(service: &Service) -> Etag {
    Etag::of(service.version, service.status.name())
}

/// A service outside of the delegation does not exist for this caller, and cannot be made by it.
fn within(tenant: &Tenant, code: &ServiceCode) -> Result<(), Problem> {
    if tenant.scope.services().is_none_or(|codes| codes.contains(code)) {
        Ok(())
    } else {
        Err(Problem::new(Code::NotFound))
    }
}
