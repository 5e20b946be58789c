// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite keys rotate`: new keys to sign and to seal with, without a pause.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use tramite_gateway::keys::Keys;
use tramite_storage::{PAGE_LIMIT_MAX, PageRequest, Scope, Store, StoreError};

use crate::clock::SystemWorld;
use crate::config::{Reader, StoreOptions};
use crate::failure::Failure;
use crate::server::open_store;
use crate::terminal::Terminal;

use super::operator::audit;

/// What there is to do about keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Makes new signing keys and new data keys, and wraps every data key under the present master key
    Rotate(RotateOptions),
}

/// What `keys rotate` is told.
#[derive(Debug, Args)]
pub(crate) struct RotateOptions {
    #[command(flatten)]
    store: StoreOptions,
}

/// Makes new keys.
pub(crate) async fn run(command: KeysCommand) -> Result<ExitCode, Failure> {
    let KeysCommand::Rotate(options) = command;
    let mut reader = Reader::default();
    let settings = options.store.read(&mut reader);
    let settings = reader.finish(settings)?;
    let store = open_store(settings).await?;
    let institutions = rotate_data_keys(&store).await?;
    let ending = Keys::rotate(&store, &SystemWorld)
        .await
        .map_err(|error| Failure::Part(format!("the signing keys cannot be changed: {error}")))?;
    store.system().audit(None, audit(&SystemWorld, "keys.rotated", "keys".to_owned())).await?;
    Terminal::Output.line(&format!("data keys     new for the platform and {institutions} institutions"));
    Terminal::Output.line(&format!("signing keys  3 new, 1 for each purpose; {ending} will end"));
    Ok(ExitCode::SUCCESS)
}

/// The platform first: what seals the signing keys is then known to open.
async fn rotate_data_keys(store: &Store) -> Result<usize, StoreError> {
    let system = store.system();
    system.rotate_data_key().await?;
    let mut count = 0_usize;
    let mut cursor = None;
    loop {
        let page = system.institutions(&PageRequest { limit: PAGE_LIMIT_MAX, cursor }).await?;
        for institution in &page.items {
            store.rotate_data_key(&Scope::of_worker(institution.id)).await?;
            count = count.saturating_add(1);
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(count);
        }
    }
}
