// SPDX-License-Identifier: AGPL-3.0-or-later
//! How long a file is read, whatever it is.

use std::fs;
use std::time::{Duration, Instant};

use tramite_documents::logo::{Logo, LogoFault};

/// The longest that a file may take; a program that is not made for speed is given more.
const TIME_MAX: Duration = Duration::from_secs(if cfg!(debug_assertions) { 3 } else { 1 });
/// The most memory that the process may have taken at any time, with all tests side by side.
const KIBIBYTES_MAX: u64 = 600 * 1024;

/// Reads a file, which must not take long; whether it is a logo or not is for the caller to say.
pub(crate) fn read(name: &str, file: &[u8]) -> Result<Logo, LogoFault> {
    let (begin, spent) = (Instant::now(), processor());
    let read = Logo::read(file);
    let taken = match (spent, processor()) {
        (Some(before), Some(after)) => after - before,
        _ => begin.elapsed(),
    };
    println!("{name}: {} bytes, {} ms, {} KiB, {read:?}", file.len(), taken.as_millis(), memory().unwrap_or_default());
    assert!(taken < TIME_MAX, "{name}: {taken:?}");
    if let Some(peak) = memory() {
        assert!(peak < KIBIBYTES_MAX, "{name}: {peak} KiB");
    }
    read
}

/// The time of the processor that this thread has had, where the system tells: what other programs do is no matter here.
fn processor() -> Option<Duration> {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// The most memory that the process ever had, in KiB, where the system tells.
fn memory() -> Option<u64> {
    let told = fs::read_to_string("/proc/self/status").ok()?;
    let line = told.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
