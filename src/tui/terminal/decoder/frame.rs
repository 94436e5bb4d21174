//! Where one thing ends among the keyboard's bytes, and the next starts.

pub(super) const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;

/// More than any key or report has.
const LONGEST_SEQUENCE: usize = 64;

/// More than any answer has that a terminal sends, asked or unasked.
const LONGEST_STRING: usize = 1024;

/// How many bytes the first thing has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// This many: it is complete.
    Whole(usize),
    /// This many, and then something else starts: it has no end.
    Broken(usize),
    /// All of them so far: more will come.
    Part,
}

/// The extent of the first thing in `bytes`, of which there is at least one.
pub(super) fn extent(bytes: &[u8]) -> Extent {
    match bytes {
        [] | [ESC] => Extent::Part,
        [ESC, b'[', rest @ ..] => control(bytes, rest),
        [ESC, b'O', rest @ ..] => match rest {
            [] => Extent::Part,
            [b'A'..=b'D' | b'F' | b'H' | b'P'..=b'S', ..] => Extent::Whole(3),
            _ => Extent::Whole(1),
        },
        // A terminal's answer starts like this. After an Esc that was pressed, `]` and `P` are keys.
        [ESC, b']', rest @ ..] => match rest.iter().position(|byte| !byte.is_ascii_digit()) {
            None => Extent::Part,
            Some(index @ 1..) if rest[index] == b';' => string(bytes),
            Some(_) => Extent::Whole(1),
        },
        [ESC, b'P' | b'_'] => Extent::Part,
        [ESC, b'P', b'0'..=b'9' | b'>' | b'!' | b'$' | b'+', ..] | [ESC, b'_', b'G', ..] => string(bytes),
        [ESC, ..] => Extent::Whole(1),
        _ => letter(bytes),
    }
}

/// `ESC [`, parameters and a last letter.
fn control(bytes: &[u8], rest: &[u8]) -> Extent {
    match rest {
        [] | [b'['] => return Extent::Part,
        // The Linux console's F1 to F5.
        [b'[', b'A'..=b'E', ..] => return Extent::Whole(4),
        [b'[', ..] => return Extent::Whole(1),
        // The oldest form of mouse reports: three bytes after the letter.
        [b'M', report @ ..] => {
            let report = &report[..report.len().min(3)];
            return match report.iter().position(|byte| *byte < b' ') {
                Some(index) => Extent::Broken(3 + index),
                None if report.len() < 3 => Extent::Part,
                None => Extent::Whole(6),
            };
        }
        _ => {}
    }
    match bytes.iter().skip(2).position(|byte| !matches!(byte, b' '..=b'?')).map(|index| index + 2) {
        Some(end) if matches!(bytes[end], b'@'..=b'~') => Extent::Whole(end + 1),
        Some(end) => Extent::Broken(end),
        None if bytes.len() > LONGEST_SEQUENCE => Extent::Broken(bytes.len()),
        None => Extent::Part,
    }
}

/// A string that ends with BEL, or with Esc and a backslash. Another control character breaks it off, so
/// that Ctrl-c and Esc are never swallowed.
fn string(bytes: &[u8]) -> Extent {
    match bytes.iter().skip(2).position(|byte| *byte < b' ').map(|index| index + 2) {
        Some(end) if bytes[end] == BEL => Extent::Whole(end + 1),
        Some(end) if bytes[end] == ESC => match bytes.get(end + 1) {
            None => Extent::Part,
            Some(b'\\') => Extent::Whole(end + 2),
            Some(_) => Extent::Broken(end),
        },
        Some(end) => Extent::Broken(end),
        None if bytes.len() > LONGEST_STRING => Extent::Broken(bytes.len()),
        None => Extent::Part,
    }
}

/// A letter in UTF-8, or a control character.
fn letter(bytes: &[u8]) -> Extent {
    let length = match bytes[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Extent::Whole(1),
    };
    let there = &bytes[..bytes.len().min(length)];
    match there.iter().skip(1).position(|byte| !matches!(byte, 0x80..=0xbf)) {
        Some(index) => Extent::Broken(index + 1),
        None if there.len() < length => Extent::Part,
        None => Extent::Whole(length),
    }
}
