//! A count typed over a slow line: its digits belong to the answer, however they arrive, and Enter agrees.

use super::*;

/// What a line with this latency, in milliseconds a key, delivers of keys pressed this far apart: nothing
/// overtakes.
fn over_a_line(keys: &[(u64, u64, char)]) -> Vec<(u64, Sent)> {
    let (mut pressed, mut arrived) = (0, 0);
    let mut sent: Vec<(u64, Sent)> = Vec::new();
    for (gap, latency, letter) in keys {
        pressed += gap;
        let before = arrived;
        arrived = arrived.max(pressed + latency);
        match sent.last_mut() {
            // What arrives at the same time is read at once.
            Some((_, Sent::Bytes(bytes))) if before == arrived => bytes.push(u8::try_from(*letter).unwrap()),
            _ => sent.push((arrived, Sent::Bytes(vec![u8::try_from(*letter).unwrap()]))),
        }
    }
    sent
}

proptest! {
    /// A count over a line of 300 ms, give or take 120: its digits arrive in any bunches. Enter agrees once where
    /// it comes alone and late enough after them, however fast or slowly they are typed, and never otherwise.
    #[test]
    fn a_count_that_is_typed_over_a_slow_line_agrees_once(
        digits in prop::collection::vec((20..900u64, 180..420u64, prop::char::range('0', '9')), 1..8),
        enters in prop::collection::vec((prop_oneof![0..300u64, 700..2_000u64], 180..420u64), 1..4),
    ) {
        let mut keys = digits;
        keys[0].0 += 500;
        keys.extend(enters.into_iter().map(|(gap, latency)| (gap, latency, '\r')));
        let sent = over_a_line(&keys);
        // When each was read, what, and with how many others.
        let read: Vec<(u64, u8, usize)> = sent
            .iter()
            .flat_map(|(at, sent)| if let Sent::Bytes(bytes) = sent { bytes.iter().map(|byte| (*at, *byte, bytes.len())).collect() } else { vec![] })
            .collect();
        let meant = read.iter().enumerate().filter(|(index, (at, byte, together))| {
            let rests = read[..*index].iter().all(|(before, byte, _)| before + if *byte == b'\r' { 400 } else { 150 } <= *at);
            *byte == b'\r' && *together == 1 && rests && read.get(index + 1).is_none_or(|(next, ..)| *next > at + 20)
        });
        let meant = meant.count();
        let agreed = watched_by(sent.clone(), true).iter().filter(|(_, note)| *note == Note::Agreed).count();
        prop_assert_eq!(agreed, meant, "{:?}", sent);
    }
}

/// The property can fail: bunches and all, it agrees.
#[test]
fn a_bunch_of_digits_and_a_late_enter_agree() {
    let agreed = |keys: &[(u64, u64, char)]| {
        let notes = watched_by(over_a_line(keys), true);
        notes.iter().filter(|(_, note)| *note == Note::Agreed).count()
    };
    let count = [(500, 400, '1'), (90, 310, '3'), (90, 220, '7')];
    let with = |enter: &[(u64, u64, char)]| [&count[..], enter].concat();
    assert_eq!(agreed(&with(&[(170, 200, '\r')])), 1);
    assert_eq!(agreed(&with(&[(20, 200, '\r')])), 0, "in the same bunch");
    assert_eq!(agreed(&with(&[(100, 220, '\r'), (600, 300, '\r')])), 1, "too soon, and then again");
}
