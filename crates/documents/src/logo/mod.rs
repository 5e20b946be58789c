// SPDX-License-Identifier: AGPL-3.0-or-later
//! The logo of an institution: a PNG or an SVG that anyone may have made, and the plain picture that is kept of it and printed.

mod fault;
mod fit;
mod limits;
mod png_read;
mod svg;

use std::fmt::{self, Debug, Formatter};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use krilla::image::Image;
use png::{BitDepth, ColorType};

use crate::bitmap::Bitmap;

pub use fault::{Forbidden, LogoFault};
pub use limits::{KEPT_BYTES_MAX, KEPT_SIDE_MAX, LOGO_BYTES_MAX, LOGO_PIXELS_MAX, LOGO_SIDE_MAX};

/// A logo that can be printed: a PNG without metadata, opaque, with 8 bits of sRGB or of grey, of at most
/// [`KEPT_SIDE_MAX`] pixels a side and [`KEPT_BYTES_MAX`] bytes. A copy of it is the same picture and costs nothing: many notices
/// that are printed one after the other should have copies of one.
#[derive(Clone)]
pub struct Logo(Arc<Kept>);

struct Kept {
    png: Vec<u8>,
    width: u32,
    height: u32,
    /// The picture as the writer of PDF has it, which is made once.
    image: OnceLock<Option<Image>>,
}

impl Logo {
    /// Reads a file that someone brought: a PNG or an SVG, by what is in it. Nothing is opened but these bytes, and no file takes
    /// more than about a second or a hundred megabytes.
    ///
    /// # Errors
    /// [`LogoFault`] for what is no picture, is too large, or does more than to be a picture.
    pub fn read(bytes: &[u8]) -> Result<Logo, LogoFault> {
        if bytes.len() > LOGO_BYTES_MAX {
            return Err(LogoFault::TooLarge);
        }
        let (decode, broken): (fn(&[u8]) -> _, _) = if png_read::is_png(bytes) {
            (png_read::bitmap, LogoFault::PngBroken)
        } else if svg::is_svg(bytes) {
            (svg::bitmap, LogoFault::SvgBroken)
        } else {
            return Err(LogoFault::NotAnImage);
        };
        // The decoders are not ours, and what they are given was made by anyone.
        let bitmap = catch_unwind(AssertUnwindSafe(|| decode(bytes))).unwrap_or(Err(broken))?;
        if bitmap.is_blank() {
            return Err(LogoFault::Blank);
        }
        let (png, width, height) = fit::kept(&bitmap)?;
        Ok(Logo::of(png, width, height))
    }

    /// What was kept of a logo, as [`Logo::png`] gave it. Its head alone is looked at, which costs next to nothing.
    ///
    /// # Errors
    /// [`LogoFault::TooLarge`], [`LogoFault::TooManyPixels`] or [`LogoFault::NotAnImage`] for a file that [`Logo::png`] did not make.
    pub fn kept(png: &[u8]) -> Result<Logo, LogoFault> {
        if png.len() > KEPT_BYTES_MAX {
            return Err(LogoFault::TooLarge);
        }
        match png_read::head(png) {
            Some((width, height, _, _)) if width > KEPT_SIDE_MAX || height > KEPT_SIDE_MAX => {
                Err(LogoFault::TooManyPixels)
            }
            Some((width, height, ColorType::Rgb | ColorType::Grayscale, BitDepth::Eight)) => {
                Ok(Logo::of(png.to_vec(), width, height))
            }
            _ => Err(LogoFault::NotAnImage),
        }
    }

    fn of(png: Vec<u8>, width: u32, height: u32) -> Logo {
        Logo(Arc::new(Kept { png, width, height, image: OnceLock::new() }))
    }

    /// The picture as a PNG, to be kept.
    #[must_use]
    pub fn png(&self) -> &[u8] {
        &self.0.png
    }

    /// How wide it is, in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.0.width
    }

    /// How high it is, in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.0.height
    }

    /// Its pixels; none where what was kept is damaged.
    pub(crate) fn bitmap(&self) -> Option<Bitmap> {
        png_read::bitmap(&self.0.png).ok()
    }

    /// The picture for a PDF; none where what was kept is damaged.
    pub(crate) fn image(&self) -> Option<Image> {
        let made = || {
            // The writer reads it when the file is finished, and then there would be no notice at all.
            self.bitmap()?;
            // Archives forbid that a reader smooths it.
            Image::from_png(self.0.png.clone().into(), false).ok()
        };
        self.0.image.get_or_init(made).clone()
    }
}

impl Debug for Logo {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "Logo({} × {}, {} bytes)", self.0.width, self.0.height, self.0.png.len())
    }
}

impl PartialEq for Logo {
    fn eq(&self, other: &Logo) -> bool {
        self.0.png == other.0.png
    }
}

impl Eq for Logo {}
