// SPDX-License-Identifier: AGPL-3.0-or-later
//! What makes sure that no PostgreSQL stays behind.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use super::account::Account;

/// Waits for the end of its input, which comes when the test process ends in any way (also by
/// SIGKILL: the pipe closes with it), then stops the server at once and removes the folder. A server
/// that was killed on purpose has left the mark `down`: its process number may be another's by now.
const SCRIPT: &str = r#"
while read -r _; do :; done
tries=0
until [ -e down ] || [ -s data/postmaster.pid ] || [ "$tries" -ge 20 ]; do tries=$((tries + 1)); sleep 0.1; done
if ! [ -e down ] && read -r process <data/postmaster.pid; then
    kill -s CONT "$process"
    kill -s QUIT "$process"
    tries=0
    while [ -e data/postmaster.pid ] && [ "$tries" -lt 100 ]; do tries=$((tries + 1)); sleep 0.05; done
fi
cd /
rm -rf "$1" || { sleep 1; rm -rf "$1"; }
"#;

/// The cluster's folder and the process that outlives ours for a moment to clear up.
#[derive(Debug)]
pub(super) struct Guard {
    folder: PathBuf,
    process: Child,
}

impl Guard {
    /// Begins to watch over a folder.
    pub(super) fn over(folder: &Path, account: Account) -> Self {
        let process = account
            .command(Path::new("sh"), folder)
            .args(["-c", SCRIPT, "sh"])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell starts");
        Self { folder: folder.to_path_buf(), process }
    }

    /// Says that the server is down on purpose, and that the recorded process must not be touched.
    pub(super) fn mark_down(&self) {
        std::fs::write(self.folder.join("down"), b"").expect("the mark is written");
    }

    /// Says that a server is about to run.
    pub(super) fn mark_up(&self) {
        match std::fs::remove_file(self.folder.join("down")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                panic!("the mark cannot be removed: {error}")
            }
            _ => {}
        }
    }

    /// Lets it clear up now, and waits for that.
    pub(super) fn clear_up(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().ok();
    }
}
