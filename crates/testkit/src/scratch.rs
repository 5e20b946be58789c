// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where tests keep what they throw away: in memory, where the machine has a file system for that with room to spare. A test makes a
//! database, fills and drops it, and waits for a disk half of its time otherwise.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rustix::fs::statvfs;
use tempfile::{Builder, TempDir};

/// The file system in memory that Linux has for everybody.
const MEMORY: &str = "/dev/shm";
/// What has to be free there, in bytes: the databases of a few tests at once with their journals. Containers often have some megabytes.
const FREE_BYTES_MIN: u64 = 3 << 30;
/// A folder of one's own choice.
const CHOSEN: &str = "TMPDIR";

/// The folder under which tests make theirs: the one of `TMPDIR` where that is set, else in memory, else the system's.
pub fn parent() -> &'static Path {
    static PARENT: LazyLock<PathBuf> = LazyLock::new(|| {
        let memory = Path::new(MEMORY);
        if std::env::var_os(CHOSEN).is_none() && is_roomy(memory) { memory.to_owned() } else { std::env::temp_dir() }
    });
    PARENT.as_path()
}

/// A folder that goes when it is dropped.
///
/// # Panics
/// Where none can be made.
pub fn folder() -> TempDir {
    Builder::new().prefix("tramite-test").tempdir_in(parent()).expect("a temporary folder")
}

fn is_roomy(folder: &Path) -> bool {
    let free = statvfs(folder).map_or(0, |found| found.f_bavail.saturating_mul(found.f_frsize));
    free >= FREE_BYTES_MIN && tempfile::tempfile_in(folder).is_ok()
}
