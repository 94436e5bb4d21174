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
use crate::tui::chrome::keys;
use crate::tui::dialogs::{Changed, Dialog, Next, Press};
use crate::tui::key_line::KeyWord;
use crate::tui::keys::Chord;
use crate::tui::shared::{Campaign, Preview, Shared};
use crate::tui::text::{cut_middle, width};
use crate::tui::widgets::frame;
use crate::tui::widgets::line_box::{self, LineBox};
use crate::tui::widgets::sentences::{self, Sentence};
use crate::tui::widgets::words::{environment, in_a_line};
use crate::tui::{Action, Context, KeyRole, Role};

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
    /// The campaign's name, typed, and Enter: that unlocks it, and agrees to nothing else.
    Name,
    /// The name of the file, typed, and Enter: that agrees to nothing, and the question goes on.
    FileName,
}

impl Takes {
    /// Whether it can be agreed to now.
    pub fn is_yes(self) -> bool {
        matches!(self, Takes::Yes | Takes::Count(_))
    }

    /// Whether a name is typed.
    fn is_name(self) -> bool {
        matches!(self, Takes::Name | Takes::FileName)
    }
}

/// Said of a name that is not the campaign's.
pub(in crate::tui) const NOT_THE_NAME: &str = "that is not the campaign's exact name";

/// The same of the file.
const NOT_THE_FILE: &str = "that is not the file's exact name";

/// How much of a typed name is shown.
const NAME_ROOM: usize = 40;

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
    preview: Option<Preview>,
    count: Count,
    /// The name of the file, until it is typed, where that comes before the yes.
    file: Option<String>,
    /// What was typed of that name, or of the campaign's.
    name: LineBox,
}

impl Asked {
    /// A question that was not asked before.
    pub fn new(shared: &mut Shared) -> Self {
        Self { question: shared.next_question(), preview: None, count: Count::default(), file: None, name: LineBox::default() }
    }

    /// The same where it may be only a preview.
    pub fn with(self, preview: Option<Preview>) -> Self {
        Self { preview, ..self }
    }

    /// What it takes as a preview; `None` where it is none.
    pub fn preview_takes(&self) -> Option<Takes> {
        let preview = self.preview.as_ref()?;
        Some(if preview.unlocked_by.is_some() { Takes::Name } else { Takes::Nothing })
    }

    /// The name of this file must be typed before the yes.
    pub fn ask_file(&mut self, name: Option<String>) {
        self.file = name;
        self.name = LineBox::default();
    }

    /// What it takes before the name of the file was typed; `None` where it was, or need not be.
    pub fn file_takes(&self) -> Option<Takes> {
        self.file.as_ref().map(|_| Takes::FileName)
    }

    /// Why it is only a preview, where no name would change that.
    pub fn refusal(&self) -> Option<Sentence> {
        let preview = self.preview.as_ref().filter(|preview| preview.unlocked_by.is_none())?;
        Some(Sentence::new(in_a_line(&preview.why), Role::Warning, 0))
    }

    /// What comes right above the name that unlocks the campaign.
    pub fn asks_name(&self, takes: Takes) -> Option<Sentence> {
        let preview = self.preview.as_ref().filter(|_| takes == Takes::Name)?;
        Some(Sentence::new(preview.why.what.clone(), Role::Warning, 0))
    }

    /// Where its keys are pressed: a name is text, elsewhere it is `usual`.
    pub fn context(takes: Takes, usual: Context) -> Context {
        if takes.is_name() { line_box::CONTEXT } else { usual }
    }

    /// Text that was pasted into the name.
    pub fn paste(&mut self, text: &str, takes: Takes) {
        if takes.is_name() {
            self.name.paste(text);
        }
    }

    /// From now on it is another question: the count that was typed was meant for the previous one. A name is only of the
    /// campaign.
    pub fn again(&mut self) {
        self.question.id += 1;
        self.count = Count::default();
    }

    /// It is only a preview for this reason now, or it no longer is. Where that is new, or nobody could see it meanwhile,
    /// it is another question. Whether it is.
    pub fn follow(&mut self, changed: &Changed, preview: Option<Preview>) -> bool {
        let before = self.preview_takes();
        self.preview = preview;
        let is_other = changed.was_covered || before != self.preview_takes();
        if is_other {
            self.name = LineBox::default();
            self.again();
        }
        is_other
    }

    /// How a key would agree, or answer part of it.
    pub fn role(&self, press: Press, takes: Takes) -> Option<KeyRole> {
        let letter = || Chord::of(press.key).and_then(Chord::printable);
        let is_digit = || letter().is_some_and(|letter| letter.is_ascii_digit());
        match (takes, press.action) {
            (Takes::Name | Takes::FileName, Some(Action::Enter)) => self.is_named(takes).then_some(KeyRole::AgreesToTyped),
            (Takes::Name, _) if self.is_for_the_list(press) => Some(KeyRole::Key),
            (Takes::Name | Takes::FileName, _) => letter().map(|_| KeyRole::Answer),
            (Takes::Yes, Some(Action::Agree)) => Some(KeyRole::Agrees),
            (Takes::Count(number), Some(Action::Enter)) if self.count.is(number) => Some(KeyRole::AgreesToTyped),
            (Takes::Count(_), _) if is_digit() => Some(KeyRole::Answer),
            _ => None,
        }
    }

    /// Handles a key. Nothing is answered that is not on the screen, and nothing agrees without the input guard.
    pub fn reply(&mut self, press: Press, takes: Takes, shared: &mut Shared) -> Reply {
        if takes.is_name() {
            return self.type_name(press, takes, shared);
        }
        // One digit too many does not mean leaving, nor does one Backspace too many.
        if press.key.code == KeyCode::Backspace && matches!(takes, Takes::Count(_)) {
            self.count.rub_out();
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
                shared.tell(NoticeWeight::Info, &format!("that is not the count: in production, type {number}, then Enter"), "", "");
                Reply::Done
            }
            (Some(Action::Enter), _) => Reply::Cancel,
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

    /// Whether the name in the line is the one that is asked for.
    fn is_named(&self, takes: Takes) -> bool {
        let name = match takes {
            Takes::FileName => self.file.as_deref(),
            _ => self.preview.as_ref().and_then(|preview| preview.unlocked_by.as_deref()),
        };
        name.is_some_and(|name| name == self.name.typed())
    }

    /// Whether a key is for what the question lists: no name begins with a blank.
    fn is_for_the_list(&self, press: Press) -> bool {
        self.name.is_empty() && press.key.code == KeyCode::Char(' ')
    }

    /// A key while the name is asked for. What it unlocks is asked about again.
    fn type_name(&mut self, press: Press, takes: Takes, shared: &mut Shared) -> Reply {
        match press.action {
            Some(Action::Back) => return Reply::Cancel,
            Some(Action::Enter) if takes == Takes::FileName => {
                if shared.is_agreed_to(self.question) && self.is_named(takes) {
                    self.ask_file(None);
                    self.again();
                } else {
                    let what = if self.name.is_empty() { "nothing is sent before the name is typed" } else { NOT_THE_FILE };
                    shared.tell(NoticeWeight::Info, what, "", "");
                }
            }
            Some(Action::Enter) => {
                let is_unlocked = shared.is_agreed_to(self.question) && shared.unlock(self.name.typed());
                if !is_unlocked {
                    let what = if self.name.is_empty() { "nothing is sent before the name is typed" } else { NOT_THE_NAME };
                    shared.tell(NoticeWeight::Info, what, "", "");
                }
            }
            None if self.is_for_the_list(press) => return Reply::Other(Action::Toggle),
            Some(action) if !matches!(action, Action::HalfPageUp | Action::First | Action::Last) => return Reply::Other(action),
            _ => {
                self.name.edit(press.key);
            }
        }
        Reply::Done
    }

    /// The answer: the safe one with the focus, or the count typed so far where one is asked for; and the cursor's column.
    pub fn answer(&self, shared: &Shared, takes: Takes) -> (Line<'static>, usize) {
        if takes.is_name() {
            return self.name.line(shared, "", NAME_ROOM);
        }
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
    let is_agreed = dialog.asks().is_some_and(|(asked, takes)| takes.is_yes() && shared.is_agreed_to(asked.question));
    if outcome != Next::Stay || !is_agreed {
        return outcome;
    }
    if let Some(agreed) = confirm(dialog, shared.now) {
        shared.agreed(agreed);
    }
    Next::Close
}

/// The keys of a question that asks for the campaign's name.
pub(in crate::tui) fn name_keys(dialog: &dyn Dialog, shared: &Shared) -> Vec<KeyWord> {
    line_box::keys(dialog, shared)
}

/// The title of a question: what it is about, the environment, the campaign. Where that has no room, the name is cut in
/// the middle there, and the question begins with it in full.
pub(in crate::tui) fn title(shared: &Shared, campaign: &Campaign, about: &str, area: Rect) -> (String, Option<Sentence>) {
    let (about, name) = (format!("{about}, {}", environment(&shared.look, campaign)), &campaign.settings.name);
    let whole = format!("{about}, {name}");
    let room = frame::title_width(area, frame::WIDEST);
    if width(&whole) <= room {
        return (whole, None);
    }
    let in_full = |text: &str| Some(Sentence::new(text, Role::Strong, 0));
    match room.checked_sub(width(&about) + ", ".len()) {
        Some(rest) if rest >= SHORTEST_NAME => (format!("{about}, {}", cut_middle(name, rest)), in_full(name)),
        Some(_) => (about, in_full(name)),
        None => (about, in_full(&whole)),
    }
}

/// Less than this says nothing of a name.
const SHORTEST_NAME: usize = 8;

/// The safe answer.
pub(in crate::tui) const CANCEL: &str = "[ cancel ]";

/// The safe answer where it leads back to what was filled in or looked at.
pub(in crate::tui) const BACK: &str = "[ back ]";

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
