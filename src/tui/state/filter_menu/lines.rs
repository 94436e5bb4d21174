//! The lines of the menu: made once, when it is opened, so that none moves under the cursor.

use jiff::tz::TimeZone;

use super::{FilterMenu, FilterMenuKind, MenuItem};
use crate::delivery::{BatchId, Status, code_or_none, grouped};
use crate::store::BatchSummary;
use crate::tui::state::{Campaign, FilterChoice, NamedFilter, NamedFilters, TimeWindow};

/// How many batches are listed at once, the newest first.
const BATCHES: usize = 6;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct MenuLine {
    /// Its content.
    pub item: MenuItem,
    pub text: String,
    /// How many loaded messages it would show alone; `None` until they are counted, and where it shows none itself.
    pub count: Option<usize>,
}

impl MenuLine {
    pub(super) fn new(item: MenuItem, text: impl Into<String>) -> Self {
        Self { item, text: text.into(), count: None }
    }

    /// The line of a saved filter.
    pub(super) fn of_named(named: NamedFilter) -> Self {
        let name = named.name.clone();
        Self::new(MenuItem::Named(named), name)
    }

    pub fn section(&self) -> &'static str {
        match self.item {
            MenuItem::Named(_) => "saved",
            MenuItem::Everything | MenuItem::Save => "",
            MenuItem::Open | MenuItem::Status(_) => "status",
            MenuItem::Error(_) => "error",
            MenuItem::Batch(_) | MenuItem::MoreBatches => "batch",
            MenuItem::Window(_) | MenuItem::AllTimes | MenuItem::TypedWindow => "time",
        }
    }

    /// Whether it shows no messages itself, but opens where they are chosen.
    pub fn leads_on(&self) -> bool {
        self.alone().is_none()
    }

    /// What it would show alone; `None` where it only opens something.
    pub(super) fn alone(&self) -> Option<FilterChoice> {
        let mut choice = FilterChoice::default();
        match &self.item {
            MenuItem::Everything | MenuItem::AllTimes => {}
            MenuItem::Open => choice.open = true,
            MenuItem::Status(status) => choice.statuses.push(status.clone()),
            MenuItem::Error(code) => choice.errors.push(code.clone()),
            MenuItem::Batch(batch) => choice.batches.push(batch.clone()),
            MenuItem::Window(window) => choice.window = *window,
            MenuItem::Named(named) => choice = named.choice.clone(),
            MenuItem::MoreBatches | MenuItem::TypedWindow | MenuItem::Save => return None,
        }
        Some(choice)
    }
}

impl FilterMenu {
    /// The menu on what the list of a campaign shows now.
    pub fn new(kind: FilterMenuKind, campaign: &Campaign, named: &NamedFilters) -> Self {
        let choice = &campaign.choice;
        let mut lines = Vec::new();
        let mut more_batches = Vec::new();
        if kind == FilterMenuKind::Filter {
            lines.extend(named.iter().cloned().map(MenuLine::of_named));
            lines.push(MenuLine::new(MenuItem::Everything, "everything"));
            lines.extend(statuses(choice));
            lines.extend(errors(campaign));
            let mut batches = batches(campaign);
            // One more line takes as much room as the line that says so.
            if batches.len() > BATCHES + 1 {
                more_batches = batches.split_off(BATCHES);
            }
            // What is ticked must be visible.
            let (ticked, rest) = more_batches.into_iter().partition(|line| is_chosen(choice, line));
            more_batches = rest;
            lines.extend(batches);
            lines.extend::<Vec<_>>(ticked);
            if !more_batches.is_empty() {
                let text = format!("… {} older", grouped(more_batches.len()));
                lines.push(MenuLine::new(MenuItem::MoreBatches, text));
            }
            lines.extend(windows(choice.window, campaign));
            lines.push(MenuLine::new(MenuItem::Save, "save what is ticked …"));
        } else {
            lines.push(MenuLine::new(MenuItem::AllTimes, "all times"));
            lines.extend(windows(choice.window, campaign));
            lines.push(MenuLine::new(MenuItem::TypedWindow, "type from and to …"));
        }
        let is_shown = |line: &MenuLine| match &line.item {
            MenuItem::Open => choice.open,
            MenuItem::Status(status) => choice.statuses.contains(status),
            MenuItem::Error(code) => choice.errors.contains(code),
            MenuItem::Window(window) => choice.window == *window,
            MenuItem::Named(named) => named.choice == *choice,
            _ => is_chosen(choice, line),
        };
        let is_all = |line: &MenuLine| matches!(line.item, MenuItem::Everything | MenuItem::AllTimes);
        // The first line may be a saved filter: the cursor still starts where nothing is filtered.
        let cursor = lines.iter().position(is_shown).or_else(|| lines.iter().position(is_all)).unwrap_or(0);
        Self {
            kind,
            lines,
            cursor,
            result: None,
            due: None,
            draft: choice.clone(),
            touched: false,
            opened_on: cursor,
            more_batches,
            next: 0,
            is_result_due: true,
        }
    }
}

fn is_chosen(choice: &FilterChoice, line: &MenuLine) -> bool {
    matches!(&line.item, MenuItem::Batch(batch) if choice.batches.contains(batch))
}

/// Failed and on the way first: people look for these.
fn statuses(choice: &FilterChoice) -> Vec<MenuLine> {
    let line = |status: &Status| MenuLine::new(MenuItem::Status(status.clone()), status.word());
    let mut lines = vec![line(&Status::Failure), MenuLine::new(MenuItem::Open, "on the way")];
    lines.extend(Status::KNOWN.iter().filter(|status| **status != Status::Failure).map(line));
    lines.extend(choice.statuses.iter().filter(|status| !Status::KNOWN.contains(status)).map(line));
    lines
}

/// The errors of the loaded messages, the most frequent first, and those already chosen.
fn errors(campaign: &Campaign) -> Vec<MenuLine> {
    let mut codes: Vec<String> = Vec::new();
    let known = campaign.store.counts().errors.iter().map(|error| error.error.code.to_string());
    for code in known.chain(campaign.choice.errors.iter().cloned()) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes.into_iter().map(|code| MenuLine::new(MenuItem::Error(code.clone()), code_or_none(&code).to_owned())).collect()
}

/// The batches of the loaded messages, newest first, and those already chosen.
fn batches(campaign: &Campaign) -> Vec<MenuLine> {
    let known = campaign.store.batches();
    let line = |id: &BatchId, file: &str| MenuLine::new(MenuItem::Batch(id.clone()), format!("{} {file}", id.short(false)).trim_end());
    let of_summary = |summary: &BatchSummary| {
        // The count next to it covers what is loaded.
        let of = summary.total().filter(|_| !summary.is_whole).map(|total| format!(", of {}", grouped(total)));
        line(&summary.batch.id, &format!("{}{}", summary.batch.file_name.as_deref().unwrap_or_default(), of.unwrap_or_default()))
    };
    let mut lines: Vec<MenuLine> = known.iter().map(of_summary).collect();
    let is_known = |id: &BatchId| known.iter().any(|summary| summary.batch.id == *id);
    lines.extend(campaign.choice.batches.iter().filter(|id| !is_known(id)).map(|id| line(id, "")));
    lines
}

/// The usual windows, and the one shown now.
fn windows(shown: TimeWindow, campaign: &Campaign) -> Vec<MenuLine> {
    let (zone, now): (&TimeZone, _) = (&campaign.zone, campaign.now);
    let own = Some(shown).filter(|window| !window.is_all() && !TimeWindow::usual().contains(window));
    let windows = TimeWindow::usual().into_iter().chain(own);
    windows.map(|window| MenuLine::new(MenuItem::Window(window), window.words(zone, now))).collect()
}
