//! The plan: exactly these messages, those left out and why, and the cost.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::charges::{SegmentSum, Segments};
use crate::delivery::{BatchId, BatchRetry, DeliveryError, Message, MessageId, RetryAdvice, Status, batch_retry};
use crate::postman::{Call, PageRequest};
use crate::store::AnswerKind;

/// How old a plan may get before it is made again: after that, what it says about the messages may be out of date.
pub const PLAN_LIFE: Duration = Duration::from_secs(5 * 60);

/// How recently a message must have been read for a plan; otherwise it is read again first.
pub const FRESH_ENOUGH: Duration = Duration::from_secs(60);

/// From this age of a message on, a plan warns that its text may be out of date for the recipient.
pub const OLD_MESSAGE: Duration = Duration::from_secs(24 * 3600);

/// The share of the budget that actions may take; the rest keeps the screen up to date.
pub const SHARE_OF_BUDGET: f64 = 0.75;

/// Makes plans.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Planner {
    /// Whether to include messages that the API's table says are not worth a retry.
    pub include_useless: bool,
    /// Messages for which an action is under way or has an unknown outcome.
    pub under_way: Vec<MessageId>,
    /// Batches whose retry as a whole is under way or has an unknown outcome.
    pub batches_under_way: Vec<BatchId>,
    /// Messages that the API refused before as out of attempts.
    pub out_of_attempts: Vec<MessageId>,
    /// For a campaign of one-time passwords: how long one is valid. Older messages are left out.
    pub valid_for: Option<Duration>,
    /// Error codes that a person excluded from the plan; an empty code means the messages that failed without one.
    pub excluded: Vec<String>,
    /// How many messages of the list they are chosen from are loaded. Where no message remembers its page, this
    /// bounds how many pages it takes to read them again.
    pub loaded: usize,
}

/// How a message was last read.
#[derive(Debug, Clone, PartialEq)]
pub struct LastRead {
    /// When the request left.
    pub at: Timestamp,
    /// Which kind of answer gave its attempts.
    pub from: AnswerKind,
    /// The page that gave it; `None` where it was read by itself, or where the caller knows its pages better.
    pub page: Option<Arc<Call>>,
}

impl LastRead {
    /// Read at this time, by this kind of call.
    pub fn new(at: Timestamp, from: AnswerKind) -> Self {
        Self { at, from, page: None }
    }
}

/// Exactly what would be retried. Frozen once made: this list is what runs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The messages to retry, in the order chosen, each once.
    pub items: Vec<PlanItem>,
    /// The messages that were chosen but are left out.
    pub left_out: Vec<LeftOut>,
    /// When the plan was made.
    pub planned_at: Timestamp,
    /// See [`Planner::loaded`].
    loaded: usize,
}

/// One message of a plan, with what was known of it: the evidence that later shows whether a retry with an unknown
/// outcome was accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanItem {
    /// The message.
    pub message: MessageId,
    /// Why it failed.
    pub error: Option<DeliveryError>,
    /// Whether it is worth a retry.
    pub advice: RetryAdvice,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// The attempts as last read.
    pub attempts: Option<u32>,
    /// When the newest attempt was made, as last read.
    pub newest_attempt: Option<Timestamp>,
    /// When it was last read.
    pub read_at: Timestamp,
    /// Which kind of answer gave the attempts; counts of different kinds are not compared.
    pub read_from: AnswerKind,
    /// The page that gave it. It is read again by page where one page covers several messages.
    pub page: Option<Arc<Call>>,
    /// The batch that it is part of.
    pub batch: Option<BatchId>,
    /// The segments of its text, as far as known.
    segments: Option<Segments>,
}

/// A message that was chosen but is not retried.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    /// The message.
    pub message: MessageId,
    /// Why it failed; `None` where it did not, or no error was given.
    pub error: Option<DeliveryError>,
    /// Why it is left out.
    pub reason: LeftOutReason,
}

/// Why a message is left out of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LeftOutReason {
    /// It has not failed; with its status where known.
    NotFailed(Option<Status>),
    /// The API's table says that it is not worth a retry.
    Useless,
    /// An action on it is under way, or its outcome is unknown.
    UnderWay,
    /// The API refused it before: no attempts left.
    OutOfAttempts,
    /// Its batch's status allows no retries now, or its batch is being retried as a whole.
    BatchInTheWay,
    /// A one-time password that is older than it is valid.
    TooOld,
    /// A person excluded its line from the plan.
    Excluded,
    /// A time window was asked for, and the API does not give the time that would show whether the message is inside
    /// it.
    TimeNotGiven,
}

impl std::fmt::Display for LeftOutReason {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LeftOutReason::NotFailed(Some(status)) => write!(out, "not failed: {}", status.word()),
            LeftOutReason::NotFailed(None) => out.write_str("not known to have failed"),
            LeftOutReason::Useless => out.write_str("not worth a retry"),
            LeftOutReason::UnderWay => out.write_str("an action on it is under way or its outcome is unknown"),
            LeftOutReason::OutOfAttempts => out.write_str("no attempts left"),
            LeftOutReason::BatchInTheWay => out.write_str("its batch cannot be retried now"),
            LeftOutReason::TooOld => out.write_str("a one-time password that is no longer valid"),
            LeftOutReason::Excluded => out.write_str("excluded from the plan"),
            LeftOutReason::TimeNotGiven => out.write_str("time not given"),
        }
    }
}

/// What may be billed for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Billing {
    /// Messages that are worth a retry.
    pub advice: usize,
    /// Messages that may be worth a retry.
    pub maybe: usize,
    /// Messages that are not worth a retry.
    pub useless: usize,
}

impl Planner {
    /// The plan for these messages, each with how it was last read. A message that is named twice is
    /// planned once.
    pub fn plan<'a>(&self, chosen: impl IntoIterator<Item = (&'a Message, LastRead)>, now: Timestamp) -> Plan {
        let mut plan = Plan { items: Vec::new(), left_out: Vec::new(), planned_at: now, loaded: self.loaded };
        let under_way: HashSet<&MessageId> = self.under_way.iter().collect();
        let out_of_attempts: HashSet<&MessageId> = self.out_of_attempts.iter().collect();
        let batches_under_way: HashSet<&BatchId> = self.batches_under_way.iter().collect();
        let mut seen = HashSet::new();
        for (message, read) in chosen {
            if !seen.insert(&message.id) {
                continue;
            }
            let reason = if under_way.contains(&message.id) {
                Some(LeftOutReason::UnderWay)
            } else {
                let is_batch_under_way = message.batch.as_ref().is_some_and(|batch| batches_under_way.contains(&batch.id));
                self.reason_against(message, out_of_attempts.contains(&message.id), is_batch_under_way, now)
            };
            match reason {
                Some(reason) => plan.left_out.push(LeftOut { message: message.id.clone(), error: message.error(), reason }),
                None => plan.items.push(PlanItem::new(message, read)),
            }
        }
        plan
    }

    fn reason_against(&self, message: &Message, out_of_attempts: bool, is_batch_under_way: bool, now: Timestamp) -> Option<LeftOutReason> {
        if message.status != Some(Status::Failure) {
            return Some(LeftOutReason::NotFailed(message.status.clone()));
        }
        if out_of_attempts {
            return Some(LeftOutReason::OutOfAttempts);
        }
        if let Some(batch) = &message.batch
            && (is_batch_under_way || batch_retry(batch.status.as_deref()) == BatchRetry::Unlikely)
        {
            return Some(LeftOutReason::BatchInTheWay);
        }
        if let Some(valid_for) = self.valid_for
            && is_too_old(message, valid_for, now)
        {
            return Some(LeftOutReason::TooOld);
        }
        if !self.include_useless && RetryAdvice::of(message.error().as_ref()) == RetryAdvice::No {
            return Some(LeftOutReason::Useless);
        }
        let error = message.error();
        let code = code_of(error.as_ref());
        self.excluded.iter().any(|excluded| excluded == code).then_some(LeftOutReason::Excluded)
    }
}

/// Whether a one-time password is no longer valid. One of unknown age counts as too old.
pub(super) fn is_too_old(message: &Message, valid_for: Duration, now: Timestamp) -> bool {
    message.created_at.is_none_or(|created| now.duration_since(created).unsigned_abs() > valid_for)
}

/// The error's code, empty where it was not given.
pub(super) fn code_of(error: Option<&DeliveryError>) -> &str {
    error.map_or("", |error| &*error.code)
}

impl PlanItem {
    fn new(message: &Message, read: LastRead) -> Self {
        let LastRead { at: read_at, from: read_from, page } = read;
        Self {
            message: message.id.clone(),
            error: message.error(),
            advice: RetryAdvice::of(message.error().as_ref()),
            created_at: message.created_at,
            attempts: message.tried(),
            newest_attempt: message.newest_attempt().and_then(|attempt| attempt.created_at),
            read_at,
            read_from,
            page,
            batch: message.batch.as_ref().map(|batch| batch.id.clone()),
            segments: Segments::of(message),
        }
    }
}

impl Plan {
    /// The retries that the plan makes: one call per message. Readings in between come on top.
    pub fn calls(&self) -> usize {
        self.items.len()
    }

    /// How long it takes at a budget of `calls_per_second`, of which actions take their share. Messages read too long
    /// before their turn are read again first, which takes calls as well.
    pub fn time(&self, calls_per_second: f64) -> Duration {
        let rate = (calls_per_second * SHARE_OF_BUDGET).max(0.01);
        Duration::from_secs_f64((self.calls() + self.readings(rate)) as f64 / rate)
    }

    /// How many calls, at `rate` per second, reading will take, as far as can be foreseen.
    fn readings(&self, rate: f64) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is small and positive")]
        let in_time = ((rate * FRESH_ENOUGH.as_secs_f64()) as usize).max(1);
        // A page stays fresh for this many retries.
        let served = in_time.saturating_sub(1).max(1);
        let mut pages: HashMap<Option<*const Call>, usize> = HashMap::new();
        let mut alone = 0;
        for item in self.items.iter().skip(in_time) {
            match (&item.page, &item.read_from) {
                (Some(page), _) => *pages.entry(Some(Arc::as_ptr(page))).or_default() += 1,
                (None, AnswerKind::List) if self.loaded > 0 => *pages.entry(None).or_default() += 1,
                (None, _) => alone += 1,
            }
        }
        let all = self.loaded.div_ceil(usize::from(PageRequest::LARGEST));
        let of_page = |(page, items): (&Option<*const Call>, &usize)| {
            let needed = items.div_ceil(served);
            if page.is_some() { needed } else { needed.max(all.min(*items)) }
        };
        alone + pages.iter().map(of_page).sum::<usize>()
    }

    /// Leaves these out as well: they may be inside the window, but the API does not give the time that would show
    /// it.
    pub fn leave_out_untimed<'a>(&mut self, messages: impl IntoIterator<Item = &'a Message>) {
        let untimed =
            |message: &Message| LeftOut { message: message.id.clone(), error: message.error(), reason: LeftOutReason::TimeNotGiven };
        self.left_out.extend(messages.into_iter().map(untimed));
    }

    /// Whether it is too old to run.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.duration_since(self.planned_at).unsigned_abs() > PLAN_LIFE
    }

    /// When its oldest and newest messages were created.
    pub fn ages(&self) -> Option<(Timestamp, Timestamp)> {
        let times = || self.items.iter().filter_map(|item| item.created_at);
        Some((times().min()?, times().max()?))
    }

    /// What may be billed for nothing.
    pub fn billing(&self) -> Billing {
        let count = |wanted| self.items.iter().filter(|item| item.advice == wanted).count();
        Billing { advice: count(RetryAdvice::Yes), maybe: count(RetryAdvice::Maybe), useless: count(RetryAdvice::No) }
    }

    /// What the retries may be charged for.
    pub fn segments(&self) -> SegmentSum {
        self.items.iter().map(|item| item.segments).collect()
    }

    /// How old its oldest message is, by the clock that made its times.
    pub fn oldest(&self, now: Timestamp) -> Option<Duration> {
        self.ages().map(|(oldest, _)| now.duration_since(oldest).unsigned_abs())
    }

    /// How long ago the least recently read message was read. Beyond [`FRESH_ENOUGH`] it should be read again first,
    /// or its age be shown.
    pub fn oldest_reading(&self) -> Option<Duration> {
        let read_at = self.items.iter().map(|item| item.read_at).min()?;
        Some(self.planned_at.duration_since(read_at).unsigned_abs())
    }

    /// A person said yes at `at`: the retries that may now be carried out. This is the only way to make a
    /// [`ConfirmedRetry`].
    pub fn confirm(self, at: Timestamp) -> Vec<ConfirmedRetry> {
        let planned_at = self.planned_at;
        self.items.into_iter().map(|item| ConfirmedRetry { item, planned_at, confirmed_at: at }).collect()
    }
}

/// A retry that a person agreed to, in the dashboard's question or with `--yes`.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfirmedRetry {
    item: PlanItem,
    planned_at: Timestamp,
    confirmed_at: Timestamp,
}

impl ConfirmedRetry {
    /// The message and what was known of it.
    pub fn item(&self) -> &PlanItem {
        &self.item
    }

    /// When the plan was made.
    pub fn planned_at(&self) -> Timestamp {
        self.planned_at
    }

    /// When the person agreed.
    pub fn confirmed_at(&self) -> Timestamp {
        self.confirmed_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Attempt, Batch};
    use crate::store::RowNumber;
    use crate::store::tests::model::{merged, some_answers};
    use jiff::SignedDuration;
    use proptest::prelude::*;
    use rstest::rstest;

    fn now() -> Timestamp {
        Timestamp::from_second(1_900_000_000).unwrap()
    }

    fn message(id: &str, status: &str, code: &str) -> Message {
        let error = (!code.is_empty()).then(|| DeliveryError::new("delivery_error", code));
        let attempt = Attempt { status: None, created_at: Some(now()), updated_at: None, sent_at: None, delivered_at: None, error };
        Message {
            status: Some(Status::from_api(status)),
            created_at: Some(now()),
            attempts: Some(vec![attempt]),
            ..Message::new(MessageId::new(id))
        }
    }

    fn plan_of(planner: &Planner, messages: &[Message]) -> Plan {
        planner.plan(messages.iter().map(|message| (message, LastRead::new(now(), AnswerKind::List))), now())
    }

    #[rstest]
    #[case("failure", "recipient_unavailable", None)]
    #[case("failure", "routing_error", None)]
    #[case("failure", "", None)]
    #[case("failure", "recipient_invalid", Some(LeftOutReason::Useless))]
    #[case("success", "", Some(LeftOutReason::NotFailed(Some(Status::Success))))]
    #[case("created", "routing_error", Some(LeftOutReason::NotFailed(Some(Status::Created))))]
    fn only_failures_that_a_retry_may_help(#[case] status: &str, #[case] code: &str, #[case] left_out: Option<LeftOutReason>) {
        let plan = plan_of(&Planner::default(), &[message("m", status, code)]);
        assert_eq!(plan.items.len(), usize::from(left_out.is_none()));
        assert_eq!(plan.left_out.first().map(|left| left.reason.clone()), left_out);
    }

    #[test]
    fn a_useless_one_is_taken_when_asked_for_and_counted_as_such() {
        let planner = Planner { include_useless: true, ..Planner::default() };
        let plan = plan_of(&planner, &[message("m", "failure", "recipient_invalid")]);
        assert_eq!(plan.billing(), Billing { advice: 0, maybe: 0, useless: 1 });
    }

    #[test]
    fn what_is_under_way_or_used_up_is_left_out() {
        let planner = Planner { under_way: vec![MessageId::new("a")], out_of_attempts: vec![MessageId::new("b")], ..Planner::default() };
        let plan = plan_of(&planner, &[message("a", "failure", "routing_error"), message("b", "failure", "routing_error")]);
        assert_eq!(
            plan.left_out.iter().map(|left| left.reason.clone()).collect::<Vec<_>>(),
            [LeftOutReason::UnderWay, LeftOutReason::OutOfAttempts]
        );
    }

    #[test]
    fn a_plan_ages_and_takes_time() {
        let plan = plan_of(&Planner::default(), &[message("a", "failure", ""), message("b", "failure", ""), message("c", "failure", "")]);
        assert_eq!(plan.time(2.0), Duration::from_secs(2));
        assert!(!plan.is_stale(now() + SignedDuration::from_secs(299)));
        assert!(plan.is_stale(now() + SignedDuration::from_secs(301)));
    }

    #[test]
    fn the_time_has_the_readings_in_it_and_the_calls_have_not() {
        // 45 retries a minute at 1 call a second.
        let messages: Vec<Message> = (0..245).map(|id| message(&id.to_string(), "failure", "")).collect();
        let time = |planner: &Planner, read: &LastRead| {
            let plan = planner.plan(messages.iter().map(|message| (message, read.clone())), now());
            assert_eq!(plan.calls(), 245);
            (plan.time(1.0).as_secs_f64() * SHARE_OF_BUDGET).round()
        };
        let planner = Planner::default();
        assert_eq!(time(&planner, &LastRead::new(now(), AnswerKind::Single)), 245.0 + 200.0, "one by one after the first minute");
        let page = Some(Arc::new(Call::List { page: PageRequest::head(1000) }));
        assert_eq!(time(&planner, &LastRead { page, ..LastRead::new(now(), AnswerKind::List) }), 245.0 + 5.0, "a page for 44 retries");
        let loaded = |loaded| time(&Planner { loaded, ..Planner::default() }, &LastRead::new(now(), AnswerKind::List));
        assert_eq!([loaded(3000), loaded(20_000), loaded(1_000_000)], [250.0, 265.0, 445.0], "as many pages as hold them");
    }

    /// Any message, failed or not, of any batch, code and age; few ids, so that many come twice.
    fn any_message() -> impl Strategy<Value = Message> {
        let status = prop::sample::select(vec!["created", "queued", "sent_to_telco", "failure", "failure", "failure", "success", "odd"]);
        let code = prop::sample::select(vec!["recipient_invalid", "routing_error", "recipient_unavailable", "new_code", ""]);
        let batch = prop::option::of((0..2u8, prop::sample::select(vec!["messages_enqueued", "enqueuing", ""])));
        (0..12u8, status, code, batch, prop::option::of(0..1000i64)).prop_map(|(id, status, code, batch, age)| {
            let batch = batch.map(|(id, status)| Batch {
                id: BatchId::new(format!("batch_{id}")),
                file_name: None,
                status: (!status.is_empty()).then(|| status.to_owned()),
                total: None,
                created_at: None,
            });
            let created_at = age.map(|age| now() - SignedDuration::from_secs(age));
            Message { batch, created_at, ..message(&id.to_string(), status, code) }
        })
    }

    fn any_planner() -> impl Strategy<Value = Planner> {
        let ids = || prop::collection::vec((0..12u8).prop_map(|id| MessageId::new(id.to_string())), 0..4);
        let codes = prop::collection::vec(prop::sample::select(vec!["routing_error", "new_code", ""]).prop_map(str::to_owned), 0..3);
        (any::<bool>(), ids(), ids(), prop::option::of(0..1000u64), codes, any::<bool>()).prop_map(
            |(include_useless, under_way, out_of_attempts, valid_for, excluded, batch)| Planner {
                include_useless,
                under_way,
                batches_under_way: if batch { vec![BatchId::new("batch_1")] } else { vec![] },
                out_of_attempts,
                valid_for: valid_for.map(Duration::from_secs),
                excluded,
                loaded: 0,
            },
        )
    }

    proptest! {
        #[test]
        fn no_plan_holds_a_message_twice_or_one_that_must_not_be_retried(
            messages in prop::collection::vec(any_message(), 0..40),
            planner in any_planner(),
        ) {
            let plan = plan_of(&planner, &messages);
            let all: Vec<&MessageId> = plan.items.iter().map(|item| &item.message).chain(plan.left_out.iter().map(|left| &left.message)).collect();
            let distinct: HashSet<&MessageId> = all.iter().copied().collect();
            prop_assert_eq!(distinct.len(), all.len(), "each once");
            let chosen: HashSet<&MessageId> = messages.iter().map(|message| &message.id).collect();
            prop_assert_eq!(distinct, chosen, "every chosen one is planned or left out");
            for item in &plan.items {
                let first = messages.iter().find(|message| message.id == item.message).unwrap();
                prop_assert_eq!(&first.status, &Some(Status::Failure));
                prop_assert!(!planner.under_way.contains(&item.message) && !planner.out_of_attempts.contains(&item.message));
                prop_assert!(planner.include_useless || item.advice != RetryAdvice::No);
                prop_assert!(!planner.excluded.iter().any(|code| code == code_of(item.error.as_ref())));
                prop_assert!(!item.batch.as_ref().is_some_and(|batch| planner.batches_under_way.contains(batch)));
                if let Some(valid_for) = planner.valid_for {
                    let age = now().duration_since(first.created_at.expect("one of unknown age is left out"));
                    prop_assert!(age.unsigned_abs() <= valid_for);
                }
            }
            let confirmed = plan.clone().confirm(now());
            prop_assert_eq!(confirmed.iter().map(ConfirmedRetry::item).collect::<Vec<_>>(), plan.items.iter().collect::<Vec<_>>());
        }

        #[test]
        fn over_any_store_a_plan_holds_only_what_is_failed_there_each_once(
            answers in some_answers(),
            planner in any_planner(),
            chosen in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        ) {
            let store = merged(&answers);
            let rows: Vec<RowNumber> = store.rows().collect();
            prop_assume!(!rows.is_empty());
            let messages: Vec<Message> = chosen.iter().map(|index| store.message(*index.get(&rows))).collect();
            let plan = plan_of(&planner, &messages);
            let mut seen = HashSet::new();
            for item in &plan.items {
                prop_assert!(seen.insert(&item.message), "{} twice", item.message);
                let row = store.row(&item.message).expect("planned from the store");
                prop_assert_eq!(store.message(row).status, Some(Status::Failure));
            }
        }
    }
}
