//! The lines of the menu: made once, when it is opened, so that none moves under the cursor.

use jiff::tz::TimeZone;

use crate::delivery::{BatchId, Class, Status, code_or_none, grouped};
use crate::store::BatchSummary;
use crate::tui::shared::{Campaign, FilterChoice, NamedFilter, TimeWindow};

/// How many batches are listed at once, the newest first.
const BATCHES: usize = 6;

/// The content of a line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FilterItem {
    /// A saved filter.
    Named(NamedFilter),
    Everything,
    Class(Class),
    Status(Status),
    /// Failures with one code; empty for those without a reason.
    Error(String),
    Batch(BatchId),
    /// The batches that are not listed yet.
    MoreBatches,
    Window(TimeWindow),
    /// All times: no window.
    AllTimes,
    TypedWindow,
    /// What is ticked, to be saved.
    Save,
}

/// A line of the menu.
#[derive(Debug)]
pub(super) struct ChoiceLine {
    /// Its content.
    pub item: FilterItem,
    pub text: String,
    /// How many loaded messages of the time window it would show alone; `None` until they are counted, and where it shows none itself.
    pub count: Option<usize>,
}

impl ChoiceLine {
    pub fn new(item: FilterItem, text: impl Into<String>) -> Self {
        Self { item, text: text.into(), count: None }
    }

    /// The line of a saved filter.
    pub fn of_named(named: NamedFilter) -> Self {
        let name = named.name.clone();
        Self::new(FilterItem::Named(named), name)
    }

    pub fn section(&self) -> &'static str {
        match self.item {
            FilterItem::Named(_) => "saved",
            FilterItem::Everything | FilterItem::Save => "",
            FilterItem::Class(_) => "outcome",
            FilterItem::Status(_) => "status",
            FilterItem::Error(_) => "error",
            FilterItem::Batch(_) | FilterItem::MoreBatches => "batch",
            FilterItem::Window(_) | FilterItem::AllTimes | FilterItem::TypedWindow => "time",
        }
    }

    /// Whether it is part of what the list shows.
    pub fn is_chosen(&self, choice: &FilterChoice) -> bool {
        match &self.item {
            FilterItem::Class(class) => choice.classes.contains(class),
            FilterItem::Status(status) => choice.statuses.contains(status),
            FilterItem::Error(code) => choice.errors.contains(code),
            FilterItem::Window(window) => choice.window == *window,
            FilterItem::Named(named) => named.choice.within(choice.window) == *choice,
            FilterItem::Batch(batch) => choice.batches.contains(batch),
            FilterItem::Everything => choice.is_window_alone(),
            FilterItem::AllTimes => choice.window.is_all(),
            FilterItem::MoreBatches | FilterItem::TypedWindow | FilterItem::Save => false,
        }
    }

    /// Whether it shows no messages itself, but opens where they are chosen.
    pub fn leads_on(&self) -> bool {
        self.alone(TimeWindow::default()).is_none()
    }

    /// What it would show alone in a time window; `None` where it only opens something.
    pub(super) fn alone(&self, window: TimeWindow) -> Option<FilterChoice> {
        let mut choice = FilterChoice::all_of(window);
        match &self.item {
            FilterItem::Everything => {}
            FilterItem::AllTimes => choice = FilterChoice::default(),
            FilterItem::Class(class) => choice.classes.push(*class),
            FilterItem::Status(status) => choice.statuses.push(status.clone()),
            FilterItem::Error(code) => choice.errors.push(code.clone()),
            FilterItem::Batch(batch) => choice.batches.push(batch.clone()),
            FilterItem::Window(window) => choice.window = *window,
            FilterItem::Named(named) => choice = named.choice.within(window),
            FilterItem::MoreBatches | FilterItem::TypedWindow | FilterItem::Save => return None,
        }
        Some(choice)
    }
}

/// The lines of the batches: the newest, what is chosen, and the rest, which is only listed on request.
pub(super) fn batches(campaign: &Campaign) -> (Vec<ChoiceLine>, Vec<ChoiceLine>) {
    let mut lines = every_batch(campaign);
    let mut more = Vec::new();
    // One more line takes as much room as the line that says so.
    if lines.len() > BATCHES + 1 {
        // What is ticked must be visible.
        let (ticked, rest): (Vec<_>, _) = lines.split_off(BATCHES).into_iter().partition(|line| line.is_chosen(&campaign.choice));
        lines.extend(ticked);
        more = rest;
    }
    if !more.is_empty() {
        lines.push(ChoiceLine::new(FilterItem::MoreBatches, format!("… {} older", grouped(more.len()))));
    }
    (lines, more)
}

/// The classes: who did not get it first, since people look for these. Those that only a few campaigns have are listed
/// where there are any.
pub(super) fn classes(campaign: &Campaign) -> Vec<ChoiceLine> {
    let order = [Class::Failed, Class::Stuck, Class::Unconfirmed, Class::OnTheWay, Class::Delivered];
    let rare = [Class::SentAbroad, Class::HandedOver, Class::Other];
    let is_there = |class: &Class| campaign.classes[*class] > 0 || campaign.choice.classes.contains(class);
    let listed = order.into_iter().chain(rare.into_iter().filter(is_there));
    listed.map(|class| ChoiceLine::new(FilterItem::Class(class), class.word())).collect()
}

/// The statuses that are not a class by themselves.
pub(super) fn statuses(choice: &FilterChoice) -> Vec<ChoiceLine> {
    let line = |status: &Status| ChoiceLine::new(FilterItem::Status(status.clone()), status.word());
    let is_chosen = |status: &Status| choice.statuses.contains(status);
    let known = Status::KNOWN.iter().filter(|status| !status.is_final() || is_chosen(status)).map(line);
    known.chain(choice.statuses.iter().filter(|status| !Status::KNOWN.contains(status)).map(line)).collect()
}

/// The errors of the loaded messages, the most frequent first, and those already chosen.
pub(super) fn errors(campaign: &Campaign) -> Vec<ChoiceLine> {
    let mut codes: Vec<String> = Vec::new();
    let known = campaign.store.counts().errors.iter().map(|error| error.error.code.to_string());
    for code in known.chain(campaign.choice.errors.iter().cloned()) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes.into_iter().map(|code| ChoiceLine::new(FilterItem::Error(code.clone()), code_or_none(&code).to_owned())).collect()
}

/// The batches that the view of batches lists, newest first, and those already chosen.
fn every_batch(campaign: &Campaign) -> Vec<ChoiceLine> {
    let known = campaign.batches_in_window();
    let line = |id: &BatchId, file: &str| ChoiceLine::new(FilterItem::Batch(id.clone()), format!("{} {file}", id.short(false)).trim_end());
    let of_summary = |summary: &BatchSummary| {
        // The count next to it covers what is loaded.
        let of = summary.total().filter(|_| !summary.is_whole).map(|total| format!(", of {}", grouped(total)));
        line(&summary.batch.id, &format!("{}{}", summary.batch.file_name.as_deref().unwrap_or_default(), of.unwrap_or_default()))
    };
    let mut lines: Vec<ChoiceLine> = known.iter().map(of_summary).collect();
    let is_known = |id: &BatchId| known.iter().any(|summary| summary.batch.id == *id);
    lines.extend(campaign.choice.batches.iter().filter(|id| !is_known(id)).map(|id| line(id, "")));
    lines
}

/// The usual windows, and the one shown now.
pub(super) fn windows(campaign: &Campaign) -> Vec<ChoiceLine> {
    let (zone, now): (&TimeZone, _) = (&campaign.zone, campaign.now);
    let own = Some(campaign.choice.window).filter(|window| !window.is_all() && !TimeWindow::usual().contains(window));
    let windows = TimeWindow::usual().into_iter().chain(own);
    windows.map(|window| ChoiceLine::new(FilterItem::Window(window), window.words(zone, now))).collect()
}
