// SPDX-License-Identifier: AGPL-3.0-or-later
//! A checkout session for a hosted page: its citizen returns to a page of ours, which no delegation needs to name.

use tramite_domain::debt_position::TransferTarget;
use tramite_domain::ids::{DebtPositionId, SessionId};
use tramite_domain::refusal::Refusal;
use tramite_domain::session::{
    EXPIRES_IN_DEFAULT, IfBusy, ItemInput, Language, OnAbandon, Opened, PayerInput, ReturnMode, SessionInput, open,
};

use super::items::look_up;
use super::link::session_url;
use super::wire::LineItemInput;
use crate::auth::Tenant;
use crate::convention::settle;
use crate::extract::Preconditions;
use crate::gateway::Gateway;
use crate::problem::Problem;

/// What a page knows of a payment.
pub(crate) struct HostedSession {
    /// What is paid.
    pub(crate) position: DebtPositionId,
    /// Its installment by the reference, as the page has told it; the only payable one where that is none.
    pub(crate) installment: Option<String>,
    /// Whether it was there before: no paper of it is handed out here.
    pub(crate) found: bool,
    /// The page to which its citizen returns.
    pub(crate) return_url: String,
    /// Who pays; none where nobody can be named.
    pub(crate) payer: Option<PayerInput>,
    /// The language of its pages.
    pub(crate) language: Language,
}

/// Opens a session and tells its address.
///
/// # Errors
/// What keeps the position from being paid, as for `POST /v1/checkout-sessions`.
pub(crate) async fn open_hosted(gateway: &Gateway, tenant: &Tenant, asked: &HostedSession) -> Result<String, Problem> {
    let input = |allow_notice: bool| SessionInput {
        client_reference: None,
        payer: asked.payer.clone(),
        return_url: asked.return_url.clone(),
        cancel_url: None,
        state: None,
        return_mode: ReturnMode::Bare,
        expires_in: EXPIRES_IN_DEFAULT,
        on_abandon: OnAbandon::Keep,
        // Whoever pays and comes again goes on with the same payment.
        if_busy: if asked.payer.is_some() { IfBusy::Join } else { IfBusy::Reject },
        allow_notice,
        language: asked.language,
        metadata: serde_json::Map::new(),
    };
    let session: SessionId = settle(&Preconditions::default(), async || {
        let item = LineItemInput::of_position(asked.position, asked.installment.clone());
        let (institution, items) = look_up(gateway, tenant, std::slice::from_ref(&item)).await?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let input = input(!asked.found && !items.inputs.iter().any(is_stamped));
        match open(&institution, &mut given, tenant.client_id(), &input, &items.inputs)? {
            Opened::New { session, batch } => {
                gateway.store().commit(&tenant.scope, batch).await?;
                Ok(session.id)
            }
            // One that was begun elsewhere, or by whoever made the debt, tells more than is told here.
            Opened::Joined(session) if session.return_url != asked.return_url => {
                let locked_until = session.busy_until(given.now).unwrap_or(session.expires_at);
                Err(Refusal::PaymentInProgress { locked_until }.into())
            }
            Opened::Joined(session) => Ok(session.id),
        }
    })
    .await?;
    session_url(gateway, session)
}

/// Whether there is a digital stamp in it, which is paid online or not at all.
fn is_stamped(item: &ItemInput) -> bool {
    let ItemInput::Own(own) = item else { return false };
    let mut transfers = own.position.installments().flat_map(|(_, one)| &one.transfers);
    transfers.any(|transfer| matches!(transfer.target, TransferTarget::Stamp { .. }))
}
