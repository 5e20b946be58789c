// SPDX-License-Identifier: AGPL-3.0-or-later
//! Free ports on loopback.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};

/// First port that is given out. The range ends below the one from which systems choose the local
/// port of an outgoing connection (32,768 on Linux): else a server that is killed and started
/// again, as fault tests do, may find its port taken by a client's end of some connection.
const FIRST: u16 = 20_000;
/// How many ports the range has.
const RANGE: u16 = 12_000;

/// Begins at random, so that test processes that run side by side seldom meet.
static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| {
    let seed = uuid::Uuid::new_v4().as_u128() % u128::from(RANGE);
    AtomicU16::new(u16::try_from(seed).unwrap_or_default())
});

/// A port on 127.0.0.1 on which nobody listens now; never the same twice within 12,000 calls of
/// one process.
pub fn free_port() -> u16 {
    for _ in 0..RANGE {
        let port = FIRST + NEXT.fetch_add(1, Ordering::Relaxed) % RANGE;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no free port between {FIRST} and {}", FIRST + RANGE);
}
