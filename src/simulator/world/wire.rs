//! How ids, times, texts and cursors are written on the wire. By hand, because a page of 1000 messages is two
//! megabytes with some twelve thousand times in it, and is requested again and again.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::campaign::Key;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends the usual form of a UUID.
pub(super) fn write_uuid(out: &mut Vec<u8>, uuid: u128) {
    let mut text = [b'-'; 36];
    let mut shift = 128;
    for (place, byte) in text.iter_mut().enumerate() {
        if matches!(place, 8 | 13 | 18 | 23) {
            continue;
        }
        shift -= 4;
        *byte = HEX[((uuid >> shift) & 0xf) as usize];
    }
    out.extend_from_slice(&text);
}

/// `prefix` and the UUID, as in `message_2f1c…`.
pub(super) fn id_text(prefix: &str, uuid: u128) -> String {
    let mut out = Vec::with_capacity(prefix.len() + 36);
    out.extend_from_slice(prefix.as_bytes());
    write_uuid(&mut out, uuid);
    String::from_utf8_lossy(&out).into_owned()
}

/// The UUID behind `prefix`; only the exact form that [`id_text`] writes is known.
pub(super) fn parse_id(prefix: &str, text: &str) -> Option<u128> {
    let rest = text.strip_prefix(prefix)?.as_bytes();
    if rest.len() != 36 {
        return None;
    }
    let mut uuid = 0u128;
    for (place, byte) in rest.iter().enumerate() {
        let dash = matches!(place, 8 | 13 | 18 | 23);
        match byte {
            b'-' if dash => {}
            b'0'..=b'9' if !dash => uuid = (uuid << 4) | u128::from(byte - b'0'),
            b'a'..=b'f' if !dash => uuid = (uuid << 4) | u128::from(byte - b'a' + 10),
            _ => return None,
        }
    }
    Some(uuid)
}

/// Singapore is eight hours ahead of UTC all year.
const OFFSET_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// A calendar day and the time within it, in Singapore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) ms_of_day: i64,
}

/// What a wall clock in Singapore shows at `ms` since 1970.
pub(super) fn civil(ms: i64) -> Civil {
    let local = ms.saturating_add(OFFSET_MS);
    let days = local.div_euclid(DAY_MS);
    // Howard Hinnant's `civil_from_days`: years start in March, so that the leap day comes last.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month,
        day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
        ms_of_day: local.rem_euclid(DAY_MS),
    }
}

/// Midnight in Singapore at or before `ms`, in milliseconds since 1970.
pub(super) fn midnight(ms: i64) -> i64 {
    ms - (ms + OFFSET_MS).rem_euclid(DAY_MS)
}

/// Appends the stamp of `ms`, RFC 3339 with milliseconds at `+08:00`: `2026-06-16T11:00:00.123+08:00`.
pub(super) fn write_stamp(out: &mut Vec<u8>, ms: i64) {
    let Civil { year, month, day, ms_of_day } = civil(ms);
    let mut text = *b"0000-00-00T00:00:00.000+08:00";
    let mut put = |at: usize, width: usize, mut value: i64| {
        for place in (at..at + width).rev() {
            if let Some(byte) = text.get_mut(place) {
                *byte = b'0' + (value % 10) as u8;
            }
            value /= 10;
        }
    };
    put(0, 4, year);
    put(5, 2, month);
    put(8, 2, day);
    put(11, 2, ms_of_day / 3_600_000);
    put(14, 2, ms_of_day / 60_000 % 60);
    put(17, 2, ms_of_day / 1000 % 60);
    put(20, 3, ms_of_day % 1000);
    out.extend_from_slice(&text);
}

/// The milliseconds since 1970 that a stamp names, in any offset.
fn parse_stamp(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// Appends `text` as a JSON string, quotes included.
pub(super) fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    write_escaped(out, text);
    out.push(b'"');
}

/// Appends `text` as it is between the quotes of a JSON string.
pub(super) fn write_escaped(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let mut from = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if !matches!(byte, b'"' | b'\\' | 0..=0x1f) {
            continue;
        }
        out.extend_from_slice(&bytes[from..at]);
        from = at + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            other => out.extend_from_slice(format!("\\u{other:04x}").as_bytes()),
        }
    }
    out.extend_from_slice(&bytes[from..]);
}

/// Appends a whole number.
pub(super) fn write_number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(number.to_string().as_bytes());
}

/// Whose ids are in the cursors of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CursorOf {
    Messages,
    /// Rows of a batch: plain numbers.
    Rows,
}

/// The cursor of `key`: base64 of `[createdAt, id]` as JSON.
pub(super) fn write_cursor(of: CursorOf, key: Key) -> String {
    let mut plain = b"[\"".to_vec();
    write_stamp(&mut plain, key.0);
    plain.extend_from_slice(b"\",\"");
    match of {
        CursorOf::Messages => {
            plain.extend_from_slice(b"message_");
            write_uuid(&mut plain, key.1);
        }
        CursorOf::Rows => plain.extend_from_slice(key.1.to_string().as_bytes()),
    }
    plain.extend_from_slice(b"\"]");
    STANDARD.encode(plain)
}

/// The key a cursor names; it need not be that of an existing message.
pub(super) fn parse_cursor(of: CursorOf, cursor: &str) -> Option<Key> {
    let plain = STANDARD.decode(cursor).ok()?;
    let (created, id): (String, String) = serde_json::from_slice(&plain).ok()?;
    let id = match of {
        CursorOf::Messages => parse_id("message_", &id)?,
        CursorOf::Rows => id.parse().ok()?,
    };
    Some((parse_stamp(&created)?, id))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_reads_back() {
        let uuid = 0x0123_4567_89ab_4cde_8f01_2345_6789_abcd;
        let text = id_text("message_", uuid);
        assert_eq!(text, "message_01234567-89ab-4cde-8f01-23456789abcd");
        assert_eq!(parse_id("message_", &text), Some(uuid));
    }

    #[test]
    fn other_shapes_are_unknown() {
        for text in [
            "",
            "message_",
            "batch_01234567-89ab-4cde-8f01-23456789abcd",
            "message_01234567-89ab-4cde-8f01-23456789abcD",
            "message_0123456789ab4cde8f0123456789abcd----",
            "message_€1234567-89ab-4cde-8f01-23456789ab",
        ] {
            assert_eq!(parse_id("message_", text), None, "{text}");
        }
    }

    fn stamp(ms: i64) -> String {
        let mut out = Vec::new();
        write_stamp(&mut out, ms);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn known_stamps() {
        assert_eq!(stamp(0), "1970-01-01T08:00:00.000+08:00");
        assert_eq!(stamp(951_782_399_999), "2000-02-29T07:59:59.999+08:00");
        assert_eq!(stamp(1_781_578_800_123), "2026-06-16T11:00:00.123+08:00");
        assert_eq!(midnight(1_781_578_800_123), 1_781_539_200_000);
    }

    proptest! {
        #[test]
        fn a_stamp_reads_back(ms in 0..4_102_444_800_000i64) {
            prop_assert_eq!(parse_stamp(&stamp(ms)), Some(ms));
        }
    }

    proptest! {
        #[test]
        fn any_string_reads_back(text in any::<String>()) {
            let mut out = Vec::new();
            write_string(&mut out, &text);
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }

    proptest! {
        #[test]
        fn a_cursor_reads_back(created in 0..4_000_000_000_000i64, id: u128) {
            for (of, other) in [(CursorOf::Messages, CursorOf::Rows), (CursorOf::Rows, CursorOf::Messages)] {
                let cursor = write_cursor(of, (created, id));
                prop_assert_eq!(parse_cursor(of, &cursor), Some((created, id)));
                prop_assert_eq!(parse_cursor(other, &cursor), None);
            }
        }

        #[test]
        fn nonsense_is_no_cursor(text: String) {
            prop_assert_eq!(parse_cursor(CursorOf::Messages, &text), None);
        }
    }
}
