// SPDX-License-Identifier: AGPL-3.0-or-later
//! The files of the tree.

use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) use tramite_testkit::workspace_root as root;

/// Folders that hold no source, for a tree that git does not know.
const NO_SOURCE: [&str; 4] = [".git", "target", "node_modules", "data"];

/// One text file: its path from the root, with `/`, and its text.
pub(crate) struct TextFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl TextFile {
    pub(crate) fn sample(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// Whether the file's name ends in one of these extensions.
    pub(crate) fn ends_in(&self, extensions: &[&str]) -> bool {
        Path::new(&self.path)
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| extensions.contains(&extension))
    }
}

/// The paths of all files, from the root: what git tracks or would track, else all below the root.
pub(crate) fn paths() -> Vec<String> {
    let mut paths = tracked().unwrap_or_else(|| {
        let mut found = Vec::new();
        walk(&root(), &mut found);
        found
    });
    // A file that is deleted but not yet committed is tracked still.
    paths.retain(|path| root().join(path).is_file());
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// All files that hold UTF-8 text.
pub(crate) fn texts() -> Vec<TextFile> {
    paths()
        .into_iter()
        .filter_map(|path| {
            let text = std::fs::read_to_string(root().join(&path)).ok()?;
            Some(TextFile { path, text })
        })
        .collect()
}

fn tracked() -> Option<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let list = String::from_utf8(output.stdout).ok()?;
    let paths: Vec<String> = list.split('\0').filter(|path| !path.is_empty()).map(ToOwned::to_owned).collect();
    (!paths.is_empty()).then_some(paths)
}

fn walk(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path: PathBuf = entry.expect("a readable entry").path();
        let name = path.file_name().and_then(|name| name.to_str());
        if path.is_dir() {
            if !name.is_some_and(|name| NO_SOURCE.contains(&name)) {
                walk(&path, found);
            }
        } else if let Ok(inside) = path.strip_prefix(root()) {
            found.push(inside.to_string_lossy().replace('\\', "/"));
        }
    }
}

#[test]
fn both_ways_of_listing_see_the_sources() {
    let mut walked = Vec::new();
    walk(&root(), &mut walked);
    for expected in ["Cargo.toml", "tests/tests/tidy.rs", "crates/testkit/src/lib.rs"] {
        assert!(walked.iter().any(|path| path == expected), "{expected} is not walked");
        assert!(paths().iter().any(|path| path == expected), "{expected} is not listed");
    }
    assert!(!walked.iter().any(|path| path.starts_with("target/")));
}
