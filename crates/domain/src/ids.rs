// SPDX-License-Identifier: AGPL-3.0-or-later
//! One type per thing that has an identity, so that no id is ever taken for another.
//!
//! The values are UUIDs version 7 made by the caller: the domain draws no random numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// A text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not an identifier: expected a UUID in its hyphenated form")]
pub struct IdError;

/// Length of the hyphenated form, the only one accepted: one thing has one spelling.
const HYPHENATED_CHARS: usize = 36;

fn parse_hyphenated(text: &str) -> Result<Uuid, IdError> {
    if text.len() != HYPHENATED_CHARS {
        return Err(IdError);
    }
    Uuid::try_parse(text).map_err(|_| IdError)
}

macro_rules! ids {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID given from outside.
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID within.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_hyphenated(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, formatter)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )+};
}

ids! {
    /// A creditor institution: the tenant.
    InstitutionId;
    /// A client of the API.
    ClientId;
    /// One secret of a client; two may live at a time.
    ClientSecretId;
    /// What one client may do for one institution.
    DelegationId;
    /// Somebody else whose tokens are taken.
    TrustedIssuerId;
    /// Read access of an operator to one institution, for a while.
    SupportAccessId;
    /// The association of an institution with a station.
    StationLinkId;
    /// A debt position.
    DebtPositionId;
    /// One of the alternative ways of paying a position.
    PaymentOptionId;
    /// One instalment of a payment option: what a notice number stands for.
    InstallmentId;
    /// One share of an instalment and where it goes.
    TransferId;
    /// A batch of reserved notice numbers.
    IuvBatchId;
    /// A file of debt positions that is loaded.
    ImportId;
    /// What was sent of such a file, as it is kept.
    ImportFileId;
    /// Documents of many debt positions that are made into one file.
    DocumentBatchId;
    /// What somebody submitted in a form.
    SubmissionId;
    /// A checkout session.
    SessionId;
    /// A receipt as kept for one institution; `receiptId` of the Node is a text of its own.
    ReceiptRowId;
    /// One stored version of the message of a receipt.
    ReceiptVariantId;
    /// A receipt that is asked for.
    RecoveryId;
    /// An event of an institution's feed.
    EventId;
    /// An attempt to pay an instalment: a cart, an RPT, a get.
    AttemptId;
    /// An address of a client that is told of events.
    WebhookEndpointId;
    /// A message that could not be taken and was kept as it came.
    RawMessageId;
    /// A task of the worker.
    TaskId;
    /// A message in the journal.
    JournalId;
    /// A line of the audit trail.
    AuditId;
    /// A request received over HTTP.
    RequestId;
    /// A key that signs tokens.
    SigningKeyId;
    /// The data key of an institution.
    DataKeyId;
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    #[test]
    fn an_id_is_read_and_shown_in_its_hyphenated_form_only() {
        let id: DebtPositionId = TEXT.to_uppercase().parse().unwrap();
        assert_eq!(id.to_string(), TEXT);
        assert_eq!(format!("{id:?}"), format!("DebtPositionId({TEXT})"));
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{TEXT}\""));
        assert_eq!(serde_json::from_str::<DebtPositionId>(&format!("\"{TEXT}\"")).unwrap(), id);
        assert_eq!(DebtPositionId::from(Uuid::from(id)), id);
        let simple = TEXT.replace('-', "");
        let urn = format!("urn:uuid:{TEXT}");
        for wrong in ["", simple.as_str(), urn.as_str(), "01890a5d-ac96-774b-bcce-b302099a805g"] {
            assert_eq!(wrong.parse::<DebtPositionId>(), Err(IdError), "{wrong}");
        }
    }
}
