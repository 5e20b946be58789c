// SPDX-License-Identifier: AGPL-3.0-or-later
//! Pages of lists: `limit` and `cursor`, stable under inserts, without totals.

use serde::Deserialize;
use tramite_storage::{Cursor, PageRequest};
use utoipa::IntoParams;

use crate::problem::{Code, Problem};
use crate::words;

/// How many items a page holds where nobody says.
const LIMIT_DEFAULT: u16 = 50;

/// The parameters of a list that has no filters of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Paging {
    /// How many items at most; 50 where it is left out.
    #[param(value_type = Option<words::PageLimit>)]
    pub limit: Option<u16>,
    /// Where to go on: `next_cursor` of the page before.
    #[param(value_type = Option<words::CursorText>)]
    pub cursor: Option<String>,
}

impl Paging {
    /// Which page.
    ///
    /// # Errors
    /// [`Code::InvalidCursor`].
    pub fn request(&self) -> Result<PageRequest, Problem> {
        page_request(self.limit, self.cursor.as_deref())
    }
}

/// Which page, from the two parameters of a list.
///
/// # Errors
/// [`Code::InvalidCursor`].
pub fn page_request(limit: Option<u16>, cursor: Option<&str>) -> Result<PageRequest, Problem> {
    let cursor = cursor.map(str::parse::<Cursor>).transpose().map_err(|_| Problem::new(Code::InvalidCursor))?;
    Ok(PageRequest { limit: limit.unwrap_or(LIMIT_DEFAULT), cursor })
}

/// The cursor of the next page as answers carry it.
#[must_use]
pub fn cursor_text(next: Option<&Cursor>) -> Option<String> {
    next.map(ToString::to_string)
}
