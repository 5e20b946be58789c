// SPDX-License-Identifier: AGPL-3.0-or-later
//! Time and identifiers are given to decisions; they never take them.

use uuid::Uuid;

use crate::ids::{ClientId, RequestId};
use crate::notice::NoticeNumber;
use crate::time::Instant;

/// Where new identifiers come from: version 7 UUIDs in production, a counter in tests.
pub trait Ids {
    /// A new identifier, never given before.
    fn next(&mut self) -> Uuid;
}

/// Where new notice numbers come from: a block of the institution's sequence taken beforehand.
pub trait Numbers {
    /// A new notice number, never given before; none when the block is used up.
    fn next(&mut self) -> Option<NoticeNumber>;
}

/// What every decision is given beside its state and its command.
pub struct Given<'a> {
    /// The instant of the decision.
    pub now: Instant,
    /// New identifiers.
    pub ids: &'a mut dyn Ids,
    /// Who asks; none when the Node or the clock does.
    pub client_id: Option<ClientId>,
    /// By which request; none as above.
    pub request_id: Option<RequestId>,
}

impl Given<'_> {
    /// A new identifier of the wanted kind.
    pub fn id<T: From<Uuid>>(&mut self) -> T {
        T::from(self.ids.next())
    }
}

/// Clock and identifiers of a running program, or of a test.
pub trait World: Send + Sync {
    /// The present instant.
    fn now(&self) -> Instant;
    /// A new version 7 UUID.
    fn id(&self) -> Uuid;
}

/// The identifiers of a world, for one decision.
pub struct WorldIds<'a>(pub &'a dyn World);

impl Ids for WorldIds<'_> {
    fn next(&mut self) -> Uuid {
        self.0.id()
    }
}
