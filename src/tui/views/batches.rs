//! The view of batches: the progress of each, and whether it can be retried as a whole.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::action::Subject;
use crate::delivery::{BatchId, BatchRetry, Status, batch_retry, counted, grouped};
use crate::monitor::NoticeWeight;
use crate::state::ActionKind;
use crate::store::{BatchSummary, Direction, status_index};
use crate::tui::dialogs::{BatchQuestion, Can, RowAction};
use crate::tui::keys::Chord;
use crate::tui::shared::{Campaign, CopyFormat, CopyWhat, FilterChoice, Ordered, Shared, Sortable, TimeWindow};
use crate::tui::text::{Align, fit};
use crate::tui::views::{About, RowSubject, empty};
use crate::tui::widgets::bar::bar;
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::table;
use crate::tui::widgets::words::{figure_of, row_of};
use crate::tui::{Action, Role, sign};

pub(super) const ABOUT: About = About {
    name: "batches",
    label: "Batches",
    keys: &[Chord::char('2')],
    help: "the batches and their progress",
    actions: &[
        RowAction::Key(Action::Enter),
        RowAction::Key(Action::PlanRetry),
        RowAction::Key(Action::Copy),
        RowAction::Copy(CopyWhat::BatchId),
        RowAction::CopyMenu,
        RowAction::Key(Action::Export),
        RowAction::Key(Action::Order),
    ],
};

/// What the view remembers of a campaign.
#[derive(Default)]
pub(in crate::tui) struct Batches {
    /// The batch with the cursor; the first one if `None`.
    cursor: Option<BatchId>,
    order: Ordered<BatchColumn>,
}

impl Batches {
    /// Puts the cursor on a batch.
    pub fn select(&mut self, batch: BatchId) {
        self.cursor = Some(batch);
    }

    pub fn set_order(&mut self, order: Ordered<BatchColumn>) {
        self.order = order;
    }
}

/// The lines, in the order of the view; equal ones newest first.
pub(in crate::tui) fn lines(campaign: &Campaign) -> Vec<BatchSummary> {
    let mut batches = campaign.batches_in_window();
    let order @ Ordered { by, direction } = campaign.batch_view.order;
    if !order.is_default() {
        let reported_first = |left: &BatchSummary, right: &BatchSummary| {
            let unreported = |batch: &BatchSummary| batch_key(batch, by) == BatchKey::Unreported;
            let order = batch_key(left, by).cmp(&batch_key(right, by));
            unreported(left).cmp(&unreported(right)).then(if direction == Direction::Rising { order } else { order.reverse() })
        };
        batches.sort_by(reported_first);
    }
    batches
}

/// The batch under the cursor; the first one until it is moved.
pub(in crate::tui) fn selected(campaign: &Campaign) -> Option<BatchId> {
    let batches = lines(campaign);
    batches.get(index(campaign, &batches)).map(|summary| summary.batch.id.clone())
}

/// The index of the cursor, and how many lines there are.
pub(super) fn cursor(campaign: &Campaign) -> (usize, usize) {
    let batches = lines(campaign);
    (index(campaign, &batches), batches.len())
}

fn index(campaign: &Campaign, batches: &[BatchSummary]) -> usize {
    let cursor = campaign.batch_view.cursor.as_ref();
    cursor.and_then(|id| batches.iter().position(|summary| summary.batch.id == *id)).unwrap_or(0)
}

pub(super) fn can(action: Action, shared: &Shared, campaign: &Campaign) -> Can {
    let needs_batch = || Can::unless(selected(campaign).is_none(), "no loaded message is in a batch");
    match action {
        Action::Enter | Action::PlanRetry | Action::Copy => needs_batch(),
        Action::Clear => Can::unless(campaign.choice.window.is_all(), "all times are shown"),
        Action::Order => Can::Do("order"),
        Action::Export | Action::Back => Can::Yes,
        _ => super::in_every_view(action, shared, campaign),
    }
}

pub(super) fn key(action: Action, shared: &mut Shared) {
    match action {
        Action::Enter => {
            // A batch is shown whole, whatever the time window.
            if let Some(batch) = shared.campaign().and_then(selected) {
                shared.drill(FilterChoice { batches: vec![batch], ..FilterChoice::default() });
            }
        }
        Action::Clear => shared.set_window(TimeWindow::default()),
        Action::PlanRetry => plan_retry(shared),
        Action::Export => export(shared),
        _ => super::line_key(action, shared),
    }
}

fn plan_retry(shared: &mut Shared) {
    match shared.campaign().and_then(selected) {
        Some(batch) => BatchQuestion::open(shared, &batch),
        None => shared.tell(NoticeWeight::Info, "no loaded message is in a batch", "", ""),
    }
}

pub(super) fn subject(campaign: &Campaign) -> RowSubject {
    RowSubject { batch: selected(campaign), ..RowSubject::default() }
}

pub(super) fn title(campaign: &Campaign) -> Option<String> {
    Some(format!("Batch {}", selected(campaign)?.short(false)))
}

pub(super) fn label(action: Action) -> Option<&'static str> {
    match action {
        Action::Enter => Some("list its messages"),
        Action::PlanRetry => Some("plan a retry of the whole batch"),
        _ => None,
    }
}

pub(super) fn go(steps: isize, shared: &mut Shared) {
    let Some(campaign) = shared.campaign_mut() else { return };
    let batches = lines(campaign);
    let index = index(campaign, &batches).saturating_add_signed(steps).min(batches.len().saturating_sub(1));
    campaign.batch_view.cursor = batches.get(index).map(|summary| summary.batch.id.clone());
}

/// How wide the short id of a batch is.
const ID: usize = 8;

/// How wide a count is, and where room is short.
const COUNT: usize = 7;
const NARROW_COUNT: usize = 6;

/// Under how many columns room is short.
const NARROW: usize = 72;

/// Draws the sum, the heads and the batches. Says where the selected one is.
pub(super) fn draw(shared: &Shared, buffer: &mut Buffer, filter: Rect, heads: Rect, area: Rect) -> Option<Position> {
    let campaign = shared.campaign()?;
    let batches = lines(campaign);
    let index = index(campaign, &batches);
    draw_sum(shared, campaign, (&batches, index), buffer, filter);
    if batches.is_empty() {
        empty::draw_no_batches(shared, campaign, buffer, area);
        return None;
    }
    let widths = Widths::of(shared, &batches, usize::from(area.width));
    let used_up = campaign.used_up_by_batch();
    draw_heads(shared, buffer, heads, widths);
    table::draw(shared, buffer, area, batches.len(), index, |index, style| {
        let cells_of = |summary: &BatchSummary| {
            let used_up = used_up.get(summary.batch.id.as_str()).copied().unwrap_or(0);
            cells(shared, campaign, (summary, used_up), widths, style)
        };
        batches.get(index).map(cells_of).unwrap_or_default()
    })
}

fn draw_sum(shared: &Shared, campaign: &Campaign, (known, index): (&[BatchSummary], usize), buffer: &mut Buffer, area: Rect) {
    let number = known.len();
    let style = |role| shared.look.style(role);
    // A batch belongs to the time of its upload, and is counted whole.
    let which = if campaign.choice.window.is_all() { "in the loaded range" } else { "uploaded" };
    let mut left = vec![Piece::new(format!("{} {which}", counted(number, "batch")), style(Role::Strong), 0)];
    left.extend(super::window_words(shared, campaign).map(|window| Piece { text: window.text.replacen("· ", "", 1), ..window }));
    if !campaign.batch_view.order.is_default() {
        left.push(Piece::new(format!("· {}", campaign.batch_view.order.sentence()), style(Role::Accent), 0).gap(1));
    }
    if let Some(words) = being_prepared(campaign, known, shared.now) {
        left.push(Piece::new(format!("· {words}"), style(Role::Moving), 0).gap(1));
    }
    let mut right = super::how_far(shared, campaign);
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
    fn of(shared: &Shared, batches: &[BatchSummary], room: usize) -> Self {
        let created = batches.iter().filter_map(|summary| summary.batch.created_at);
        let widest = created.map(|at| shared.look.time(at, shared.now).len()).max().unwrap_or(0);
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

fn draw_heads(shared: &Shared, buffer: &mut Buffer, area: Rect, widths: Widths) {
    let ascii = shared.look.ascii;
    let left = |text: &str, width: usize| if width == 0 { String::new() } else { format!("{} ", fit(text, width, Align::Left)) };
    let right = |text: &str| format!("{} ", fit(text, widths.count, Align::Right));
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
    buffer.set_stringn(area.x, area.y, text.concat(), usize::from(area.width), shared.look.style(Role::Heading));
}

fn cells(
    shared: &Shared,
    campaign: &Campaign,
    (summary, used_up): (&BatchSummary, usize),
    widths: Widths,
    selected: Option<Style>,
) -> Line<'static> {
    let style = |role| selected.unwrap_or_else(|| shared.look.style(role));
    let of = |status: &Status| summary.by_status[status_index(Some(status))];
    let (delivered, failed) = (of(&Status::Success), of(&Status::Failure));
    let batch = &summary.batch;
    let left = |text: &str, width: usize, role| {
        let text = if width == 0 { String::new() } else { format!("{} ", fit(text, width, Align::Left)) };
        Span::styled(text, style(role))
    };
    let right = |number: String, role| Span::styled(format!("{} ", fit(&number, widths.count, Align::Right)), style(role));
    let created = batch.created_at.map(|at| shared.look.time(at, shared.now)).unwrap_or_default();
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
        left(&progress(summary, widths.bar), widths.bar, if summary.open > 0 { Role::Moving } else { Role::Rule }),
        right(figure_of(summary, delivered), Role::Text),
        right(figure_of(summary, failed), if failed > 0 { Role::Failed } else { Role::Text }),
        right(figure_of(summary, summary.open), Role::Text),
        Span::styled(format!(" {}", fit(&whole, widths.whole, Align::Left)), style(whole_role)),
    ])
}

/// How much of it has finished, of all that it has; what is not loaded is `▒`.
fn progress(summary: &BatchSummary, width: usize) -> String {
    let of = |status: &Status| summary.by_status[status_index(Some(status))];
    let ended = of(&Status::Success) + of(&Status::Failure);
    let all = summary.total().unwrap_or(summary.loaded).max(1);
    let done = bar(ended as f64 / all as f64, width);
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

/// The heads of what is exported.
const HEADS: [&str; 10] =
    ["id", "fileName", "createdAt", "status", "total", "loaded", "deliveredOfLoaded", "failedOfLoaded", "openOfLoaded", "wholeRetry"];

/// The batch under the cursor.
pub(super) fn copied(shared: &Shared, campaign: &Campaign, format: CopyFormat) -> Result<String, &'static str> {
    let batches = lines(campaign);
    let summary = batches.get(index(campaign, &batches)).ok_or("no batch is selected")?;
    let used_up = campaign.used_up_by_batch();
    let cells = row(shared, campaign, summary, &used_up);
    let text: Vec<String> = cells.iter().take(2).cloned().collect();
    Ok(format.row(&text, HEADS, &cells))
}

fn export(shared: &mut Shared) {
    let Some(campaign) = shared.campaign() else { return };
    let used_up = campaign.used_up_by_batch();
    let rows = lines(campaign).iter().map(|summary| row(shared, campaign, summary, &used_up)).collect();
    shared.ask_where_lines("batches", HEADS, rows);
}

fn row(shared: &Shared, campaign: &Campaign, summary: &BatchSummary, used_up: &HashMap<&str, usize>) -> Vec<String> {
    let of = |status: &Status| summary.by_status[status_index(Some(status))].to_string();
    let batch = &summary.batch;
    vec![
        batch.id.as_str().to_owned(),
        batch.file_name.as_deref().map(|file| campaign.shown_name(file).to_owned()).unwrap_or_default(),
        batch.created_at.map(|at| shared.look.exact(at)).unwrap_or_default(),
        batch.status.clone().unwrap_or_default(),
        batch.total.map(|total| total.to_string()).unwrap_or_default(),
        summary.loaded.to_string(),
        of(&Status::Success),
        of(&Status::Failure),
        summary.open.to_string(),
        whole_retry(campaign, summary, used_up.get(batch.id.as_str()).copied().unwrap_or(0)).0,
    ]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum BatchColumn {
    /// The batch's id.
    Batch,
    /// The name of its file.
    File,
    /// When it was uploaded.
    Created,
    /// How many messages it has.
    Rows,
    Delivered,
    Failed,
    /// How many are on the way.
    Open,
}

impl Sortable for BatchColumn {
    fn all() -> &'static [Self] {
        use BatchColumn::{Batch, Created, Delivered, Failed, File, Open, Rows};
        &[Batch, File, Created, Rows, Delivered, Failed, Open]
    }

    fn first() -> Self {
        BatchColumn::Created
    }

    fn name(self) -> &'static str {
        match self {
            BatchColumn::Batch => "batch",
            BatchColumn::File => "file",
            BatchColumn::Created => "created",
            BatchColumn::Rows => "rows",
            BatchColumn::Delivered => "delivered",
            BatchColumn::Failed => "failed",
            BatchColumn::Open => "open",
        }
    }

    fn label(self) -> &'static str {
        if self == BatchColumn::Open { "on the way" } else { self.name() }
    }

    fn usual(self) -> Direction {
        if matches!(self, BatchColumn::Batch | BatchColumn::File) { Direction::Rising } else { Direction::Falling }
    }

    fn words(self, direction: Direction) -> &'static str {
        match (self, direction) {
            (BatchColumn::Batch | BatchColumn::File, Direction::Rising) => "a to z",
            (BatchColumn::Batch | BatchColumn::File, Direction::Falling) => "z to a",
            (BatchColumn::Created, Direction::Rising) => "oldest first",
            (BatchColumn::Created, Direction::Falling) => "newest first",
            (_, Direction::Rising) => "fewest first",
            (_, Direction::Falling) => "most first",
        }
    }
}

/// What a batch is sorted by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum BatchKey<'a> {
    Unreported,
    Text(&'a str),
    Time(Timestamp),
    Number(usize),
}

fn batch_key(summary: &BatchSummary, by: BatchColumn) -> BatchKey<'_> {
    let of = |status: &Status| summary.by_status[status_index(Some(status))];
    match by {
        BatchColumn::Batch => BatchKey::Text(summary.batch.id.as_str()),
        BatchColumn::File => summary.batch.file_name.as_deref().map_or(BatchKey::Unreported, BatchKey::Text),
        BatchColumn::Created => summary.batch.created_at.map_or(BatchKey::Unreported, BatchKey::Time),
        BatchColumn::Rows => BatchKey::Number(summary.total().unwrap_or(summary.loaded)),
        BatchColumn::Delivered => BatchKey::Number(of(&Status::Success)),
        BatchColumn::Failed => BatchKey::Number(of(&Status::Failure)),
        BatchColumn::Open => BatchKey::Number(summary.loaded.saturating_sub(of(&Status::Success) + of(&Status::Failure))),
    }
}
