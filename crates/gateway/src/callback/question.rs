// SPDX-License-Identifier: AGPL-3.0-or-later
//! One question and its answer: JSON both ways, signed as Standard Webhooks are.

use chrono::NaiveDate;
use reqwest::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ids::InstallmentId;
use tramite_domain::money::Cents;
use tramite_domain::secret::Secret;
use tramite_domain::time::Instant;
use tramite_outbound::Signed;
use uuid::Uuid;

use super::failure::Failure;

/// The largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 4 * 1024;

/// What is asked: nothing of it is personal.
#[derive(Debug, Serialize)]
pub(super) struct Question {
    debt_position_id: String,
    external_id: String,
    service_code: String,
    installment_id: String,
    installment_reference: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice_number: Option<String>,
    iuv: String,
    /// Cents, as they stand in the position.
    amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_date: Option<NaiveDate>,
    as_of: Instant,
}

/// What is read of an answer; what else stands in it is not looked at.
#[derive(Debug, Deserialize)]
struct Said {
    amount: i64,
}

impl Question {
    pub(super) fn of(position: &DebtPosition, installment: InstallmentId, now: Instant) -> Option<Self> {
        let (_, one) = position.installment(installment)?;
        Some(Self {
            debt_position_id: position.id.to_string(),
            external_id: position.external_id.as_ref()?.to_string(),
            service_code: position.service_code.as_ref()?.to_string(),
            installment_id: one.id.to_string(),
            installment_reference: one.reference.to_string(),
            notice_number: one.notice_number.map(|number| number.to_string()),
            iuv: one.iuv.to_string(),
            amount: one.amount.cents(),
            due_date: one.due_date,
            as_of: now,
        })
    }

    /// The question as it is sent, signed with each secret.
    pub(super) fn signed(&self, secrets: &[Secret<[u8; 32]>], id: Uuid) -> Result<Signed, Failure> {
        if secrets.is_empty() {
            return Err(Failure::Unsigned);
        }
        let body = serde_json::to_vec(self).map_err(|_| Failure::Broken)?;
        Ok(Signed::of(format!("msg_{}", id.simple()), self.as_of, body, secrets))
    }
}

/// The amount that an answer says.
pub(super) async fn amount(response: Response) -> Result<Cents, Failure> {
    if response.status() != StatusCode::OK {
        return Err(Failure::HttpStatus);
    }
    let body = read(response).await?;
    let said: Said = serde_json::from_slice(&body).map_err(|_| Failure::Malformed)?;
    Cents::payable(said.amount).map_err(|_| Failure::InvalidAmount)
}

async fn read(mut response: Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len().saturating_add(chunk.len()) > ANSWER_BYTES_MAX {
            return Err(Failure::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
