// SPDX-License-Identifier: AGPL-3.0-or-later
//! Why a file cannot be a logo.

use thiserror::Error;

/// A file cannot be a logo. The text says why in a sentence, to whoever brought the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum LogoFault {
    /// It has more bytes than [`LOGO_BYTES_MAX`](super::LOGO_BYTES_MAX).
    #[error("The file is larger than 512 KiB.")]
    TooLarge,
    /// It is neither a PNG nor an SVG.
    #[error("The file is neither a PNG nor an SVG picture.")]
    NotAnImage,
    /// It begins as a PNG and cannot be read to its end.
    #[error("The PNG picture is damaged.")]
    PngBroken,
    /// It has more pixels than [`LOGO_PIXELS_MAX`](super::LOGO_PIXELS_MAX), or a side is longer than
    /// [`LOGO_SIDE_MAX`](super::LOGO_SIDE_MAX).
    #[error("The PNG picture has more than 4,000,000 pixels, or a side of more than 4,096.")]
    TooManyPixels,
    /// It is no SVG that could be read: not well-formed, or without a size.
    #[error("The SVG picture is damaged, or its size is not told.")]
    SvgBroken,
    /// It has something that logos must not have.
    #[error("The SVG picture has {0}, which a logo must not have.")]
    SvgForbidden(Forbidden),
    /// It takes too long to draw it.
    #[error("The SVG picture is too complex: too many shapes, layers or references.")]
    SvgTooComplex,
    /// Nothing of it would be seen on white paper.
    #[error("Nothing of the picture can be seen on white paper.")]
    Blank,
}

/// What a logo in SVG must not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Forbidden {
    /// A document type that defines something, such as entities.
    #[error("a document type with definitions")]
    Definitions,
    /// An instruction to programs, such as a style sheet elsewhere.
    #[error("a processing instruction")]
    Instruction,
    /// A script, or an attribute that is one.
    #[error("a script")]
    Script,
    /// A text, for which there are no fonts.
    #[error("a text (convert it to paths)")]
    Text,
    /// A picture within the picture.
    #[error("an embedded picture")]
    Image,
    /// A reference to something that is not in the file.
    #[error("a reference to something that is not in the file")]
    Reference,
    /// A filter.
    #[error("a filter")]
    Filter,
    /// A pattern.
    #[error("a pattern")]
    Pattern,
    /// A style sheet that does more than to give colours to shapes.
    #[error("a style sheet with rules that are not supported")]
    Sheet,
    /// Any other element that draws nothing still: markers, animations, HTML.
    #[error("an element that is not supported")]
    Element,
}

impl LogoFault {
    /// The code of the fault, which never changes.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "logo_too_large",
            Self::NotAnImage => "logo_not_an_image",
            Self::PngBroken => "logo_png_broken",
            Self::TooManyPixels => "logo_too_many_pixels",
            Self::SvgBroken => "logo_svg_broken",
            Self::SvgForbidden(_) => "logo_svg_forbidden",
            Self::SvgTooComplex => "logo_svg_too_complex",
            Self::Blank => "logo_blank",
        }
    }
}

impl From<Forbidden> for LogoFault {
    fn from(what: Forbidden) -> LogoFault {
        Self::SvgForbidden(what)
    }
}
