//! The limit of calls in a sliding second.

use std::collections::VecDeque;

const SECOND_US: i64 = 1_000_000;

/// The calls of the last second. A refused call is dropped and does not count.
#[derive(Debug)]
pub(super) struct Pace {
    limit: usize,
    accepted_us: VecDeque<i64>,
}

impl Pace {
    /// 0 means no limit.
    pub(super) fn new(limit: u32) -> Self {
        Self { limit: limit as usize, accepted_us: VecDeque::new() }
    }

    /// Whether a call at `now_us` (microseconds since 1970) is within the limit; if so it counts.
    pub(super) fn admit(&mut self, now_us: i64) -> bool {
        if self.limit == 0 {
            return true;
        }
        while self.accepted_us.front().is_some_and(|at| now_us - at >= SECOND_US) {
            self.accepted_us.pop_front();
        }
        if self.accepted_us.len() >= self.limit {
            return false;
        }
        self.accepted_us.push_back(now_us);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_slides() {
        let mut pace = Pace::new(2);
        let admitted: Vec<bool> = [0, 400_000, 999_999, 1_000_000, 1_200_000, 1_400_000].into_iter().map(|at| pace.admit(at)).collect();
        assert_eq!(admitted, [true, true, false, true, false, true]);
    }

    #[test]
    fn zero_is_no_limit() {
        let mut pace = Pace::new(0);
        assert!((0..10_000).all(|_| pace.admit(5)));
    }
}
