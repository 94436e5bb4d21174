//! What exists at the start, and what arrives afterwards: live traffic, sends and uploads.

use std::cmp::Reverse;

use super::{Batch, BatchStatus, Campaign, Changes, Content, LIVE_LIMIT, Message, SINGLE, key_of};
use crate::simulator::world::dice::{Dice, For};
use crate::simulator::world::history;

impl Campaign {
    /// Creates the messages of the start.
    pub(super) fn fill(&mut self, messages: u64, batches: u32, started: i64) {
        let count = usize::try_from(messages).unwrap_or(usize::MAX).min(SINGLE as usize - 1);
        self.messages.reserve_exact(count);
        let sizes = history::batch_sizes(self.dice, count as u64, batches);
        for (n, size) in sizes.iter().enumerate() {
            let dice = self.dice.child(For::Batch, n as u64);
            let created = history::batch_created(dice, n as u64, started);
            let batch = self.add_batch(dice, created, history::file_name(dice, &self.template.name, created), *size);
            // Every seventh was closed long ago; the newest never is.
            if n % 7 == 6
                && let Some(batch) = self.batches.get_mut(batch as usize)
            {
                batch.status = BatchStatus::Success;
            }
            for row in 0..*size {
                self.messages.push(Message {
                    // Two rows a millisecond: neighbours share a creation time, so that ids decide.
                    created: created + (row / 2) as i64,
                    dice: dice.child(For::BatchRow, row),
                    batch,
                    queue_ms: history::queue_ms(row) as u32,
                });
            }
        }
        let singles = (count - self.messages.len()) as u64;
        for n in 0..singles {
            let dice = self.dice.child(For::Starting, n);
            let created = history::single_created(dice, n, singles, started);
            self.messages.push(Message { created, dice, batch: SINGLE, queue_ms: 0 });
        }
        self.order = (0..self.messages.len() as u32).collect();
        let messages = &self.messages;
        self.order.sort_unstable_by_key(|serial| key_of(messages, *serial));
        self.by_id.reserve(self.messages.len());
        for (serial, message) in messages.iter().enumerate() {
            self.by_id.insert(message.dice.uuid(For::MessageId, 0) as u64, serial as u32);
        }
        for serial in &self.order {
            if let Some(batch) = messages.get(*serial as usize).and_then(|m| self.batches.get_mut(m.batch as usize)) {
                batch.rows.push(*serial);
            }
        }
        for batch in &mut self.batches {
            batch.rows.sort_unstable_by_key(|serial| (messages.get(*serial as usize).map(|message| message.created), *serial));
        }
    }

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
        let key = self.row_key(serial);
        let rows = self.batch(message.batch).map_or(&[][..], |batch| &batch.rows);
        let at = rows.partition_point(|other| self.row_key(*other) < key);
        if let Some(batch) = self.batch_mut(message.batch) {
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
    fn add_batch(&mut self, dice: Dice, created: i64, file_name: String, total: u64) -> u32 {
        let index = self.batches.len() as u32;
        self.batch_by_id.insert(dice.uuid(For::BatchId, 0), index);
        self.batches.push(Batch { dice, created, file_name, total, status: BatchStatus::Enqueued, rows: Vec::new() });
        index
    }
}
