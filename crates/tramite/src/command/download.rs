// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an answer holds becomes a file: whole, or not there.

use std::fs::File;
use std::io::{Error, ErrorKind, Write as _};
use std::path::Path;

use reqwest::Response;
use tempfile::NamedTempFile;

use crate::client::ApiFailure;

/// Writes the body of an answer into a file. What was there before stays until the new file is whole.
pub(super) async fn save(mut answer: Response, path: &Path) -> Result<(), ApiFailure> {
    let mut file = begin(path)?;
    while let Some(piece) = answer.chunk().await.map_err(|source| ApiFailure::no_answer("a file", source))? {
        file.write_all(&piece).map_err(cannot(path))?;
    }
    end(file, path)
}

/// Begins a file beside the one that it will become.
pub(super) fn begin(path: &Path) -> Result<NamedTempFile, ApiFailure> {
    NamedTempFile::new_in(folder(path)).map_err(cannot(path))
}

/// Puts a file that is whole in its place.
pub(super) fn end(file: NamedTempFile, path: &Path) -> Result<(), ApiFailure> {
    file.as_file().sync_all().map_err(cannot(path))?;
    file.persist(path).map(drop).map_err(|error| cannot(path)(error.error))?;
    keep(path)
}

/// Puts a file that is whole in its place, where nothing is yet.
pub(super) fn end_new(file: NamedTempFile, path: &Path) -> Result<(), ApiFailure> {
    file.as_file().sync_all().map_err(cannot(path))?;
    file.persist_noclobber(path).map(drop).map_err(|error| cannot(path)(error.error))?;
    keep(path)
}

/// Makes the name of a file outlast a power failure, as its content does. There are file systems, and folders, where that cannot be
/// asked for: there it is as good as it gets.
fn keep(path: &Path) -> Result<(), ApiFailure> {
    const CANNOT: [ErrorKind; 3] = [ErrorKind::InvalidInput, ErrorKind::Unsupported, ErrorKind::PermissionDenied];
    match File::open(folder(path)).and_then(|folder| folder.sync_all()) {
        Err(error) if !CANNOT.contains(&error.kind()) => Err(cannot(path)(error)),
        _ => Ok(()),
    }
}

/// The folder that a file stands in.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// What is said where a file cannot be written.
pub(super) fn cannot(path: &Path) -> impl FnOnce(Error) -> ApiFailure {
    let what = format!("{} cannot be written", path.display());
    move |source| ApiFailure::Machine { what, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: &Path, text: &str) -> NamedTempFile {
        let mut file = begin(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn what_must_be_new_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        end_new(written(&path, "first"), &path).unwrap();
        assert!(end_new(written(&path, "second"), &path).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first");
        end(written(&path, "third"), &path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "third");
        // Nothing that was begun is left beside it.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
