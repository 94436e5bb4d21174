//! Chords as people write them in the configuration: `r`, `F5`, `ctrl-r`, `PgUp`.

use crossterm::event::KeyCode;

use super::Chord;
use crate::config::{Expected, nearest};

/// Keys with a name, and the other names people use for them.
const NAMES: [(&str, KeyCode); 22] = [
    ("Space", KeyCode::Char(' ')),
    ("Enter", KeyCode::Enter),
    ("Return", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Escape", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Shift-Tab", KeyCode::BackTab),
    ("BackTab", KeyCode::BackTab),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Del", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("PgUp", KeyCode::PageUp),
    ("PageUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("PageDown", KeyCode::PageDown),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
];

/// What can be written.
const KEYS: &str = "a key such as \"r\", \"F5\", \"Ctrl-r\", \"Space\" or \"PgUp\"";

/// Letters that with Ctrl are the same as another key to a terminal, and that key.
const SAME_KEY: [(char, &str); 5] = [('i', "Tab"), ('m', "Enter"), ('j', "Enter"), ('h', "Backspace"), ('[', "Esc")];

/// Letters with Ctrl that terminals and multiplexers keep for themselves.
const TAKEN: [char; 4] = ['a', 'b', 's', 'q'];

impl Chord {
    /// The chord written like this. Names of keys are case-insensitive; a single letter is exactly that
    /// letter.
    ///
    /// # Errors
    ///
    /// No key has that name, or the chord can never be bound: says what was expected, and the nearest
    /// name.
    pub fn parse(text: &str) -> Result<Chord, Expected> {
        let written = text.trim();
        let mut letters = written.chars();
        match (letters.next(), letters.next()) {
            // A blank alone would be trimmed away, but it is meant.
            (None, _) if text == " " => return Ok(Chord::char(' ')),
            (None, _) => return Err(Expected::new(KEYS)),
            (Some(letter), None) if !letter.is_control() => return Ok(Chord::char(letter)),
            _ => {}
        }
        if let Some((_, code)) = NAMES.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(written)) {
            return Ok(Chord::plain(code));
        }
        let lower = written.to_lowercase();
        if let Some(number) = lower.strip_prefix('f').and_then(|number| number.parse::<u8>().ok()) {
            return if (1..=12).contains(&number) {
                Ok(Chord::plain(KeyCode::F(number)))
            } else {
                Err(Expected::new("a key from F1 to F12"))
            };
        }
        if ["alt-", "meta-", "super-", "m-"].iter().any(|held| lower.starts_with(held)) {
            return Err(Expected::new("a key without Alt: terminals, screen readers and window managers use Alt themselves"));
        }
        if let Some(letter) = ["ctrl-", "ctrl+", "c-", "^"].iter().find_map(|held| lower.strip_prefix(held)) {
            return with_ctrl(letter);
        }
        let names = NAMES.iter().map(|(name, _)| *name);
        Err(Expected { expected: KEYS.to_owned(), nearest: nearest(written, names) })
    }
}

fn with_ctrl(written: &str) -> Result<Chord, Expected> {
    let mut letters = written.chars();
    let expected = || Expected::new("Ctrl with a letter, such as \"Ctrl-r\"");
    let (Some(letter), None) = (letters.next(), letters.next()) else { return Err(expected()) };
    if let Some((_, key)) = SAME_KEY.into_iter().find(|(same, _)| *same == letter) {
        return Err(Expected::new(format!("another key: a terminal cannot tell Ctrl-{letter} from {key}")));
    }
    if TAKEN.contains(&letter) {
        return Err(Expected::new(format!("another key: terminals and multiplexers keep Ctrl-{letter} for themselves")));
    }
    if !letter.is_ascii_lowercase() {
        return Err(expected());
    }
    Ok(Chord::ctrl(letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("r", "r")]
    #[case("R", "R")]
    #[case("?", "?")]
    #[case(" ", "Space")]
    #[case("space", "Space")]
    #[case("F5", "F5")]
    #[case("f12", "F12")]
    #[case("ctrl-r", "Ctrl-r")]
    #[case("Ctrl-R", "Ctrl-r")]
    #[case("C-r", "Ctrl-r")]
    #[case("^r", "Ctrl-r")]
    #[case("^", "^")]
    #[case("f", "f")]
    #[case("pgup", "PgUp")]
    #[case("PageDown", "PgDn")]
    #[case("shift-tab", "Shift-Tab")]
    #[case(" Esc ", "Esc")]
    fn a_key_is_found_by_what_people_write(#[case] written: &str, #[case] expected: &str) {
        assert_eq!(Chord::parse(written).unwrap().to_string(), expected);
    }

    #[rstest]
    #[case("", "a key such as")]
    #[case("ctrl-a", "keep Ctrl-a for themselves")]
    #[case("Ctrl-Q", "keep Ctrl-q for themselves")]
    #[case("ctrl-m", "cannot tell Ctrl-m from Enter")]
    #[case("ctrl-", "Ctrl with a letter")]
    #[case("ctrl-F5", "Ctrl with a letter")]
    #[case("alt-x", "without Alt")]
    #[case("F13", "from F1 to F12")]
    #[case("rr", "a key such as")]
    fn what_can_never_be_bound_says_why(#[case] written: &str, #[case] expected: &str) {
        let error = Chord::parse(written).unwrap_err();
        assert!(error.expected.contains(expected), "{}", error.expected);
    }

    #[test]
    fn the_nearest_name_is_told() {
        assert_eq!(Chord::parse("Entr").unwrap_err().nearest.as_deref(), Some("Enter"));
        assert_eq!(Chord::parse("pg-up").unwrap_err().nearest.as_deref(), Some("PgUp"));
    }

    /// What the program shows can be written back.
    #[test]
    fn every_key_of_the_table_can_be_written() {
        for binding in super::super::table::bindings() {
            for chord in binding.keys.iter().filter(|chord| **chord != Chord::ctrl('c')) {
                assert_eq!(Chord::parse(&chord.to_string()).as_ref(), Ok(chord));
            }
        }
    }
}
