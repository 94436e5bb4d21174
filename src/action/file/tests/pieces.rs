//! Bytes of any kind, in pieces of any size.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn any_pieces_give_the_same_and_only_a_file_without_a_mistake_is_sent(
        bytes in some_file(),
        cuts in prop::collection::vec(1..9_usize, 0..40),
    ) {
        let whole = checked(&bytes, rules());
        let mut checker = FileChecker::new("clinic.csv", rules());
        let mut rest = bytes.as_slice();
        for cut in cuts {
            let (piece, after) = rest.split_at(cut.min(rest.len()));
            checker.feed(piece);
            rest = after;
        }
        checker.feed(rest);
        let pieced = checker.finish();
        prop_assert_eq!(said(&whole), said(&pieced));
        prop_assert_eq!((whole.rows(), whole.sha256(), whole.samples()), (pieced.rows(), pieced.sha256(), pieced.samples()));
        prop_assert_eq!(whole.upload(FileSource::Memory(bytes::Bytes::new())).is_none(), !whole.mistakes().is_empty());
        let mistakes: Vec<FileMistake<'_>> = (0..whole.mistakes().len()).filter_map(|index| whole.mistakes().nth(index)).collect();
        prop_assert_eq!(mistakes.len() as u64, whole.mistakes().len());
        prop_assert_eq!(whole.mistakes().by_row().count(), mistakes.len());
        prop_assert!(whole.mistakes().by_row().all(|mistake| mistakes.contains(&mistake)));
    }
}

/// Bytes that are nearly a file.
pub(super) fn some_file() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => Just("recipient,language,name,place\n".to_owned()),
        6 => Just("6580001234,english,Tan,Bedok\r\n".to_owned()),
        2 => "[,;|\t]{0,4}",
        2 => "[\r\n]{1,3}",
        2 => "\"[a-z,\"]{0,4}\"?",
        1 => Just("\u{feff}".to_owned()),
        1 => "[0-9+ -]{0,12}",
        1 => ".{0,6}",
    ];
    let text = prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat());
    (text, 0..6_usize, prop::collection::vec(any::<u8>(), 0..6)).prop_map(|(text, encoding, noise)| match encoding {
        0 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        1 => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        2 => text.chars().map(|letter| letter as u8).collect(),
        3 => [text.as_bytes(), &noise].concat(),
        _ => text.into_bytes(),
    })
}
