//! Plans from what is loaded: the one way in which the dashboard asks for one.

use jiff::Timestamp;

use crate::action::{BatchPlan, BatchReading, LastRead, Plan, Planner, Subject};
use crate::delivery::{BatchId, Message, MessageId, Status, grouped};
use crate::monitor::{Command, Generation, NoticeWeight};
use crate::store::{Filter, RowNumber, View};
use crate::tui::Action;
use crate::tui::dialogs::{BatchQuestion, Choice, PlanQuestion, RetryQuestion};
use crate::tui::shared::{Campaign, NOTHING_LEFT, Shared, ViewKind};

/// A planner that knows what the campaign allows.
pub(in crate::tui) fn planner(campaign: &Campaign) -> Planner {
    Planner {
        batches_under_way: campaign.actions.blocking_batches(),
        valid_for: campaign.settings.one_time_password.then_some(campaign.settings.valid_for),
        loaded: campaign.store.len(),
        ..Planner::default()
    }
}

/// The same planner, knowing which of these messages are under way or used up. A campaign can have tens of thousands
/// of both, and a menu asks with every frame whether one message can be retried.
fn knowing<'a>(planner: &Planner, campaign: &Campaign, messages: impl Iterator<Item = &'a MessageId> + Clone) -> Planner {
    let is_under_way = |message: &&MessageId| campaign.actions.blocks(&Subject::Message((*message).clone()));
    let is_used_up = |message: &&MessageId| campaign.out_of_attempts.contains(*message);
    let under_way = messages.clone().filter(is_under_way).cloned().collect();
    Planner { under_way, out_of_attempts: messages.filter(is_used_up).cloned().collect(), ..planner.clone() }
}

/// The plan for these messages, from what is known of them now.
pub(in crate::tui) fn plan(campaign: &Campaign, planner: &Planner, messages: &[MessageId], now: Timestamp) -> Plan {
    let chosen: Vec<(Message, Timestamp)> = messages.iter().map(|id| message(campaign, id)).collect();
    let reported = chosen.iter().map(|(message, read_at)| (message, LastRead::new(*read_at, campaign.read_from(&message.id))));
    knowing(planner, campaign, messages.iter()).plan(reported, now)
}

/// The plan for one message.
pub(in crate::tui) fn plan_one(campaign: &Campaign, message: &MessageId, include_useless: bool, now: Timestamp) -> Plan {
    plan(campaign, &Planner { include_useless, ..planner(campaign) }, std::slice::from_ref(message), now)
}

/// A message as far as a plan needs it, and when it was read: of one that has not failed only the status matters,
/// and of one that is not loaded nothing is known.
fn message(campaign: &Campaign, id: &MessageId) -> (Message, Timestamp) {
    let Some(row) = campaign.store.row(id) else { return (Message::new(id.clone()), Timestamp::MIN) };
    let message = match campaign.store.status(row) {
        Some(Status::Failure) => campaign.store.message(row),
        status => Message { status: status.cloned(), ..Message::new(id.clone()) },
    };
    (message, campaign.store.read_at(row))
}

/// The plan for a batch as a whole; without a reading of all of it, from what is loaded.
pub(in crate::tui) fn batch_plan(
    campaign: &Campaign,
    batch: &BatchId,
    reading: Option<&BatchReading>,
    now: Timestamp,
) -> Option<BatchPlan> {
    let known = campaign.store.batch(batch)?.batch;
    let mut view = View::new(Filter { batches: vec![batch.clone()], ..Filter::default() });
    view.refresh(&campaign.store);
    let messages: Vec<Message> = view.rows_from(0).map(|row| campaign.store.message(row)).collect();
    let planner = knowing(&planner(campaign), campaign, messages.iter().map(|message| &message.id));
    Some(BatchPlan::new(&known, &messages, reading, &planner, now))
}

/// Whether two plans differ only in when they were made and how fresh the reading is.
pub(in crate::tui) fn says_the_same(before: &Plan, after: &Plan) -> bool {
    let items = before.items.len() == after.items.len()
        && before.items.iter().zip(&after.items).all(|(before, after)| {
            before.message == after.message
                && before.error == after.error
                && before.attempts == after.attempts
                && before.batch == after.batch
        });
    // The amount is part of what is agreed to.
    items && before.left_out == after.left_out && before.segments() == after.segments()
}

/// How many messages a plan may have: several hours of retries, and as many as can be planned again
/// with every loaded page without a key waiting for it.
const LARGEST: usize = 20_000;

/// Up to how many rows of the list those that did not fail are named one by one as left out.
const LISTED_WHOLE: usize = 1_000;

impl Shared {
    /// A plan for what is marked.
    pub(in crate::tui) fn plan_marked(&mut self) {
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
        let part = crate::tui::views::messages::sum::parts_of_batches(campaign).map(|words| format!("; {words}")).unwrap_or_default();
        self.ask_plan(format!("all {} {which}{part}", grouped(shown)), &rows, false);
    }

    /// What was agreed to but not started, as one new plan, as far as it is loaded; where no message
    /// of it is, the next batch.
    pub(in crate::tui) fn plan_not_started(&mut self) {
        let Some(campaign) = self.campaign() else { return };
        let rest = &campaign.not_started;
        let rows: Vec<RowNumber> = rest.messages().iter().filter_map(|message| campaign.store.row(message)).collect();
        let missing = rest.messages().len() - rows.len();
        if rest.is_empty() {
            let next = format!(
                "{} shows the failures, {} plans them",
                self.key_for(Action::Show(ViewKind::Failures)),
                self.key_for(Action::PlanRetry)
            );
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
    pub(in crate::tui) fn ask_plan(&mut self, words: String, rows: &[RowNumber], worth_retry_only: bool) {
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

    /// Has the worker load a batch for the open question.
    pub(in crate::tui) fn read_batch(&mut self, batch: BatchId) -> Generation {
        let generation = self.next_generation();
        self.batch_asked = Some(self.campaigns.current());
        self.send(Command::ReadBatch { generation, batch });
        generation
    }

    /// Lets the worker stop when there is no question about a batch any more.
    pub(super) fn leave_batch(&mut self) {
        if !self.front.is_some_and(|front| front.reads_batch)
            && let Some(index) = self.batch_asked.take()
        {
            self.send_to(index, Command::LeaveBatch);
        }
    }
}
