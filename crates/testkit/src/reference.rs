// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where the official schemas and examples lie, outside the project.

use std::path::{Path, PathBuf};

use crate::presence::or_required;

/// The workspace's root folder.
pub fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the testkit lies two folders below the root")
        .to_path_buf()
}

/// The folder with the official schemas and examples: `TRAMITE_REFERENCE`, or else
/// `../shared/protocol` beside the workspace (a relative path counts from the workspace's root).
///
/// # Panics
/// When it is absent and `TRAMITE_REQUIRE_ALL=1`.
pub fn reference() -> Option<PathBuf> {
    let named = std::env::var_os("TRAMITE_REFERENCE")
        .filter(|value| !value.is_empty())
        .map_or_else(|| PathBuf::from("../shared/protocol"), PathBuf::from);
    let folder = workspace_root().join(named);
    or_required(
        folder.canonicalize().ok().filter(|path| path.is_dir()),
        "the reference folder is absent: point TRAMITE_REFERENCE at it",
    )
}
