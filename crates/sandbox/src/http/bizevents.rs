// SPDX-License-Identifier: AGPL-3.0-or-later
//! The receipts API of the platform, as strict as the real one: ten questions an hour, whoever asks and whatever is answered.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};
use tramite_domain::money::Cents;
use tramite_pagopa::current::{MetadataEntry, Outcome, Party, ReceiptMessage, ReceiptTransfer};

use super::TheNode;
use crate::limits::{QUESTION_MINUTES, QUESTIONS_MAX};

/// The header of the platform's gateway.
const KEY_HEADER: &str = "Ocp-Apim-Subscription-Key";
/// Stands at both ends of what is a number and no text. It is no letter of anybody.
const MARK: char = '\u{E000}';
/// Seconds of a minute.
const MINUTE_SECONDS: i64 = 60;

pub(super) async fn show(node: TheNode, path: Path<(String, String, String)>, request: HttpRequest) -> HttpResponse {
    if let Some(expected) = &node.settings.api_key {
        let given = request.headers().get(KEY_HEADER).and_then(|value| value.to_str().ok());
        if given != Some(expected.as_str()) {
            return problem(StatusCode::UNAUTHORIZED, "Wrong or missing function key.");
        }
    }
    if let Some(seconds) = counted(&node) {
        let mut answer = problem(StatusCode::TOO_MANY_REQUESTS, "Too many requests.");
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
        return answer;
    }
    let (organization, iur, iuv) = path.into_inner();
    if organization.len() != 11 || !organization.bytes().all(|byte| byte.is_ascii_digit()) {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "The fiscal code of the organization is wrong.");
    }
    let record = node.record(&iur).filter(|record| {
        let message = &record.message;
        let involved = record.recipients.iter().any(|one| one.addressee.id_pa == organization);
        involved && message.creditor_reference_id.as_deref() == Some(iuv.as_str())
    });
    match record {
        None => problem(StatusCode::NOT_FOUND, "Not found the receipt."),
        Some(record) => {
            HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(written(&told(&record.message)))
        }
    }
}

/// Counts a question; of one too many the seconds to wait.
fn counted(node: &TheNode) -> Option<i64> {
    let now = node.world.now();
    let mut questions = node.questions();
    questions.retain(|at| now < at.plus_minutes(QUESTION_MINUTES));
    if questions.len() < QUESTIONS_MAX {
        questions.push(now);
        return None;
    }
    let oldest = questions.first().copied().unwrap_or(now);
    Some((QUESTION_MINUTES * MINUTE_SECONDS).saturating_sub(now.seconds_since(oldest)).max(1))
}

fn problem(status: StatusCode, detail: &str) -> HttpResponse {
    let title = status.canonical_reason().unwrap_or_default();
    let body = json!({"title": title, "status": status.as_u16(), "detail": detail});
    HttpResponse::build(status).insert_header((CONTENT_TYPE, "application/json")).body(body.to_string())
}

/// The receipt in the names of the API.
fn told(message: &ReceiptMessage) -> Value {
    let mut all = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            all.insert(name.to_owned(), value);
        }
    };
    let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
    put("receiptId", Some(json!(message.receipt_id)));
    put("noticeNumber", Some(json!(message.notice_number)));
    put("fiscalCode", Some(json!(message.fiscal_code)));
    put("outcome", Some(json!(if message.outcome == Outcome::Ok { "OK" } else { "KO" })));
    put("creditorReferenceId", text(&message.creditor_reference_id));
    put("paymentAmount", Some(number(message.payment_amount)));
    put("description", text(&message.description));
    put("companyName", text(&message.company_name));
    put("officeName", text(&message.office_name));
    put("debtor", message.debtor.as_ref().map(party));
    put("transferList", Some(message.transfers.iter().map(share).collect()));
    put("idPSP", text(&message.psp.id));
    put("pspFiscalCode", text(&message.psp.fiscal_code));
    put("pspPartitaIVA", text(&message.psp.vat_number));
    put("pspCompanyName", text(&message.psp.company_name));
    put("idChannel", text(&message.psp.channel));
    put("channelDescription", text(&message.psp.channel_description));
    put("payer", message.payer.as_ref().map(party));
    put("paymentMethod", text(&message.payment_method));
    put("fee", message.fee.map(number));
    put("primaryCiIncurredFee", message.primary_ci_incurred_fee.map(number));
    put("idBundle", text(&message.id_bundle));
    put("idCiBundle", text(&message.id_ci_bundle));
    put("paymentDateTimeFormatted", message.payment_date_time.map(|at| json!(at)));
    put("applicationDate", message.application_date.map(|day| json!(day)));
    put("transferDate", message.transfer_date.map(|day| json!(day)));
    put("metadata", (!message.metadata.is_empty()).then(|| pairs(&message.metadata)));
    Value::Object(all)
}

fn party(party: &Party) -> Value {
    let mut told = json!({
        "entityUniqueIdentifierType": party.kind.text(),
        "entityUniqueIdentifierValue": party.code.expose(),
        "fullName": party.full_name.expose(),
    });
    if let (Some(email), Some(members)) = (&party.email, told.as_object_mut()) {
        members.insert("email".to_owned(), json!(email.expose()));
    }
    told
}

/// Both of `iban` and `mbdAttachment` are there, as the API's schema has it: one of them is empty.
fn share(share: &ReceiptTransfer) -> Value {
    let mut told = json!({
        "idTransfer": share.id.map(|id| format!("{MARK}{id}{MARK}")),
        "transferAmount": share.amount.map(number),
        "fiscalCodePA": share.fiscal_code,
        "iban": share.iban.clone().unwrap_or_default(),
        "mbdAttachment": share.stamp.clone().unwrap_or_default(),
        "remittanceInformation": share.remittance_information,
        "transferCategory": share.category,
    });
    if let (false, Some(members)) = (share.metadata.is_empty(), told.as_object_mut()) {
        members.insert("metadata".to_owned(), pairs(&share.metadata));
    }
    told
}

fn pairs(entries: &[MetadataEntry]) -> Value {
    entries.iter().map(|entry| json!({"key": entry.key, "value": entry.value})).collect()
}

/// Euros with decimals, as the API writes them: a number that was never a float.
fn number(amount: Cents) -> Value {
    json!(format!("{MARK}{amount}{MARK}"))
}

fn written(told: &Value) -> String {
    told.to_string().replace(&format!("\"{MARK}"), "").replace(&format!("{MARK}\""), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_as_a_number_to_the_cent() {
        let told = json!({"a": number(Cents::new(12_050).unwrap()), "b": "1.00"});
        assert_eq!(written(&told), r#"{"a":120.50,"b":"1.00"}"#);
    }
}
