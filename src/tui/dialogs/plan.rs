//! The question before the retry of several messages: what is retried and what is left out, line by line, what it
//! costs, and the safe answer; or the whole list. Lines can be included and excluded; the messages themselves were
//! chosen when it was opened, and no others are added.

mod list; // every message, and what happens to it

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use self::list::PlanList;
use super::{Can, Changed, Dialog, Next, Press};
use crate::action::{Agreed, FRESH_ENOUGH, LineInclusion, OLD_MESSAGE, Plan, PlanLine, one_time_hint};
use crate::delivery::{Message, MessageId, RetryAdvice, code_or_none, counted, grouped};
use crate::monitor::NoticeWeight;
use crate::tui::chrome::keys;
use crate::tui::key_line::KeyWord;
use crate::tui::shared::{Campaign, Shared, plan, planner, says_the_same};
use crate::tui::text::{Align, age, fit};
use crate::tui::widgets::frame;
use crate::tui::widgets::question::{self, Asked, Reply, Takes};
use crate::tui::widgets::sentences::{self, Sentence};
use crate::tui::{Action, Context, Role};

/// How many messages are checked for one-time passwords: enough to recognise the templates.
const LOOKED_AT: usize = 200;

/// Which messages were chosen, and which lines are ticked at first.
pub(in crate::tui) struct Choice {
    /// In words: `12 marked`, `routing_error`.
    pub words: String,
    pub messages: Vec<MessageId>,
    /// Only the lines that are worth a retry are ticked at first; the others can be included.
    pub worth_retry_only: bool,
}

pub(in crate::tui) struct PlanQuestion {
    asked: Asked,
    choice: Choice,
    /// What would be done.
    plan: Plan,
    /// The plan by error.
    lines: Vec<PlanLine>,
    /// The line with the cursor.
    cursor: usize,
    /// The whole list, while it is shown: nothing is agreed to from there.
    list: Option<PlanList>,
    /// Whether most templates look like one-time passwords, in a campaign that does not say so.
    one_time_hint: bool,
    is_production: bool,
    chosen: HashSet<MessageId>,
    excluded: BTreeSet<String>,
    /// Lines that are not worth a retry but were included.
    included: BTreeSet<String>,
}

impl PlanQuestion {
    /// Asks about a choice. Where nothing of it can be retried, it says why.
    pub fn open(shared: &mut Shared, choice: Choice) {
        let asked = Asked::new(shared);
        let Some(campaign) = shared.campaign() else { return };
        let asked = asked.with(shared.run_preview(campaign));
        let question = Self::new(asked, campaign, choice, shared.now);
        if question.lines.is_empty() {
            let why: Vec<String> =
                question.plan.others_left_out().iter().take(3).map(|(reason, count)| format!("{count}: {reason}")).collect();
            shared.tell(NoticeWeight::Info, "there is nothing to retry", &why.join(", "), "");
            return;
        }
        shared.open(question);
    }

    fn new(asked: Asked, campaign: &Campaign, choice: Choice, now: Timestamp) -> Self {
        let first = plan(campaign, &planner(campaign), &choice.messages, now);
        let mut question = Self {
            asked,
            chosen: choice.messages.iter().cloned().collect(),
            lines: first.lines(),
            plan: first,
            choice,
            cursor: 0,
            list: None,
            one_time_hint: false,
            is_production: campaign.settings.host_kind.is_production(),
            excluded: BTreeSet::new(),
            included: BTreeSet::new(),
        };
        if question.choice.worth_retry_only {
            let others = question.lines.iter().filter(|line| line.advice == RetryAdvice::Maybe);
            question.excluded = others.map(|line| line.code.clone()).collect();
            question.make(campaign, now);
        }
        if !campaign.settings.one_time_password {
            let rows = question.plan.items.iter().take(LOOKED_AT).filter_map(|item| campaign.store.row(&item.message));
            let messages: Vec<Message> = rows.map(|row| campaign.store.message(row)).collect();
            question.one_time_hint = one_time_hint(&messages);
        }
        question
    }

    fn takes(&self) -> Takes {
        match (self.plan.items.len(), self.asked.preview_takes()) {
            (0, _) => Takes::Nothing,
            _ if self.list.is_some() => Takes::Nothing,
            (_, Some(preview)) => preview,
            (number, None) if self.is_production && number > 1 => Takes::Count(number),
            _ => Takes::Yes,
        }
    }

    /// Moves the cursor; it stops at the ends.
    fn go(&mut self, steps: isize) {
        self.cursor = self.cursor.saturating_add_signed(steps).min(self.lines.len().saturating_sub(1));
    }

    /// Excludes the line under the cursor, or includes it again. That makes another plan, and another
    /// question.
    fn turn_line(&mut self, campaign: &Campaign, now: Timestamp) {
        let Some(line) = self.lines.get(self.cursor) else { return };
        let set = if line.advice == RetryAdvice::No { &mut self.included } else { &mut self.excluded };
        if !set.remove(&line.code) {
            set.insert(line.code.clone());
        }
        self.make(campaign, now);
        self.asked.again();
    }

    /// Makes the plan again, from the same messages. Where it now says something else, the question
    /// is asked again.
    fn remake(&mut self, campaign: &Campaign, now: Timestamp) {
        let before = self.make(campaign, now);
        if !says_the_same(&before, &self.plan) {
            self.asked.again();
        }
    }

    /// Makes the plan, and returns the previous one.
    fn make(&mut self, campaign: &Campaign, now: Timestamp) -> Plan {
        let mut planner = planner(campaign);
        planner.excluded.extend(self.excluded.iter().cloned());
        if !self.included.is_empty() {
            planner.include_useless = true;
            let useless = self.lines.iter().filter(|line| line.advice == RetryAdvice::No && !self.included.contains(&line.code));
            planner.excluded.extend(useless.map(|line| line.code.clone()));
        }
        let before = std::mem::replace(&mut self.plan, plan(campaign, &planner, &self.choice.messages, now));
        self.lines = self.plan.lines();
        self.go(0);
        before
    }

    fn confirm(&mut self, now: Timestamp) -> Option<Agreed> {
        Agreed::messages_of(std::mem::take(&mut self.plan).confirm(now))
    }

    /// Verb, count, environment, campaign; and the campaign in full where that is cut.
    fn title(&self, shared: &Shared, campaign: &Campaign, area: Rect) -> (String, Option<Sentence>) {
        question::title(shared, campaign, &format!("Retry {}", counted(self.plan.items.len(), "message")), area)
    }

    fn draw_question(&self, shared: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect) -> Position {
        let width = frame::width(area, frame::WIDEST);
        // Answer and keys always have room; then come the lines, at least some of them; then the sentences by their
        // weight.
        let (title, name) = self.title(shared, campaign, area);
        let mut lines = sentences::lines(shared, Vec::from_iter(name), width, usize::MAX);
        let heading = lines.len();
        let room = question::room(area).saturating_sub(heading);
        let said = self.says(shared, campaign);
        let weighty: Vec<Sentence> = said.iter().filter(|sentence| sentence.is_weighty()).cloned().collect();
        let needed = sentences::lines(shared, weighty, width, usize::MAX).len();
        let shown_lines = self.lines.len().min(room.saturating_sub(needed).max(room / 3)).max(1);
        let skipped = (self.cursor + 1).saturating_sub(shown_lines);
        for (index, line) in self.lines.iter().enumerate().skip(skipped).take(shown_lines) {
            lines.push(plan_line(shared, line, index == self.cursor, width));
        }
        lines.extend(sentences::lines(shared, said, width, (room + heading).saturating_sub(lines.len())));
        let (answer, column) = self.asked.answer(shared, self.takes());
        let cursor = match self.takes() {
            Takes::Count(_) | Takes::Name | Takes::FileName => (column, lines.len()),
            // On the line that Space includes or excludes.
            Takes::Nothing | Takes::Yes => (2, heading + self.cursor.saturating_sub(skipped)),
        };
        lines.push(answer);
        lines.push(keys::line(shared, &self.named_keys(shared), width));
        frame::draw(shared, buffer, area, &title, frame::WIDEST, &lines, cursor)
    }

    /// What a person must know to decide, besides the lines.
    fn says(&self, shared: &Shared, campaign: &Campaign) -> Vec<Sentence> {
        let plan = &self.plan;
        let mut said = Vec::new();
        for (reason, number) in plan.others_left_out() {
            said.push(Sentence::new(format!("   –  {:>5}  left out: {reason}", grouped(number)), Role::Muted, 3));
        }
        said.extend(self.asked.refusal());
        if plan.items.is_empty() {
            said.push(Sentence::new("Nothing is retried: no line is ticked.", Role::Warning, 1));
        } else {
            let time = age(jiff::SignedDuration::try_from(plan.time(campaign.settings.calls_per_second)).unwrap_or_default());
            let charges = campaign.settings.charges;
            let cost = charges.map(|charges| format!(" {}", charges.words(&plan.segments()))).unwrap_or_default();
            said.push(Sentence::new(format!("{}, about {time}.{cost}", counted(plan.calls(), "call")), Role::Text, 1));
            let in_vain = plan.billed_in_vain();
            if in_vain > 0 {
                let charged = if charges.is_some() { " and still be charged" } else { "" };
                said.push(Sentence::new(format!("{} of them may fail again{charged}.", grouped(in_vain)), Role::Text, 4));
            }
            said.extend(charges.and_then(|charges| charges.source(&plan.segments())).map(|words| Sentence::new(words, Role::Muted, 6)));
        }
        if self.one_time_hint && !plan.items.is_empty() {
            let words = "These look like one-time passwords, and an old one is of no use. `one_time_password = true` leaves those out.";
            said.push(Sentence::new(words, Role::Warning, 3));
        }
        said.extend(plan.interlock().map(|words| Sentence::new(words, Role::Text, 5)));
        said.push(Sentence::new(format!("Chosen: {}.", self.choice.words), Role::Muted, 5));
        said.extend(self.says_how_old(shared));
        said.extend(self.asked.asks_name(self.takes()));
        said
    }

    /// How old the messages are, what is known of them, and the plan itself.
    fn says_how_old(&self, shared: &Shared) -> Vec<Sentence> {
        let plan = &self.plan;
        // Stamps of the API are compared with the time of day, our own readings with our own clock.
        let old = |at: Timestamp| shared.time_of_day().duration_since(at);
        let mut said = Vec::new();
        if let Some(oldest) = plan.items.iter().map(|item| item.read_at).min()
            && let read = shared.now.duration_since(oldest)
            && read.is_positive()
            && read.unsigned_abs() > FRESH_ENOUGH
        {
            said.push(Sentence::new(format!("Some were loaded {} ago: they may have changed since.", age(read)), Role::Warning, 3));
        }
        let too_old = |at: Timestamp| old(at).is_positive() && old(at).unsigned_abs() > OLD_MESSAGE;
        let number = plan.items.iter().filter(|item| item.created_at.is_some_and(too_old)).count();
        if number > 0 {
            said.push(Sentence::new(format!("{} older than 24 h: their text may be out of date.", grouped(number)), Role::Warning, 2));
        }
        let ages = plan.ages().map(|(oldest, newest)| match (age(old(oldest)), age(old(newest))) {
            (oldest, newest) if oldest == newest => format!("All messages: {oldest} old. "),
            (oldest, newest) => format!("Oldest message: {oldest} old, newest: {newest}. "),
        });
        let at = shared.look.own_time(plan.planned_at, shared.now);
        said.push(Sentence::new(format!("{}Planned at {at}.", ages.unwrap_or_default()), Role::Muted, 5));
        said
    }

    fn named_keys(&self, shared: &Shared) -> Vec<KeyWord> {
        let mut named = match self.takes() {
            Takes::Name => {
                let mut named = question::name_keys(self, shared);
                named.extend(keys::bound(shared, Context::Plan, [(Action::Toggle, "include/exclude")]).into_iter().map(|key| key.rank(2)));
                named
            }
            _ => keys::of_dialog(self, shared, [Action::Agree, Action::Back, Action::Toggle]),
        };
        // The last line of the screen names this key, too.
        let all = format!("all {}", grouped(list::len(&self.plan)));
        named.extend(keys::bound(shared, Context::Plan, [(Action::NextPane, &all)]).into_iter().map(|key| key.rank(1)));
        named.extend(keys::of_dialog(self, shared, [Action::Export]));
        named
    }
}

impl Dialog for PlanQuestion {
    fn context(&self) -> Context {
        Asked::context(self.takes(), Context::Plan)
    }

    fn can(&self, action: Action, shared: &Shared) -> Can {
        match action {
            Action::NextPane if self.list.is_some() => Can::Do("back"),
            Action::NextPane if self.takes() == Takes::Name => Can::Do("list all"),
            Action::Back | Action::Export | Action::NextPane | Action::Help => Can::Yes,
            Action::Agree if self.takes() == Takes::Yes => Can::Yes,
            Action::Enter if self.takes() == Takes::Name => Can::Do("unlock it"),
            Action::Enter | Action::Toggle | Action::Copy if self.list.is_none() => Can::Yes,
            _ if shared.steps(action).is_some() => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        if let Some(list) = &mut self.list {
            match press.action {
                Some(Action::Export) => shared.ask_where("plan", &list::rows(&self.plan, shared)),
                Some(Action::Back | Action::Quit | Action::NextPane | Action::Enter) => self.list = None,
                Some(action) => list.scroll(action, list::len(&self.plan), shared),
                None => {}
            }
            return Next::Stay;
        }
        match self.asked.reply(press, self.takes(), shared) {
            Reply::Yes => return question::agree(self, shared, Self::refresh, Self::confirm),
            Reply::Cancel => return Next::Back,
            Reply::Other(Action::NextPane) => self.list = Some(PlanList::default()),
            Reply::Other(Action::Toggle) => {
                if let Some(campaign) = shared.campaign() {
                    self.turn_line(campaign, shared.now);
                }
            }
            Reply::Other(Action::Copy) => {
                let rows = list::rows(&self.plan, shared);
                shared.hand_out_lines(rows.iter().map(|row| row.join("\t")).collect::<Vec<_>>().join("\n"));
            }
            Reply::Other(Action::Export) => shared.ask_where("plan", &list::rows(&self.plan, shared)),
            Reply::Other(action) => {
                if let Some(steps) = shared.steps(action) {
                    self.go(steps);
                }
            }
            Reply::Done => {}
        }
        Next::Stay
    }

    fn refresh(&mut self, changed: &Changed, shared: &mut Shared) -> Next {
        shared.lock_expired();
        let Some(campaign) = shared.campaign() else { return Next::Stay };
        self.asked.follow(changed, shared.run_preview(campaign));
        let is_touched = || changed.rows.iter().any(|row| self.chosen.contains(&campaign.store.id(*row)));
        if changed.was_covered || self.plan.is_stale(shared.now) || is_touched() {
            self.remake(campaign, shared.now);
        }
        Next::Stay
    }

    fn paste(&mut self, text: &str, _shared: &mut Shared) {
        self.asked.paste(text, self.takes());
    }

    fn holds_rows(&self) -> bool {
        true
    }

    fn asks(&self) -> Option<(&Asked, Takes)> {
        Some((&self.asked, self.takes()))
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let campaign = shared.campaign()?;
        Some(match &self.list {
            Some(list) => list.draw(shared, &self.plan, &self.title(shared, campaign, area).0, buffer, area),
            None => self.draw_question(shared, campaign, buffer, area),
        })
    }
}

/// `[x] 22  recipient_unavailable   yes`.
fn plan_line(shared: &Shared, line: &PlanLine, is_selected: bool, width: usize) -> Line<'static> {
    let name = code_or_none(&line.code);
    let advice = match (line.advice, line.inclusion) {
        (RetryAdvice::No, LineInclusion::On) => "no: included",
        (RetryAdvice::No, _) => "no: left out",
        (advice, _) => advice.word(),
    };
    let mark = if is_selected { "›" } else { " " };
    let text = format!("{mark} {} {:>5}  {}  {advice}", tick(line), grouped(line.count), fit(name, 22, Align::Left));
    let role = match (is_selected, line.inclusion, line.advice) {
        (true, ..) => Role::Selected,
        (_, LineInclusion::On, RetryAdvice::No) => Role::Warning,
        (_, LineInclusion::On, _) => Role::Text,
        _ => Role::Muted,
    };
    Line::from(Span::styled(fit(&text, width, Align::Left), shared.look.style(role)))
}

/// The sign before a line: included, excluded, or not worth a retry.
fn tick(line: &PlanLine) -> &'static str {
    match line.inclusion {
        LineInclusion::On => "[x]",
        LineInclusion::Excluded if line.advice != RetryAdvice::No => "[ ]",
        LineInclusion::Excluded | LineInclusion::LeftOut => " – ",
    }
}
