//! Words changed by a spreadsheet or a mask.

use super::{NotANumber, WHOLE};

/// A word with a spreadsheet's changes undone: `6580001234.0`, `6,580,001,234`, `6.580001234E+09`.
pub(super) fn of_a_spreadsheet(word: &str) -> Result<String, NotANumber> {
    let bare = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    if let Some(digits) = scientific(bare) {
        return digits;
    }
    if is_grouped(bare) {
        return Ok(bare.replace(',', ""));
    }
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((whole, fraction)) = bare.rsplit_once(['.', ','])
        && are_digits(fraction)
        && ((are_digits(whole) && whole.len() > WHOLE) || is_grouped(whole))
    {
        if fraction.bytes().all(|byte| byte == b'0') {
            return Ok(whole.replace(',', ""));
        }
        if fraction.len() <= 2 && !bare.ends_with(&format!(",{fraction}")) {
            return Err(NotANumber::Fraction);
        }
    }
    Ok(crossed_out(word))
}

/// Whether commas separate the thousands: `6,580,001,234`.
fn is_grouped(text: &str) -> bool {
    let mut groups = text.split(',');
    let is_group = |group: &str, most: usize| (1..=most).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_digit());
    groups.next().is_some_and(|first| is_group(first, 3))
        && text.contains(',')
        && groups.all(|group| group.len() == 3 && is_group(group, 3))
}

/// A number with an exponent: its digits, if all of them are there.
fn scientific(word: &str) -> Option<Result<String, NotANumber>> {
    let (mantissa, exponent) = word.split_once(['e', 'E'])?;
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !are_digits(whole) || !are_digits(fraction) || !are_digits(exponent) || exponent.len() > 2 {
        return None;
    }
    // `6.58E` is the beginning of one; `658E` is the end of an NRIC.
    if exponent.is_empty() && fraction.is_empty() {
        return None;
    }
    let is_whole = exponent.parse() == Ok(fraction.len()) && whole.len() + fraction.len() >= WHOLE;
    Some(if is_whole { Ok(format!("{whole}{fraction}")) } else { Err(NotANumber::Rounded) })
}

/// A word in which crosses hide digits (`65XXXX1234`), with a hidden sign for each cross.
pub(super) fn crossed_out(word: &str) -> String {
    let is_cross = |letter: char| matches!(letter, 'x' | 'X');
    if !word.contains(|letter: char| letter.is_ascii_digit()) || !word.to_ascii_uppercase().contains("XX") {
        return word.to_owned();
    }
    word.chars().map(|letter| if is_cross(letter) { '*' } else { letter }).collect()
}
