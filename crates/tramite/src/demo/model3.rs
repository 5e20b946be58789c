// SPDX-License-Identifier: AGPL-3.0-or-later
//! Model 3: a debt position is loaded, the citizen pays its notice at a provider of their choice, the receipt arrives.

use serde_json::json;
use tramite_domain::given::World;

use super::failure::DemoFailure;
use super::http::{Ask, Caller};
use super::messages;
use super::setup::Place;
use super::token::institution_token;

/// What the notice asks, in cents.
const AMOUNT: i64 = 12_050;

/// Loads a position, has its notice paid, and reads the receipt.
pub(crate) async fn pay(
    gateway: &Caller,
    sandbox: &Caller,
    place: &Place,
    world: &dyn World,
) -> Result<((), String), DemoFailure> {
    let token = institution_token(gateway, &place.portal, place.body.code).await?;
    let position = gateway
        .ask(
            Ask::post("/v1/debt-positions")
                .bearer(&token)
                .key(world.id())
                .json(json!({
                    "external_id": format!("TARI-{}", world.id()),
                    "service_code": "TARI",
                    "description": "TARI 2026",
                    "debtor": {"type": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"},
                    "amount": AMOUNT
                }))
                .tells(&["/service_code", "/amount"])
                .expects(&[201])
                .shows(&["/id", "/status", "/payment_options/0/installments/0/notice_number"]),
        )
        .await?;
    let id = position.text("/id")?;
    let notice = position.text("/payment_options/0/installments/0/notice_number")?;
    let payment = sandbox
        .ask(
            Ask::post("/sandbox/v1/payments")
                .json(json!({"creditor_tax_code": place.body.tax_code, "notice_number": notice}))
                .tells(&["/creditor_tax_code", "/notice_number"])
                .shows(&["/outcome", "/payment_token"]),
        )
        .await?;
    messages::tell(sandbox.terminal(), payment.list("/transcript")?);
    messages::outcome("the payment at the provider", &payment, "/outcome", "OK")?;
    let paid = gateway
        .ask(
            Ask::get(format!("/v1/debt-positions/{id}"))
                .bearer(&token)
                .shows(&["/status", "/payment_options/0/installments/0/receipt_id"]),
        )
        .await?;
    messages::outcome("the debt position", &paid, "/status", "paid")?;
    let receipt = paid.text("/payment_options/0/installments/0/receipt_id")?;
    let shown = gateway
        .ask(Ask::get(format!("/v1/receipts/{receipt}")).bearer(&token).shows(&[
            "/receipt_id",
            "/amount",
            "/paid_at",
            "/payment_method",
        ]))
        .await?;
    Ok(((), format!("notice {notice} is paid, receipt {} is stored", shown.text("/receipt_id")?)))
}
