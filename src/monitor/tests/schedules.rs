//! Any schedule of answers and of jumps of the clock: calls keep their distance, and a server that asks to
//! wait is obeyed.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::monitor::desk::{Desk, Failure, Step};
use crate::postman::RetryAfter;

/// What comes of a call.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Good,
    TooMany(Option<After>),
    Failed(Option<After>),
    /// A good one, and the clock is set so many seconds on or back.
    Jump(i64),
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
        1 => (-120i64..120).prop_map(Answer::Jump),
    ]
}

/// A desk that always has a call to make, and its clock.
struct Caller {
    desk: Desk,
    /// A clock that nobody sets.
    passed: Timestamp,
    /// How far the clock that it sees is ahead.
    ahead: SignedDuration,
}

impl Caller {
    fn new(ceiling: f64) -> Self {
        let mut desk = Desk::new(ceiling, 0.2, SignedDuration::from_hours(1), true);
        desk.read_now = true;
        Self { desk, passed: Timestamp::from_second(1_900_000_000).unwrap(), ahead: SignedDuration::ZERO }
    }

    fn clock(&self) -> Timestamp {
        self.passed + self.ahead
    }

    /// Lets time pass until the next call leaves.
    fn call(&mut self) {
        for _ in 0..100 {
            let now = self.clock();
            self.desk.budget.keep_time(now);
            match self.desk.decide(now) {
                Step::Reserve(room) => self.desk.slots.reserved(now, room),
                Step::Wait { until, .. } => {
                    assert!(until > now, "it waits for what has come");
                    self.passed += until.duration_since(now);
                }
                Step::Call(job) => return self.desk.call(&job, now),
                step => panic!("{step:?}"),
            }
        }
        panic!("it turns round and round");
    }

    /// Takes an answer in, a twentieth of a second later. Gives until when the server asks to wait.
    fn take(&mut self, answer: Answer) -> Option<Timestamp> {
        self.passed += SignedDuration::from_millis(50);
        let now = self.clock();
        let wait = |after: Option<After>| after.map(|after| RetryAfter::parse(&after.header(now)).unwrap().wait(now));
        let wait = match answer {
            Answer::TooMany(after) => {
                self.desk.budget.too_many(now, wait(after));
                wait(after)
            }
            Answer::Failed(after) => {
                self.desk.failed(Failure::Passing { retry_after: wait(after) }, 0.5, now);
                wait(after)
            }
            Answer::Good | Answer::Jump(_) => {
                self.desk.answered();
                None
            }
        };
        if let Answer::Jump(seconds) = answer {
            self.ahead += SignedDuration::from_secs(seconds);
        }
        wait.map(|wait: Duration| now + wait)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn calls_keep_their_distance_obey_and_come_back(
        ceiling in prop::sample::select(vec![1.0, 2.0, 3.0, 10.0]),
        answers in prop::collection::vec(answer(), 1..60),
    ) {
        let mut caller = Caller::new(ceiling);
        let (mut calls, mut set_on) = (Vec::new(), Vec::new());
        let mut not_before = None;
        for answer in answers {
            caller.call();
            calls.push(caller.passed);
            let now = caller.clock();
            prop_assert!(not_before.is_none_or(|until| now >= until), "a call at {now}, asked to wait until {not_before:?}");
            not_before = caller.take(answer);
            if let Answer::Jump(seconds) = answer && seconds > 0 {
                set_on.push(caller.passed);
            }
        }
        for (place, start) in calls.iter().enumerate() {
            let end = *start + SignedDuration::from_millis(999);
            let within = calls[place..].iter().take_while(|call| **call < end).count();
            // A clock that is set on hides that the last call was a moment ago.
            let hidden = set_on.iter().filter(|at| (*start..end).contains(at)).count();
            prop_assert!(within as f64 <= ceiling + hidden as f64, "{within} calls in a second at {ceiling}");
        }
        // Good answers from now on: a minute after the last 429 all is as before.
        caller.call();
        caller.take(Answer::Good);
        let back = caller.passed + SignedDuration::from_secs(60);
        while caller.passed < back {
            caller.call();
            caller.take(Answer::Good);
        }
        prop_assert_eq!(caller.desk.budget.rate(caller.clock()), ceiling);
        let from = caller.passed;
        for _ in 0..30 {
            caller.call();
        }
        let took = caller.passed.duration_since(from).as_secs_f64();
        prop_assert!((took - 30.0 / ceiling).abs() <= 1.01 / ceiling, "30 calls in {took} s");
    }
}
