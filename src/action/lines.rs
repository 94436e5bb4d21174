//! A plan as a person reads it: a line for each error, the messages left out, and the batches that must wait.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::code_of;
use super::{LeftOutReason, Plan};
use crate::delivery::{BatchId, RetryAdvice, counted};

/// The messages of a plan that failed for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    /// The error's code, as received; empty where it was not given.
    pub code: String,
    /// Whether they are worth a retry.
    pub advice: RetryAdvice,
    /// How many there are.
    pub count: usize,
    /// Whether they are retried.
    pub inclusion: LineInclusion,
    /// How many of them are retried although the retry may be billed in vain.
    pub billed_in_vain: usize,
}

/// Whether the messages of a line are retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineInclusion {
    /// They are.
    On,
    /// A person excluded them from the plan, and can include them again.
    Excluded,
    /// They are left out, because they are not worth a retry.
    LeftOut,
}

impl Plan {
    /// The plan by error: those worth a retry first, then the largest. Where some messages of a code are left out for
    /// another reason (under way, too old), its line counts only the rest; [`Plan::others_left_out`] counts those.
    pub fn lines(&self) -> Vec<PlanLine> {
        let mut counts: BTreeMap<(&str, LineInclusion), (RetryAdvice, usize)> = BTreeMap::new();
        let items = self.items.iter().map(|item| (item.error.as_ref(), LineInclusion::On));
        let left_out = self.left_out.iter().filter_map(|left| match left.reason {
            LeftOutReason::Excluded => Some((left.error.as_ref(), LineInclusion::Excluded)),
            LeftOutReason::Useless => Some((left.error.as_ref(), LineInclusion::LeftOut)),
            _ => None,
        });
        for (error, inclusion) in items.chain(left_out) {
            counts.entry((code_of(error), inclusion)).or_insert((RetryAdvice::of(error), 0)).1 += 1;
        }
        let mut lines: Vec<PlanLine> = counts
            .into_iter()
            .map(|((code, inclusion), (advice, count))| PlanLine {
                code: code.to_owned(),
                advice,
                count,
                inclusion,
                billed_in_vain: if inclusion == LineInclusion::On && advice != RetryAdvice::Yes { count } else { 0 },
            })
            .collect();
        lines.sort_by(|left, right| left.advice.cmp(&right.advice).then(right.count.cmp(&left.count)));
        lines
    }

    /// How many are left out for reasons other than their error, by reason, most first.
    pub fn others_left_out(&self) -> Vec<(LeftOutReason, usize)> {
        let mut counts: Vec<(LeftOutReason, usize)> = Vec::new();
        for left in &self.left_out {
            if matches!(left.reason, LeftOutReason::Excluded | LeftOutReason::Useless) {
                continue;
            }
            match counts.iter_mut().find(|(reason, _)| *reason == left.reason) {
                Some((_, count)) => *count += 1,
                None => counts.push((left.reason.clone(), 1)),
            }
        }
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts
    }

    /// How many of the planned retries may be billed in vain.
    pub fn billed_in_vain(&self) -> usize {
        let billing = self.billing();
        billing.maybe + billing.useless
    }

    /// The batches whose single messages are retried: as a whole they must wait, because the API refuses a batch's
    /// retry while any message of it is `created`, and marks the batch.
    pub fn batches(&self) -> Vec<BatchId> {
        let batches: BTreeSet<&BatchId> = self.items.iter().filter_map(|item| item.batch.as_ref()).collect();
        batches.into_iter().cloned().collect()
    }

    /// The sentence about the batches that must wait.
    pub fn interlock(&self) -> Option<String> {
        match self.batches().as_slice() {
            [] => None,
            [batch] => Some(format!("Batch {} cannot be retried as a whole until these are queued.", batch.short(false))),
            batches => Some(format!("{} cannot be retried as a whole until these are queued.", counted(batches.len(), "batch"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{LastRead, Planner};
    use crate::delivery::{Attempt, Batch, DeliveryError, Message, MessageId, Status};
    use crate::store::AnswerKind;
    use jiff::{SignedDuration, Timestamp};
    use std::time::Duration;

    fn now() -> Timestamp {
        Timestamp::from_second(1_900_000_000).unwrap()
    }

    fn failed(id: u32, code: &str, age_s: i64, batch: Option<&str>) -> Message {
        let created = now() - SignedDuration::from_secs(age_s);
        let error = (!code.is_empty()).then(|| DeliveryError::new("delivery_error", code));
        let attempt = Attempt { status: None, created_at: Some(created), updated_at: None, sent_at: None, delivered_at: None, error };
        let batch = batch.map(|id| Batch { id: BatchId::new(id), file_name: None, status: None, total: None, created_at: None });
        Message {
            status: Some(Status::Failure),
            created_at: Some(created),
            attempts: Some(vec![attempt]),
            batch,
            ..Message::new(MessageId::new(format!("m{id}")))
        }
    }

    fn plan(planner: &Planner, messages: &[Message]) -> Plan {
        planner.plan(messages.iter().map(|message| (message, LastRead::new(now(), AnswerKind::List))), now())
    }

    fn reported(plan: &Plan) -> Vec<(String, RetryAdvice, usize, LineInclusion, usize)> {
        plan.lines().into_iter().map(|line| (line.code, line.advice, line.count, line.inclusion, line.billed_in_vain)).collect()
    }

    #[test]
    fn a_line_for_each_error_with_what_helps_first() {
        let messages = [
            failed(1, "recipient_invalid", 10, None),
            failed(2, "routing_error", 10, None),
            failed(3, "routing_error", 10, None),
            failed(4, "recipient_unavailable", 10, None),
            failed(5, "", 10, None),
        ];
        let planner = Planner { excluded: vec![String::new()], ..Planner::default() };
        let plan = plan(&planner, &messages);
        assert_eq!(
            reported(&plan),
            [
                ("recipient_unavailable".to_owned(), RetryAdvice::Yes, 1, LineInclusion::On, 0),
                ("routing_error".to_owned(), RetryAdvice::Maybe, 2, LineInclusion::On, 2),
                (String::new(), RetryAdvice::Maybe, 1, LineInclusion::Excluded, 0),
                ("recipient_invalid".to_owned(), RetryAdvice::No, 1, LineInclusion::LeftOut, 0),
            ]
        );
        assert_eq!((plan.calls(), plan.billed_in_vain()), (3, 2));
    }

    #[test]
    fn a_line_that_was_dropped_comes_back() {
        let messages = [failed(1, "routing_error", 10, None), failed(2, "message_expired", 10, None)];
        let mut planner = Planner { excluded: vec!["routing_error".to_owned()], ..Planner::default() };
        assert_eq!(plan(&planner, &messages).calls(), 1);
        planner.excluded.clear();
        assert_eq!(plan(&planner, &messages).calls(), 2);
    }

    #[test]
    fn reasons_of_their_own_are_told_apart() {
        let messages = [failed(1, "routing_error", 10, None), failed(2, "routing_error", 400, None), failed(3, "routing_error", 500, None)];
        let planner = Planner { under_way: vec![MessageId::new("m1")], valid_for: Some(Duration::from_secs(300)), ..Planner::default() };
        let plan = plan(&planner, &messages);
        assert_eq!(plan.others_left_out(), [(LeftOutReason::TooOld, 2), (LeftOutReason::UnderWay, 1)]);
        assert_eq!(plan.lines(), []);
    }

    #[test]
    fn batches_must_wait_or_are_in_the_way() {
        let messages = [failed(1, "routing_error", 10, Some("batch_a")), failed(2, "routing_error", 10, Some("batch_b"))];
        let whole = plan(&Planner::default(), &messages);
        assert_eq!(whole.interlock().unwrap(), "2 batches cannot be retried as a whole until these are queued.");
        let planner = Planner { batches_under_way: vec![BatchId::new("batch_b")], ..Planner::default() };
        let part = plan(&planner, &messages);
        assert_eq!(part.interlock().unwrap(), "Batch a cannot be retried as a whole until these are queued.");
        assert_eq!(part.others_left_out(), [(LeftOutReason::BatchInTheWay, 1)]);
    }
}
