//! Ids: a prefix and a UUID, as `message_2f1c…`.

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

/// `prefix` and the UUID, as a string.
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

#[cfg(test)]
mod tests {
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
}
