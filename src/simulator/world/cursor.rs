//! Cursors: base64 of `[createdAt, id]` as JSON. A batch page's cursor names the batch row.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::campaign::Key;
use super::ids::{parse_id, write_uuid};
use super::stamp::{parse_stamp, write_stamp};

/// The cursor of `key`, whose id begins with `prefix`.
pub(super) fn encode(prefix: &str, key: Key) -> String {
    let mut plain = b"[\"".to_vec();
    write_stamp(&mut plain, key.0);
    plain.extend_from_slice(b"\",\"");
    plain.extend_from_slice(prefix.as_bytes());
    write_uuid(&mut plain, key.1);
    plain.extend_from_slice(b"\"]");
    STANDARD.encode(plain)
}

/// The key a cursor names; it need not be that of an existing message.
pub(super) fn decode(prefix: &str, cursor: &str) -> Option<Key> {
    let plain = STANDARD.decode(cursor).ok()?;
    let (created, id): (String, String) = serde_json::from_slice(&plain).ok()?;
    Some((parse_stamp(&created)?, parse_id(prefix, &id)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_reads_back(created in 0..4_000_000_000_000i64, id: u128) {
            let cursor = encode("message_", (created, id));
            prop_assert_eq!(decode("message_", &cursor), Some((created, id)));
            prop_assert_eq!(decode("batch_message_", &cursor), None);
        }

        #[test]
        fn nonsense_is_no_cursor(text: String) {
            prop_assert_eq!(decode("message_", &text), None);
        }
    }
}
