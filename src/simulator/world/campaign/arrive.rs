//! What a campaign receives after the start: live traffic, sends and uploads.

use std::cmp::Reverse;

use super::super::dice::{Dice, For};
use super::super::history;
use super::batch::{Batch, BatchStatus};
use super::{Campaign, Changes, Content, Message, SINGLE, row_key_of};

/// The messages that arrive by themselves.
pub(super) struct Live {
    pub(super) started: i64,
    pub(super) per_second: f64,
    pub(super) late_rate: f64,
    pub(super) next: u64,
}

/// More live messages than this are never made: a clock that jumps by years must not fill the memory.
const LIVE_LIMIT: u64 = 5_000_000;

impl Live {
    /// When live message `n` is created.
    fn created(&self, dice: Dice, n: u64) -> i64 {
        let seconds = (n as f64 + dice.share(For::When, 6)) / self.per_second;
        self.started.saturating_add((seconds * 1000.0) as i64)
    }
}

impl Campaign {
    /// Makes everything visible that is due at `now`.
    pub(in crate::simulator::world) fn advance(&mut self, now: i64) {
        while self.live.per_second > 0.0 && self.live.next < LIVE_LIMIT {
            let dice = self.dice.child(For::Live, self.live.next);
            let created = self.live.created(dice, self.live.next);
            if created > now {
                break;
            }
            self.live.next += 1;
            let serial = self.record(Message { created, dice, batch: SINGLE, queue_ms: 0 });
            let late = dice.share(For::Late, 0) < self.live.late_rate;
            let wait = if late { (dice.between(For::Late, 1, 2_000, 20_000) as f64 / self.rules.speed) as i64 } else { 0 };
            self.hidden.push(Reverse((created + wait, serial)));
        }
        while let Some(Reverse((when, serial))) = self.hidden.peek().copied() {
            if when > now {
                break;
            }
            self.hidden.pop();
            self.show(serial);
        }
    }

    fn record(&mut self, message: Message) -> u32 {
        self.messages.push(message);
        self.messages.len() as u32 - 1
    }

    /// Puts a recorded message into its place.
    fn show(&mut self, serial: u32) {
        let Some(message) = self.messages.get(serial as usize).copied() else {
            return;
        };
        self.by_id.insert(message.dice.uuid(For::MessageId, 0) as u64, serial);
        let key = self.key(serial);
        let at = self.order.partition_point(|other| self.key(*other) < key);
        self.order.insert(at, serial);
        let messages = &self.messages;
        if let Some(batch) = self.batches.get_mut(message.batch as usize) {
            let key = row_key_of(messages, serial);
            let at = batch.rows.partition_point(|other| row_key_of(messages, *other) < key);
            batch.rows.insert(at, serial);
        }
    }

    /// Records a single message that a caller sent.
    pub(in crate::simulator::world) fn post(&mut self, content: Content, now: i64) -> u32 {
        let dice = self.dice.child(For::Posted, self.posted);
        self.posted += 1;
        let serial = self.record(Message { created: now, dice, batch: SINGLE, queue_ms: 0 });
        self.changes.insert(serial, Changes { content: Some(content), retries: Vec::new() });
        self.show(serial);
        serial
    }

    /// Records a batch that a caller sent; its rows show up later, ten a millisecond.
    pub(in crate::simulator::world) fn post_batch(&mut self, file_name: String, rows: Vec<Content>, now: i64) -> u32 {
        let dice = self.dice.child(For::Posted, self.posted);
        self.posted += 1;
        let batch = self.add_batch(dice, now, file_name, rows.len() as u64);
        let first = now.saturating_add(self.prepare_ms);
        for (row, content) in rows.into_iter().enumerate() {
            let row = row as u64;
            let created = first.saturating_add((row / 10) as i64);
            let queue_ms = history::queue_ms(row) as u32;
            let serial = self.record(Message { created, dice: dice.child(For::BatchRow, row), batch, queue_ms });
            self.changes.insert(serial, Changes { content: Some(content), retries: Vec::new() });
            self.hidden.push(Reverse((created, serial)));
        }
        batch
    }

    /// Creates an empty batch; gives its index.
    pub(super) fn add_batch(&mut self, dice: Dice, created: i64, file_name: String, total: u64) -> u32 {
        let index = self.batches.len() as u32;
        self.batch_by_id.insert(dice.uuid(For::BatchId, 0), index);
        self.batches.push(Batch { dice, created, file_name, total, status: BatchStatus::Enqueued, rows: Vec::new() });
        index
    }
}
