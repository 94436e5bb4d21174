//! The question for the terminal's background, and its answer among the keys.
//!
//! A terminal answers on the same line that keys come from, some time later or never. Nothing waits
//! for that: the first frame is drawn, and when the answer comes, the next one has the right
//! colours. Crossterm 0.29 does not know such an answer and tells it as keys, Alt-] first; one whose
//! first byte travels alone as Esc and `]`. So every event goes through [`Answers`], which takes an
//! answer out however it is cut up, and however late it comes.

use std::collections::VecDeque;
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::tui::theme::Background;

/// Asks for the colour of the background (OSC 11). It ends with BEL and not with Esc and a
/// backslash: most terminals end their answer alike, and then it holds one Esc less that could
/// travel alone.
pub(super) const QUESTION: &[u8] = b"\x1b]11;?\x07";

/// For how long an Esc may be the first byte of an answer: pieces of one sequence follow each other
/// more closely, and fingers do not feel it.
const ESC_ALONE: Duration = Duration::from_millis(25);

/// For how long after the question each Esc is held back for [`ESC_ALONE`]. Later answers are still
/// taken out, unless they are cut up behind their very first byte.
const LATEST: Duration = Duration::from_secs(60);

/// What is begun and does not go on for so long is no answer.
const LONGEST_GAP: Duration = Duration::from_secs(2);

/// More than any answer has: `11;rgba:` and four times four digits with three bars.
const LONGEST: usize = 32;

/// What comes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Passed {
    /// Something that a person did.
    Event(Event),
    /// The terminal has told its background.
    Background(Background),
}

/// Takes answers out of the terminal's events. Times are counted from any fixed moment.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// When the terminal was asked.
    asked: Option<Duration>,
    /// Whether it has answered.
    answered: bool,
    part: Part,
    /// When the newest piece of an answer came.
    last: Duration,
    passed: VecDeque<Passed>,
}

/// How far an answer has come in.
#[derive(Debug, Default)]
enum Part {
    /// Not begun.
    #[default]
    None,
    /// An Esc that may be its first byte.
    Esc(KeyEvent),
    /// Its text, as far as it is there.
    Text(String),
    /// Its text and an Esc, behind which the backslash is still to come.
    End(String),
}

impl Answers {
    /// The terminal was asked.
    pub fn ask(&mut self, now: Duration) {
        self.asked = Some(now);
        self.answered = false;
    }

    /// Until when an answer may be waited for at the end, so that it does not reach the shell.
    pub fn awaited_until(&self) -> Option<Duration> {
        // Behind a fast line the answer takes a few milliseconds, behind a usual one less than this.
        const ON_ITS_WAY: Duration = Duration::from_millis(150);
        self.asked.filter(|_| !self.answered).map(|asked| asked + ON_ITS_WAY)
    }

    /// Takes in an event; what passes comes from [`Answers::next`].
    pub fn take(&mut self, event: Event, now: Duration) {
        self.expire(now);
        if self.asked.is_none() {
            self.passed.push_back(Passed::Event(event));
            return;
        }
        let Event::Key(key) = event else {
            self.passed.push_back(Passed::Event(event));
            return;
        };
        if key.kind == KeyEventKind::Press {
            self.last = now;
        }
        self.part = match std::mem::take(&mut self.part) {
            Part::None => self.begin(key, now),
            Part::Esc(_) if is_plain(key, ']') => Part::Text(String::new()),
            Part::Esc(esc) => {
                self.pass(esc);
                self.begin(key, now)
            }
            Part::Text(text) => self.go_on(text, key, now),
            Part::End(text) if is_plain(key, '\\') => self.end(&text),
            Part::End(_) => self.begin(key, now),
        };
    }

    /// What passes at `now`.
    pub fn next(&mut self, now: Duration) -> Option<Passed> {
        self.expire(now);
        self.passed.pop_front()
    }

    /// When [`Answers::next`] has something, if no event comes before.
    pub fn due(&self) -> Option<Duration> {
        matches!(self.part, Part::Esc(_)).then_some(self.last + ESC_ALONE)
    }

    fn pass(&mut self, key: KeyEvent) {
        self.passed.push_back(Passed::Event(Event::Key(key)));
    }

    /// An Esc without anything behind it was a person's; half an answer without an end is dropped.
    fn expire(&mut self, now: Duration) {
        let gap = now.saturating_sub(self.last);
        match &self.part {
            Part::Esc(esc) if gap >= ESC_ALONE => {
                let esc = *esc;
                self.pass(esc);
                self.part = Part::None;
            }
            Part::Text(_) | Part::End(_) if gap >= LONGEST_GAP => self.part = Part::None,
            Part::None | Part::Esc(_) | Part::Text(_) | Part::End(_) => {}
        }
    }

    fn begin(&mut self, key: KeyEvent, now: Duration) -> Part {
        let is_expected = self.asked.is_some_and(|asked| !self.answered && now.saturating_sub(asked) < LATEST);
        match key.code {
            KeyCode::Char(']') if key.modifiers == KeyModifiers::ALT => Part::Text(String::new()),
            KeyCode::Esc if key.modifiers.is_empty() && is_expected => Part::Esc(key),
            _ => {
                self.pass(key);
                Part::None
            }
        }
    }

    fn go_on(&mut self, mut text: String, key: KeyEvent, now: Duration) -> Part {
        match key.code {
            KeyCode::Char('g') if key.modifiers == KeyModifiers::CONTROL => self.end(&text),
            KeyCode::Char('\\') if key.modifiers == KeyModifiers::ALT => self.end(&text),
            KeyCode::Esc => Part::End(text),
            KeyCode::Char(letter) if (key.modifiers - KeyModifiers::SHIFT).is_empty() => {
                text.push(letter);
                if is_beginning(&text) {
                    return Part::Text(text);
                }
                // No answer: somebody pressed Alt-], which means nothing, and then this.
                self.pass(key);
                Part::None
            }
            _ => self.begin(key, now),
        }
    }

    fn end(&mut self, text: &str) -> Part {
        if let Some(background) = background(text) {
            self.answered = true;
            self.passed.push_back(Passed::Background(background));
        }
        Part::None
    }
}

fn is_plain(key: KeyEvent, letter: char) -> bool {
    key.code == KeyCode::Char(letter) && key.modifiers.is_empty()
}

/// Whether an answer can begin with this.
fn is_beginning(text: &str) -> bool {
    const HEAD: &str = "11;";
    match text.strip_prefix(HEAD) {
        Some(colour) => text.len() <= LONGEST && colour.chars().all(|letter| letter.is_ascii_alphanumeric() || "/:#".contains(letter)),
        None => HEAD.starts_with(text),
    }
}

/// The background in the text of an answer: `11;rgb:1e1e/1e1e/1e1e` with one to four digits for each
/// part, `rgba:` with a fourth part, or `#1e1e1e`.
fn background(text: &str) -> Option<Background> {
    let colour = text.strip_prefix("11;")?;
    let parts: Vec<&str> = match colour.strip_prefix('#') {
        Some(digits) if digits.is_ascii() && digits.len() % 3 == 0 && !digits.is_empty() => {
            let each = digits.len() / 3;
            (0..3).filter_map(|part| digits.get(part * each..(part + 1) * each)).collect()
        }
        _ => colour.strip_prefix("rgb:").or_else(|| colour.strip_prefix("rgba:"))?.split('/').collect(),
    };
    // Of whatever length, the digits are a share of the most that they can tell.
    let part = |digits: &&str| {
        let most = 16u32.checked_pow(u32::try_from(digits.len()).ok().filter(|length| (1..=4).contains(length))?)? - 1;
        u8::try_from(u32::from_str_radix(digits, 16).ok()? * 255 / most).ok()
    };
    let parts: Vec<u8> = parts.iter().map(part).collect::<Option<_>>()?;
    let [red, green, blue, ..] = parts[..] else { return None };
    Some(Background::of_colour(red, green, blue))
}

#[cfg(test)]
mod tests;
