//! The question for the terminal's background, and its answer.
//!
//! A terminal answers on the same line that keys come from, some time later or never. Nothing waits for
//! that: the first frame is drawn, and when the answer comes, the next one has the right colours.

use crate::tui::theme::Background;

/// Asks for the background colour (OSC 11). It ends with BEL and not with Esc and a backslash: most
/// terminals end their answer the same way, and then it contains one Esc less that could travel
/// alone.
pub(in crate::tui::terminal) const QUESTION: &[u8] = b"\x1b]11;?\x07";

/// The background in an answer without its first two bytes: `11;rgb:1e1e/1e1e/1e1e` with one to four
/// digits for each part, `rgba:` with a fourth part, or `#1e1e1e`.
pub(super) fn background(answer: &[u8]) -> Option<Background> {
    let text = answer.strip_suffix(b"\x07").or_else(|| answer.strip_suffix(b"\x1b\\"))?;
    let colour = std::str::from_utf8(text).ok()?.strip_prefix("11;")?;
    let parts: Vec<&str> = match colour.strip_prefix('#') {
        Some(digits) if digits.is_ascii() && digits.len() % 3 == 0 && !digits.is_empty() => {
            let each = digits.len() / 3;
            (0..3).filter_map(|part| digits.get(part * each..(part + 1) * each)).collect()
        }
        _ => colour.strip_prefix("rgb:").or_else(|| colour.strip_prefix("rgba:"))?.split('/').collect(),
    };
    // Of any length, the digits are a share of their maximum.
    let part = |digits: &&str| {
        let most = 16u32.checked_pow(u32::try_from(digits.len()).ok().filter(|length| (1..=4).contains(length))?)? - 1;
        u8::try_from(u32::from_str_radix(digits, 16).ok()? * 255 / most).ok()
    };
    let parts: Vec<u8> = parts.iter().map(part).collect::<Option<_>>()?;
    let [red, green, blue, ..] = parts[..] else { return None };
    Some(Background::of_colour(red, green, blue))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("11;rgb:1010/1212/1616\x07", Some(Background::Dark))]
    #[case("11;rgb:FFFF/ffff/FFFF\x1b\\", Some(Background::Light))]
    #[case("11;rgb:ff/ff/ff\x07", Some(Background::Light))]
    #[case("11;rgba:0000/0000/0000/ffff\x1b\\", Some(Background::Dark))]
    #[case("11;#fdf6e3\x07", Some(Background::Light))]
    #[case("11;?\x07", None)]
    #[case("11;rgb:\x07", None)]
    #[case("11;rgb:zz/0/0\x07", None)]
    #[case("11;rgb:0/0\x07", None)]
    #[case("11;#12345\x07", None)]
    #[case("10;rgb:0/0/0\x07", None)]
    #[case("11;rgb:0/0/0", None)]
    fn an_answer_tells_the_background(#[case] answer: &str, #[case] expected: Option<Background>) {
        assert_eq!(background(answer.as_bytes()), expected);
    }
}
