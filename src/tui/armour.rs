//! The input armour: what was pasted, or typed before it could be read, never acts as keys.
//!
//! Terminals tell a paste apart only where they know how to; Windows, and many a multiplexer,
//! deliver it as keys. Three rules keep such text from doing anything:
//!
//! * **A burst is dropped.** Three or more different printable keys within 20 ms are no fingers.
//!   Keys are judged in the batch in which they could be read, together with those of the 20 ms
//!   before, and a burst lasts until 20 ms pass without a further key. A single key passes at once:
//!   nothing waits for what may come after it. So the first two keys of a burst that arrives in
//!   pieces may act outside a question, where no key writes anything.
//! * **A question waits for eyes.** Every key that was read before its first frame, and in the
//!   400 ms after it, is dropped. That covers a burst whose first key opened it.
//! * **A yes waits for its neighbours.** While a question is open, a key that could agree is held
//!   back for 20 ms, and a second, different key in that time makes both of them a burst. That
//!   covers a paste into a question that has been open for long, however it is cut up. Twenty
//!   milliseconds are not felt there; everywhere else they would be.
//!
//! Esc and Ctrl-c always pass, and forget what is held back. In a text field all text is welcome.

use std::collections::VecDeque;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent};

use super::QuestionId;
use super::keys::Chord;

/// The time in which different keys are a burst: the fastest typists need twice as long between
/// two keys, a paste a hundredth.
pub const BURST: Duration = Duration::from_millis(20);

/// How many different printable keys within [`BURST`] are a burst.
const BURST_KEYS: usize = 3;

/// How many different keys are one while a question is open: there is nothing to be typed fast.
const BURST_KEYS_IN_QUESTION: usize = 2;

/// For how long after its first frame a question takes no answer: the time to see that it is there.
pub const QUESTION_REST: Duration = Duration::from_millis(400);

/// Where a key would act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a field that takes text.
    Text,
    /// Anywhere else.
    Keys,
}

/// What stands between the keyboard and the key table. Times are counted from any fixed moment.
#[derive(Debug, Default)]
pub struct Armour {
    /// The typed keys of the last [`BURST`], and when they were read.
    recent: VecDeque<(Duration, Chord)>,
    /// When the newest key of the burst that is going on was read.
    burst: Option<Duration>,
    question: Option<OpenQuestion>,
    /// Keys that could agree, and what came behind them.
    held: VecDeque<(Duration, KeyEvent)>,
}

#[derive(Debug)]
struct OpenQuestion {
    id: QuestionId,
    first_frame: Option<Duration>,
}

impl Armour {
    /// Tells which question is open after an event. Another one than before has not been seen yet,
    /// and what was held back for the one before is forgotten.
    pub fn question(&mut self, open: Option<QuestionId>) {
        if open != self.question.as_ref().map(|question| question.id) {
            self.question = open.map(|id| OpenQuestion { id, first_frame: None });
            self.held.clear();
        }
    }

    /// Tells that a frame with all that is told so far is on the screen. True for the first one
    /// that shows the open question.
    pub fn drawn(&mut self, now: Duration) -> bool {
        match &mut self.question {
            Some(question) if question.first_frame.is_none() => {
                question.first_frame = Some(now);
                true
            }
            _ => false,
        }
    }

    /// Tells all keys that could be read at once at `now`, before each of them is asked for with
    /// [`Armour::admit`].
    pub fn read(&mut self, batch: &[KeyEvent], now: Duration) {
        while self.recent.front().is_some_and(|(at, _)| now.saturating_sub(*at) > BURST) {
            self.recent.pop_front();
        }
        // By the time alone, too: Enter and Tab do not count as a burst's keys, but are dropped in one.
        self.burst = self.burst.filter(|last| now.saturating_sub(*last) <= BURST);
        let in_question = self.question.is_some();
        let new = batch.iter().filter_map(|key| typed(*key)).filter(|chord| in_question || chord.printable().is_some());
        let before = self.recent.len();
        self.recent.extend(new.map(|chord| (now, chord)));
        if self.recent.len() == before {
            return;
        }
        // What is held back counts however old it is: a loop that was busy for a while reads late,
        // and cannot tell when its keys came.
        let held = self.held.iter().filter_map(|(_, key)| typed(*key));
        let mut different: Vec<Chord> = Vec::new();
        for chord in self.recent.iter().map(|(_, chord)| *chord).chain(held) {
            if !different.contains(&chord) {
                different.push(chord);
            }
        }
        let enough = if in_question { BURST_KEYS_IN_QUESTION } else { BURST_KEYS };
        self.burst = (self.burst.is_some() || different.len() >= enough).then_some(now);
        if self.burst.is_some() {
            self.held.clear();
        }
    }

    /// A key of the newest batch: given back when it may act now. One that is not given back is
    /// dropped, or comes later from [`Armour::release`].
    pub fn admit(&mut self, key: KeyEvent, place: Place, now: Duration) -> Option<KeyEvent> {
        if always_passes(key) {
            self.held.clear();
            return Some(key);
        }
        if place == Place::Text {
            return Some(key);
        }
        if self.burst.is_some() && typed(key).is_some() {
            return None;
        }
        let Some(question) = &self.question else { return Some(key) };
        if question.first_frame.is_none_or(|first| now.saturating_sub(first) < QUESTION_REST) {
            return None;
        }
        // What comes behind a key that is held back waits with it, so that their order stays.
        if typed(key).is_some() || !self.held.is_empty() {
            self.held.push_back((now, key));
            return None;
        }
        Some(key)
    }

    /// The next key that was held back for long enough without a neighbour. Everything that can be
    /// read must have been told before.
    pub fn release(&mut self, now: Duration) -> Option<KeyEvent> {
        let (at, key) = self.held.front().copied()?;
        if now.saturating_sub(at) <= BURST {
            return None;
        }
        self.held.pop_front();
        Some(key)
    }

    /// When [`Armour::release`] has something.
    pub fn next_release(&self) -> Option<Duration> {
        self.held.front().map(|(at, _)| *at + BURST + Duration::from_micros(1))
    }

    /// Whether a text that was pasted in one piece may act.
    pub fn admits_paste(&self, place: Place) -> bool {
        place == Place::Text
    }
}

/// The keys that always pass.
fn always_passes(key: KeyEvent) -> bool {
    Chord::of(key).is_some_and(|chord| chord == Chord::plain(KeyCode::Esc) || chord == Chord::ctrl('c'))
}

/// A key that a pasted text can contain: a printable one, Enter or Tab. Backspace counts, too: some
/// terminals hand it on.
fn typed(key: KeyEvent) -> Option<Chord> {
    let chord = Chord::of(key)?;
    let in_text = chord.printable().is_some() || matches!(chord.code(), KeyCode::Enter | KeyCode::Tab | KeyCode::Backspace);
    in_text.then_some(chord)
}

#[cfg(test)]
mod tests;
