//! The line below the last message: how far the list goes, and how to load more.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::table::selected_style;
use super::wider_window;
use super::widths::MARGIN;
use crate::delivery::{counted, grouped};
use crate::tui::shared::{Campaign, Ordered, ServerAnswer, Shared, Sortable as _};
use crate::tui::text::{self, cut};
use crate::tui::widgets::words::besides;
use crate::tui::{Action, Context, Role};

/// Draws it.
pub(super) fn draw(shared: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect, is_selected: bool) {
    let style = if is_selected { selected_style(shared, campaign) } else { shared.look.style(Role::Muted) };
    let mark = if is_selected { "›" } else { " " };
    let width = usize::from(area.width);
    let text = format!(" {mark} {}", end_words(shared, campaign, width.saturating_sub(MARGIN)));
    if is_selected {
        buffer.set_style(area, style);
    }
    buffer.set_stringn(area.x, area.y, cut(&text, width), width, style);
}

/// The text of the last line. In another order than newest first it says that the order covers what is
/// loaded: the rest can belong anywhere.
fn end_words(shared: &Shared, campaign: &Campaign, room: usize) -> String {
    let words = reach_words(shared, campaign);
    if campaign.list.is_newest_first() {
        return words;
    }
    let order = Ordered::of_messages(campaign.list.order());
    let loaded = match campaign.store.coverage() {
        coverage if coverage.dropped > 0 || campaign.find.is_on() => String::new(),
        coverage => format!("{} loaded, ", grouped(coverage.loaded)),
    };
    // Where room is short, the sign in the head says which end comes first.
    let orders = [format!("sorted {}", order.sentence()), format!("sorted by {}", order.by.label()), format!("by {}", order.by.label())];
    let mut sentences = orders.map(|order| format!("{order}: {loaded}{words}")).into_iter();
    let fitting = sentences.clone().find(|sentence| text::width(sentence) <= room);
    fitting.or_else(|| sentences.next_back()).unwrap_or_default()
}

fn reach_words(shared: &Shared, campaign: &Campaign) -> String {
    if campaign.find.is_on() {
        let here = campaign.list.matching(&campaign.store) + campaign.list.below();
        let loaded = format!("{} in what is loaded, {}", grouped(here), shared.how_far(campaign));
        return match campaign.find.server() {
            _ if campaign.find.is_reading_further() => "loading more from the server".to_owned(),
            ServerAnswer::Answered { found, more: true, beside, .. } => {
                // Enter elsewhere opens a message.
                let enter = format!("{} on this line loads more", shared.keymap.name(Context::MESSAGES, Action::Enter));
                match beside.others {
                    0 => format!("{} loaded of what the server found · {enter}", grouped(*found)),
                    _ => format!("{} found so far; the server did not search · {enter}", grouped(*found)),
                }
            }
            ServerAnswer::Answered { found, more: false, beside, .. } if !beside.is_nothing() => {
                format!("{} found by the server; {}", grouped(*found), besides(beside, false))
            }
            ServerAnswer::Answered { found, more: false, .. } => format!("all that the server found: {}", grouped(*found)),
            ServerAnswer::NotAsked | ServerAnswer::Asking | ServerAnswer::Failed(_) => loaded,
        };
    }
    if let Some(summary) = campaign.listed_batch().filter(|_| wider_window(campaign).is_none()) {
        let Some((words, _)) = campaign.batch_progress(&summary) else {
            return format!("the whole batch is loaded: {}", counted(summary.loaded, "message"));
        };
        let batch = &summary.batch.id;
        if campaign.is_loading_batch(batch) {
            return words;
        }
        let what = if campaign.has_loaded_all_of(batch) { "loads it again" } else { "loads the rest" };
        return format!("{words} · {} {what}", shared.key_for(Action::Enter));
    }
    // Behind an order, `loaded` was said already.
    let how_far = if campaign.list.is_newest_first() { shared.loaded_how_far(campaign) } else { shared.how_far(campaign) };
    let coverage = campaign.store.coverage();
    if coverage.dropped > 0 {
        format!("kept {}, {} · max_messages keeps more", grouped(coverage.loaded), shared.how_far(campaign))
    } else if let Some(wider) = wider_window(campaign) {
        let window = campaign.choice.window.words(&shared.look.zone, shared.now);
        let end = match window.strip_prefix("since ") {
            Some(since) => format!("no more since {since}"),
            None if window.starts_with("last ") => format!("end of the {window}"),
            None => format!("end of {window}"),
        };
        format!("{end}: {} shows {}", shared.keymap.name(Context::MESSAGES, Action::Enter), wider.span_words())
    } else if campaign.is_window_whole() && !campaign.choice.window.is_all() && !campaign.is_all_in_window() {
        let words = campaign.choice.window.words(&shared.look.zone, shared.now);
        format!("the whole window, {words} · {} shows other times", shared.key_for(Action::TimeWindow))
    } else if coverage.complete {
        how_far
    } else if campaign.further_asked {
        format!("{how_far} · reading further back")
    } else {
        format!("{how_far} · {} reads further back", shared.key_for(Action::Enter))
    }
}
