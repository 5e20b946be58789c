// SPDX-License-Identifier: AGPL-3.0-or-later
//! Numbers of spreadsheets as decimal text. A spreadsheet keeps binary fractions and shows 15 significant digits of them: these are
//! what its user wrote.

/// Digits that a spreadsheet keeps of a number.
const DIGITS_MAX: usize = 15;
/// Powers of ten that a number of a spreadsheet reaches, up and down.
const POWER_MAX: i32 = 330;
/// Characters of a number: more are none of any program.
const CHARS_MAX: usize = 400;

/// A decimal number with or without an exponent, at 15 significant digits and without one; nothing where it is none.
pub(super) fn decimal(text: &str) -> Option<String> {
    scaled(text, 0)
}

/// The same of a binary fraction.
pub(super) fn of_f64(value: f64) -> Option<String> {
    value.is_finite().then(|| decimal(&format!("{value:.14e}")))?
}

/// The hundredth of a binary fraction.
pub(super) fn of_f64_hundredth(value: f64) -> Option<String> {
    // A number whose hundredth is kept has 30 bits: its decimal text is written whole.
    value.is_finite().then(|| scaled(&format!("{value:e}"), -2))?
}

/// The number times that power of ten.
pub(super) fn scaled(text: &str, power: i32) -> Option<String> {
    if text.len() > CHARS_MAX {
        return None;
    }
    let (negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut digits =
        whole.chars().chain(fraction.chars()).map(|digit| digit.to_digit(10)).collect::<Option<Vec<u32>>>()?;
    let exponent = exponent.parse::<i32>().ok()?;
    let mut point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?.checked_add(power)?;
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    digits.drain(..zeros);
    point = point.checked_sub(i32::try_from(zeros).ok()?)?;
    if round(&mut digits) {
        point = point.checked_add(1)?;
    }
    written(negative, &digits, point)
}

/// Rounds to the digits that are kept, and cuts zeros at the end. Whether the number became longer by one before its point.
fn round(digits: &mut Vec<u32>) -> bool {
    let up = digits.get(DIGITS_MAX).is_some_and(|digit| *digit >= 5);
    digits.truncate(DIGITS_MAX);
    let mut carried = up;
    for digit in digits.iter_mut().rev() {
        if !carried {
            break;
        }
        carried = *digit == 9;
        *digit = if carried { 0 } else { digit.saturating_add(1) };
    }
    if carried {
        digits.insert(0, 1);
    }
    let kept = digits.iter().rposition(|digit| *digit != 0).map_or(0, |last| last.saturating_add(1));
    digits.truncate(kept);
    carried
}

fn written(negative: bool, digits: &[u32], point: i32) -> Option<String> {
    if digits.is_empty() {
        return Some("0".to_owned());
    }
    if !(-POWER_MAX..=POWER_MAX).contains(&point) {
        return None;
    }
    let mut text = String::from(if negative { "-" } else { "" });
    let before = usize::try_from(point).unwrap_or(0);
    if before == 0 {
        text.push('0');
    }
    let digit = |place: usize| digits.get(place).and_then(|digit| char::from_digit(*digit, 10)).unwrap_or('0');
    text.extend((0..before).map(digit));
    if digits.len() > before {
        text.push('.');
        let zeros = usize::try_from(point.saturating_neg()).unwrap_or(0);
        text.extend(std::iter::repeat_n('0', zeros));
        text.extend((before..digits.len()).map(digit));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_at_15_digits_and_without_exponent() {
        let numbers = [
            ("0", "0"),
            ("-0.000", "0"),
            ("120.5", "120.5"),
            ("1234.5600000000001", "1234.56"),
            ("0.30000000000000004", "0.3"),
            ("-12.10", "-12.1"),
            ("3.05E+17", "305000000000000000"),
            ("305000000001234586", "305000000001235000"),
            ("999999999999999.9", "1000000000000000"),
            ("9.9999999999999995e-3", "0.01"),
            ("1e-7", "0.0000001"),
            (".5", "0.5"),
            ("5.", "5"),
            ("+7", "7"),
            ("007", "7"),
        ];
        for (text, written) in numbers {
            assert_eq!(decimal(text).as_deref(), Some(written), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_gives_none() {
        for text in ["", ".", "-", "1,5", "1e", "e5", "1e999999999", "1e400", "NaN", "inf", "0x10", "1 2", "--1", "١"]
        {
            assert_eq!(decimal(text), None, "{text}");
        }
        assert_eq!(decimal(&"1".repeat(401)), None);
    }

    #[test]
    fn a_binary_fraction_is_written_as_its_user_wrote_it() {
        assert_eq!(of_f64(0.1 + 0.2).as_deref(), Some("0.3"));
        assert_eq!(of_f64(1234.56).as_deref(), Some("1234.56"));
        assert_eq!(of_f64(-99_999.99).as_deref(), Some("-99999.99"));
        assert_eq!(of_f64(f64::MAX).map(|text| text.len()), Some(309));
        assert_eq!(of_f64(5e-324).map(|text| text.len()), Some(340));
        assert_eq!(of_f64(f64::NAN), None);
        assert_eq!(of_f64_hundredth(12_345.0).as_deref(), Some("123.45"));
        assert_eq!(of_f64_hundredth(-1.0).as_deref(), Some("-0.01"));
    }
}
