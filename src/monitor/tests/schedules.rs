//! Any schedule of answers, of jumps of the wall clock and of sleeps: calls keep their distance, a server that asks
//! to wait is obeyed, and nothing gets stuck.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::delivery::CampaignId;
use crate::monitor::call_slots::LATE;
use crate::monitor::scheduler::{CallFailure, NextStep, Scheduler};
use crate::postman::RetryAfter;
use crate::state::{BudgetFile, Server, SharedBudget as _};

/// The answer to a call.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Good,
    TooMany(Option<After>),
    Failed(Option<After>),
    /// A good one, and the wall clock is set forward or back by this many seconds.
    Jump(i64),
    /// A good one, and the machine sleeps for this many seconds.
    Sleep(u32),
}

/// How long a server asks to wait, seconds.
#[derive(Debug, Clone, Copy)]
enum After {
    Seconds(u32),
    Date(u32),
}

impl After {
    /// The header's value, as it would be sent at `now`.
    fn header(self, now: Timestamp) -> String {
        match self {
            After::Seconds(seconds) => seconds.to_string(),
            After::Date(seconds) => {
                let then = now + SignedDuration::from_secs(i64::from(seconds));
                then.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
            }
        }
    }
}

fn after() -> impl Strategy<Value = Option<After>> {
    prop_oneof![
        Just(None),
        (0u32..90).prop_map(|seconds| Some(After::Seconds(seconds))),
        (0u32..90).prop_map(|seconds| Some(After::Date(seconds))),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        8 => Just(Answer::Good),
        3 => after().prop_map(Answer::TooMany),
        2 => after().prop_map(Answer::Failed),
        1 => prop_oneof![-120i64..120, -100_000i64..100_000].prop_map(Answer::Jump),
        1 => prop_oneof![0u32..120, Just(8 * 3600)].prop_map(Answer::Sleep),
    ]
}

/// A scheduler that always has a call to make, its clocks, and the slots that it shares with others by the wall
/// clock.
struct Caller {
    scheduler: Scheduler,
    /// The steady clock.
    passed: Timestamp,
    /// How far the wall clock is ahead.
    ahead: SignedDuration,
    slots: BudgetFile,
    spacing: Duration,
    /// How long it waited for a slot that was reserved by an earlier clock.
    stood: SignedDuration,
    _folder: tempfile::TempDir,
}

impl Caller {
    fn new(ceiling: f64) -> Self {
        let mut scheduler = Scheduler::new(ceiling, 0.2, SignedDuration::from_hours(1), true);
        scheduler.read_now = true;
        let folder = tempfile::tempdir().unwrap();
        let (passed, ahead) = (Timestamp::from_second(1_900_000_000).unwrap(), SignedDuration::ZERO);
        let slots = BudgetFile::new(folder.path());
        let (spacing, stood) = (Duration::from_secs_f64(1.0 / ceiling) + LATE, SignedDuration::ZERO);
        Self { scheduler, passed, ahead, slots, spacing, stood, _folder: folder }
    }

    /// A slot, which processes agree on by the wall clock, as a time on this one's own clock.
    fn reserve(&mut self) -> Timestamp {
        let wall = self.passed + self.ahead;
        let wait = self
            .slots
            .reserve(&Server::of("https://base"), &CampaignId::new("campaign"), wall, self.spacing, None)
            .unwrap()
            .at
            .duration_since(wall);
        let usual = SignedDuration::try_from(self.spacing).unwrap();
        self.stood += (wait - usual).max(SignedDuration::ZERO);
        self.passed + wait
    }

    /// Lets time pass until the next call is made.
    fn call(&mut self) {
        for _ in 0..100 {
            let now = self.passed;
            match self.scheduler.decide(now) {
                NextStep::Reserve(room) => {
                    let slot = self.reserve();
                    self.scheduler.slots.reserved(slot, room);
                }
                NextStep::Wait { until, .. } => {
                    assert!(until > now, "it waits for a time in the past");
                    self.passed += until.duration_since(now);
                }
                NextStep::Call(job) => return self.scheduler.call(&job, now),
                step => panic!("{step:?}"),
            }
        }
        panic!("it goes round in circles");
    }

    /// Handles an answer, a twentieth of a second later. Returns until when the server asks to wait.
    fn take(&mut self, answer: Answer) -> Option<Timestamp> {
        self.passed += SignedDuration::from_millis(50);
        let now = self.passed;
        let wait = |after: Option<After>| after.map(|after| RetryAfter::parse(&after.header(now)).unwrap().wait(now));
        let wait = match answer {
            Answer::TooMany(after) => {
                self.scheduler.budget.too_many(now, wait(after));
                wait(after)
            }
            Answer::Failed(after) => {
                self.scheduler.failed(CallFailure::Passing { retry_after: wait(after) }, 0.5, now);
                wait(after)
            }
            Answer::Good | Answer::Jump(_) | Answer::Sleep(_) => {
                self.scheduler.answered();
                None
            }
        };
        match answer {
            Answer::Jump(seconds) => self.ahead += SignedDuration::from_secs(seconds),
            Answer::Sleep(seconds) => self.passed += SignedDuration::from_secs(i64::from(seconds)),
            _ => {}
        }
        wait.map(|wait: Duration| now + wait)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn calls_keep_their_distance_obey_and_come_back(
        ceiling in prop::sample::select(vec![1.0, 2.0, 3.0, 10.0]),
        answers in prop::collection::vec(answer(), 1..60),
    ) {
        let mut caller = Caller::new(ceiling);
        let mut calls = Vec::new();
        let mut not_before = None;
        for answer in answers {
            caller.stood = SignedDuration::ZERO;
            caller.call();
            prop_assert!(caller.stood <= SignedDuration::from_secs(11), "it was stuck for {}", caller.stood);
            calls.push(caller.passed);
            let now = caller.passed;
            prop_assert!(not_before.is_none_or(|until| now >= until), "a call at {now}, asked to wait until {not_before:?}");
            not_before = caller.take(answer);
        }
        for (index, start) in calls.iter().enumerate() {
            let end = *start + SignedDuration::from_millis(999);
            let within = calls[index..].iter().take_while(|call| **call < end).count();
            prop_assert!(within as f64 <= ceiling, "{within} calls in a second at {ceiling}");
        }
        // Good answers from now on: a minute after the last 429 everything is back to normal.
        caller.call();
        caller.take(Answer::Good);
        let back = caller.passed + SignedDuration::from_secs(60);
        while caller.passed < back {
            caller.call();
            caller.take(Answer::Good);
        }
        prop_assert_eq!(caller.scheduler.budget.rate(caller.passed), ceiling);
        let from = caller.passed;
        for _ in 0..30 {
            caller.call();
        }
        let took = caller.passed.duration_since(from).as_secs_f64();
        let slots = 30.0 * caller.spacing.as_secs_f64();
        prop_assert!((took - slots).abs() <= 1.01 / ceiling + 0.1, "30 calls in {took} s, {slots} s in slots");
    }
}
