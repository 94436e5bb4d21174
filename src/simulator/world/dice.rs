//! Seeded chance without state: each fact of the world is a hash of a key and a purpose.
//!
//! A random number generator would make every fact depend on the order in which facts are requested.
//! With hashes a message follows from its key alone, at any time, in any order.

/// Purposes: two facts drawn from one key must not be correlated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(super) enum For {
    CampaignId = 1,
    ApiKey,
    Campaign,
    TemplateId,
    BodyId,
    Creator,
    Starting,
    Live,
    Posted,
    Batch,
    BatchRow,
    BatchId,
    MessageId,
    RowId,
    AttemptId,
    Person,
    PersonKey,
    Number,
    Foreign,
    Language,
    Value,
    When,
    Fate,
    Cause,
    Stuck,
    Pace,
    Late,
    Stale,
    TraceId,
    RetryAfter,
    FileName,
    Size,
    Fault,
    Report,
    ReportFile,
    Varied,
    Tries,
}

/// The finaliser of splitmix64 (public domain, Sebastiano Vigna): every input bit moves every output bit.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A key from which facts are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// The `n`th key below this one for a purpose.
    pub(super) fn child(self, purpose: For, n: u64) -> Self {
        Self(self.draw(purpose, n))
    }

    pub(super) fn draw(self, purpose: For, n: u64) -> u64 {
        mix(self.0 ^ mix(n.wrapping_mul(64).wrapping_add(purpose as u64)))
    }

    /// A number from 0 up to, but not including, 1.
    pub(super) fn share(self, purpose: For, n: u64) -> f64 {
        // 53 bits: all that a double holds exactly.
        (self.draw(purpose, n) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number below `end`; 0 when `end` is 0.
    pub(super) fn below(self, purpose: For, n: u64, end: u64) -> u64 {
        // The high half of the product is uniform enough and saves a division.
        ((u128::from(self.draw(purpose, n)) * u128::from(end)) >> 64) as u64
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(self, purpose: For, n: u64, low: i64, high: i64) -> i64 {
        low + self.below(purpose, n, (high - low + 1).unsigned_abs()) as i64
    }

    /// One of `choices`, by their weights. `None` only when there is none.
    pub(super) fn weighted<T: Copy>(self, purpose: For, n: u64, choices: &[(T, u32)]) -> Option<T> {
        let total = choices.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut left = self.below(purpose, n, total);
        for (choice, weight) in choices {
            if left < u64::from(*weight) {
                return Some(*choice);
            }
            left -= u64::from(*weight);
        }
        choices.last().map(|(choice, _)| *choice)
    }

    /// 128 bits in the form of a random UUID (version 4).
    pub(super) fn uuid(self, purpose: For, n: u64) -> u128 {
        let high = self.draw(purpose, n);
        let low = mix(high ^ self.0);
        let bits = (u128::from(high) << 64) | u128::from(low);
        (bits & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_stay_within_their_bounds() {
        let dice = Dice::new(7);
        for n in 0..2000 {
            assert!(dice.below(For::Value, n, 10) < 10);
            assert!((3..=5).contains(&dice.between(For::Value, n, 3, 5)));
            assert!((0.0..1.0).contains(&dice.share(For::Value, n)));
        }
        assert_eq!(dice.below(For::Value, 0, 0), 0);
        assert_eq!(dice.weighted::<u8>(For::Value, 0, &[]), None);
    }

    #[test]
    fn shares_are_about_even() {
        let dice = Dice::new(1);
        let low = (0..10_000).filter(|n| dice.share(For::Fate, *n) < 0.25).count();
        assert!((2300..2700).contains(&low), "{low}");
    }

    #[test]
    fn a_uuid_has_version_and_variant() {
        let uuid = Dice::new(3).uuid(For::MessageId, 9);
        assert_eq!((uuid >> 76) & 0xf, 4);
        assert_eq!((uuid >> 62) & 0x3, 2);
    }
}
