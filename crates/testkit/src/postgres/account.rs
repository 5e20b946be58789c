// SPDX-License-Identifier: AGPL-3.0-or-later
//! The account under which PostgreSQL runs: it refuses to run as root.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Accounts to drop to when the tests run as root, in this order.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// User and group to drop to; none when the process is unprivileged already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account(Option<(u32, u32)>);

impl Account {
    /// Decides by the owner of a folder that this process has just made.
    pub(super) fn of_maker(folder: &Path) -> Self {
        let maker = std::fs::metadata(folder).expect("the folder's data").uid();
        if maker != 0 {
            return Self(None);
        }
        let list = std::fs::read_to_string("/etc/passwd").expect("the list of accounts");
        let found = UNPRIVILEGED.iter().find_map(|name| list.lines().find_map(|line| ids(line, name)));
        Self(Some(found.expect("an unprivileged account (postgres or nobody): PostgreSQL refuses to run as root")))
    }

    /// Gives a folder or file to the account.
    pub(super) fn own(self, path: &Path) {
        if let Self(Some((uid, gid))) = self {
            chown(path, Some(uid), Some(gid)).expect("root may give files away");
        }
    }

    /// A command that runs under the account, in a process group of its own so that a Ctrl-C in the
    /// terminal reaches the tests alone, and without the caller's PostgreSQL settings.
    pub(super) fn command(self, program: &Path, folder: &Path) -> Command {
        let mut command = Self::apart(Command::new(program), folder);
        if let Self(Some((uid, gid))) = self {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// A command as [`Account::command`] makes them, which sees to the account by itself.
    pub(super) fn apart(mut command: Command, folder: &Path) -> Command {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command.env("LC_ALL", "C.UTF-8").current_dir(folder).process_group(0);
        command
    }

    /// User and group to drop to.
    pub(super) const fn ids(self) -> Option<(u32, u32)> {
        self.0
    }
}

/// User and group of a line of the list of accounts, when it is about this name.
fn ids(line: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = line.split(':');
    (fields.next()? == name).then_some(())?;
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some((uid, gid))
}

#[cfg(test)]
mod tests {
    use super::ids;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        assert_eq!(ids("nobody:x:65534:65533:nobody:/:/bin/false", "nobody"), Some((65_534, 65_533)));
        assert_eq!(ids("nobody2:x:1:1::/:/bin/false", "nobody"), None);
    }
}
