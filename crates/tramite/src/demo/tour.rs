// SPDX-License-Identifier: AGPL-3.0-or-later
//! The steps of the demonstration, in their order.

use super::failure::DemoFailure;
use super::platform::Platform;
use super::setup::{self, Place};
use super::tell::Teller;
use super::token::{Credentials, operator_token};
use super::{clients, forms, model3, otf, registry};
use crate::clock::SystemWorld;

/// What there is to show at the end.
pub(crate) struct Shown {
    /// The operator.
    pub(crate) operator: Credentials,
    /// The institutions with their portals.
    pub(crate) places: Vec<Place>,
    /// The client that acts for several of them.
    pub(crate) software_house: Credentials,
}

/// Walks through everything. The first step that fails is the last.
pub(crate) async fn walk(platform: &Platform, teller: &mut Teller) -> Result<Shown, DemoFailure> {
    let (gateway, sandbox, world) = (platform.gateway(), platform.sandbox(), SystemWorld);
    let operator = teller.step("operator", "An operator, made directly in the database", platform.operator()).await?;
    let token = teller
        .step("station", "The broker's station, set up by the operator", async {
            let token = operator_token(gateway, &operator).await?;
            let detail = setup::station(gateway, &token).await?;
            Ok((token, detail))
        })
        .await?;
    let institutions = teller
        .step(
            "institutions",
            "Three creditor institutions with their accounts",
            setup::institutions(gateway, &token, &world),
        )
        .await?;
    let (places, software_house) = teller
        .step(
            "clients",
            "Their portals, and a software house that acts for two of them",
            clients::all(gateway, &token, &world, institutions),
        )
        .await?;
    teller
        .step(
            "marks",
            "All of it is marked as made by demo, which production refuses",
            platform.mark(&places, &software_house),
        )
        .await?;
    teller.step("services", "What they collect, set up by their portals", setup::services(gateway, &places)).await?;
    teller
        .step(
            "pages",
            "Forms of theirs, published, and pages on which citizens fill them in",
            forms::publish(gateway, &token, &places, &world),
        )
        .await?;
    teller.step("registry", "The same at the simulated Node", registry::register(sandbox, &places)).await?;
    if let [first, ..] = places.as_slice() {
        let title = format!("OTF: the portal of {} starts a payment", first.body.display_name);
        teller.step("otf_payment", &title, otf::pay(gateway, sandbox, first, &world)).await?;
        let title = format!("Model 3: a notice of {} is paid at a provider", first.body.display_name);
        teller.step("model_3_payment", &title, model3::pay(gateway, sandbox, first, &world)).await?;
    }
    Ok(Shown { operator, places, software_house })
}
