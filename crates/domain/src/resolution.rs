// SPDX-License-Identifier: AGPL-3.0-or-later
//! Dealing with something strange: who did, when, and a note that names nobody. It stays visible, and it is final.

use crate::given::Given;
use crate::ids::ClientId;
use crate::personal_data::find_personal_data;
use crate::refusal::Refusal;
use crate::text::Text;
use crate::time::Instant;
use crate::violation::{Place, Violations};

/// Longest note, in characters.
pub const NOTE_CHARS_MAX: usize = 500;

/// What was done about it, for whoever asks later.
pub type Note = Text<1, NOTE_CHARS_MAX>;

/// That somebody has dealt with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// When.
    pub at: Instant,
    /// Who.
    pub client_id: Option<ClientId>,
    /// What was done.
    pub note: Note,
}

/// Resolves what is not yet resolved. None where the same was said before: there is nothing to write then.
///
/// # Errors
/// `AlreadyResolved` where somebody said something else before; `Invalid` for a note of the wrong form, or with personal
/// data in it: it goes into the audit trail too, which is kept for years.
pub fn resolution(given: &Given<'_>, present: Option<&Resolution>, note: &str) -> Result<Option<Resolution>, Refusal> {
    if let Some(present) = present {
        return if present.note.as_str() == note { Ok(None) } else { Err(Refusal::AlreadyResolved) };
    }
    let place = Place::root().at("note");
    let mut wrong = Violations::new();
    if find_personal_data(note).is_some() {
        wrong.add(
            &place,
            "personal_data_in_text",
            "The note is kept in the audit trail and must hold no personal data.",
        );
    }
    match wrong.take(&place, "invalid_text", Note::new(note)) {
        Some(note) if wrong.is_empty() => Ok(Some(Resolution { at: given.now, client_id: given.client_id, note })),
        _ => Err(Refusal::Invalid(wrong.into_vec())),
    }
}
