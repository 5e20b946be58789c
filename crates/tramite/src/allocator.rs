// SPDX-License-Identifier: AGPL-3.0-or-later
//! The allocator, and for how long it keeps memory that nobody uses.

use std::ffi::{c_int, c_long};

/// Every request makes and drops many small things on several threads; the system's allocator spends more on each, and
/// keeps more of them (docs/decisions/0004-memory.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The allocator's number for how long memory that is free stays with the program, in milliseconds.
const PURGE_DELAY: c_int = 15;
/// What it is where nobody sets it. What the start of a server leaves, some 50 MiB, is held on for good with it.
const USUAL_MS: c_long = 1_000;
/// What it is here: memory that is taken again at once is not given back, and little else stays.
const KEPT_MS: c_long = 10;
/// The variable that sets it from without; it wins.
const VARIABLE: &str = "MIMALLOC_PURGE_DELAY";

/// Gives memory back to the system soon after it is free.
pub(crate) fn keep_little() {
    if std::env::var_os(VARIABLE).is_none() && delay() == USUAL_MS {
        // SAFETY: it stores a number in a table of the allocator, for a place of that table, before there is a second thread.
        #[expect(unsafe_code, reason = "the allocator is written in C, and its settings have no other way in")]
        unsafe {
            libmimalloc_sys::mi_option_set(PURGE_DELAY, KEPT_MS);
        }
    }
}

/// How long memory that is free stays now.
fn delay() -> c_long {
    // SAFETY: it reads a number of a table of the allocator, for a place of that table.
    #[expect(unsafe_code, reason = "the allocator is written in C, and its settings have no other way in")]
    unsafe {
        libmimalloc_sys::mi_option_get(PURGE_DELAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_the_setting_is_still_the_one_that_the_allocator_has_for_it() {
        assert!(std::env::var_os(VARIABLE).is_some() || delay() == USUAL_MS, "{}", delay());
        keep_little();
        assert!(std::env::var_os(VARIABLE).is_some() || delay() == KEPT_MS, "{}", delay());
    }
}
