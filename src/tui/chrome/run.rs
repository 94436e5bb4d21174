//! The progress of a run of several retries, below that of an upload.

mod upload; // of a file

use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::delivery::grouped;
use crate::monitor::{ActionStage, RunNews, RunPhase};
use crate::tui::Role;
use crate::tui::shared::{ActionRecord, Campaign, RunRecord, Shared};
use crate::tui::text::{Align, age, fit};
use crate::tui::views::activity::followed_words;
use crate::tui::widgets::bar::bar;
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::words::{in_a_line, rate};

/// The widest bar.
const BAR: usize = 20;

/// Draws as many lines as there is room for.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, area: Rect) {
    let Some(campaign) = state.campaign() else { return };
    let area = match campaign.upload_under_way() {
        Some(record) => {
            upload::draw(state, campaign, record, buffer, Rect { height: area.height.min(1), ..area });
            Rect { y: area.y + area.height.min(1), height: area.height.saturating_sub(1), ..area }
        }
        None => area,
    };
    let Some(run) = &campaign.run else { return };
    let line = |row: u16| Rect { y: area.y + row, height: u16::from(row < area.height), ..area };
    let style = |role| state.look.style(role);
    let Some(news) = &run.news else {
        let words = format!("Retrying {}: requested", grouped(run.messages.len()));
        return pieces::draw(buffer, line(0), vec![Piece::new(words, style(Role::Moving), 0)], Vec::new());
    };
    if run.is_over() {
        let (left, right) = ended(state, campaign, news);
        return pieces::draw(buffer, line(0), left, right);
    }
    let (left, right) = head(state, run, news, area.width);
    pieces::draw(buffer, line(0), left, right);
    pieces::draw(buffer, line(1), counts(state, campaign, news), Vec::new());
    let third = match &news.phase {
        RunPhase::Paused(why) => Piece::new(in_a_line(why), style(Role::Warning), 0),
        _ if news.accepted > 0 => Piece::new(followed_words(state, campaign), style(Role::Text), 0),
        _ => Piece::new("", style(Role::Text), 0),
    };
    pieces::draw(buffer, line(2), vec![third], Vec::new());
}

/// `Retrying 22   ██████▋   14 of 22   1.5 calls/s   6 s left`.
fn head(state: &Shared, run: &RunRecord, news: &RunNews, columns: u16) -> (Vec<Piece>, Vec<Piece>) {
    let style = |role| state.look.style(role);
    let done = news.total.saturating_sub(news.to_go);
    let paused = matches!(news.phase, RunPhase::Paused(_));
    let (word, role) = match (paused, run.stop_asked) {
        (_, true) => ("Stopping", Role::Warning),
        (true, _) => ("PAUSED", Role::Warning),
        _ => ("Retrying", Role::Moving),
    };
    let width = BAR.min(usize::from(columns) / 6);
    let bar = fit(&bar(done as f64 / news.total.max(1) as f64, width), width, Align::Left);
    let mut left = vec![
        Piece::new(format!("{word} {}", grouped(news.total)), style(role), 0),
        Piece::new(bar, style(Role::Moving), 2).gap(3),
        Piece::new(format!("{} of {}", grouped(done), grouped(news.total)), style(Role::Strong), 0).gap(3),
    ];
    if !paused && news.rate > 0.0 {
        let rest = SignedDuration::from_secs_f64((news.to_go as f64 / news.rate).clamp(0.0, 1e9));
        left.push(Piece::new(format!("{} calls/s", rate(news.rate)), style(Role::Text), 4).gap(3));
        left.push(Piece::new(format!("{} left", age(rest)), style(Role::Text), 3).gap(3));
    }
    let (resume, stop) = (state.command_for("resume"), state.command_for("stop"));
    let keys = if paused { format!("{resume} continues   {stop} stops it") } else { format!("{stop} or Ctrl-c") };
    (left, vec![Piece::new(keys, style(Role::Accent), 1)])
}

/// `12 accepted · 1 refused: out of attempts · 1 unknown: checking · 8 to go`.
fn counts(state: &Shared, campaign: &Campaign, news: &RunNews) -> Vec<Piece> {
    let style = |role| state.look.style(role);
    let dot = if state.look.ascii { "," } else { "·" };
    let mut pieces = vec![Piece::new(format!("{} accepted", grouped(news.accepted)), style(Role::Fine), 0)];
    let mut add = |text: String, role, after: Option<String>| {
        pieces.push(Piece::new(dot, style(Role::Muted), 0).gap(1));
        pieces.push(Piece::new(text, style(role), 0).gap(1));
        pieces.extend(after.map(|text| Piece::new(text, style(role), 5).gap(0)));
    };
    let refused = |record: &ActionRecord| match &record.stage {
        Some(ActionStage::Refused(refusal)) => Some(format!(": {}", refusal.why.what)),
        _ => None,
    };
    let why = if news.refused > 0 { campaign.actions.iter().find_map(refused) } else { None };
    add(format!("{} refused", grouped(news.refused)), if news.refused > 0 { Role::Failed } else { Role::Text }, why);
    let looked_up = (news.unknown > 0).then(|| ": checking".to_owned());
    add(format!("{} unknown", grouped(news.unknown)), if news.unknown > 0 { Role::Unknown } else { Role::Text }, looked_up);
    if news.not_sent > 0 {
        add(format!("{} not sent", grouped(news.not_sent)), Role::Failed, None);
    }
    if news.skipped > 0 {
        add(format!("{} skipped", grouped(news.skipped)), Role::Warning, None);
    }
    add(format!("{} to go", grouped(news.to_go)), Role::Text, None);
    pieces
}

/// One line for a run that is over.
fn ended(state: &Shared, campaign: &Campaign, news: &RunNews) -> (Vec<Piece>, Vec<Piece>) {
    let style = |role| state.look.style(role);
    let word = if matches!(news.phase, RunPhase::Stopped(_)) { "Stopped" } else { "Retried" };
    let not_started = news.to_go + news.not_sent;
    let mut text = format!("{word} {}: {} accepted", grouped(news.total), grouped(news.accepted));
    for (number, name) in [(news.refused, "refused"), (news.unknown, "unknown"), (not_started, "not started"), (news.skipped, "skipped")] {
        if number > 0 {
            text.push_str(&format!(", {} {name}", grouped(number)));
        }
    }
    let bad = news.refused + news.unknown + not_started + news.skipped > 0;
    let role = if bad { Role::Warning } else { Role::Fine };
    let mut left = vec![Piece::new(text, style(role), 0)];
    if news.accepted > 0 {
        left.push(Piece::new(format!("· {}", followed_words(state, campaign)), style(Role::Text), 2).gap(1));
    }
    (left, vec![Piece::new(state.command_for("results"), style(Role::Accent), 1)])
}
