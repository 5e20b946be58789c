// SPDX-License-Identifier: AGPL-3.0-or-later
//! The room of an institution for long work and for the files of it: how many of a kind run at a time, and how much is kept.
//! Files that are loaded have one, files of documents another.

/// Works of a kind that are not over, at most.
pub const RUNNING_MAX: u8 = 2;
/// What may be kept of the files of a kind, in bytes.
pub const KEPT_BYTES_MAX: u64 = 10 * 1024 * 1024 * 1024;

/// What an institution has of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Room {
    /// The lanes in which something runs or waits. No two works that are not over are in the same one: of two that take the last
    /// free lane at the same moment the database lets one in, and the other is decided again.
    pub lanes: Vec<u8>,
    /// Bytes of files that are kept, those included that are being written.
    pub kept_bytes: u64,
}

/// Why there is none left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoRoom {
    /// As many run as may.
    Lanes,
    /// As much is kept as may be.
    Bytes,
}

impl Room {
    /// The lane that one more work would take.
    ///
    /// # Errors
    /// What there is too much of.
    pub fn lane(&self) -> Result<u8, NoRoom> {
        let many = self.lanes.len() >= usize::from(RUNNING_MAX);
        let free = (0..RUNNING_MAX).find(|lane| !many && !self.lanes.contains(lane)).ok_or(NoRoom::Lanes)?;
        if self.kept_bytes >= KEPT_BYTES_MAX { Err(NoRoom::Bytes) } else { Ok(free) }
    }
}
