//! Numbers in as few bytes as they need: seven bits a byte, the lowest first.

/// Appends a number.
pub fn write(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Writes a number at the start of a slice and returns how many bytes it took.
pub fn write_to(out: &mut [u8], mut value: u64) -> usize {
    let mut at = 0;
    while value >= 0x80 {
        out[at] = value as u8 | 0x80;
        value >>= 7;
        at += 1;
    }
    out[at] = value as u8;
    at + 1
}

/// Takes a number from the front. Bytes that end too early read as if zeros followed: only output of [`write()`] is
/// ever read.
pub fn read(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let Some((first, rest)) = bytes.split_first() else { break };
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            break;
        }
    }
    value
}

/// How many bytes a number takes.
pub fn len(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

/// Appends a number with a sign: small ones of either sign stay short.
pub fn write_signed(out: &mut Vec<u8>, value: i64) {
    write(out, ((value << 1) ^ (value >> 63)) as u64);
}

/// Takes a number with a sign from the front.
pub fn read_signed(bytes: &mut &[u8]) -> i64 {
    let value = read(bytes);
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// Appends a text with its length.
pub fn write_text(out: &mut Vec<u8>, text: &str) {
    write(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Takes a text from the front.
pub fn read_text<'a>(bytes: &mut &'a [u8]) -> &'a str {
    let len = read(bytes) as usize;
    take_text(bytes, len)
}

/// Takes a text of this many bytes from the front.
pub fn take_text<'a>(bytes: &mut &'a [u8], len: usize) -> &'a str {
    let (text, rest) = bytes.split_at(len.min(bytes.len()));
    *bytes = rest;
    std::str::from_utf8(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_written_is_read(value in any::<u64>(), signed in any::<i64>(), small in -1000..1000_i64, text in ".{0,200}") {
            let mut out = Vec::new();
            write(&mut out, value);
            prop_assert_eq!(out.len(), len(value));
            let mut room = [0; 10];
            prop_assert_eq!(write_to(&mut room, value), out.len());
            prop_assert_eq!(&room[..out.len()], &out[..]);
            write_signed(&mut out, signed);
            write_signed(&mut out, small);
            write_text(&mut out, &text);
            let mut bytes = &out[..];
            prop_assert_eq!(read(&mut bytes), value);
            prop_assert_eq!(read_signed(&mut bytes), signed);
            prop_assert_eq!(read_signed(&mut bytes), small);
            prop_assert_eq!(read_text(&mut bytes), text);
            prop_assert!(bytes.is_empty());
        }
    }
}
