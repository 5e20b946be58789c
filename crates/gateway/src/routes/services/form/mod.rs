// SPDX-License-Identifier: AGPL-3.0-or-later
//! The form of a service: what is entered, and what it comes to.

mod definition;
mod preview;
mod price_view;
mod publish;
mod show;
mod view;

pub(crate) use price_view::{FormWarningView, LineView};

use tramite_domain::access::ApiScope;
use tramite_domain::form::FormVersion;

use crate::api::Api;
use crate::convention::Etag;
use crate::problem::Code;

/// Mounts the routes.
pub(super) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(show::show_form, ApiScope::ServicesRead).etag().refuses(&[Code::FormOutdated]);
    api.tenant(definition::show_form_definition, ApiScope::ServicesRead).etag();
    api.tenant(publish::replace_form_definition, ApiScope::ServicesWrite).etag().conditional();
    api.tenant(preview::preview_form, ApiScope::ServicesRead).refuses(&[Code::FormOutdated]);
}

/// The version of a form.
fn etag(form: &FormVersion) -> Etag {
    Etag::of(i64::from(form.version), "form")
}
