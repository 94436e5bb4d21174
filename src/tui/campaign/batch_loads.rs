//! The batches that are loaded to their end, because their messages are listed.
//!
//! A batch goes on being loaded when the list is left: its calls are made once, and opening it again costs none.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::Campaign;
use crate::delivery::{BatchId, believed_total, grouped};
use crate::monitor::{BatchState, Command, Connection, Generation};
use crate::postman::{Explanation, PageRequest};
use crate::store::BatchSummary;
use crate::tui::Role;
use crate::tui::shared::{Shared, ViewKind};
use crate::tui::text::age;
use crate::tui::widgets::words::loaded_of;

/// Of so many calls one goes to the newest messages, so that they stay up to date meanwhile.
const CALLS_OF_A_ROUND: f64 = 4.0;

/// A batch that is shown is loaded again once its figures are so old.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// How far the loading of a batch is.
#[derive(Debug, Clone, PartialEq)]
enum LoadPhase {
    /// Its pages so far held so many messages.
    Loading(usize),
    /// The last page has come; all of them held so many messages.
    Ended(usize),
    /// A page could not be loaded, after those that held so many.
    Failed {
        loaded: usize,
        why: Explanation,
        /// Whether it is tried again automatically.
        again: bool,
    },
}

/// The loading of a batch.
#[derive(Debug)]
struct BatchLoad {
    generation: Generation,
    phase: LoadPhase,
}

impl BatchLoad {
    /// How many messages its pages have held, while more are to come.
    fn loaded_so_far(&self) -> Option<usize> {
        match self.phase {
            LoadPhase::Loading(loaded) | LoadPhase::Failed { loaded, again: true, .. } => Some(loaded),
            LoadPhase::Ended(_) | LoadPhase::Failed { again: false, .. } => None,
        }
    }
}

/// The batches of a campaign that are being loaded to their end, or were.
#[derive(Debug, Default)]
pub(in crate::tui) struct BatchLoads(HashMap<BatchId, BatchLoad>);

impl BatchLoads {
    /// A batch is asked for.
    fn begin(&mut self, batch: BatchId, generation: Generation) {
        self.0.insert(batch, BatchLoad { generation, phase: LoadPhase::Loading(0) });
    }

    /// What the worker reports of a request. Whether it is one of these.
    pub fn note(&mut self, generation: Generation, state: &BatchState) -> bool {
        let Some(load) = self.0.values_mut().find(|load| load.generation == generation) else { return false };
        load.phase = match state {
            BatchState::Reading(read) => LoadPhase::Loading(*read),
            BatchState::Whole(reading) => LoadPhase::Ended(reading.len()),
            BatchState::Failed { why, again } => {
                LoadPhase::Failed { loaded: load.loaded_so_far().unwrap_or(0), why: why.clone(), again: *again }
            }
        };
        true
    }
}

impl Campaign {
    /// The batch whose messages the list shows, and no others.
    pub fn listed_batch(&self) -> Option<BatchSummary> {
        match self.choice.batches.as_slice() {
            [batch] => self.store.batch(batch),
            _ => None,
        }
    }

    /// Whether more of a batch is being loaded.
    pub fn is_loading_batch(&self, batch: &BatchId) -> bool {
        self.batch_loads.0.get(batch).is_some_and(|load| load.loaded_so_far().is_some())
    }

    /// Whether all pages of a batch were loaded: there is no more of it yet, whatever total it has.
    pub fn has_loaded_all_of(&self, batch: &BatchId) -> bool {
        self.batch_loads.0.get(batch).is_some_and(|load| matches!(load.phase, LoadPhase::Ended(_)))
    }

    /// About how long it takes until all of a batch is loaded, with those that go before it; `None` while that cannot be
    /// said.
    pub fn batch_time_left(&self, summary: &BatchSummary) -> Option<SignedDuration> {
        let is_live = self.connection == Connection::Live;
        let rate = self.meter.as_ref().map(|meter| meter.rate).filter(|rate| is_live && *rate > 0.0)?;
        let own = self.batch_loads.0.get(&summary.batch.id)?;
        let mut calls = 0;
        for (batch, load) in &self.batch_loads.0 {
            // The newest request goes first.
            let Some(loaded) = load.loaded_so_far().filter(|_| load.generation >= own.generation) else { continue };
            let total = self.store.batch(batch).and_then(|summary| believed_total(summary.batch.total, loaded))?;
            calls += (total - loaded).div_ceil(usize::from(PageRequest::LARGEST)).max(1);
        }
        let seconds = calls as f64 / rate * CALLS_OF_A_ROUND / (CALLS_OF_A_ROUND - 1.0);
        SignedDuration::try_from_secs_f64(seconds.ceil()).ok()
    }

    /// How much of a batch is loaded, and what becomes of the rest: `loading, 3,000 of 20,000, 9 s left`; `None` where it
    /// is whole.
    pub fn batch_progress(&self, summary: &BatchSummary) -> Option<(String, Role)> {
        if summary.is_whole {
            return None;
        }
        let loaded = loaded_of(summary);
        let Some(load) = self.batch_loads.0.get(&summary.batch.id) else { return Some((loaded, Role::Warning)) };
        Some(match &load.phase {
            LoadPhase::Loading(_) => {
                let left = match (&self.connection, self.batch_time_left(summary)) {
                    (Connection::Paused, _) => ", paused".to_owned(),
                    (_, Some(left)) => format!(", {} left", age(left)),
                    (_, None) => String::new(),
                };
                (format!("loading, {}{left}", loaded.trim_end_matches(" loaded")), Role::Moving)
            }
            LoadPhase::Failed { why, again: true, .. } => (format!("{loaded}, trying again: {}", why.what), Role::Warning),
            LoadPhase::Failed { why, .. } => (format!("{loaded}, the rest cannot be: {}", why.what), Role::Warning),
            // Rows that were loaded and are no longer there.
            LoadPhase::Ended(all) if *all > summary.loaded => {
                (format!("{} of {} kept: max_messages keeps more", grouped(summary.loaded), grouped(*all)), Role::Warning)
            }
            LoadPhase::Ended(_) => match summary.total() {
                Some(_) => (format!("{loaded}, Postman shows no more yet"), Role::Warning),
                None => (format!("all that Postman shows: {}", grouped(summary.loaded)), Role::Muted),
            },
        })
    }
}

impl Campaign {
    /// How much of a batch is loaded, or how old that is; `None` where it is whole and that is not worth a word. `now` is by
    /// this program's own clock.
    pub fn batch_words(&self, summary: &BatchSummary, now: Timestamp) -> Option<(String, Role)> {
        let last_read = |(old, role)| (format!("last loaded {old} ago"), role);
        self.batch_progress(summary).or_else(|| self.batch_age_words(&summary.batch.id, now).map(last_read))
    }

    /// Whether a batch that is shown is to be loaded again: messages of it are on the way beyond the loaded range, where
    /// nothing else reads them. That takes a quarter of the calls at most.
    fn is_due_again(&self, summary: &BatchSummary, now: Timestamp) -> bool {
        let Some(old) = self.batch_age(&summary.batch.id, now) else { return false };
        let Some(rate) = self.meter.as_ref().map(|meter| meter.rate).filter(|rate| *rate > 0.0) else { return false };
        let calls = summary.loaded.div_ceil(usize::from(PageRequest::LARGEST));
        let slowest = SignedDuration::try_from_secs_f64(calls as f64 / rate * CALLS_OF_A_ROUND).unwrap_or(SignedDuration::MAX);
        let load = self.batch_loads.0.get(&summary.batch.id);
        // A refusal would only come again.
        let is_refused = load.is_some_and(|load| matches!(load.phase, LoadPhase::Failed { again: false, .. }));
        old >= AGAIN_AFTER.max(slowest) && !is_refused
    }
}

impl Shared {
    /// Loads the batch again that is on the screen, where its figures would grow old.
    pub(in crate::tui) fn keep_batch_fresh(&mut self) {
        let now = self.now;
        let due = self.campaign().and_then(|campaign| self.shown_batch(campaign).filter(|summary| campaign.is_due_again(summary, now)));
        if let Some(summary) = due {
            self.load_batch(&summary.batch.id);
        }
    }

    /// Loads what is missing of the batch on the screen, and again what may have changed of it.
    pub(in crate::tui) fn read_batch_now(&mut self) {
        let now = self.now;
        let is_due =
            |campaign: &Campaign, summary: &BatchSummary| !summary.is_whole || campaign.batch_age(&summary.batch.id, now).is_some();
        let due = self.campaign().and_then(|campaign| self.shown_batch(campaign).filter(|summary| is_due(campaign, summary)));
        if let Some(summary) = due {
            self.load_batch(&summary.batch.id);
        }
    }

    /// The batch that the view is about.
    fn shown_batch(&self, campaign: &Campaign) -> Option<BatchSummary> {
        match self.view {
            ViewKind::Messages => campaign.listed_batch(),
            ViewKind::NotDelivered => campaign.store.batch(campaign.not_delivered.batch()?),
            ViewKind::Batches | ViewKind::Failures | ViewKind::Trends | ViewKind::Activity => None,
        }
    }

    /// Loads all of the batch whose messages the list shows, unless that is under way.
    pub(in crate::tui) fn load_listed_batch(&mut self) {
        let listed = self.campaign().and_then(Campaign::listed_batch);
        if let Some(summary) = listed.filter(|summary| !summary.is_whole) {
            self.load_batch(&summary.batch.id);
        }
    }

    /// Loads a batch to its end, unless that is under way.
    pub(in crate::tui) fn load_batch(&mut self, batch: &BatchId) {
        if self.campaign().is_none_or(|campaign| campaign.is_loading_batch(batch)) {
            return;
        }
        let generation = self.next_generation();
        if let Some(campaign) = self.campaign_mut() {
            campaign.batch_loads.begin(batch.clone(), generation);
        }
        self.send(Command::LoadBatch { generation, batch: batch.clone() });
    }
}
