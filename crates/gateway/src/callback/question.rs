// SPDX-License-Identifier: AGPL-3.0-or-later
//! One question and its answer: JSON both ways, signed as Standard Webhooks are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Response, StatusCode};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ids::InstallmentId;
use tramite_domain::money::Cents;
use tramite_domain::secret::Secret;
use tramite_domain::time::Instant;
use tramite_telemetry::trace::TRACEPARENT;
use url::Url;
use uuid::Uuid;

use super::failure::Failure;

/// The largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 4 * 1024;
const JSON: &str = "application/json";

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

/// A question as it is sent.
#[derive(Debug)]
pub(super) struct Signed {
    id: String,
    timestamp: i64,
    signature: String,
    body: Vec<u8>,
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
}

impl Signed {
    /// Signs a question with each secret.
    pub(super) fn of(question: &Question, secrets: &[Secret<[u8; 32]>], id: Uuid) -> Self {
        let id = format!("msg_{}", id.simple());
        let timestamp = question.as_of.datetime().timestamp();
        let body = serde_json::to_vec(question).unwrap_or_default();
        let signatures: Vec<String> =
            secrets.iter().filter_map(|secret| signature(secret, &id, timestamp, &body)).collect();
        Self { id, timestamp, signature: signatures.join(" "), body }
    }

    /// Asks; `parent` is where the question belongs, where anybody traces.
    pub(super) async fn ask(self, client: &Client, url: Url, parent: Option<String>) -> Result<Cents, Failure> {
        let mut request = client
            .post(url)
            .header(CONTENT_TYPE, JSON)
            .header(ACCEPT, JSON)
            .header("webhook-id", self.id)
            .header("webhook-timestamp", self.timestamp)
            .header("webhook-signature", self.signature)
            .body(self.body);
        if let Some(parent) = parent {
            request = request.header(TRACEPARENT, parent);
        }
        let response = request.send().await?;
        if response.status() != StatusCode::OK {
            return Err(Failure::Status);
        }
        let body = read(response).await?;
        let said: Said = serde_json::from_slice(&body).map_err(|_| Failure::Unreadable)?;
        Cents::payable(said.amount).map_err(|_| Failure::NotCarried)
    }
}

fn signature(secret: &Secret<[u8; 32]>, id: &str, timestamp: i64, body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose()).ok()?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
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
