//! The view of batches: the progress of each, what became of it, and whether it can be retried as a whole.

mod columns; // by which they can be sorted
mod draw;

pub(in crate::tui) use columns::BatchColumn;
pub(super) use draw::{draw, lines_in};

use std::collections::HashMap;

use crate::action::Subject;
use crate::delivery::{BatchId, BatchRetry, Class, batch_retry, grouped};
use crate::monitor::NoticeWeight;
use crate::store::{BatchSummary, Classes, Direction};
use crate::tui::dialogs::{BatchQuestion, Can, RowAction};
use crate::tui::keys::Chord;
use crate::tui::shared::{Campaign, CopyFormat, CopyWhat, FilterChoice, Ordered, Shared};
use crate::tui::text::age;
use crate::tui::views::{About, RowSubject};
use crate::tui::{Action, Role};
use columns::{BatchKey, batch_key};

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
            let unreported = |batch: &BatchSummary| batch_key(campaign, batch, by) == BatchKey::Unreported;
            let order = batch_key(campaign, left, by).cmp(&batch_key(campaign, right, by));
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
        Action::Enter => Some("list its messages, and load them all"),
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

/// The loaded messages of a batch by class, as of the campaign's figures.
pub(in crate::tui) fn classes(campaign: &Campaign, summary: &BatchSummary) -> Classes {
    let now = campaign.recent_until;
    summary.classes(now, campaign.store.patience(now))
}

/// Whether it can be retried as a whole, and why not, from the most words to the fewest; `used_up` of its failures have no
/// attempts left. The part that is not loaded may hold a `created` one, or failures: of it nothing is said.
fn whole_retry(campaign: &Campaign, summary: &BatchSummary, used_up: usize, enter: &str) -> (Vec<String>, Role) {
    let failed = classes(campaign, summary)[Class::Failed];
    let words = |words: &[&str], role| (words.iter().map(|word| (*word).to_owned()).collect(), role);
    if campaign.actions.blocks(&Subject::Batch(summary.batch.id.clone())) {
        return words(&["under way"], Role::Moving);
    }
    if campaign.is_loading_batch(&summary.batch.id) {
        let left = campaign.batch_time_left(summary).map(|left| format!("loading, {} left", age(left)));
        return (left.into_iter().chain(["loading".to_owned()]).collect(), Role::Moving);
    }
    if failed == 0 && summary.is_whole {
        return words(&["nothing failed", "no"], Role::Muted);
    }
    if batch_retry(summary.batch.status.as_deref()) == BatchRetry::Unlikely {
        let status = summary.batch.status.as_deref().unwrap_or_default();
        return (vec![format!("no: its status is {status}"), format!("no: {status}"), "no".to_owned()], Role::Warning);
    }
    if summary.created > 0 {
        let created = grouped(summary.created);
        return (vec![format!("not yet: {created} just created"), format!("not yet: {created}"), "not yet".to_owned()], Role::Warning);
    }
    if !summary.is_whole {
        let what = if campaign.has_loaded_all_of(&summary.batch.id) { ["loads it again", "again"] } else { ["loads the rest", "loads it"] };
        return (what.map(|what| format!("{enter} {what}")).into_iter().chain(["partly".to_owned()]).collect(), Role::Accent);
    }
    if used_up >= failed { words(&["no attempts left", "no"], Role::Muted) } else { words(&["yes"], Role::Strong) }
}

/// The heads of what is exported.
const HEADS: [&str; 15] = [
    "id",
    "fileName",
    "createdAt",
    "status",
    "total",
    "loaded",
    "deliveredOfLoaded",
    "failedOfLoaded",
    "onTheWayOfLoaded",
    "stuckOfLoaded",
    "unconfirmedOfLoaded",
    "sentAbroadOfLoaded",
    "handedOverOfLoaded",
    "otherOfLoaded",
    "wholeRetry",
];

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
    let batch = &summary.batch;
    let used_up = used_up.get(batch.id.as_str()).copied().unwrap_or(0);
    let (whole, _) = whole_retry(campaign, summary, used_up, "Enter");
    // Which key loads the rest means nothing in a file.
    let whole =
        if summary.is_whole || summary.created > 0 { whole.first().cloned() } else { Some("unknown until all of it is loaded".to_owned()) };
    let classes = classes(campaign, summary);
    let mut cells = vec![
        batch.id.as_str().to_owned(),
        batch.file_name.as_deref().map(|file| campaign.shown_name(file).to_owned()).unwrap_or_default(),
        batch.created_at.map(|at| shared.look.exact(at)).unwrap_or_default(),
        batch.status.clone().unwrap_or_default(),
        batch.total.map(|total| total.to_string()).unwrap_or_default(),
        summary.loaded.to_string(),
    ];
    cells.extend(Class::ALL.map(|class| classes[class].to_string()));
    cells.push(whole.unwrap_or_default());
    cells
}
