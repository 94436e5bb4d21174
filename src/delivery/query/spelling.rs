//! How a number can be written: in the digits of every script, changed by a spreadsheet, with a mask of crosses.

use super::{NotANumber, WHOLE};

/// The zeros of all scripts whose digits make decimal numbers (Unicode 16, category Nd). Their other digits follow
/// each of them in order.
#[rustfmt::skip]
const ZEROS: [char; 75] = [
    '\u{30}', '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}', '\u{c66}', '\u{ce6}',
    '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{1090}', '\u{17e0}', '\u{1810}', '\u{1946}', '\u{19d0}',
    '\u{1a80}', '\u{1a90}', '\u{1b50}', '\u{1bb0}', '\u{1c40}', '\u{1c50}', '\u{a620}', '\u{a8d0}', '\u{a900}', '\u{a9d0}', '\u{a9f0}',
    '\u{aa50}', '\u{abf0}', '\u{ff10}', '\u{104a0}', '\u{10d30}', '\u{10d40}', '\u{11066}', '\u{110f0}', '\u{11136}', '\u{111d0}',
    '\u{112f0}', '\u{11450}', '\u{114d0}', '\u{11650}', '\u{116c0}', '\u{116d0}', '\u{116da}', '\u{11730}', '\u{118e0}', '\u{11950}',
    '\u{11bf0}', '\u{11c50}', '\u{11d50}', '\u{11da0}', '\u{11f50}', '\u{16a60}', '\u{16ac0}', '\u{16b50}', '\u{16d70}', '\u{1ccf0}',
    '\u{1d7ce}', '\u{1d7d8}', '\u{1d7e2}', '\u{1d7ec}', '\u{1d7f6}', '\u{1e140}', '\u{1e2f0}', '\u{1e4f0}', '\u{1e5f1}', '\u{1e950}',
    '\u{1fbf0}',
];

/// The text with plain digits and without invisible characters; a new line or cell separates like a semicolon.
pub(in crate::delivery) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push_str(" ; "),
            // The marks that cleaning puts in their place.
            '\u{2409}'..='\u{240d}' => out.push_str(" ; "),
            // Soft hyphens, joiners, direction marks, variation selectors, and the mark that cleaning puts in place
            // of some.
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => {}
            '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{20e3}' | '\u{feff}' | '\u{2426}' | '\u{e0000}'..='\u{e01ef}' => {}
            _ => out.push(plain(letter)),
        }
    }
    out
}

/// The plain form of a digit, or of a full-width letter or sign.
fn plain(letter: char) -> char {
    if letter.is_ascii() {
        return letter;
    }
    let zero = ZEROS.partition_point(|zero| *zero <= letter).checked_sub(1).and_then(|at| ZEROS.get(at));
    let value = zero.and_then(|zero| u32::from(letter).checked_sub(u32::from(*zero)));
    if let Some(digit) = value.filter(|value| *value < 10).and_then(|value| char::from_digit(value, 10)) {
        return digit;
    }
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '\u{3001}' | '\u{ff64}' | '\u{60c}' => ',',
        letter => letter,
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_are_plain_ones() {
        assert!(ZEROS.is_sorted());
        for zero in ZEROS {
            let written: String = (0..10).filter_map(|value| char::from_u32(u32::from(zero) + value)).collect();
            assert_eq!(fold(&written), "0123456789", "{zero:?}");
        }
        assert_eq!(fold("Ｓ１２３（０）"), "S123(0)");
        assert_eq!(fold("²Ⅷ九é"), "²Ⅷ九é");
    }
}
