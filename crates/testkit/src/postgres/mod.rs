// SPDX-License-Identifier: AGPL-3.0-or-later
//! A private PostgreSQL for this test process: own data folder, own port, loopback only, gone when
//! the process is gone, however it ends.

mod account;
mod binaries;
mod cluster;
mod guard;
mod signal;
mod template;
mod volume;

use std::sync::OnceLock;

pub use binaries::Binaries;
pub use cluster::{Cluster, Options};
pub use volume::volumes_present;

use crate::presence::or_required;

/// Whether PostgreSQL's programs (15 or newer) are on this machine. Starts nothing.
///
/// # Panics
/// When they are absent and `TRAMITE_REQUIRE_ALL=1`.
pub fn present() -> bool {
    binaries().is_some()
}

/// This process's cluster, started at the first call; none where PostgreSQL is absent.
///
/// Sentences that kill or stop a cluster start one of their own with [`Cluster::start_new`].
///
/// # Panics
/// When PostgreSQL is absent and `TRAMITE_REQUIRE_ALL=1`, or when it does not start.
pub fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER.get_or_init(|| binaries().map(|found| Cluster::with(found, Options::default()))).as_ref()
}

fn binaries() -> Option<&'static Binaries> {
    static BINARIES: OnceLock<Option<Binaries>> = OnceLock::new();
    or_required(
        BINARIES.get_or_init(Binaries::find).as_ref(),
        "no PostgreSQL 15 or newer is in PATH or /usr/lib/postgresql",
    )
}
