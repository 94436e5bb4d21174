//! Room for data without a fixed length: attempts, values, texts.
//!
//! A row's bytes are in a slot of a large chunk. A slot that became too small is reused for other bytes of its size,
//! so re-reading the same messages for days takes no more room than reading them once.

use hashbrown::HashMap;

use super::varint;

/// Slots begin at multiples of this many bytes, so that 32 bits reach 16 GiB.
const UNIT: usize = 4;

/// The bytes of a chunk: large enough that few are needed, small enough that a half-empty one does not matter.
const CHUNK: usize = 1 << 20;

/// Slots longer than this get a chunk of their own, so that no chunk's end is wasted on them.
const LARGE: usize = CHUNK / 16;

/// How many chunks 32 bits can address.
const MOST_CHUNKS: usize = 1 << (32 - (CHUNK / UNIT).trailing_zeros());

/// Where a row's bytes are; the default is nowhere, with no bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ArenaSlot(u32);

/// All slots.
#[derive(Default)]
pub struct ByteArena {
    chunks: Vec<Box<[u8]>>,
    /// The chunk being filled and how many of its bytes are used.
    filling: Option<(usize, usize)>,
    /// Slots without a row, by their length in units.
    free: HashMap<usize, Vec<ArenaSlot>>,
    free_chunks: Vec<usize>,
}

impl ByteArena {
    /// The bytes of a slot.
    pub fn get(&self, slot: ArenaSlot) -> &[u8] {
        let Some((chunk, offset)) = index(slot) else { return &[] };
        let mut bytes = &self.chunks[chunk][offset..];
        let len = varint::read(&mut bytes) as usize;
        &bytes[..len]
    }

    /// Puts bytes where a row's bytes were, or elsewhere if their size differs. Returns their slot.
    #[must_use]
    pub fn put(&mut self, old: ArenaSlot, bytes: &[u8]) -> ArenaSlot {
        let length = if bytes.is_empty() { 0 } else { rounded(bytes.len()) };
        let old_length = if old == ArenaSlot::default() { 0 } else { rounded(self.get(old).len()) };
        let slot = if length == old_length {
            old
        } else {
            self.release(old, old_length);
            self.find(length)
        };
        if let Some((chunk, offset)) = index(slot) {
            let room = &mut self.chunks[chunk][offset..offset + length];
            let header = varint::write_to(room, bytes.len() as u64);
            room[header..header + bytes.len()].copy_from_slice(bytes);
        }
        slot
    }

    /// All bytes that were allocated.
    #[cfg(test)]
    pub fn reserved(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.len()).sum()
    }

    fn release(&mut self, slot: ArenaSlot, length: usize) {
        match index(slot) {
            None => {}
            Some((chunk, _)) if length > LARGE => {
                self.chunks[chunk] = Box::default();
                self.free_chunks.push(chunk);
            }
            Some(_) => self.free.entry(length / UNIT).or_default().push(slot),
        }
    }

    fn find(&mut self, length: usize) -> ArenaSlot {
        if length == 0 {
            return ArenaSlot::default();
        }
        if length > LARGE {
            return self.add_chunk(length).map_or(ArenaSlot::default(), |chunk| slot_at(chunk, 0));
        }
        if let Some(slot) = self.free.get_mut(&(length / UNIT)).and_then(Vec::pop) {
            return slot;
        }
        let (chunk, taken) = match self.filling {
            Some((chunk, taken)) if taken + length <= CHUNK => (chunk, taken),
            _ => match self.add_chunk(CHUNK) {
                Some(chunk) => (chunk, 0),
                // 16 GiB of texts: the machine is long out of memory.
                None => return ArenaSlot::default(),
            },
        };
        self.filling = Some((chunk, taken + length));
        slot_at(chunk, taken)
    }

    fn add_chunk(&mut self, length: usize) -> Option<usize> {
        let bytes = vec![0; length].into_boxed_slice();
        if let Some(chunk) = self.free_chunks.pop() {
            self.chunks[chunk] = bytes;
            return Some(chunk);
        }
        if self.chunks.len() >= MOST_CHUNKS - 1 {
            return None;
        }
        self.chunks.push(bytes);
        Some(self.chunks.len() - 1)
    }
}

/// The room that bytes need, including their length in front.
fn rounded(len: usize) -> usize {
    (len + varint::len(len as u64)).next_multiple_of(UNIT)
}

fn slot_at(chunk: usize, offset: usize) -> ArenaSlot {
    ArenaSlot(u32::try_from(chunk * (CHUNK / UNIT) + offset / UNIT + 1).unwrap_or(0))
}

fn index(slot: ArenaSlot) -> Option<(usize, usize)> {
    let at = slot.0.checked_sub(1)? as usize;
    Some((at / (CHUNK / UNIT), at % (CHUNK / UNIT) * UNIT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_same_room_is_used_again() {
        let mut slots = ByteArena::default();
        let mut rows = vec![ArenaSlot::default(); 100];
        for round in 0..1000_usize {
            for (index, slot) in rows.iter_mut().enumerate() {
                *slot = slots.put(*slot, &vec![1; (round * 7 + index) % 60]);
            }
        }
        assert_eq!(slots.reserved(), CHUNK);
    }

    #[test]
    fn a_large_text_gives_its_chunk_back() {
        let mut slots = ByteArena::default();
        let mut slot = ArenaSlot::default();
        for len in [LARGE + 10, 3 * CHUNK, 5, LARGE * 2, 0] {
            slot = slots.put(slot, &vec![7; len]);
            assert_eq!(slots.get(slot).len(), len);
        }
        assert_eq!((slot, slots.reserved()), (ArenaSlot::default(), CHUNK));
    }

    proptest! {
        #[test]
        fn every_row_keeps_its_own_bytes(steps in prop::collection::vec((0..8_usize, prop::collection::vec(any::<u8>(), 0..200)), 0..100)) {
            let mut slots = ByteArena::default();
            let mut rows = vec![(ArenaSlot::default(), Vec::new()); 8];
            for (row, bytes) in steps {
                rows[row].0 = slots.put(rows[row].0, &bytes);
                rows[row].1 = bytes;
                for (slot, bytes) in &rows {
                    prop_assert_eq!(slots.get(*slot), &bytes[..]);
                }
            }
        }
    }
}
