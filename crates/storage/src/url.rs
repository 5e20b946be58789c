// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where the database is. The URL chooses the adapter.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// A database.
#[derive(Clone)]
pub struct DatabaseUrl(Target);

#[derive(Clone)]
pub(crate) enum Target {
    Sqlite(PathBuf),
    Postgres(Box<Server>),
}

/// A PostgreSQL server: how it is reached and how it is proved.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) config: Config,
    pub(crate) tls: TlsMode,
    pub(crate) root_certificate: Option<PathBuf>,
}

/// How a connection to PostgreSQL is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TlsMode {
    /// Never encrypted.
    Disable,
    /// Encrypted where the server offers it; the server is not proved.
    Prefer,
    /// Encrypted; the server is not proved.
    Require,
    /// Encrypted; the server's certificate must be trusted and name its host.
    VerifyFull,
}

/// The two adapters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Backend {
    /// Embedded, one process.
    Sqlite,
    /// A server, many processes.
    Postgres,
}

/// Why a text is no database URL. It never repeats the text, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DatabaseUrlError {
    /// Neither `sqlite:` nor `postgres:`.
    #[error("a database URL begins with sqlite: or postgres:")]
    Scheme,
    /// No path, or a database in memory, which would be lost.
    #[error("sqlite: needs the path of a file, without parameters")]
    Path,
    /// `sslmode` is none of the four.
    #[error("sslmode is one of disable, prefer, require, verify-full")]
    TlsMode,
    /// The rest of a PostgreSQL URL.
    #[error("the PostgreSQL URL cannot be read: expected postgres://user:password@host:port/database")]
    Postgres,
}

impl DatabaseUrl {
    /// Reads a URL: `sqlite:/path/file.db`, or `postgres://user:password@host:port/database` with libpq's parameters,
    /// among them `sslmode` (disable, prefer, require, verify-full) and `sslrootcert` (a PEM file).
    ///
    /// # Errors
    /// What is wrong with it, without repeating it.
    pub fn parse(text: &str) -> Result<Self, DatabaseUrlError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let named = !path.is_empty() && !path.contains(['?', '\0']) && !path.contains(":memory:");
            return if named { Ok(Self(Target::Sqlite(PathBuf::from(path)))) } else { Err(DatabaseUrlError::Path) };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self(Target::Postgres(Box::new(server(text)?))));
        }
        Err(DatabaseUrlError::Scheme)
    }

    /// Which adapter it chooses.
    #[must_use]
    pub const fn backend(&self) -> Backend {
        match self.0 {
            Target::Sqlite(_) => Backend::Sqlite,
            Target::Postgres(_) => Backend::Postgres,
        }
    }

    /// The file of an SQLite database.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Target::Sqlite(path) => Some(path),
            Target::Postgres(_) => None,
        }
    }

    pub(crate) const fn target(&self) -> &Target {
        &self.0
    }
}

fn server(text: &str) -> Result<Server, DatabaseUrlError> {
    let (address, query) = text.split_once('?').unwrap_or((text, ""));
    let mut tls = TlsMode::Prefer;
    let mut root_certificate = None;
    let mut rest = Vec::new();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        match parameter.split_once('=') {
            Some(("sslmode", mode)) => tls = tls_mode(mode)?,
            Some(("sslrootcert", path)) => root_certificate = Some(PathBuf::from(path)),
            _ => rest.push(parameter),
        }
    }
    let mut config =
        Config::from_str(&format!("{address}?{}", rest.join("&"))).map_err(|_| DatabaseUrlError::Postgres)?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(DatabaseUrlError::Postgres);
    }
    config.ssl_mode(match tls {
        TlsMode::Disable => SslMode::Disable,
        TlsMode::Prefer => SslMode::Prefer,
        TlsMode::Require | TlsMode::VerifyFull => SslMode::Require,
    });
    Ok(Server { config, tls, root_certificate })
}

fn tls_mode(mode: &str) -> Result<TlsMode, DatabaseUrlError> {
    match mode {
        "disable" => Ok(TlsMode::Disable),
        "prefer" => Ok(TlsMode::Prefer),
        "require" => Ok(TlsMode::Require),
        "verify-full" => Ok(TlsMode::VerifyFull),
        _ => Err(DatabaseUrlError::TlsMode),
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        Self::parse(text)
    }
}

impl fmt::Display for DatabaseUrl {
    /// Without the password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = match &self.0 {
            Target::Sqlite(path) => return write!(formatter, "sqlite:{}", path.display()),
            Target::Postgres(server) => server,
        };
        let config = &server.config;
        let host = match config.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            #[cfg(unix)]
            Some(Host::Unix(path)) => path.display().to_string(),
            None => String::new(),
        };
        write!(formatter, "postgres://{}@{host}", config.get_user().unwrap_or_default())?;
        if let Some(port) = config.get_ports().first() {
            write!(formatter, ":{port}")?;
        }
        write!(formatter, "/{}", config.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_chooses_the_database_and_never_shows_the_password() {
        let url = DatabaseUrl::parse("sqlite:/var/lib/tramite/tramite.db").unwrap();
        assert_eq!((url.backend(), url.to_string().as_str()), (Backend::Sqlite, "sqlite:/var/lib/tramite/tramite.db"));
        let url = DatabaseUrl::parse("postgres://app:s3cret@db.example.org:5433/tramite?sslmode=verify-full").unwrap();
        assert_eq!(url.backend(), Backend::Postgres);
        assert_eq!(
            format!("{url} {url:?}"),
            "postgres://app@db.example.org:5433/tramite postgres://app@db.example.org:5433/tramite"
        );
        let Target::Postgres(server) = url.target() else { panic!("a server") };
        assert_eq!(server.tls, TlsMode::VerifyFull);
    }

    #[test]
    fn a_database_in_memory_or_of_another_kind_is_refused() {
        let wrong = |text: &str| DatabaseUrl::parse(text).unwrap_err();
        assert_eq!(wrong("sqlite::memory:"), DatabaseUrlError::Path);
        assert_eq!(wrong("sqlite:"), DatabaseUrlError::Path);
        assert_eq!(wrong("sqlite:a.db?mode=ro"), DatabaseUrlError::Path);
        assert_eq!(wrong("mysql://a"), DatabaseUrlError::Scheme);
        assert_eq!(wrong("postgres://a:b@h/d?sslmode=allow"), DatabaseUrlError::TlsMode);
        assert_eq!(wrong("postgres://a:b@h:port/d"), DatabaseUrlError::Postgres);
    }
}
