// SPDX-License-Identifier: AGPL-3.0-or-later
//! Journeys over HTTP with the real binary: what a test needs to start one and to speak with it as its users do.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "it serves tests alone, which end where something fails"
)]

pub mod api;
pub mod binary;
pub mod canary;
pub mod certificates;
pub mod consumer;
pub mod dump;
pub mod http;
pub mod key_server;
pub mod load;
pub mod node;
pub mod pair;
pub mod platform;
pub mod process;
pub mod production;
pub mod town;
pub mod upload;
pub mod wire;

/// Waits until something holds, at most ten seconds.
///
/// # Panics
/// When it still does not.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    const LOOKS: u32 = 200;
    for _ in 0..LOOKS {
        if holds().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("waited in vain: {what}");
}
