//! The input guard: no key agrees to anything that was not meant, and pasted text never acts as keys.
//!
//! Terminals mark a paste only where they know how to; Windows, and many a multiplexer, deliver it as keys.
//! And a key can be meant for what was on the screen before. So:
//!
//! * **A burst is dropped.** Nobody types three or more different printable keys within [`BURST`]. Keys are
//!   judged in the batch in which they could be read, together with those of the time before, and a burst
//!   lasts until that time passes without a further key. A single key passes at once: nothing waits for
//!   what may come after it. So the first two keys of a burst that arrives in pieces may act; none of them
//!   agrees to anything.
//! * **A key agrees only if it was meant.** The question has been on the screen unchanged for [`REST`];
//!   nothing else was read in the [`REST`] before the key, nor in [`AFTER_PASTE`] after a paste or a burst,
//!   nor with the key, nor in the [`BURST`] after it, for which the key is held. Nobody notices twenty
//!   milliseconds there; everywhere else they would.
//! * **What is typed belongs to the answer** where a count or a name is asked for: it is no burst, however
//!   close together a slow line brings it, and Enter needs only [`AFTER_TYPING`] after it.
//!
//! Esc and Ctrl-c always pass. In a text field all text is welcome. What a key does is up to the dashboard
//! ([`KeyRole`]); only when it came counts here. There is no other guard, and no other clock.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, MouseEventKind};

use super::keys::Chord;
use super::{InputEvent, QuestionId};

/// Different keys within this time are a burst: the fastest typists need twice as long between two
/// keys, a paste a hundredth of it.
pub const BURST: Duration = Duration::from_millis(20);

/// How many different printable keys within [`BURST`] are a burst.
const BURST_KEYS: usize = 3;

/// How long a question must have been on the screen, and how long nothing else must have come before a
/// yes: a key meant for something else arrives within that time.
pub const REST: Duration = Duration::from_millis(400);

/// How long after the last character of a count or a name Enter must come.
pub const AFTER_TYPING: Duration = Duration::from_millis(150);

/// How long nothing is agreed to after a paste or a burst: its rest may still arrive.
pub const AFTER_PASTE: Duration = Duration::from_secs(2);

/// What a key would do in the present context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRole {
    /// It is for a field that takes text.
    Text,
    /// It does whatever it does, and agrees to nothing.
    Key,
    /// It is a character of the count or name that the question asks for.
    Answer,
    /// It agrees.
    Agrees,
    /// It agrees to what was typed before it.
    AgreesToTyped,
}

/// The guard between the keyboard and the key table. Times are counted from any fixed moment.
#[derive(Debug, Default)]
pub struct Guard {
    question: Option<Open>,
    /// When the newest event came that counts, characters of an answer excepted.
    other: Option<Duration>,
    /// When the newest character of an answer came.
    character: Option<Duration>,
    /// When the newest paste, or the newest key of a burst, came.
    paste: Option<Duration>,
    /// The recent printable keys, and when they came.
    recent: Vec<(Duration, Chord)>,
    /// When the newest key of the current burst came.
    burst: Option<Duration>,
    /// How many keys of it were dropped.
    dropped: usize,
    /// How many events of the newest batch count.
    crowd: usize,
    /// A key that agrees, held until nothing can follow it closely any more.
    held: Option<Held>,
    /// A key that did not agree.
    refused: Option<KeyEvent>,
}

#[derive(Debug)]
struct Open {
    id: QuestionId,
    first_frame: Option<Duration>,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    key: KeyEvent,
    came: Duration,
    /// Whether it waits for the end of something that began shortly after it.
    waits: bool,
}

impl Guard {
    /// Says which question is open after an event. A different one has not been seen yet.
    pub fn question(&mut self, open: Option<QuestionId>) {
        if open != self.question.as_ref().map(|question| question.id) {
            self.question = open.map(|id| Open { id, first_frame: None });
            self.refuse_held();
        }
    }

    /// What is on the screen must be seen again: the program was suspended, or the window was resized.
    pub fn look_again(&mut self) {
        if let Some(question) = &mut self.question {
            question.first_frame = None;
        }
        self.refuse_held();
    }

    /// Says that a frame with everything up to now is on the screen.
    pub fn drawn(&mut self, now: Duration) {
        if let Some(question) = &mut self.question {
            question.first_frame.get_or_insert(now);
        }
    }

    /// Takes everything that could be read at once, before each of its keys is asked for with
    /// [`Guard::admit`], and what each key would do before any of them did anything.
    pub fn read(&mut self, batch: &[InputEvent], now: Duration, role: impl Fn(KeyEvent) -> KeyRole) {
        let done: Vec<&InputEvent> = batch.iter().filter(|came| counts(&came.event)).collect();
        // However old it is: a busy loop reads late and cannot know when its input came.
        let follows = |held: Held| done.iter().any(|came| !held.waits || came.first <= held.came + BURST);
        if self.held.is_some_and(follows) {
            self.refuse_held();
        }
        // What was given up as half a sequence came some time ago.
        self.crowd = done.iter().filter(|came| now.saturating_sub(came.last) <= BURST).count();
        for came in &done {
            match &came.event {
                Event::Paste(_) => {
                    self.paste = self.paste.max(Some(came.last));
                    self.other = self.other.max(Some(came.last));
                }
                Event::Mouse(_) => self.other = self.other.max(Some(came.last)),
                _ => {}
            }
        }
        // Compared with each other, not with the present: on a slow machine what was read at once is long in coming.
        let newest = done.iter().map(|came| came.last).max().unwrap_or(now);
        let is_near = |at: Duration| newest.saturating_sub(at) <= BURST;
        self.recent.retain(|(at, _)| newest.saturating_sub(*at) <= BURST * 2);
        for came in done.iter().filter(|came| is_near(came.last)) {
            let Some(chord) = came.event.as_key_event().filter(|key| role(*key) != KeyRole::Answer).and_then(typed) else { continue };
            if chord.printable().is_some() && !self.recent.contains(&(came.last, chord)) {
                self.recent.push((came.last, chord));
            }
            let goes_on = self.burst.is_some_and(|last| came.last.saturating_sub(last) <= BURST);
            if goes_on || (chord.printable().is_some() && self.is_burst(came.last)) {
                self.burst = Some(came.last);
            }
        }
        self.burst = self.burst.filter(|last| is_near(*last));
    }

    /// Whether there are enough different keys up to `now`.
    fn is_burst(&self, now: Duration) -> bool {
        let mut different: Vec<Chord> = Vec::new();
        for (at, chord) in &self.recent {
            if *at <= now && now.saturating_sub(*at) <= BURST && !different.contains(chord) {
                different.push(*chord);
            }
        }
        different.len() >= BURST_KEYS
    }

    /// A key of the newest batch, returned when it may act now. One that is not returned is dropped, or
    /// comes later from [`Guard::release`].
    pub fn admit(&mut self, key: KeyEvent, role: KeyRole, came: Duration) -> Option<KeyEvent> {
        let in_burst = role != KeyRole::Answer && self.burst.is_some() && typed(key).is_some();
        let agrees = matches!(role, KeyRole::Agrees | KeyRole::AgreesToTyped) && self.may_agree(role, came);
        match role {
            KeyRole::Answer => self.character = self.character.max(Some(came)),
            _ => self.other = self.other.max(Some(came)),
        }
        if in_burst {
            self.paste = self.paste.max(Some(came));
        }
        match role {
            _ if always_passes(key) => Some(key),
            KeyRole::Key if in_burst => {
                self.dropped += 1;
                None
            }
            KeyRole::Text | KeyRole::Key | KeyRole::Answer => Some(key),
            KeyRole::Agrees | KeyRole::AgreesToTyped if agrees => {
                self.held = Some(Held { key, came, waits: false });
                None
            }
            KeyRole::Agrees | KeyRole::AgreesToTyped => {
                self.refused = Some(key);
                None
            }
        }
    }

    /// Whether enough time has passed for a yes.
    fn may_agree(&self, role: KeyRole, came: Duration) -> bool {
        let rests = |since: Option<Duration>, rest: Duration| since.is_none_or(|since| came.saturating_sub(since) >= rest);
        let after_character = if role == KeyRole::AgreesToTyped { AFTER_TYPING } else { REST };
        let first_frame = self.question.as_ref().and_then(|question| question.first_frame);
        first_frame.is_some_and(|first| came.saturating_sub(first) >= REST)
            && self.crowd == 1
            && rests(self.other, REST)
            && rests(self.character, after_character)
            && rests(self.paste, AFTER_PASTE)
    }

    /// The key that was held for long enough with nothing after it: now it agrees. Everything that could
    /// be read at `now` must have been passed in; `begun` says since when something incomplete has been
    /// arriving. That is waited for, but not for long: a yes must not take effect when nobody expects it
    /// any more.
    pub fn release(&mut self, now: Duration, begun: Option<Duration>) -> Option<KeyEvent> {
        let held = self.held.as_mut()?;
        held.waits = is_followed(held.came, begun);
        let rest = if held.waits { REST } else { BURST };
        if now.saturating_sub(held.came) <= rest {
            return None;
        }
        if held.waits {
            self.refuse_held();
        }
        self.held.take().map(|held| held.key)
    }

    /// When [`Guard::release`] or [`Guard::burst_over`] has something to return.
    pub fn due(&self, begun: Option<Duration>) -> Option<Duration> {
        let held = self.held.map(|held| held.came + if is_followed(held.came, begun) { REST } else { BURST });
        let burst = self.burst.filter(|_| self.dropped > 0).map(|last| last + BURST);
        held.into_iter().chain(burst).min().map(|due| due + Duration::from_micros(1))
    }

    /// A key that would have agreed if it had not come too soon, or with others.
    pub fn take_refused(&mut self) -> Option<KeyEvent> {
        self.refused.take()
    }

    /// How many keys of a burst were dropped, once it is over.
    pub fn burst_over(&mut self, now: Duration) -> Option<usize> {
        let is_over = self.burst.is_none_or(|last| now.saturating_sub(last) > BURST);
        if self.dropped == 0 || !is_over {
            return None;
        }
        Some(std::mem::take(&mut self.dropped))
    }

    fn refuse_held(&mut self) {
        if let Some(held) = self.held.take() {
            self.refused = Some(held.key);
        }
    }
}

/// Whether something that is still incomplete may have come too close after a key.
fn is_followed(came: Duration, begun: Option<Duration>) -> bool {
    begun.is_some_and(|begun| begun <= came + BURST)
}

/// Whether it is a person's doing: not a key release, focus or mere movement of the mouse.
pub fn counts(event: &Event) -> bool {
    match event {
        Event::Key(key) => key.kind != KeyEventKind::Release,
        Event::Mouse(mouse) => !matches!(mouse.kind, MouseEventKind::Moved | MouseEventKind::Drag(_)),
        Event::Paste(_) => true,
        Event::FocusGained | Event::FocusLost | Event::Resize(..) => false,
    }
}

/// The keys that always pass.
fn always_passes(key: KeyEvent) -> bool {
    Chord::of(key).is_some_and(|chord| chord == Chord::plain(KeyCode::Esc) || chord == Chord::ctrl('c'))
}

/// A key that pasted text can contain: a printable one, Enter or Tab. Backspace counts, too: some
/// terminals pass it on.
fn typed(key: KeyEvent) -> Option<Chord> {
    let chord = Chord::of(key)?;
    let in_text = chord.printable().is_some() || matches!(chord.code(), KeyCode::Enter | KeyCode::Tab | KeyCode::Backspace);
    in_text.then_some(chord)
}

#[cfg(test)]
mod tests;
