//! A key with its modifier.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key, and whether Ctrl is held with it. Never Alt: tmux, screen readers and window managers use
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    ctrl: bool,
}

impl Chord {
    /// The key alone. Shift with a letter is the capital letter.
    pub const fn plain(code: KeyCode) -> Self {
        Self { code, ctrl: false }
    }

    /// A printable key alone.
    pub const fn char(letter: char) -> Self {
        Self::plain(KeyCode::Char(letter))
    }

    /// A letter with Ctrl.
    pub const fn ctrl(letter: char) -> Self {
        Self { code: KeyCode::Char(letter), ctrl: true }
    }

    /// The chord that was pressed; `None` for one that can never be bound: with Alt, Super, Hyper
    /// or Meta, and special keys with Ctrl or Shift.
    pub fn of(key: KeyEvent) -> Option<Self> {
        let mut held = key.modifiers;
        let code = match key.code {
            // Some terminals report a capital letter as the small one with Shift, and all report
            // Shift along with signs that need it.
            KeyCode::Char(letter) if held.contains(KeyModifiers::SHIFT) => {
                held.remove(KeyModifiers::SHIFT);
                KeyCode::Char(letter.to_uppercase().next().unwrap_or(letter))
            }
            KeyCode::BackTab => {
                held.remove(KeyModifiers::SHIFT);
                KeyCode::BackTab
            }
            KeyCode::Tab if held == KeyModifiers::SHIFT => {
                held = KeyModifiers::NONE;
                KeyCode::BackTab
            }
            code => code,
        };
        match (held, code) {
            (KeyModifiers::NONE, code) => Some(Self::plain(code)),
            (KeyModifiers::CONTROL, KeyCode::Char(letter)) => Some(Self::ctrl(letter)),
            _ => None,
        }
    }

    /// The letter or sign of a printable key without Ctrl.
    pub fn printable(self) -> Option<char> {
        match (self.ctrl, self.code) {
            (false, KeyCode::Char(letter)) => Some(letter),
            _ => None,
        }
    }

    /// The letter pressed with Ctrl.
    pub fn with_ctrl(self) -> Option<char> {
        match (self.ctrl, self.code) {
            (true, KeyCode::Char(letter)) => Some(letter),
            _ => None,
        }
    }

    /// The key itself.
    pub fn code(self) -> KeyCode {
        self.code
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            out.write_str("Ctrl-")?;
        }
        match self.code {
            KeyCode::Char(' ') => out.write_str("Space"),
            KeyCode::Char(letter) => write!(out, "{letter}"),
            KeyCode::Up => out.write_str("Up"),
            KeyCode::Down => out.write_str("Down"),
            KeyCode::Left => out.write_str("Left"),
            KeyCode::Right => out.write_str("Right"),
            KeyCode::PageUp => out.write_str("PgUp"),
            KeyCode::PageDown => out.write_str("PgDn"),
            KeyCode::BackTab => out.write_str("Shift-Tab"),
            KeyCode::F(number) => write!(out, "F{number}"),
            // Enter, Esc, Tab, Backspace, Home and End are shown by their own names.
            code => write!(out, "{code:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(KeyCode::Char('g'), KeyModifiers::NONE, Some("g"))]
    #[case(KeyCode::Char('g'), KeyModifiers::SHIFT, Some("G"))]
    #[case(KeyCode::Char('G'), KeyModifiers::SHIFT, Some("G"))]
    #[case(KeyCode::Char('?'), KeyModifiers::SHIFT, Some("?"))]
    #[case(KeyCode::Char('r'), KeyModifiers::CONTROL, Some("Ctrl-r"))]
    #[case(KeyCode::Char('R'), KeyModifiers::CONTROL.union(KeyModifiers::SHIFT), Some("Ctrl-R"))]
    #[case(KeyCode::Char('y'), KeyModifiers::ALT, None)]
    #[case(KeyCode::Char('y'), KeyModifiers::SUPER, None)]
    #[case(KeyCode::Up, KeyModifiers::CONTROL, None)]
    #[case(KeyCode::Enter, KeyModifiers::ALT, None)]
    #[case(KeyCode::Tab, KeyModifiers::SHIFT, Some("Shift-Tab"))]
    #[case(KeyCode::BackTab, KeyModifiers::SHIFT, Some("Shift-Tab"))]
    #[case(KeyCode::Char(' '), KeyModifiers::NONE, Some("Space"))]
    #[case(KeyCode::Backspace, KeyModifiers::NONE, Some("Backspace"))]
    fn what_is_held_down_makes_another_key(#[case] code: KeyCode, #[case] held: KeyModifiers, #[case] expected: Option<&str>) {
        let chord = Chord::of(KeyEvent::new(code, held));
        assert_eq!(chord.map(|chord| chord.to_string()).as_deref(), expected);
    }
}
