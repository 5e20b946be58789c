// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tramite service apply`: services as files, so that an office keeps them where it keeps everything else, tries a change, and brings a
//! whole catalogue to another installation. The same files again change nothing.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use reqwest::{Client, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::file::{DefinitionFile, RegistryFile, definitions, registries};
use crate::client::{Api, ApiFailure, json};
use crate::config::{ClientOptions, Reader};
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Some were not published.
const SOME_REFUSED: u8 = 3;
/// The status of what is not there.
const NOT_FOUND: u16 = 404;

/// What `service apply` is told.
#[derive(Debug, Args)]
pub(crate) struct ApplyOptions {
    #[command(flatten)]
    client: ClientOptions,
    /// The definitions, one JSON file for each service
    #[arg(value_name = "FILE", required = true)]
    file: Vec<PathBuf>,
    /// A registry that they read, a JSON file called after it; may be said several times
    #[arg(long, value_name = "FILE")]
    registry: Vec<PathBuf>,
}

/// What is said of a version that was written.
#[derive(Debug, Deserialize)]
struct Written {
    version: u32,
}

/// Writes registries, then services that are missing, then forms. What one file brings to an end ends no other.
pub(crate) async fn run(options: ApplyOptions) -> Result<ExitCode, Failure> {
    let mut reader = Reader::default();
    let settings = options.client.read(&mut reader);
    let definitions = definitions(&options.file, &mut reader);
    let registries = registries(&options.registry, &mut reader);
    let mut api = Api::new(reader.finish(settings)?)?;
    let mut refused = 0_usize;
    for one in registries {
        let name = format!("registry {}", one.code);
        refused = refused.saturating_add(told(&name, registry(&mut api, &one).await)?);
    }
    for one in definitions {
        let name = one.code.to_string();
        refused = refused.saturating_add(told(&name, service(&mut api, &one).await)?);
    }
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(SOME_REFUSED) })
}

/// One line for each; a refusal is told with all its faults, and everything else ends the command.
fn told(name: &str, written: Result<u32, ApiFailure>) -> Result<usize, Failure> {
    match written {
        Ok(version) => {
            Terminal::Output.line(&format!("{name}: version {version}"));
            Ok(0)
        }
        Err(refusal @ ApiFailure::Refused { .. }) if !refusal.may_pass() && !refusal.is_unauthorized() => {
            Terminal::Errors.line(&format!("{name}: {refusal}"));
            Ok(1)
        }
        Err(failure) => Err(failure.into()),
    }
}

async fn registry(api: &mut Api, one: &RegistryFile) -> Result<u32, ApiFailure> {
    put(api, &format!("/v1/registries/{}", one.code), &one.registry).await
}

async fn service(api: &mut Api, one: &DefinitionFile) -> Result<u32, ApiFailure> {
    let path = format!("/v1/services/{}", one.code);
    if !is_there(api, &path).await? {
        put_service(api, &path, &described(&one.definition)).await?;
    }
    put(api, &format!("{path}/form/definition"), &one.definition).await
}

async fn is_there(api: &mut Api, path: &str) -> Result<bool, ApiFailure> {
    match api.get(path, |request| request, async |_| Ok(())).await {
        Ok(()) => Ok(true),
        Err(ApiFailure::Refused { status: NOT_FOUND, .. }) => Ok(false),
        Err(failure) => Err(failure),
    }
}

/// The service that a definition describes. What it leaves out, or says wrongly, is told by Tramite.
fn described(definition: &Value) -> Value {
    let title = |language: &str| definition.pointer(&format!("/title/{language}")).cloned();
    let mut titles = json!({"it": title("it")});
    for language in ["en", "de"] {
        if let (Some(text), Some(titles)) = (title(language), titles.as_object_mut()) {
            titles.insert(language.to_owned(), text);
        }
    }
    let member = |name: &str| definition.get(name).cloned();
    json!({
        "title": titles, "taxonomy_code": member("taxonomy_code"), "collection_kind": member("collection_kind"),
        "account_id": member("account_id"), "kind": "spontaneous", "amount": {"rule": "free"}, "status": "active",
    })
}

async fn put_service(api: &mut Api, path: &str, body: &Value) -> Result<(), ApiFailure> {
    let address = api.address(path);
    // Somebody else may define it at the same time: theirs stays.
    let make = |client: &Client| Ok(client.put(&address).header("If-None-Match", "*").json(body));
    match api.send(&format!("PUT {path}"), make, async |_| Ok(())).await {
        Err(ApiFailure::Refused { status: 412, .. }) => Ok(()),
        other => other,
    }
}

async fn put(api: &mut Api, path: &str, body: &Value) -> Result<u32, ApiFailure> {
    let address = api.address(path);
    let what = format!("PUT {path}");
    let make = |client: &Client| Ok(client.put(&address).json(body));
    let take = async |answer: Response| json::<Written>(&what, answer).await;
    Ok(api.send(&what, make, take).await?.version)
}
