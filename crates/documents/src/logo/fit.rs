// SPDX-License-Identifier: AGPL-3.0-or-later
//! A picture as it is kept: no larger than paper shows, and no longer than a file may be.

use png::Filter;

use crate::bitmap::Bitmap;
use crate::logo::LogoFault;
use crate::logo::limits::{KEPT_BYTES_MAX, KEPT_SIDE_MAX};

/// The picture as a PNG that is kept, and its sides in pixels.
pub(super) fn kept(bitmap: &Bitmap) -> Result<(Vec<u8>, u32, u32), LogoFault> {
    let longest = bitmap.width.max(bitmap.height);
    let mut side = longest.min(KEPT_SIDE_MAX);
    while side > 0 {
        let (width, height) = (part(bitmap.width, side, longest), part(bitmap.height, side, longest));
        let shrunk = bitmap.shrunk(width, height);
        // One is better for drawings, the other for photographs.
        let [plain, filtered] = [Filter::NoFilter, Filter::Adaptive].map(|filter| shrunk.png(None, filter));
        let (plain, filtered) =
            (plain.map_err(|_| LogoFault::NotAnImage)?, filtered.map_err(|_| LogoFault::NotAnImage)?);
        let file = if plain.len() <= filtered.len() { plain } else { filtered };
        if file.len() <= KEPT_BYTES_MAX {
            return Ok((file, width, height));
        }
        side = next(side, file.len());
    }
    Err(LogoFault::NotAnImage)
}

/// A side that is shortened as the longest one is, and never to nothing.
fn part(side: u32, to: u32, longest: u32) -> u32 {
    let part = u64::from(side).saturating_mul(u64::from(to)).checked_div(u64::from(longest)).unwrap_or(1);
    u32::try_from(part).unwrap_or(to).max(1)
}

/// The longest side that is tried next. A file is about as long as the picture has pixels, and shrinks a little more slowly.
fn next(side: u32, bytes: usize) -> u32 {
    let (max, bytes) = (u64::try_from(KEPT_BYTES_MAX).unwrap_or(0), u64::try_from(bytes).unwrap_or(u64::MAX));
    let thousandths = max.saturating_mul(1_000_000).checked_div(bytes).unwrap_or(0).isqrt().min(960);
    u32::try_from(u64::from(side).saturating_mul(thousandths) / 1_000).unwrap_or(0)
}
