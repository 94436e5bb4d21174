//! What questions before something with consequences share: which one is asked just now, the count that some of them
//! ask for, the answer line with the safe answer first, and the keys that agree. How long a question has been on the
//! screen is up to the input guard.

use crossterm::event::KeyCode;
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use crate::action::Agreed;
use crate::monitor::NoticeWeight;
use crate::postman::Explanation;
use crate::tui::chrome::keys;
use crate::tui::dialogs::{Changed, Dialog, Next, Press};
use crate::tui::key_line::KeyWord;
use crate::tui::keys::Chord;
use crate::tui::shared::Shared;
use crate::tui::widgets::frame;
use crate::tui::widgets::sentences::{self, Sentence};
use crate::tui::{Action, KeyRole, Role};

/// Which question is asked: one that says something else has another number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct OpenQuestion {
    /// No other question has had it since the start.
    pub id: u64,
}

impl OpenQuestion {
    /// How often a question can be asked again: each gets so many numbers.
    const AGAIN: u64 = 1 << 32;

    /// The question with this index: one that was not asked before.
    pub fn new(index: u64) -> Self {
        Self { id: index * Self::AGAIN }
    }
}

/// What a question takes as a yes just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Takes {
    /// Nothing: it is a preview.
    Nothing,
    Yes,
    /// This number, typed, and Enter.
    Count(usize),
}

/// What a key says in a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Reply {
    /// A person agrees to exactly this question.
    Yes,
    /// Back to where it was opened from.
    Cancel,
    /// The question itself has handled the key, or it means nothing just now.
    Done,
    /// It is no answer.
    Other(Action),
}

/// A question as it is asked just now, and what was typed as its answer.
pub(in crate::tui) struct Asked {
    pub question: OpenQuestion,
    /// Why it is only a preview.
    pub refusal: Option<Explanation>,
    count: Count,
}

impl Asked {
    /// A question that was not asked before.
    pub fn new(shared: &mut Shared) -> Self {
        Self { question: shared.next_question(), refusal: None, count: Count::default() }
    }

    /// From now on it is another question: what was typed was meant for the previous one.
    pub fn again(&mut self) {
        self.question.id += 1;
        self.count = Count::default();
    }

    /// It is only a preview for this reason now, or it no longer is. Where that is new, or nobody could see it meanwhile,
    /// it is another question. Whether it is.
    pub fn follow(&mut self, changed: &Changed, refusal: Option<Explanation>) -> bool {
        let is_other = changed.was_covered || refusal.is_some() != self.refusal.is_some();
        self.refusal = refusal;
        if is_other {
            self.again();
        }
        is_other
    }

    /// How a key would agree, or answer part of it.
    pub fn role(&self, press: Press, takes: Takes) -> Option<KeyRole> {
        let is_digit = || Chord::of(press.key).and_then(Chord::printable).is_some_and(|letter| letter.is_ascii_digit());
        match (takes, press.action) {
            (Takes::Yes, Some(Action::Agree)) => Some(KeyRole::Agrees),
            (Takes::Count(number), Some(Action::Enter)) if self.count.is(number) => Some(KeyRole::AgreesToTyped),
            (Takes::Count(_), _) if is_digit() => Some(KeyRole::Answer),
            _ => None,
        }
    }

    /// Handles a key. Nothing is answered that is not on the screen, and nothing agrees without the input guard.
    pub fn reply(&mut self, press: Press, takes: Takes, shared: &mut Shared) -> Reply {
        // One digit too many does not mean leaving.
        if press.key.code == KeyCode::Backspace && self.count.rub_out() {
            return Reply::Done;
        }
        let agreed = if shared.is_agreed_to(self.question) { Reply::Yes } else { Reply::Done };
        match (press.action, takes) {
            (Some(Action::Back | Action::Quit), _) => Reply::Cancel,
            _ if shared.asked_in_view().is_none() => Reply::Done,
            (Some(Action::Agree), Takes::Yes) => agreed,
            (Some(Action::Enter), Takes::Count(number)) if self.count.is(number) => agreed,
            (Some(Action::Agree | Action::Enter), Takes::Count(number)) => {
                // What was typed is not the number: it must be typed again.
                self.count = Count::default();
                shared.tell(NoticeWeight::Info, &format!("in production, type {number}, then Enter"), "", "");
                Reply::Done
            }
            (Some(Action::Enter), Takes::Nothing | Takes::Yes) => Reply::Cancel,
            (Some(Action::Agree), Takes::Nothing) => Reply::Done,
            (Some(action), _) => Reply::Other(action),
            (None, Takes::Count(_)) => {
                if let (KeyCode::Char(digit), true) = (press.key.code, press.key.modifiers.is_empty()) {
                    self.count.digit(digit);
                }
                Reply::Done
            }
            (None, _) => Reply::Done,
        }
    }

    /// The answer: the safe one with the focus, or the count typed so far where one is asked for; and the cursor's column.
    pub fn answer(&self, shared: &Shared, takes: Takes) -> (Line<'static>, usize) {
        let Takes::Count(number) = takes else {
            return (Line::from(Span::styled(CANCEL, shared.look.style(Role::Focus))), 1);
        };
        let prompt = Span::styled(format!("Type {number}, then Enter: "), shared.look.style(Role::Strong));
        let line = Line::from(vec![prompt, Span::styled(self.count.typed.clone(), shared.look.style(Role::Accent))]);
        let column = line.width();
        (line, column)
    }
}

/// A person said yes: exactly what the question says is done, once. `follow` keeps it true: a plan that has become too old,
/// or a campaign that was locked meanwhile, is asked about again.
pub(in crate::tui) fn agree<D: Dialog>(
    dialog: &mut D,
    shared: &mut Shared,
    follow: fn(&mut D, &Changed, &mut Shared) -> Next,
    confirm: fn(&mut D, Timestamp) -> Option<Agreed>,
) -> Next {
    let outcome = follow(dialog, &Changed::default(), shared);
    let is_agreed = dialog.asks().is_some_and(|(asked, takes)| takes != Takes::Nothing && shared.is_agreed_to(asked.question));
    if outcome != Next::Stay || !is_agreed {
        return outcome;
    }
    if let Some(agreed) = confirm(dialog, shared.now) {
        shared.agreed(agreed);
    }
    Next::Close
}

/// The safe answer.
pub(in crate::tui) const CANCEL: &str = "[ cancel ]";

/// How many lines there are for what a question says: border, answer and keys always have room.
pub(in crate::tui) fn room(area: Rect) -> usize {
    usize::from(area.height).saturating_sub(2 + 2)
}

/// What a question says, in a box of this area: sentences are left out where room is short, and never cut.
pub(in crate::tui) fn lines(shared: &Shared, said: Vec<Sentence>, area: Rect) -> Vec<Line<'static>> {
    sentences::lines(shared, said, frame::width(area, frame::WIDEST), room(area))
}

/// Draws a question that is answered with yes or no.
pub(in crate::tui) fn draw_yes_or_no(
    dialog: &dyn Dialog,
    shared: &Shared,
    buffer: &mut Buffer,
    area: Rect,
    title: &str,
    said: Vec<Sentence>,
) -> Option<Position> {
    let (asked, takes) = dialog.asks()?;
    let named = keys::of_dialog(dialog, shared, [Action::Agree, Action::Back]);
    Some(draw(shared, buffer, area, title, lines(shared, said, area), asked.answer(shared, takes), &named))
}

/// Draws a question: what it says, the answer with the cursor at this column, and its keys.
pub(in crate::tui) fn draw(
    shared: &Shared,
    buffer: &mut Buffer,
    area: Rect,
    title: &str,
    mut lines: Vec<Line<'static>>,
    (answer, column): (Line<'static>, usize),
    named: &[KeyWord],
) -> Position {
    let cursor = (column, lines.len());
    lines.push(answer);
    lines.push(keys::line(shared, named, frame::width(area, frame::WIDEST)));
    frame::draw(shared, buffer, area, title, frame::WIDEST, &lines, cursor)
}

/// The most digits of a count: far more than any plan needs.
const LONGEST: usize = 9;

/// The count that a person types where one is asked for: nobody types a number by mistake.
#[derive(Default)]
struct Count {
    typed: String,
}

impl Count {
    fn digit(&mut self, digit: char) {
        if digit.is_ascii_digit() && self.typed.len() < LONGEST {
            self.typed.push(digit);
        }
    }

    /// Removes a digit. False where there was none.
    fn rub_out(&mut self) -> bool {
        self.typed.pop().is_some()
    }

    fn is(&self, number: usize) -> bool {
        self.typed.parse() == Ok(number) && !self.typed.starts_with('0')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_the_number_and_nothing_else() {
        let mut count = Count::default();
        assert!(!count.is(0));
        for letter in "02 a2".chars() {
            count.digit(letter);
        }
        assert_eq!((count.typed.as_str(), count.is(22)), ("022", false));
        count = Count::default();
        count.digit('2');
        assert!(!count.is(22));
        count.digit('2');
        assert!(count.is(22) && count.rub_out() && !count.is(22) && count.rub_out() && !count.rub_out());
    }
}
