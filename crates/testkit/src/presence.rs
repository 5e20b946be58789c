// SPDX-License-Identifier: AGPL-3.0-or-later
//! What to do when a tool or folder that some tests need is not on this machine.

/// Whether every optional part must be present: `TRAMITE_REQUIRE_ALL=1`.
pub fn all_required() -> bool {
    std::env::var_os("TRAMITE_REQUIRE_ALL").is_some_and(|value| value == "1")
}

/// Passes a presence on; stops the test when the part is absent although all are required.
pub(crate) fn or_required<T>(part: Option<T>, what: &str) -> Option<T> {
    assert!(part.is_some() || !all_required(), "TRAMITE_REQUIRE_ALL=1, but {what}");
    part
}
