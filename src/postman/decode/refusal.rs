//! Bodies of refusals: the API's two JSON forms, and whatever a proxy in front answers.

use std::borrow::Cow;

use super::lenient::{FromFields, Lenient, Object, read_leniently, wire_struct};
use super::scalar::{Number, OneLine};
use super::text_of;
use crate::delivery::Reported;
use crate::postman::secrets::reported;
use crate::postman::{ApiError, BodyKind, ForeignBody};

/// How much of a foreign body is shown.
const TITLE_LIMIT: usize = 120;

wire_struct!(
    /// `{"error": {…}}`, or `{"message", "statusCode"}`.
    WireRefusal {
        error: WireReason<'a> = "error",
        message: Words<'a> = "message",
        status: Number = "statusCode",
    }
);

wire_struct!(
    /// The inner object of the first form.
    WireReasonObject {
        code: OneLine<'a> = "code",
        message: Words<'a> = "message",
        kind: OneLine<'a> = "type",
        id: OneLine<'a> = "id",
    }
);

/// A sentence, or several in a list.
#[derive(Default)]
pub(super) struct Words<'a>(Option<Cow<'a, str>>);

impl<'de> Lenient<'de> for Words<'de> {
    fn text(text: &str) -> Self {
        Self(OneLine::text(text).0.value())
    }

    fn borrowed(text: &'de str) -> Self {
        Self(OneLine::borrowed(text).0.value())
    }

    fn list<A: serde::de::SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        let mut all = Vec::new();
        while let Some(OneLine(item)) = items.next_element::<OneLine<'de>>()? {
            all.extend(item.value());
        }
        Ok(Self((!all.is_empty()).then(|| all.join("; ").into())))
    }
}

/// The first form's `error`; the second form may have a plain word there.
#[derive(Default)]
pub(super) struct WireReason<'a>(Option<WireReasonObject<'a>>);

impl<'de> Lenient<'de> for WireReason<'de> {
    fn object<A: serde::de::MapAccess<'de>>(entries: A) -> Result<Self, A::Error> {
        WireReasonObject::fields(entries).map(|reason| Self(Some(reason)))
    }
}

read_leniently!(Words<'de>, WireReason<'de>);

/// The API's own words, if the body has them in one of its two forms.
pub(in crate::postman) fn api_error(body: &[u8]) -> Option<ApiError> {
    let text = text_of(body);
    let Object(Reported::Value(refusal)) = serde_json::from_str::<Object<WireRefusal<'_>>>(&text).ok()? else { return None };
    let own = |line: OneLine<'_>| line.0.value().filter(|text| !text.is_empty()).map(|text| reported(&text));
    let sentence = |words: Words<'_>| words.0.filter(|text| !text.is_empty()).map(|text| reported(&text));
    if let Some(reason) = refusal.error.0 {
        let error =
            ApiError { code: own(reason.code), message: sentence(reason.message), kind: own(reason.kind), trace_id: own(reason.id) };
        return (error.code.is_some() || error.message.is_some()).then_some(error);
    }
    refusal.status.0.value()?;
    Some(ApiError { message: Some(sentence(refusal.message)?), ..ApiError::default() })
}

/// What kind of body it is, if not the API's.
pub(in crate::postman) fn foreign_body(body: &[u8]) -> ForeignBody {
    let is_text = std::str::from_utf8(body).is_ok();
    let text = text_of(body);
    let text = text.trim();
    // The beginning shows what a body is; lower-casing keeps the positions of letters.
    let lower: String = text.chars().take(4096).map(|letter| letter.to_ascii_lowercase()).collect();
    let kind = match () {
        () if text.is_empty() => BodyKind::Empty,
        () if !is_text => BodyKind::Binary,
        () if text.starts_with(['{', '[']) => BodyKind::Json,
        () if text.starts_with('<') && (lower.contains("<html") || lower.contains("<!doctype") || lower.contains("<head")) => {
            BodyKind::Html
        }
        () => BodyKind::Text,
    };
    let title = match kind {
        BodyKind::Html => between(&lower, "<title", "</title").and_then(|range| text.get(range)).map(|title| title.trim_start_matches('>')),
        BodyKind::Text => text.lines().next(),
        BodyKind::Empty | BodyKind::Json | BodyKind::Binary => None,
    };
    let title = title.map(|title| cut(&reported(title.trim()))).filter(|title| !title.is_empty());
    ForeignBody { kind, title, cloudflare: cloudflare_error(&lower) }
}

fn between(text: &str, start: &str, end: &str) -> Option<std::ops::Range<usize>> {
    let from = text.find(start)? + start.len();
    let to = from + text.get(from..)?.find(end)?;
    Some(from..to)
}

fn cut(text: &str) -> String {
    if text.chars().count() <= TITLE_LIMIT { text.to_owned() } else { text.chars().take(TITLE_LIMIT - 1).chain(['…']).collect() }
}

/// `error code: 1010`, `Error 1010`: Cloudflare's own codes have four digits and begin with 1.
fn cloudflare_error(lower: &str) -> Option<u16> {
    ["error code:", "error code", "error-code", "error"].iter().find_map(|words| {
        lower.match_indices(words).find_map(|(at, _)| {
            let rest = lower.get(at + words.len()..)?.trim_start_matches([' ', ':', '>', '"', '=']);
            let digits = rest.split(|letter: char| !letter.is_ascii_digit()).next()?;
            (digits.len() == 4 && digits.starts_with('1')).then(|| digits.parse().ok()).flatten()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn both_forms_of_the_apis_words() {
        let first =
            api_error(br#"{"error":{"code":"parameter_invalid","message":"recipient\nbad","type":"invalid_request","id":"trace-1"}}"#);
        let expected = ApiError {
            code: Some("parameter_invalid".to_owned()),
            message: Some("recipient␊bad".to_owned()),
            kind: Some("invalid_request".to_owned()),
            trace_id: Some("trace-1".to_owned()),
        };
        assert_eq!(first, Some(expected));
        let second = api_error(br#"{"message":["a","b"],"statusCode":400,"error":"Bad Request"}"#);
        assert_eq!(second, Some(ApiError { message: Some("a; b".to_owned()), ..ApiError::default() }));
    }

    #[rstest]
    #[case("")]
    #[case("{}")]
    #[case("null")]
    #[case("[]")]
    #[case(r#"{"message":"Forbidden"}"#)]
    #[case(r#"{"statusCode":400}"#)]
    #[case(r#"{"error":{}}"#)]
    #[case(r#"{"error":"bad"}"#)]
    #[case(r#"{"error":{"code":7,"message":null}}"#)]
    #[case("<html>")]
    #[case(r#"{"error":{"code":"cut"#)]
    fn what_is_not_the_apis(#[case] body: &str) {
        assert_eq!(api_error(body.as_bytes()), None);
    }

    #[rstest]
    #[case("", BodyKind::Empty, None, None)]
    #[case("error code: 1010", BodyKind::Text, Some("error code: 1010"), Some(1010))]
    #[case("<!DOCTYPE html><html><head><TITLE>Sign in</TITLE></head>", BodyKind::Html, Some("Sign in"), None)]
    #[case("<html><title>x | Error 1010</title>", BodyKind::Html, Some("x | Error 1010"), Some(1010))]
    #[case("upstream \u{1b}[31mdown\nmore", BodyKind::Text, Some("upstream ␛[31mdown"), None)]
    #[case("{\"a\":1}", BodyKind::Json, None, None)]
    #[case("error 12345", BodyKind::Text, Some("error 12345"), None)]
    fn bodies_of_others(#[case] body: &str, #[case] kind: BodyKind, #[case] title: Option<&str>, #[case] cloudflare: Option<u16>) {
        assert_eq!(foreign_body(body.as_bytes()), ForeignBody { kind, title: title.map(str::to_owned), cloudflare });
    }
}
