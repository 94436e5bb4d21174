//! The question before a message is sent: to whom, in what words, at what cost, and whether the same went to the number
//! before. Going back leads to the form, with everything as it was typed.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::preview::TextPreview;
use super::shown_number;
use crate::action::{Agreed, ConfirmedAction, Draft, SegmentSum, SendPlan, SendReading};
use crate::delivery::{TextSize, counted, grouped};
use crate::monitor::{Command, Generation, PreparedState, ToPrepare};
use crate::tui::chrome::keys;
use crate::tui::dialogs::reread::Reread;
use crate::tui::dialogs::{Can, Changed, Dialog, Next, Press};
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::wrap;
use crate::tui::widgets::frame;
use crate::tui::widgets::question::{self, Asked, Reply, Takes};
use crate::tui::widgets::sentences::{self, Sentence};
use crate::tui::widgets::words::place;
use crate::tui::{Action, Context, Role};

/// What the form found out about the message.
pub(super) struct Reviewed {
    /// What the number is: `Singapore, mobile`.
    pub number: Option<String>,
    /// The text as it will arrive, as far as it is known.
    pub text: Option<TextPreview>,
    /// Whether that has the header and the footer that Postman adds.
    pub is_whole: bool,
    pub size: Option<TextSize>,
    pub segments: SegmentSum,
    /// What a person should know of the text before it is sent.
    pub advice: Vec<String>,
    /// One-time passwords: the values are hidden.
    pub is_secret: bool,
}

pub(super) struct SendQuestion {
    asked: Asked,
    reviewed: Reviewed,
    /// What would be sent. A yes takes it.
    plan: Option<SendPlan>,
    /// What went to the number.
    reread: Reread,
    /// The first line of the text that is shown, once it was scrolled.
    scroll: Option<usize>,
}

/// What is above the answer.
struct QuestionLayout {
    title: String,
    lines: Vec<Line<'static>>,
    text: TextPart,
}

/// The part of the text that has room.
#[derive(Default)]
struct TextPart {
    lines: Vec<Line<'static>>,
    /// How many lines of the text are shown, and the first of them.
    shown: usize,
    first: usize,
    /// The first line shown where it is scrolled to its end: 0 where all of it has room.
    last_first: usize,
}

impl SendQuestion {
    pub fn open(shared: &mut Shared, reviewed: Reviewed, draft: Draft, reading: SendReading) {
        let asked = Asked::new(shared);
        let Some(campaign) = shared.campaign() else { return };
        let asked = asked.with(shared.preview(campaign));
        let plan = Some(SendPlan::new(draft, reading, shared.now));
        shared.open(Self { asked, reviewed, plan, reread: Reread::Known, scroll: None });
    }

    fn takes(&self) -> Takes {
        match (&self.plan, self.asked.preview_takes()) {
            (Some(plan), preview) if self.reread.is_known() && plan.refusal().is_none() => preview.unwrap_or(Takes::Yes),
            _ => Takes::Nothing,
        }
    }

    /// Reads again what went to the number, where the plan is too old to be agreed to.
    fn read_again(&mut self, shared: &mut Shared) {
        let Some(plan) = self.plan.as_ref().filter(|plan| self.reread.is_known() && plan.is_stale(shared.now)) else { return };
        self.reread.begin(shared, ToPrepare::Send(plan.draft().clone()));
        self.asked.again();
    }

    /// The worker's answer.
    fn answered(&mut self, answer: &(Generation, PreparedState), now: Timestamp) {
        if let Some(PreparedState::Send(reading)) = self.reread.answer(answer) {
            self.plan = self.plan.take().map(|plan| SendPlan::new(plan.draft().clone(), reading, now));
            self.asked.again();
        }
    }

    /// Keeps what it says true.
    fn follow(&mut self, changed: &Changed, shared: &mut Shared) -> Next {
        shared.lock_expired();
        let Some(campaign) = shared.campaign() else { return Next::Stay };
        self.asked.follow(changed, shared.preview(campaign));
        if let Some(answer) = &changed.prepared {
            self.answered(answer, shared.now);
        }
        self.read_again(shared);
        Next::Stay
    }

    fn confirm(&mut self, now: Timestamp) -> Option<Agreed> {
        let send = self.plan.take()?.confirm(now)?;
        Some(Agreed::One(ConfirmedAction::Send(send)))
    }

    /// To whom, and in which language.
    fn says_to_whom(&self) -> Option<Sentence> {
        let draft = self.plan.as_ref()?.draft();
        let what = self.reviewed.number.as_ref().map(|number| format!("   {number}")).unwrap_or_default();
        // Nothing is masked here: whoever sends must be able to check the number.
        Some(Sentence::new(format!("{}{what}   {}", shown_number(&draft.recipient), draft.language), Role::Strong, 0))
    }

    /// What must be known before the text.
    fn says_first(&self, shared: &Shared, campaign: &Campaign) -> Vec<Sentence> {
        let mut said = Vec::from_iter(self.says_to_whom());
        said.extend(self.asked.refusal());
        if let Some(why) = self.plan.as_ref().and_then(SendPlan::refusal) {
            said.push(Sentence::new(format!("It cannot be sent now: {why}."), Role::Warning, 0));
        }
        said.extend(self.reread.says(shared, campaign, "went to this number", "Leave the form"));
        said
    }

    /// What must be known after it.
    fn says_then(&self, shared: &Shared, campaign: &Campaign) -> Vec<Sentence> {
        let mut said = Vec::from_iter(self.says_same(shared));
        said.extend(self.reviewed.advice.iter().map(|words| Sentence::new(sentence(words), Role::Warning, 4)));
        said.push(Sentence::new(self.says_size(campaign), Role::Text, 1));
        if let Some(reading) = self.plan.as_ref().map(SendPlan::reading) {
            let sent = match (reading.known.len(), reading.is_whole) {
                (0, true) => "This campaign sent no message to this number".to_owned(),
                (known, true) => format!("This campaign sent {} to this number", counted(known, "message")),
                (0, false) => "What this campaign sent to this number could not be read whole".to_owned(),
                (known, false) => format!("This campaign sent {} or more messages to this number", grouped(known)),
            };
            let role = if reading.is_whole { Role::Muted } else { Role::Warning };
            let loaded = shared.look.own_time(reading.asked_at, shared.now);
            said.push(Sentence::new(format!("{sent}; loaded {loaded}."), role, 6));
        }
        let source = campaign.settings.charges.and_then(|charges| charges.source(&self.reviewed.segments));
        said.extend(source.map(|words| Sentence::new(words, Role::Muted, 8)));
        said.extend(self.asked.asks_name(self.takes()));
        said
    }

    /// Whether the same message went there.
    fn says_same(&self, shared: &Shared) -> Option<Sentence> {
        let same = &self.plan.as_ref()?.reading().same;
        let newest = same.first()?;
        let status = match (&newest.message, &newest.status) {
            (None, _) => " (a person says so)".to_owned(),
            (_, Some(status)) => format!(" ({})", status.word()),
            (_, None) => String::new(),
        };
        let more = match same.len() - 1 {
            0 => String::new(),
            more => format!(", and {} in the last 24 hours", counted(more, "more time")),
        };
        let at = shared.look.time(newest.created_at, shared.now);
        Some(Sentence::new(format!("The same message was sent to this number at {at}{status}{more}."), Role::Warning, 0))
    }

    /// How long it is, and what it costs.
    fn says_size(&self, campaign: &Campaign) -> String {
        let Reviewed { size, is_whole, segments, .. } = &self.reviewed;
        let size = match (size, is_whole) {
            (Some(size), true) => format!("{}.", size.words()),
            (Some(size), false) => format!("{}, without the header and footer that Postman adds.", size.words()),
            (None, _) => "Postman decides how long it is.".to_owned(),
        };
        let cost = match campaign.settings.charges {
            Some(charges) => charges.words(segments),
            None => format!("Free in {}.", place(campaign.settings.host_kind)),
        };
        format!("One message: {size} {cost}")
    }

    /// The text as it will arrive, or where no template is known the values; in so many lines of this width.
    fn text(&self, shared: &Shared, columns: usize, room: usize) -> TextPart {
        let style = |role| shared.look.style(role);
        let (title, text, body) = match &self.reviewed.text {
            Some(text) => ("as it will arrive", text.lines(columns), text.body_line(columns)),
            None => ("its values; the template is not known", self.values(columns), 0),
        };
        if room < 2 {
            return TextPart::default();
        }
        let room = room - 1;
        let last_first = text.len().saturating_sub(room);
        // Where it has no room, its body says more than the header that all have.
        let first = self.scroll.unwrap_or(body).min(last_first);
        let title = match text.len() <= room {
            true => title.to_owned(),
            false => format!("{title}, lines {} to {} of {}", first + 1, first + room, text.len()),
        };
        let shown = text.len().min(room);
        let part = text.into_iter().skip(first).take(room).map(|line| Line::from(Span::styled(line, style(Role::Text))));
        let lines = std::iter::once(rule(&title, columns, style(Role::Rule))).chain(part).collect();
        TextPart { lines, shown, first, last_first }
    }

    fn layout(&self, shared: &Shared, area: Rect) -> Option<QuestionLayout> {
        let campaign = shared.campaign()?;
        let columns = frame::width(area, frame::WIDEST);
        let (title, name) = question::title(shared, campaign, "Send 1 message", area);
        let first = name.into_iter().chain(self.says_first(shared, campaign)).collect();
        let room = question::room(area);
        let mut lines = sentences::lines(shared, first, columns, room);
        // What is said of the text comes before most of it: that was seen in the form.
        let left = room.saturating_sub(lines.len());
        let then = sentences::lines(shared, self.says_then(shared, campaign), columns, left.saturating_sub(SHORTEST_TEXT));
        let mut text = self.text(shared, columns, left.saturating_sub(then.len() + 1));
        lines.append(&mut text.lines);
        if lines.len() + then.len() < room && !then.is_empty() {
            lines.push(rule("", columns, shared.look.style(Role::Rule)));
        }
        lines.extend(then);
        Some(QuestionLayout { title, lines, text })
    }

    /// Scrolls the text by what is shown of it. One line stays, to read on from. It stays the same question: what is asked
    /// does not change.
    fn scroll(&mut self, is_down: bool, shared: &Shared) {
        let Some(QuestionLayout { text, .. }) = self.layout(shared, shared.layout().body) else { return };
        let step = text.shown.saturating_sub(1).max(1);
        let first = if is_down { text.first + step } else { text.first.saturating_sub(step) };
        self.scroll = Some(first.min(text.last_first));
    }

    /// The key that shows more of the text, where not all of it has room.
    fn scroll_action(&self, shared: &Shared) -> Option<Action> {
        let text = self.layout(shared, shared.layout().body)?.text;
        let is_at_end = text.first == text.last_first;
        (text.last_first > 0).then_some(if is_at_end { Action::PageUp } else { Action::PageDown })
    }

    fn values(&self, columns: usize) -> Vec<String> {
        let values = self.plan.iter().flat_map(|plan| &plan.draft().values);
        let words = values.map(|(name, value)| match self.reviewed.is_secret {
            true => format!("{name}: {}", "∙".repeat(value.chars().count())),
            false => format!("{name}: {}", crate::delivery::clean(value)),
        });
        words.flat_map(|value| wrap(&value, columns)).collect()
    }

    /// The safe answer, and the cursor's column.
    fn answer(&self, shared: &Shared) -> (Line<'static>, usize) {
        match self.takes() {
            takes @ Takes::Name => self.asked.answer(shared, takes),
            _ => (Line::from(Span::styled(question::BACK, shared.look.style(Role::Focus))), 1),
        }
    }
}

/// The fewest lines for the text.
const SHORTEST_TEXT: usize = 3;

impl Dialog for SendQuestion {
    fn context(&self) -> Context {
        Asked::context(self.takes(), Context::Question)
    }

    fn can(&self, action: Action, shared: &Shared) -> Can {
        match action {
            Action::PageUp | Action::PageDown if self.scroll_action(shared).is_some() => Can::Do("scroll the text"),
            Action::Agree if self.takes() == Takes::Yes => Can::Do("send"),
            Action::Enter if self.takes() == Takes::Name => Can::Do("unlock it"),
            Action::Back => Can::Do("back"),
            Action::Enter | Action::Help => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        match self.asked.reply(press, self.takes(), shared) {
            Reply::Yes => {
                let next = question::agree(self, shared, Self::follow, Self::confirm);
                if next == Next::Close {
                    shared.send(Command::LeavePrepared);
                }
                next
            }
            Reply::Cancel => {
                shared.send(Command::LeavePrepared);
                Next::Back
            }
            Reply::Other(action @ (Action::PageUp | Action::PageDown)) => {
                self.scroll(action == Action::PageDown, shared);
                Next::Stay
            }
            Reply::Done | Reply::Other(_) => Next::Stay,
        }
    }

    fn refresh(&mut self, changed: &Changed, shared: &mut Shared) -> Next {
        self.follow(changed, shared)
    }

    fn paste(&mut self, text: &str, _shared: &mut Shared) {
        self.asked.paste(text, self.takes());
    }

    fn asks(&self) -> Option<(&Asked, Takes)> {
        Some((&self.asked, self.takes()))
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let QuestionLayout { title, lines, .. } = self.layout(shared, area)?;
        let mut named = match self.takes() {
            Takes::Name => question::name_keys(self, shared),
            _ => keys::of_dialog(self, shared, [Action::Agree, Action::Back]),
        };
        named.extend(self.scroll_action(shared).into_iter().flat_map(|action| keys::of_dialog(self, shared, [action])));
        Some(question::draw(shared, buffer, area, &title, lines, self.answer(shared), &named))
    }
}

/// A rule across the box, with a title in it.
pub(super) fn rule(title: &str, columns: usize, style: ratatui::style::Style) -> Line<'static> {
    let before = if title.is_empty() { String::new() } else { format!("── {title} ") };
    let rest = columns.saturating_sub(crate::tui::text::width(&before));
    Line::from(Span::styled(format!("{before}{}", "─".repeat(rest)), style))
}

/// A remark as a sentence of its own.
fn sentence(words: &str) -> String {
    let mut letters = words.trim_end_matches('.').chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).chain(['.']).collect()).unwrap_or_default()
}
