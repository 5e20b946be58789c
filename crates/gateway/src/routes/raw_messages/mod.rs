// SPDX-License-Identifier: AGPL-3.0-or-later
//! Messages of the Node that could not be taken and were kept as they came, for the operators (rules.md 28). What stands
//! in them is an institution's, and is not shown.

mod list;
mod resolve;
mod show;
mod view;

use tramite_domain::access::ApiScope;
use tramite_storage::KeptMessage;

use crate::api::Api;
use crate::convention::Etag;
use crate::problem::Code;

/// Mounts the routes.
pub(super) fn mount(api: &mut Api<'_, '_>) {
    api.operator(list::list_raw_messages, ApiScope::PlatformRead);
    api.operator(show::show_raw_message, ApiScope::PlatformRead).etag();
    api.operator(resolve::resolve_raw_message, ApiScope::PlatformWrite)
        .idempotent()
        .etag()
        .conditional()
        .refuses(&[Code::AlreadyResolved]);
}

/// A message never changes, but somebody deals with it once.
fn etag(message: &KeptMessage) -> Etag {
    match &message.resolution {
        Some(_) => Etag::of(2, "resolved"),
        None => Etag::of(1, "open"),
    }
}
