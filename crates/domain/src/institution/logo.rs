// SPDX-License-Identifier: AGPL-3.0-or-later
//! The logo of an institution, which stands on its notices.

use std::fmt::{self, Debug, Formatter};

use sha2::{Digest, Sha256};

use crate::batch::{Batch, Write};
use crate::given::Given;
use crate::ids::InstitutionId;
use crate::time::Instant;

use super::define::audit;

/// The logo as it is kept: a small PNG that was made of whatever file was sent.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptLogo {
    /// The picture.
    pub png: Vec<u8>,
    /// SHA-256 of the picture: its version.
    pub sha256: [u8; 32],
    /// When it took the place of another one, or of none.
    pub updated_at: Instant,
}

impl Debug for KeptLogo {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeptLogo({} bytes, {})", self.png.len(), self.updated_at)
    }
}

/// The institution has that picture as its logo from now on, in place of the one it has; nothing is written where it is the same.
#[must_use]
pub fn replace_logo(
    given: &mut Given<'_>,
    institution: InstitutionId,
    present: Option<&KeptLogo>,
    png: Vec<u8>,
) -> (KeptLogo, Batch) {
    let sha256 = Sha256::digest(&png).into();
    if let Some(present) = present.filter(|present| present.sha256 == sha256) {
        return (present.clone(), Batch::new());
    }
    let logo = KeptLogo { png, sha256, updated_at: given.now };
    let put = Write::PutLogo { logo: Box::new(logo.clone()), expected: present.map(|present| present.sha256) };
    let batch = Batch::new().with(put).with(audit("institution.logo_replaced", subject(institution), given));
    (logo, batch)
}

/// The institution has no logo any more; nothing is written where it had none.
#[must_use]
pub fn remove_logo(given: &mut Given<'_>, institution: InstitutionId, present: Option<&KeptLogo>) -> Batch {
    let Some(present) = present else { return Batch::new() };
    let line = audit("institution.logo_removed", subject(institution), given);
    Batch::new().with(Write::RemoveLogo { expected: present.sha256 }).with(line)
}

fn subject(institution: InstitutionId) -> String {
    format!("institution/{institution}")
}
