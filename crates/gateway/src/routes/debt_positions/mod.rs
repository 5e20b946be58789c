// SPDX-License-Identifier: AGPL-3.0-or-later
//! Debt positions over REST.

mod accounting;
mod act;
mod add;
mod compose;
mod list;
mod load;
mod make;
mod mark_paid;
mod notice;
mod notify;
mod read;
mod reopen;
mod replace;
mod search;
mod show;
mod timeline;
mod timeline_view;
mod view;
mod wire;

pub(crate) use accounting::AccountingEntryView;
pub(crate) use act::no_person;
pub(crate) use load::{load, payers, view};
pub(crate) use make::{IfExists, make};
pub(crate) use notice::citizens_paper;
pub(crate) use search::subject;
pub(crate) use timeline_view::FieldChangeView;
pub(crate) use view::DebtPositionView;
pub(crate) use wire::DebtPositionInput;

use tramite_domain::access::ApiScope;

use crate::api::Api;
use crate::problem::Code;

/// What making or changing terms may be refused with.
const TERMS: &[Code] = &[Code::NoIssuingStation, Code::InstitutionNotActive, Code::ServiceNotActive];

pub(crate) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(list::list_debt_positions, ApiScope::DebtPositionsRead);
    api.tenant(search::find_debt_positions, ApiScope::DebtPositionsRead);
    api.tenant(add::add_debt_position, ApiScope::DebtPositionsWrite).idempotent().etag().refuses(TERMS).refuses(&[
        Code::ExternalIdTaken,
        Code::PaymentInProgress,
        Code::DebtPositionState,
        Code::InstallmentPaid,
        // The kept answer to the same request, of a service that no longer exists for the caller.
        Code::NotFound,
    ]);
    api.tenant(show::show_debt_position, ApiScope::DebtPositionsRead).etag();
    api.tenant(notice::show_debt_position_notice, ApiScope::DebtPositionsRead).etag().refuses(&[
        Code::NotPublished,
        Code::NothingToPay,
        Code::Conflict,
    ]);
    api.tenant(timeline::show_debt_position_timeline, ApiScope::DebtPositionsRead);
    api.tenant(replace::replace_debt_position, ApiScope::DebtPositionsWrite)
        .etag()
        .conditional()
        .refuses(TERMS)
        .refuses(&[Code::DebtPositionState, Code::InstallmentPaid, Code::PaymentInProgress, Code::ImmutableField])
        // It was made for a submission that another one stands for by now.
        .refuses(&[Code::AlreadySubmitted]);
    api.tenant(act::remove_debt_position, ApiScope::DebtPositionsWrite)
        .conditional()
        .refuses(&[Code::DebtPositionState]);
    api.tenant(act::publish_debt_position, ApiScope::DebtPositionsWrite)
        .idempotent()
        .etag()
        .conditional()
        .refuses(&[Code::DebtPositionState]);
    api.tenant(act::cancel_debt_position, ApiScope::DebtPositionsWrite)
        .idempotent()
        .etag()
        .conditional()
        .refuses(&[Code::DebtPositionState, Code::PaymentInProgress]);
    api.tenant(notify::notify_debt_position, ApiScope::DebtPositionsWrite)
        .idempotent()
        .etag()
        .conditional()
        .refuses(&[Code::DebtPositionState, Code::PaymentInProgress]);
    api.tenant(mark_paid::mark_debt_position_paid, ApiScope::DebtPositionsSettle)
        .idempotent()
        .etag()
        .conditional()
        .refuses(&[Code::DebtPositionState, Code::PaymentInProgress]);
    api.tenant(reopen::reopen_debt_position, ApiScope::DebtPositionsWrite)
        .idempotent()
        .etag()
        .conditional()
        .refuses(&[Code::DebtPositionState, Code::StillExpired, Code::AlreadySubmitted]);
}
