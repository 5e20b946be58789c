// SPDX-License-Identifier: AGPL-3.0-or-later
//! The two orders of lists: newest first, or by change, and how a page goes on in each.

use tramite_domain::time::Instant;
use uuid::Uuid;

use crate::page::{COMMIT_WINDOW_SECONDS, Cursor, CursorError, LastChange, List};

/// The order of a list and its two kinds of cursors.
#[derive(Clone, Copy)]
pub(super) struct Order {
    /// Changed at this instant or later; the list is then in the order of changes.
    pub(super) since: Option<Instant>,
    /// Up to where the first page saw all that could still be committed.
    pub(super) window: Instant,
    newest: List,
    changed: List,
}

/// Where a list goes on; nothing on the first page.
#[derive(Clone, Copy, Default)]
pub(super) struct After {
    pub(super) id: Option<Uuid>,
    pub(super) change: Option<LastChange>,
}

impl Order {
    /// The order of a list that is read now, from where the page before ended.
    pub(super) fn new(
        since: Option<Instant>,
        (newest, changed): (List, List),
        cursor: Option<&Cursor>,
        now: Instant,
    ) -> Result<(Self, After), CursorError> {
        let mut order = Self { since, window: now.plus_seconds(-COMMIT_WINDOW_SECONDS), newest, changed };
        let after = order.after(cursor)?;
        // What commits between two pages may belong before the first: only its window counts, whatever is said later.
        order.window = after.change.map_or(order.window, |last| last.window.min(order.window));
        Ok((order, after))
    }

    pub(super) fn after(self, cursor: Option<&Cursor>) -> Result<After, CursorError> {
        Ok(match self.since {
            Some(_) => After { id: None, change: Cursor::change(cursor, self.changed)? },
            None => After { id: Cursor::id(cursor, self.newest)?, change: None },
        })
    }

    pub(super) const fn cursor(self, updated_at: Instant, id: Uuid) -> Cursor {
        match self.since {
            Some(_) => {
                let last = LastChange { at: updated_at, id, window: self.window };
                Cursor::after_change(self.changed, last)
            }
            None => Cursor::after_id(self.newest, id),
        }
    }
}

/// Puts a boxed query of a table in its order, from where the last page ended.
macro_rules! in_order {
    ($query:ident, $table:ident, $order:ident, $after:ident) => {
        match $order.since {
            Some(since) => {
                let mut query = $query
                    .filter($table::updated_at.ge($crate::column::At(since)))
                    .order(($table::updated_at.asc(), $table::id.asc()));
                if let Some(last) = $after.change {
                    let at = $crate::column::At(last.at);
                    let beyond = $table::updated_at.gt(at).or($table::id.gt($crate::column::Id(last.id)));
                    query = query.filter($table::updated_at.ge(at).and(beyond));
                }
                query
            }
            None => {
                let mut query = $query.order($table::id.desc());
                if let Some(id) = $after.id {
                    query = query.filter($table::id.lt($crate::column::Id(id)));
                }
                query
            }
        }
    };
}
pub(super) use in_order;
