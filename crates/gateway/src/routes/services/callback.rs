// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whom a service asks what is due, as an institution writes and reads it.

use serde::{Deserialize, Serialize};
use tramite_domain::service::{AmountCallback, AmountCallbackInput, OnFailure};
use tramite_domain::violation::Violation;
use tramite_outbound::{Towards, check};
use utoipa::ToSchema;

use crate::words;

/// A system of the institution that is asked what is due, whenever the Node verifies or gets a notice of the service and whenever
/// a citizen is sent to pay it. It has a second.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AmountCallbackInput)]
pub(super) struct CallbackBody {
    /// Where it is asked.
    #[schema(value_type = words::CallbackAddress)]
    url: String,
    /// The account whose transfer carries the difference to the amount that stands in the debt position; without one, or where an
    /// installment has no transfer to it, the first transfer that is no stamp.
    #[schema(value_type = Option<words::AccountCode>)]
    account_id: Option<String>,
    /// What holds where no usable answer comes.
    #[schema(value_type = words::OnCallbackFailure)]
    on_failure: OnFailure,
}

impl CallbackBody {
    /// Why that address may not be asked.
    pub(super) fn fault(&self, towards: Towards) -> Option<Violation> {
        let why = check(&self.url, towards).err()?;
        let pointer = "/amount_callback/url".to_owned();
        Some(Violation { pointer, code: "address_not_allowed", detail: why.to_owned() })
    }
}

impl From<CallbackBody> for AmountCallbackInput {
    fn from(body: CallbackBody) -> Self {
        Self { url: body.url, account_id: body.account_id, on_failure: body.on_failure }
    }
}

/// A system of the institution that is asked what is due.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AmountCallback)]
pub(super) struct CallbackView {
    /// Where it is asked.
    #[schema(value_type = words::CallbackAddress)]
    url: String,
    /// The account whose transfer carries the difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::AccountCode>)]
    account_id: Option<String>,
    /// What holds where no usable answer comes.
    #[schema(value_type = words::OnCallbackFailure)]
    on_failure: &'static str,
}

impl CallbackView {
    pub(super) fn of(callback: &AmountCallback) -> Self {
        Self {
            url: callback.url.to_string(),
            account_id: callback.account_id.as_ref().map(ToString::to_string),
            on_failure: callback.on_failure.name(),
        }
    }
}
