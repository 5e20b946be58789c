// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where the data are, and the key that seals secrets in them.

use std::path::Path;

use clap::Args;
use tramite_storage::{DatabaseUrl, MasterKey, StoreSettings};
use url::Url;

use super::reader::{Reader, present};
use crate::failure::causes;

const URL_EXPECTED: &str = "sqlite:/absolute/path/tramite.db or postgres://user:password@host/name";
const KEY_EXPECTED: &str = "the path of a file with 32 random bytes, or 64 hexadecimal digits";

/// The setting of the master key that opens beside the present one.
const OTHER_KEY: &str = "TRAMITE_OTHER_MASTER_KEY_FILE";

/// What stands for a secret wherever a configuration is shown.
const HIDDEN: &str = "***";

/// Connections for requests, unless said otherwise.
const CONNECTIONS: usize = 8;
/// Connections for what crosses institutions, unless said otherwise.
const SYSTEM_CONNECTIONS: usize = 4;
/// The most connections of either kind.
const CONNECTIONS_MAX: usize = 1_000;
/// How long a request waits for a connection, in milliseconds, unless said otherwise. Less than what the Node allows
/// for an answer (rules.md 19).
const WAIT_MS: u64 = 1_000;
/// The longest such wait, in milliseconds.
const WAIT_MS_MAX: u64 = 30_000;

/// Where the data are.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct DatabaseOptions {
    /// Where the data are: `sqlite:/path/tramite.db` or `postgres://user:password@host/name`
    #[arg(long, env = "TRAMITE_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
}

impl DatabaseOptions {
    /// Reads the address. It is never repeated: it may hold a password.
    pub(crate) fn read(&self, reader: &mut Reader) -> Option<DatabaseUrl> {
        const VARIABLE: &str = "TRAMITE_DATABASE_URL";
        let Some(text) = present(self.database_url.as_deref()) else {
            reader.wrong(VARIABLE, format!("is not set; expected {URL_EXPECTED}"));
            return None;
        };
        match DatabaseUrl::parse(text) {
            Ok(url) => {
                reader.hold(VARIABLE, Some(shown(text, &url)), true);
                Some(url)
            }
            Err(error) => {
                reader.wrong(VARIABLE, format!("{error}; expected {URL_EXPECTED}"));
                None
            }
        }
    }
}

/// The address with the password hidden; parameters after it are left out.
fn shown(text: &str, url: &DatabaseUrl) -> String {
    let hidden = Url::parse(text).ok().filter(|url| url.password().is_some()).and_then(|mut url| {
        url.set_query(None);
        url.set_password(Some(HIDDEN)).ok()?;
        Some(url.to_string())
    });
    hidden.unwrap_or_else(|| url.to_string())
}

/// Where the data are, and how to reach them.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct StoreOptions {
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    /// The file with the key that seals every secret in the database: 32 random bytes, or 64 hexadecimal digits
    #[arg(long, env = "TRAMITE_MASTER_KEY_FILE", value_name = "FILE")]
    pub(crate) master_key_file: Option<String>,
    /// The file with another master key that opens too, while the master key is changed
    #[arg(long, env = "TRAMITE_OTHER_MASTER_KEY_FILE", value_name = "FILE")]
    pub(crate) other_master_key_file: Option<String>,
    /// Connections for requests [default: 8]
    #[arg(long, env = "TRAMITE_DATABASE_CONNECTIONS", value_name = "NUMBER")]
    pub(crate) database_connections: Option<String>,
    /// Connections for what crosses institutions [default: 4]
    #[arg(long, env = "TRAMITE_DATABASE_SYSTEM_CONNECTIONS", value_name = "NUMBER")]
    pub(crate) database_system_connections: Option<String>,
    /// How long a request waits for a connection, in milliseconds [default: 1000]
    #[arg(long, env = "TRAMITE_DATABASE_WAIT_MS", value_name = "MILLISECONDS")]
    pub(crate) database_wait_ms: Option<String>,
}

impl StoreOptions {
    /// Reads all of it; none where something is wrong.
    pub(crate) fn read(&self, reader: &mut Reader) -> Option<StoreSettings> {
        let url = self.database.read(reader);
        let master_key = self.master_key(reader);
        let connections_max =
            connections(reader, "TRAMITE_DATABASE_CONNECTIONS", self.database_connections.as_deref(), CONNECTIONS);
        let system_connections_max = connections(
            reader,
            "TRAMITE_DATABASE_SYSTEM_CONNECTIONS",
            self.database_system_connections.as_deref(),
            SYSTEM_CONNECTIONS,
        );
        let wait_ms_max = reader.or_default(
            "TRAMITE_DATABASE_WAIT_MS",
            self.database_wait_ms.as_deref(),
            "milliseconds, 10 to 30000",
            WAIT_MS,
            |text| text.parse().ok().filter(|wait| (10..=WAIT_MS_MAX).contains(wait)),
        );
        Some(StoreSettings { url: url?, master_key: master_key?, connections_max, system_connections_max, wait_ms_max })
    }
}

impl StoreOptions {
    /// The master key, and while it is changed the other one.
    fn master_key(&self, reader: &mut Reader) -> Option<MasterKey> {
        let present = read_master_key(reader, self.master_key_file.as_deref());
        let given = self.other_master_key_file.as_deref();
        let other = reader.optional(OTHER_KEY, given, KEY_EXPECTED, |path| {
            MasterKey::from_file(Path::new(path)).ok().map(|_| path.to_owned())
        });
        match other.and_then(|path| MasterKey::from_file(Path::new(&path)).ok()) {
            Some(other) => present.map(|key| key.beside(other)),
            None => present,
        }
    }
}

fn connections(reader: &mut Reader, variable: &'static str, given: Option<&str>, default: usize) -> usize {
    reader.or_default(variable, given, "a number of connections, 1 to 1000", default, |text| {
        text.parse().ok().filter(|number| (1..=CONNECTIONS_MAX).contains(number))
    })
}

/// Reads the master key from the file that the setting names.
pub(crate) fn read_master_key(reader: &mut Reader, given: Option<&str>) -> Option<MasterKey> {
    const VARIABLE: &str = "TRAMITE_MASTER_KEY_FILE";
    let Some(path) = present(given) else {
        reader.wrong(VARIABLE, format!("is not set; expected {KEY_EXPECTED}"));
        return None;
    };
    match MasterKey::from_file(Path::new(path)) {
        Ok(key) => {
            reader.hold(VARIABLE, Some(path.to_owned()), true);
            Some(key)
        }
        Err(error) => {
            reader.wrong(VARIABLE, format!("{}; expected {KEY_EXPECTED}", causes(&error)));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (given, held) in [
            (
                "postgres://tramite:s3cret@db.example.it:5433/tramite?sslmode=require",
                "postgres://tramite:***@db.example.it:5433/tramite",
            ),
            ("postgres://tramite@db.example.it/tramite", "postgres://tramite@db.example.it"),
            ("sqlite:/var/lib/tramite/tramite.db", "sqlite:/var/lib/tramite/tramite.db"),
        ] {
            let mut reader = Reader::default();
            let options = DatabaseOptions { database_url: Some(given.to_owned()) };
            assert!(options.read(&mut reader).is_some(), "{given}");
            let (effective, _) = reader.into_parts();
            let value = effective.first().and_then(|one| one.value.clone()).unwrap();
            assert!(value.starts_with(held) && !value.contains("s3cret"), "{value}");
        }
    }
}
