//! A message as it leaves the program: with the API's names, masked where necessary.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::config::Expected;
use crate::delivery::{Attempt, BatchId, CampaignId, Mask, Message, RecipientQuery, Status};

/// Replaces a value that is not shown. Its length says nothing about the value's.
pub const HIDDEN: &str = "∙∙∙";

/// A time for JSON and CSV: RFC 3339 with milliseconds and the configured zone's offset, as written by the API
/// itself.
pub fn exact(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

/// A field of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// Its id.
    Id,
    /// The recipient.
    Recipient,
    /// The latest status, in the API's word.
    LatestStatus,
    /// When it was created.
    CreatedAt,
    /// When the record changed.
    UpdatedAt,
    /// The text's language.
    Language,
    /// The campaign.
    CampaignId,
    /// The batch.
    BatchId,
    /// All values of the template; in CSV one column each.
    Values,
    /// One value of the template.
    Value(String),
    /// The text.
    FullMessage,
    /// The attempts, newest first.
    Attempts,
}

/// The plain fields with their names.
const NAMED: [(&str, Field); 11] = [
    ("id", Field::Id),
    ("recipient", Field::Recipient),
    ("latestStatus", Field::LatestStatus),
    ("createdAt", Field::CreatedAt),
    ("updatedAt", Field::UpdatedAt),
    ("language", Field::Language),
    ("campaignId", Field::CampaignId),
    ("batchId", Field::BatchId),
    ("values", Field::Values),
    ("fullMessage", Field::FullMessage),
    ("attempts", Field::Attempts),
];

impl Field {
    /// All fields, in the order of the JSON.
    pub fn all() -> Vec<Field> {
        NAMED.map(|(_, field)| field).to_vec()
    }

    /// A field from its name.
    ///
    /// # Errors
    /// If there is none of this name, with the nearest one.
    pub fn parse(name: &str) -> Result<Field, Expected> {
        if name.contains(['*', '?']) {
            return Err(Expected::new("the name of a field, not a wildcard; `values` includes all values of a template"));
        }
        if let Some(value) = name.strip_prefix("values.").filter(|value| !value.is_empty()) {
            return Ok(Field::Value(value.to_owned()));
        }
        let found = NAMED.into_iter().find(|(known, _)| *known == name).map(|(_, field)| field);
        found.ok_or_else(|| {
            let names = NAMED.map(|(known, _)| known);
            let mut expected = Expected::one_of(name, &names);
            // A part of a longer name means that name: `status` is `latestStatus`.
            let part = name.to_lowercase();
            let holds = |known: &&str| part.len() >= 3 && known.to_lowercase().contains(&part);
            expected.nearest = expected.nearest.or_else(|| names.into_iter().find(holds).map(str::to_owned));
            expected
        })
    }

    /// The name of the template's value, if it is one.
    pub fn value(&self) -> Option<&str> {
        match self {
            Field::Value(name) => Some(name),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(&self) -> String {
        match self {
            Field::Value(name) => format!("values.{name}"),
            plain => NAMED.iter().find(|(_, field)| field == plain).map_or_else(String::new, |(name, _)| (*name).to_owned()),
        }
    }
}

/// How messages are shown.
#[derive(Debug, Clone)]
pub struct RecordFormat {
    /// Which fields, in which order.
    pub fields: Vec<Field>,
    /// Whether recipients, values and texts are masked.
    pub masked: bool,
    /// Whether the texts are one-time passwords, which are never shown.
    pub one_time: bool,
    /// The searched digits, which a mask leaves visible.
    pub searched: Option<RecipientQuery>,
    /// The zone of all times.
    pub zone: TimeZone,
    /// The campaign of the request, for answers that do not repeat it.
    pub campaign: CampaignId,
    /// The batch of the request, because a batch's pages do not name it.
    pub batch: Option<BatchId>,
}

impl RecordFormat {
    /// The recipient, as the API wrote it or masked.
    pub fn recipient(&self, message: &Message) -> Option<String> {
        let recipient = message.recipient.as_ref()?;
        let mask = match &self.searched {
            _ if !self.masked => return Some(recipient.as_str().to_owned()),
            Some(query) => Mask::Searched(query),
            None => Mask::On,
        };
        Some(recipient.shown(mask))
    }

    /// The text as sent; when masked, the template's text, so that no value is shown.
    pub fn text(&self, message: &Message) -> Option<String> {
        if self.masked || self.one_time {
            return message.template.as_ref()?.body.clone();
        }
        message.text()
    }

    /// A value, or its replacement.
    pub fn value<'a>(&self, value: &'a str) -> &'a str {
        if self.masked || self.one_time { HIDDEN } else { value }
    }

    /// The batch's id.
    pub fn batch<'a>(&'a self, message: &'a Message) -> Option<&'a str> {
        message.batch.as_ref().map(|batch| &batch.id).or(self.batch.as_ref()).map(BatchId::as_str)
    }

    fn time(&self, time: Option<Timestamp>) -> Option<String> {
        time.map(|time| exact(time, &self.zone))
    }

    /// The message in JSON.
    pub fn json<'a>(&'a self, message: &'a Message) -> Record<'a> {
        Record { layout: self, message }
    }

    /// A field as one cell, empty if not given. The attempts are JSON.
    pub fn cell(&self, field: &Field, message: &Message) -> String {
        let reported = match field {
            Field::Id => Some(message.id.as_str().to_owned()),
            Field::Recipient => self.recipient(message),
            Field::LatestStatus => message.status.as_ref().map(|status| status.api_word().to_owned()),
            Field::CreatedAt => self.time(message.created_at),
            Field::UpdatedAt => self.time(message.updated_at),
            Field::Language => message.language.clone(),
            Field::CampaignId => Some(message.campaign_id.as_ref().unwrap_or(&self.campaign).as_str().to_owned()),
            Field::BatchId => self.batch(message).map(str::to_owned),
            Field::FullMessage => self.text(message),
            Field::Value(wanted) => {
                message.values.iter().flatten().find(|(name, _)| name == wanted).map(|(_, value)| self.value(value).to_owned())
            }
            Field::Values => message.values.as_ref().map(|_| json_text(&Values { layout: self, message })),
            Field::Attempts => message.attempts.as_ref().map(|attempts| json_text(&Attempts { layout: self, attempts })),
        };
        reported.unwrap_or_default()
    }
}

fn json_text(value: &impl Serialize) -> String {
    // Texts and times can always become JSON.
    serde_json::to_string(value).unwrap_or_default()
}

/// A message in JSON: the fields of the layout, `null` where not given.
pub struct Record<'a> {
    layout: &'a RecordFormat,
    message: &'a Message,
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Record { layout, message } = self;
        let mut map = serializer.serialize_map(Some(layout.fields.len()))?;
        for field in &layout.fields {
            let name = field.name();
            match field {
                Field::Values => map.serialize_entry(&name, &message.values.as_ref().map(|_| Values { layout, message }))?,
                Field::Attempts => {
                    let attempts = message.attempts.as_ref().map(|attempts| Attempts { layout, attempts });
                    map.serialize_entry(&name, &attempts)?;
                }
                Field::Value(wanted) => {
                    let value = message.values.iter().flatten().find(|(name, _)| name == wanted);
                    map.serialize_entry(&name, &value.map(|(_, value)| layout.value(value)))?;
                }
                Field::Recipient => map.serialize_entry(&name, &layout.recipient(message))?,
                Field::LatestStatus => map.serialize_entry(&name, &message.status.as_ref().map(Status::api_word))?,
                Field::CreatedAt => map.serialize_entry(&name, &layout.time(message.created_at))?,
                Field::UpdatedAt => map.serialize_entry(&name, &layout.time(message.updated_at))?,
                Field::Language => map.serialize_entry(&name, &message.language)?,
                Field::BatchId => map.serialize_entry(&name, &layout.batch(message))?,
                Field::FullMessage => map.serialize_entry(&name, &layout.text(message))?,
                Field::Id | Field::CampaignId => map.serialize_entry(&name, &layout.cell(field, message))?,
            }
        }
        map.end()
    }
}

struct Values<'a> {
    layout: &'a RecordFormat,
    message: &'a Message,
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.message.values.iter().flatten().map(|(name, value)| (name, self.layout.value(value))))
    }
}

struct Attempts<'a> {
    layout: &'a RecordFormat,
    attempts: &'a [Attempt],
}

impl Serialize for Attempts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.attempts.len()))?;
        for attempt in self.attempts {
            list.serialize_element(&AttemptRecord { layout: self.layout, attempt })?;
        }
        list.end()
    }
}

struct AttemptRecord<'a> {
    layout: &'a RecordFormat,
    attempt: &'a Attempt,
}

impl Serialize for AttemptRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let AttemptRecord { layout, attempt } = self;
        let error = attempt.error.as_ref();
        let word = |word: &'_ std::sync::Arc<str>| (!word.is_empty()).then(|| word.to_string());
        let mut map = serializer.serialize_map(Some(6))?;
        map.serialize_entry("status", &attempt.status.as_ref().map(Status::api_word))?;
        map.serialize_entry("createdAt", &layout.time(attempt.created_at))?;
        map.serialize_entry("sentAt", &layout.time(attempt.sent_at))?;
        map.serialize_entry("deliveredAt", &layout.time(attempt.delivered_at))?;
        map.serialize_entry("errorType", &error.and_then(|error| word(&error.kind)))?;
        map.serialize_entry("errorCode", &error.and_then(|error| word(&error.code)))?;
        map.end()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::delivery::{DeliveryError, MessageId, Recipient, Template};

    pub fn layout(masked: bool) -> RecordFormat {
        RecordFormat {
            fields: Field::all(),
            masked,
            one_time: false,
            searched: None,
            zone: TimeZone::get("Asia/Singapore").unwrap(),
            campaign: CampaignId::new("campaign_1"),
            batch: None,
        }
    }

    pub fn message() -> Message {
        let at = |second: i64| Timestamp::from_second(1_900_000_000 + second).ok();
        let attempt = Attempt {
            status: Some(Status::Failure),
            created_at: at(1),
            updated_at: at(9),
            sent_at: at(2),
            delivered_at: None,
            error: Some(DeliveryError::new("delivery_error", "routing_error")),
        };
        Message {
            recipient: Some(Recipient::new("6580001234")),
            status: Some(Status::Failure),
            created_at: at(0),
            language: Some("english".to_owned()),
            values: Some(vec![("name".to_owned(), "Tan, \"Wei\"".to_owned()), ("place".to_owned(), "Bedok".to_owned())]),
            full_text: Some("Dear Tan Wei".to_owned()),
            template: Some(Template { id: None, template_id: None, language: None, body: Some("Dear {{name}}".to_owned()) }),
            attempts: Some(vec![attempt]),
            ..Message::new(MessageId::new("message_1"))
        }
    }

    #[test]
    fn the_json_has_the_apis_names_in_their_order() {
        let json = serde_json::to_string(&layout(false).json(&message())).unwrap();
        assert_eq!(
            json,
            concat!(
                r#"{"id":"message_1","recipient":"6580001234","latestStatus":"failure","createdAt":"2030-03-18T01:46:40.000+08:00","#,
                r#""updatedAt":null,"language":"english","campaignId":"campaign_1","batchId":null,"#,
                r#""values":{"name":"Tan, \"Wei\"","place":"Bedok"},"fullMessage":"Dear Tan Wei","#,
                r#""attempts":[{"status":"failure","createdAt":"2030-03-18T01:46:41.000+08:00","sentAt":"2030-03-18T01:46:42.000+08:00","#,
                r#""deliveredAt":null,"errorType":"delivery_error","errorCode":"routing_error"}]}"#
            )
        );
    }

    #[test]
    fn a_mask_leaves_nothing_personal() {
        let json = serde_json::to_string(&layout(true).json(&message())).unwrap();
        for personal in ["80001234", "Tan", "Bedok"] {
            assert!(!json.contains(personal), "{json}");
        }
        assert!(json.contains("65∙∙∙∙1234") && json.contains("Dear {{name}}"), "{json}");
    }

    #[test]
    fn searched_digits_stay_and_one_time_passwords_never_show() {
        let searched = RecordFormat { searched: Some(RecipientQuery::parse("0001").unwrap()), ..layout(true) };
        assert_eq!(searched.recipient(&message()).as_deref(), Some("65∙0001234"));
        let one_time = RecordFormat { one_time: true, ..layout(false) };
        let json = serde_json::to_string(&one_time.json(&message())).unwrap();
        assert!(!json.contains("Tan") && json.contains("6580001234"), "{json}");
    }

    #[test]
    fn a_batchs_page_gives_its_messages_their_batch() {
        let asked = RecordFormat { batch: Some(BatchId::new("batch_9")), fields: vec![Field::BatchId], ..layout(false) };
        assert_eq!(serde_json::to_string(&asked.json(&message())).unwrap(), r#"{"batchId":"batch_9"}"#);
    }

    #[test]
    fn every_field_comes_back_from_its_name() {
        for field in Field::all() {
            assert_eq!(Field::parse(&field.name()), Ok(field));
        }
        assert_eq!(Field::parse("values.name").unwrap().name(), "values.name");
    }

    #[test]
    fn an_unknown_field_is_told_with_the_nearest() {
        assert_eq!(Field::parse("status").unwrap_err().nearest.as_deref(), Some("latestStatus"));
        assert_eq!(Field::parse("recipients").unwrap_err().nearest.as_deref(), Some("recipient"));
        for wrong in ["values.", "values.*", "*", "attempts.*", "value?", ""] {
            assert!(Field::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
