//! The line above the list: what it shows, and of how much.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::delivery::{counted, grouped};
use crate::monitor::Connection;
use crate::store::BatchSummary;
use crate::tui::shared::{Campaign, ServerAnswer, Shared};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::words::{besides, in_a_line, loaded_of, until};
use crate::tui::{Action, Role};

/// Draws the line.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, area: Rect) {
    let Some(campaign) = state.campaign() else { return };
    let look = &state.look;
    let style = |role| look.style(role);
    let mut left = Vec::new();
    // A find looks beyond the time window.
    let choice = if campaign.find.is_on() { campaign.choice.of_all_times() } else { campaign.choice.clone() };
    let words = choice.pieces(&look.zone, state.now);
    if words.is_empty() && !campaign.find.is_on() {
        left.push(Piece::new("all messages", style(Role::Strong), 0));
    }
    let role = if choice.is_window_alone() { Role::Strong } else { Role::Accent };
    for (index, piece) in words.into_iter().enumerate() {
        let before = if index == 0 { "" } else { "· " };
        left.push(Piece::new(format!("{before}{piece}"), style(role), 0).gap(1));
    }
    if campaign.find.is_on() {
        let before = if left.is_empty() { "" } else { "· " };
        left.push(Piece::new(format!("{before}find {}", campaign.shown_find()), style(Role::Accent), 0).gap(1));
        let (words, role) = server(state, campaign);
        left.push(Piece::new(words, style(role), 0));
    }
    let mut right = [position(state, campaign), coverage(state, campaign)].concat();
    // Where there is no line of views, it is said here how many are marked.
    if state.layout().tabs.height == 0 && !campaign.marked.is_empty() {
        right.insert(0, Piece::new(format!("{} marked", grouped(campaign.marked.len())), style(Role::Accent), 0));
    }
    pieces::draw(buffer, area, left, right);
}

/// Where the cursor is: `row 17 ·`, before how many there are.
fn position(state: &Shared, campaign: &Campaign) -> Vec<Piece> {
    let index = campaign.list.index(&campaign.store);
    if index >= campaign.list.len() {
        return Vec::new();
    }
    let rank = if batch_alone(campaign).is_some() { 2 } else { 0 };
    vec![Piece::new(format!("row {} ·", grouped(index + 1)), state.look.style(Role::Muted), rank)]
}

/// What is loaded: `41 of 12,003 loaded, back to 21 Nov 03:02`.
fn coverage(state: &Shared, campaign: &Campaign) -> Vec<Piece> {
    let style = |role| state.look.style(role);
    let coverage = campaign.store.coverage();
    let is_filtered = !campaign.list.filter().is_only_times();
    let mut right = Vec::new();
    if campaign.store.is_empty() {
        return right;
    }
    let found = campaign.find.is_on();
    let (matching, below) = (campaign.list.matching(&campaign.store), campaign.list.below());
    let (in_window, loaded) = match campaign.choice.window.is_all() || found {
        true => ("", grouped(coverage.loaded)),
        false => (" in this window", grouped(campaign.loaded_in_window())),
    };
    let of = match is_filtered {
        true if campaign.find.refusal.is_some() => format!("nothing searched for, {loaded} loaded"),
        // What is outside the loaded range is listed, too, but does not count as loaded.
        true if below > 0 => format!("{} shown, {} –", grouped(matching + below), grouped(below)),
        true if coverage.islands > 0 => format!("{} shown, {loaded} loaded{in_window}", grouped(matching)),
        true => format!("{} of {loaded} loaded{in_window}", grouped(matching)),
        false => format!("{loaded} loaded{in_window}"),
    };
    let progress = campaign.listed_batch().and_then(|summary| campaign.batch_words(&summary, state.now));
    // How far a listed batch is says more than how much the campaign has.
    let [of_rank, far_rank, batch_rank] = match batch_alone(campaign) {
        Some(_) => [2, 3, 0],
        // How old a whole one is says more than how far the campaign goes.
        None if campaign.listed_batch().is_some_and(|summary| summary.is_whole) => [0, 2, 1],
        None => [0, 1, 1],
    };
    right.push(Piece::new(of, style(Role::Muted), of_rank).gap(1));
    let (how_far, role) = state.how_far_shown(campaign, &state.how_far(campaign));
    match below {
        0 => right.push(Piece::new(format!(", {how_far}"), style(role), far_rank).gap(0)),
        _ => right.push(Piece::new("outside the filter", style(Role::Muted), 1).gap(1)),
    }
    if coverage.islands > 0 {
        let mark = "•";
        right.push(Piece::new(format!("{} {mark} outside the loaded range", grouped(coverage.islands)), style(Role::Muted), 4));
    }
    if let Some(gap) = coverage.gap {
        let (older, newer) = (state.look.time(gap.older, state.now), state.look.time(gap.newer, state.now));
        right.push(Piece::new(format!("{older} to {newer} still to load"), style(Role::Warning), 2));
    }
    if let Some((words, role)) = progress {
        right.push(Piece::new(format!("batch: {words}"), style(role), batch_rank));
    } else if let Some(words) = parts_of_batches(campaign) {
        right.push(Piece::new(words, style(Role::Warning), 1));
    }
    if coverage.bad_rows > 0 {
        right.push(Piece::new(format!("{} unreadable", grouped(coverage.bad_rows)), style(Role::Warning), 3));
    }
    if is_filtered {
        right.push(Piece::new(format!("{} clear", state.key_for(Action::Clear)), style(Role::Muted), 5));
    }
    right
}

/// The batch that is listed and not whole, where nothing else narrows the list.
fn batch_alone(campaign: &Campaign) -> Option<BatchSummary> {
    let is_alone = campaign.choice.is_for_one_campaign() && !campaign.find.is_on();
    campaign.listed_batch().filter(|summary| is_alone && !summary.is_whole)
}

/// How much is loaded of the listed batches, where that is not all of them.
pub(in crate::tui) fn parts_of_batches(campaign: &Campaign) -> Option<String> {
    let chosen = &campaign.choice.batches;
    let summaries: Vec<_> = chosen.iter().filter_map(|batch| campaign.store.batch(batch)).collect();
    let mut parts = summaries.iter().filter(|summary| !summary.is_whole);
    let first = parts.next()?;
    Some(match (chosen.len(), parts.count()) {
        (1, _) => format!("batch: {}", loaded_of(first)),
        (all, others) => format!("{} of {} partly loaded", grouped(others + 1), counted(all, "batch")),
    })
}

/// The server's answer: not asked, asking, none, some and failed can be told apart.
pub(in crate::tui) fn server(state: &Shared, campaign: &Campaign) -> (String, Role) {
    let find = &campaign.find;
    if let Some(why) = find.refusal {
        return (why.to_string(), Role::Warning);
    }
    match find.server() {
        _ if !find.is_on() => ("digits of a number, letters of an NRIC".to_owned(), Role::Muted),
        ServerAnswer::NotAsked | ServerAnswer::Asking if campaign.connection == Connection::Paused && find.query.is_askable() => {
            ("server: not asked, paused".to_owned(), Role::Warning)
        }
        _ if find.is_typing() => ("server: about to be asked".to_owned(), Role::Muted),
        ServerAnswer::NotAsked if !find.query.is_askable() => ("server: not asked yet (3 characters needed)".to_owned(), Role::Muted),
        ServerAnswer::NotAsked => ("server: not asked".to_owned(), Role::Muted),
        ServerAnswer::Asking => match &campaign.connection {
            Connection::Waiting { until: at, .. } | Connection::Refused { until: at, .. } => {
                (format!("server: asked again {}", until(*at, state.now)), Role::Warning)
            }
            _ => ("server: being asked".to_owned(), Role::Moving),
        },
        ServerAnswer::Answered { found: 0, more: false, beside, .. } if beside.is_nothing() => {
            ("server: no such number".to_owned(), Role::Strong)
        }
        ServerAnswer::Answered { found, more, beside, .. } => {
            let none = if beside.proves_none(*more) { "none" } else { "unknown" };
            let what = if *found == 0 { none.to_owned() } else { format!("{}{} found", grouped(*found), if *more { "+" } else { "" }) };
            match besides(beside, *found == 0 && *more).as_str() {
                "" => (format!("server: {what}"), Role::Fine),
                beside => (format!("server: {what}, {beside}"), Role::Warning),
            }
        }
        ServerAnswer::Failed(why) => (format!("server: not asked: {}", in_a_line(why)), Role::Failed),
    }
}
