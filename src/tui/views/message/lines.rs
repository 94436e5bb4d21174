//! Everything that is known of a message, in lines: what happened and what to do, its attempts, its text, its ids.

use jiff::Timestamp;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::timeline::{self, Course, Step};
use super::{DetailPhase, number};
use crate::delivery::{Attempt, DeliveryError, ErrorCode, Message, Progress, Status, TemplatePart, counted, parts, text_body};
use crate::monitor::Connection;
use crate::store::RowNumber;
use crate::tui::shared::{Campaign, Shared, sentence};
use crate::tui::text::{age, ago, width as text_width, wrap};
use crate::tui::widgets::words::in_a_line;
use crate::tui::{Role, role_of, sign};

/// How wide labels are.
const LABEL: usize = 10;

/// Shown in place of advice once the API has refused a retry.
const NONE_LEFT: &str = "No attempts left, says the API.";

/// All lines, wrapped to `width` columns with a blank one at each side.
pub(super) fn lines(shared: &Shared, width: usize) -> Vec<Line<'static>> {
    let Some(campaign) = shared.campaign() else { return Vec::new() };
    let mut pen = Pen { shared, lines: Vec::new(), width: width.saturating_sub(2) };
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
}

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
        self.status(&message, campaign.is_used_up(row));
        self.phase(campaign);
        self.action(campaign, &message);
        self.attempts(campaign, &message);
        self.text(campaign, row, &message, masked);
        self.fact("say", &sentence(self.shared, &message), Role::Strong);
        self.times(campaign, row, &message);
        self.ids(campaign, &message);
        self.values(campaign, &message, masked);
    }

    /// What happened, and whether it is worth a retry.
    fn status(&mut self, message: &Message, is_used_up: bool) {
        let ascii = self.shared.look.ascii;
        let Some(status) = &message.status else { return self.words("status not given", Role::Unknown) };
        let mark = sign(status, ascii);
        if *status != Status::Failure {
            // An age moves on with the clock; a finished message has a time, and keeps it.
            let ended = |at| format!(" {}", self.shared.look.time(at, self.shared.now));
            let since = message.last_change().map(|at| if status.is_final() { ended(at) } else { format!(", {}", self.old(at)) });
            let since = since.unwrap_or_default();
            let meaning = self.meaning(message, status);
            return self.words(&format!("{mark} {}{since}{meaning}", status.word()), role_of(status));
        }
        let error = message.error();
        let known = error.as_ref().map_or(ErrorCode::Unlisted, DeliveryError::known);
        let what = error.map_or("failed: the API gave no reason.".to_owned(), |error| format!("{}: {}", error.shown(), known.meaning()));
        let prospect = if is_used_up { NONE_LEFT } else { known.prospect() };
        self.words(&format!("{mark} {what} {prospect}"), Role::Failed);
    }

    /// What a status means that is not the end.
    fn meaning(&self, message: &Message, status: &Status) -> &'static str {
        match (status, message.progress(self.shared.time_of_day())) {
            (Status::Created, _) => ": recorded, not handed on yet",
            (Status::Enqueued, _) => ": waiting to be sent to the provider",
            (Status::Sending, _) => ": on its way to the provider",
            (Status::Sent, _) => ": with the provider, no confirmation yet",
            (Status::SentToTelco, _) if !message.is_in_singapore() => ": numbers abroad report nothing more",
            (Status::SentToTelco, Progress::Silent) => ": no report is likely any more",
            (Status::SentToTelco, _) => ": its report is still to come",
            (Status::Success | Status::Failure, _) => "",
            (Status::Other(_), _) => ": a status this program does not know",
        }
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

    /// Its attempts, the newest first, each a line in time; beside the newest, or below them, how many other messages
    /// go to the same number.
    fn attempts(&mut self, campaign: &Campaign, message: &Message) {
        let attempts = message.attempts.as_deref().unwrap_or_default();
        let several = attempts.len() > 1;
        let course = |(index, attempt): (usize, &Attempt)| Course {
            number: several.then_some(attempts.len() - index),
            steps: self.steps(campaign, message, attempt, index == 0),
        };
        let courses: Vec<Course> = attempts.iter().enumerate().map(course).collect();
        let mut lines = timeline::lines(&courses, self.width, |role| self.style(role));
        let others = number::words(self.shared, campaign, &message.id);
        let taken = lines.first().map_or(self.width, |first| first.iter().map(|span| text_width(&span.content)).sum());
        let beside = others.iter().find(|words| taken + 3 + text_width(words) <= self.width);
        if let (Some(words), Some(first)) = (beside, lines.first_mut()) {
            let blanks = self.width - taken - text_width(words);
            first.push(Span::styled(format!("{:blanks$}{words}", ""), self.style(Role::Muted)));
        }
        for line in lines {
            self.line(line);
        }
        if attempts.is_empty() {
            let times = message.attempt_count.map(|count| format!("{count}, times not given")).unwrap_or_else(|| "not given".to_owned());
            self.fact("attempts", &times, Role::Muted);
        }
        if beside.is_none()
            && let Some(words) = others.iter().find(|words| text_width(words) <= self.width).or(others.last())
        {
            self.words(words, Role::Muted);
        }
    }

    /// The steps of an attempt: only reported times, and what we saw ourselves, which is marked as such.
    fn steps(&self, campaign: &Campaign, message: &Message, attempt: &Attempt, is_newest: bool) -> Vec<Step> {
        let text = if is_newest { Role::Text } else { Role::Muted };
        let mut steps: Vec<Step> = Vec::new();
        let mut add = |word: &str, at: Option<Timestamp>, role: Role, is_seen: bool| {
            let day_before = steps.iter().rev().find_map(|step| step.at);
            let shown = at.map(|at| self.clock(at, day_before)).unwrap_or_default();
            steps.push(Step { word: word.to_owned(), at, shown, is_seen, role });
        };
        if let Some(at) = attempt.created_at {
            add("created", Some(at), text, false);
        }
        if let Some(at) = attempt.sent_at {
            add("sent", Some(at), text, false);
        }
        let begun = attempt.created_at.max(attempt.sent_at);
        // The answer to a retry has no attempts: until it is loaded again, the newest one is of the time before.
        let is_current = is_newest && attempt.status.as_ref().is_none_or(|status| Some(status) == message.status.as_ref());
        let status = if is_current { message.status.as_ref() } else { attempt.status.as_ref() };
        // The record can be older than the newest attempt.
        let later = |at: Option<Timestamp>| at.filter(|at| begun.is_none_or(|begun| *at > begun));
        let changed = later(attempt.updated_at).or_else(|| later(message.updated_at).filter(|_| is_current));
        let (word, reported) = match (&attempt.error, status) {
            (Some(error), _) if !is_current => (error.shown(), changed),
            (Some(error), None) => (error.shown(), changed),
            (_, Some(status @ Status::Success)) => (status.word(), attempt.delivered_at.or(changed)),
            // What has been said is not said again.
            (_, Some(Status::Created)) if attempt.created_at.is_some() => ("", None),
            (_, Some(Status::Sent)) if attempt.sent_at.is_some() => ("", None),
            (_, Some(status)) => (status.word(), changed),
            (None, None) => ("", None),
        };
        if !word.is_empty() {
            let change = campaign.changes.of(&message.id).filter(|change| is_current && Some(&change.to) == status);
            let seen = change.filter(|_| reported.is_none()).map(|change| self.shared.look.of_that_day(change.at));
            let role = status.filter(|_| is_current).map_or(Role::Muted, role_of);
            add(word, reported.or(seen), role, seen.is_some());
        }
        let now = campaign.known_until(self.shared.time_of_day(), self.shared.now);
        let is_open = is_current && status.is_some() && message.progress(now) == Progress::Open;
        if is_open && steps.last().and_then(|step| step.at).is_some_and(|last| last <= now) {
            let word = if campaign.is_live(self.shared.now, true) { "now" } else { "last answer" };
            steps.push(Step { word: word.to_owned(), at: Some(now), shown: String::new(), is_seen: false, role: Role::Muted });
        }
        // Between the first and the last one, the strokes say enough.
        let last = steps.len().saturating_sub(1);
        for index in 1..last {
            let follows = steps[index - 1].at.is_some() && !steps[index].is_seen;
            if follows {
                steps[index].shown.clear();
            }
        }
        if steps.is_empty() {
            steps.push(Step { word: "nothing given".to_owned(), at: None, shown: String::new(), is_seen: false, role: Role::Muted });
        }
        steps
    }

    /// A time with its seconds, and with its day where that is neither today nor said before.
    fn clock(&self, at: Timestamp, before: Option<Timestamp>) -> String {
        let day = |at: Timestamp| at.to_zoned_datetime(self.shared.look.zone.clone());
        let (shown, today) = (day(at), day(self.shared.time_of_day()));
        let said = before.map_or(today.date(), |before| day(before).date());
        let form = if shown.date() == said {
            "%H:%M:%S"
        } else if shown.year() == today.year() {
            "%d %b %H:%M:%S"
        } else {
            "%d %b %Y %H:%M:%S"
        };
        shown.strftime(form).to_string()
    }

    /// The text as sent, what tells it apart first: its header is that of every message, and a small pane would show
    /// nothing else. Masked, the template with its variables.
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
        let body = if hides { &text } else { text_body(&text) };
        for line in wrap(body, self.width) {
            let spans = if hides { self.variables(&line) } else { vec![Span::styled(line, self.style(Role::Text))] };
            self.line(spans);
        }
        let (header, footer) = text.split_once(body).filter(|_| !body.is_empty()).unwrap_or_default();
        for (label, around) in [("header", header), ("footer", footer)] {
            let lines: Vec<&str> = around.lines().filter(|line| !matches!(line.trim(), "" | "---")).collect();
            if !lines.is_empty() {
                self.fact(label, &lines.join(" · "), Role::Muted);
            }
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

    /// When it was created, and when that was last loaded.
    fn times(&mut self, campaign: &Campaign, row: RowNumber, message: &Message) {
        if let Some(at) = message.created_at {
            let text = format!("{}, {}", self.shared.look.exact(at), self.old(at));
            self.fact("created", &text, Role::Text);
        }
        let cells = campaign.store.cells(row);
        let island = if cells.covered { "" } else { "; outside the loaded range" };
        let read = format!("{}, {} ago{island}", self.shared.look.own_time(cells.read_at, self.shared.now), self.ago(cells.read_at));
        self.fact("loaded", &read, Role::Muted);
    }

    /// What can be copied to ask about it.
    fn ids(&mut self, campaign: &Campaign, message: &Message) {
        self.fact("message", message.id.as_str(), Role::Text);
        if let Some(batch) = &message.batch {
            let mut words = vec![batch.id.as_str().to_owned()];
            words.extend(batch.file_name.as_deref().map(|file| campaign.shown_name(file).to_owned()));
            words.extend(batch.total.map(|total| counted(total as usize, "message")));
            words.extend(batch.status.clone());
            self.fact("batch", &words.join(", "), Role::Text);
        }
        let template = message.template.as_ref().and_then(|template| template.template_id.as_deref().or(template.id.as_deref()));
        let words: Vec<&str> = template.into_iter().chain(message.language.as_deref()).collect();
        if !words.is_empty() {
            self.fact("template", &words.join(", "), Role::Text);
        }
        self.fact("campaign", campaign.settings.id.as_str(), Role::Text);
        if let Some(creator) = &message.creator {
            self.fact("sent by", campaign.shown_name(creator), Role::Text);
        }
        if let Some(trace) = self.shared.trace_id() {
            self.fact("trace", &trace, Role::Text);
        }
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
