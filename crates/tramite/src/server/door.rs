// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Node's door on the listener of the API: in a sandbox alone. In production the peer must be proved before a byte
//! is read, which that listener cannot do; without a door its path is 404 (api.md, The Node's listener).

use std::sync::Arc;

use actix_web::web::Data;
use tokio::task::JoinHandle;
use tramite_domain::environment::Environment;
use tramite_gateway::soap::Soap;
use tramite_storage::Store;

use crate::clock::SystemWorld;

/// An open door, and what writes down who came through it.
pub(crate) struct Door {
    soap: Data<Soap>,
    flushing: JoinHandle<()>,
}

impl Door {
    /// Opens the door where the environment allows it on the listener of the API.
    pub(crate) fn open(store: &Store) -> Option<Self> {
        (store.environment() == Environment::Sandbox).then(|| {
            let (soap, flusher) = Soap::open(store.clone(), Arc::new(SystemWorld));
            Self { soap: Data::new(soap), flushing: tokio::spawn(flusher.run()) }
        })
    }

    /// What the handlers share.
    pub(crate) fn soap(&self) -> Data<Soap> {
        self.soap.clone()
    }

    /// Writes what the journal still holds. To be called when no message can come any more.
    pub(crate) async fn close(self) {
        self.soap.close().await;
        if let Err(error) = self.flushing.await {
            tracing::error!(cause = %error, "the journal's writer has ended badly");
        }
    }
}
