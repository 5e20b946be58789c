// SPDX-License-Identifier: AGPL-3.0-or-later
//! The migrations are embedded in the crate: a changed one must build it again.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
