// SPDX-License-Identifier: AGPL-3.0-or-later
//! Amounts are written as JSON numbers with decimals. A number that was once a float is money no more, so that every number is
//! read as the text it was written as.

/// The same JSON with each number as a text. What is no JSON stays none.
pub(super) fn as_texts(json: &str) -> String {
    let mut told = String::with_capacity(json.len().saturating_add(64));
    let (mut within_text, mut escaped, mut within_number) = (false, false, false);
    for letter in json.chars() {
        let of_number = !within_text && matches!(letter, '0'..='9' | '-' | '+' | '.' | 'e' | 'E');
        // `e` begins no number, but stands in `true` and `false`.
        let begins = of_number && !within_number && matches!(letter, '0'..='9' | '-');
        if begins || (within_number && !of_number) {
            told.push('"');
            within_number = begins;
        }
        if within_text {
            within_text = letter != '"' || escaped;
            escaped = letter == '\\' && !escaped;
        } else {
            within_text = letter == '"';
        }
        told.push(letter);
    }
    if within_number {
        told.push('"');
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_text_and_what_stands_in_a_text_stays() {
        let json = r#"{"a": 120.50, "b": -1e3, "c": [1,true,false,null], "d": "say \"1.5\" \\", "e": 2}"#;
        let told = r#"{"a": "120.50", "b": "-1e3", "c": ["1",true,false,null], "d": "say \"1.5\" \\", "e": "2"}"#;
        assert_eq!(as_texts(json), told);
        assert_eq!(as_texts("7"), "\"7\"");
        assert_eq!(as_texts(""), "");
    }
}
