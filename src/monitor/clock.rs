//! The worker's clocks.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

#[cfg(any(target_os = "linux", target_os = "android"))]
use crate::postman::uptime;

/// How long a wait goes without a look at the clock: system timers stop during suspend, and what is due must not be
/// delayed by that time.
const LOOK: std::time::Duration = std::time::Duration::from_secs(30);

/// Where a worker gets the time from. Everything that decides gets the time as an argument; this is the only place
/// that reads it.
///
/// There are two clocks. Waits, budgets and the ages of readings use [`Clock::now`], which includes suspend and never
/// runs backwards. The wall clock, which a person or a time service can set, is only for times that are recorded,
/// shown, or agreed on with other processes. A clone is another handle on the same clocks.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System(Arc<System>),
    Tokio(Arc<Tokio>),
}

impl Clock {
    /// The system's clocks, which agree until the wall clock is set.
    pub fn system() -> Self {
        Clock(Source::System(Arc::new(System::begin())))
    }

    /// Clocks that start at `start` and move with tokio's, so that a test with a paused clock is deterministic.
    pub fn tokio(start: Timestamp) -> Self {
        let (slept_ns, set_ns) = (AtomicI64::new(0), AtomicI64::new(0));
        Clock(Source::Tokio(Arc::new(Tokio { start, since: Instant::now(), slept_ns, set_ns })))
    }

    /// The time that waits and ages use: the wall time at the start plus the time passed since.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System(system) => later(system.start, system.passed()),
            Source::Tokio(tokio) => later(tokio.start, tokio.passed()),
        }
    }

    /// The time of day.
    pub fn wall(&self) -> Timestamp {
        match &self.0 {
            Source::System(_) => Timestamp::now(),
            Source::Tokio(tokio) => {
                later(later(tokio.start, tokio.passed()), SignedDuration::from_nanos(tokio.set_ns.load(Ordering::SeqCst)))
            }
        }
    }

    /// This moment on both clocks.
    pub fn moment(&self) -> Moment {
        Moment { steady: self.now(), wall: self.wall() }
    }

    /// A time of [`Clock::now`] on both clocks, as if the wall clock had not been set since.
    pub fn moment_of(&self, steady: Timestamp) -> Moment {
        Moment { steady, wall: self.wall_of(steady) }
    }

    /// The time of day of a time of [`Clock::now`].
    pub fn wall_of(&self, steady: Timestamp) -> Timestamp {
        later(steady, self.moment().ahead())
    }

    /// A time of day as a time of [`Clock::now`]. It is never in the future: a recorded time has passed, whatever the
    /// wall clock says now.
    pub fn steady_of(&self, wall: Timestamp) -> Timestamp {
        let now = self.moment();
        later(wall, -now.ahead()).min(now.steady)
    }

    /// Waits until a time of [`Clock::now`] is reached.
    pub async fn sleep_until(&self, until: Timestamp) {
        while let Ok(wait) = std::time::Duration::try_from(until.duration_since(self.now()))
            && !wait.is_zero()
        {
            tokio::time::sleep(wait.min(LOOK)).await;
        }
    }

    /// The machine slept for this long: tokio's clock stopped, the others went on.
    #[cfg(test)]
    pub(crate) fn suspend(&self, time: SignedDuration) {
        if let Source::Tokio(tokio) = &self.0 {
            tokio.slept_ns.fetch_add(nanoseconds(time), Ordering::SeqCst);
        }
    }

    /// The wall clock is set forward or back.
    #[cfg(test)]
    pub(crate) fn set_wall(&self, by: SignedDuration) {
        if let Source::Tokio(tokio) = &self.0 {
            tokio.set_ns.fetch_add(nanoseconds(by), Ordering::SeqCst);
        }
    }
}

/// A moment on both clocks, for an age by whichever of them shows more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The time that waits and ages use.
    pub steady: Timestamp,
    /// The time of day.
    pub wall: Timestamp,
}

impl Moment {
    /// How long ago it was, by whichever clock shows more.
    pub fn age(self, now: Moment) -> SignedDuration {
        now.steady.duration_since(self.steady).max(now.wall.duration_since(self.wall))
    }

    /// How far the wall clock is ahead of the steady one.
    pub fn ahead(self) -> SignedDuration {
        self.wall.duration_since(self.steady)
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
}

#[cfg(test)]
fn nanoseconds(time: SignedDuration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap()
}

/// The system's clocks.
#[derive(Debug)]
struct System {
    /// The wall time at the start.
    start: Timestamp,
    #[cfg(any(target_os = "linux", target_os = "android"))]
    since: std::time::Duration,
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    passed: std::sync::Mutex<Larger>,
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    since: std::time::Instant,
}

#[cfg(any(target_os = "linux", target_os = "android"))]
impl System {
    fn begin() -> Self {
        Self { start: Timestamp::now(), since: uptime() }
    }

    fn passed(&self) -> SignedDuration {
        SignedDuration::try_from(uptime().saturating_sub(self.since)).unwrap_or(SignedDuration::MAX)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
impl System {
    fn begin() -> Self {
        let start = Timestamp::now();
        Self { start, passed: std::sync::Mutex::new(Larger::new(start)), since: std::time::Instant::now() }
    }

    fn passed(&self) -> SignedDuration {
        let monotonic = SignedDuration::try_from(self.since.elapsed()).unwrap_or(SignedDuration::MAX);
        self.passed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).look(monotonic, Timestamp::now())
    }
}

/// The time passed on systems where no clock includes suspend: between two looks, the larger of what the monotonic
/// clock and the wall clock show. So it advances while the machine sleeps, and neither runs backwards nor stops when
/// the wall clock is set.
#[cfg(any(test, not(any(target_os = "linux", target_os = "android"))))]
#[derive(Debug)]
struct Larger {
    passed: SignedDuration,
    monotonic: SignedDuration,
    wall: Timestamp,
}

#[cfg(any(test, not(any(target_os = "linux", target_os = "android"))))]
impl Larger {
    fn new(wall: Timestamp) -> Self {
        Self { passed: SignedDuration::ZERO, monotonic: SignedDuration::ZERO, wall }
    }

    fn look(&mut self, monotonic: SignedDuration, wall: Timestamp) -> SignedDuration {
        let step = (monotonic - self.monotonic).max(wall.duration_since(self.wall)).max(SignedDuration::ZERO);
        (self.passed, self.monotonic, self.wall) = (self.passed.saturating_add(step), monotonic, wall);
        self.passed
    }
}

/// Clocks for tests.
#[derive(Debug)]
struct Tokio {
    start: Timestamp,
    since: Instant,
    /// How long the machine was suspended, nanoseconds.
    slept_ns: AtomicI64,
    /// By how much the wall clock was set, nanoseconds.
    set_ns: AtomicI64,
}

impl Tokio {
    fn passed(&self) -> SignedDuration {
        let awake = SignedDuration::try_from(self.since.elapsed()).unwrap_or(SignedDuration::MAX);
        awake.saturating_add(SignedDuration::from_nanos(self.slept_ns.load(Ordering::SeqCst)))
    }
}

/// How far the server's clock is ahead of this machine's, smoothed over the answers' `Date`
/// headers. Those have whole seconds, so a single one says little; ages of messages use the mean.
#[derive(Debug, Clone, Copy, Default)]
pub struct ServerTime {
    ahead_ms: Option<f64>,
}

impl ServerTime {
    /// The weight of one more answer against the mean so far.
    const WEIGHT: f64 = 0.1;

    /// Takes an answer's `Date`, together with the local time in the middle of the exchange.
    pub fn observe(&mut self, date: Timestamp, local: Timestamp) {
        // The header drops the fraction: on average half a second is missing.
        let ahead = date.duration_since(local).as_millis_f64() + 500.0;
        self.ahead_ms = Some(match self.ahead_ms {
            Some(mean) if (mean - ahead).abs() < 10_000.0 => mean + Self::WEIGHT * (ahead - mean),
            _ => ahead,
        });
    }

    /// The difference, once observed; positive when the server's clock is ahead.
    pub fn ahead(&self) -> Option<SignedDuration> {
        #[expect(clippy::cast_possible_truncation, reason = "a difference of clocks in milliseconds is far from 2^63")]
        self.ahead_ms.map(|ms| SignedDuration::from_millis(ms as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn start() -> Timestamp {
        Timestamp::from_second(1_900_000_000).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_moves_with_the_sleeps() {
        let clock = Clock::tokio(start());
        tokio::time::sleep(Duration::from_secs(90)).await;
        assert_eq!(clock.now().duration_since(start()).as_secs(), 90);
        clock.sleep_until(start() + SignedDuration::from_secs(100)).await;
        assert_eq!(clock.now().duration_since(start()).as_secs(), 100);
    }

    #[tokio::test(start_paused = true)]
    async fn the_wall_clock_is_set_and_ages_do_not_notice() {
        let clock = Clock::tokio(start());
        let before = clock.moment();
        clock.set_wall(-SignedDuration::from_hours(1));
        tokio::time::sleep(Duration::from_secs(7)).await;
        assert_eq!(clock.now(), start() + SignedDuration::from_secs(7));
        assert_eq!(clock.wall(), start() + SignedDuration::from_secs(7 - 3600));
        assert_eq!(before.age(clock.moment()).as_secs(), 7);
        assert_eq!(clock.steady_of(clock.wall_of(before.steady)), before.steady);
        assert_eq!(clock.steady_of(before.wall), clock.now(), "a recorded time has passed");
        clock.set_wall(SignedDuration::from_hours(2));
        assert_eq!(before.age(clock.moment()).as_secs(), 3607, "whichever says more");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_due_after_a_sleep_is_not_late_by_all_of_it() {
        let clock = Clock::tokio(start());
        let (waiting, due) = (clock.clone(), start() + SignedDuration::from_hours(1));
        let wait = tokio::spawn(async move { waiting.sleep_until(due).await });
        tokio::time::sleep(Duration::from_secs(60)).await;
        clock.suspend(SignedDuration::from_hours(8));
        let woken = Instant::now();
        wait.await.unwrap();
        assert!(woken.elapsed() <= LOOK, "{:?}", woken.elapsed());
    }

    #[test]
    fn the_systems_clocks_go_on_together() {
        let clock = Clock::system();
        let before = clock.moment();
        let after = clock.moment();
        assert!(after.steady >= before.steady && before.ahead().abs() < SignedDuration::from_secs(1));
    }

    proptest! {
        /// Steps of the monotonic clock, of the wall clock in the same time, and whether the machine slept.
        #[test]
        fn without_a_clock_that_counts_suspend_the_larger_counts(
            steps in prop::collection::vec((0i64..100_000, -10_000_000i64..10_000_000), 1..60),
        ) {
            let mut larger = Larger::new(start());
            let (mut monotonic, mut wall, mut passed) = (SignedDuration::ZERO, start(), SignedDuration::ZERO);
            for (awake_ms, set_ms) in steps {
                monotonic += SignedDuration::from_millis(awake_ms);
                wall += SignedDuration::from_millis(set_ms);
                let before = std::mem::replace(&mut passed, larger.look(monotonic, wall));
                prop_assert!(passed >= before + SignedDuration::from_millis(awake_ms), "it stopped or ran backwards");
                prop_assert!(passed >= wall.duration_since(start()) && passed >= monotonic);
            }
        }
    }

    #[test]
    fn the_servers_time_is_smoothed_and_follows_a_jump() {
        let local = start();
        let mut server = ServerTime::default();
        for second in 0..50 {
            let local = local + SignedDuration::from_secs(second);
            server.observe(local + SignedDuration::from_secs(3), local);
        }
        assert_eq!(server.ahead(), Some(SignedDuration::from_millis(3500)));
        server.observe(local + SignedDuration::from_hours(1), local);
        assert!(server.ahead().unwrap() > SignedDuration::from_mins(59));
    }
}
