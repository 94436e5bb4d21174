//! The retry of a whole batch: one call for all its failures, whether worth a retry or not.

use std::collections::HashSet;

use jiff::Timestamp;

use super::charges::{SegmentSum, Segments};
use super::plan::is_too_old;
use super::{BatchEvidence, BatchReading, Planner};
use crate::delivery::{
    Batch, BatchId, BatchRetry, Message, MessageId, RetryAdvice, Status, agreeing, batch_retry, believed_total, counted, grouped,
};

/// What the retry of a whole batch would do, and whether retrying single messages is better.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchPlan {
    /// The batch.
    pub batch: BatchId,
    /// Its file.
    pub file_name: Option<String>,
    /// Its failed messages: all of them would be retried.
    pub failures: usize,
    /// Those among them that are not worth a retry.
    pub useless: usize,
    /// Those among them that have no attempts left, says the API; none of them counts as useless.
    pub used_up: usize,
    /// Its loaded messages that are still `created`: while there is one, the API refuses the retry and marks the
    /// batch as one whose enqueuing failed.
    pub created: usize,
    /// The API's word for the state of the batch, as last reported.
    pub status: Option<String>,
    /// What its retry may be charged for.
    pub segments: SegmentSum,
    /// Each of its failures, where the whole batch was read; without that there is nothing to agree to.
    pub evidence: Option<BatchEvidence>,
    /// How many of its messages are loaded.
    pub loaded: usize,
    /// How many messages it has, where reported.
    pub total: Option<u32>,
    /// Why it cannot be retried as a whole now.
    pub refusal: Option<String>,
    /// Which way is better, and why.
    pub advice: String,
    /// When the plan was made.
    pub planned_at: Timestamp,
}

/// How many messages of a batch are not loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen {
    /// All of it is loaded.
    None,
    /// This many.
    So(usize),
    /// The total is unknown, or smaller than what is loaded.
    NotKnown,
}

impl BatchPlan {
    /// The plan for a batch, from its loaded messages and, where the whole batch was read, from that reading, which
    /// then says which of them have failed. The planner knows what is under way, what the API refused before, and how
    /// long a one-time password is valid.
    pub fn new<'a>(
        batch: &Batch,
        messages: impl IntoIterator<Item = &'a Message>,
        reading: Option<&BatchReading>,
        planner: &Planner,
        now: Timestamp,
    ) -> Self {
        let mut plan = Self {
            batch: batch.id.clone(),
            file_name: batch.file_name.clone(),
            failures: 0,
            useless: 0,
            used_up: 0,
            created: 0,
            status: batch.status.clone(),
            segments: SegmentSum::default(),
            evidence: reading.map(BatchReading::evidence),
            loaded: 0,
            total: batch.total,
            refusal: None,
            advice: String::new(),
            planned_at: now,
        };
        let under_way: HashSet<&MessageId> = planner.under_way.iter().collect();
        let used_up: HashSet<&MessageId> = planner.out_of_attempts.iter().collect();
        let (mut crossing, mut too_old, mut charged) = (0, 0, Vec::new());
        for message in messages {
            plan.loaded += 1;
            crossing += usize::from(under_way.contains(&message.id));
            let has_failed = reading.map_or(message.status == Some(Status::Failure), |reading| reading.has_failed(&message.id));
            match message.status {
                _ if has_failed => {
                    plan.failures += 1;
                    charged.push(Segments::of(message));
                    too_old += usize::from(planner.valid_for.is_some_and(|valid_for| is_too_old(message, valid_for, now)));
                    if used_up.contains(&message.id) {
                        plan.used_up += 1;
                    } else {
                        plan.useless += usize::from(RetryAdvice::of(message.error().as_ref()) == RetryAdvice::No);
                    }
                }
                Some(Status::Created) => plan.created += 1,
                _ => {}
            }
        }
        if let (Some(reading), Some(evidence)) = (reading, &plan.evidence) {
            (plan.failures, plan.created, plan.loaded) = (evidence.failures().len(), reading.created(), reading.len());
        }
        plan.segments = charged.into_iter().collect::<SegmentSum>().among(plan.failures);
        let is_under_way = planner.batches_under_way.contains(&batch.id);
        plan.refusal = plan.reason_against(crossing, is_under_way, too_old, reading.map(BatchReading::bad));
        plan.advice = plan.advise();
        plan
    }

    /// Why it cannot be retried as a whole, as far as its loaded messages show. `bad` counts the unreadable rows
    /// where the whole batch was read; until then, messages that were not seen prove nothing.
    fn reason_against(&self, crossing: usize, is_under_way: bool, too_old: usize, bad: Option<usize>) -> Option<String> {
        if is_under_way {
            return Some("a retry of this batch is under way or its outcome is unknown".to_owned());
        }
        if crossing > 0 {
            let which = if crossing == 1 { "a retry of 1 of its messages is" } else { "retries of {} of its messages are" };
            return Some(format!("{} under way or its outcome is unknown", which.replace("{}", &grouped(crossing))));
        }
        if let Some(status) = self.refusing_status() {
            return Some(format!("its status is `{status}`"));
        }
        if self.created > 0 {
            return Some(format!("not yet: {} created", grouped(self.created)));
        }
        if too_old > 0 {
            let is = agreeing(too_old, "is a one-time password that is", "are one-time passwords that are");
            return Some(format!("{} of its failures {is} no longer valid", grouped(too_old)));
        }
        let bad = bad?;
        if bad > 0 {
            return Some(format!("{} could not be read, so some of its failures may be unknown", counted(bad, "row")));
        }
        if self.failures > 0 && self.used_up >= self.failures {
            return Some("none of its failures has any attempts left".to_owned());
        }
        (self.failures == 0).then(|| self.no_failure())
    }

    /// Why there is nothing to retry: none of the messages that were read has failed; others may have.
    fn no_failure(&self) -> String {
        match self.unseen() {
            Unseen::None => "none of its messages has failed".to_owned(),
            _ if self.loaded == 0 => "none of its messages was found".to_owned(),
            Unseen::So(many) => {
                format!("no failure among the {} loaded; {} not found", counted(self.loaded, "message"), grouped(many))
            }
            Unseen::NotKnown => {
                format!("no failure among the {} loaded; how many it has is unknown", counted(self.loaded, "message"))
            }
        }
    }

    /// How many of its messages are not loaded.
    pub fn unseen(&self) -> Unseen {
        match believed_total(self.total, self.loaded).map(|total| total - self.loaded) {
            Some(0) => Unseen::None,
            Some(many) => Unseen::So(many),
            None => Unseen::NotKnown,
        }
    }

    /// What one call retries besides the loaded failures, worded to follow their number.
    pub fn beyond(&self) -> String {
        match self.unseen() {
            Unseen::None => String::new(),
            Unseen::So(many) => format!(", and any among the {} not found", grouped(many)),
            Unseen::NotKnown => ", and any not found".to_owned(),
        }
    }

    /// The batch's own status, where it allows no retry, of single messages or of the whole batch.
    fn refusing_status(&self) -> Option<&str> {
        self.status.as_deref().filter(|status| batch_retry(Some(status)) == BatchRetry::Unlikely)
    }

    /// Which way is better, and why; empty until it is known what has failed.
    fn advise(&self) -> String {
        let (failures, useless, used_up) = (self.failures, self.useless, self.used_up);
        let helped = failures.saturating_sub(useless + used_up);
        if failures == 0 {
            let words = if self.unseen() == Unseen::None { "Nothing to retry." } else { "Nothing to retry among what is loaded." };
            return if self.evidence.is_some() { words.to_owned() } else { String::new() };
        }
        if self.refusing_status().is_some() {
            return "Neither: in this status its messages cannot be retried either.".to_owned();
        }
        let spent = match used_up {
            0 => String::new(),
            _ => format!(" {} {} no attempts left.", counted(used_up, "failure"), agreeing(used_up, "has", "have")),
        };
        if helped == 0 && useless > 0 {
            return format!("Neither: {} {} not worth a retry.{spent}", counted(useless, "failure"), agreeing(useless, "is", "are"));
        }
        if helped == 0 {
            return format!("Neither.{spent}");
        }
        if self.refusal.is_some() {
            return format!("Single messages: {} can be retried one by one; the whole batch cannot, for now.{spent}", grouped(helped));
        }
        if useless > 0 {
            return format!(
                "Better one by one: the whole batch would also retry {} not worth it, perhaps at a charge. \
                 Single retries block the batch's own retry until they are queued.{spent}",
                grouped(useless)
            );
        }
        if failures == 1 {
            return "One call either way: it is one message.".to_owned();
        }
        format!(
            "The whole batch: one call instead of {}; {} may be worth a retry.{spent}",
            grouped(failures),
            if used_up == 0 { "all of them".to_owned() } else { grouped(helped) }
        )
    }

    /// Whether two plans differ only in when they were made and how fresh their reading is.
    pub fn says_the_same(&self, other: &BatchPlan) -> bool {
        let failures = |plan: &BatchPlan| plan.evidence.as_ref().map(|evidence| evidence.failures().to_vec());
        let plain = |plan: &BatchPlan| BatchPlan { evidence: None, planned_at: Timestamp::MIN, ..plan.clone() };
        failures(self) == failures(other) && plain(self) == plain(other)
    }

    /// A person said yes; `None` where it cannot be retried, or was not wholly read.
    pub fn confirm(self, at: Timestamp) -> Option<ConfirmedBatchRetry> {
        let evidence = self.evidence.clone().filter(|_| self.refusal.is_none())?;
        Some(ConfirmedBatchRetry { plan: self, evidence, confirmed_at: at })
    }
}

/// The retry of a whole batch that a person agreed to.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfirmedBatchRetry {
    plan: BatchPlan,
    evidence: BatchEvidence,
    confirmed_at: Timestamp,
}

impl ConfirmedBatchRetry {
    /// What was agreed to.
    pub fn plan(&self) -> &BatchPlan {
        &self.plan
    }

    /// Each failure that was agreed to.
    pub fn evidence(&self) -> &BatchEvidence {
        &self.evidence
    }

    /// When.
    pub fn confirmed_at(&self) -> Timestamp {
        self.confirmed_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Attempt, DeliveryError};
    use rstest::rstest;

    fn now() -> Timestamp {
        Timestamp::from_second(1_900_000_000).unwrap()
    }

    fn message(id: &str, status: &str, code: &str) -> Message {
        let error = (!code.is_empty()).then(|| DeliveryError::new("delivery_error", code));
        let attempt = Attempt { status: None, created_at: Some(now()), updated_at: None, sent_at: None, delivered_at: None, error };
        Message { status: Some(Status::from_api(status)), attempts: Some(vec![attempt]), ..Message::new(MessageId::new(id)) }
    }

    fn batch(status: &str) -> Batch {
        Batch { id: BatchId::new("batch_1"), file_name: None, status: Some(status.to_owned()), total: Some(3), created_at: None }
    }

    fn read(messages: &[Message]) -> BatchReading {
        let mut reading = BatchReading::default();
        reading.add(messages.iter().map(|message| (message.clone(), false)), 0, now(), now());
        reading
    }

    fn plan(status: &str, messages: &[Message], under_way: &[MessageId]) -> BatchPlan {
        let planner = Planner { under_way: under_way.to_vec(), ..Planner::default() };
        BatchPlan::new(&batch(status), messages, Some(&read(messages)), &planner, now())
    }

    #[rstest]
    #[case::fits("messages_enqueued", &["failure", "failure", "success"], &[], None)]
    #[case::marked("messages_enqueuing_failed", &["failure"], &[], None)]
    #[case::being_made("enqueuing", &["failure"], &[], Some("its status is `enqueuing`"))]
    #[case::created("messages_enqueued", &["failure", "created"], &[], Some("not yet: 1 created"))]
    #[case::no_failure("messages_enqueued", &["success", "sent", "success"], &[], Some("none of its messages has failed"))]
    #[case::no_failure_in_a_part("messages_enqueued", &["success", "sent"], &[], Some("no failure among the 2 messages loaded; 1 not found"))]
    #[case::total_too_small("messages_enqueued", &["success", "sent", "sent", "sent"], &[], Some("no failure among the 4 messages loaded; how many it has is unknown"))]
    #[case::none_shows("messages_enqueued", &[], &[], Some("none of its messages was found"))]
    #[case::crossing("messages_enqueued", &["failure"], &["0"], Some("a retry of 1 of its messages is under way or its outcome is unknown"))]
    fn when_it_can_be_retried(#[case] status: &str, #[case] statuses: &[&str], #[case] under_way: &[&str], #[case] refusal: Option<&str>) {
        let messages: Vec<Message> =
            statuses.iter().enumerate().map(|(id, status)| message(&id.to_string(), status, "routing_error")).collect();
        let under_way: Vec<MessageId> = under_way.iter().map(|id| MessageId::new(*id)).collect();
        let plan = plan(status, &messages, &under_way);
        assert_eq!(plan.refusal.as_deref(), refusal);
        assert_eq!(plan.confirm(now()).is_some(), refusal.is_none());
    }

    #[rstest]
    #[case::all_helped(&["routing_error", "recipient_unavailable"], "The whole batch")]
    #[case::some_useless(&["routing_error", "recipient_invalid"], "Better one by one")]
    #[case::all_useless(&["recipient_invalid"], "Neither")]
    fn which_way_is_better(#[case] codes: &[&str], #[case] advice: &str) {
        let messages: Vec<Message> = codes.iter().enumerate().map(|(id, code)| message(&id.to_string(), "failure", code)).collect();
        let plan = plan("messages_enqueued", &messages, &[]);
        assert!(plan.advice.starts_with(advice), "{}", plan.advice);
    }

    #[test]
    fn one_time_passwords_that_are_no_longer_valid_are_in_the_way() {
        let aged = |seconds| Message { created_at: Some(now() - jiff::SignedDuration::from_secs(seconds)), ..message("m", "failure", "") };
        let planner = Planner { valid_for: Some(std::time::Duration::from_secs(300)), ..Planner::default() };
        let plan =
            |messages: &[Message]| BatchPlan::new(&batch("messages_enqueued"), messages, Some(&read(messages)), &planner, now()).refusal;
        assert_eq!(plan(&[aged(300)]), None);
        assert_eq!(plan(&[aged(301)]).unwrap(), "1 of its failures is a one-time password that is no longer valid");
        let done = Message { status: Some(Status::Success), ..aged(301) };
        assert_eq!(plan(&[done]).unwrap(), "no failure among the 1 message loaded; 2 not found");
    }

    /// The status of a batch blocks single messages as well.
    #[test]
    fn a_status_that_takes_no_retries_leaves_no_way() {
        let messages = [message("0", "failure", "routing_error"), message("1", "failure", "routing_error")];
        let advice = plan("enqueuing", &messages, &[]).advice;
        assert_eq!(advice, "Neither: in this status its messages cannot be retried either.");
        assert_eq!(plan("messages_enqueued", &messages, &[MessageId::new("0")]).advice.split(':').next(), Some("Single messages"));
    }

    #[rstest]
    #[case::none(&[], None, "The whole batch: one call instead of 3; all of them may be worth a retry.")]
    #[case::some(&["0"], None, "The whole batch: one call instead of 3; 2 may be worth a retry. 1 failure has no attempts left.")]
    #[case::all(&["0", "1", "2"], Some("none of its failures has any attempts left"), "Neither. 3 failures have no attempts left.")]
    fn what_the_api_refused_is_nothing_to_be_retried(#[case] used_up: &[&str], #[case] refusal: Option<&str>, #[case] advice: &str) {
        let messages = ["0", "1", "2"].map(|id| message(id, "failure", "recipient_unavailable"));
        let out_of_attempts = used_up.iter().map(|id| MessageId::new(*id)).collect();
        let planner = Planner { out_of_attempts, ..Planner::default() };
        let plan = BatchPlan::new(&batch("messages_enqueued"), &messages, Some(&read(&messages)), &planner, now());
        assert_eq!((plan.refusal.as_deref(), plan.advice.as_str()), (refusal, advice));
    }

    /// A batch whose loaded messages have not failed may still have failures among the others.
    #[test]
    fn a_batch_that_was_not_read_whole_is_not_known_to_be_well() {
        let messages = [message("0", "success", "")];
        let plan = BatchPlan::new(&batch("messages_enqueued"), &messages, None, &Planner::default(), now());
        assert_eq!((plan.refusal.as_deref(), plan.advice.as_str()), (None, ""));
        assert_eq!(plan.confirm(now()), None);
    }

    #[test]
    fn nothing_is_agreed_to_before_the_batch_was_read_whole() {
        let messages = [message("0", "failure", ""), message("1", "success", ""), message("2", "failure", "")];
        let plan = |reading| BatchPlan::new(&batch("messages_enqueued"), &messages, reading, &Planner::default(), now());
        assert_eq!((plan(None).refusal.clone(), plan(None).confirm(now())), (None, None));
        // The reading's word on a message counts, not what was loaded before.
        let mut reading = read(&messages);
        let other = Message { status: Some(Status::Sent), ..message("2", "sent", "") };
        reading.add([(other, true), (message("3", "failure", ""), false)], 0, now(), now());
        let plan = plan(Some(&reading));
        assert_eq!((plan.failures, plan.loaded), (2, 4));
        let agreed = plan.confirm(now()).unwrap();
        let ids: Vec<&str> = agreed.evidence().failures().iter().map(|seen| seen.message.as_str()).collect();
        assert_eq!(ids, ["0", "3"]);
    }

    #[test]
    fn rows_that_cannot_be_read_are_in_the_way() {
        let messages = [message("0", "failure", "")];
        let mut reading = read(&messages);
        reading.add([], 2, now(), now());
        let plan = BatchPlan::new(&batch("messages_enqueued"), &messages, Some(&reading), &Planner::default(), now());
        assert_eq!(plan.refusal.as_deref(), Some("2 rows could not be read, so some of its failures may be unknown"));
    }
}
