// SPDX-License-Identifier: AGPL-3.0-or-later
//! A PNG as it comes: its sides are looked at before a pixel is read.

use std::io::Cursor;

use png::{ColorType, Decoder, Limits, Reader, Transformations};

use crate::bitmap::{Bitmap, Pixel};
use crate::logo::LogoFault;
use crate::logo::limits::{LOGO_PIXELS_MAX, LOGO_SIDE_MAX, PNG_MEMORY_MAX};

/// How every PNG begins.
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Whether these bytes are meant to be a PNG.
pub(super) fn is_png(bytes: &[u8]) -> bool {
    bytes.starts_with(SIGNATURE)
}

/// The picture, with white behind it. Of an animation it is the picture of those who show none. A colour profile is not looked at:
/// colours are taken as sRGB.
pub(super) fn bitmap(bytes: &[u8]) -> Result<Bitmap, LogoFault> {
    let mut reader = opened(bytes)?;
    let size = reader.output_buffer_size().ok_or(LogoFault::TooManyPixels)?;
    let mut samples = vec![0; size];
    let frame = reader.next_frame(&mut samples).map_err(|_| LogoFault::PngBroken)?;
    samples.truncate(frame.buffer_size());
    let pixels: Vec<Pixel> = match frame.color_type {
        ColorType::Grayscale => samples.iter().map(|level| [*level; 3]).collect(),
        ColorType::GrayscaleAlpha => {
            samples.as_chunks().0.iter().map(|[level, alpha]| on_white([*level; 3], *alpha)).collect()
        }
        ColorType::Rgb => samples.as_chunks().0.to_vec(),
        ColorType::Rgba => samples
            .as_chunks()
            .0
            .iter()
            .map(|[red, green, blue, alpha]| on_white([*red, *green, *blue], *alpha))
            .collect(),
        // It is made plain as it is read.
        ColorType::Indexed => return Err(LogoFault::PngBroken),
    };
    let (width, height) = reader.info().size();
    let count = u64::from(width).saturating_mul(u64::from(height));
    if u64::try_from(pixels.len()) != Ok(count) {
        return Err(LogoFault::PngBroken);
    }
    Ok(Bitmap { width, height, pixels })
}

/// The sides of a PNG in pixels, its colours and how many bits a sample has, by its head alone.
pub(super) fn head(bytes: &[u8]) -> Option<(u32, u32, ColorType, png::BitDepth)> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: PNG_MEMORY_MAX });
    let info = decoder.read_header_info().ok()?;
    Some((info.width, info.height, info.color_type, info.bit_depth))
}

fn opened(bytes: &[u8]) -> Result<Reader<Cursor<&[u8]>>, LogoFault> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: PNG_MEMORY_MAX });
    // Both may hold more than they say, and neither is kept.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let (width, height) = decoder.read_header_info().map_err(|_| LogoFault::PngBroken)?.size();
    let pixels = u64::from(width).saturating_mul(u64::from(height));
    if width > LOGO_SIDE_MAX || height > LOGO_SIDE_MAX || pixels > LOGO_PIXELS_MAX {
        return Err(LogoFault::TooManyPixels);
    }
    decoder.read_info().map_err(|_| LogoFault::PngBroken)
}

/// A pixel that is not opaque, on white.
fn on_white(pixel: Pixel, alpha: u8) -> Pixel {
    let alpha = u32::from(alpha);
    let white = u32::from(u8::MAX);
    let behind = white.saturating_sub(alpha).saturating_mul(white);
    pixel.map(|level| {
        let mixed = u32::from(level).saturating_mul(alpha).saturating_add(behind).saturating_add(white / 2) / white;
        u8::try_from(mixed).unwrap_or(u8::MAX)
    })
}
