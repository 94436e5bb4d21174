//! Servers are not trusted with secrets: one that echoes what it was sent must not put the key on a screen or into a
//! file, nor a recipient into the journal.

use bytes::Bytes;
use memchr::memmem;
use percent_encoding::utf8_percent_encode;
use zeroize::Zeroizing;

use super::request::RESERVED;
use super::{ApiKey, Broken, Exchange, NotSent, Response, TransportFailure};
use crate::delivery::impersonal;

/// Replaces a key.
const STRUCK_OUT: &str = "(key)";

/// A shorter key is a simulator's, and might be an ordinary word of the answer.
const SHORTEST: usize = 8;

/// The most that a string of an error may contain, in bytes.
pub(super) const LONGEST: usize = 2048;

/// Removes the key from everything that came from the server, before anything is decoded, so that it reaches no row,
/// no error and no cursor.
pub(super) fn without_key(mut exchange: Exchange, key: &ApiKey) -> Exchange {
    let Some(key) = Spellings::of(key) else { return exchange };
    match &mut exchange.result {
        Ok(Response { body, body_failure, content_type, location, .. }) => {
            if let Some(struck) = key.struck_bytes(body) {
                *body = struck;
            }
            [content_type, location].into_iter().flatten().for_each(|text| key.strike(text));
            body_failure.iter_mut().for_each(|failure| key.strike_broken(failure));
        }
        Err(TransportFailure::Unknown(failure)) => key.strike_broken(failure),
        Err(TransportFailure::NotSent(NotSent::Tls(text) | NotSent::Connect(text) | NotSent::Local(text))) => key.strike(text),
        Err(TransportFailure::NotSent(
            NotSent::Dns | NotSent::Refused | NotSent::Unreachable | NotSent::ConnectTimeout | NotSent::Proxy { .. },
        )) => {}
    }
    exchange
}

/// A server's words in an error: one harmless line, not too long, without numbers that could be a person's.
pub(super) fn reported(text: &str) -> String {
    // Only as much is processed as can remain, plus some so that no number is cut in two.
    let text = impersonal(beginning(text, 2 * LONGEST));
    let short = beginning(&text, LONGEST);
    if short.len() == text.len() { text } else { format!("{}…", beginning(short, LONGEST - '…'.len_utf8())) }
}

/// As much of a text as fits into this many bytes.
pub(super) fn beginning(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// The ways a server may write the key.
struct Spellings(Vec<Zeroizing<String>>);

impl Spellings {
    fn of(key: &ApiKey) -> Option<Self> {
        let key = key.expose();
        if key.len() < SHORTEST {
            return None;
        }
        let mut all = vec![Zeroizing::new(key.to_owned())];
        // Most keys are spelt the same everywhere and need no copies.
        if key.contains(['\\', '"']) {
            all.push(Zeroizing::new(key.replace('\\', "\\\\").replace('"', "\\\"")));
        }
        let mut in_address = utf8_percent_encode(key, RESERVED);
        if in_address.next() != Some(key) {
            all.push(Zeroizing::new(utf8_percent_encode(key, RESERVED).to_string()));
        }
        Some(Self(all))
    }

    fn strike(&self, text: &mut String) {
        for spelling in &self.0 {
            if text.contains(spelling.as_str()) {
                *text = text.replace(spelling.as_str(), STRUCK_OUT);
            }
        }
    }

    fn strike_broken(&self, failure: &mut Broken) {
        match failure {
            Broken::Garbled(text) | Broken::Other(text) => self.strike(text),
            Broken::Timeout | Broken::Reset | Broken::Eof | Broken::CutOff | Broken::BodyTooLarge => {}
        }
    }

    /// The body without the key; `None` if the key is not in it, which is nearly always.
    fn struck_bytes(&self, body: &Bytes) -> Option<Bytes> {
        let is_in = |bytes: &[u8]| self.0.iter().any(|spelling| memmem::find(bytes, spelling.as_bytes()).is_some());
        let mut out = unescaped(body).filter(|bytes| is_in(bytes)).or_else(|| is_in(body).then(|| body.to_vec()))?;
        for spelling in &self.0 {
            let mut rest = &out[..];
            let mut struck = Vec::with_capacity(out.len());
            while let Some(at) = memmem::find(rest, spelling.as_bytes()) {
                struck.extend_from_slice(&rest[..at]);
                struck.extend_from_slice(STRUCK_OUT.as_bytes());
                rest = &rest[at + spelling.len()..];
            }
            struck.extend_from_slice(rest);
            out = struck;
        }
        Some(out.into())
    }
}

/// A body with JSON's unnecessary escapes undone: a letter may be written as `\u006b`, a slash as `\/`. `None` if
/// there are none.
fn unescaped(body: &[u8]) -> Option<Vec<u8>> {
    memmem::find(body, b"\\u00").or_else(|| memmem::find(body, b"\\/"))?;
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    while let Some(&byte) = body.get(at) {
        let plain = match body.get(at..at + 2) {
            Some(b"\\/") => Some((b'/', 2)),
            Some(b"\\u") => body.get(at + 2..at + 6).and_then(graphic).map(|letter| (letter, 6)),
            _ => None,
        };
        // An escaped backslash does not begin another escape.
        let len = if byte == b'\\' { 2 } else { 1 };
        match plain {
            Some((letter, len)) => {
                out.push(letter);
                at += len;
            }
            None => {
                out.extend_from_slice(body.get(at..at + len).unwrap_or(&[byte]));
                at += len;
            }
        }
    }
    Some(out)
}

/// The character of four hexadecimal digits, if it may be in JSON unescaped.
fn graphic(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    let letter = u8::try_from(u16::from_str_radix(digits, 16).ok()?).ok()?;
    (letter.is_ascii_graphic() && !matches!(letter, b'"' | b'\\')).then_some(letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use proptest::prelude::*;
    use rstest::rstest;

    const KEY: &str = "key_test_canary/0123+456=";

    fn struck(body: &[u8]) -> Vec<u8> {
        let response = Response { status: 200, body: Bytes::copy_from_slice(body), ..Response::default() };
        let exchange = Exchange { sent_at: Timestamp::UNIX_EPOCH, received_at: Timestamp::UNIX_EPOCH, result: Ok(response) };
        without_key(exchange, &ApiKey::new(&KEY.into()).unwrap()).result.unwrap().body.to_vec()
    }

    #[rstest]
    #[case("key_test_canary/0123+456=", "(key)")]
    #[case("Bearer key_test_canary/0123+456=key_test_canary/0123+456=", "Bearer (key)(key)")]
    #[case(r"key_test_canary\/0123+456=", "(key)")]
    #[case(r"\u006bey_test_canary/0123\u002B456\u003d", "(key)")]
    #[case("?key=key_test_canary%2F0123%2B456%3D", "?key=(key)")]
    #[case(r"key_test_canary/0123+456= \u006bey_test_canary\/0123+456=", "(key) (key)")]
    fn a_key_is_struck_out_in_every_spelling(#[case] body: &str, #[case] left: &str) {
        assert_eq!(String::from_utf8(struck(body.as_bytes())).unwrap(), left);
        assert_eq!(struck(format!("\u{0}{body}").as_bytes()), format!("\u{0}{left}").as_bytes());
    }

    #[test]
    fn what_holds_no_key_stays_byte_for_byte() {
        for body in [r#"{"a":"\\u006bey \/ \u00e9 \u0022 \u0"}"#, "key_test_canar", "", "\\", "\\u", "\\u00"] {
            assert_eq!(struck(body.as_bytes()), body.as_bytes());
        }
        // An escaped backslash and letters that look like an escape are not an escape.
        assert_eq!(struck(br"\\u006bey_test_canary/0123+456="), br"\\u006bey_test_canary/0123+456=");
    }

    #[test]
    fn what_is_told_is_short_and_impersonal() {
        assert_eq!(reported("recipient 6580001234\nis not valid"), "recipient …␊is not valid");
        let long = reported(&"é".repeat(5000));
        assert!(long.len() <= LONGEST && long.ends_with("é…"));
        assert_eq!(reported(&"x".repeat(LONGEST)).len(), LONGEST);
        for before in LONGEST - 20..LONGEST + 2 {
            let text = reported(&format!("{}6580001234 and more{}", "x".repeat(before), "y".repeat(99)));
            assert!(text.len() <= LONGEST && !text.contains(char::is_numeric), "{before}");
        }
    }

    proptest! {
        #[test]
        fn no_way_of_escaping_gets_a_key_through(
            before in "[ -~\u{80}-\u{ff}]{0,20}",
            escapes in proptest::collection::vec(0_u8..4, KEY.len()),
            after in "[ -~\u{80}-\u{ff}]{0,20}",
        ) {
            let letters = KEY.chars().zip(escapes).map(|(letter, way)| match way {
                0 => format!("\\u{:04x}", u32::from(letter)),
                1 => format!("\\u{:04X}", u32::from(letter)),
                2 if letter == '/' => "\\/".to_owned(),
                _ => letter.to_string(),
            });
            let text: String = letters.collect();
            let quote = |text: &str| { let json = serde_json::to_string(text).unwrap(); json[1..json.len() - 1].to_owned() };
            let body = format!("{{\"a\":\"{}{text}{}\"}}", quote(&before), quote(&after));
            let struck: serde_json::Value = serde_json::from_slice(&struck(body.as_bytes())).unwrap();
            prop_assert_eq!(struck["a"].as_str().unwrap(), format!("{before}(key){after}"));
        }
    }
}
