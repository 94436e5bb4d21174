//! How the batches look: a line each, with a bar of what became of its messages.

mod waiting; // files whose rows do not show yet

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{classes, index, lines, whole_retry};
use crate::delivery::{Class, counted, grouped, percent};
use crate::store::{BatchSummary, Classes};
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{Align, cut_middle, fit, width};
use crate::tui::theme::graph_style;
use crate::tui::views::empty;
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::words::{figure_of, row_of};
use crate::tui::widgets::{stacked, table};
use crate::tui::{Action, Role, class_sign};

/// How wide the short id of a batch is.
const ID: usize = 8;

/// Under how many columns the heads are signs.
const NARROW: usize = 96;

/// The fewest cells in which a bar says something.
const BAR: usize = 4;

/// Draws the sum, the heads and the batches. Says where the selected one is.
pub(in crate::tui::views) fn draw(shared: &Shared, buffer: &mut Buffer, filter: Rect, heads: Rect, area: Rect) -> Option<Position> {
    let campaign = shared.campaign()?;
    let batches = lines(campaign);
    let index = index(campaign, &batches);
    draw_sum(shared, campaign, (&batches, index), buffer, filter);
    let waiting = waiting::lines(shared, campaign, usize::from(area.width));
    if batches.is_empty() && waiting.is_empty() {
        empty::draw_no_batches(shared, campaign, buffer, area);
        return None;
    }
    // Right below the batches; where those fill the area, at its end.
    let room = lines_in(campaign, area.height);
    let listed = u16::try_from(batches.len()).unwrap_or(u16::MAX).min(room);
    for (y, line) in (area.y + listed..area.bottom()).zip(&waiting) {
        buffer.set_line(area.x, y, line, area.width);
    }
    let area = Rect { height: room, ..area };
    if batches.is_empty() {
        return None;
    }
    let widths = Widths::of(shared, campaign, &batches, usize::from(area.width));
    let used_up = campaign.used_up_by_batch();
    draw_heads(shared, buffer, heads, widths);
    table::draw(shared, buffer, area, batches.len(), index, |index, style| {
        batches.get(index).map(|summary| cells(shared, campaign, summary, &used_up, widths, style)).unwrap_or_default()
    })
}

/// How many lines of an area are batches, and not files whose rows do not show yet.
pub(in crate::tui::views) fn lines_in(campaign: &Campaign, height: u16) -> u16 {
    height.saturating_sub(waiting::rows(waiting::count(campaign), height))
}

fn draw_sum(shared: &Shared, campaign: &Campaign, (known, index): (&[BatchSummary], usize), buffer: &mut Buffer, area: Rect) {
    let number = known.len();
    let style = |role| shared.look.style(role);
    let is_windowed = !campaign.choice.window.is_all();
    let which = if is_windowed { "" } else { " in the loaded range" };
    let mut left = vec![Piece::new(format!("{}{which}", counted(number, "batch")), style(Role::Strong), 0)];
    left.extend(super::super::window_words(shared, campaign));
    if is_windowed {
        // A batch with one message in the window is listed with all it has.
        left.push(Piece::new("· each counted whole", style(Role::Muted), 3).gap(1));
    }
    if !campaign.batch_view.order.is_default() {
        left.push(Piece::new(format!("· {}", campaign.batch_view.order.sentence()), style(Role::Accent), 0).gap(1));
    }
    let has_progress = Widths::of(shared, campaign, known, usize::from(area.width)).progress > 0;
    let ages = known.iter().filter_map(|summary| campaign.batch_age_words(&summary.batch.id, shared.now).map(|words| (summary, words)));
    let oldest = ages.max_by_key(|(summary, _)| campaign.batch_age(&summary.batch.id, shared.now));
    // Elsewhere each says it itself.
    if let Some((_, (old, role))) = oldest.filter(|_| !has_progress) {
        left.push(Piece::new(format!("· figures up to {old} old"), style(role), 0).gap(1));
    }
    if let Some(words) = being_prepared(campaign, known, shared.now) {
        left.push(Piece::new(format!("· {words}"), style(Role::Moving), 0).gap(1));
    }
    let mut right = super::super::how_far(shared, campaign);
    right.insert(0, Piece::new(row_of(index, number), style(Role::Muted), 3));
    pieces::draw(buffer, area, left, right);
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
    let more = prepared.clone().count();
    // A file without a row yet has a line of its own.
    let summary = prepared.next()?;
    let file = summary.batch.file_name.as_deref().map(|file| campaign.shown_name(file).to_owned());
    let name = file.unwrap_or_else(|| summary.batch.id.short(false));
    let total = counted(summary.total().unwrap_or(0), "row");
    let first = format!("being prepared: {name}, {} of {total}", grouped(summary.loaded));
    Some(if more > 1 { format!("{first}, and {} more", grouped(more - 1)) } else { first })
}

/// How long missing rows count as being prepared: 70 s were measured for a small file. Later they
/// are missing for another reason.
const PREPARED_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// How wide a share of deliveries is at least, with a blank before it.
const SHARE: usize = 7;

/// How wide the columns are; 0 where there is no room.
#[derive(Debug, Clone, Copy, Default)]
struct Widths {
    file: usize,
    created: usize,
    rows: usize,
    progress: usize,
    delivered: usize,
    failed: usize,
    retry: usize,
    /// Whether the heads are signs.
    is_narrow: bool,
}

impl Widths {
    fn of(shared: &Shared, campaign: &Campaign, batches: &[BatchSummary], room: usize) -> Self {
        let least = Heads::of(room < NARROW).rows.len();
        let wide = Self::with_rows(shared, campaign, batches, room, widest(&mut batches.iter().map(rows), least));
        if wide.progress > 0 {
            return wide;
        }
        // Nothing else says then how much is loaded.
        Self::with_rows(shared, campaign, batches, room, widest(&mut batches.iter().map(rows_loaded), least))
    }

    /// The widths where the column of rows is that wide.
    fn with_rows(shared: &Shared, campaign: &Campaign, batches: &[BatchSummary], room: usize, rows: usize) -> Self {
        let is_narrow = room < NARROW;
        let heads = Heads::of(is_narrow);
        let failed = &mut batches.iter().map(|summary| figure_of(summary, classes(campaign, summary)[Class::Failed]));
        let mut widths = Self {
            rows,
            delivered: widest(
                &mut batches.iter().map(|summary| delivered(summary, &classes(campaign, summary))),
                SHARE.max(width(&heads.delivered)),
            ),
            failed: widest(failed, width(&heads.failed)),
            is_narrow,
            ..Self::default()
        };
        // The margin, the id, three figures, a blank column at the end.
        let fixed = table::MARGIN + ID + 1 + widths.rows + 1 + widths.delivered + 1 + widths.failed + 2 + 1;
        let mut rest = room.saturating_sub(fixed);
        let created =
            widest(&mut batches.iter().filter_map(|summary| summary.batch.created_at).map(|at| shared.look.time(at, shared.now)), 0);
        // What each column needs at least, then what it is better with, by how much that says.
        for (column, more) in [
            (Self::retry as fn(&mut Self) -> &mut usize, 7),
            (Self::file, 12),
            (Self::progress, 14),
            (Self::retry, 7),
            (Self::created, created),
            (Self::file, 12),
            (Self::retry, 10),
            (Self::progress, 16),
            (Self::file, 16),
            (Self::progress, 30),
            (Self::retry, 30),
        ] {
            let column = column(&mut widths);
            let begins = *column == 0;
            // A column that has no room for its beginning is left out; one that is there takes what there is.
            let taken = if begins { more + 1 } else { more.min(rest) };
            if taken > 0 && taken <= rest && more > 0 {
                *column += if begins { more } else { taken };
                rest -= taken;
            }
        }
        widths
    }

    fn retry(&mut self) -> &mut usize {
        &mut self.retry
    }

    fn file(&mut self) -> &mut usize {
        &mut self.file
    }

    fn progress(&mut self) -> &mut usize {
        &mut self.progress
    }

    fn created(&mut self) -> &mut usize {
        &mut self.created
    }
}

/// How wide the widest of these texts is, and `least` at least.
fn widest(texts: &mut dyn Iterator<Item = String>, least: usize) -> usize {
    texts.map(|text| width(&text)).max().unwrap_or(0).max(least)
}

/// The heads of the figures.
struct Heads {
    rows: &'static str,
    delivered: String,
    failed: String,
}

impl Heads {
    fn of(is_narrow: bool) -> Self {
        let sign = |class: Class, word: &str| if is_narrow { format!("{}{word}", class_sign(class)) } else { class.word().to_owned() };
        Self { rows: "rows", delivered: sign(Class::Delivered, " %"), failed: sign(Class::Failed, "") }
    }
}

fn draw_heads(shared: &Shared, buffer: &mut Buffer, area: Rect, widths: Widths) {
    let left = |text: &str, width: usize| if width == 0 { String::new() } else { format!("{} ", fit(text, width, Align::Left)) };
    let right = |text: &str, width: usize| format!("{} ", fit(text, width, Align::Right));
    let heads = Heads::of(widths.is_narrow);
    let text = [
        " ".repeat(table::MARGIN),
        left("batch", ID),
        left("file", widths.file),
        left("created", widths.created),
        right(heads.rows, widths.rows),
        left("progress", widths.progress),
        right(&heads.delivered, widths.delivered),
        right(&heads.failed, widths.failed),
        " retry?".to_owned(),
    ];
    buffer.set_stringn(area.x, area.y, text.concat(), usize::from(area.width), shared.look.style(Role::Heading));
}

fn cells(
    shared: &Shared,
    campaign: &Campaign,
    summary: &BatchSummary,
    used_up: &HashMap<&str, usize>,
    widths: Widths,
    selected: Option<Style>,
) -> Line<'static> {
    let style = |role| selected.unwrap_or_else(|| shared.look.style(role));
    let classes = classes(campaign, summary);
    let failed = classes[Class::Failed];
    let batch = &summary.batch;
    let left = |text: &str, width: usize, role| {
        let text = if width == 0 { String::new() } else { format!("{} ", fit(text, width, Align::Left)) };
        Span::styled(text, style(role))
    };
    let right = |text: &str, width: usize, role| Span::styled(format!("{} ", fit(text, width, Align::Right)), style(role));
    let file = batch.file_name.as_deref().map_or("no file name given", |file| campaign.shown_name(file));
    let created = batch.created_at.map(|at| shared.look.time(at, shared.now)).unwrap_or_default();
    let used_up = used_up.get(batch.id.as_str()).copied().unwrap_or(0);
    let (whole, whole_role) = whole_retry(campaign, summary, used_up, &shared.key_for(Action::Enter));
    // Half a reason says less than none.
    let whole = whole.iter().find(|words| width(words) <= widths.retry).or(whole.last()).cloned().unwrap_or_default();
    let rows = if widths.progress == 0 { rows_loaded(summary) } else { rows(summary) };
    let mut spans = vec![
        left(&batch.id.short(false), ID, Role::Text),
        // Files of one kind differ at the end of their names.
        left(&cut_middle(file, widths.file), widths.file, Role::Text),
        left(&created, widths.created, Role::Text),
        right(&rows, widths.rows, Role::Text),
    ];
    if widths.progress > 0 {
        let old = campaign.batch_age_words(&batch.id, shared.now).map(|(old, role)| (format!("{old} old"), style(role)));
        spans.extend(progress(shared, summary, &classes, widths.progress, style(Role::Muted), old));
        spans.push(Span::styled(" ", style(Role::Text)));
    }
    spans.push(right(&delivered(summary, &classes), widths.delivered, Role::Text));
    spans.push(right(&figure_of(summary, failed), widths.failed, if failed > 0 { Role::Failed } else { Role::Text }));
    spans.push(Span::styled(format!(" {}", fit(&whole, widths.retry, Align::Left)), style(whole_role)));
    Line::from(spans)
}

/// What became of its messages, by class, and how old that is where it is `old`; of what is not loaded nothing is known.
fn progress(
    shared: &Shared,
    summary: &BatchSummary,
    classes: &Classes,
    room: usize,
    words_style: Style,
    old: Option<(String, Style)>,
) -> Vec<Span<'static>> {
    if summary.is_whole {
        let parts = stacked::of_classes(&shared.look, classes, true);
        let Some((words, style)) = old.filter(|(words, _)| width(words) < room) else { return stacked::spans(room, &parts) };
        let words = format!(" {words}");
        let mut spans = stacked::spans(room - width(&words), &parts);
        spans.push(Span::styled(words, style));
        return spans;
    }
    let loaded = grouped(summary.loaded);
    let words = match summary.total().map(grouped) {
        Some(total) => [format!("{loaded} of {total} loaded"), format!("{loaded} of {total}")],
        None => [format!("{loaded} loaded"), loaded],
    };
    let words = words.iter().find(|words| width(words) + 1 + BAR <= room).or(words.last().filter(|words| width(words) <= room));
    let taken = words.map_or(0, |words| width(words) + 1);
    let bar = room.saturating_sub(taken).min(if taken > 0 { room / 2 } else { room });
    // Without a total, how much the loaded part is of it is unknown, too.
    let part = summary.total().map_or(0, |total| {
        let part = (summary.loaded as f64 / total.max(1) as f64 * bar as f64).round() as usize;
        part.max(usize::from(summary.loaded > 0)).min(bar.saturating_sub(1))
    });
    let mut spans = stacked::spans(part, &stacked::of_classes(&shared.look, classes, false));
    let rest = bar - part.min(bar);
    spans.push(Span::styled(stacked::NOT_LOADED.repeat(rest), graph_style(shared.look.style(Role::Rule))));
    let words = words.map(|words| if bar > 0 { format!(" {words}") } else { words.clone() }).unwrap_or_default();
    spans.push(Span::styled(fit(&words, room - bar, Align::Left), words_style));
    spans
}

/// The share of its messages that were delivered; of a part it would say nothing of the whole.
fn delivered(summary: &BatchSummary, classes: &Classes) -> String {
    match classes.total() {
        total if summary.is_whole && total > 0 => percent(classes[Class::Delivered] as f64 / total as f64),
        _ => "–".to_owned(),
    }
}

/// How many rows it has; where that was not reported and more may come, a lower limit.
fn rows(summary: &BatchSummary) -> String {
    summary.total().map_or_else(|| figure_of(summary, summary.loaded), grouped)
}

/// The same, with how many of them are loaded.
fn rows_loaded(summary: &BatchSummary) -> String {
    match summary.total() {
        Some(total) if !summary.is_whole => format!("{} of {}", grouped(summary.loaded), grouped(total)),
        _ => rows(summary),
    }
}
