// SPDX-License-Identifier: AGPL-3.0-or-later
//! Signals to PostgreSQL's processes, through the shell's own `kill`: no unsafe code, no package.

use std::process::{Command, Stdio};

/// Sends a signal (`KILL`, `INT`, `STOP`, `CONT`) to processes that we have started.
pub(super) fn send(signal: &str, processes: &[u32]) {
    Command::new("sh")
        .args(["-c", r#"signal=$1; shift; kill -s "$signal" "$@""#, "sh", signal])
        .args(processes.iter().map(u32::to_string))
        // A backend may have ended by itself between the listing and the signal.
        .stderr(Stdio::null())
        .status()
        .expect("a shell starts");
}

/// The processes whose parent is the given one (Linux; elsewhere none).
pub(super) fn children(parent: u32) -> Vec<u32> {
    std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|process| parent_of(*process) == Some(parent))
        .collect()
}

/// Whether a process is stopped. A signal takes effect a moment after it is sent: until then a server
/// may still give birth to a process.
pub(super) fn stopped(process: u32) -> bool {
    state(process) == Some('T') || !runs(process)
}

/// Whether a process holds anything still: it is there, and not merely waiting to be reaped.
pub(super) fn runs(process: u32) -> bool {
    state(process).is_some_and(|state| !['Z', 'X'].contains(&state))
}

fn state(process: u32) -> Option<char> {
    field(process, 0)?.chars().next()
}

fn parent_of(process: u32) -> Option<u32> {
    field(process, 1)?.parse().ok()
}

/// A field of `/proc/<id>/stat` after the name: `id (name) state parent …`; the name may hold anything.
fn field(process: u32, number: usize) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_whitespace().nth(number).map(ToOwned::to_owned)
}
