//! What is shown where there are no rows: why, and what to do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::delivery::{counted, grouped};
use crate::monitor::Connection;
use crate::postman::Explanation;
use crate::tui::shared::{Campaign, ServerAnswer, Shared, TimeWindow};
use crate::tui::text::wrap;
use crate::tui::views::messages::{sum, wider_window};
use crate::tui::widgets::words::{besides, until};
use crate::tui::{Action, Role, ViewKind};

/// Draws why the list is empty.
pub(in crate::tui) fn draw(state: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect) {
    let look = &state.look;
    let (strong, text, muted) = (look.style(Role::Strong), look.style(Role::Text), look.style(Role::Muted));
    let mut lines: Vec<(String, Style)> = Vec::new();
    let mut explain = |what: &Explanation, role: Role| {
        lines.push((what.what.clone(), look.style(role)));
        lines.push((what.why.clone(), text));
        lines.push((what.next.clone(), text));
        lines.push((what.trace_id.as_ref().map(|id| format!("trace id {id}")).unwrap_or_default(), muted));
    };
    match &campaign.connection {
        _ if campaign.settings.broken.is_some() => {
            if let Some(why) = &campaign.settings.broken {
                explain(why, Role::Failed);
            }
        }
        _ if !campaign.store.is_empty() => lines = filtered(state, campaign, strong, text),
        Connection::Waiting { until: at, why, .. } => {
            explain(why, Role::Warning);
            lines.push((format!("Trying again {}.", until(*at, state.now)), muted));
        }
        Connection::Refused { until: at, why, .. } => {
            explain(why, Role::Failed);
            lines.push((format!("Trying again {}, in case it was fixed.", until(*at, state.now)), muted));
        }
        Connection::Paused => {
            lines.push(("Paused before anything was loaded.".to_owned(), strong));
            lines.push((format!("{} continues.", state.key_for(Action::Pause)), text));
        }
        Connection::Live if campaign.store.coverage().complete => {
            lines.push(("No messages in this campaign yet.".to_owned(), strong));
            lines.push(("The first one will appear here.".to_owned(), muted));
        }
        Connection::Connecting | Connection::Live => {
            lines.push((format!("Loading the newest messages from {}", campaign.settings.host), muted));
        }
    }
    put(buffer, area, &lines);
}

/// A list that is empty because of a filter or a find.
fn filtered(state: &Shared, campaign: &Campaign, strong: Style, text: Style) -> Vec<(String, Style)> {
    let coverage = campaign.store.coverage();
    let loaded = format!("the {} loaded, {}", grouped(coverage.loaded), state.how_far(campaign));
    if campaign.find.is_on() {
        if let Some(why) = campaign.find.refusal {
            return vec![(format!("This cannot be searched for: {why}."), strong), ("Nothing was searched for.".to_owned(), text)];
        }
        let reported;
        let server = match campaign.find.server() {
            ServerAnswer::Answered { found: 0, more: false, beside, .. } if beside.is_nothing() => {
                "The server has no such number either, in the whole history."
            }
            ServerAnswer::Answered { found: 0, more, beside, .. } => {
                reported = match beside.proves_none(*more) {
                    true => {
                        format!("The server did not search. Its whole list, {} messages, holds no such number.", grouped(beside.others))
                    }
                    false => format!("Whether the server has any is unknown: {}.", besides(beside, *more)),
                };
                &reported
            }
            ServerAnswer::Answered { .. } => "The server found some: they appear here as they are loaded.",
            ServerAnswer::Asking | ServerAnswer::NotAsked
                if campaign.connection == Connection::Paused && campaign.find.query.is_askable() =>
            {
                reported = format!("The server is not asked: paused. {} continues.", state.key_for(Action::Pause));
                &reported
            }
            ServerAnswer::Asking if matches!(campaign.connection, Connection::Waiting { .. } | Connection::Refused { .. }) => {
                "The server will be asked again; the first line says when."
            }
            ServerAnswer::Asking => "The server is being asked.",
            ServerAnswer::Failed(_) => "The server could not be asked: see the line above.",
            ServerAnswer::NotAsked if campaign.find.query.is_askable() => "The server is about to be asked.",
            ServerAnswer::NotAsked => "The server was not asked: it needs 3 characters.",
        };
        return vec![(format!("No number with {} in {loaded}.", campaign.shown_find()), strong), (server.to_owned(), text)];
    }
    let (filter, clear, times) = (state.key_for(Action::Filter), state.key_for(Action::Clear), state.key_for(Action::TimeWindow));
    let window = campaign.choice.window;
    let is_whole = campaign.is_window_whole();
    let changes = match window.is_all() {
        _ if campaign.choice.is_window_alone() => format!("{times} shows other times."),
        true => format!("{filter} changes the filter, {clear} clears it."),
        false => format!("{filter} changes the filter, {clear} clears it, {times} shows other times."),
    };
    let next = if let Some(wider) = wider_window(campaign) {
        format!("{} shows {}, {changes}", state.key_for(Action::Enter), wider.span_words())
    } else if coverage.ends_here() || is_whole {
        changes
    } else if campaign.further_asked {
        format!("Reading further back. {changes}")
    } else {
        format!("{} reads further back, {changes}", state.key_for(Action::Enter))
    };
    let what = campaign.choice.of_all_times().pieces(&state.look.zone, state.now);
    let what = match what.as_slice() {
        [] => "Nothing".to_owned(),
        [one] => format!("Nothing {one}"),
        pieces => format!("Nothing that is {}", pieces.join(" and ")),
    };
    let what = if window.is_all() {
        format!("{what} in {loaded}.")
    } else {
        let whole = if is_whole { "all of that window is loaded" } else { "part of that window is loaded" };
        let loaded = counted(coverage.loaded, "message");
        format!("{what}{}: {whole}, {loaded} {}.", in_time(state, window), state.how_far(campaign))
    };
    let part = sum::parts_of_batches(campaign).map(|words| (format!("Not all of it is loaded: {words}."), text));
    [(what, strong)].into_iter().chain(part).chain([(next, text)]).collect()
}

/// A time window within a sentence: ` in the last 24 h`, ` today`.
fn in_time(state: &Shared, window: TimeWindow) -> String {
    let words = window.words(&state.look.zone, state.now);
    if words.starts_with("last ") { format!(" in the {words}") } else { format!(" {words}") }
}

/// Draws that nothing has failed in the loaded range.
pub(in crate::tui) fn draw_no_failures(state: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect) {
    if campaign.store.is_empty() {
        return draw(state, campaign, buffer, area);
    }
    let (strong, text) = (state.look.style(Role::Strong), state.look.style(Role::Text));
    let loaded = grouped(campaign.failures.loaded());
    let (messages, enter) = (state.key_for(Action::Show(ViewKind::Messages)), state.key_for(Action::Enter));
    let next = match campaign.is_window_whole() && !campaign.choice.window.is_all() {
        true => format!("{} shows other times.", state.key_for(Action::TimeWindow)),
        false => format!("{messages} shows the messages; at their end, {enter} reads further back."),
    };
    let what = format!(
        "No failures in the {loaded} loaded{}, {}.",
        in_window(state, campaign),
        state.how_far_shown(campaign, &state.how_far(campaign)).0
    );
    put(buffer, area, &[(what, strong), (next, text)]);
}

/// The time window; nothing for all times.
fn in_window(state: &Shared, campaign: &Campaign) -> String {
    let window = campaign.choice.window;
    if window.is_all() { String::new() } else { format!(" of this window, {}", window.words(&state.look.zone, state.now)) }
}

/// Draws that there is nothing to make charts of.
pub(in crate::tui) fn draw_no_trends(state: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect) {
    if campaign.store.is_empty() || campaign.is_unread() {
        return draw(state, campaign, buffer, area);
    }
    let (strong, text) = (state.look.style(Role::Strong), state.look.style(Role::Text));
    let (times, messages) = (state.key_for(Action::TimeWindow), state.key_for(Action::Show(ViewKind::Messages)));
    let window = campaign.choice.window.words(&state.look.zone, state.now);
    let (what, next) = match campaign.is_window_whole() {
        _ if window.is_empty() => ("No loaded message says when it was sent.".to_owned(), format!("{messages} lists the messages.")),
        true => (format!("Nothing was sent in this window, {window}."), format!("{times} shows other times.")),
        false => (
            format!("Nothing of this window is loaded, {window}: {}.", state.how_far(campaign)),
            format!(
                "{times} shows other times; at the end of the messages ({messages}), {} reads further back.",
                state.key_for(Action::Enter)
            ),
        ),
    };
    put(buffer, area, &[(what, strong), (next, text)]);
}

/// Draws that no loaded message is in a batch.
pub(in crate::tui) fn draw_no_batches(state: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect) {
    if campaign.store.is_empty() {
        return draw(state, campaign, buffer, area);
    }
    let (strong, text) = (state.look.style(Role::Strong), state.look.style(Role::Text));
    let loaded = counted(campaign.store.coverage().loaded, "message");
    let what = format!("No batch in the {loaded} loaded, {}.", state.how_far(campaign));
    let next = "The API has no list of batches: each appears here with its first loaded message.";
    let known = campaign.store.batches().len();
    if known > 0 {
        let what = format!(
            "No batch has a message in this window, {}: {} known.",
            campaign.choice.window.words(&state.look.zone, state.now),
            grouped(known)
        );
        return put(buffer, area, &[(what, strong), (format!("{} shows other times.", state.key_for(Action::TimeWindow)), text)]);
    }
    put(buffer, area, &[(what, strong), (next.to_owned(), text)]);
}

/// Draws that nothing changed and nothing was done.
pub(in crate::tui) fn draw_no_activity(state: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect) {
    let (strong, text) = (state.look.style(Role::Strong), state.look.style(Role::Text));
    let what = match campaign.changes.since() {
        Some(since) => format!(
            "Nothing has changed since {}, when this was last looked at.",
            state.look.minute(state.look.of_that_day(since), state.now)
        ),
        None => "Nothing is loaded yet: changes appear here as they are seen.".to_owned(),
    };
    let lines = [
        (what, strong),
        ("Nothing has been retried since the start, and no earlier outcome is unknown.".to_owned(), text),
        (
            format!(
                "{} shows the failures, {} plans a retry. `postwatch journal` lists everything ever done.",
                state.key_for(Action::Show(ViewKind::Failures)),
                state.key_for(Action::PlanRetry)
            ),
            text,
        ),
    ];
    put(buffer, area, &lines);
}

/// Draws what to do where no campaign is configured.
pub(in crate::tui) fn draw_without_campaign(state: &Shared, buffer: &mut Buffer, area: Rect) {
    let (strong, text) = (state.look.style(Role::Strong), state.look.style(Role::Text));
    let (notices, quit) = (state.key_for(Action::Notices), state.key_for(Action::Quit));
    let lines = [
        ("No campaign can be shown.".to_owned(), strong),
        (format!("The configuration has no valid one. {notices} lists what is wrong, {quit} quits."), text),
    ];
    put(buffer, area, &lines);
}

/// Puts wrapped lines below each other, a blank column at the left.
fn put(buffer: &mut Buffer, area: Rect, lines: &[(String, Style)]) {
    let Some(width) = usize::from(area.width).checked_sub(6) else { return };
    let wrapped = lines.iter().flat_map(|(text, style)| wrap(text, width.min(90)).into_iter().map(move |line| (line, *style)));
    // One blank line above sets it apart from the heads, whose line stays empty.
    for (y, (line, style)) in (area.y..area.bottom()).zip(wrapped) {
        buffer.set_stringn(area.x + 3, y, line, width, style);
    }
}
