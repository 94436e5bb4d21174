//! Bytes and when they are read; what they mean.

use std::fmt::Write as _;

use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// The meaning of these pieces, read at these milliseconds, in short: keys by name, the rest in
/// brackets.
fn reported(pieces: &[(u64, &[u8])]) -> String {
    let mut decoder = Decoder::default();
    let mut all = String::new();
    for (at, piece) in pieces {
        // The loop wakes up when something is due.
        while let Some(due) = decoder.due().filter(|due| *due < ms(*at)) {
            drain(&mut decoder, due, &mut all);
        }
        decoder.take(piece, ms(*at));
        drain(&mut decoder, ms(*at), &mut all);
    }
    drain(&mut decoder, Duration::from_secs(3_600), &mut all);
    all
}

fn drain(decoder: &mut Decoder, now: Duration, all: &mut String) {
    while let Some(reading) = decoder.next(now) {
        let said = match reading {
            Reading::Came(came) => {
                assert!(came.first <= came.last && came.last <= now, "{came:?} at {now:?}");
                match came.event {
                    Event::Key(key) => named(key),
                    Event::Paste(text) => format!("[paste {text}]"),
                    Event::Mouse(mouse) => format!("[{:?} {} {}]", mouse.kind, mouse.column, mouse.row),
                    event => format!("[{event:?}]"),
                }
            }
            Reading::Background(background) => format!("[{background:?}]"),
            other => panic!("{other:?}"),
        };
        write!(all, "{said} ").unwrap();
    }
}

fn named(key: KeyEvent) -> String {
    let held = format!("{:?}", key.modifiers - KeyModifiers::SHIFT).replace("KeyModifiers(", "").replace(')', "");
    format!("{}{}", if held.contains("NONE") || held.contains("0x0") { String::new() } else { format!("{held}-") }, key.code)
}

#[rstest]
#[case::letters("jkG€தி李", "j k G € த ி 李 ")]
#[case::controls("\r\t\x7f\x03\x1a\x00\n", "Enter Tab Backspace CONTROL-c CONTROL-z CONTROL-Space CONTROL-j ")]
#[case::arrows("\x1b[A\x1bOB\x1b[1;5C\x1b[Z", "Up Down CONTROL-Right Back Tab ")]
#[case::functions("\x1bOP\x1b[15~\x1b[[B\x1b[24;2~", "F1 F5 F2 F12 ")]
#[case::paging("\x1b[5~\x1b[6~\x1b[H\x1b[4~\x1b[3~", "Page Up Page Down Home End Del ")]
#[case::newer_keyboards("\x1b[121;1:3u\x1b[97;5u", "y CONTROL-a ")]
#[case::mouse("\x1b[<0;10;5M\x1b[<0;10;5m\x1b[<65;1;1M", "[Down(Left) 9 4] [Up(Left) 9 4] [ScrollDown 0 0] ")]
#[case::old_mouse("\x1b[M !!j", "[Down(Left) 0 0] j ")]
#[case::no_place("\x1b[<0;0;5Mj\x1b[32;0;0M", "Null j Null ")]
#[case::focus("\x1b[I\x1b[O", "[FocusGained] [FocusLost] ")]
#[case::paste("j\x1b[200~y\r\x1b[A\x1b[201~k", "j [paste y\r\x1b[A] k ")]
#[case::paste_with_an_end_in_it("\x1b[200~a\x1b[201~r\x1b[201~", "[paste a] r [paste ] ")]
#[case::nearly_an_end("\x1b[200~a\x1b[20\x1b[201\x1b\x1b[201~", "[paste a\x1b[20\x1b[201\x1b] ")]
#[case::unknown("\x1b[99~\x1b[1;2;3zk\x1b[ q", "Null Null k Null ")]
#[case::answers("\x1b[?62;22c\x1b[>1;2c\x1b[0n\x1b[8;24;80t\x1bP>|xterm\x1b\\\x1b_Gi=1;OK\x1b\\\x1b]10;rgb:0/0/0\x07j", "j ")]
#[case::background("j\x1b]11;rgb:0/0/0\x1b\\k\x1b]11;#ffffff\x07", "j [Dark] k [Light] ")]
#[case::cut_by_a_control("\x1b[1;\x03\x1b]11;rgb\x03\x1b]11;rgb\x1b[A", "Null CONTROL-c CONTROL-c Up ")]
fn what_is_read_at_once(#[case] bytes: &str, #[case] expected: &str) {
    assert_eq!(reported(&[(0, bytes.as_bytes())]), expected);
}

#[test]
fn no_letter_of_any_alphabet_is_a_letter_all_the_same() {
    assert_eq!(reported(&[(0, b"a\xff\xc3(b\xe0\x80\x80\xf5")]), "a \u{fffd} \u{fffd} ( b \u{fffd} \u{fffd} ");
    assert_eq!(reported(&[(0, b"\xe6\x9d")]), "\u{fffd} ");
}

/// Esc together with every key that a keyboard has is Esc and then that key.
#[test]
fn esc_that_is_glued_to_a_key_is_esc_and_that_key() {
    let special = ["\x1b[A", "\x1bOP", "\x1b[5~", "\x1b[1;5C", "\x1b[Z", "\r", "\t", "\x7f", "\x03", "€", "李"];
    let signs = (b' '..=b'~').map(|sign| char::from(sign).to_string());
    for key in signs.chain(special.map(str::to_owned)) {
        let alone = reported(&[(0, key.as_bytes())]);
        let glued = format!("\x1b{key}");
        assert_eq!(reported(&[(0, glued.as_bytes())]), format!("Esc {alone}"), "{key:?}");
        assert_eq!(reported(&[(0, b"\x1b"), (10, key.as_bytes())]), format!("Esc {alone}"), "{key:?} closely behind");
        assert_eq!(reported(&[(0, b"\x1b"), (400, key.as_bytes())]), format!("Esc {alone}"), "{key:?} later");
        let twice = format!("\x1b\x1b{key}");
        assert_eq!(reported(&[(0, twice.as_bytes())]), format!("Esc Esc {alone}"), "{key:?} behind two");
    }
}

#[rstest]
#[case(b"\x1b", 25)]
#[case(b"\x1b[", 100)]
#[case(b"\x1b]", 100)]
#[case(b"\xe6", 100)]
#[case(b"\x1b[<0;1", 2_000)]
fn what_has_no_end_is_waited_for(#[case] part: &[u8], #[case] patience: u64) {
    let mut decoder = Decoder::default();
    decoder.take(part, ms(1_000));
    assert_eq!((decoder.next(ms(1_000)), decoder.due(), decoder.begun()), (None, Some(ms(1_000 + patience)), Some(ms(1_000))));
    assert_eq!(decoder.next(ms(999 + patience)), None);
    assert!(decoder.next(ms(1_000 + patience)).is_some());
    while decoder.next(ms(1_000 + patience)).is_some() {}
    assert_eq!((decoder.due(), decoder.begun()), (None, None));
}

/// Sequences that stall for long at any of their bytes are not keys, or at most Esc and the key after it.
#[test]
fn what_stalls_is_still_recognised() {
    for (whole, expected) in [("\x1b[<0;10;5M", "[Down(Left) 9 4] "), ("\x1b]11;rgb:ffff/ffff/ffff\x07", "[Light] "), ("\x1b[A", "Up ")] {
        for cut in 1..whole.len() {
            for stall in [5, 30, 300, 1_500, 3_000] {
                let (head, rest) = whole.split_at(cut);
                let reported = reported(&[(0, head.as_bytes()), (stall, rest.as_bytes()), (stall + 5_000, b"q")]);
                let keys = reported.replace("Esc [ ", "").replace("Esc ] ", "").replace("Esc ", "").replace("Null ", "");
                let is_so = keys == format!("{expected}q ") || keys == "A q " || keys == "q ";
                assert!(is_so && (reported.contains(expected) || stall > 100), "{head:?} {stall} {rest:?}: {reported}");
            }
        }
    }
}

const PASTED: &str = "Mary said: carry on, y\r\x1b[B\x03y";

/// One stall of any length, at every byte of a paste: it is one paste, and no part of it is a key.
#[test]
fn a_paste_may_stall_at_every_byte() {
    let whole = format!("\x1b[200~{PASTED}\x1b[201~");
    for stall in [500, 999, 1_000, 1_500, 2_500, 5_000] {
        for cut in 1..whole.len() {
            let (head, rest) = whole.as_bytes().split_at(cut);
            let reported = reported(&[(0, head), (stall, rest), (stall + 50, b"j")]);
            // The very first byte may have been Esc, and the second `[`.
            let expected = match cut {
                1 => "Esc ",
                2 => "Esc [ ",
                3..6 if stall >= 2_000 => "Null ",
                _ => "",
            };
            assert_eq!(reported, format!("{expected}[paste {PASTED}] j "), "{cut} {stall}");
        }
    }
}

#[rstest]
#[case::esc_works_and_the_rest_is_paste(&[(1_000, "\x1b"), (3_000, "y\r"), (3_100, "\x1b[201~"), (3_200, "j")], "Esc [paste ay\r] j ")]
#[case::esc_that_was_the_end(&[(1_000, "\x1b"), (3_000, "[201~"), (3_100, "j")], "Esc [paste a] j ")]
#[case::ctrl_c_works(&[(1_000, "\x03"), (1_010, "\x03"), (3_000, "yes\x1b[201~j")], "CONTROL-c CONTROL-c [paste ayes] j ")]
#[case::ctrl_c_again_and_again(&[(300, "\x03"), (600, "\x03"), (900, "\x03"), (1_200, "\x03"), (1_300, "j")], "CONTROL-c [paste a\x03\x03\x03j] ")]
#[case::a_lone_key_ends_it(&[(1_000, "j"), (1_500, "k")], "[paste aj] k ")]
#[case::a_lone_arrow_ends_it(&[(1_000, "\x1b[B"), (1_500, "k")], "[paste a] k ")]
#[case::after_esc_a_lone_key_ends_it(&[(1_000, "\x1b"), (1_100, "j"), (1_200, "k")], "Esc [paste aj] k ")]
#[case::no_lone_key(&[(1_000, "y"), (1_019, "es"), (1_100, "k\x1b[201~")], "[paste ayesk] ")]
#[case::several(&[(1_000, "yes"), (1_100, "\r"), (1_200, "\x1b[201~")], "[paste ayes\r] ")]
#[case::before_the_silence(&[(999, "y"), (1_990, "\x1b"), (2_500, "\x03"), (2_600, "[201~\x1b[201~")], "[paste ay\x1b\x03[201~] ")]
#[case::esc_and_a_key(&[(1_000, "\x1bj"), (1_100, "\x1b[201~")], "[paste a\x1bj] ")]
#[case::the_end_alone(&[(5_000, "\x1b[201~"), (5_100, "y")], "[paste a] y ")]
fn after_a_second_of_silence_the_keyboard_works_in_a_paste(#[case] pieces: &[(u64, &str)], #[case] expected: &str) {
    let mut all = vec![(0, b"\x1b[200~a".as_slice())];
    all.extend(pieces.iter().map(|(at, piece)| (*at, piece.as_bytes())));
    assert_eq!(reported(&all), expected);
}

#[test]
fn of_a_paste_without_an_end_no_more_is_kept_than_a_field_takes() {
    let mut decoder = Decoder::default();
    decoder.take(b"\x1b[200~", ms(0));
    for at in 0..1_000 {
        decoder.take(&[b'a'; 4_096], ms(at));
    }
    decoder.take(b"\x1b[201~", ms(1_000));
    let Some(Reading::Came(InputEvent { event: Event::Paste(text), first, last })) = decoder.next(ms(1_000)) else { panic!("no paste") };
    assert_eq!((text.len(), first, last), (64 * 1024, ms(0), ms(1_000)));
}

/// Pieces of what keyboards, terminals and attackers send.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let known = [
        "\x1b",
        "\x1b[",
        "\x1bO",
        "\x1b]",
        "\x1b]11;rgb:0/0/0\x07",
        "\x1b[200~",
        "\x1b[201~",
        "\x1b[<0;1;1M",
        "\x1b[M",
        "\x1b[A",
        "y",
        "\r",
        "\x03",
        "\0",
        "€",
        "\x1b[[",
        "\x1bP1",
        "\x1b\\",
        "\x1b[0;0;0M",
        "\x1b[?",
        "\x1b[;",
        "u",
        "~",
    ];
    prop_oneof![
        prop::sample::select(known.to_vec()).prop_map(|text| text.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 1..6),
        "\\x1b\\[[<?]?[0-9;:]{0,12}[A-Za-z~]".prop_map(String::into_bytes),
    ]
}

proptest! {
    /// Any bytes at any time: no panic, nothing is kept forever, and Ctrl-c works at the end.
    #[test]
    fn any_bytes_do(pieces in prop::collection::vec((0..3_000u64, piece()), 0..20)) {
        let mut at = 0;
        let mut all: Vec<(u64, Vec<u8>)> = Vec::new();
        for (gap, piece) in pieces {
            at += gap;
            all.push((at, piece));
        }
        all.push((at + 2_000, vec![3]));
        let all: Vec<(u64, &[u8])> = all.iter().map(|(at, piece)| (*at, piece.as_slice())).collect();
        let reported = reported(&all);
        prop_assert!(reported.contains("CONTROL-c "), "{}", reported);
    }

    /// However it is cut, as long as the pieces follow each other closely, it is the same.
    #[test]
    fn pieces_that_are_cut_anywhere_are_the_same(
        pieces in prop::collection::vec(piece(), 1..8),
        cuts in prop::collection::vec((1..9usize, 0..20u64), 40),
    ) {
        let whole = pieces.concat();
        let mut cut: Vec<(u64, &[u8])> = Vec::new();
        let (mut at, mut left) = (0, whole.as_slice());
        for (length, gap) in cuts.iter().cycle() {
            if left.is_empty() {
                break;
            }
            let (head, rest) = left.split_at((*length).min(left.len()));
            cut.push((at, head));
            at += gap;
            left = rest;
        }
        prop_assert_eq!(reported(&cut), reported(&[(0, &whole)]));
    }
}
