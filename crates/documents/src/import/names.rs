// SPDX-License-Identifier: AGPL-3.0-or-later
//! How the names of columns and the words of cells are compared: by their letters and digits alone.

use super::limits::COLUMN_NAME_CHARS_MAX;

/// A name in small letters, without accents; whatever is neither letter nor digit is one low line.
pub(super) fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'à' | 'á' | 'â' | 'ä' => normal.push('a'),
            'è' | 'é' | 'ê' | 'ë' => normal.push('e'),
            'ì' | 'í' | 'î' | 'ï' => normal.push('i'),
            'ò' | 'ó' | 'ô' | 'ö' => normal.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => normal.push('u'),
            // The accents that stand alone, after a letter that was taken apart.
            '\u{300}'..='\u{36f}' => {}
            letter if letter.is_alphanumeric() => normal.push(letter),
            _ if normal.is_empty() || normal.ends_with('_') => {}
            _ => normal.push('_'),
        }
    }
    if normal.ends_with('_') {
        normal.pop();
    }
    normal
}

/// The name of a column as it is told: short, and on one line.
pub(super) fn shown(header: &str) -> String {
    let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
    header.trim().chars().map(plain).take(COLUMN_NAME_CHARS_MAX).collect()
}

/// What stands after a prefix and one sign that parts them, such as `protocol` in `metadata.protocol`.
pub(super) fn after_prefix<'a>(header: &'a str, prefix: &str) -> Option<&'a str> {
    let mut letters = header.trim().chars();
    for expected in prefix.chars() {
        let letter = letters.next()?;
        let same = letter.to_lowercase().eq([expected]) || (expected == '_' && !letter.is_alphanumeric());
        if !same {
            return None;
        }
    }
    if !matches!(letters.next()?, '.' | '_' | '-' | ' ' | ':') {
        return None;
    }
    let key = letters.as_str().trim();
    (!key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_letters_and_digits() {
        for name in ["Data scadenza", "data.scadenza", "DATA-SCADENZA", " data_scadenza ", "Data  scadenza:"] {
            assert_eq!(normal(name), "data_scadenza", "{name}");
        }
        assert_eq!(normal("Città"), "citta");
        assert_eq!(normal("Citta\u{300}"), "citta", "an accent alone is left out");
        assert_eq!(normal("Importo (€)"), "importo");
        assert_eq!(normal("—"), "");
    }

    #[test]
    fn a_key_keeps_its_letters() {
        assert_eq!(after_prefix("Metadata.Protocollo N", "metadata"), Some("Protocollo N"));
        assert_eq!(after_prefix("payment metadata.RIF", "payment_metadata"), Some("RIF"));
        assert_eq!(after_prefix("metadata", "metadata"), None);
        assert_eq!(after_prefix("metadata. ", "metadata"), None);
        assert_eq!(after_prefix("metadatax.a", "metadata"), None);
    }
}
