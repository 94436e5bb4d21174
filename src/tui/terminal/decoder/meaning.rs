//! What a complete sequence means.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use super::frame::ESC;
use super::paste;
use crate::tui::theme::Background;

/// What a complete sequence means.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Meaning {
    Event(Event),
    /// A paste starts.
    PasteBegins,
    /// The terminal's background.
    Background(Background),
    /// Another answer of the terminal, which was not asked for.
    Answer,
    /// A key, or anything else, without a name here.
    Unknown,
}

/// What `sequence`, which is complete, means.
pub(super) fn meaning(sequence: &[u8]) -> Meaning {
    match sequence {
        paste::BEGIN => Meaning::PasteBegins,
        // An end without a start: what was read before it may well have been pasted.
        paste::END => Meaning::Event(Event::Paste(String::new())),
        [ESC, b']', text @ ..] => background(text).map_or(Meaning::Answer, Meaning::Background),
        [ESC, b'P' | b'_', _, ..] | [ESC, b'[', b'?' | b'>' | b'=', ..] | [ESC, b'[', .., b'n' | b't' | b'x'] => Meaning::Answer,
        [ESC, b'[', report @ .., b'M' | b'm'] if has_no_place(report) => Meaning::Unknown,
        _ => named(sequence).map_or(Meaning::Unknown, Meaning::Event),
    }
}

/// A key without a name here: it does nothing.
pub(super) fn unknown() -> Event {
    Event::Key(KeyEvent::new(KeyCode::Null, KeyModifiers::NONE))
}

/// The library's name for it.
fn named(sequence: &[u8]) -> Option<Event> {
    match terminput::Event::parse_from(sequence) {
        Ok(Some(event)) => terminput_crossterm::to_crossterm(event).ok(),
        // A letter of no known alphabet is still a letter.
        _ if sequence[0] >= 0x80 => Some(Event::Key(KeyEvent::new(KeyCode::Char(char::REPLACEMENT_CHARACTER), KeyModifiers::NONE))),
        _ => None,
    }
}

/// Whether a mouse report says column or row 0, which no terminal has: the library subtracts one from
/// it.
fn has_no_place(report: &[u8]) -> bool {
    matches!(report, [b'<' | b'0'..=b'9', ..])
        && report.split(|byte| *byte == b';').skip(1).any(|number| number.iter().all(|digit| *digit == b'0' || *digit == b'+'))
}

/// The background in an answer without its first two bytes: `11;rgb:1e1e/1e1e/1e1e` with one to four
/// digits for each part, `rgba:` with a fourth part, or `#1e1e1e`.
fn background(answer: &[u8]) -> Option<Background> {
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
