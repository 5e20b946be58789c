// SPDX-License-Identifier: AGPL-3.0-or-later
//! A fresh database for one sentence: empty, or prepared once for all sentences of a process and copied for each.

use std::sync::OnceLock;

use tempfile::TempDir;

use crate::postgres::{self, Cluster};
use crate::scratch;

/// A freshly created database, **empty** unless the suite prepares it ([`crate::Suite::prepare`]): migrating it is the storage
/// crate's part. It lives until the sentence that got it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// `sqlite:/…/tramite.db` in a folder of its own; an empty one does not exist yet.
    Sqlite(String),
    /// `postgres://postgres@127.0.0.1:<port>/<name>` in this process's private cluster.
    Postgres(String),
}

impl Database {
    /// The URL, as `TRAMITE_DATABASE_URL` takes it.
    pub fn url(&self) -> &str {
        match self {
            Self::Sqlite(url) | Self::Postgres(url) => url,
        }
    }

    /// Whether this is PostgreSQL.
    pub const fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

/// The file of an SQLite database in its folder.
const FILE: &str = "tramite.db";

/// Which database a sentence asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// Makes of an empty database what the sentences of a suite begin with.
pub(crate) type Prepare = fn(Database);

/// Keeps a database alive, and removes it when dropped.
pub(crate) enum Lease {
    Sqlite(TempDir),
    Postgres(&'static Cluster, String),
}

impl Lease {
    /// A database, empty or a copy of the one that was prepared.
    pub(crate) fn take(kind: Kind, prepare: Option<Prepare>) -> Self {
        match (kind, prepare) {
            (_, None) => Self::empty(kind),
            (Kind::Sqlite, Some(prepare)) => {
                let folder = scratch::folder();
                std::fs::write(folder.path().join(FILE), prepared_file(prepare))
                    .expect("a copy of a prepared database");
                Self::Sqlite(folder)
            }
            (Kind::Postgres, Some(prepare)) => {
                let (cluster, name) = prepared_name(prepare);
                Self::Postgres(cluster, cluster.create_database_from(name))
            }
        }
    }

    fn empty(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => Self::Sqlite(scratch::folder()),
            Kind::Postgres => {
                let cluster = postgres::cluster().expect("PostgreSQL was found before");
                Self::Postgres(cluster, cluster.create_database("sentence"))
            }
        }
    }

    pub(crate) fn database(&self) -> Database {
        match self {
            Self::Sqlite(folder) => sqlite_in(folder),
            Self::Postgres(_, url) => Database::Postgres(url.clone()),
        }
    }
}

fn sqlite_in(folder: &TempDir) -> Database {
    Database::Sqlite(format!("sqlite:{}", folder.path().join(FILE).display()))
}

/// The file that all sentences of this process begin with, which one suite prepares. Its bytes are kept, and not its folder: nothing
/// drops what a process holds until its end.
fn prepared_file(prepare: Prepare) -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let folder = scratch::folder();
        prepare(sqlite_in(&folder));
        let left = std::fs::read_dir(folder.path()).expect("the folder").count();
        assert_eq!(left, 1, "whoever prepares a database closes it");
        std::fs::read(folder.path().join(FILE)).expect("a prepared database")
    })
}

/// The same on PostgreSQL: a database by its name, which goes with its cluster.
fn prepared_name(prepare: Prepare) -> (&'static Cluster, &'static str) {
    static NAME: OnceLock<String> = OnceLock::new();
    let cluster = postgres::cluster().expect("PostgreSQL was found before");
    let name = NAME.get_or_init(|| {
        let url = cluster.create_database("prepared");
        prepare(Database::Postgres(url.clone()));
        url.rsplit('/').next().expect("the URL of a database").to_owned()
    });
    (cluster, name)
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Self::Postgres(cluster, url) = self {
            cluster.drop_database(url);
        }
    }
}
