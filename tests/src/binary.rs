// SPDX-License-Identifier: AGPL-3.0-or-later
//! The program under test, as `cargo` builds it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// Says that the program stands there, of the same sources as this test: nothing is built then, and nobody waits for who builds.
const BUILT: &str = "TRAMITE_BUILT";

/// The path of `tramite`, built for the same profile as this test.
///
/// # Panics
/// When it cannot be built.
pub fn tramite() -> &'static PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let test = std::env::current_exe().expect("a test has a path");
        let folder = test.parent().and_then(|deps| deps.parent()).expect("tests stand in target/<profile>/deps");
        let program = folder.join("tramite");
        if std::env::var_os(BUILT).is_some() {
            assert!(program.is_file(), "{BUILT} says that the program stands there");
            return program;
        }
        let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // The whole workspace chooses the features, as it does for the tests: what they have built is not built again.
        build.args(["build", "--quiet", "--workspace", "--bin", "tramite"]);
        if cfg!(feature = "otel") {
            build.args(["--features", "tramite/otel"]);
        }
        build.current_dir(tramite_testkit::workspace_root());
        // The folder has the name of the profile, but for the one that `cargo test` uses.
        if let Some(profile) = folder.file_name().filter(|name| *name != "debug") {
            build.arg("--profile").arg(profile);
        }
        assert!(build.status().expect("cargo runs").success(), "tramite does not build");
        program
    })
}
