//! An opened message: everything that is known of it, in words.

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::messages;
use crate::delivery::{Attempt, DeliveryError, ErrorCode, Message, MessageId, RecipientKind, Status, TemplatePart, counted, parts};
use crate::monitor::{Command, Connection, Generation};
use crate::postman::Explanation;
use crate::store::RowNumber;
use crate::tui::dialogs::Can;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{age, ago, width as text_width, wrap};
use crate::tui::widgets::recipient;
use crate::tui::widgets::words::in_a_line;
use crate::tui::{Action, Role, role_of, sign};

/// The phase of loading an opened message. What was already known of it stays on the screen.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum DetailPhase {
    /// The server has been asked.
    Reading,
    /// It answered.
    Read,
    /// It could not be loaded.
    Failed(Explanation),
}

/// An opened message: it has the focus and is kept fresh.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct MessageDetail {
    /// The number of the request for it.
    pub generation: Generation,
    pub message: MessageId,
    /// How many lines it is scrolled down.
    pub scroll: usize,
    /// The phase of its loading.
    pub phase: DetailPhase,
    /// Whether it was opened from a line of another view: Esc goes back there, past the list.
    pub is_of_a_line: bool,
}

impl MessageDetail {
    /// The server's answer; answers to older requests are dropped.
    pub fn answered(&mut self, generation: Generation, result: Result<(), Explanation>) {
        if self.generation == generation {
            self.phase = result.map_or_else(DetailPhase::Failed, |()| DetailPhase::Read);
        }
    }
}

pub(super) fn can(action: Action, shared: &Shared, campaign: &Campaign) -> Can {
    match action {
        Action::Enter => Can::not("it is open already"),
        Action::NextPane | Action::PreviousPane => Can::Yes,
        // By its menu: the list behind it is exported.
        Action::Export => messages::nothing_kept(campaign),
        _ => messages::of_message(action, shared, campaign),
    }
}

pub(super) fn key(action: Action, shared: &mut Shared) {
    let page = isize::from(shared.layout().detail.map_or(1, |detail| detail.height.clamp(2, 999)) as i16) - 1;
    match action {
        // The list goes on, and the message follows; the text has the larger keys.
        Action::Up => step(shared, -1),
        Action::Down => step(shared, 1),
        Action::NextPane | Action::PreviousPane => shared.close_detail(),
        Action::Back | Action::Quit => {
            let leads_on = shared.campaign().and_then(|campaign| campaign.opened.as_ref()).is_some_and(|opened| opened.is_of_a_line);
            shared.close_detail();
            if leads_on {
                shared.step_back();
            }
        }
        _ => match action.steps(page) {
            Some(lines) => scroll(shared, lines),
            None => messages::message_key(action, shared),
        },
    }
}

/// Opens the message above or below in the list.
fn step(shared: &mut Shared, steps: isize) {
    let Some(campaign) = shared.campaign() else { return };
    let index = campaign.list.index(&campaign.store).checked_add_signed(steps);
    let Some(index) = index.filter(|index| *index < campaign.list.len()) else { return };
    let is_of_a_line = campaign.opened.as_ref().is_some_and(|opened| opened.is_of_a_line);
    shared.go(index);
    shared.open_detail();
    if let Some(opened) = shared.campaign_mut().and_then(|campaign| campaign.opened.as_mut()) {
        opened.is_of_a_line = is_of_a_line;
    }
}

/// Scrolls the text by so many lines.
pub(in crate::tui) fn scroll(shared: &mut Shared, lines: isize) {
    let last = last_scroll(shared);
    let Some(opened) = shared.campaign_mut().and_then(|campaign| campaign.opened.as_mut()) else { return };
    opened.scroll = opened.scroll.min(last).saturating_add_signed(lines).min(last);
}

/// The largest useful scroll.
fn last_scroll(shared: &Shared) -> usize {
    let Some(pane) = shared.layout().detail else { return 0 };
    lines(shared, usize::from(pane.width)).len().saturating_sub(usize::from(pane.height))
}

impl Shared {
    /// Opens the message under the cursor: it gets the focus and is loaded whole.
    pub(in crate::tui) fn open_detail(&mut self) {
        let generation = self.next_generation();
        let Some(campaign) = self.campaign_mut() else { return };
        let Some(row) = campaign.list.selected() else { return };
        campaign.list.hold(&campaign.store);
        let message = campaign.store.id(row);
        campaign.opened =
            Some(MessageDetail { generation, message: message.clone(), scroll: 0, phase: DetailPhase::Reading, is_of_a_line: false });
        self.effects.push(self.command(Command::Open { generation, message }));
    }

    /// Back to the list.
    pub(in crate::tui) fn close_detail(&mut self) {
        let Some(campaign) = self.campaign_mut() else { return };
        if campaign.opened.take().is_some() {
            self.effects.push(self.command(Command::Close));
        }
    }
}

/// Draws the detail of the open message, or of the one under the cursor. Where it has the focus,
/// says where its first line is.
pub(in crate::tui) fn draw(shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    let campaign = shared.campaign()?;
    let lines = lines(shared, usize::from(area.width));
    let last = lines.len().saturating_sub(usize::from(area.height));
    let scroll = campaign.opened.as_ref().map_or(0, |opened| opened.scroll.min(last));
    let below = lines.len().saturating_sub(scroll + usize::from(area.height));
    for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(scroll)) {
        buffer.set_line(area.x, y, line, area.width);
    }
    if below > 0 && area.height > 1 {
        // How much is cut off is said where it is cut off; the line that takes is counted, too.
        let y = area.bottom() - 1;
        let next = shared.key_for(if campaign.opened.is_some() { Action::PageDown } else { Action::Enter });
        let words = format!(" … {}: {next}", counted(below + 1, "more line"));
        buffer.set_stringn(
            area.x,
            y,
            format!("{:1$}", "", usize::from(area.width)),
            usize::from(area.width),
            shared.look.style(Role::Text),
        );
        buffer.set_stringn(area.x, y, words, usize::from(area.width), shared.look.style(Role::Muted));
    }
    campaign.opened.as_ref().map(|_| Position::new(area.x, area.y))
}

/// All lines of the detail, wrapped to `width` columns with a blank one at each side.
fn lines(shared: &Shared, width: usize) -> Vec<Line<'static>> {
    let Some(campaign) = shared.campaign() else { return Vec::new() };
    let mut pen = Pen { shared, lines: Vec::new(), width: width.saturating_sub(2), tells_language: false };
    match campaign.subject() {
        Some(row) => pen.message(campaign, row),
        None => pen.words("no message is selected", Role::Muted),
    }
    pen.lines
}

/// Writes wrapped lines below each other.
struct Pen<'a> {
    shared: &'a Shared,
    lines: Vec<Line<'static>>,
    width: usize,
    /// The first line already has the language.
    tells_language: bool,
}

/// How wide labels are.
const LABEL: usize = 10;

/// Shown in place of advice once the API has refused a retry.
const NONE_LEFT: &str = "No attempts left, says the API.";

impl Pen<'_> {
    fn style(&self, role: Role) -> Style {
        self.shared.look.style(role)
    }

    fn line(&mut self, spans: Vec<Span<'static>>) {
        let mut all = vec![Span::raw(" ")];
        all.extend(spans);
        self.lines.push(Line::from(all));
    }

    fn words(&mut self, text: &str, role: Role) {
        for line in wrap(text, self.width) {
            self.line(vec![Span::styled(line, self.style(role))]);
        }
    }

    /// Facts that belong together after one label: as many in a line as fit, none of them broken
    /// over two lines unless it is longer than one.
    fn facts_in_line(&mut self, label: &str, facts: &[String], role: Role) {
        let room = self.width.saturating_sub(LABEL).max(8);
        let mut lines: Vec<String> = Vec::new();
        for fact in facts {
            match lines.last_mut() {
                Some(line) if text_width(line) + 2 + text_width(fact) <= room => {
                    line.push_str("  ");
                    line.push_str(fact);
                }
                _ => lines.push(fact.clone()),
            }
        }
        self.fact(label, &lines.join("\n"), role);
    }

    /// A fact with its label; what is longer than a line continues below, indented.
    fn fact(&mut self, label: &str, text: &str, role: Role) {
        let room = self.width.saturating_sub(LABEL).max(8);
        for (index, line) in wrap(text, room).into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            self.line(vec![Span::styled(format!("{label:LABEL$}"), self.style(Role::Muted)), Span::styled(line, self.style(role))]);
        }
    }

    fn message(&mut self, campaign: &Campaign, row: RowNumber) {
        let message = campaign.store.message(row);
        let masked = campaign.is_masked(row);
        self.who(campaign, &message, masked);
        self.status(&message, campaign.is_used_up(row));
        self.phase(campaign);
        self.action(campaign, &message);
        self.attempts(&message);
        self.text(campaign, row, &message, masked);
        self.facts(campaign, row, &message);
        self.values(campaign, &message, masked);
    }

    /// Whom it is for.
    fn who(&mut self, campaign: &Campaign, message: &Message, masked: bool) {
        let Some(known) = &message.recipient else { return self.words("recipient not given", Role::Unknown) };
        let found = self.style(Role::Accent).underlined();
        let mut spans = recipient::spans(known, masked, campaign.open_digits(), self.style(Role::Strong), found);
        let index = match known.kind() {
            RecipientKind::Singapore | RecipientKind::Abroad => known.country().unwrap_or("abroad"),
            RecipientKind::Nric => "NRIC",
            RecipientKind::Other => "",
        };
        if !index.is_empty() {
            spans.push(Span::styled(format!("  {index}"), self.style(Role::Muted)));
        }
        // What belongs to it in a word or two, where the line has room.
        let batch = message.batch.as_ref();
        let extras = [
            message.language.clone(),
            batch.map(|batch| format!("batch {}", batch.id.short(false))),
            batch.and_then(|batch| batch.file_name.as_deref()).map(|file| campaign.shown_name(file).to_owned()),
        ];
        for extra in extras.into_iter().flatten() {
            let taken: usize = spans.iter().map(|span| text_width(&span.content)).sum();
            if taken + 3 + text_width(&extra) <= self.width {
                self.tells_language |= Some(&extra) == message.language.as_ref();
                spans.push(Span::styled(format!("   {extra}"), self.style(Role::Muted)));
            }
        }
        if let Some(until) = campaign.marks.revealed_until().filter(|_| campaign.masked && !masked) {
            let rest = until.duration_since(self.shared.now).max(SignedDuration::ZERO);
            spans.push(Span::styled(format!("  shown for {} more", age(rest)), self.style(Role::Warning)));
        }
        self.line(spans);
    }

    /// Its status, and what that means.
    fn status(&mut self, message: &Message, is_used_up: bool) {
        let ascii = self.shared.look.ascii;
        let Some(status) = &message.status else { return self.words("status not given", Role::Unknown) };
        let mark = sign(status, ascii);
        if *status != Status::Failure {
            // An age moves on with the clock; a finished message has a time, and keeps it.
            let ended = |at| format!(" {}", self.shared.look.time(at, self.shared.now));
            let since = message.last_change().map(|at| if status.is_final() { ended(at) } else { format!(", {}", self.old(at)) });
            let since = since.unwrap_or_default();
            let hint = match status {
                Status::SentToTelco if !message.is_in_singapore() => ": numbers abroad report nothing more",
                Status::Other(_) => ": a status this program does not know",
                _ => "",
            };
            return self.words(&format!("{mark} {}{since}{hint}", status.word()), role_of(status));
        }
        let error = message.error();
        let known = error.as_ref().map_or(ErrorCode::Unlisted, DeliveryError::known);
        let what = error.map_or("failed: the API gave no reason.".to_owned(), |error| format!("{}: {}", error.shown(), known.meaning()));
        let prospect = if is_used_up { NONE_LEFT } else { known.prospect() };
        self.words(&format!("{mark} {what} {prospect}"), Role::Failed);
    }

    /// Whether it is being loaded.
    fn phase(&mut self, campaign: &Campaign) {
        match campaign.opened.as_ref().map(|opened| &opened.phase) {
            Some(DetailPhase::Failed(why)) => self.words(&format!("not loaded: {}", in_a_line(why)), Role::Warning),
            Some(DetailPhase::Reading) if campaign.connection == Connection::Paused => {
                self.words("not loaded again while paused; this is what the list has", Role::Muted);
            }
            Some(DetailPhase::Reading) => self.words("loading; this is what the list has", Role::Muted),
            Some(DetailPhase::Read) | None => {}
        }
    }

    /// The progress of its retry.
    fn action(&mut self, campaign: &Campaign, message: &Message) {
        if let Some(record) = campaign.actions.of(&message.id) {
            let (text, role) = crate::tui::chrome::notice::outcome(self.shared, record);
            self.words(&text, role);
        }
    }

    fn attempts(&mut self, message: &Message) {
        let attempts = message.attempts.as_deref().unwrap_or_default();
        for (index, attempt) in attempts.iter().enumerate() {
            let number = attempts.len() - index;
            let text = self.attempt(attempt, index == 0);
            self.facts_in_line(&format!("attempt {number}"), &text, if index == 0 { Role::Text } else { Role::Muted });
        }
        if attempts.is_empty() {
            let times = message.attempt_count.map(|count| format!("{count}, times not given")).unwrap_or_else(|| "not given".to_owned());
            self.fact("attempts", &times, Role::Muted);
        }
    }

    /// One attempt: only reported times, later ones as seconds after its start. Why the newest one
    /// failed is shown above it.
    fn attempt(&self, attempt: &Attempt, is_newest: bool) -> Vec<String> {
        let start = attempt.created_at;
        let mut words = Vec::new();
        if let Some(at) = start {
            words.push(self.shared.look.exact(at));
        }
        let later = |at: Timestamp| match start {
            Some(start) => seconds(at.duration_since(start)),
            None => self.shared.look.exact(at),
        };
        if let Some(at) = attempt.sent_at {
            words.push(format!("sent {}", later(at)));
        }
        if let Some(at) = attempt.delivered_at {
            words.push(format!("delivered {}", later(at)));
        }
        match (&attempt.error, &attempt.status) {
            (Some(error), _) => {
                let code = if error.code.is_empty() { &error.kind } else { &error.code };
                let word = if is_newest { "failed" } else { code };
                words.push(format!("{word}{}", attempt.updated_at.map(|at| format!(" {}", later(at))).unwrap_or_default()));
            }
            (None, Some(status)) if attempt.delivered_at.is_none() && !is_newest => words.push(status.word().to_owned()),
            _ => {}
        }
        if words.is_empty() {
            words.push("nothing given".to_owned());
        }
        words
    }

    /// The text as sent; masked, the template with its variables.
    fn text(&mut self, campaign: &Campaign, row: RowNumber, message: &Message, masked: bool) {
        let hides = masked || campaign.settings.one_time_password;
        let Some(text) = campaign.store.text(row, hides) else {
            let why = match (hides, message.template.is_some()) {
                (true, _) => "text hidden: its template was not given",
                (false, true) => "text incomplete: a value is missing",
                (false, false) => "text not given",
            };
            return self.words(why, Role::Muted);
        };
        for line in wrap(&text, self.width) {
            let spans = if hides { self.variables(&line) } else { vec![Span::styled(line, self.style(Role::Text))] };
            self.line(spans);
        }
    }

    /// A line of a template, its variables in the accent.
    fn variables(&self, line: &str) -> Vec<Span<'static>> {
        let span = |part: TemplatePart<'_>| match part {
            TemplatePart::Text(text) => Span::styled(text.to_owned(), self.style(Role::Text)),
            TemplatePart::Variable(name) => Span::styled(format!("{{{{{name}}}}}"), self.style(Role::Accent)),
        };
        parts(line).map(span).collect()
    }

    fn facts(&mut self, campaign: &Campaign, row: RowNumber, message: &Message) {
        if let Some(at) = message.created_at {
            let text = format!("{}, {}", self.shared.look.exact(at), self.old(at));
            self.fact("created", &text, Role::Text);
        }
        if let Some(language) = message.language.as_ref().filter(|_| !self.tells_language) {
            self.fact("language", language, Role::Text);
        }
        if let Some(batch) = &message.batch {
            let mut words = vec![batch.id.as_str().to_owned()];
            words.extend(batch.file_name.as_deref().map(|file| campaign.shown_name(file).to_owned()));
            words.extend(batch.total.map(|total| counted(total as usize, "message")));
            words.extend(batch.status.clone());
            self.fact("batch", &words.join(", "), Role::Text);
        }
        if let Some(creator) = &message.creator {
            self.fact("sent by", campaign.shown_name(creator), Role::Text);
        }
        self.fact("message", message.id.as_str(), Role::Text);
        if let Some(template) = message.template.as_ref().and_then(|template| template.template_id.as_deref().or(template.id.as_deref())) {
            self.fact("template", template, Role::Text);
        }
        let cells = campaign.store.cells(row);
        let island = if cells.covered { "" } else { "; outside the loaded range" };
        let read = format!("{}, {} ago{island}", self.shared.look.own_time(cells.read_at, self.shared.now), self.ago(cells.read_at));
        self.fact("loaded", &read, Role::Muted);
    }

    /// What fills the template; masked, only the names.
    fn values(&mut self, campaign: &Campaign, message: &Message, masked: bool) {
        let Some(values) = message.values.as_deref().filter(|values| !values.is_empty()) else { return };
        if masked || campaign.settings.one_time_password {
            let names: Vec<&str> = values.iter().map(|(name, _)| name.as_str()).collect();
            return self.fact("values", &format!("{} (hidden)", names.join(", ")), Role::Muted);
        }
        for (index, (name, value)) in values.iter().enumerate() {
            self.fact(if index == 0 { "values" } else { "" }, &format!("{name}: {value}"), Role::Text);
        }
    }

    /// How long ago a stamp of the API is.
    fn old(&self, at: Timestamp) -> String {
        ago(self.shared.time_of_day().duration_since(at))
    }

    /// How long ago a time of our own clock is.
    fn ago(&self, at: Timestamp) -> String {
        age(self.shared.now.duration_since(at))
    }
}

/// A time relative to another: `+0.9 s`, `+71 s`, `+4 min`.
fn seconds(after: SignedDuration) -> String {
    let whole = after.as_secs();
    if (0..10).contains(&whole) {
        format!("+{:.1} s", after.as_secs_f64())
    } else if (10..120).contains(&whole) {
        format!("+{whole} s")
    } else if whole >= 120 {
        format!("+{}", age(after))
    } else {
        format!("-{}", age(after.abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(900, "+0.9 s")]
    #[case(71_200, "+71 s")]
    #[case(240_000, "+4 min")]
    #[case(-3_000, "-3 s")]
    fn steps_are_told_after_the_beginning(#[case] after: i64, #[case] text: &str) {
        assert_eq!(seconds(SignedDuration::from_millis(after)), text);
    }
}
