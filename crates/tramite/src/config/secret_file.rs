// SPDX-License-Identifier: AGPL-3.0-or-later
//! Secrets come from files, never from variables: those are shown by too many tools.

use std::fs;
use std::path::Path;

use super::reader::{Reader, present};

/// The largest file that is read as a secret, in bytes.
const SECRET_BYTES_MAX: u64 = 4_096;

/// Reads a secret of one line from the file that a setting names. None where the setting is not there.
pub(super) fn read_secret(reader: &mut Reader, variable: &'static str, given: Option<&str>) -> Option<String> {
    let path = Path::new(present(given)?);
    match line_of(path) {
        Ok(secret) => {
            reader.hold(variable, Some(path.display().to_string()), true);
            Some(secret)
        }
        Err(why) => {
            reader.wrong(
                variable,
                format!("{}: {why}; expected a file that holds the secret in one line", path.display()),
            );
            None
        }
    }
}

fn line_of(path: &Path) -> Result<String, String> {
    let about = fs::metadata(path).map_err(|error| error.to_string())?;
    if !about.is_file() || about.len() > SECRET_BYTES_MAX {
        return Err("is no small file".to_owned());
    }
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let line = text.trim();
    if line.is_empty() || line.contains(char::is_whitespace) {
        return Err("holds nothing, or more than one word".to_owned());
    }
    Ok(line.to_owned())
}
