// SPDX-License-Identifier: AGPL-3.0-or-later
//! The services and registries of `examples`, and an office that has them.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use tramite_domain::form::{Form, Known, Registries, publish, read, registry};
use tramite_domain::ident::AccountCode;
use tramite_domain::violation::Violation;

/// An institution with accounts and registries.
pub(crate) struct Office {
    pub(crate) accounts: BTreeSet<AccountCode>,
    pub(crate) registries: Registries,
}

impl Office {
    pub(crate) fn new() -> Office {
        let accounts = ["main", "cds"].map(|code| code.parse().unwrap()).into();
        let registries = files("registries").into_iter().fold(Registries::new(), |all, (name, bytes)| {
            let input = serde_json::from_slice(&bytes).unwrap();
            all.with(&name, registry(&input).unwrap_or_else(|faults| panic!("{name}: {faults:#?}")))
        });
        Office { accounts, registries }
    }

    pub(crate) fn known(&self) -> Known<'_> {
        Known { accounts: &self.accounts, registries: &self.registries }
    }
}

/// Names and contents of the definitions.
pub(crate) fn definitions() -> Vec<(String, Vec<u8>)> {
    files("services")
}

/// The definition of that name.
pub(crate) fn definition(name: &str) -> serde_json::Value {
    let (_, bytes) = definitions().into_iter().find(|(file, _)| file == name).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// Reads and publishes.
pub(crate) fn published(office: &Office, bytes: &[u8]) -> Result<Form, Vec<Violation>> {
    publish(&read(bytes)?, 1, office.known())
}

fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(folder);
    let mut all: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap())
        })
        .collect();
    all.sort();
    all
}
