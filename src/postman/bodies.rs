//! The memory that answers are read into.

use std::fmt;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};

/// The memory of large answers. The next one is read into that of one which nobody needs any more: blocks of megabytes,
/// taken and given back with every page, make the allocator keep holes of their size.
#[derive(Default)]
pub(super) struct Bodies(Mutex<Vec<Bytes>>);

/// How many are kept: more pages are seldom read at once.
const KEPT: usize = 2;

/// The sizes of those that are kept, in bytes: smaller ones leave no holes that matter, and a page is not larger.
const SIZES: Range<usize> = 128 * 1024..8 * 1024 * 1024;

impl Bodies {
    /// Memory for an answer of this length, or of an unknown one.
    pub(super) fn take(&self, length: Option<usize>) -> BytesMut {
        let mut body = BytesMut::new();
        if length.is_none_or(|length| SIZES.contains(&length)) {
            let mut kept = self.kept();
            if let Some(free) = kept.iter().position(Bytes::is_unique) {
                body = kept.swap_remove(free).into();
                body.clear();
            }
        }
        body.reserve(length.unwrap_or(0).min(SIZES.end));
        body
    }

    /// The answer that was read; its memory is used again when it is dropped.
    pub(super) fn keep(&self, body: BytesMut) -> Bytes {
        let is_kept = SIZES.contains(&body.capacity());
        let body = body.freeze();
        let mut kept = self.kept();
        if is_kept && kept.len() < KEPT {
            kept.push(body.clone());
        }
        body
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Bytes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without the answers, which are personal data.
impl fmt::Debug for Bodies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Bodies({})", self.kept().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// Reads an answer of so many bytes.
    fn read(bodies: &Bodies, length: usize, is_known: bool, letter: u8) -> Bytes {
        let mut body = bodies.take(is_known.then_some(length));
        body.extend_from_slice(&vec![letter; length]);
        bodies.keep(body)
    }

    #[rstest]
    #[case::small(1_000, true, false)]
    #[case::small_unannounced(1_000, false, false)]
    #[case::page(2_300_000, true, true)]
    #[case::page_unannounced(2_300_000, false, true)]
    #[case::huge(SIZES.end + 1, true, false)]
    fn the_memory_of_a_page_is_used_again(#[case] length: usize, #[case] is_known: bool, #[case] is_kept: bool) {
        let bodies = Bodies::default();
        let first = read(&bodies, length, is_known, b'a');
        assert!(first.iter().all(|letter| *letter == b'a') && first.len() == length);
        let memory = first.as_ptr();
        drop(first);
        assert_eq!(bodies.kept().first().map(|kept| kept.as_ptr()), is_kept.then_some(memory));
        let second = read(&bodies, length, is_known, b'b');
        assert!(second.iter().all(|letter| *letter == b'b') && second.len() == length);
        assert!(!is_kept || second.as_ptr() == memory);
    }

    #[test]
    fn what_is_still_needed_is_left_alone() {
        let bodies = Bodies::default();
        let held: Vec<Bytes> = (b'a'..b'f').map(|letter| read(&bodies, SIZES.start, true, letter)).collect();
        for (letter, body) in (b'a'..).zip(&held) {
            assert!(body.len() == SIZES.start && body.iter().all(|byte| *byte == letter));
        }
        assert_eq!(bodies.kept().len(), KEPT);
    }

    #[test]
    fn a_small_answer_in_large_memory_gives_it_back() {
        let bodies = Bodies::default();
        let memory = read(&bodies, SIZES.start, true, b'a').as_ptr();
        let small = read(&bodies, 10, false, b'b');
        assert_eq!((small.as_ptr(), &small[..]), (memory, &b"bbbbbbbbbb"[..]));
        drop(small);
        assert_eq!(read(&bodies, SIZES.start, true, b'c').as_ptr(), memory);
    }

    #[test]
    fn nothing_of_an_answer_is_in_what_a_log_shows_of_it() {
        let bodies = Bodies::default();
        read(&bodies, SIZES.start, true, b'a');
        assert_eq!(format!("{bodies:?}"), "Bodies(1)");
    }
}
