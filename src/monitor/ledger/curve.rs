//! How long messages stay in a status before they move on: a curve for each, learnt from observation.

use jiff::Timestamp;

use crate::delivery::Status;

/// The stage of a message on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// `created`
    Created,
    /// `enqueued`
    Enqueued,
    /// `sending`
    Sending,
    /// `sent`
    Sent,
    /// `sent_to_telco`
    SentToTelco,
    /// A status that is unknown or not given.
    Other,
}

impl Stage {
    const COUNT: usize = 6;

    /// The stage of a status; one that is final counts as [`Stage::Other`].
    pub fn of(status: Option<&Status>) -> Self {
        match status {
            Some(Status::Created) => Stage::Created,
            Some(Status::Enqueued) => Stage::Enqueued,
            Some(Status::Sending) => Stage::Sending,
            Some(Status::Sent) => Stage::Sent,
            Some(Status::SentToTelco) => Stage::SentToTelco,
            _ => Stage::Other,
        }
    }
}

/// Half of all messages are assumed to move on within this time of their last change, until the campaign's own are
/// observed: `S(age) = HALF / (age + HALF)`.
const HALF_S: f64 = 10.0;

/// How many observed changes the prior counts for, in each class of ages.
const PRIOR_CHANGES: f64 = 4.0;

/// With this many changes a class is certain enough: older ones begin to fade, because a provider is not as fast by
/// night as by day.
const ENOUGH_CHANGES: f64 = 400.0;

/// This many times the prior's observation time without a change is enough, too.
const ENOUGH_WATCHING: f64 = 100.0;

/// Classes of ages: up to a second, then two for each doubling, the last from 36 hours on.
const CLASSES: usize = 36;

/// The campaign's curves, one for each status.
#[derive(Debug, Clone)]
pub(super) struct Curves([Curve; Stage::COUNT]);

/// One curve: in each class of ages how many messages moved, and how long messages were watched.
#[derive(Debug, Clone)]
struct Curve {
    changes: [f64; CLASSES],
    watched_s: [f64; CLASSES],
    /// The hazard in each class, changes a second, and its integral up to the class's beginning.
    hazard: [f64; CLASSES],
    before: [f64; CLASSES],
}

impl Default for Curves {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Curve::new()))
    }
}

impl Curves {
    /// The share of such messages that move on between the age at which one was last seen and now.
    pub fn share(&self, stage: Stage, changed: Timestamp, seen_at: Timestamp, now: Timestamp) -> f64 {
        let curve = &self.0[stage as usize];
        let (then, now) = (age_s(changed, seen_at), age_s(changed, now));
        if now <= then { 0.0 } else { -(curve.integral(then) - curve.integral(now)).exp_m1() }
    }

    /// A message was seen at one time and again at another: `moved` is when it had moved on in between, as far as is
    /// known.
    pub fn learn(&mut self, stage: Stage, changed: Timestamp, seen_at: Timestamp, again: Timestamp, moved: Option<Timestamp>) {
        let (from, to) = (age_s(changed, seen_at), age_s(changed, again));
        // It shows the newest change, which may not have been the first since it was last seen.
        let until = moved.map_or(to, |at| age_s(changed, at).clamp(from, to.max(from)));
        self.0[stage as usize].learn(from, until, moved.is_some());
    }
}

impl Curve {
    fn new() -> Self {
        let mut curve = Self { changes: [0.0; CLASSES], watched_s: [0.0; CLASSES], hazard: [0.0; CLASSES], before: [0.0; CLASSES] };
        for class in 0..CLASSES {
            curve.refresh(class);
        }
        curve.sum_up(0);
        curve
    }

    fn learn(&mut self, from_s: f64, to_s: f64, moved: bool) {
        let (first, last) = (class(from_s), class(to_s));
        for class in first..=last {
            let (begin, end) = extent(class);
            self.watched_s[class] += (to_s.min(end) - from_s.max(begin)).max(0.0);
            if moved && class == last {
                self.changes[class] += 1.0;
            }
            if self.changes[class] > ENOUGH_CHANGES || self.watched_s[class] > ENOUGH_WATCHING * prior_watched_s(class) {
                self.changes[class] /= 2.0;
                self.watched_s[class] /= 2.0;
            }
            self.refresh(class);
        }
        self.sum_up(first);
    }

    fn refresh(&mut self, class: usize) {
        self.hazard[class] = (self.changes[class] + PRIOR_CHANGES) / (self.watched_s[class] + prior_watched_s(class));
    }

    /// Sums up the hazards, from a class on.
    fn sum_up(&mut self, from: usize) {
        for class in from..CLASSES - 1 {
            let (begin, end) = extent(class);
            self.before[class + 1] = self.before[class] + self.hazard[class] * (end - begin);
        }
    }

    /// The integral of the hazard up to an age.
    fn integral(&self, age_s: f64) -> f64 {
        let class = class(age_s);
        self.before[class] + self.hazard[class] * (age_s - extent(class).0)
    }
}

fn age_s(changed: Timestamp, now: Timestamp) -> f64 {
    now.duration_since(changed).as_secs_f64().max(0.0)
}

/// The class of an age.
fn class(age_s: f64) -> usize {
    if age_s < 1.0 {
        return 0;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the logarithm of a number from 1 on is small and not negative"
    )]
    let class = 1 + (2.0 * age_s.log2()) as usize;
    class.min(CLASSES - 1)
}

/// Where a class begins and ends, seconds. The last one is open-ended; its length counts as two days.
fn extent(class: usize) -> (f64, f64) {
    let edge = |class: usize| if class == 0 { 0.0 } else { f64::exp2((class as f64 - 1.0) / 2.0) };
    (edge(class), edge(class + 1))
}

/// How long the prior has observed a class, so that its changes fit its curve.
fn prior_watched_s(class: usize) -> f64 {
    let (begin, end) = extent(class);
    PRIOR_CHANGES * (end - begin) / ((end + HALF_S) / (begin + HALF_S)).ln()
}
