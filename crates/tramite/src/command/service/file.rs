// SPDX-License-Identifier: AGPL-3.0-or-later
//! Definitions and registries as files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use tramite_domain::form::limits::{DEFINITION_BYTES_MAX, REGISTRY_BYTES_MAX};
use tramite_domain::ident::{RegistryCode, ServiceCode};

use crate::config::Reader;

/// The file of a definition.
#[derive(Debug)]
pub(super) struct DefinitionFile {
    /// The service.
    pub(super) code: ServiceCode,
    /// What it says.
    pub(super) definition: Value,
}

/// The file of a registry, which is called after it.
#[derive(Debug)]
pub(super) struct RegistryFile {
    /// The registry.
    pub(super) code: RegistryCode,
    /// What it says.
    pub(super) registry: Value,
}

/// Reads definitions; what is wrong with a file is told with all other settings.
pub(super) fn definitions(paths: &[PathBuf], reader: &mut Reader) -> Vec<DefinitionFile> {
    let mut known = BTreeSet::new();
    let mut all = Vec::new();
    for path in paths {
        let Some(definition) = object(path, DEFINITION_BYTES_MAX, "FILE", reader) else { continue };
        let code = definition.get("code").and_then(Value::as_str).and_then(|code| code.parse::<ServiceCode>().ok());
        match code {
            None => reader.wrong("FILE", format!("{}: no code of a service; expected a member `code`", path.display())),
            Some(code) if !known.insert(code.clone()) => {
                reader
                    .wrong("FILE", format!("{}: another file is of {code} too; expected one for each", path.display()));
            }
            Some(code) => all.push(DefinitionFile { code, definition: Value::Object(definition) }),
        }
    }
    all
}

/// Reads registries.
pub(super) fn registries(paths: &[PathBuf], reader: &mut Reader) -> Vec<RegistryFile> {
    let mut known = BTreeSet::new();
    let mut all = Vec::new();
    for path in paths {
        let Some(registry) = object(path, REGISTRY_BYTES_MAX, "--registry", reader) else { continue };
        let name = path.file_stem().and_then(|name| name.to_str());
        match name.and_then(|name| name.parse::<RegistryCode>().ok()) {
            Some(code) if !known.insert(code.clone()) => {
                let text = format!("{}: another file is of {code} too; expected one for each", path.display());
                reader.wrong("--registry", text);
            }
            Some(code) => all.push(RegistryFile { code, registry: Value::Object(registry) }),
            None => reader.wrong(
                "--registry",
                format!(
                    "{}: no name of a registry; expected lower-case letters, digits and underscores, then .json",
                    path.display()
                ),
            ),
        }
    }
    all
}

fn object(path: &Path, bytes_max: usize, setting: &'static str, reader: &mut Reader) -> Option<Map<String, Value>> {
    let read = std::fs::metadata(path).and_then(|about| {
        let fits = usize::try_from(about.len()).is_ok_and(|bytes| bytes <= bytes_max);
        if fits { std::fs::read(path) } else { Err(std::io::Error::other(format!("has more than {bytes_max} bytes"))) }
    });
    let read = read.and_then(|bytes| serde_json::from_slice(&bytes).map_err(std::io::Error::from));
    read.map_err(|error| {
        reader.wrong(setting, format!("{}: {error}; expected a file of one JSON object", path.display()));
    })
    .ok()
}
