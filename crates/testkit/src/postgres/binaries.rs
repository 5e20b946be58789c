// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where PostgreSQL's programs are.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest major version that Tramite supports.
const OLDEST: u32 = 15;

/// Where Debian keeps its versions, apart from PATH.
const DEBIAN: &str = "/usr/lib/postgresql";

/// A folder with one version's programs.
#[derive(Debug, Clone)]
pub struct Binaries {
    folder: PathBuf,
    version: (u32, u32),
}

impl Binaries {
    /// The newest version, 15 or later, in PATH or in Debian's folders.
    pub fn find() -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let debian = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
        std::env::split_paths(&path)
            .chain(debian.map(|entry| entry.path().join("bin")))
            .filter_map(Self::in_folder)
            .filter(|found| found.version.0 >= OLDEST)
            .max_by_key(|found| found.version)
    }

    /// The path of one program, such as `pgbench`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The version in words, such as `15.18`.
    pub fn version(&self) -> String {
        format!("{}.{}", self.version.0, self.version.1)
    }

    fn in_folder(folder: PathBuf) -> Option<Self> {
        let complete = ["postgres", "initdb", "psql"].iter().all(|name| folder.join(name).is_file());
        let version = complete.then(|| asked(&folder))??;
        Some(Self { folder, version })
    }
}

/// What `postgres --version` says: `postgres (PostgreSQL) 15.18 (Debian …)`.
fn asked(folder: &Path) -> Option<(u32, u32)> {
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    read(&String::from_utf8_lossy(&output.stdout))
}

/// Reads the version; a pre-release (`17beta1`) has no numeric minor and is passed over.
fn read(line: &str) -> Option<(u32, u32)> {
    let number = line.split_whitespace().nth(2)?;
    let (major, minor) = number.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn the_version_is_read_as_numbers() {
        assert_eq!(read("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some((15, 18)));
        assert_eq!(read("postgres (PostgreSQL) 9.6.24"), None);
        assert_eq!(read("postgres (PostgreSQL) 17beta1"), None);
        assert_eq!(read(""), None);
    }
}
