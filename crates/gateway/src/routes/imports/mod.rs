// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of debt positions over REST (rules.md 41–45). They belong to the client that sent them.

mod add;
mod cancel;
mod file;
mod form;
mod input;
mod keep;
mod list;
mod outcomes;
mod replay;
mod report;
mod rows;
mod show;
mod told;
mod turn;
mod unclaimed;
mod view;
mod written;

use tramite_domain::access::ApiScope;

use crate::api::Api;
use crate::problem::Code;

pub(crate) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(list::list_imports, ApiScope::ImportsRead);
    // The token must hold `debt-positions:write` as well: a file says no more than a request would.
    api.tenant(add::add_import, ApiScope::ImportsWrite).idempotent().etag().refuses(&[
        Code::TooManyImports,
        Code::ImportStorageFull,
        // What a row may be told of, which no request is.
        Code::NoSuchPosition,
        // The kept answer to the same request, of a service that no longer exists for the caller.
        Code::NotFound,
    ]);
    api.tenant(show::show_import, ApiScope::ImportsRead).etag();
    api.tenant(cancel::cancel_import, ApiScope::ImportsWrite)
        .idempotent()
        .etag()
        .conditional()
        .refuses(&[Code::ImportState]);
    api.tenant(rows::list_import_rows, ApiScope::ImportsRead).refuses(&[Code::ImportFileGone]);
    api.tenant(report::show_import_report, ApiScope::ImportsRead).refuses(&[Code::ImportState, Code::ImportFileGone]);
    api.tenant(outcomes::show_import_outcomes, ApiScope::ExportsRead)
        .refuses(&[Code::ImportState, Code::ImportFileGone]);
}
