// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the machine knows of this process. Linux says it in files; elsewhere nothing is told.

use std::fs;

/// Bytes of a unit of `VmRSS`.
const KIB: u64 = 1_024;

/// Memory in use, in bytes.
pub(super) fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    kib.checked_mul(KIB)
}

/// Files and connections that are open; the look at them is one of them.
pub(super) fn open_files() -> Option<u64> {
    u64::try_from(fs::read_dir("/proc/self/fd").ok()?.count()).ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn memory_and_open_files_are_told() {
        assert!(resident_bytes().unwrap() > 100 * KIB);
        let before = open_files().unwrap();
        let _file = fs::File::open("/proc/self/status").unwrap();
        assert!(before >= 4 && open_files().unwrap() > 4);
    }
}
