//! A line of the test's own: what comes on it when, and what is left on it at the end.

use std::collections::VecDeque;

use rstest::rstest;

use super::*;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// What comes, and when.
struct Script {
    time: Duration,
    sent: VecDeque<(u64, &'static str)>,
}

impl ByteSource for Script {
    fn read(&mut self, into: &mut [u8]) -> io::Result<Bytes> {
        let Some((_, bytes)) = self.sent.pop_front_if(|(at, _)| ms(*at) <= self.time) else { return Ok(Bytes::None) };
        into[..bytes.len()].copy_from_slice(bytes.as_bytes());
        Ok(Bytes::Some(bytes.len()))
    }

    fn wait(&mut self, at_most: Option<Duration>) -> io::Result<()> {
        let next = self.sent.front().map_or(ms(60_000), |(at, _)| ms(*at));
        self.time = self.time.max(at_most.map_or(next, |time| (self.time + time).min(next)));
        Ok(())
    }

    fn elapsed(&self) -> Duration {
        self.time
    }

    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// A dashboard that is closed after this many milliseconds, having asked at the start: when the terminal is
/// restored, and how much is still to come then.
#[rstest]
#[case::answered(&[(20, "\x1b]11;rgb:0/0/0\x07")], 100, 100, 0)]
#[case::late(&[(20, "j"), (400, "\x1b]11;rgb:0/0/0\x07")], 100, 400, 0)]
#[case::late_and_in_pieces(&[(400, "\x1b]11;rg"), (590, "b:0/0/0\x1b"), (700, "\\")], 100, 700, 0)]
#[case::half_of_it_was_read(&[(1_000, "\x1b]11;rg"), (1_200, "b:0/0/0\x07")], 1_100, 1_200, 0)]
#[case::never(&[], 100, 600, 0)]
#[case::never_and_long_ago(&[], 5_000, 5_000, 0)]
#[case::too_late(&[(2_000, "\x1b]11;rgb:0/0/0\x07")], 100, 600, 1)]
fn an_answer_on_its_way_is_waited_for(#[case] sent: &[(u64, &'static str)], #[case] left: u64, #[case] back: u64, #[case] remain: usize) {
    let mut keyboard = Keyboard::of(Script { time: ms(0), sent: sent.iter().copied().collect() });
    keyboard.asked = Some(ms(0));
    while keyboard.elapsed() < ms(left) {
        let to_go = ms(left) - keyboard.elapsed();
        while keyboard.read().unwrap() != Reading::Nothing {}
        keyboard.wait(Some(to_go)).unwrap();
    }
    while keyboard.read().unwrap() != Reading::Nothing {}
    keyboard.finish();
    assert_eq!((keyboard.elapsed(), keyboard.line.sent.len()), (ms(back), remain));
}

#[test]
fn a_flood_does_not_keep_the_loop_away() {
    struct Flood;
    impl ByteSource for Flood {
        fn read(&mut self, into: &mut [u8]) -> io::Result<Bytes> {
            into.fill(b'a');
            Ok(Bytes::Some(into.len()))
        }

        fn wait(&mut self, _: Option<Duration>) -> io::Result<()> {
            Ok(())
        }

        fn elapsed(&self) -> Duration {
            Duration::ZERO
        }

        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }
    let mut keyboard = Keyboard::of(Flood);
    keyboard.decoder.take(b"\x1b[200~", Duration::ZERO);
    assert_eq!(keyboard.read().unwrap(), Reading::Later);
}
