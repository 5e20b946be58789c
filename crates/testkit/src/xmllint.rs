// SPDX-License-Identifier: AGPL-3.0-or-later
//! Validation against an XML schema by an independent program.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::presence::or_required;

/// Whether `xmllint` is on this machine.
///
/// # Panics
/// When it is absent and `TRAMITE_REQUIRE_ALL=1`.
pub fn xmllint_present() -> bool {
    let found = Command::new("xmllint")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    or_required(found.then_some(()), "xmllint is absent (libxml2-utils)").is_some()
}

/// Validates a document against a schema, without network.
///
/// # Errors
/// What `xmllint` says about the document, as it says it.
///
/// # Panics
/// When `xmllint` cannot be started.
pub fn xmllint(schema: &Path, xml: &[u8]) -> Result<(), String> {
    let mut child = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(schema)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("xmllint starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let output = std::thread::scope(|scope| {
        // A document that is refused at once closes the pipe early; the verdict is in the status.
        scope.spawn(move || stdin.write_all(xml).ok());
        child.wait_with_output().expect("xmllint ends")
    });
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
