// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Node's door, on whichever listener it stands, and what writes down who came through it.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tramite_gateway::callback::Callbacks;
use tramite_gateway::soap::Soap;
use tramite_storage::Store;

use crate::clock::SystemWorld;
use crate::failure::Failure;

/// An open door.
pub(crate) struct Door {
    soap: Soap,
    flushing: JoinHandle<()>,
}

impl Door {
    /// Opens the door over a store.
    pub(crate) fn open(store: &Store, callbacks: &Callbacks) -> Result<Self, Failure> {
        // What the API asks of institutions' systems is not in the Node's way.
        let callbacks =
            callbacks.apart().map_err(|error| Failure::Part(format!("the Node's door cannot open: {error}")))?;
        let (soap, flusher) = Soap::open(store.clone(), Arc::new(SystemWorld), callbacks);
        Ok(Self { soap, flushing: tokio::spawn(flusher.run()) })
    }

    /// What the handlers share.
    pub(crate) fn soap(&self) -> Soap {
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
