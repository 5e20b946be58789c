// SPDX-License-Identifier: AGPL-3.0-or-later
//! Texts and pairs of the caller's choice: what leaves Tramite is short and without personal data, and what stays has
//! its limits too.

use crate::node::SUPPORT_IBAN_KEY;
use crate::personal_data::find_personal_data;
use crate::text::{Text, TextError, check, is_forbidden};
use crate::violation::{Place, Violations};

use super::{
    METADATA_ENTRIES_MAX, METADATA_TEXT_MAX, Metadata, OWN_METADATA_ENTRIES_MAX, OWN_METADATA_KEY_MAX,
    OWN_METADATA_VALUE_MAX,
};

/// A text that citizens and the Node read: within the schema's length and without personal data.
pub(super) fn free_text(wrong: &mut Violations, place: &Place, text: &str) -> Option<Text<1, 140>> {
    no_personal_data(wrong, place, text);
    wrong.take(place, "invalid_text", Text::new(text))
}

/// Records a valid tax code, e-mail or IBAN inside a text that leaves Tramite.
pub(crate) fn no_personal_data(wrong: &mut Violations, place: &Place, text: &str) {
    if find_personal_data(text).is_some() {
        wrong.add(place, "personal_data_in_text", "this text leaves Tramite and must hold no personal data");
    }
}

/// Metadata that goes to the Node: few, short, and without personal data.
pub(super) fn payment_metadata(wrong: &mut Violations, place: &Place, metadata: &Metadata) {
    if metadata.len() > METADATA_ENTRIES_MAX {
        wrong.add(place, "too_many", format!("at most {METADATA_ENTRIES_MAX} entries"));
    }
    for (key, value) in metadata {
        for text in [key, value] {
            let checked: Result<Text<1, METADATA_TEXT_MAX>, TextError> = text.parse();
            wrong.take(place, "invalid_metadata", checked);
            no_personal_data(wrong, place, text);
        }
        // Tramite itself writes the postal account there, on every transfer or on none (rules.md 24).
        if key == SUPPORT_IBAN_KEY {
            wrong.add(place, "reserved_key", format!("{SUPPORT_IBAN_KEY} is written by Tramite"));
        }
    }
}

/// What a key of the caller's own data is made of: people write words with blanks.
const fn is_printable(byte: u8) -> bool {
    byte.is_ascii_graphic() || byte == b' '
}

/// The caller's own data, which never leaves Tramite. A value that is no text is none here.
pub(crate) fn own_metadata<'a>(
    wrong: &mut Violations,
    place: &Place,
    entries: impl ExactSizeIterator<Item = (&'a str, Option<&'a str>)>,
) {
    if entries.len() > OWN_METADATA_ENTRIES_MAX {
        wrong.add(place, "too_many", format!("at most {OWN_METADATA_ENTRIES_MAX} entries"));
        return;
    }
    for (key, value) in entries {
        if key.is_empty() || key.len() > OWN_METADATA_KEY_MAX || !key.bytes().all(is_printable) {
            let detail = format!("keys have 1 to {OWN_METADATA_KEY_MAX} printable ASCII characters");
            wrong.add(place, "invalid_metadata", detail);
        }
        let fits = value.is_some_and(|text| {
            check(text, 0, OWN_METADATA_VALUE_MAX) != Err(TextError::TooLong { max: OWN_METADATA_VALUE_MAX })
                && !text.chars().any(is_forbidden)
        });
        if !fits {
            let detail =
                format!("values are texts of at most {OWN_METADATA_VALUE_MAX} characters without control characters");
            wrong.add(place, "invalid_metadata", detail);
        }
    }
}
