// SPDX-License-Identifier: AGPL-3.0-or-later
//! The QR code: version 4, of 33 modules, with error correction M, always (documents.md, Notice).

use qrcode::{Color, EcLevel, QrCode, Version};

use crate::DocumentError;
use crate::code::Modules;

const VERSION: Version = Version::Normal(4);
const LEVEL: EcLevel = EcLevel::M;

/// The code of a text.
pub(crate) fn qr(text: &str) -> Result<Modules, DocumentError> {
    let code = QrCode::with_version(text, VERSION, LEVEL).map_err(|error| DocumentError::of(&error))?;
    let width = code.width();
    Ok(Modules { width, dark: code.into_colors().into_iter().map(|color| color == Color::Dark).collect() })
}
