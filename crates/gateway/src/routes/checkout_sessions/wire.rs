// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller writes about a checkout session.

use serde::Deserialize;
use serde_json::{Map, Value};
use tramite_domain::ids::DebtPositionId;
use tramite_domain::personal::Personal;
use tramite_domain::session::{
    EXPIRES_IN_DEFAULT, IfBusy, Language, OnAbandon, PayerInput as DomainPayer, ReturnMode, SessionInput,
};
use utoipa::ToSchema;

use crate::routes::debt_positions::{DebtPositionInput, IfExists};
use crate::words;

/// A checkout session as you write it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "client_reference": "SUAPE-2026-000123",
    "line_items": [{"debt_position": {
        "external_id": "SUAPE-2026-000123",
        "service_code": "SUAPE",
        "debtor": {"type": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"},
        "amount": 5000
    }}],
    "return_url": "https://portale.comune.example.it/esito",
    "state": "af0ifjsldkj"
}))]
pub(crate) struct CheckoutSessionInput {
    /// Your own key of it, not unique.
    #[schema(value_type = Option<words::Line128>)]
    client_reference: Option<String>,
    /// What is paid.
    #[schema(min_items = 1, max_items = 5)]
    pub(crate) line_items: Vec<LineItemInput>,
    payer: Option<PayerInput>,
    /// Where the citizen returns: of one of your delegation's return origins.
    #[schema(value_type = words::WebAddress)]
    pub(crate) return_url: String,
    /// Where the citizen returns after giving up; `return_url` where left out.
    #[schema(value_type = Option<words::WebAddress>)]
    pub(crate) cancel_url: Option<String>,
    /// Comes back to you in the return token.
    #[schema(value_type = Option<words::Line128>)]
    state: Option<String>,
    /// Whether the return carries a signed token; `token` where left out.
    #[schema(value_type = Option<words::ReturnMode>)]
    return_mode: Option<ReturnMode>,
    /// Life of the address in seconds, 300 to 86400; 1800 where left out.
    #[schema(value_type = Option<words::SessionSeconds>)]
    expires_in: Option<i64>,
    /// What happens to positions made inline when nobody pays; `keep` where left out.
    #[schema(value_type = Option<words::OnAbandon>)]
    on_abandon: Option<OnAbandon>,
    /// What happens when somebody is paying an item already; `reject` where left out.
    #[schema(value_type = Option<words::IfBusy>)]
    if_busy: Option<IfBusy>,
    /// Whether the citizen may take the notice and pay elsewhere; true where left out.
    allow_notice: Option<bool>,
    /// Language of the pages; Italian where left out.
    #[schema(value_type = Option<words::Language>)]
    language: Option<Language>,
    /// Your own data; never leaves Tramite.
    #[serde(default)]
    #[schema(value_type = Option<words::FreeMetadata>)]
    metadata: Map<String, Value>,
}

/// Who pays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PayerInput {
    #[schema(value_type = Option<words::SubjectTaxCode>)]
    tax_code: Option<Personal<String>>,
    #[schema(value_type = Option<words::Line70>)]
    full_name: Option<Personal<String>>,
    /// Where Checkout sends the provider's confirmation.
    #[schema(value_type = Option<words::EmailAddress>)]
    email: Option<Personal<String>>,
}

/// One thing to pay: a debt position that is there, a notice, a submission, or a debt position made with the session.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineItemInput {
    /// A debt position of your institution.
    #[schema(value_type = Option<words::Id>)]
    pub(crate) debt_position_id: Option<String>,
    /// Which of its installments; the only payable one where left out.
    #[schema(value_type = Option<words::InstallmentReference>)]
    pub(crate) installment_reference: Option<String>,
    /// A notice, with its creditor.
    #[schema(value_type = Option<words::NoticeNumber>)]
    pub(crate) notice_number: Option<String>,
    /// The creditor on the notice.
    #[schema(value_type = Option<words::InstitutionTaxCode>)]
    pub(crate) creditor_tax_code: Option<String>,
    /// A submission of yours: its debt position.
    #[schema(value_type = Option<words::Id>)]
    pub(crate) submission_id: Option<String>,
    /// A debt position to make.
    pub(crate) debt_position: Option<DebtPositionInput>,
    /// What happens when its `external_id` is there already; `reject` where left out.
    #[schema(value_type = Option<words::IfExists>)]
    pub(crate) if_exists: Option<IfExists>,
    /// What you believe is due, in cents; something else is 409 `amount_changed`.
    #[schema(value_type = Option<words::AmountCents>)]
    pub(crate) expected_amount: Option<i64>,
}

impl LineItemInput {
    /// That installment of a debt position; the only payable one where that is none.
    pub(super) fn of_position(id: DebtPositionId, installment_reference: Option<String>) -> Self {
        Self {
            debt_position_id: Some(id.to_string()),
            installment_reference,
            notice_number: None,
            creditor_tax_code: None,
            submission_id: None,
            debt_position: None,
            if_exists: None,
            expected_amount: None,
        }
    }
}

impl CheckoutSessionInput {
    /// What the session is, apart from its items.
    pub(crate) fn session(&self) -> SessionInput {
        SessionInput {
            client_reference: self.client_reference.clone(),
            payer: self.payer.clone().map(|PayerInput { tax_code, full_name, email }| DomainPayer {
                tax_code,
                full_name,
                email,
            }),
            return_url: self.return_url.clone(),
            cancel_url: self.cancel_url.clone(),
            state: self.state.clone(),
            return_mode: self.return_mode.unwrap_or(ReturnMode::Token),
            expires_in: self.expires_in.unwrap_or(EXPIRES_IN_DEFAULT),
            on_abandon: self.on_abandon.unwrap_or(OnAbandon::Keep),
            if_busy: self.if_busy.unwrap_or(IfBusy::Reject),
            allow_notice: self.allow_notice.unwrap_or(true),
            language: self.language.unwrap_or(Language::It),
            metadata: self.metadata.clone(),
        }
    }
}
