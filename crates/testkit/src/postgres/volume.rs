// SPDX-License-Identifier: AGPL-3.0-or-later
//! A small volume that the server alone sees: in memory, in a mount namespace of its own, gone with the server.

use std::path::Path;
use std::process::{Command, Stdio};

/// Whether volumes can be had: that takes root's rights, `unshare`, `mount` and `setpriv`.
pub fn volumes_present() -> bool {
    let tried = Command::new("unshare")
        .args(["--mount", "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /tmp && exec setpriv --version"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    tried.is_ok_and(|status| status.success())
}

/// A command that mounts the volume as root, and becomes the program of an account. Its arguments are those of the
/// program.
pub(super) fn with_volume(program: &Path, volume: &Path, mib: u32, (user, group): (u32, u32)) -> Command {
    let script = format!(
        "mount -t tmpfs -o size={mib}m,uid={user},gid={group},mode=700 tmpfs \"$0\" && \
         exec setpriv --reuid={user} --regid={group} --clear-groups \"$@\""
    );
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", &script]).arg(volume).arg(program);
    command
}
