//! From bytes to messages. Reads every generation of the API's bodies; any bytes give a value or an error.

mod lenient;
mod listing;
mod proof;
mod refusal;
mod scalar;
mod wire;

use std::borrow::Cow;

use serde::de::DeserializeSeed;

use self::lenient::{Object, Rescued};
use self::listing::{ListingSeed, WirePageData};
use self::wire::{WireMessage, Wrapper, push};
use super::PageData;
use crate::delivery::{Reported, Rows, RowsBuilder, clean};

pub(super) use proof::{FileVerdict, file_verdict, is_created_message, is_message, is_message_list};
pub(super) use refusal::{api_error, foreign_body};

/// Why a body is unusable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// It is not JSON at all.
    #[error("the body is not JSON")]
    NotJson,
    /// It begins as JSON and breaks off, or is broken in the middle.
    #[error("the JSON is broken {0}")]
    Broken(String),
    /// JSON without the expected answer.
    #[error("{0}")]
    Missing(&'static str),
}

/// The rows of a page's body, and the page's position in its list. A row that cannot be read becomes a bad row
/// without affecting the others; of two rows of one message the newer one counts.
///
/// # Errors
/// If the body is not JSON, breaks off, or contains no list of messages.
pub fn decode_page(body: &[u8]) -> Result<(Rows, PageData), DecodeError> {
    let text = text_of(body);
    let read = |rescue: bool| {
        let mut deserializer = serde_json::Deserializer::from_str(&text);
        let found = ListingSeed { depth: 2, rescue }.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(found)
    };
    // If the quick way fails, a slower one follows, which only broken JSON stops.
    let found = read(false).or_else(|_: serde_json::Error| read(true)).map_err(|error| broken(&text, &error))?;
    let (mut rows, page) = found.rows().ok_or(DecodeError::Missing("the answer contains no list of messages"))?;
    rows.keep_newest_tellings();
    Ok((rows, page))
}

/// The message of a single answer: the body itself, or its `message` or `data`.
///
/// # Errors
/// If the body is not JSON, or contains no message with an id.
pub fn decode_message(body: &[u8]) -> Result<Rows, DecodeError> {
    let text = text_of(body);
    let read = || match serde_json::from_str::<Object<WireMessage<'_>>>(&text) {
        Ok(Object(message)) => Ok(message),
        Err(_) => serde_json::from_str::<Rescued<WireMessage<'_>>>(&text).map(|Rescued(message)| message),
    };
    let mut message = read().map_err(|error| broken(&text, &error))?;
    if !has_id(&message) {
        let wrapped = serde_json::from_str::<Object<Wrapper<'_>>>(&text).map(|Object(wrapper)| wrapper.value());
        if let Ok(Some(wrapper)) = wrapped {
            message = if has_id(&wrapper.message.0) { wrapper.message.0 } else { wrapper.data.0 };
        }
    }
    let mut rows = RowsBuilder::default();
    push(&mut rows, 0, &message);
    let rows = rows.finish();
    if rows.is_empty() { Err(DecodeError::Missing("the answer contains no message with an id")) } else { Ok(rows) }
}

/// The whole body, readable for a person.
pub(super) fn shown_body(body: &[u8]) -> String {
    clean(&text_of(body)).into_owned()
}

/// A page's position in its list, found without decoding its rows, so that the next page can be requested while this
/// one is decoded. `None` if a quick look does not find it.
pub fn page_data_ahead(body: &[u8]) -> Option<PageData> {
    const KEY: &[u8] = b"\"pageData\"";
    // Inside a string the quotes would be escaped, so this can only be a key; the last one is the body's own, or
    // comes before rows that have no such key.
    let at = memchr::memmem::rfind(body, KEY)?;
    let rest = body.get(at + KEY.len()..)?.trim_ascii_start().strip_prefix(b":")?;
    let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<Object<WirePageData<'_>>>();
    let Object(page) = values.next()?.ok()?;
    page.value().map(|page| page.page_data())
}

fn has_id(message: &Reported<WireMessage<'_>>) -> bool {
    matches!(message, Reported::Value(message) if matches!(message.id.reported(), Reported::Value(id) if !id.is_empty()))
}

/// The body as text. Bytes that are not UTF-8 become marks, so that they cost a character and not the page.
fn text_of(body: &[u8]) -> Cow<'_, str> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    // The plain check is several times as fast as the one that also replaces.
    std::str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed)
}

fn broken(text: &str, error: &serde_json::Error) -> DecodeError {
    if !text.trim_start().starts_with(['{', '[']) {
        return DecodeError::NotJson;
    }
    // Only the position: the library's message can contain a piece of the body.
    let index =
        if error.is_eof() { "off before its end".to_owned() } else { format!("in line {}, column {}", error.line(), error.column()) };
    DecodeError::Broken(index)
}

#[cfg(test)]
mod tests;
