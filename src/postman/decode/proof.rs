//! What the answer to a write proves. Reading is lenient, because a message shown in part is better than none; here
//! doubt counts against the answer, because doubt only costs a look, while a false "accepted" costs a person their
//! message.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::listing::NAMES;
use super::scalar::Opaque;
use super::{api_error, text_of};
use crate::delivery::{BatchId, needs_cleaning};

/// Fields that only a message has. An id alone could be a gateway's number for the request.
const OF_A_MESSAGE: [&str; 7] = ["recipient", "latestStatus", "createdAt", "values", "language", "campaignId", "templateBodyId"];

/// What the answer to an upload says about the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::postman) enum FileVerdict {
    /// It was accepted as this batch.
    Taken(BatchId),
    /// It is not valid, and no message was created.
    Invalid,
    /// Neither, or both.
    Unclear,
}

/// Whether a body is the message with this id, and nothing contradicts it.
pub(in crate::postman) fn is_message(body: &[u8], id: &str) -> bool {
    let text = text_of(body);
    Claims::of(&text).is_some_and(|claims| claims.text("id").as_deref() == Some(id)) && !speaks_of_an_error(body, &text)
}

/// Whether a body is a message created for this recipient.
pub(in crate::postman) fn is_created_message(body: &[u8], recipient: &str) -> bool {
    let text = text_of(body);
    let Some(claims) = Claims::of(&text) else { return false };
    let is_theirs = !claims.has("recipient") || claims.text("recipient").is_some_and(|reported| plain(&reported) == plain(recipient));
    claims.is_message() && is_theirs && !speaks_of_an_error(body, &text)
}

/// Whether a body is a list of messages, none of them of another batch: at the top level or under one of the names of
/// lists.
pub(in crate::postman) fn is_message_list(body: &[u8], batch: &str) -> bool {
    let text = text_of(body);
    let list = match Claims::of(&text) {
        Some(claims) => NAMES.iter().find_map(|name| serde_json::from_str::<Vec<&RawValue>>(claims.only(name)?.get()).ok()),
        None => serde_json::from_str(&text).ok(),
    };
    let of_the_batch = |item: &&RawValue| {
        let Some(claims) = Claims::of(item.get()) else { return false };
        claims.is_message() && claims.text("batchId").is_none_or(|reported| reported == batch)
    };
    // An empty list proves nothing.
    list.is_some_and(|list| !list.is_empty() && list.iter().all(of_the_batch)) && !speaks_of_an_error(body, &text)
}

/// What the answer to an upload says about the file. The validator's no is proof enough, whatever else is
/// there, as long as there is no batch.
pub(in crate::postman) fn file_verdict(body: &[u8]) -> FileVerdict {
    let text = text_of(body);
    let Some(claims) = Claims::of(&text) else { return FileVerdict::Unclear };
    let batch = claims.text("batchId").filter(|id| !id.is_empty() && !needs_cleaning(id));
    match (claims.only("isValid").map(RawValue::get), batch) {
        (Some("true"), Some(batch)) if !speaks_of_an_error(body, &text) => FileVerdict::Taken(BatchId::new(&*batch)),
        (Some("false"), None) if !claims.has("batchId") => FileVerdict::Invalid,
        _ => FileVerdict::Unclear,
    }
}

/// Whether an answer mentions an error: in one of the API's two forms, or in any other form at the top level. Older
/// messages have an `error` that is empty if there was none.
fn speaks_of_an_error(body: &[u8], text: &str) -> bool {
    let is_error = |(name, value): &(Cow<'_, str>, &RawValue)| match &**name {
        "error" | "errors" => !matches!(value.get(), "null" | "\"\"" | "[]"),
        "success" => value.get() == "false",
        _ => false,
    };
    api_error(body).is_some() || Claims::of(text).is_some_and(|claims| claims.0.iter().any(is_error))
}

/// A number or an NRIC without the characters people put in between.
fn plain(recipient: &str) -> String {
    recipient.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

/// The members of an object, in order, including repeated ones.
struct Claims<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Claims<'a> {
    /// The members, if the whole text is one object.
    fn of(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The value of a name that comes only once: of two, neither is believed.
    fn only(&self, name: &str) -> Option<&'a RawValue> {
        let mut values = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| *value);
        values.next().filter(|_| values.next().is_none())
    }

    /// Its text, if it is one.
    fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.only(name)?.get()).ok()
    }

    /// Whether a name has any value but `null`.
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, value)| known == name && value.get() != "null")
    }

    fn is_message(&self) -> bool {
        self.text("id").is_some_and(|id| !id.is_empty()) && OF_A_MESSAGE.iter().any(|name| self.has(name))
    }
}

impl<'de> Deserialize<'de> for Claims<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Claims<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Claims<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((Opaque(name), value)) = entries.next_entry::<Opaque<'de>, &'de RawValue>()? {
                    members.push((name.value().unwrap_or_default(), value));
                }
                Ok(Claims(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}
