//! Plans: what `r` opens.

use super::super::dialogs::{BatchQuestion, Choice, PlanQuestion, RetryQuestion};
use super::super::state::{GroupKey, NOTHING_LEFT, Shared, ViewKind};
use super::super::{Action, Effect, view};
use crate::delivery::{BatchId, MessageId, Status, grouped};
use crate::monitor::{CampaignIndex, Command, Generation, NoticeWeight};
use crate::store::RowNumber;
use crate::tui::views::batches;

/// How many messages a plan may have: several hours of retries, and as many as can be planned again
/// with every loaded page without a key waiting for it.
const LARGEST: usize = 20_000;

/// Up to how many rows of the list those that did not fail are named one by one as left out.
const LISTED_WHOLE: usize = 1_000;

impl Shared {
    /// `r`: a plan for what is marked, otherwise for what is selected. Writes nothing.
    pub(in crate::tui) fn plan_retry(&mut self) {
        let Some(campaign) = self.campaign() else { return };
        match self.view {
            ViewKind::Batches => self.plan_batch(),
            ViewKind::Activity => self.plan_not_started(),
            ViewKind::Messages if campaign.opened.is_some() || campaign.marked.is_empty() => self.plan_one(),
            ViewKind::Failures if campaign.marked.is_empty() => self.plan_group(),
            ViewKind::Messages | ViewKind::Failures => self.plan_marked(),
        }
    }

    /// The plan for the open message, or the one under the cursor.
    fn plan_one(&mut self) {
        let Some(campaign) = self.campaigns.get_mut(self.current) else { return };
        let Some(row) = campaign.subject() else {
            let next = format!("move to a failed one, then press {}", self.key_for(Action::PlanRetry));
            self.tell(NoticeWeight::Info, "no message is selected", "", &next);
            return;
        };
        campaign.list.hold(&campaign.store);
        let message = campaign.store.id(row);
        RetryQuestion::open(self, message);
    }

    fn plan_marked(&mut self) {
        let Some(campaign) = self.campaign() else { return };
        let number = campaign.marked.len();
        let mut rows: Vec<RowNumber> = campaign.marked.rows().collect();
        if number > LARGEST {
            // Of very many, only those that can be retried at all are considered.
            rows.retain(|row| campaign.store.status(*row) == Some(&Status::Failure));
        }
        // The order of the list: newest first.
        rows.sort_by_cached_key(|row| std::cmp::Reverse((campaign.store.cells(*row).created_at, *row)));
        self.ask_plan(format!("{number} marked"), &rows, false);
    }

    /// All that the list shows, whatever narrows it.
    pub(in crate::tui) fn plan_shown(&mut self) {
        let Some(campaign) = self.campaign_mut() else { return };
        // As of now: what has left a time window since it was last shown is not retried.
        campaign.move_on();
        let shown = campaign.list.matching(&campaign.store);
        // Of many, only those that can be retried at all are considered.
        let failed = |row: &RowNumber| shown <= LISTED_WHOLE || campaign.store.status(*row) == Some(&Status::Failure);
        let rows: Vec<RowNumber> = campaign.list.rows(&campaign.store).filter(failed).collect();
        if shown == 0 {
            let what = if campaign.list.below() > 0 { "the filter hides all of these messages" } else { "the list is empty" };
            let next = format!("{} chooses another filter", self.key_for(Action::Filter));
            self.tell(NoticeWeight::Info, what, "", &next);
            return;
        }
        let which = if campaign.list.below() > 0 { "that the filter shows" } else { "shown" };
        let part = view::parts_of_batches(campaign).map(|words| format!("; {words}")).unwrap_or_default();
        self.ask_plan(format!("all {} {which}{part}", grouped(shown)), &rows, false);
    }

    fn plan_group(&mut self) {
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.move_on();
        let Some(group) = campaign.failures.selected() else {
            self.tell(NoticeWeight::Info, "nothing has failed in the loaded range", "", "");
            return;
        };
        // Of all failures those worth a retry are ticked; the others can be included.
        let worth_retry_only = group.key == GroupKey::WorthRetry;
        let rows: Vec<RowNumber> = if worth_retry_only {
            campaign.failures.all_rows(&campaign.store).collect()
        } else {
            campaign.failures.rows_of(&campaign.store, &campaign.out_of_attempts, &group.key).collect()
        };
        let words = group.name().to_owned();
        self.ask_plan(words, &rows, worth_retry_only);
    }

    /// What was agreed to but not started, as one new plan, as far as it is loaded; where no message
    /// of it is, the next batch.
    pub(in crate::tui) fn plan_not_started(&mut self) {
        let Some(campaign) = self.campaign() else { return };
        let rest = &campaign.not_started;
        let rows: Vec<RowNumber> = rest.messages().iter().filter_map(|message| campaign.store.row(message)).collect();
        let missing = rest.messages().len() - rows.len();
        if rest.is_empty() {
            let next = format!("{} shows the failures, {} plans them", self.key_for(Action::ShowFailures), self.key_for(Action::PlanRetry));
            self.tell(NoticeWeight::Info, NOTHING_LEFT, "", &next);
        } else if !rows.is_empty() {
            let more = if missing > 0 { format!(", {missing} not loaded yet") } else { String::new() };
            self.ask_plan(format!("not started before{more}"), &rows, false);
        } else if let Some(batch) = campaign.next_batch_left(self.now) {
            BatchQuestion::open(self, &batch);
        } else {
            self.tell(NoticeWeight::Info, "none of them is loaded yet", "", "they can be planned once they are loaded");
        }
    }

    /// Asks about these messages.
    fn ask_plan(&mut self, words: String, rows: &[RowNumber], worth_retry_only: bool) {
        if rows.len() > LARGEST {
            let what = format!("{} messages are too many for one plan", rows.len());
            self.tell(NoticeWeight::Info, &what, &format!("{LARGEST} at most"), "mark fewer, or plan by error");
            return;
        }
        let Some(campaign) = self.campaign() else { return };
        let messages: Vec<MessageId> = rows.iter().map(|row| campaign.store.id(*row)).collect();
        if let [message] = messages.as_slice() {
            return RetryQuestion::open(self, message.clone());
        }
        let choice = Choice { words, messages, worth_retry_only };
        PlanQuestion::open(self, choice);
    }

    fn plan_batch(&mut self) {
        match self.campaign().and_then(batches::selected) {
            Some(batch) => BatchQuestion::open(self, &batch),
            None => self.tell(NoticeWeight::Info, "no loaded message is in a batch", "", ""),
        }
    }

    /// Has the worker load a batch for the open question.
    pub(in crate::tui) fn read_batch(&mut self, batch: BatchId) -> Generation {
        let generation = self.next_generation();
        self.batch_asked = Some(self.current);
        self.effects.push(self.command(Command::ReadBatch { generation, batch }));
        generation
    }

    /// Lets the worker stop when there is no question about a batch any more.
    pub(in crate::tui) fn leave_batch(&mut self) {
        if !self.front.is_some_and(|front| front.reads_batch)
            && let Some(index) = self.batch_asked.take()
        {
            self.effects.push(Effect::Command { campaign: CampaignIndex(index), command: Command::LeaveBatch });
        }
    }
}
