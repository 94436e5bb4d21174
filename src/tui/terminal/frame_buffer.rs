//! A frame, collected until it is whole, so that it leaves in one write.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

/// A frame that is longer may be cut up on its way (a pseudo-terminal passes 4 KiB at once): the
/// terminal is asked to show it only when it is whole.
const SEEN_AT_ONCE: usize = 2_048;
const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";
const END_FRAME: &[u8] = b"\x1b[?2026l";

/// The bytes of the frame that is being drawn. Clones share them: the drawing library owns one,
/// and flushes after each of several steps, which means nothing here.
#[derive(Debug, Clone, Default)]
pub(super) struct FrameBuffer(Rc<RefCell<Vec<u8>>>);

impl FrameBuffer {
    /// Writes what was collected, in one piece, and begins anew.
    pub(super) fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        let mut bytes = self.0.borrow_mut();
        if bytes.len() > SEEN_AT_ONCE {
            bytes.splice(0..0, BEGIN_FRAME.iter().copied());
            bytes.extend_from_slice(END_FRAME);
        }
        let written = out.write_all(&bytes).and_then(|()| out.flush());
        bytes.clear();
        written
    }
}

impl Write for FrameBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts writes.
    #[derive(Default)]
    struct Counter {
        writes: usize,
        bytes: Vec<u8>,
    }

    impl Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.writes += 1;
            self.bytes.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_frame_leaves_in_one_write_and_a_long_one_is_shown_whole() {
        let mut frame = FrameBuffer::default();
        let mut out = Counter::default();
        write!(frame, "short").unwrap();
        frame.flush().unwrap();
        write!(frame, " frame").unwrap();
        frame.write_to(&mut out).unwrap();
        assert_eq!((out.writes, out.bytes.as_slice()), (1, b"short frame".as_slice()));
        frame.write_all(&[b'x'; 5_000]).unwrap();
        frame.write_to(&mut out).unwrap();
        assert_eq!(out.writes, 2);
        assert!(out.bytes.ends_with(END_FRAME) && out.bytes[11..].starts_with(BEGIN_FRAME));
    }
}
