// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lengths on paper. They are whole micrometres, so that equal input is drawn in equal places on every machine.

use std::ops::{Add, Sub};

/// A length or a place on paper, in micrometres; places are counted from the top left corner of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Micro(i32);

/// The width of a page: A4.
pub(crate) const PAGE_WIDTH: Micro = mm(210);
/// The height of a page: A4.
pub(crate) const PAGE_HEIGHT: Micro = mm(297);

/// Whole millimetres.
pub(crate) const fn mm(millimetres: i32) -> Micro {
    Micro(millimetres.saturating_mul(1_000))
}

/// Tenths of a millimetre.
pub(crate) const fn tenths(tenths: i32) -> Micro {
    Micro(tenths.saturating_mul(100))
}

/// Tenths of a typographic point, of which 72 are an inch.
pub(crate) const fn pt10(tenths: i32) -> Micro {
    Micro(tenths.saturating_mul(2_540) / 72)
}

impl Micro {
    /// Nothing.
    pub const ZERO: Micro = Micro(0);

    /// So many micrometres.
    #[must_use]
    pub const fn new(micrometres: i32) -> Micro {
        Micro(micrometres)
    }

    /// The number of micrometres.
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }

    /// So many times this length.
    #[must_use]
    pub const fn times(self, times: i32) -> Micro {
        Micro(self.0.saturating_mul(times))
    }

    /// A part of this length: `parts` of `whole`, rounded down. Nothing of nothing.
    #[must_use]
    pub(crate) fn part(self, parts: usize, whole: usize) -> Micro {
        let (parts, whole) = (i64::try_from(parts).unwrap_or(0), i64::try_from(whole).unwrap_or(0));
        let part = i64::from(self.0).saturating_mul(parts).checked_div(whole).unwrap_or(0);
        Micro(i32::try_from(part).unwrap_or(0))
    }
}

impl Add for Micro {
    type Output = Micro;

    fn add(self, other: Micro) -> Micro {
        Micro(self.0.saturating_add(other.0))
    }
}

impl Sub for Micro {
    type Output = Micro;

    fn sub(self, other: Micro) -> Micro {
        Micro(self.0.saturating_sub(other.0))
    }
}

/// A rectangle on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Area {
    /// Its left edge.
    pub left: Micro,
    /// Its upper edge.
    pub top: Micro,
    /// Its right edge.
    pub right: Micro,
    /// Its lower edge.
    pub bottom: Micro,
}

impl Area {
    /// A rectangle by its upper left corner and its size.
    #[must_use]
    pub fn at(left: Micro, top: Micro, width: Micro, height: Micro) -> Area {
        Area { left, top, right: left + width, bottom: top + height }
    }

    /// How wide it is.
    #[must_use]
    pub fn width(self) -> Micro {
        self.right - self.left
    }

    /// How high it is.
    #[must_use]
    pub fn height(self) -> Micro {
        self.bottom - self.top
    }

    /// Whether another rectangle lies in it, edges included.
    #[must_use]
    pub fn holds(self, other: Area) -> bool {
        self.left <= other.left && self.top <= other.top && self.right >= other.right && self.bottom >= other.bottom
    }

    /// The same without a rim on its left and right.
    pub(crate) fn padded(self, rim: Micro) -> Area {
        Area { left: self.left + rim, right: self.right - rim, ..self }
    }

    /// The strip of it that begins `below` its upper edge.
    pub(crate) fn strip(self, below: Micro, height: Micro) -> Area {
        Area::at(self.left, self.top + below, self.width(), height)
    }
}
