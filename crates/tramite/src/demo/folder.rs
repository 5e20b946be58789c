// SPDX-License-Identifier: AGPL-3.0-or-later
//! The folder of the demonstration: its database and its master key. Nobody else of the machine may read it.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tramite_storage::{DatabaseUrl, MasterKey};

use crate::config::WrongConfiguration;
use crate::failure::{Failure, causes};

/// The name of the embedded database.
const DATABASE_FILE: &str = "tramite.db";
/// The name of the master key.
const KEY_FILE: &str = "master.key";
/// Only its owner enters.
const OWNER_ONLY: u32 = 0o700;

/// A folder that stays, or one that goes with the program.
pub(super) struct Folder {
    path: PathBuf,
    // Removed when dropped.
    _temporary: Option<TempDir>,
}

impl Folder {
    /// The folder of that name, made where it is not there; a temporary one where there is no name.
    pub(super) fn open(named: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = named else {
            let temporary = tempfile::tempdir().map_err(Failure::machine("no temporary folder"))?;
            return Ok(Self { path: temporary.path().to_owned(), _temporary: Some(temporary) });
        };
        let opened =
            DirBuilder::new().recursive(true).mode(OWNER_ONLY).create(path).and_then(|()| fs::canonicalize(path));
        match opened {
            Ok(path) => Ok(Self { path, _temporary: None }),
            Err(error) => {
                let text = format!("{}: {error}; expected a folder that this program may write", path.display());
                Err(WrongConfiguration::one("TRAMITE_DATA_DIR", text).into())
            }
        }
    }

    /// The embedded database in it.
    pub(super) fn database_url(&self) -> Result<DatabaseUrl, Failure> {
        let text = format!("sqlite:{}", self.path.join(DATABASE_FILE).display());
        DatabaseUrl::parse(&text).map_err(|error| WrongConfiguration::one("TRAMITE_DATA_DIR", error.to_string()).into())
    }

    /// The master key in it, made where it is not there.
    pub(super) fn master_key(&self) -> Result<MasterKey, Failure> {
        let path = self.path.join(KEY_FILE);
        let key = if path.exists() { MasterKey::from_file(&path) } else { MasterKey::generate_file(&path) };
        key.map_err(|error| {
            let text = format!("{}; expected the master key of this folder's database", causes(&error));
            WrongConfiguration::one("TRAMITE_DATA_DIR", text).into()
        })
    }
}
