// SPDX-License-Identifier: AGPL-3.0-or-later
//! An initialised data folder, made once and copied for every test process: `initdb` takes about
//! 1.5 s, the copy about a tenth.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::account::Account;
use super::binaries::Binaries;
use crate::workspace_root;

/// Counts up when the options of `initdb` below change, so that older templates are passed over.
const LAYOUT: u32 = 1;

/// Makes `data` a ready data folder: from the template where there is one, else by `initdb`.
pub(super) fn prepare(binaries: &Binaries, account: Account, data: &Path) {
    let template = target_folder().join("testkit").join(format!("pg-{}-{LAYOUT}", binaries.version()));
    if template.is_dir() {
        if copy(&template, data, Some(account)).is_ok() {
            return;
        }
        // Another account's template may be unreadable to us: it only saves time.
        fs::remove_dir_all(data).ok();
    }
    initialise(binaries, account, data);
    keep(data, &template).ok();
}

/// `initdb` with Italian text order where the build knows it: a query that forgets `COLLATE "C"`
/// then shows itself, as it would on a customer's server.
fn initialise(binaries: &Binaries, account: Account, data: &Path) {
    let folder = data.parent().expect("the data folder has a parent");
    let italian: &[&str] = &["--locale-provider=icu", "--icu-locale=it"];
    let said = [italian, &[]].map(|order| {
        if data.join("PG_VERSION").is_file() {
            return String::new();
        }
        let output = account
            .command(&binaries.program("initdb"), folder)
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C.UTF-8", "--no-sync", "--pgdata"])
            .arg(data)
            .args(order)
            .stdin(Stdio::null())
            .output()
            .expect("initdb starts");
        String::from_utf8_lossy(&output.stderr).into_owned()
    });
    assert!(data.join("PG_VERSION").is_file(), "initdb failed: {}", said.concat());
}

/// Stores a copy under the template's name. Whoever comes first wins: the name appears by one
/// rename, complete or not at all.
fn keep(data: &Path, template: &Path) -> io::Result<()> {
    let shelf = template.parent().ok_or(io::ErrorKind::NotFound)?;
    fs::create_dir_all(shelf)?;
    let staging = tempfile::Builder::new().prefix("staging").tempdir_in(shelf)?;
    let copied = staging.path().join("data");
    copy(data, &copied, None)?;
    fs::rename(&copied, template)
}

/// Copies a folder with its modes, and gives the copy to the account.
fn copy(from: &Path, to: &Path, account: Option<Account>) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target, account)?;
        } else {
            fs::copy(entry.path(), &target)?;
            if let Some(account) = account {
                account.own(&target);
            }
        }
    }
    fs::set_permissions(to, fs::Permissions::from_mode(0o700))?;
    if let Some(account) = account {
        account.own(to);
    }
    Ok(())
}

/// Cargo's target folder: the one that holds this program (cargo marks it), wherever it lies.
fn target_folder() -> PathBuf {
    std::env::current_exe()
        .ok()
        .and_then(|program| {
            program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).map(Path::to_path_buf)
        })
        .unwrap_or_else(|| workspace_root().join("target"))
}
