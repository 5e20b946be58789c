// SPDX-License-Identifier: AGPL-3.0-or-later
//! Records: a kind, a length, and that many bytes.

use super::broken;
use crate::sheet::bytes::u16_at;
use crate::sheet::model::FileFault;

pub(super) const FORMULAS: [u16; 3] = [0x0006, 0x0206, 0x0406];
pub(super) const END: u16 = 0x000A;
pub(super) const DATE_MODE: u16 = 0x0022;
pub(super) const FILE_PASS: u16 = 0x002F;
pub(super) const CONTINUE: u16 = 0x003C;
pub(super) const BOUND_SHEET: u16 = 0x0085;
pub(super) const MUL_RK: u16 = 0x00BD;
pub(super) const VBA_PROJECT: u16 = 0x00D3;
pub(super) const RICH_LABEL: u16 = 0x00D6;
pub(super) const XF: u16 = 0x00E0;
pub(super) const TEXTS: u16 = 0x00FC;
pub(super) const LABEL_OF_TEXTS: u16 = 0x00FD;
pub(super) const NUMBER: u16 = 0x0203;
pub(super) const LABEL: u16 = 0x0204;
pub(super) const BOOL_OR_ERROR: u16 = 0x0205;
pub(super) const RK: u16 = 0x027E;
pub(super) const FORMAT: u16 = 0x041E;
pub(super) const BEGIN: u16 = 0x0809;

/// A record.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) kind: u16,
    pub(super) bytes: &'a [u8],
    /// Where the next one begins.
    pub(super) end: usize,
}

/// The record at this place.
pub(super) fn record(stream: &[u8], at: usize) -> Result<Record<'_>, FileFault> {
    parsed(stream, at).ok_or_else(broken)
}

fn parsed(stream: &[u8], at: usize) -> Option<Record<'_>> {
    let (kind, length) = (u16_at(stream, at)?, u16_at(stream, at.checked_add(2)?)?);
    let begin = at.checked_add(4)?;
    let end = begin.checked_add(usize::from(length))?;
    Some(Record { kind, bytes: stream.get(begin..end)?, end })
}
