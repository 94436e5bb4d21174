//! The view of batches: the progress of each, and whether it can be retried as a whole.

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::bar::bar;
use super::pieces::{self, Piece};
use super::table;
use super::words::{figure_of, row_of};
use super::{empty, failures};
use crate::action::Subject;
use crate::delivery::{BatchRetry, Status, batch_retry, counted, grouped};
use crate::state::ActionKind;
use crate::store::{BatchSummary, status_index};
use crate::tui::state::{Campaign, NEWEST_BATCH, Shared};
use crate::tui::text::{Align, fit};
use crate::tui::{Role, sign};

/// How wide the short id of a batch is.
const ID: usize = 8;

/// How wide a count is, and where room is short.
const COUNT: usize = 7;
const NARROW_COUNT: usize = 6;

/// Under how many columns room is short.
const NARROW: usize = 72;

/// Draws the sum, the heads and the batches. Says where the selected one is.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, filter: Rect, heads: Rect, area: Rect) -> Option<Position> {
    let campaign = state.campaign()?;
    let batches = campaign.batches();
    let selected = campaign.selected_batch();
    let index = batches.iter().position(|summary| Some(&summary.batch.id) == selected.as_ref()).unwrap_or(0);
    draw_sum(state, campaign, (&batches, index), buffer, filter);
    if batches.is_empty() {
        empty::draw_no_batches(state, campaign, buffer, area);
        return None;
    }
    let widths = Widths::of(state, &batches, usize::from(area.width));
    let used_up = campaign.used_up_by_batch();
    draw_heads(state, buffer, heads, widths);
    table::draw(state, buffer, area, batches.len(), index, |index, style| {
        let cells_of = |summary: &BatchSummary| {
            let used_up = used_up.get(summary.batch.id.as_str()).copied().unwrap_or(0);
            cells(state, campaign, (summary, used_up), widths, style)
        };
        batches.get(index).map(cells_of).unwrap_or_default()
    })
}

fn draw_sum(state: &Shared, campaign: &Campaign, (known, index): (&[BatchSummary], usize), buffer: &mut Buffer, area: Rect) {
    let number = known.len();
    let style = |role| state.look.style(role);
    // A batch belongs to the time of its upload, and is counted whole.
    let which = if campaign.choice.window.is_all() { "in the loaded range" } else { "uploaded" };
    let mut left = vec![Piece::new(format!("{} {which}", counted(number, "batch")), style(Role::Strong), 0)];
    left.extend(failures::window(state, campaign).map(|window| Piece { text: window.text.replacen("· ", "", 1), ..window }));
    if campaign.batch_order != NEWEST_BATCH {
        left.push(Piece::new(format!("· {}", campaign.batch_order.sentence()), style(Role::Accent), 0).gap(1));
    }
    if let Some(words) = being_prepared(campaign, known, state.now) {
        left.push(Piece::new(format!("· {words}"), style(Role::Moving), 0).gap(1));
    }
    let mut right = failures::how_far(state, campaign);
    right.insert(0, Piece::new(row_of(index, number), style(Role::Muted), 3));
    pieces::draw(buffer, area, left, right, state.look.ascii);
}

/// The batches some of whose rows are still missing, in words. The API answers an upload before its
/// messages appear, which can take more than a minute; until then it only counts them.
fn being_prepared(campaign: &Campaign, batches: &[BatchSummary], now: Timestamp) -> Option<String> {
    let oldest = campaign.store.coverage().oldest;
    let prepared = |summary: &&BatchSummary| {
        let Some((total, created)) = summary.total().zip(summary.batch.created_at) else { return false };
        // Where older messages are not loaded, its rows may be among them.
        let is_covered = campaign.store.coverage().complete || oldest.is_some_and(|oldest| oldest < created);
        is_covered && total > summary.loaded && now.duration_since(created) <= PREPARED_WITHIN
    };
    let mut prepared = batches.iter().filter(prepared);
    let uploads = campaign.actions.open().iter().filter_map(|open| match &open.kind {
        ActionKind::UploadBatch { file_name, rows, .. } => Some((file_name, *rows as usize)),
        _ => None,
    });
    let mut uploads = uploads.filter(|(name, _)| !batches.iter().any(|summary| summary.batch.file_name.as_ref() == Some(name)));
    let more = prepared.clone().count() + uploads.clone().count();
    let first = match (prepared.next(), uploads.next()) {
        (Some(summary), _) => {
            let file = summary.batch.file_name.as_deref().map(|file| campaign.shown_name(file).to_owned());
            let name = file.unwrap_or_else(|| summary.batch.id.short(false));
            let total = counted(summary.total().unwrap_or(0), "row");
            format!("being prepared: {name}, {} of {total}", grouped(summary.loaded))
        }
        (None, Some((name, rows))) => format!("being prepared: {}, none of {} yet", campaign.shown_name(name), counted(rows, "row")),
        (None, None) => return None,
    };
    Some(if more > 1 { format!("{first}, and {} more", grouped(more - 1)) } else { first })
}

/// How long missing rows count as being prepared: 70 s were measured for a small file. Later they
/// are missing for another reason.
const PREPARED_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// How wide the columns are; 0 where there is no room.
#[derive(Debug, Clone, Copy)]
struct Widths {
    file: usize,
    count: usize,
    created: usize,
    bar: usize,
    whole: usize,
}

impl Widths {
    fn of(state: &Shared, batches: &[BatchSummary], room: usize) -> Self {
        let created = batches.iter().filter_map(|summary| summary.batch.created_at);
        let widest = created.map(|at| state.look.time(at, state.now).len()).max().unwrap_or(0);
        // Margin, id, four counts; then file, whole retry, created, bar.
        let (number, shortest) = if room < NARROW { (NARROW_COUNT, "not yet".len()) } else { (COUNT, 4) };
        let fixed = table::MARGIN + ID + 1 + 4 * (number + 1) + 1;
        let rest = room.saturating_sub(fixed + 1);
        let whole = rest.saturating_sub(12 + 1).clamp(shortest, 18);
        let rest = rest.saturating_sub(whole + 1);
        let created = if rest >= 12 + widest + 2 { widest } else { 0 };
        let rest = rest.saturating_sub(if created > 0 { created + 1 } else { 0 });
        // A file's name says more than the last columns of a bar.
        let bar = if rest >= 14 + 1 + 8 { rest.saturating_sub(36 + 1).clamp(8, 20) } else { 0 };
        let rest = rest.saturating_sub(if bar > 0 { bar + 1 } else { 0 });
        let file = rest.min(40);
        Self { file, count: number, created, bar, whole: whole + (rest - file).min(30) }
    }
}

fn draw_heads(state: &Shared, buffer: &mut Buffer, area: Rect, widths: Widths) {
    let ascii = state.look.ascii;
    let left = |text: &str, width: usize| if width == 0 { String::new() } else { format!("{} ", fit(text, width, Align::Left, ascii)) };
    let right = |text: &str| format!("{} ", fit(text, widths.count, Align::Right, ascii));
    let (good, bad) = (sign(&Status::Success, ascii), sign(&Status::Failure, ascii));
    let word = |sign: &str, word: &str| if widths.count < COUNT { sign.to_owned() } else { format!("{sign} {word}") };
    let text = [
        " ".repeat(table::MARGIN),
        left("batch", ID),
        left("file", widths.file),
        left("created", widths.created),
        right("rows"),
        left("progress", widths.bar),
        right(&word(good, "deliv")),
        right(&word(bad, "fail")),
        right("on way"),
        (if widths.whole < "whole retry".len() { " whole" } else { " whole retry" }).to_owned(),
    ];
    buffer.set_stringn(area.x, area.y, text.concat(), usize::from(area.width), state.look.style(Role::Heading));
}

fn cells(
    state: &Shared,
    campaign: &Campaign,
    (summary, used_up): (&BatchSummary, usize),
    widths: Widths,
    selected: Option<Style>,
) -> Line<'static> {
    let ascii = state.look.ascii;
    let style = |role| selected.unwrap_or_else(|| state.look.style(role));
    let of = |status: &Status| summary.by_status[status_index(Some(status))];
    let (delivered, failed) = (of(&Status::Success), of(&Status::Failure));
    let batch = &summary.batch;
    let left = |text: &str, width: usize, role| {
        let text = if width == 0 { String::new() } else { format!("{} ", fit(text, width, Align::Left, ascii)) };
        Span::styled(text, style(role))
    };
    let right = |number: String, role| Span::styled(format!("{} ", fit(&number, widths.count, Align::Right, ascii)), style(role));
    let created = batch.created_at.map(|at| state.look.time(at, state.now)).unwrap_or_default();
    let (mut whole, whole_role) = whole_retry(campaign, summary, used_up);
    if crate::tui::text::width(&whole) > widths.whole {
        // Half a reason says less than none.
        if let Some((answer, _)) = whole.split_once(':') {
            whole = answer.trim_end().to_owned();
        }
    }
    Line::from(vec![
        left(&batch.id.short(false), ID, Role::Text),
        left(batch.file_name.as_deref().map_or("no file name given", |file| campaign.shown_name(file)), widths.file, Role::Text),
        left(&created, widths.created, Role::Text),
        right(rows(summary), Role::Text),
        // A finished batch is drawn quietly.
        left(&progress(summary, widths.bar, ascii), widths.bar, if summary.open > 0 { Role::Moving } else { Role::Rule }),
        right(figure_of(summary, delivered), Role::Text),
        right(figure_of(summary, failed), if failed > 0 { Role::Failed } else { Role::Text }),
        right(figure_of(summary, summary.open), Role::Text),
        Span::styled(format!(" {}", fit(&whole, widths.whole, Align::Left, ascii)), style(whole_role)),
    ])
}

/// How much of it has finished, of all that it has; what is not loaded is `▒`.
fn progress(summary: &BatchSummary, width: usize, ascii: bool) -> String {
    let of = |status: &Status| summary.by_status[status_index(Some(status))];
    let ended = of(&Status::Success) + of(&Status::Failure);
    let all = summary.total().unwrap_or(summary.loaded).max(1);
    let done = bar(ended as f64 / all as f64, width, ascii);
    if summary.is_whole {
        return done;
    }
    // The total is unknown, so no part of it is known either.
    let Some(_) = summary.total() else { return "▒".repeat(width) };
    let unread = ((all - summary.loaded) as f64 / all as f64 * width as f64).round() as usize;
    let rest = width.saturating_sub(crate::tui::text::width(&done));
    let unread = unread.min(rest);
    format!("{done}{}{}", " ".repeat(rest - unread), "▒".repeat(unread))
}

/// How many rows it has; where that was not reported and more may come, a lower limit.
fn rows(summary: &BatchSummary) -> String {
    summary.total().map_or_else(|| figure_of(summary, summary.loaded), grouped)
}

/// Whether it can be retried as a whole, and why not; `used_up` of its failures have no attempts left. The part that
/// is not loaded may hold a `created` one, or failures.
pub(in crate::tui) fn whole_retry(campaign: &Campaign, summary: &BatchSummary, used_up: usize) -> (String, Role) {
    let of = |status: &Status| summary.by_status[status_index(Some(status))];
    let (created, failed) = (of(&Status::Created), of(&Status::Failure));
    if campaign.actions.blocks(&Subject::Batch(summary.batch.id.clone())) {
        return ("under way".to_owned(), Role::Moving);
    }
    if failed == 0 && summary.is_whole {
        return ("nothing failed".to_owned(), Role::Muted);
    }
    if batch_retry(summary.batch.status.as_deref()) == BatchRetry::Unlikely {
        return (format!("no: {}", summary.batch.status.as_deref().unwrap_or_default()), Role::Warning);
    }
    if created > 0 {
        return (format!("not yet: {} created", grouped(created)), Role::Warning);
    }
    match (summary.is_whole, failed) {
        (true, _) if used_up >= failed => ("no attempts left".to_owned(), Role::Muted),
        (true, _) => ("yes".to_owned(), Role::Strong),
        (false, 0) => (format!("partly: {} loaded", grouped(summary.loaded)), Role::Muted),
        (false, _) => (format!("maybe: {} loaded", grouped(summary.loaded)), Role::Text),
    }
}
