//! A paste, from its start to its end, if it has one.
//!
//! Its end can get lost: a connection breaks, a multiplexer drops it. After a second of silence the
//! keyboard must work again, and yet whatever arrives up to the end must stay paste. So:
//!
//! * Esc and Ctrl-c work whenever they come alone after such a silence. The paste continues.
//! * Another key that comes alone ends the paste. It does nothing else, since it may be the paste's own
//!   last piece: in a text field it belongs to the text.
//! * Everything else belongs to the paste.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::ESC_ALONE;
use super::frame::{ESC, Extent, extent};
use crate::tui::guard::BURST;

/// What a terminal sends before a paste.
pub(super) const BEGIN: &[u8] = b"\x1b[200~";

/// What it sends behind it.
pub(super) const END: &[u8] = b"\x1b[201~";

const CTRL_C: u8 = 0x03;

/// After this long without a byte a paste may have no end.
const SILENCE: Duration = Duration::from_secs(1);

/// How much of its text is kept: far more than any field takes.
const LONGEST: usize = 64 * 1024;

/// A paste that is arriving.
#[derive(Debug)]
pub(super) struct Paste {
    first: Duration,
    last: Duration,
    text: Vec<u8>,
    /// How many bytes of [`END`] have come.
    ending: usize,
    /// Whether the first of those was an Esc that acted as one.
    esc_worked: bool,
    /// What came alone after a silence, and when, while something may still follow it.
    lone: Option<(Vec<u8>, Duration)>,
    keys: Vec<(KeyEvent, Duration)>,
    is_over: bool,
}

impl Paste {
    /// One that started from `first` to `now`.
    pub fn new(first: Duration, now: Duration) -> Self {
        let text = Vec::new();
        Self { first, last: now, text, ending: 0, esc_worked: false, lone: None, keys: Vec::new(), is_over: false }
    }

    /// When its first byte came.
    pub fn first(&self) -> Duration {
        self.first
    }

    /// When its newest byte came.
    pub fn last(&self) -> Duration {
        self.last
    }

    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Its text, as far as it was kept.
    pub fn text(self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }

    /// The keys that acted meanwhile, and when they came.
    pub fn keys(&mut self) -> Vec<(KeyEvent, Duration)> {
        std::mem::take(&mut self.keys)
    }

    /// When a lone key acts, if nothing follows it.
    pub fn due(&self) -> Option<Duration> {
        self.lone.as_ref().map(|(bytes, at)| *at + alone_for(bytes))
    }

    /// Takes what was read at once, up to its end; returns how many bytes are its own.
    pub fn take(&mut self, bytes: &[u8], now: Duration) -> usize {
        if let Some((lone, _)) = self.lone.take() {
            lone.iter().for_each(|byte| self.push(*byte));
        } else if now.saturating_sub(self.last) >= SILENCE && !self.goes_on_ending(bytes) {
            if bytes.iter().all(|byte| *byte == CTRL_C) {
                self.keys.extend(bytes.iter().map(|_| (KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL), now)));
                return bytes.len();
            }
            if bytes == [ESC] || extent(bytes) == Extent::Whole(bytes.len()) {
                self.lone = Some((bytes.to_vec(), now));
                return bytes.len();
            }
        }
        // Pressing Ctrl-c again and again must not restart the silence each time.
        if bytes != [CTRL_C] {
            self.last = now;
        }
        for (index, byte) in bytes.iter().enumerate() {
            self.push(*byte);
            if self.is_over {
                return index + 1;
            }
        }
        bytes.len()
    }

    /// Lets a lone key act.
    pub fn expire(&mut self, now: Duration) {
        if self.due().is_none_or(|due| now < due) {
            return;
        }
        let Some((bytes, at)) = self.lone.take() else { return };
        if bytes == [ESC] {
            self.keys.push((KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE), at));
            self.push(ESC);
            self.esc_worked = true;
        } else {
            if bytes[0] != ESC {
                bytes.iter().for_each(|byte| self.push(*byte));
            }
            self.last = at;
            self.is_over = true;
        }
    }

    /// Whether `bytes` can continue the end marker.
    fn goes_on_ending(&self, bytes: &[u8]) -> bool {
        let left = END.get(self.ending..).unwrap_or_default();
        bytes.len() > 1 && bytes.starts_with(left) || self.ending > 0 && left.starts_with(bytes)
    }

    fn push(&mut self, byte: u8) {
        if END.get(self.ending) == Some(&byte) {
            self.ending += 1;
            self.is_over = self.ending == END.len();
            return;
        }
        // What looked like the end was text, except for an Esc that a person pressed.
        let came = END.get(usize::from(self.esc_worked)..self.ending).unwrap_or_default();
        self.text.extend_from_slice(came);
        (self.ending, self.esc_worked) = (0, false);
        if byte == ESC {
            self.ending = 1;
        } else {
            self.text.push(byte);
        }
        self.text.truncate(LONGEST);
    }
}

/// How long nothing may follow it for it to count as alone.
fn alone_for(bytes: &[u8]) -> Duration {
    if bytes == [ESC] { ESC_ALONE } else { BURST }
}
