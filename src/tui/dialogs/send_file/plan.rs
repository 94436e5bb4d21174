//! What a file without mistakes would send: how much, to whom, at what cost, and how the first and the longest row of each
//! language will arrive. Nothing here sends: "Review" has the worker read what the campaign sent last, and then opens the
//! question, whose yes is the only one.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::checking::Checking;
use super::facts::{self, QUEUE, rows_words};
use super::question::UploadQuestion;
use crate::action::{CheckedFile, FileSample, FileSource, PLAN_LIFE, UploadFile, UploadReading};
use crate::delivery::{KnownTexts, Mask, clean, clean_line, grouped};
use crate::monitor::{Command, Connection, Generation, NoticeWeight, PreparedState, ToPrepare};
use crate::postman::Explanation;
use crate::state::NoteKind;
use crate::tui::chrome::keys;
use crate::tui::dialogs::{Can, Changed, Dialog, Next, Press};
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{width, wrap};
use crate::tui::widgets::page;
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::sentences::{self, Sentence};
use crate::tui::widgets::words::{environment, in_a_line};
use crate::tui::{Action, Context, Effect, FoundFile, Role};

/// How long its rows are shown unmasked.
const REVEALED_FOR: SignedDuration = SignedDuration::from_secs(30);

/// A row as it will arrive, as far as it has room.
#[derive(Default)]
struct ShownRow {
    lines: Vec<Line<'static>>,
    /// The first line of its text that is shown, and the last that can be.
    first: usize,
    last: usize,
}

/// The fewest lines for a row as it will arrive.
const SHORTEST_TEXT: usize = 3;

/// How far a file is on its way to the question.
enum Phase {
    /// It is looked at.
    Looking,
    /// The worker reads what the campaign sent last.
    Reading { generation: Generation, failed: Option<Explanation> },
    /// It did; the question comes when this can be seen.
    Read(UploadReading),
    /// It could not.
    Failed(Explanation),
}

pub(super) struct FilePlan {
    found: FoundFile,
    checked_at: Timestamp,
    file: UploadFile,
    /// The file that this is a corrected copy of.
    copy_of: Option<Arc<CheckedFile>>,
    /// The texts of the campaign, for what is shown masked.
    known: KnownTexts,
    phase: Phase,
    /// Which of the rows is shown.
    sample: usize,
    /// The first of its lines that is shown, once it was scrolled.
    scroll: Option<usize>,
    revealed_until: Option<Timestamp>,
}

impl FilePlan {
    pub fn open(shared: &mut Shared, found: FoundFile, file: UploadFile, copy_of: Option<Arc<CheckedFile>>) {
        let Some(known) = shared.campaign().map(|campaign| campaign.store.known_texts()) else { return };
        let phase = Phase::Looking;
        let checked_at = shared.now;
        shared.open(Self { found, checked_at, file, copy_of, known, phase, sample: 0, scroll: None, revealed_until: None });
    }

    fn checked(&self) -> &CheckedFile {
        &self.found.checked
    }

    /// Whether it should be checked again; what came from a pipe cannot be.
    fn is_old(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.checked_at).unsigned_abs();
        age > PLAN_LIFE && matches!(self.found.source, FileSource::Path(_))
    }

    fn is_busy(&self) -> bool {
        matches!(self.phase, Phase::Reading { .. } | Phase::Read(_))
    }

    /// Has the worker read what the campaign sent last, and whether the same file went before.
    fn review(&mut self, shared: &mut Shared) {
        let generation = shared.next_generation();
        shared.send(Command::Prepare { generation, what: ToPrepare::Upload(self.file.clone()) });
        self.phase = Phase::Reading { generation, failed: None };
    }

    /// Back to looking, where the worker was asked. Whether it was.
    fn stop_reading(&mut self, shared: &mut Shared) -> bool {
        let was_reading = self.is_busy();
        if was_reading {
            self.phase = Phase::Looking;
            shared.send(Command::LeavePrepared);
        }
        was_reading
    }

    /// The worker's answer. One to an older request is dropped.
    fn answered(&mut self, answer: &(Generation, PreparedState)) {
        let generation = match &self.phase {
            Phase::Reading { generation, .. } if *generation == answer.0 => *generation,
            _ => return,
        };
        self.phase = match answer.1.clone() {
            PreparedState::Upload(reading) => Phase::Read(reading),
            // The answer to another question, of another generation.
            PreparedState::Send(_) => return,
            PreparedState::Failed { why, again: true } => Phase::Reading { generation, failed: Some(why) },
            PreparedState::Failed { why, again: false } => Phase::Failed(why),
        };
    }

    /// Opens the question once this can be seen.
    fn ask(&mut self, shared: &mut Shared) {
        if !matches!(self.phase, Phase::Read(_)) || shared.context() != Context::File {
            return;
        }
        let Phase::Read(reading) = std::mem::replace(&mut self.phase, Phase::Looking) else { return };
        UploadQuestion::open(shared, Arc::clone(&self.found.checked), self.file.clone(), reading);
    }

    /// Shows the rows unmasked for a while, or masks them again.
    fn reveal(&mut self, shared: &mut Shared) {
        if self.revealed_until.take().is_some() || shared.lacks_journal("nothing is revealed") {
            return;
        }
        self.revealed_until = shared.now.checked_add(REVEALED_FOR).ok();
        let note = Effect::note(shared.index(), NoteKind::Reveal, "rows of a file, before it is sent");
        shared.effects.push(note);
    }

    fn is_masked(&self, campaign: &Campaign) -> bool {
        campaign.masked && self.revealed_until.is_none()
    }

    fn sample(&self) -> Option<&FileSample> {
        self.checked().samples().get(self.sample)
    }

    fn turn_sample(&mut self, is_next: bool) {
        let count = self.checked().samples().len().max(1);
        self.sample = (self.sample + if is_next { 1 } else { count - 1 }) % count;
        self.scroll = None;
    }

    /// The text of a row as it may be shown, in lines; and with which of them its body begins.
    fn text(&self, campaign: &Campaign, sample: &FileSample, columns: usize) -> (Vec<String>, usize) {
        let template = self.known.of(sample.language);
        let is_hidden = self.is_masked(campaign) || campaign.settings.one_time_password;
        let frame = template.and_then(|known| known.frame.as_ref());
        let whole = match (is_hidden, template) {
            (true, Some(known)) => {
                let (before, after) = frame.map_or(("", ""), |frame| (&frame.before, &frame.after));
                Some(format!("{before}{}{after}", known.body))
            }
            (true, None) => None,
            (false, _) => sample.text.clone(),
        };
        let Some(whole) = whole else { return (self.values(sample, is_hidden, columns), 0) };
        let whole = clean(&whole);
        let header = frame.map(|frame| clean(&frame.before).into_owned()).filter(|header| whole.starts_with(header.as_str()));
        let body = header.map_or(0, |header| wrap(&header, columns).len());
        (wrap(&whole, columns), body)
    }

    /// The values of a row whose text is not known.
    fn values(&self, sample: &FileSample, is_hidden: bool, columns: usize) -> Vec<String> {
        let words = sample.values.iter().map(|(name, value)| match is_hidden {
            true => format!("{}: {}", clean_line(name), "∙".repeat(value.chars().count().min(40))),
            false => format!("{}: {}", clean_line(name), clean(value)),
        });
        words.flat_map(|line| wrap(&line, columns)).collect()
    }

    /// A row with its title and its length, in so many lines or fewer; scrolled, where it is the one that keys scroll.
    fn row(&self, shared: &Shared, campaign: &Campaign, (index, columns, room): (usize, usize, usize)) -> ShownRow {
        let Some(sample) = self.checked().samples().get(index).filter(|_| room > 2) else { return ShownRow::default() };
        let style = |role| shared.look.style(role);
        let mask = if self.is_masked(campaign) { Mask::On } else { Mask::Off };
        let which = if sample.is_longest { "longest" } else { "first" };
        let count = self.checked().samples().len();
        let place = if count > 1 { format!("{} of {count}", index + 1) } else { String::new() };
        let title = format!("{}, {which}: row {}  {}", sample.language, grouped(sample.row as usize), sample.recipient.shown(mask));
        let (text, body) = self.text(campaign, sample, columns);
        let size = match (sample.size, sample.text.is_some()) {
            (Some(size), _) => size.words(),
            (None, true) => "without the header and footer that Postman adds".to_owned(),
            (None, false) => "its values: no template of this language is loaded".to_owned(),
        };
        let height = room - 2;
        let last = text.len().saturating_sub(height);
        // Where it has no room, its body says more than the header that all have.
        let first = self.scroll.filter(|_| index == self.sample).unwrap_or(body).min(last);
        let more = if last > 0 { format!("lines {} to {} of {}", first + 1, first + height, text.len()) } else { String::new() };
        let mut lines = vec![ruled(&title, &place, columns, style(Role::Rule))];
        lines.extend(text.into_iter().skip(first).take(height).map(|line| Line::from(Span::styled(line, style(Role::Text)))));
        lines.push(ruled(&size, &more, columns, style(Role::Rule)));
        ShownRow { lines, first, last }
    }

    /// The row that keys choose, and below it as many of the others as have room whole.
    fn shown(&self, shared: &Shared, campaign: &Campaign, columns: usize, room: usize) -> ShownRow {
        let mut shown = self.row(shared, campaign, (self.sample, columns, room));
        let count = self.checked().samples().len();
        for index in (self.sample + 1..self.sample + count).map(|index| index % count) {
            let rest = room.saturating_sub(shown.lines.len());
            let row = self.row(shared, campaign, (index, columns, rest));
            if row.last > 0 || row.lines.is_empty() {
                break;
            }
            shown.lines.extend(row.lines);
        }
        shown
    }

    /// What is above "Review".
    fn layout(&self, shared: &Shared, campaign: &Campaign, area: Rect) -> (Vec<Line<'static>>, ShownRow) {
        let columns = page::text_width(usize::from(area.width));
        let room = usize::from(area.height).saturating_sub(2);
        let for_text = if self.sample().is_some() { SHORTEST_TEXT + 2 } else { 0 };
        let said = sentences::lines(shared, self.says(shared, campaign), columns, room.saturating_sub(for_text));
        let shown = self.shown(shared, campaign, columns, room.saturating_sub(said.len()));
        (said, shown)
    }

    /// Scrolls the row.
    fn scroll(&mut self, steps: isize, shared: &Shared) {
        if let Some(campaign) = shared.campaign() {
            let (_, ShownRow { first, last, .. }) = self.layout(shared, campaign, shared.layout().page());
            self.scroll = Some(first.saturating_add_signed(steps).min(last));
        }
    }

    /// What the file would send.
    fn says(&self, shared: &Shared, campaign: &Campaign) -> Vec<Sentence> {
        let file = self.checked();
        let dot = if shared.look.ascii { "," } else { " ·" };
        let mut said = vec![Sentence::new(format!("{}: {}", facts::size_words(file), facts::languages_words(file, dot)), Role::Strong, 0)];
        let (cost, source) = facts::cost_words(campaign, file);
        said.push(Sentence::new(format!("{} {cost}", facts::segments_words(file)), Role::Text, 1));
        said.extend(facts::changes(file, &self.copy_of));
        said.extend(file.advice().iter().map(|advice| {
            let column = advice.column.as_ref().map(|column| format!("{}: ", clean_line(column))).unwrap_or_default();
            let rows = rows_words(advice.rows.iter().copied(), advice.row_count);
            let rows = if rows.is_empty() { String::new() } else { format!(" ({rows})") };
            Sentence::new(format!("! {column}{}{rows}", advice.words), Role::Warning, 3)
        }));
        said.push(Sentence::new(QUEUE, Role::Muted, 5));
        said.extend(source.map(|words| Sentence::new(words, Role::Muted, 6)));
        said.extend(self.says_reading(shared, campaign));
        said
    }

    /// What is going on.
    fn says_reading(&self, shared: &Shared, campaign: &Campaign) -> Option<Sentence> {
        let (words, role) = match &self.phase {
            Phase::Looking => return None,
            Phase::Reading { .. } if campaign.connection == Connection::Paused => {
                let key = shared.key_for(Action::Pause);
                let what = "Paused: no call is made, so what this campaign sent last cannot be read";
                (format!("{what}. Leave this, then {key} goes on."), Role::Warning)
            }
            Phase::Reading { failed: Some(why), .. } => (
                format!("What this campaign sent last cannot be read yet: {}. Trying again; Esc goes back.", in_a_line(why)),
                Role::Warning,
            ),
            Phase::Reading { failed: None, .. } | Phase::Read(_) => {
                ("Reading what this campaign sent last… Esc goes back.".to_owned(), Role::Moving)
            }
            Phase::Failed(why) => {
                (format!("What this campaign sent last cannot be read, so nothing can be sent: {}", in_a_line(why)), Role::Failed)
            }
        };
        Some(Sentence::new(words, role, 0))
    }
}

/// A rule across the page, with words in it at both ends.
fn ruled(left: &str, right: &str, columns: usize, style: ratatui::style::Style) -> Line<'static> {
    let left = if left.is_empty() { String::new() } else { format!("── {left} ") };
    let right = if right.is_empty() { String::new() } else { format!(" {right} ──") };
    let right = if width(&left) + width(&right) + 4 > columns { String::new() } else { right };
    let between = columns.saturating_sub(width(&left) + width(&right));
    Line::from(Span::styled(format!("{left}{}{right}", "─".repeat(between)), style))
}

impl Dialog for FilePlan {
    fn context(&self) -> Context {
        Context::File
    }

    fn covers(&self) -> bool {
        true
    }

    fn can(&self, action: Action, shared: &Shared) -> Can {
        let is_masked = shared.campaign().is_some_and(|campaign| campaign.masked);
        match action {
            Action::Back | Action::Help | Action::Notices => Can::Yes,
            Action::RevealRow if is_masked && self.revealed_until.is_some() => Can::Do("mask"),
            Action::RevealRow if is_masked => Can::Yes,
            Action::Left | Action::Right if self.checked().samples().len() > 1 => Can::Yes,
            _ if action.steps(1).is_some() => Can::Yes,
            _ if self.is_busy() => Can::NotHere,
            Action::Enter => Can::Yes,
            Action::ReadNow => Can::unless(matches!(self.found.source, FileSource::Memory(_)), "it came from a pipe, which is read once"),
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        let Some(action) = press.action else { return Next::Stay };
        match action {
            Action::Back | Action::Quit => return if self.stop_reading(shared) { Next::Stay } else { Next::Back },
            Action::Help | Action::Notices => shared.common_key(action),
            Action::Left | Action::Right => self.turn_sample(action == Action::Right),
            Action::RevealRow if shared.campaign().is_some_and(|campaign| campaign.masked) => self.reveal(shared),
            // What is known of its numbers and texts was another day's, perhaps.
            Action::Enter if !self.is_busy() && self.is_old(shared.now) => {
                let why = "the check was more than five minutes old";
                shared.tell(NoticeWeight::Info, "the file is checked again before it is reviewed", why, "");
                Checking::begin(shared, self.found.path.clone());
                return Next::Close;
            }
            Action::Enter if !self.is_busy() => self.review(shared),
            Action::ReadNow if !self.is_busy() && matches!(self.found.source, FileSource::Path(_)) => {
                Checking::begin(shared, self.found.path.clone());
                return Next::Close;
            }
            _ => {
                if let Some(steps) = action.steps(SCROLLED) {
                    self.scroll(steps, shared);
                }
            }
        }
        Next::Stay
    }

    fn refresh(&mut self, changed: &Changed, shared: &mut Shared) -> Next {
        if changed.is_reveal_lost || self.revealed_until.is_some_and(|until| until <= shared.now) {
            self.revealed_until = None;
        }
        if let Some(answer) = &changed.prepared {
            self.answered(answer);
        }
        self.ask(shared);
        Next::Stay
    }

    fn due(&self, _shared: &Shared) -> Option<Timestamp> {
        self.revealed_until
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let campaign = shared.campaign()?;
        let style = |role| shared.look.style(role);
        let columns = page::text_width(usize::from(area.width));
        let name = clean_line(self.file.name()).into_owned();
        let left = vec![
            Piece::new("Send", style(Role::Strong), 1),
            Piece::new(name, style(Role::Strong), 0).gap(1),
            Piece::new(format!("to {}, {}", environment(&shared.look, campaign), campaign.settings.name), style(Role::Text), 2).gap(1),
        ];
        pieces::draw(
            buffer,
            Rect { height: 1.min(area.height), ..area },
            left,
            vec![Piece::new("nothing is sent yet", style(Role::Muted), 1)],
        );
        let (mut lines, shown) = self.layout(shared, campaign, area);
        lines.extend(shown.lines);
        let at = area.y + 1;
        for (y, line) in (at..area.bottom()).zip(&lines) {
            buffer.set_line(area.x + 1, y, line, area.width.saturating_sub(1));
        }
        let y = (at + u16::try_from(lines.len()).unwrap_or(u16::MAX)).min(area.bottom().saturating_sub(1));
        let role = if self.is_busy() { Role::Muted } else { Role::Focus };
        let mut line = Line::from(vec![Span::styled(REVIEW, style(role)), Span::raw("  ")]);
        let named = keys::of_dialog(self, shared, [Action::Enter, Action::Right, Action::RevealRow, Action::Back]);
        line.extend(keys::line(shared, &named, columns.saturating_sub(width(REVIEW) + 2)).spans);
        buffer.set_line(area.x + 1, y, &line, area.width.saturating_sub(1));
        Some(Position::new(area.x + 3, y))
    }
}

/// What opens the question.
const REVIEW: &str = "[ Review… ]";

/// How many lines a page key scrolls a row.
const SCROLLED: isize = 4;
