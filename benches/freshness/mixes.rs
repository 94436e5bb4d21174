//! What happens at the server: messages with all their changes, and how fast they change.

use std::ops::Range;

use postwatch::monitor::Stage;

/// Messages of a fixed stretch, for which the bound is given.
pub const STRETCH: usize = 1000;
/// Messages of a piece, for which the rate is given if a schedule has its own stretches.
const PIECE: usize = 50;

/// A change of a message.
pub struct Change {
    pub at_s: f64,
    /// The status from then on; `None` when nothing more comes.
    pub stage: Option<Stage>,
    pub failed: bool,
    /// The interval in which it was equally likely: its part of the true rate.
    likely_s: (f64, f64),
}

/// A message.
pub struct Planned {
    /// Oldest first; the first is its creation.
    pub changes: Vec<Change>,
}

impl Planned {
    pub fn created_s(&self) -> f64 {
        self.changes[0].at_s
    }

    /// The last change by then.
    pub fn change(&self, now_s: f64) -> &Change {
        let done = self.changes.partition_point(|change| change.at_s <= now_s);
        &self.changes[done.max(1) - 1]
    }
}

/// A mix.
pub struct Mix {
    pub name: &'static str,
    /// The measured interval.
    pub begin_s: f64,
    pub end_s: f64,
    /// Oldest first.
    pub messages: Vec<Planned>,
    /// For each second, the true rate of each small piece, in changes per second.
    pieces: Vec<Vec<f64>>,
    /// For each second, the sum of the roots of the rates of the stretches.
    roots: Vec<f64>,
    /// For each second, whether messages younger than ten minutes are on the way.
    busy: Vec<bool>,
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A change that is equally likely between two times.
    fn change(&mut self, from_s: f64, to_s: f64, stage: Option<Stage>) -> Change {
        Change { at_s: from_s + self.share() * (to_s - from_s), stage, failed: false, likely_s: (from_s, to_s) }
    }

    /// A message as real ones behave: delivered in 10 to 12 s, one of a hundred failed after
    /// 66 to 90 s, after it waited in a queue.
    fn message(&mut self, created_s: f64, queue_s: f64) -> Planned {
        let go = created_s + queue_s;
        let mut changes = vec![
            Change { at_s: created_s, stage: Some(Stage::Created), failed: false, likely_s: (created_s, created_s + 1.0) },
            self.change(created_s + 0.15, created_s + 0.9, Some(Stage::Enqueued)),
            self.change(go + 1.0, go + 2.4, Some(Stage::Sending)),
            self.change(go + 2.4, go + 3.7, Some(Stage::Sent)),
            self.change(go + 3.8, go + 5.7, Some(Stage::SentToTelco)),
        ];
        let failed = self.share() < 0.01;
        let end = if failed { self.change(go + 66.0, go + 90.0, None) } else { self.change(go + 10.0, go + 12.0, None) };
        changes.push(Change { failed, ..end });
        Planned { changes }
    }

    /// A message that finished long ago.
    fn old(&mut self, created_s: f64) -> Planned {
        let failed = self.share() < 0.01;
        let done = |at_s| Change { at_s, stage: None, failed, likely_s: (at_s, at_s + 1.0) };
        Planned { changes: vec![done(created_s)] }
    }
}

/// Messages that finished before the mix begins, the newest an hour ago.
fn past(dice: &mut Dice, count: usize) -> Vec<Planned> {
    (0..count).map(|place| dice.old(-3600.0 - (count - place) as f64)).collect()
}

pub fn all() -> [Mix; 6] {
    let oldest_first = |row| row;
    let newest_first = |row| BURST - 1 - row;
    // A step coprime to the number reaches each once.
    let any_order = |row| row * 7919 % BURST;
    [burst("burst", oldest_first), burst("burst, newest", newest_first), burst("burst, mixed", any_order), trickle(), old(), batch()]
}

/// How many are recorded at once in a burst.
const BURST: u32 = 30_000;

/// This many recorded at once and sent at 10 per second, in an order: the turn of each row.
fn burst(name: &'static str, turn: fn(u32) -> u32) -> Mix {
    let mut dice = Dice(1);
    let mut messages = past(&mut dice, 5000);
    messages.extend((0..BURST).map(|row| dice.message(-60.0 + f64::from(row) / 10_000.0, f64::from(turn(row)) / 10.0)));
    Mix::new(name, 0.0, 3000.0, messages)
}

/// One message a second.
fn trickle() -> Mix {
    let mut dice = Dice(2);
    let mut messages = past(&mut dice, 5000);
    messages.extend((-300..900).map(|second| {
        let created = f64::from(second) + dice.share();
        dice.message(created, 0.0)
    }));
    Mix::new("trickle", 0.0, 900.0, messages)
}

/// 40 stretches, half of each still with the telco, each at its own pace.
fn old() -> Mix {
    let mut dice = Dice(3);
    let mut messages = Vec::new();
    for stretch in 0..40_u32 {
        // From ten minutes to a day for the whole stretch, whatever its age.
        let pace = f64::from((stretch * 17) % 40) / 39.0;
        let spread_s = 600.0 * 144.0_f64.powf(pace);
        for row in 0..STRETCH {
            let created_s = -3600.0 * f64::from(44 - stretch) + row as f64;
            let mut message = Planned { changes: vec![dice.change(created_s, created_s, Some(Stage::SentToTelco))] };
            let end = if row % 2 == 0 { dice.change(0.0, spread_s, None) } else { dice.change(created_s + 5.0, created_s + 12.0, None) };
            message.changes.push(end);
            messages.push(message);
        }
    }
    Mix::new("old", 0.0, 3600.0, messages)
}

/// 5000 sent at 50 per second, along with single ones.
fn batch() -> Mix {
    let mut dice = Dice(4);
    let mut messages = past(&mut dice, 20_000);
    messages.extend((0..5000).map(|row| dice.message(30.0 + f64::from(row) / 10_000.0, f64::from(row) / 50.0)));
    messages.extend((-600..600).map(|half| {
        let created = f64::from(half) / 2.0 + dice.share() / 2.0;
        dice.message(created, 0.0)
    }));
    messages.sort_by(|one, other| one.created_s().total_cmp(&other.created_s()));
    Mix::new("batch", 0.0, 240.0, messages)
}

impl Mix {
    fn new(name: &'static str, begin_s: f64, end_s: f64, messages: Vec<Planned>) -> Self {
        let seconds = (end_s - begin_s) as usize;
        let mut pieces = vec![vec![0.0; messages.len().div_ceil(PIECE)]; seconds];
        let mut busy = vec![false; seconds];
        for (place, message) in messages.iter().enumerate() {
            for change in &message.changes {
                let (from, to) = change.likely_s;
                if to - from < 1e-9 {
                    continue;
                }
                let first = (from - begin_s).floor().max(0.0) as usize;
                let last = ((to - begin_s).ceil().max(0.0) as usize).min(seconds);
                for (second, pieces) in pieces.iter_mut().enumerate().take(last).skip(first) {
                    let start = begin_s + second as f64;
                    pieces[place / PIECE] += (to.min(start + 1.0) - from.max(start)).max(0.0) / (to - from);
                }
            }
            for (change, next) in message.changes.iter().zip(message.changes.iter().skip(1)) {
                let young_until = next.at_s.min(change.at_s + 600.0) - begin_s;
                let first = (change.at_s - begin_s).floor().max(0.0) as usize;
                busy[first.min(seconds)..(young_until.ceil().max(0.0) as usize).clamp(first.min(seconds), seconds)].fill(true);
            }
        }
        let root = |stretch: &[f64]| stretch.iter().sum::<f64>().sqrt();
        let roots = pieces.iter().map(|pieces| pieces.chunks(STRETCH / PIECE).map(root).sum()).collect();
        Self { name, begin_s, end_s, messages, pieces, roots, busy }
    }

    /// The calls per second that the head leaves.
    fn left(&self, second: usize, calls_per_second: f64) -> f64 {
        calls_per_second - if self.busy[second] { 0.5 } else { 0.1 }
    }

    /// The best mean delay that a periodic schedule could reach, seconds.
    pub fn bound(&self, calls_per_second: f64) -> f64 {
        let (mut delay, mut changes) = (0.0, 0.0);
        for (second, roots) in self.roots.iter().enumerate() {
            delay += roots.powi(2) / (2.0 * self.left(second, calls_per_second));
            changes += self.pieces[second].iter().sum::<f64>();
        }
        delay / changes
    }

    /// How long messages that are read together may wait, by their rate in that time:
    /// `4·Σ√Λ / (R·√Λᵢ)`.
    pub fn longest_wait_s(&self, places: &Range<usize>, from_s: f64, to_s: f64, calls_per_second: f64) -> f64 {
        let first = ((from_s - self.begin_s) as usize).min(self.roots.len() - 1);
        let last = ((to_s - self.begin_s) as usize).clamp(first, self.roots.len() - 1);
        let (mut all, mut own) = (0.0_f64, 0.0);
        for second in first..=last {
            all = all.max(self.roots[second] / self.left(second, calls_per_second));
            own += self.pieces[second][places.start / PIECE..places.end.div_ceil(PIECE)].iter().sum::<f64>();
        }
        // Calls come one at a time, so no rule can promise less than a few of them.
        (4.0 * all / (own / (last - first + 1) as f64).sqrt()).max(4.0 / calls_per_second)
    }
}
