//! The slot of the next call in the budget that all processes of this machine share: how a call gets one, without IO
//! ([`CallSlot`]), and its reservation ([`Sharing`]).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Moment;
use crate::delivery::CampaignId;
use crate::postman::{Api, Explanation};
use crate::state::{ReservedSlot, Server, SharedBudget, StateError};

/// How late a call may use its slot. Slots are this much further apart than the rate asks for, so that slightly late
/// calls never bunch up.
pub(super) const LATE: Duration = Duration::from_millis(5);

/// How often a missed slot is reserved again before the call is made anyway: a machine that is always late must not
/// get stuck.
const MISSES: u8 = 3;

/// No slot allows more time for the disk than this: the next one would be so far ahead that it looks like a wrong
/// clock's.
const LONGEST_ROOM: Duration = Duration::from_secs(5);

/// After how long an unusable file is tried again.
const AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// How the next call gets its slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallSlot {
    /// It needs one.
    Wanted {
        /// How often one was missed.
        missed: u8,
    },
    /// It has one.
    Reserved {
        /// When the call may be made.
        at: Timestamp,
        /// How long after that, in addition to [`LATE`].
        room: Duration,
        /// How often one was missed before.
        missed: u8,
    },
    /// The shared file cannot be used: half the rate, without slots, until the next attempt.
    Broken {
        /// When.
        again: Timestamp,
    },
}

/// What the shared budget says about a call that this worker's own budget allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// A slot must be reserved first.
    Reserve,
    /// Its slot has not come yet.
    Wait(Timestamp),
    /// It may be made.
    Go,
}

impl CallSlot {
    /// What a call that needs this much room in its slot may do now.
    pub fn turn(&self, now: Timestamp, needs: Duration) -> Turn {
        match *self {
            CallSlot::Wanted { .. } => Turn::Reserve,
            // The clock was set back.
            CallSlot::Reserved { at, .. } if at.duration_since(now) > AGAIN => Turn::Reserve,
            CallSlot::Broken { again } if again.duration_since(now) > AGAIN => Turn::Reserve,
            // It would be missed: it was reserved for a call that records nothing first.
            CallSlot::Reserved { room, missed, .. } if missed < MISSES && room < needs && needs > LATE => Turn::Reserve,
            CallSlot::Reserved { at, .. } if at > now => Turn::Wait(at),
            CallSlot::Reserved { .. } if self.is_missed(now) => Turn::Reserve,
            CallSlot::Broken { again } if again <= now => Turn::Reserve,
            CallSlot::Reserved { .. } | CallSlot::Broken { .. } => Turn::Go,
        }
    }

    /// Whether the reserved slot has passed.
    pub fn is_missed(&self, now: Timestamp) -> bool {
        let until = |room: Duration| SignedDuration::try_from(LATE + room).unwrap_or(SignedDuration::MAX);
        matches!(*self, CallSlot::Reserved { at, room, missed } if missed < MISSES && now.duration_since(at) > until(room))
    }

    /// A slot with this much room was reserved.
    pub fn reserved(&mut self, at: Timestamp, room: Duration) {
        let missed = match *self {
            // It was given back for a longer one, not missed.
            CallSlot::Reserved { missed, room: before, .. } if before < room => missed,
            CallSlot::Reserved { missed, .. } => missed + 1,
            CallSlot::Wanted { missed } => missed,
            CallSlot::Broken { .. } => 0,
        };
        *self = CallSlot::Reserved { at, room, missed };
    }

    /// None could be reserved. Returns whether that is news.
    pub fn broke(&mut self, now: Timestamp) -> bool {
        let news = !self.is_broken();
        *self = CallSlot::Broken { again: now + AGAIN };
        news
    }

    /// A call is made.
    pub fn used(&mut self) {
        if matches!(self, CallSlot::Reserved { .. }) {
            *self = CallSlot::Wanted { missed: 0 };
        }
    }

    pub fn is_broken(&self) -> bool {
        matches!(self, CallSlot::Broken { .. })
    }
}

/// How long the line of a try takes to reach the disk, as measured between its slot and the request.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct DiskTime(Duration);

impl DiskTime {
    /// It took this long. If that was too long for its slot, the next one allows twice the room, to keep up with a
    /// disk that is getting slower.
    pub fn took(&mut self, took: Duration, missed: bool) {
        let took = if missed { took.saturating_mul(2) } else { took };
        // One slow write is often followed by another.
        self.0 = took.max(self.0.mul_f64(0.75)).min(LONGEST_ROOM);
    }

    /// Whether a slot can allow for a disk that takes this long. Where none can, a call is made late rather than
    /// never.
    pub fn fits(took: Duration) -> bool {
        took <= LONGEST_ROOM
    }

    /// The room that a slot should allow for it.
    pub fn room(self) -> Duration {
        self.0.mul_f64(1.25).min(LONGEST_ROOM)
    }
}

/// A campaign's part of the shared budget.
#[derive(Debug)]
pub(super) struct Sharing {
    /// The shared budget; `None` if there is no state folder.
    budget: Option<Arc<dyn SharedBudget>>,
    server: Server,
    campaign: CampaignId,
    /// The reserved slot that no call has used yet.
    unused: Mutex<Option<ReservedSlot>>,
}

impl Sharing {
    /// The part for the API's campaign.
    pub fn new(budget: Option<Arc<dyn SharedBudget>>, api: &Api) -> Self {
        Self { budget, server: Server::of(api.base().as_str()), campaign: api.campaign().clone(), unused: Mutex::default() }
    }

    /// Reserves the next free slot of the campaign, at `calls_per_second`, that may be used `room` later. An unused
    /// earlier reservation is given up for it. Processes agree on slots by the wall clock, which is all they share;
    /// this one's wait uses its own clock.
    ///
    /// # Errors
    /// If the shared budget cannot be used. The next call tries again.
    pub async fn reserve(&self, calls_per_second: f64, now: Moment, room: Duration) -> Result<Timestamp, StateError> {
        let spacing = Duration::from_secs_f64(1.0 / calls_per_second) + LATE + room;
        let no_folder = || StateError::ReadOnly { why: "there is no state folder to use".to_owned() };
        let budget = Arc::clone(self.budget.as_ref().ok_or_else(no_folder)?);
        let (server, campaign) = (self.server.clone(), self.campaign.clone());
        let unused = *self.unused();
        let slot = blocking(move || budget.reserve(&server, &campaign, now.wall, spacing, unused)).await?;
        *self.unused() = Some(slot);
        Ok(now.steady.checked_add(slot.at.duration_since(now.wall)).unwrap_or(now.steady))
    }

    /// A call is made in its slot.
    pub fn used(&self) {
        *self.unused() = None;
    }

    fn unused(&self) -> MutexGuard<'_, Option<ReservedSlot>> {
        self.unused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Sharing {
    /// The next caller must not wait for a call that is not made.
    fn drop(&mut self) {
        let unused = self.unused().take();
        if let (Some(budget), Some(unused)) = (&self.budget, unused) {
            // If it cannot be given back, it passes unused.
            let _ = budget.give_back(&self.server, &self.campaign, unused);
        }
    }
}

/// Runs disk work off the worker's own thread.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, StateError> + Send + 'static) -> Result<T, StateError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // Cancelled only when the program is ending; then nobody reads the answer.
        Err(broken) => match broken.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await,
        },
    }
}

pub(super) fn broken_reported(error: &StateError) -> Explanation {
    Explanation::new(
        "Only half the configured calls are made.",
        format!("The budget that is shared with other Postwatch processes cannot be used: {}.", error.explained()),
        "Fix the state folder, or name another with `--state FOLDER`; it is tried again every minute.",
    )
}

pub(super) fn repaired_reported() -> Explanation {
    Explanation::new(
        "All configured calls are made again.",
        "The budget that is shared with other Postwatch processes can be used again.",
        "Nothing.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(1_900_000_000_000 + millisecond).unwrap()
    }

    #[test]
    fn a_call_waits_for_its_slot_and_needs_another_when_it_is_late() {
        let mut slots = CallSlot::Wanted { missed: 0 };
        assert_eq!(slots.turn(at(0), Duration::ZERO), Turn::Reserve);
        slots.reserved(at(200), Duration::ZERO);
        assert_eq!(slots.turn(at(0), Duration::ZERO), Turn::Wait(at(200)));
        assert_eq!(slots.turn(at(204), Duration::ZERO), Turn::Go);
        assert_eq!(slots.turn(at(206), Duration::ZERO), Turn::Reserve);
        slots.used();
        assert_eq!(slots.turn(at(204), Duration::ZERO), Turn::Reserve);
    }

    #[test]
    fn a_clock_that_was_set_back_holds_nothing() {
        let mut slots = CallSlot::Wanted { missed: 0 };
        slots.reserved(at(3_600_000), Duration::ZERO);
        assert_eq!(slots.turn(at(0), Duration::ZERO), Turn::Reserve);
        slots.broke(at(3_600_000));
        assert_eq!(slots.turn(at(0), Duration::ZERO), Turn::Reserve);
    }

    #[test]
    fn who_is_always_late_goes_in_the_end() {
        let mut slots = CallSlot::Wanted { missed: 0 };
        let mut reserved = 0;
        let mut now = 0;
        while slots.turn(at(now), Duration::ZERO) != Turn::Go {
            slots.reserved(at(now), Duration::ZERO);
            reserved += 1;
            now += 50;
        }
        assert_eq!(reserved, 4);
    }

    #[test]
    fn a_broken_file_holds_nothing_back_and_is_tried_again() {
        let mut slots = CallSlot::Wanted { missed: 0 };
        assert!(slots.broke(at(0)));
        assert_eq!(slots.turn(at(59_999), Duration::ZERO), Turn::Go);
        assert_eq!(slots.turn(at(60_000), Duration::ZERO), Turn::Reserve);
        assert!(!slots.broke(at(60_000)), "no news");
    }

    #[test]
    fn a_slot_with_room_for_the_disk_is_missed_only_after_it() {
        let mut slots = CallSlot::Wanted { missed: 0 };
        let (none, room) = (Duration::ZERO, Duration::from_millis(300));
        slots.reserved(at(0), none);
        assert_eq!(slots.turn(at(0), room), Turn::Reserve, "it would be missed");
        slots.reserved(at(500), room);
        assert_eq!(slots.turn(at(400), room), Turn::Wait(at(500)));
        assert_eq!((slots.turn(at(500), room), slots.turn(at(500), none)), (Turn::Go, Turn::Go));
        assert!(!slots.is_missed(at(805)) && slots.is_missed(at(806)));
        slots.reserved(at(900), room);
        assert!(matches!(slots, CallSlot::Reserved { missed: 1, .. }), "only the second was missed");
    }

    #[test]
    fn the_room_follows_the_disk() {
        let mut disk = DiskTime::default();
        disk.took(Duration::from_millis(2), false);
        assert!(disk.room() < LATE);
        disk.took(Duration::from_millis(700), true);
        assert_eq!(disk.room(), Duration::from_millis(1750), "twice, and a quarter over");
        for _ in 0..25 {
            disk.took(Duration::from_millis(2), false);
        }
        assert!(disk.room() < LATE, "a fast disk needs no room again");
        disk.took(Duration::from_secs(3600), true);
        assert_eq!(disk.room(), LONGEST_ROOM);
    }
}
