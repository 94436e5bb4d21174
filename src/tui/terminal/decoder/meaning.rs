//! What a complete sequence means.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use super::answer::background;
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
