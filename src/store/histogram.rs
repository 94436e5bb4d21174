//! Durations counted in steps of at most 1.6 %, so that percentiles of a million need no sorting.

/// Steps between a power of two and the next: 64 make each at most 1/64 wide.
const STEPS: i64 = 64;

/// Bits of [`STEPS`].
const BITS: u32 = STEPS.trailing_zeros();

/// Durations in milliseconds, none negative.
#[derive(Debug, Default)]
pub struct Histogram {
    counts: Vec<u32>,
    total: usize,
}

impl Histogram {
    /// Counts a duration.
    pub fn add(&mut self, milliseconds: i64) {
        self.add_many(step(milliseconds), 1);
    }

    /// Counts durations that fall into a step.
    pub fn add_many(&mut self, step: usize, count: u32) {
        if step >= self.counts.len() {
            self.counts.resize(step + 1, 0);
        }
        self.counts[step] += count;
        self.total += count as usize;
    }

    /// Removes a duration that was counted.
    pub fn remove(&mut self, milliseconds: i64) {
        if let Some(count) = self.counts.get_mut(step(milliseconds)).filter(|count| **count > 0) {
            *count -= 1;
            self.total -= 1;
        }
    }

    /// How many durations are counted.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The durations within which each of the shares (0 to 1, rising) finished, given how long others have been
    /// waiting so far: the Kaplan–Meier estimate. In milliseconds, exact to 1.6 %; `None` if the share was not
    /// reached.
    pub fn reached<const N: usize>(&self, shares: [f64; N], waiting: &Histogram) -> [Option<i64>; N] {
        let mut at_risk = self.total + waiting.total;
        let mut still_under_way = 1.0;
        let mut reached = [None; N];
        for (step, count) in self.counts.iter().enumerate() {
            if *count > 0 {
                still_under_way *= 1.0 - f64::from(*count) / at_risk as f64;
            }
            // Those that have waited this long say nothing about longer durations.
            let waited = waiting.counts.get(step).copied().unwrap_or_default();
            at_risk -= (*count + waited) as usize;
            if *count == 0 {
                continue;
            }
            for (share, reached) in shares.iter().zip(&mut reached) {
                // A little tolerance: products of shares are seldom exact.
                if reached.is_none() && 1.0 - still_under_way >= share - 1e-9 {
                    *reached = Some(middle(step));
                }
            }
        }
        reached
    }
}

/// The step in which a duration falls.
pub fn step(milliseconds: i64) -> usize {
    let value = milliseconds.max(0);
    if value < STEPS {
        return value as usize;
    }
    let shift = 63 - value.leading_zeros() - BITS;
    (i64::from(shift + 1) * STEPS + (value >> shift) - STEPS) as usize
}

/// The middle of a step.
fn middle(step: usize) -> i64 {
    let step = step as i64;
    if step < STEPS {
        return step;
    }
    let shift = step / STEPS - 1;
    ((step % STEPS + STEPS) << shift) + ((1 << shift) >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(all: &[i64]) -> Histogram {
        let mut histogram = Histogram::default();
        all.iter().for_each(|value| histogram.add(*value));
        histogram
    }

    #[test]
    fn without_waiting_ones_they_are_plain_percentiles() {
        let mut histogram = Histogram::default();
        for second in 1..=100 {
            histogram.add(second);
        }
        assert_eq!(histogram.reached([0.5, 0.95, 0.99], &of(&[]))[0], Some(50));
        assert_eq!(Histogram::default().reached([0.5], &of(&[3])), [None]);
    }

    #[test]
    fn waiting_ones_count() {
        let mut histogram = Histogram::default();
        for _ in 0..50 {
            histogram.add(10);
        }
        // Half came after 10 ms; the other half is still under way after 20.
        assert_eq!(histogram.reached([0.5, 0.95], &of(&[20; 50])), [Some(10), None]);
        // Those who have waited for 5 say nothing about 10.
        assert_eq!(histogram.reached([0.5, 0.95], &of(&[5; 50])), [Some(10), Some(10)]);
    }

    proptest! {
        #[test]
        fn a_step_is_narrow(milliseconds in 0..10_000_000_000_i64) {
            let middle = middle(step(milliseconds));
            prop_assert!((middle - milliseconds).abs() as f64 <= milliseconds as f64 * 0.016 + 0.5);
            prop_assert!(step(milliseconds) <= step(milliseconds + 1));
        }

        #[test]
        fn it_follows_what_is_taken_back(all in prop::collection::vec(0..100_000_i64, 1..50), gone in 0..50_usize) {
            let mut histogram = Histogram::default();
            let mut plain = Histogram::default();
            for (index, value) in all.iter().enumerate() {
                histogram.add(*value);
                if index >= gone { plain.add(*value); }
            }
            all.iter().take(gone).for_each(|value| histogram.remove(*value));
            prop_assert_eq!(histogram.total(), plain.total());
            prop_assert_eq!(histogram.reached([0.5, 0.9], &of(&[700])), plain.reached([0.5, 0.9], &of(&[700])));
        }
    }
}
