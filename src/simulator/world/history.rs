//! When the messages of the start were created: waves by day, bursts of batches, and a live end.

use super::dice::{Dice, For};
use super::wire::{civil, midnight};

/// How busy an hour of the day is: public offices work by day, citizens ask for codes in the evening.
const HOURS: [(i64, u32); 24] = [
    (0, 2),
    (1, 1),
    (2, 1),
    (3, 1),
    (4, 1),
    (5, 2),
    (6, 6),
    (7, 18),
    (8, 50),
    (9, 80),
    (10, 90),
    (11, 75),
    (12, 45),
    (13, 60),
    (14, 80),
    (15, 75),
    (16, 60),
    (17, 45),
    (18, 25),
    (19, 20),
    (20, 20),
    (21, 14),
    (22, 8),
    (23, 4),
];

/// How many days the messages of the start reach back.
const DAYS: u64 = 7;
const HOUR_MS: i64 = 3_600_000;
/// The newest single messages are within this time before the start, so that some are still on the way.
const RECENT_MS: i64 = 5 * 60_000;

/// Single messages in the last minutes, out of `singles`.
fn recent(singles: u64) -> u64 {
    (singles / 4).min(300)
}

/// When single message `n` of `singles` was created, given the start.
pub(super) fn single_created(dice: Dice, n: u64, singles: u64, started: i64) -> i64 {
    if n < recent(singles) {
        // Squared, so that the last seconds are the fullest: those messages are still on the way.
        let share = dice.share(For::When, 0);
        return started - 1 - (share * share * RECENT_MS as f64) as i64;
    }
    in_waves(dice, started - RECENT_MS)
}

/// A moment in the busy hours of the last days, before `end`.
fn in_waves(dice: Dice, end: i64) -> i64 {
    let day = midnight(end) - dice.below(For::When, 1, DAYS) as i64 * 24 * HOUR_MS;
    let hour = dice.weighted(For::When, 2, &HOURS).unwrap_or(10);
    let moment = day + hour * HOUR_MS + dice.between(For::When, 3, 0, HOUR_MS - 1);
    // A time in the future is moved back by whole days.
    if moment < end { moment } else { moment - DAYS as i64 * 24 * HOUR_MS }
}

/// When batch `n` (0 is the newest) was uploaded, given the start.
pub(super) fn batch_created(dice: Dice, n: u64, started: i64) -> i64 {
    if n == 0 {
        // The newest is still under way: a queue is processed in a few minutes.
        return started - dice.between(For::When, 4, 60_000, 120_000);
    }
    let before = in_waves(dice, started - HOUR_MS);
    // Uploaded by hand: a few minutes after some quarter of an hour.
    before - before.rem_euclid(HOUR_MS / 4) + dice.between(For::When, 5, 0, 240_000)
}

/// How many of `messages` are in each of `batches`; the sum is at most `messages`.
pub(super) fn batch_sizes(dice: Dice, messages: u64, batches: u32) -> Vec<u64> {
    if batches == 0 {
        return Vec::new();
    }
    let in_batches = messages * 6 / 10;
    let weights: Vec<u64> = (0..u64::from(batches)).map(|n| 1 + dice.below(For::Size, n, 9)).collect();
    let total: u64 = weights.iter().sum();
    weights.iter().map(|weight| (u128::from(in_batches) * u128::from(*weight) / u128::from(total)) as u64).collect()
}

/// How long row `n` of a batch waits in the queue, in milliseconds: 50 a second, 5 minutes at most.
pub(super) fn queue_ms(n: u64) -> i64 {
    (n.min(15_000) * 20) as i64
}

/// A file name that a person would give to the list of a batch.
pub(super) fn file_name(dice: Dice, template: &str, created: i64) -> String {
    let day = civil(created);
    let stem = template.replace('_', dice.weighted(For::FileName, 0, &[("_", 3), ("-", 2), (" ", 1)]).unwrap_or("_"));
    let part = dice.below(For::FileName, 1, 4);
    let suffix = ["", "_final", " (2)", "_part1"][part as usize];
    format!("{stem}_{:04}{:02}{:02}{suffix}.csv", day.year, day.month, day.day)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTED: i64 = 1_781_578_800_000;

    #[test]
    fn everything_was_created_in_the_past_days() {
        for n in 0..5000 {
            let created = single_created(Dice::new(n), n, 5000, STARTED);
            assert!(created < STARTED && created > STARTED - 15 * 24 * HOUR_MS);
            if n < recent(5000) {
                assert!(created >= STARTED - RECENT_MS - 1);
            }
            let batch = batch_created(Dice::new(n), n, STARTED);
            assert!(batch < STARTED && batch > STARTED - 15 * 24 * HOUR_MS);
        }
    }

    #[test]
    fn days_are_busier_than_nights() {
        let hours: Vec<i64> = (300..5300).map(|n| civil(single_created(Dice::new(n), n, 6000, STARTED)).ms_of_day / HOUR_MS).collect();
        let day = hours.iter().filter(|hour| (8..18).contains(*hour)).count();
        assert!(day > 3500, "{day}");
    }

    #[test]
    fn batches_never_hold_more_than_there_is() {
        for (messages, batches) in [(0, 3), (1, 5), (1000, 1), (1_000_000, 40)] {
            let sizes = batch_sizes(Dice::new(2), messages, batches);
            assert_eq!(sizes.len(), batches as usize);
            assert!(sizes.iter().sum::<u64>() <= messages * 6 / 10);
        }
        assert!(batch_sizes(Dice::new(2), 100, 0).is_empty());
    }
}
