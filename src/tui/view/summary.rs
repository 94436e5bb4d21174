//! The counts of the loaded messages, and what ended in the last minutes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pieces::{self, Piece};
use super::words::{count, percent};
use crate::delivery::Status;
use crate::store::{Recent, status_place};
use crate::tui::state::State;
use crate::tui::{Role, sign};

/// Draws the counts: `11,800 ✓   41 ✗   162 open: 12 created …`. What is left out where room is
/// short are the parts of the open ones, never the sums.
pub(super) fn draw(state: &State, buffer: &mut Buffer, area: Rect) {
    let Some(campaign) = state.campaign() else { return };
    let look = &state.look;
    let style = |role| look.style(role);
    if campaign.is_unread() {
        let unknown = |status: &Status| Piece::new(format!("– {}", sign(status, look.ascii)), style(Role::Muted), 0).gap(3);
        let line = vec![unknown(&Status::Success).gap(0), unknown(&Status::Failure), Piece::new("– open", style(Role::Muted), 0).gap(3)];
        return pieces::draw(buffer, area, line, Vec::new(), look.ascii);
    }
    let counts = campaign.store.counts();
    let (delivered, failed) = (counts.of(&Status::Success), counts.of(&Status::Failure));
    let open: usize = campaign.open.iter().sum();
    let mark = |number: usize, status: &Status| format!("{} {}", count(number), sign(status, look.ascii));
    let mut line = vec![
        Piece::new(mark(delivered, &Status::Success), style(Role::Fine), 0),
        Piece::new(mark(failed, &Status::Failure), style(if failed > 0 { Role::Failed } else { Role::Text }), 0).gap(3),
        Piece::new(
            format!("{} open{}", count(open), if open > 0 { ":" } else { "" }),
            style(if open > 0 { Role::Moving } else { Role::Text }),
            0,
        )
        .gap(3),
    ];
    if open > 0 {
        for (place, status) in Status::KNOWN.iter().filter(|status| !status.is_final()).enumerate() {
            let number = campaign.open[status_place(Some(status))];
            let role = if number > 0 { Role::Text } else { Role::Muted };
            let gap = if place == 0 { 1 } else { 2 };
            let word = if *status == Status::SentToTelco { "telco" } else { status.word() };
            // Where room is short, what there is none of goes first.
            let rank = if number > 0 { 2 } else { 3 };
            line.push(Piece::new(format!("{} {word}", count(number)), style(role), rank).gap(gap));
        }
        let odd = campaign.open[status_place(None)];
        if odd > 0 {
            line.push(Piece::new(format!("{} of no known status", count(odd)), style(Role::Unknown), 2));
        }
    }
    line.extend(
        at_rest(counts.total(), delivered + failed, counts.open, open)
            .into_iter()
            .map(|words| Piece::new(words, style(Role::Muted), 3).gap(3)),
    );
    pieces::draw(buffer, area, line, Vec::new(), look.ascii);
}

/// Those of which no more is to be expected although they are neither delivered nor failed: with
/// the telco abroad, or silent for two days.
fn at_rest(total: usize, ended: usize, expected: usize, open: usize) -> Vec<String> {
    let abroad = total.saturating_sub(ended + expected);
    let silent = expected.saturating_sub(open);
    let mut words = Vec::new();
    if abroad > 0 {
        words.push(format!("{} with telco abroad", count(abroad)));
    }
    if silent > 0 {
        words.push(format!("{} silent for 48 h", count(silent)));
    }
    words
}

/// Draws the last minutes.
pub(super) fn draw_recent(state: &State, buffer: &mut Buffer, area: Rect) {
    let Some(campaign) = state.campaign() else { return };
    let look = &state.look;
    let recent = &campaign.recent;
    let is_alarming = campaign.fails_too_often();
    let role = if is_alarming { Role::Failed } else { Role::Muted };
    let line = vec![
        Piece::new(format!("{} MIN", recent.minutes), look.style(if is_alarming { Role::Failed } else { Role::Heading }), 0),
        Piece::new(if campaign.is_unread() { "not read yet".to_owned() } else { words(recent) }, look.style(role), 0),
        Piece::new(leading(recent), look.style(role), 2).gap(0),
    ];
    pieces::draw(buffer, area, line, Vec::new(), look.ascii);
}

fn words(recent: &Recent) -> String {
    let (finished, failed) = (count(recent.finished), count(recent.failed));
    if recent.finished == 0 {
        return "nothing finished".to_owned();
    }
    let Some(share) = recent.share() else {
        return format!("{failed} of {finished} finished failed: too few to tell a share");
    };
    let usual = match recent.usual_share {
        // What rounds to the same figure, or is less, is no news.
        Some(usual) if share <= usual * 1.5 || percent(share) == percent(usual) => ", as usual".to_owned(),
        Some(usual) => format!(", usually {}", percent(usual)),
        None => String::new(),
    };
    format!("{failed} of {finished} finished failed: {}{usual}", percent(share))
}

fn leading(recent: &Recent) -> String {
    match &recent.leading_error {
        Some(error) if recent.failed > 1 && !error.code.is_empty() => format!(", mostly {}", error.code),
        _ => String::new(),
    }
}
