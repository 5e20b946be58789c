// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an answer holds becomes a file: whole, or not there.

use std::io::Write as _;
use std::path::Path;

use reqwest::Response;
use tempfile::NamedTempFile;

use crate::client::ApiFailure;
use crate::failure::Failure;

/// Writes the body of an answer into a file. What was there before stays until the new file is whole.
pub(super) async fn save(mut answer: Response, path: &Path) -> Result<(), Failure> {
    let mut file = begin(path)?;
    while let Some(piece) = answer.chunk().await.map_err(|source| ApiFailure::no_answer("a file", source))? {
        file.write_all(&piece).map_err(Failure::machine(cannot(path)))?;
    }
    end(file, path)
}

/// Begins a file beside the one that it will become.
pub(super) fn begin(path: &Path) -> Result<NamedTempFile, Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    NamedTempFile::new_in(folder).map_err(Failure::machine(cannot(path)))
}

/// Puts a file that is whole in its place.
pub(super) fn end(file: NamedTempFile, path: &Path) -> Result<(), Failure> {
    file.as_file().sync_all().map_err(Failure::machine(cannot(path)))?;
    file.persist(path).map(drop).map_err(|error| Failure::machine(cannot(path))(error.error))
}

/// What is said where a file cannot be written.
pub(super) fn cannot(path: &Path) -> String {
    format!("{} cannot be written", path.display())
}
