//! The results of the newest run: what was refused, what is unknown, what was not started, and the
//! outcome of the rest. As a page to read, as text to copy, and as rows for a file.

use std::collections::HashMap;

use ratatui::text::{Line, Span};

use super::Can;
use crate::delivery::{MessageId, counted, grouped};
use crate::monitor::{ActionStage, NoticeWeight, RunPhase};
use crate::postman::Explanation;
use crate::tui::shared::{ActionRecord, Campaign, NOTHING_LEFT, RunRecord, Shared};
use crate::tui::text::{Align, fit, wrap};
use crate::tui::views::activity::followed_words;
use crate::tui::widgets::page::{self, Page, Reads};
use crate::tui::widgets::recipient::who;
use crate::tui::widgets::words::in_a_line;
use crate::tui::{Action, Role};

pub(in crate::tui) struct ResultsPage;

impl ResultsPage {
    /// Opens the results for the campaign on the screen, or says that there are none.
    pub fn open(shared: &mut Shared) {
        let Some(run) = shared.campaign_mut().and_then(|campaign| campaign.run.as_mut()) else {
            shared.tell(NoticeWeight::Info, "no run of several retries yet", "", "");
            return;
        };
        run.is_read |= run.is_over();
        Page::<Self>::open(shared);
    }
}

impl Reads for ResultsPage {
    const TITLE: &'static str = "Results of the run";

    fn lines(shared: &Shared, columns: usize) -> Vec<Line<'static>> {
        lines(shared, page::text_width(columns), is_listed(shared))
    }

    fn can(action: Action, shared: &Shared) -> Can {
        match action {
            Action::PlanRetry => Can::unless(shared.campaign().is_none_or(|campaign| campaign.not_started.is_empty()), NOTHING_LEFT),
            Action::Copy | Action::Export => Can::Yes,
            Action::NextPane if is_listed(shared) => Can::Do("group them"),
            Action::NextPane => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(action: Action, shared: &mut Shared) {
        match action {
            Action::PlanRetry => shared.plan_not_started(),
            Action::Copy => shared.hand_out_lines(text(shared)),
            Action::Export => shared.ask_where("results", &rows(shared)),
            Action::NextPane => {
                if let Some(run) = shared.campaign_mut().and_then(|campaign| campaign.run.as_mut()) {
                    run.is_listed = !run.is_listed;
                }
            }
            _ => {}
        }
    }
}

/// Whether each message has a line.
fn is_listed(shared: &Shared) -> bool {
    shared.campaign().and_then(|campaign| campaign.run.as_ref()).is_some_and(|run| run.is_listed)
}

/// The outcome of a message of the run, in the order of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Refused,
    Unknown,
    Skipped,
    NotStarted,
    ToGo,
    Accepted,
}

impl End {
    const ALL: [End; 6] = [End::Refused, End::Unknown, End::Skipped, End::NotStarted, End::ToGo, End::Accepted];

    fn of(record: Option<&ActionRecord>, run: &RunRecord) -> Self {
        match stage(record) {
            Some(ActionStage::Refused(_)) => End::Refused,
            Some(ActionStage::Unknown { .. }) => End::Unknown,
            Some(ActionStage::Skipped(_)) => End::Skipped,
            Some(ActionStage::NotTaken(_) | ActionStage::NotSent(_)) => End::NotStarted,
            Some(ActionStage::Accepted | ActionStage::FoundAccepted | ActionStage::Followed { .. }) => End::Accepted,
            _ if run.is_over() => End::NotStarted,
            _ => End::ToGo,
        }
    }

    fn title(self) -> &'static str {
        match self {
            End::Refused => "Refused",
            End::Unknown => "Unknown: looked up, never retried automatically",
            End::Skipped => "Skipped: changed since you agreed, nothing was sent",
            End::NotStarted => "Not started: nothing was sent",
            End::ToGo => "To go",
            End::Accepted => "Accepted",
        }
    }

    /// The word of a file's column.
    fn word(self) -> &'static str {
        match self {
            End::Refused => "refused",
            End::Unknown => "unknown",
            End::Skipped | End::NotStarted => "skipped",
            End::ToGo => "to go",
            End::Accepted => "accepted",
        }
    }

    fn role(self) -> Role {
        match self {
            End::Refused => Role::Failed,
            End::Unknown => Role::Unknown,
            End::Skipped | End::NotStarted => Role::Warning,
            End::ToGo => Role::Moving,
            End::Accepted => Role::Fine,
        }
    }
}

fn stage(record: Option<&ActionRecord>) -> Option<&ActionStage> {
    record.and_then(|record| record.stage.as_ref())
}

/// A message of the run with what is known of its retry.
type Entry<'a> = (&'a MessageId, Option<&'a ActionRecord>);

/// The messages of the run by outcome, in the order of the page.
fn by_end<'a>(campaign: &'a Campaign, run: &'a RunRecord) -> Vec<(End, Vec<Entry<'a>>)> {
    let mut groups: Vec<(End, Vec<Entry<'a>>)> = End::ALL.map(|end| (end, Vec::new())).into();
    for message in &run.messages {
        let record = campaign.actions.of(message);
        let end = End::of(record, run);
        if let Some((_, group)) = groups.iter_mut().find(|(known, _)| *known == end) {
            group.push((message, record));
        }
    }
    groups.retain(|(_, group)| !group.is_empty());
    groups
}

/// The lines of the page, without its title; with one for each message, or for all that ended alike.
fn lines(shared: &Shared, room: usize, is_listed: bool) -> Vec<Line<'static>> {
    let style = |role| shared.look.style(role);
    let Some(campaign) = shared.campaign() else { return Vec::new() };
    let Some(run) = &campaign.run else {
        return vec![Line::from(Span::styled(" No run of several retries yet.", style(Role::Muted)))];
    };
    let mut lines = Vec::new();
    for (text, role) in summary(shared, campaign, run) {
        lines.extend(wrap(&text, room).into_iter().map(|line| Line::from(Span::styled(format!(" {line}"), style(role)))));
    }
    for (end, group) in by_end(campaign, run) {
        lines.push(Line::default());
        lines.push(Line::from(vec![
            Span::styled(format!(" {} ", end.title()), style(end.role())),
            Span::styled(grouped(group.len()), style(Role::Muted)),
        ]));
        for alike in alike(group) {
            match alike.as_slice() {
                [(_, first), _, _, ..] if !is_listed => lines.extend(of_several(shared, &alike, *first, room)),
                _ => lines.extend(alike.into_iter().flat_map(|(message, record)| of_message(shared, campaign, message, record, room))),
            }
        }
    }
    lines
}

/// The messages of a group, those together that ended for the same reason, in the order of the page.
fn alike(group: Vec<Entry<'_>>) -> Vec<Vec<Entry<'_>>> {
    let end = |record: Option<&ActionRecord>| {
        let stage = stage(record);
        let why = stage.and_then(ActionStage::why).map(|why| why.what.clone());
        (stage.and_then(ActionStage::followed_word).map(str::to_owned), why)
    };
    let mut places = HashMap::new();
    let mut all: Vec<Vec<Entry<'_>>> = Vec::new();
    for (message, record) in group {
        let place = *places.entry(end(record)).or_insert(all.len());
        if place == all.len() {
            all.push(Vec::new());
        }
        all[place].push((message, record));
    }
    all
}

/// Several messages in one line: how many, from when to when, and what became of them.
fn of_several(shared: &Shared, alike: &[Entry<'_>], first: Option<&ActionRecord>, room: usize) -> Vec<Line<'static>> {
    let style = |role| shared.look.style(role);
    let times = || alike.iter().filter_map(|(_, record)| Some((*record)?.at));
    let time = |at| shared.look.happened(at, shared.now);
    let at = match (times().min().map(time), times().max().map(time)) {
        (Some(from), Some(to)) if from != to => format!("{from} to {to}"),
        (at, _) => at.unwrap_or_default(),
    };
    let what = match (stage(first).and_then(ActionStage::why), stage(first).and_then(ActionStage::followed_word)) {
        (Some(why), _) => why.what.clone(),
        (None, Some("open")) => "on the way".to_owned(),
        (None, word) => word.unwrap_or_default().to_owned(),
    };
    let text = format!("{}  {at}  {what}", counted(alike.len(), "message"));
    wrap(&text, room.saturating_sub(3).max(10))
        .into_iter()
        .map(|line| Line::from(Span::styled(format!("   {line}"), style(Role::Text))))
        .collect()
}

fn summary(shared: &Shared, campaign: &Campaign, run: &RunRecord) -> Vec<(String, Role)> {
    let mut all = Vec::new();
    let asked = shared.look.happened(run.asked_at, shared.now);
    let ended = run.ended_at.map(|at| format!(", finished {}", shared.look.happened(at, shared.now))).unwrap_or_default();
    let Some(news) = &run.news else {
        return vec![(format!("{}, requested {asked}", counted(run.messages.len(), "message")), Role::Text)];
    };
    all.push((format!("{}, started {asked}{ended}", counted(news.total, "message")), Role::Muted));
    if let RunPhase::Stopped(why) | RunPhase::Paused(why) = &news.phase {
        all.push((in_a_line(why), Role::Warning));
    }
    let dot = if shared.look.ascii { "," } else { " ·" };
    let left = news.to_go + news.not_sent;
    let skipped = if news.skipped > 0 { format!("{dot} {} skipped", grouped(news.skipped)) } else { String::new() };
    all.push((
        format!(
            "{} accepted{dot} {} refused{dot} {} unknown{dot} {} not started{skipped}",
            grouped(news.accepted),
            grouped(news.refused),
            grouped(news.unknown),
            grouped(left)
        ),
        Role::Strong,
    ));
    if news.accepted > 0 {
        all.push((followed_words(shared, campaign), Role::Strong));
    }
    all
}

fn of_message(shared: &Shared, campaign: &Campaign, message: &MessageId, record: Option<&ActionRecord>, room: usize) -> Vec<Line<'static>> {
    let style = |role| shared.look.style(role);
    let who = fit(&who(campaign, message), 13, Align::Left);
    let id = message.short(true);
    let at = record.map(|record| shared.look.happened(record.at, shared.now)).unwrap_or_default();
    let head = format!("   {who} {id}  {}", fit(&at, 12, Align::Left));
    let Some(why) = stage(record).and_then(ActionStage::why) else {
        let word = match stage(record).and_then(ActionStage::followed_word) {
            Some("open") => "on the way",
            word => word.unwrap_or_default(),
        };
        return vec![Line::from(Span::styled(format!("{head} {word}"), style(Role::Text)))];
    };
    let code = stage(record).and_then(ActionStage::code).map(|code| format!(" {code}")).unwrap_or_default();
    let mut lines = vec![Line::from(vec![Span::styled(head, style(Role::Text)), Span::styled(code, style(Role::Muted))])];
    let wrapped = wrap(&in_a_line(why), room.saturating_sub(6).max(10));
    lines.extend(wrapped.into_iter().map(|line| Line::from(Span::styled(format!("     {line}"), style(Role::Muted)))));
    lines
}

/// The page as text, for a copy.
fn text(shared: &Shared) -> String {
    let lines = lines(shared, 100, true);
    let plain = lines.iter().map(|line| line.spans.iter().map(|span| span.content.as_ref()).collect::<String>());
    plain.map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// The results as rows of a file, headers first.
fn rows(shared: &Shared) -> Vec<Vec<String>> {
    let mut rows = vec![["id", "recipient", "outcome", "code", "status", "at", "reason", "traceId"].map(str::to_owned).to_vec()];
    let Some(campaign) = shared.campaign() else { return rows };
    let Some(run) = &campaign.run else { return rows };
    for (end, group) in by_end(campaign, run) {
        for (message, record) in group {
            let stage = stage(record);
            let why = stage.and_then(ActionStage::why);
            let reason = why.map(|why| in_a_line(&Explanation { trace_id: None, ..why.clone() })).unwrap_or_default();
            rows.push(vec![
                message.as_str().to_owned(),
                who(campaign, message),
                end.word().to_owned(),
                stage.and_then(ActionStage::code).unwrap_or_default().to_owned(),
                stage.and_then(ActionStage::followed_word).unwrap_or_default().to_owned(),
                record.map(|record| shared.look.exact(shared.look.of_that_day(record.at))).unwrap_or_default(),
                reason,
                why.and_then(|why| why.trace_id.clone()).unwrap_or_default(),
            ]);
        }
    }
    rows
}
