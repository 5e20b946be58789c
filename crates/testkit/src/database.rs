// SPDX-License-Identifier: AGPL-3.0-or-later
//! A fresh, empty database for one sentence.

use tempfile::TempDir;

use crate::postgres::{self, Cluster};

/// A freshly created and **empty** database: migrating it is the storage crate's part. It lives
/// until the sentence that got it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// `sqlite:/…/tramite.db` in a folder of its own; the file does not exist yet.
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

/// Keeps a database alive, and removes it when dropped.
pub(crate) enum Lease {
    Sqlite(TempDir),
    Postgres(&'static Cluster, String),
}

impl Lease {
    pub(crate) fn take(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => Self::Sqlite(tempfile::tempdir().expect("a temporary folder")),
            Kind::Postgres => {
                let cluster = postgres::cluster().expect("PostgreSQL was found before");
                Self::Postgres(cluster, cluster.create_database("sentence"))
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

impl Drop for Lease {
    fn drop(&mut self) {
        if let Self::Postgres(cluster, url) = self {
            cluster.drop_database(url);
        }
    }
}
