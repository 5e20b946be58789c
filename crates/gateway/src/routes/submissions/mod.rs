// SPDX-License-Identifier: AGPL-3.0-or-later
//! Submissions of forms: values that become a debt position. They belong to the client that made them.

mod add;
mod cancel;
mod list;
mod looked;
mod show;
mod submit;
mod view;

pub(crate) use looked::{look_up as looked_up, owed};
pub(crate) use submit::submitted;
pub(crate) use view::SubmissionView;

use tramite_domain::access::ApiScope;

use crate::api::Api;
use crate::problem::Code;

/// Mounts the routes.
pub(super) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(add::add_submission, ApiScope::PaymentsWrite).idempotent().etag().refuses(&[
        Code::FormOutdated,
        Code::AlreadySubmitted,
        Code::NoPlaceLeft,
        Code::PositionFound,
        Code::NoIssuingStation,
        Code::InstitutionNotActive,
        Code::ServiceNotActive,
    ]);
    api.tenant(list::list_submissions, ApiScope::PaymentsRead);
    api.tenant(show::show_submission, ApiScope::PaymentsRead).etag();
    api.tenant(cancel::cancel_submission, ApiScope::PaymentsWrite)
        .idempotent()
        .etag()
        .conditional()
        .refuses(&[Code::SubmissionOwed]);
}
