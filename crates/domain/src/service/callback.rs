// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whom to ask what is due, where the institution's own system alone knows it. Tramite asks when the Node verifies or gets a
//! notice, and when a citizen is sent to pay.

use serde::{Deserialize, Serialize};

use super::define::{account, written};
use super::{Service, ServiceInput};
use crate::batch::Batch;
use crate::given::Given;
use crate::ident::AccountCode;
use crate::institution::Institution;
use crate::named::named;
use crate::refusal::Refusal;
use crate::text::Text;
use crate::violation::{Place, Violations};

/// The longest address that is asked, in characters.
pub const CALLBACK_URL_CHARS_MAX: usize = 500;

/// An institution's own answer to what is due for an installment now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmountCallback {
    /// Where it is asked; whether that address may be asked is for the gateway to say.
    pub url: Text<1, CALLBACK_URL_CHARS_MAX>,
    /// The difference to the amount that stands in the position goes with the transfer to this account; with the first transfer
    /// that is no stamp where an installment has none to it.
    pub account_id: Option<AccountCode>,
    /// What holds when it does not answer in time, or not with an amount.
    pub on_failure: OnFailure,
    /// The secret that signs the questions, by the version of the service that made it.
    pub secret: i64,
    /// The one before it signs beside it, so that the institution changes its own whenever it suits.
    pub former_secret: Option<i64>,
}

/// What holds when nothing usable was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// The amount that stands in the position is due.
    StoredAmount,
    /// Nobody pays now: the caller is told to come again.
    Refuse,
}

named!(OnFailure { StoredAmount = "stored_amount", Refuse = "refuse" });

/// A callback as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmountCallbackInput {
    /// Where to ask.
    pub url: String,
    /// The account that the difference goes to.
    pub account_id: Option<String>,
    /// What holds without an answer.
    pub on_failure: OnFailure,
}

/// Reads a callback. Its secrets stay as long as there is one; a new one has a secret of its own.
pub(super) fn callback(
    institution: &Institution,
    (present, version): (Option<&Service>, i64),
    input: &ServiceInput,
    given: &Given<'_>,
    faults: &mut Violations,
) -> Option<AmountCallback> {
    let said = input.amount_callback.as_ref()?;
    let at = Place::root().at("amount_callback");
    if input.amount.fixed {
        faults.add(&at, "not_allowed", "The amount of the service is fixed: nothing else can be due.");
    }
    if input.late_charges.is_some() {
        faults.add(&at, "not_allowed", "What is due is asked or reckoned from late_charges, not both.");
    }
    let url = faults.take(&at.at("url"), "invalid_text", said.url.parse());
    let account_id = said.account_id.as_ref().and_then(|id| account(institution, &at, id, given, faults));
    let kept = present.and_then(|before| before.amount_callback.as_ref());
    let (secret, former_secret) = kept.map_or((version, None), |kept| (kept.secret, kept.former_secret));
    Some(AmountCallback { url: url?, account_id, on_failure: said.on_failure, secret, former_secret })
}

/// Gives the callback of a service a new secret; the present one goes on beside it.
///
/// # Errors
/// [`Refusal::NoAmountCallback`].
pub fn renew_callback_secret(present: &Service, given: &mut Given<'_>) -> Result<(Service, Batch), Refusal> {
    let version = present.version.saturating_add(1);
    let callback = present.amount_callback.as_ref().ok_or(Refusal::NoAmountCallback)?;
    let callback = AmountCallback { secret: version, former_secret: Some(callback.secret), ..callback.clone() };
    let service = Service { amount_callback: Some(callback), version, updated_at: given.now, ..present.clone() };
    let batch = written(Some(present), &service, "service.callback_secret_renewed", given);
    Ok((service, batch))
}
