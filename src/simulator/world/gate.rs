//! The checks before a call: the key, the allow list, the pace, and the rights of the key.

use std::collections::VecDeque;

use super::campaign::Campaign;
use super::refusal::Refusal;
use crate::simulator::options::KeyRights;

const SECOND_US: i64 = 1_000_000;

/// The key of an `Authorization` header.
pub(super) fn bearer(authorization: Option<&str>) -> Result<&str, Refusal> {
    let (scheme, key) = authorization.unwrap_or_default().trim().split_once(' ').ok_or_else(Refusal::unauthorized)?;
    let key = key.trim();
    if scheme.eq_ignore_ascii_case("bearer") && !key.is_empty() { Ok(key) } else { Err(Refusal::unauthorized()) }
}

/// Whether a call with `key` may continue. A campaign that does not exist looks the same as a wrong key.
pub(super) fn admit<'a>(campaign: Option<&'a mut Campaign>, key: &str, writes: bool, now_us: i64) -> Result<&'a mut Campaign, Refusal> {
    let campaign = campaign.filter(|campaign| campaign.key == key).ok_or_else(Refusal::wrong_key)?;
    if !campaign.allow_listed {
        return Err(Refusal::address());
    }
    if !campaign.pace.admit(now_us) {
        return Err(Refusal::too_many_calls());
    }
    match campaign.rights {
        KeyRights::All => Ok(campaign),
        KeyRights::Reading if !writes => Ok(campaign),
        KeyRights::Reading | KeyRights::Nothing => Err(Refusal::forbidden()),
    }
}

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
