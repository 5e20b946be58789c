// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is told of a logo that is kept.

use data_encoding::HEXLOWER;
use serde::Serialize;
use tramite_documents::logo::Logo;
use tramite_domain::institution::KeptLogo;
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use crate::words;

/// The picture that is printed, which `GET` shows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstitutionLogo, example = json!({
    "width": 709, "height": 480, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "updated_at": "2026-09-01T08:30:00Z",
}))]
pub(super) struct LogoView {
    /// How wide it is, in pixels.
    #[schema(value_type = words::LogoSide)]
    width: u32,
    /// How high it is, in pixels.
    #[schema(value_type = words::LogoSide)]
    height: u32,
    /// SHA-256 of the PNG.
    #[schema(value_type = words::Sha256Hex)]
    sha256: String,
    /// When the institution was given it.
    #[schema(value_type = words::Timestamp)]
    updated_at: Instant,
}

impl LogoView {
    /// What is told of a picture that is kept.
    pub(super) fn of(kept: &KeptLogo, logo: &Logo) -> Self {
        Self {
            width: logo.width(),
            height: logo.height(),
            sha256: HEXLOWER.encode(&kept.sha256),
            updated_at: kept.updated_at,
        }
    }
}
