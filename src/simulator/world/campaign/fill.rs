//! The messages that a campaign has at the start.

use super::super::dice::For;
use super::super::history;
use super::batch::BatchStatus;
use super::{Campaign, Message, SINGLE, key_of, row_key_of};

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
            batch.rows.sort_unstable_by_key(|serial| row_key_of(messages, *serial));
        }
    }
}
