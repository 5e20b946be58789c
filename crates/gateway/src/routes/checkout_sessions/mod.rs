// SPDX-License-Identifier: AGPL-3.0-or-later
//! Checkout sessions over REST, and the public addresses under which citizens pay them.

mod add;
mod cancel;
mod compose;
mod foreign;
mod hosted;
mod items;
mod link;
mod list;
mod misses;
mod origin;
mod reply;
mod show;
mod view;
mod waits;
mod wire;

pub(crate) use compose::part as view_of_session_part;
pub(crate) use compose::view as view_of_session;
pub(crate) use hosted::{HostedSession, open_hosted};
pub(crate) use link::{Home, home_of, is_for_citizens, too_often};
pub(crate) use misses::Misses;
pub(crate) use view::CheckoutSessionView;
pub(crate) use waits::Waits;

use tramite_domain::access::ApiScope;

use crate::api::Api;
use crate::problem::Code;

pub(crate) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(list::list_checkout_sessions, ApiScope::PaymentsRead);
    api.tenant(add::add_checkout_session, ApiScope::PaymentsWrite).idempotent().etag().refuses(&[
        Code::NotFound,
        Code::ReturnUrlNotAllowed,
        Code::InstallmentAmbiguous,
        Code::NotPayable,
        // A submission that came to zero.
        Code::NothingToPay,
        Code::AmountChanged,
        Code::PaymentInProgress,
        Code::TooManyCheckoutSessions,
        Code::AmountUnknown,
        Code::ExternalIdTaken,
        Code::NoIssuingStation,
        Code::InstitutionNotActive,
        Code::ServiceNotActive,
        Code::DebtPositionState,
        Code::InstallmentPaid,
    ]);
    api.tenant(show::show_checkout_session, ApiScope::PaymentsRead).etag();
    api.tenant(cancel::cancel_checkout_session, ApiScope::PaymentsWrite)
        .idempotent()
        .etag()
        .conditional()
        .refuses(&[Code::CheckoutSessionState]);
    link::mount(api);
}
