// SPDX-License-Identifier: AGPL-3.0-or-later
//! A checkout session.

use diesel::prelude::*;
use tramite_domain::ids::{ClientId, InstitutionId, SessionId};
use tramite_domain::personal::Personal;
use tramite_domain::session::{
    CallerMetadata, Cart, CheckoutSession, IfBusy, Language, OnAbandon, Payer, ReturnMode, Returned, SessionItem,
    SessionStatus, next_transition, session_status,
};

use super::{known, next_change, read_some};
use crate::column::{At, Doc, Id};
use crate::error::StoreError;
use crate::schema::checkout_sessions;

/// What was not yet told as over. A list of values would be prepared anew each time on SQLite.
#[diesel::dsl::auto_type(no_type_alias)]
pub(crate) fn is_live() -> _ {
    let open: &'static str = SessionStatus::Open.name();
    let redirected: &'static str = SessionStatus::Redirected.name();
    let processing: &'static str = SessionStatus::Processing.name();
    let unresolved: &'static str = SessionStatus::Unresolved.name();
    checkout_sessions::told_status
        .eq(open)
        .or(checkout_sessions::told_status.eq(redirected))
        .or(checkout_sessions::told_status.eq(processing))
        .or(checkout_sessions::told_status.eq(unresolved))
}

/// What the client has asked for stays as it was: an update leaves it alone, and its indexes too.
#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = checkout_sessions, primary_key(institution_id, id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct SessionRow {
    institution_id: Id<InstitutionId>,
    pub(crate) id: Id<SessionId>,
    #[diesel(skip_update)]
    client_id: Id<ClientId>,
    #[diesel(skip_update)]
    client_reference: Option<String>,
    #[diesel(skip_update)]
    payer: Option<Doc<Personal<Payer>>>,
    #[diesel(skip_update)]
    return_url: String,
    #[diesel(skip_update)]
    cancel_url: Option<String>,
    #[diesel(skip_update)]
    state: Option<String>,
    #[diesel(skip_update)]
    return_mode: String,
    #[diesel(skip_update)]
    on_abandon: String,
    #[diesel(skip_update)]
    if_busy: String,
    #[diesel(skip_update)]
    allow_notice: bool,
    #[diesel(skip_update)]
    language: String,
    #[diesel(skip_update)]
    metadata: Doc<CallerMetadata>,
    #[diesel(skip_update)]
    expires_at: At,
    cancelled_at: Option<At>,
    cart: Option<Doc<Cart>>,
    processing_since: Option<At>,
    last_get_at: Option<At>,
    returned: Option<Doc<Returned>>,
    told_status: String,
    closed_at: Option<At>,
    next_transition_at: Option<At>,
    version: i64,
    #[diesel(skip_update)]
    created_at: At,
    pub(crate) updated_at: At,
}

impl SessionRow {
    pub(crate) fn of(institution: InstitutionId, session: &CheckoutSession) -> Self {
        Self {
            institution_id: Id(institution),
            id: Id(session.id),
            client_id: Id(session.client_id),
            client_reference: session.client_reference.as_ref().map(ToString::to_string),
            payer: session.payer.clone().map(Doc),
            return_url: session.return_url.clone(),
            cancel_url: session.cancel_url.clone(),
            state: session.state.as_ref().map(ToString::to_string),
            return_mode: session.return_mode.name().to_owned(),
            on_abandon: session.on_abandon.name().to_owned(),
            if_busy: session.if_busy.name().to_owned(),
            allow_notice: session.allow_notice,
            language: session.language.name().to_owned(),
            metadata: Doc(session.metadata.clone()),
            expires_at: At(session.expires_at),
            cancelled_at: session.cancelled_at.map(At),
            cart: session.cart.clone().map(Doc),
            processing_since: session.processing_since.map(At),
            last_get_at: session.last_get_at.map(At),
            returned: session.returned.map(Doc),
            told_status: session.told_status.name().to_owned(),
            closed_at: session.closed_at.map(At),
            next_transition_at: next_change(
                session.updated_at,
                &session.told_status,
                |at| session_status(session, at),
                |at| next_transition(session, at),
            )
            .map(At),
            version: session.version,
            created_at: At(session.created_at),
            updated_at: At(session.updated_at),
        }
    }

    pub(crate) fn into_session(self, items: Vec<SessionItem>) -> Result<CheckoutSession, StoreError> {
        Ok(CheckoutSession {
            id: self.id.0,
            client_id: self.client_id.0,
            client_reference: read_some("checkout_sessions.client_reference", self.client_reference.as_deref())?,
            items,
            payer: self.payer.map(|payer| payer.0),
            return_url: self.return_url,
            cancel_url: self.cancel_url,
            state: read_some("checkout_sessions.state", self.state.as_deref())?,
            return_mode: known("checkout_sessions.return_mode", ReturnMode::named(&self.return_mode))?,
            on_abandon: known("checkout_sessions.on_abandon", OnAbandon::named(&self.on_abandon))?,
            if_busy: known("checkout_sessions.if_busy", IfBusy::named(&self.if_busy))?,
            allow_notice: self.allow_notice,
            language: known("checkout_sessions.language", Language::named(&self.language))?,
            metadata: self.metadata.0,
            expires_at: self.expires_at.0,
            cancelled_at: self.cancelled_at.map(|at| at.0),
            cart: self.cart.map(|cart| cart.0),
            processing_since: self.processing_since.map(|at| at.0),
            last_get_at: self.last_get_at.map(|at| at.0),
            returned: self.returned.map(|returned| returned.0),
            told_status: known("checkout_sessions.told_status", SessionStatus::named(&self.told_status))?,
            closed_at: self.closed_at.map(|at| at.0),
            version: self.version,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        })
    }
}
