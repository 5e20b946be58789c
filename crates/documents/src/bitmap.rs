// SPDX-License-Identifier: AGPL-3.0-or-later
//! A picture in pixels, opaque and in sRGB, and the PNG that is made of it: without metadata, and the same bytes for the same pixels.

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Filter, PixelDimensions, Unit};
use resvg::tiny_skia::{IntSize, Pixmap};

/// A pixel: red, green, blue.
pub(crate) type Pixel = [u8; 3];

/// What paper is.
pub(crate) const WHITE: Pixel = [u8::MAX; 3];

/// A picture: its pixels row by row, from the top left one.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Bitmap {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) pixels: Vec<Pixel>,
}

impl Bitmap {
    /// What was drawn on paper; nothing of it may be left through which one could see.
    pub(crate) fn of_opaque(drawn: &Pixmap) -> Bitmap {
        let pixels = drawn.pixels().iter().map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect();
        Bitmap { width: drawn.width(), height: drawn.height(), pixels }
    }

    /// The same, to be drawn; none where the pixels are not as many as the sides tell.
    pub(crate) fn pixmap(&self) -> Option<Pixmap> {
        let samples = self.pixels.iter().flat_map(|[red, green, blue]| [*red, *green, *blue, u8::MAX]).collect();
        Pixmap::from_vec(samples, IntSize::from_wh(self.width, self.height)?)
    }

    /// Whether nothing is to be seen on paper.
    pub(crate) fn is_blank(&self) -> bool {
        self.pixels.iter().all(|pixel| *pixel == WHITE)
    }

    /// The picture as a PNG of 8 bits: of one channel where it is grey all over, else of three. It says how many pixels a metre has
    /// where that is known. Of the filters, which change the length of the file alone, none is the best for letters.
    ///
    /// # Errors
    /// What the encoder says where the pixels are not as many as the sides tell: a defect of ours.
    pub(crate) fn png(&self, per_metre: Option<u32>, filter: Filter) -> Result<Vec<u8>, EncodingError> {
        let grey = self.pixels.iter().all(|[red, green, blue]| red == green && green == blue);
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, self.width, self.height);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_color(if grey { ColorType::Grayscale } else { ColorType::Rgb });
        encoder.set_compression(Compression::Balanced);
        encoder.set_filter(filter);
        encoder.set_pixel_dims(per_metre.map(|count| PixelDimensions { xppu: count, yppu: count, unit: Unit::Meter }));
        let mut writer = encoder.write_header()?;
        if grey {
            let levels: Vec<u8> = self.pixels.iter().map(|[level, ..]| *level).collect();
            writer.write_image_data(&levels)?;
        } else {
            writer.write_image_data(self.pixels.as_flattened())?;
        }
        writer.finish()?;
        Ok(file)
    }

    /// The same picture with fewer pixels: each is the mean of what it covers. A side that is not shorter stays.
    pub(crate) fn shrunk(&self, width: u32, height: u32) -> Bitmap {
        let narrow = self.narrowed(width);
        narrow.turned().narrowed(height).turned()
    }

    fn narrowed(&self, width: u32) -> Bitmap {
        if width >= self.width {
            return self.clone();
        }
        let length = usize::try_from(self.width).unwrap_or(usize::MAX).max(1);
        let rows = self.pixels.chunks_exact(length);
        let pixels = rows.flat_map(|row| (0..width).map(|place| mean(row, place, self.width, width))).collect();
        Bitmap { width, height: self.height, pixels }
    }

    /// Rows as columns.
    fn turned(&self) -> Bitmap {
        let length = usize::try_from(self.width).unwrap_or(usize::MAX).max(1);
        let columns = 0..usize::try_from(self.width).unwrap_or(0);
        let pixels = columns.flat_map(|column| self.pixels.iter().skip(column).step_by(length).copied()).collect();
        Bitmap { width: self.height, height: self.width, pixels }
    }
}

/// The mean of what one of `to` equal parts of a row of `from` pixels covers. A pixel is counted as `to` long and a part as `from`, so
/// that all is whole numbers.
fn mean(row: &[Pixel], place: u32, from: u32, to: u32) -> Pixel {
    let (place, from, to) = (u64::from(place), u64::from(from), u64::from(to));
    let start = place.saturating_mul(from);
    let end = start.saturating_add(from);
    let first = start.checked_div(to).unwrap_or(0);
    let mut sums = [0_u64; 3];
    for (pixel, at) in row.iter().skip(usize::try_from(first).unwrap_or(usize::MAX)).zip(first..) {
        let left = at.saturating_mul(to);
        if left >= end {
            break;
        }
        let covered = left.saturating_add(to).min(end).saturating_sub(left.max(start));
        for (sum, level) in sums.iter_mut().zip(pixel) {
            *sum = sum.saturating_add(u64::from(*level).saturating_mul(covered));
        }
    }
    sums.map(|sum| u8::try_from(sum.saturating_add(from / 2).checked_div(from).unwrap_or(0)).unwrap_or(u8::MAX))
}
