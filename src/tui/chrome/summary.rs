//! The counts of the loaded messages, and what finished in the last minutes.

use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::delivery::{Status, grouped};
use crate::store::{Recent, status_index};
use crate::tui::chrome::tabs;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::age;
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::words::percent;
use crate::tui::{Role, sign};

/// Draws the counts: `11,800 ✓   41 ✗   162 on the way: 12 created …`. Where room is short, the
/// parts of those on the way are left out, never the sums.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, area: Rect) {
    let Some(campaign) = state.campaign() else { return };
    let look = &state.look;
    let style = |role| look.style(role);
    if campaign.is_unread() {
        let unknown = |status: &Status| Piece::new(format!("– {}", sign(status, look.ascii)), style(Role::Muted), 0).gap(3);
        let line =
            vec![unknown(&Status::Success).gap(0), unknown(&Status::Failure), Piece::new("– on the way", style(Role::Muted), 0).gap(3)];
        return pieces::draw(buffer, area, line, others(state, area, &[]));
    }
    let counts = campaign.store.counts();
    let (delivered, failed) = (counts.of(&Status::Success), counts.of(&Status::Failure));
    let open: usize = campaign.open.iter().sum();
    let mark = |number: usize, status: &Status| format!("{} {}", grouped(number), sign(status, look.ascii));
    let mut line = vec![
        Piece::new(mark(delivered, &Status::Success), style(Role::Fine), 0),
        Piece::new(mark(failed, &Status::Failure), style(if failed > 0 { Role::Failed } else { Role::Text }), 0).gap(3),
        Piece::new(
            format!("{} on the way{}", grouped(open), if open > 0 { ":" } else { "" }),
            style(if open > 0 { Role::Moving } else { Role::Text }),
            0,
        )
        .gap(3),
    ];
    if open > 0 {
        for (index, status) in Status::KNOWN.iter().filter(|status| !status.is_final()).enumerate() {
            let number = campaign.open[status_index(Some(status))];
            let role = if number > 0 { Role::Text } else { Role::Muted };
            let gap = if index == 0 { 1 } else { 2 };
            let word = if *status == Status::SentToTelco { "telco" } else { status.word() };
            // Where room is short, zeros go first.
            let rank = if number > 0 || index == 0 { 2 } else { 5 };
            line.push(Piece::new(format!("{} {word}", grouped(number)), style(role), rank).gap(gap));
        }
        let odd = campaign.open[status_index(None)];
        if odd > 0 {
            line.push(Piece::new(format!("{} of no known status", grouped(odd)), style(Role::Unknown), 2));
        }
    }
    if campaign.stuck.before_provider > 0 {
        let words = format!("{} stuck before the telco", grouped(campaign.stuck.before_provider));
        line.push(Piece::new(words, style(Role::Warning), 3).gap(3));
    }
    line.extend(
        at_rest(counts.total(), delivered + failed, counts.open, open)
            .into_iter()
            .map(|words| Piece::new(words, style(Role::Muted), 6).gap(3)),
    );
    let right = oldest_reading(state, campaign).map(|(words, role)| Piece::new(words, style(role), 4));
    let right = right.into_iter().chain(others(state, area, line.get(..3).unwrap_or_default())).collect();
    pieces::draw(buffer, area, line, right);
}

/// The other campaigns, where they have no room beside the views: after the sums.
fn others(state: &Shared, area: Rect, sums: &[Piece]) -> Vec<Piece> {
    if area.width >= tabs::ROOM_FOR_OTHERS {
        return Vec::new();
    }
    tabs::other_campaigns(state, usize::from(area.width).saturating_sub(4 + pieces::total(sums)))
}

/// How long ago a message on the way may have been checked: none waits longer without a key.
const LONGEST_UNREAD: SignedDuration = SignedDuration::from_mins(15);

/// How old the shown status of the messages on the way can be.
fn oldest_reading(state: &Shared, campaign: &Campaign) -> Option<(String, Role)> {
    let old = state.now.duration_since(campaign.oldest_open_reading?).max(SignedDuration::ZERO);
    let role = if old > LONGEST_UNREAD { Role::Warning } else { Role::Muted };
    Some((format!("checked ≤ {} ago", age(old)), role))
}

/// Messages that are neither delivered nor failed, but of which no more is expected: with the telco
/// abroad, or silent for two days.
fn at_rest(total: usize, ended: usize, expected: usize, open: usize) -> Vec<String> {
    let abroad = total.saturating_sub(ended + expected);
    let silent = expected.saturating_sub(open);
    let mut words = Vec::new();
    if abroad > 0 {
        words.push(format!("{} sent abroad", grouped(abroad)));
    }
    if silent > 0 {
        words.push(format!("{} silent for 48 h", grouped(silent)));
    }
    words
}

/// Draws the last minutes.
pub(in crate::tui) fn draw_recent(state: &Shared, buffer: &mut Buffer, area: Rect) {
    let Some(campaign) = state.campaign() else { return };
    let look = &state.look;
    let recent = &campaign.recent;
    let is_alarming = campaign.fails_too_often();
    let role = if is_alarming { Role::Failed } else { Role::Muted };
    let is_unread = campaign.is_unread()
        || recent.finished == 0 && loaded_for(state, campaign).is_some_and(|loaded| loaded < SignedDuration::from_mins(1));
    let is_reported = !is_unread && recent.finished > 0;
    let (is_usual, of) = usual(state, campaign);
    let line = vec![
        Piece::new(window(state, campaign), look.style(if is_alarming { Role::Failed } else { Role::Heading }), 0),
        Piece::new(if is_unread { "not loaded yet".to_owned() } else { ended(recent) }, look.style(role), 0),
        Piece::new(if is_reported { " finished" } else { "" }, look.style(role), 3).gap(0),
        Piece::new(if is_reported { failed(recent) } else { String::new() }, look.style(role), 0).gap(0),
        Piece::new(is_usual, look.style(role), 2).gap(0),
        Piece::new(of, look.style(role), 4).gap(0),
        Piece::new(rising(state, recent), look.style(role), 1).gap(0),
        Piece::new(leading(recent), look.style(role), 3).gap(0),
    ];
    pieces::draw(buffer, area, line, Vec::new());
}

/// How long the window is; `3 OF 15 MIN` where less is loaded: then its figures cover that part.
fn window(state: &Shared, campaign: &Campaign) -> String {
    let minutes = campaign.recent.minutes;
    match loaded_for(state, campaign).map(|loaded| loaded.as_mins()) {
        Some(loaded) if loaded < i64::from(minutes) && !campaign.is_unread() => format!("{loaded} OF {minutes} MIN"),
        _ => format!("{minutes} MIN"),
    }
}

/// How far back the loaded messages go without a gap; `None` where they are the whole campaign.
fn loaded_for(state: &Shared, campaign: &Campaign) -> Option<SignedDuration> {
    let coverage = campaign.store.coverage();
    let edge = coverage.gap.map(|gap| gap.newer).or(coverage.oldest.filter(|_| !coverage.complete))?;
    Some(state.time_of_day().duration_since(edge).max(SignedDuration::ZERO))
}

/// How many failed of how many.
fn ended(recent: &Recent) -> String {
    match recent.finished {
        0 => "nothing finished".to_owned(),
        finished => format!("{} of {}", grouped(recent.failed), grouped(finished)),
    }
}

/// Their share.
fn failed(recent: &Recent) -> String {
    match recent.share() {
        Some(share) => format!(" failed: {}", percent(share)),
        None => " failed: too few for a share".to_owned(),
    }
}

/// The share of the day before, and of how long where less than a day is loaded.
fn usual(state: &Shared, campaign: &Campaign) -> (String, String) {
    let recent = &campaign.recent;
    let (Some(share), Some(usual)) = (recent.share(), recent.usual_share) else { return (String::new(), String::new()) };
    let day = SignedDuration::from_hours(24) + SignedDuration::from_mins(i64::from(recent.minutes));
    let of = loaded_for(state, campaign).filter(|loaded| *loaded < day).map(|loaded| format!(" (of {})", age(loaded)));
    // The same rounded figure, or a lower one, is no news.
    let is_usual = share <= usual * Recent::AS_USUAL || percent(share) == percent(usual);
    let words = if is_usual { ", as usual".to_owned() } else { format!(", usually {}", percent(usual)) };
    (words, of.unwrap_or_default())
}

/// Since when it rises.
fn rising(state: &Shared, recent: &Recent) -> String {
    let since = recent.rising_since.map(|since| state.look.minute(since, state.now));
    since.map(|since| format!(", rising since {since}")).unwrap_or_default()
}

fn leading(recent: &Recent) -> String {
    match &recent.leading_error {
        Some(error) if recent.failed > 1 && recent.share().is_some() && !error.code.is_empty() => format!(", mostly {}", error.code),
        _ => String::new(),
    }
}
