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
        prepare.map_or_else(|| Self::empty(kind), |prepare| Self::copy_of(prepared(kind, prepare)))
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

    fn copy_of(prepared: &Self) -> Self {
        match prepared {
            Self::Sqlite(from) => {
                let folder = scratch::folder();
                for entry in std::fs::read_dir(from.path()).expect("the prepared folder") {
                    let entry = entry.expect("a file of a prepared database");
                    std::fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("a copy of it");
                }
                Self::Sqlite(folder)
            }
            Self::Postgres(cluster, url) => {
                let (_, name) = url.rsplit_once('/').expect("the URL of a database");
                Self::Postgres(cluster, cluster.create_database_from(name))
            }
        }
    }

    pub(crate) fn database(&self) -> Database {
        match self {
            Self::Sqlite(folder) => Database::Sqlite(format!("sqlite:{}", folder.path().join("tramite.db").display())),
            Self::Postgres(_, url) => Database::Postgres(url.clone()),
        }
    }
}

/// The database of that kind that all sentences of this process begin with, which one suite prepares.
fn prepared(kind: Kind, prepare: Prepare) -> &'static Lease {
    static SQLITE: OnceLock<Lease> = OnceLock::new();
    static POSTGRES: OnceLock<Lease> = OnceLock::new();
    let place = match kind {
        Kind::Sqlite => &SQLITE,
        Kind::Postgres => &POSTGRES,
    };
    place.get_or_init(|| {
        let lease = Lease::empty(kind);
        prepare(lease.database());
        lease
    })
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Self::Postgres(cluster, url) = self {
            cluster.drop_database(url);
        }
    }
}
