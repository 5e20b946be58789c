// SPDX-License-Identifier: AGPL-3.0-or-later
//! Exports over REST: tables for back offices that cannot call an API for each payment.

mod compose;
mod outcomes;

use tramite_domain::access::ApiScope;

use crate::api::Api;
use crate::problem::Code;

pub(crate) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(outcomes::list_outcomes, ApiScope::ExportsRead).refuses(&[Code::CursorExpired]);
}
