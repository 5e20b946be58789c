// SPDX-License-Identifier: AGPL-3.0-or-later
//! The parts of a process, put together from its settings.

use std::sync::Arc;

use actix_web::web::Data;
use tramite_gateway::{BodyReader, Gateway, GatewaySettings};
use tramite_outbound::{SystemNames, Towards};
use tramite_pagopa::checkout::{CheckoutClient, SubscriptionKey};
use tramite_pagopa::receipts::ReceiptsClient;
use tramite_storage::{Store, StoreError, StoreSettings};
use tramite_worker::Worker;
use url::Url;

use crate::clock::SystemWorld;
use crate::config::{ReceiptsSettings, ServeSettings, WrongConfiguration};
use crate::failure::Failure;

/// Opens the store. A database that was never prepared, or by a newer program, is a wrong setting.
pub(crate) async fn open_store(settings: StoreSettings) -> Result<Store, Failure> {
    Store::open(settings).await.map_err(|error| match error {
        StoreError::SchemaVersion { .. } => {
            let text = format!("{error}; expected a database that this version has prepared");
            WrongConfiguration::one("TRAMITE_DATABASE_URL", text).into()
        }
        StoreError::Sealed => {
            let text = "the database was sealed under another key; expected the file with the key it was begun with";
            WrongConfiguration::one("TRAMITE_MASTER_KEY_FILE", text).into()
        }
        other => Failure::from(other),
    })
}

/// Opens the gateway on a store.
pub(crate) async fn open_gateway(store: Store, settings: GatewaySettings) -> Result<Data<Gateway>, Failure> {
    let gateway = Gateway::open(store, Arc::new(SystemWorld), settings).await;
    gateway.map(Data::new).map_err(|error| Failure::Part(format!("the gateway cannot start: {error}")))
}

/// The worker, which tells clients of events as far as the environment allows.
pub(crate) fn telling(worker: Worker, store: &Store, public_url: &str) -> Result<Worker, Failure> {
    let towards = Towards::of(store.environment(), public_url);
    worker
        .telling(towards, Arc::new(SystemNames))
        .map_err(|error| Failure::Part(format!("the worker cannot start: {error}")))
}

/// The worker, which asks for receipts that never came where it was told whom to ask.
pub(crate) fn recovering(worker: Worker, receipts: Option<&ReceiptsSettings>) -> Result<Worker, Failure> {
    let Some(receipts) = receipts else { return Ok(worker) };
    let client = ReceiptsClient::new(receipts.url.as_str(), receipts.key.clone())
        .map_err(|error| WrongConfiguration::one("TRAMITE_RECEIPTS_URL", error.to_string()))?;
    Ok(worker.recovering(client))
}

/// The worker, which loads files of debt positions, and reads each position as the API does.
pub(crate) fn importing(worker: Worker) -> Result<Worker, Failure> {
    let reader = BodyReader::new().map_err(|error| Failure::Part(format!("the worker cannot start: {error}")))?;
    Ok(worker.importing(Arc::new(reader)))
}

/// What the gateway is told by the settings of `serve`.
pub(crate) fn gateway_settings(settings: &ServeSettings) -> Result<GatewaySettings, Failure> {
    let service = &settings.service;
    let checkout = checkout_client(&service.checkout.url, service.checkout.key.clone())?;
    let mut told = public(&service.public_url)?;
    told.limits = settings.limits;
    told.account_delay_seconds = service.account_delay_seconds;
    told.recovers_receipts = service.receipts.is_some();
    told.retention_years = service.retention_years;
    told.trusted_proxies.clone_from(&settings.trusted_proxies);
    told.checkout = Some(checkout);
    told.platform_apart = settings.platform_listen.is_some();
    told.loopback_return = service.loopback_return.unwrap_or(true);
    Ok(told)
}

/// What the gateway is told beside a simulated Node.
pub(crate) fn sandbox_settings(
    public_url: &Url,
    checkout_url: &Url,
    key: SubscriptionKey,
) -> Result<GatewaySettings, Failure> {
    let mut told = public(public_url)?;
    told.checkout = Some(checkout_client(checkout_url, key)?);
    told.recovers_receipts = true;
    Ok(told)
}

fn public(url: &Url) -> Result<GatewaySettings, Failure> {
    GatewaySettings::new(url.as_str().trim_end_matches('/'))
        .map_err(|error| WrongConfiguration::one("TRAMITE_PUBLIC_URL", error.to_string()).into())
}

fn checkout_client(url: &Url, key: SubscriptionKey) -> Result<CheckoutClient, Failure> {
    CheckoutClient::new(url.as_str(), key)
        .map_err(|error| WrongConfiguration::one("TRAMITE_CHECKOUT_URL", error.to_string()).into())
}
