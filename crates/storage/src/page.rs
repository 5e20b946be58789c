// SPDX-License-Identifier: AGPL-3.0-or-later
//! Pages of lists: stable under inserts, without totals.

mod list;

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use thiserror::Error;
use tramite_domain::ids::InstitutionId;
use tramite_domain::time::Instant;
use uuid::Uuid;

pub(crate) use list::List;

/// The most items a page holds.
pub const PAGE_LIMIT_MAX: u16 = 500;
/// How long it may take from the instant of a decision to its commit, in seconds: what `updated_since` lists answer as
/// complete lies at least so far before the first page, so that nothing that commits late is skipped. `Store` proves at
/// compile time that its own limits keep within it.
pub const COMMIT_WINDOW_SECONDS: i64 = 60;
/// The longest text of a cursor, in characters.
const CURSOR_CHARS_MAX: usize = 128;

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// How many items, 1 to [`PAGE_LIMIT_MAX`]; what lies outside is brought to the nearest.
    pub limit: u16,
    /// Where the page before ended; none for the first.
    pub cursor: Option<Cursor>,
}

impl PageRequest {
    /// The first page.
    #[must_use]
    pub const fn first(limit: u16) -> Self {
        Self { limit, cursor: None }
    }

    pub(crate) fn size(&self) -> usize {
        usize::from(self.limit.clamp(1, PAGE_LIMIT_MAX))
    }

    /// One row more than the page tells whether another page follows.
    pub(crate) fn rows(&self) -> i64 {
        i64::from(self.limit.clamp(1, PAGE_LIMIT_MAX)) + 1
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// How to ask for the next page; none on the last.
    pub next: Option<Cursor>,
    /// With `updated_since`: everything up to here is in the pages read so far; ask with it the next time.
    pub complete_until: Option<Instant>,
}

impl<T> Page<T> {
    /// Cuts the rows that were read (one more than the page holds) to a page.
    pub(crate) fn cut(mut rows: Vec<T>, request: &PageRequest, key: impl Fn(&T) -> Cursor) -> Self {
        let more = rows.len() > request.size();
        rows.truncate(request.size());
        let next = if more { rows.last().map(key) } else { None };
        Self { items: rows, next, complete_until: None }
    }

    /// Says until when the list is complete: up to the last row while pages follow, but never beyond the window of the
    /// first page. What commits while the pages are read may belong before a page that was read already.
    #[must_use]
    pub(crate) fn complete(mut self, window: Instant, last_updated: Option<Instant>) -> Self {
        self.complete_until = Some(match last_updated.filter(|_| self.next.is_some()) {
            Some(last) => last.min(window),
            None => window,
        });
        self
    }

    pub(crate) fn try_map<U, E>(self, each: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let items = self.items.into_iter().map(each).collect::<Result<_, E>>()?;
        Ok(Page { items, next: self.next, complete_until: self.complete_until })
    }
}

/// Where a page ended: an opaque text for URLs, bound to its kind of list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    list: List,
    key: Key,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    Id(Uuid),
    Changed(LastChange),
    Moment(LastMoment),
    Fed(FeedPlace),
    Code(String),
}

/// Where a page of changes ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastChange {
    /// When its last row was changed.
    pub(crate) at: Instant,
    /// Its last row.
    pub(crate) id: Uuid,
    /// Up to where the first page saw all that could still be committed.
    pub(crate) window: Instant,
}

/// Where a page in the order of instants ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastMoment {
    /// When its last row was.
    pub(crate) at: Instant,
    /// The rank of that row among rows of other kinds at the same instant.
    pub(crate) rank: u8,
    /// Its last row.
    pub(crate) id: Uuid,
}

/// A place in a feed: everything up to it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FeedPlace {
    /// The position of the last event before it.
    pub(crate) position: i64,
    /// When that event happened; of a place at the end of the feed, when it was told.
    pub(crate) at: Instant,
}

/// A text is no cursor of this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a cursor of this list")]
pub struct CursorError;

impl Cursor {
    /// Where the list of institutions goes on after one of them.
    #[must_use]
    pub const fn after_institution(id: InstitutionId) -> Self {
        Self::after_id(List::Institutions, id.uuid())
    }

    pub(crate) const fn after_id(list: List, id: Uuid) -> Self {
        Self { list, key: Key::Id(id) }
    }

    pub(crate) const fn after_change(list: List, change: LastChange) -> Self {
        Self { list, key: Key::Changed(change) }
    }

    pub(crate) const fn after_moment(list: List, last: LastMoment) -> Self {
        Self { list, key: Key::Moment(last) }
    }

    pub(crate) const fn in_feed(list: List, place: FeedPlace) -> Self {
        Self { list, key: Key::Fed(place) }
    }

    pub(crate) const fn after_code(list: List, code: String) -> Self {
        Self { list, key: Key::Code(code) }
    }

    pub(crate) fn id(cursor: Option<&Self>, list: List) -> Result<Option<Uuid>, CursorError> {
        match cursor {
            None => Ok(None),
            Some(Self { list: own, key: Key::Id(id) }) if *own == list => Ok(Some(*id)),
            Some(_) => Err(CursorError),
        }
    }

    pub(crate) fn change(cursor: Option<&Self>, list: List) -> Result<Option<LastChange>, CursorError> {
        match cursor {
            None => Ok(None),
            Some(Self { list: own, key: Key::Changed(change) }) if *own == list => Ok(Some(*change)),
            Some(_) => Err(CursorError),
        }
    }

    pub(crate) fn moment(cursor: Option<&Self>, list: List) -> Result<Option<LastMoment>, CursorError> {
        match cursor {
            None => Ok(None),
            Some(Self { list: own, key: Key::Moment(last) }) if *own == list => Ok(Some(*last)),
            Some(_) => Err(CursorError),
        }
    }

    pub(crate) fn place(cursor: Option<&Self>, list: List) -> Result<Option<FeedPlace>, CursorError> {
        match cursor {
            None => Ok(None),
            Some(Self { list: own, key: Key::Fed(place) }) if *own == list => Ok(Some(*place)),
            Some(_) => Err(CursorError),
        }
    }

    pub(crate) fn code(cursor: Option<&Self>, list: List) -> Result<Option<String>, CursorError> {
        match cursor {
            None => Ok(None),
            Some(Self { list: own, key: Key::Code(code) }) if *own == list => Ok(Some(code.clone())),
            Some(_) => Err(CursorError),
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.list.tag()];
        match &self.key {
            Key::Id(id) => {
                bytes.push(b'i');
                bytes.extend_from_slice(id.as_bytes());
            }
            Key::Changed(LastChange { at, id, window }) => {
                bytes.push(b'u');
                bytes.extend_from_slice(&at.datetime().timestamp_micros().to_be_bytes());
                bytes.extend_from_slice(&window.datetime().timestamp_micros().to_be_bytes());
                bytes.extend_from_slice(id.as_bytes());
            }
            Key::Moment(LastMoment { at, rank, id }) => {
                bytes.extend_from_slice(&[b'm', *rank]);
                bytes.extend_from_slice(&at.datetime().timestamp_micros().to_be_bytes());
                bytes.extend_from_slice(id.as_bytes());
            }
            Key::Fed(FeedPlace { position, at }) => {
                bytes.push(b'f');
                bytes.extend_from_slice(&at.datetime().timestamp_micros().to_be_bytes());
                bytes.extend_from_slice(&position.to_be_bytes());
            }
            Key::Code(code) => {
                bytes.push(b'c');
                bytes.extend_from_slice(code.as_bytes());
            }
        }
        formatter.write_str(&BASE64URL_NOPAD.encode(&bytes))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        if text.len() > CURSOR_CHARS_MAX {
            return Err(CursorError);
        }
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| CursorError)?;
        let [tag, kind, rest @ ..] = bytes.as_slice() else { return Err(CursorError) };
        let list = List::ALL.into_iter().find(|list| list.tag() == *tag).ok_or(CursorError)?;
        let key = match kind {
            b'i' => Key::Id(Uuid::from_slice(rest).map_err(|_| CursorError)?),
            b'u' => {
                let (at, rest) = instant(rest)?;
                let (window, id) = instant(rest)?;
                Key::Changed(LastChange { at, id: Uuid::from_slice(id).map_err(|_| CursorError)?, window })
            }
            b'm' => {
                let (rank, rest) = rest.split_first().ok_or(CursorError)?;
                let (at, id) = instant(rest)?;
                Key::Moment(LastMoment { at, rank: *rank, id: Uuid::from_slice(id).map_err(|_| CursorError)? })
            }
            b'f' => {
                let (at, rest) = instant(rest)?;
                let position = <[u8; 8]>::try_from(rest).map(i64::from_be_bytes).map_err(|_| CursorError)?;
                Key::Fed(FeedPlace { position: Some(position).filter(|one| *one >= 0).ok_or(CursorError)?, at })
            }
            b'c' => Key::Code(std::str::from_utf8(rest).map_err(|_| CursorError)?.to_owned()),
            _ => return Err(CursorError),
        };
        Ok(Self { list, key })
    }
}

/// Reads an instant; the bytes after it are left.
fn instant(bytes: &[u8]) -> Result<(Instant, &[u8]), CursorError> {
    let (micros, rest) = bytes.split_first_chunk::<8>().ok_or(CursorError)?;
    let at = chrono::DateTime::from_timestamp_micros(i64::from_be_bytes(*micros)).ok_or(CursorError)?;
    Ok((Instant::new(at), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_belongs_to_one_list() {
        let id = Uuid::from_u128(7);
        let at = Instant::UNIX_EPOCH.plus_seconds(5);
        for cursor in [
            Cursor::after_id(List::Positions, id),
            Cursor::after_change(List::ReceiptsChanged, LastChange { at, id, window: at.plus_seconds(-60) }),
            Cursor::after_moment(List::Timeline, LastMoment { at, rank: 3, id }),
            Cursor::in_feed(List::Feed, FeedPlace { position: 7, at }),
            Cursor::after_code(List::Services, "TARI".to_owned()),
        ] {
            let text = cursor.to_string();
            assert_eq!(text.parse(), Ok(cursor), "{text}");
        }
        let cursor = Cursor::after_id(List::Positions, id);
        assert_eq!(Cursor::id(Some(&cursor), List::Positions), Ok(Some(id)));
        assert_eq!(Cursor::id(Some(&cursor), List::Receipts), Err(CursorError));
        assert_eq!(Cursor::change(Some(&cursor), List::Positions), Err(CursorError));
        for wrong in ["", "AA", "!!", "AWkAAA", &"A".repeat(200)] {
            assert_eq!(wrong.parse::<Cursor>(), Err(CursorError), "{wrong}");
        }
    }
}
