//! The keyboard's bytes, and what they mean: keys, pastes, the mouse, and the terminal's own answers.
//!
//! Bytes come in pieces of any size and at any time. What is incomplete is kept here, and given up in
//! time. [`extent`] finds where one thing ends and the next starts; `terminput`, whose parser is a pure
//! function of bytes, says which key or report it is.
//!
//! * **Esc and a key that come together are Esc and then that key.** No chord with Alt is ever bound.
//! * **What is cut off is given up**: a lone Esc after [`ESC_ALONE`], what can be typed after
//!   [`HALF_KEY`], the rest after [`LONGEST_GAP`]. Its end is still recognised when it comes later.
//! * **A paste lasts until its end**, however long that takes; see [`Paste`] for one without an end.
//! * **Unknown sequences do nothing**, but they count as a key, unless they are a terminal's answer.

mod frame;
mod meaning;
mod paste;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use crate::tui::{InputEvent, Reading};
use frame::{ESC, Extent, extent};
use meaning::{Meaning, meaning, unknown};
use paste::Paste;

/// How long an Esc may be the first byte of something longer: the bytes of one key follow each
/// other more closely, and nobody notices the delay.
const ESC_ALONE: Duration = Duration::from_millis(25);

/// How long what a person can type may be the start of something longer: Esc and `[`.
const HALF_KEY: Duration = Duration::from_millis(100);

/// How long the rest of a sequence is waited for that nobody types.
const LONGEST_GAP: Duration = Duration::from_secs(2);

/// How long the rest of what was given up is still recognised.
const LATEST_REST: Duration = Duration::from_secs(10);

/// Turns bytes into events. Times are counted from any fixed moment.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// The start of something that is not complete yet.
    part: Vec<u8>,
    /// When the first byte of `part` came.
    first: Duration,
    /// When its newest byte came.
    last: Duration,
    /// What was given up, and when, until something else is read.
    given_up: Option<(Vec<u8>, Duration)>,
    paste: Option<Paste>,
    ready: VecDeque<Reading>,
}

impl Decoder {
    /// Takes what was read at once; its meaning comes from [`Decoder::next`].
    pub fn take(&mut self, read: &[u8], now: Duration) {
        self.expire(now);
        let bytes = self.joined(read, now);
        let old = bytes.len() - read.len();
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            if let Some(paste) = &mut self.paste {
                at += paste.take(rest, now);
                self.leave_paste();
                continue;
            }
            let length = match extent(rest) {
                Extent::Whole(length) => {
                    // An Esc counts from when it is read, though only what follows shows that it is
                    // one.
                    self.mean(&rest[..length], if at + length <= old { self.last } else { now });
                    length
                }
                Extent::Broken(length) => {
                    self.abandon(&rest[..length], if at + length <= old { self.last } else { now });
                    length
                }
                Extent::Part => {
                    self.part = rest.to_vec();
                    self.last = now;
                    return;
                }
            };
            at += length;
            self.first = if at < old { self.last } else { now };
        }
    }

    /// The next event at `now`.
    pub fn next(&mut self, now: Duration) -> Option<Reading> {
        self.expire(now);
        self.ready.pop_front()
    }

    /// When [`Decoder::next`] may have something, if nothing is read before.
    pub fn due(&self) -> Option<Duration> {
        match &self.paste {
            Some(paste) => paste.due(),
            None => (!self.part.is_empty()).then(|| self.last + self.patience()),
        }
    }

    /// Since when something incomplete has been arriving.
    pub fn begun(&self) -> Option<Duration> {
        match &self.paste {
            Some(paste) => Some(paste.first()),
            None => (!self.part.is_empty()).then_some(self.first),
        }
    }

    /// Whether what is arriving is a paste.
    pub fn is_in_paste(&self) -> bool {
        self.paste.is_some()
    }

    /// What was read, joined to what it is the rest of.
    fn joined<'a>(&mut self, read: &'a [u8], now: Duration) -> Cow<'a, [u8]> {
        let given_up = self.given_up.take_if(|_| !read.is_empty());
        if self.paste.is_some() {
            return Cow::Borrowed(read);
        }
        if !self.part.is_empty() {
            return Cow::Owned([&std::mem::take(&mut self.part), read].concat());
        }
        self.first = now;
        match given_up {
            Some((head, at)) if now.saturating_sub(at) < LATEST_REST && is_rest(&head, read) => Cow::Owned([&head, read].concat()),
            _ => Cow::Borrowed(read),
        }
    }

    /// Gives up what does not continue, and lets a lone key in a paste act.
    fn expire(&mut self, now: Duration) {
        if let Some(paste) = &mut self.paste {
            paste.expire(now);
            self.leave_paste();
        } else if !self.part.is_empty() && now.saturating_sub(self.last) >= self.patience() {
            let part = std::mem::take(&mut self.part);
            self.abandon(&part, self.last);
            self.given_up = Some((part, now));
        }
    }

    /// How long the rest of the part is waited for.
    fn patience(&self) -> Duration {
        match self.part.as_slice() {
            [ESC] => ESC_ALONE,
            part if part[0] != ESC || is_typable(part) => HALF_KEY,
            _ => LONGEST_GAP,
        }
    }

    /// Takes the keys that a paste lets through, and the paste when it is over.
    fn leave_paste(&mut self) {
        let Some(paste) = &mut self.paste else { return };
        for (key, at) in paste.keys() {
            self.came(Event::Key(key), at, at);
        }
        let Some(paste) = self.paste.take_if(|paste| paste.is_over()) else { return };
        let (first, last) = (paste.first(), paste.last());
        self.came(Event::Paste(paste.text()), first, last);
        self.first = last;
    }

    fn mean(&mut self, unit: &[u8], now: Duration) {
        match meaning(unit) {
            Meaning::Event(event) => self.came(event, self.first, now),
            Meaning::PasteBegins => self.paste = Some(Paste::new(self.first, now)),
            Meaning::Background(background) => self.ready.push_back(Reading::Background(background)),
            Meaning::Answer => {}
            Meaning::Unknown => self.came(unknown(), self.first, now),
        }
    }

    /// A start without an end: what a person can have typed is keys.
    fn abandon(&mut self, part: &[u8], last: Duration) {
        match part {
            [ESC, b']' | b'P' | b'_', _, ..] | [ESC, b'[', b'?' | b'>' | b'=', ..] => {}
            [ESC, typed @ ..] if is_typable(part) => {
                self.came(key(KeyCode::Esc), self.first, last);
                for letter in typed {
                    self.came(key(KeyCode::Char(char::from(*letter))), self.first, last);
                }
            }
            [ESC, ..] => self.came(unknown(), self.first, last),
            _ => self.came(key(KeyCode::Char(char::REPLACEMENT_CHARACTER)), self.first, last),
        }
    }

    fn came(&mut self, event: Event, first: Duration, last: Duration) {
        self.ready.push_back(Reading::Came(InputEvent { event, first, last }));
    }
}

fn key(code: KeyCode) -> Event {
    Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

/// Whether the start of a sequence can have been typed: Esc, and a key or two that came with it.
fn is_typable(part: &[u8]) -> bool {
    matches!(part, [ESC] | [ESC, b' '..=b'~'] | [ESC, b'[', b'['])
}

/// Whether what was read continues a start that was given up. A lone key does not, unless nobody
/// types such a start.
fn is_rest(head: &[u8], read: &[u8]) -> bool {
    let joined = [head, read].concat();
    match extent(&joined) {
        Extent::Whole(length) => {
            let rest = length.saturating_sub(head.len());
            let is_known = !matches!(meaning(&joined[..length]), Meaning::Unknown);
            is_known && (rest >= 2 || rest == 1 && !is_typable(head))
        }
        Extent::Part => read.len() > 2,
        Extent::Broken(_) => false,
    }
}

#[cfg(test)]
mod tests;
