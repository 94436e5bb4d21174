//! Plans from what is loaded: the one way in which the dashboard asks for one.

use jiff::Timestamp;

use super::Campaign;
use crate::action::{BatchPlan, BatchReading, LastRead, Plan, Planner, Subject};
use crate::delivery::{BatchId, Message, MessageId, Status};
use crate::store::{Filter, View};

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
    items && before.left_out == after.left_out
}
