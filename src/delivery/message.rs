//! A complete message, and the attempts to deliver it.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Batch, BatchId, CampaignId, DeliveryError, MessageId, Progress, Recipient, RecipientKind, Reported, Row, Status, Template, fill,
    progress,
};

/// After this long with the telco no further report is likely, according to the API's reference.
pub const TELCO_SILENCE: Duration = Duration::from_secs(48 * 3600);

/// A message with everything known about it. Only the id is always there: most other fields were absent in some
/// generation of the API, and `None` means "not given".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The recipient.
    pub recipient: Option<Recipient>,
    /// The latest status.
    pub status: Option<Status>,
    /// When it was created. A retry does not change it.
    pub created_at: Option<Timestamp>,
    /// When the record last changed, by the server's account; can be OLDER than the newest attempt.
    pub updated_at: Option<Timestamp>,
    /// The language of its text, in the API's word.
    pub language: Option<String>,
    /// The campaign it belongs to.
    pub campaign_id: Option<CampaignId>,
    /// The batch it came with; `None` for a single send.
    pub batch: Option<Batch>,
    /// The values that fill the template, in the order received.
    pub values: Option<Vec<(String, String)>>,
    /// The text as sent.
    pub full_text: Option<String>,
    /// The template.
    pub template: Option<Template>,
    /// Who sent it: an address if given, else an id.
    pub creator: Option<String>,
    /// The attempts, newest first.
    pub attempts: Option<Vec<Attempt>>,
    /// How many attempts there were, where only the number was given.
    pub attempt_count: Option<u32>,
    /// The error as older answers gave it, outside the attempts.
    pub legacy_error: Option<String>,
}

impl Message {
    /// A message with nothing known but its id.
    pub fn new(id: MessageId) -> Self {
        Self {
            id,
            recipient: None,
            status: None,
            created_at: None,
            updated_at: None,
            language: None,
            campaign_id: None,
            batch: None,
            values: None,
            full_text: None,
            template: None,
            creator: None,
            attempts: None,
            attempt_count: None,
            legacy_error: None,
        }
    }

    /// The message as given by one answer.
    pub fn from_row(row: Row<'_>) -> Self {
        let text = |reported: Reported<&str>| reported.value().map(str::to_owned);
        let mut attempts: Option<Vec<Attempt>> =
            row.attempts().value().map(|attempts| attempts.map(|attempt| attempt.to_attempt()).collect());
        if let Some(attempts) = &mut attempts {
            newest_first(attempts);
        }
        Self {
            id: MessageId::new(row.id()),
            recipient: row.recipient().value().map(Recipient::new),
            status: row.status().value().map(Status::from_api),
            created_at: row.created_at().value(),
            updated_at: row.updated_at().value(),
            language: text(row.language()),
            campaign_id: row.campaign_id().value().map(CampaignId::new),
            batch: row.batch().value().map(|batch| Batch {
                id: BatchId::new(batch.id),
                file_name: text(batch.file_name),
                status: text(batch.status),
                total: batch.total.value(),
                created_at: batch.created_at.value(),
            }),
            values: row.values().value().map(|values| values.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()),
            full_text: text(row.full_text()),
            template: row.template().value().map(|template| Template {
                id: text(template.id),
                template_id: text(template.template_id),
                language: text(template.language),
                body: text(template.body),
            }),
            creator: text(row.creator()),
            attempts,
            attempt_count: row.attempt_count().value(),
            legacy_error: text(row.legacy_error()),
        }
    }

    /// How many attempts were made, as far as given.
    pub fn tried(&self) -> Option<u32> {
        let listed = self.attempts.as_ref().map(|attempts| u32::try_from(attempts.len()).unwrap_or(u32::MAX));
        listed.max(self.attempt_count)
    }

    /// The newest attempt.
    pub fn newest_attempt(&self) -> Option<&Attempt> {
        self.attempts.as_deref().and_then(<[Attempt]>::first)
    }

    /// When it was last attempted; for a failure, the latest time of the newest attempt, because it failed no earlier
    /// than it began. If the newest attempt's own start is not given, the latest time of its attempts or of the
    /// record is used instead, and its creation if it was attempted at most once.
    pub fn last_attempted(&self) -> Option<Timestamp> {
        let has_failed = self.status == Some(Status::Failure);
        let time = |attempt: &Attempt| attempt.created_at.and_then(|begun| if has_failed { attempt.last_change() } else { Some(begun) });
        let begun = self.newest_attempt().and_then(time);
        let changed = || self.attempts.iter().flatten().filter_map(Attempt::last_change).chain(self.updated_at).max();
        begun.or_else(changed).or_else(|| self.created_at.filter(|_| self.tried().is_some_and(|tried| tried <= 1)))
    }

    /// Why it failed: the newest attempt's error, or the one that older answers gave separately. `None` unless the
    /// message has failed.
    pub fn error(&self) -> Option<DeliveryError> {
        if self.status != Some(Status::Failure) {
            return None;
        }
        let newest = self.newest_attempt().and_then(|attempt| attempt.error.clone());
        newest.or_else(|| self.legacy_error.as_deref().map(|code| DeliveryError::new("", code)))
    }

    /// The last change: the latest time found anywhere in the message, because the server's
    /// `updatedAt` can be older than the newest attempt.
    pub fn last_change(&self) -> Option<Timestamp> {
        let attempts = self.attempts.iter().flatten().filter_map(Attempt::last_change);
        attempts.chain(self.created_at).chain(self.updated_at).max()
    }

    /// Whether it can still change at `now`.
    pub fn progress(&self, now: Timestamp) -> Progress {
        let Some(status) = &self.status else { return Progress::Open };
        progress(status, self.is_in_singapore(), self.last_change(), now)
    }

    /// Whether its number is of Singapore. A message without a number counts as such, because it can still change.
    pub fn is_in_singapore(&self) -> bool {
        self.recipient.as_ref().is_none_or(|recipient| recipient.kind() != RecipientKind::Abroad)
    }

    /// The text as sent, or the template filled with the values.
    pub fn text(&self) -> Option<String> {
        self.full_text.clone().or_else(|| fill_text(self.template.as_ref()?.body.as_deref()?, self.values.as_deref()?))
    }
}

/// A template's text filled with values given as pairs; `None` when one is missing.
pub fn fill_text(body: &str, values: &[(String, String)]) -> Option<String> {
    fill(body, |wanted| values.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str()))
}

/// One attempt to deliver a message, in one shape for both of the API's spellings (nested `error` when one message is
/// read, flat `errorType` and `errorCode` in pages). A time is `None` when the API did not give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The status that this attempt reached.
    pub status: Option<Status>,
    /// When the attempt was made.
    pub created_at: Option<Timestamp>,
    /// When anything about it last changed.
    pub updated_at: Option<Timestamp>,
    /// When it was handed to the provider.
    pub sent_at: Option<Timestamp>,
    /// When the telco confirmed delivery.
    pub delivered_at: Option<Timestamp>,
    /// Why it failed.
    pub error: Option<DeliveryError>,
}

impl Attempt {
    /// The latest time in this attempt.
    pub fn last_change(&self) -> Option<Timestamp> {
        [self.created_at, self.updated_at, self.sent_at, self.delivered_at].into_iter().flatten().max()
    }
}

/// Puts the newest attempt first, as the API promises, though older answers did not always do so. Attempts without a
/// time keep their order among themselves.
fn newest_first(attempts: &mut [Attempt]) {
    if attempts.iter().all(|attempt| attempt.created_at.is_some()) {
        attempts.sort_by_key(|attempt| std::cmp::Reverse(attempt.created_at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{AttemptFields, RowFields, RowsBuilder};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_900_000_000 + second).unwrap()
    }

    fn reported(fields: &RowFields<'_>) -> Message {
        let mut rows = RowsBuilder::default();
        rows.push(fields);
        let rows = rows.finish();
        Message::from_row(rows.get(0).unwrap())
    }

    #[test]
    fn the_last_change_is_the_latest_time_anywhere() {
        let attempt = AttemptFields { created_at: Reported::Value(at(90)), sent_at: Reported::Value(at(95)), ..AttemptFields::default() };
        let message = reported(&RowFields {
            id: "message_1",
            created_at: Reported::Value(at(0)),
            updated_at: Reported::Value(at(60)),
            attempts: Reported::Value(vec![attempt]),
            ..RowFields::default()
        });
        assert_eq!(message.last_change(), Some(at(95)));
    }

    #[test]
    fn the_last_attempt_is_dated_by_what_is_given() {
        let attempt = |created: Option<i64>, sent: Option<i64>| Attempt {
            status: None,
            created_at: created.map(at),
            updated_at: None,
            sent_at: sent.map(at),
            delivered_at: None,
            error: None,
        };
        let with = |attempts: Option<Vec<Attempt>>, updated: Option<i64>| {
            let message =
                Message { created_at: Some(at(0)), updated_at: updated.map(at), attempts, ..Message::new(MessageId::new("message_1")) };
            message.last_attempted()
        };
        assert_eq!(with(Some(vec![attempt(Some(90), Some(95)), attempt(Some(1), None)]), Some(99)), Some(at(90)));
        assert_eq!(with(Some(vec![attempt(None, Some(95))]), Some(60)), Some(at(95)), "the record can be older than its attempts");
        assert_eq!(with(None, Some(60)), Some(at(60)));
        assert_eq!([with(Some(vec![]), None), with(Some(vec![attempt(None, None)]), None)], [Some(at(0)); 2], "tried once at most");
        assert_eq!([with(None, None), with(Some(vec![attempt(None, None); 2]), None)], [None; 2]);
    }

    #[test]
    fn the_newest_attempt_tells_the_error_whatever_the_order() {
        let old = AttemptFields {
            created_at: Reported::Value(at(0)),
            error_code: Reported::Value("recipient_invalid"),
            ..AttemptFields::default()
        };
        let new = AttemptFields {
            created_at: Reported::Value(at(9)),
            error_kind: Reported::Value("delivery_error"),
            error_code: Reported::Value("routing_error"),
            ..AttemptFields::default()
        };
        let message = reported(&RowFields {
            id: "message_1",
            status: Reported::Value("failure"),
            attempts: Reported::Value(vec![old, new]),
            ..RowFields::default()
        });
        assert_eq!(message.error(), Some(DeliveryError::new("delivery_error", "routing_error")));
        assert_eq!(message.tried(), Some(2));
    }

    #[test]
    fn a_message_that_is_not_in_failure_has_no_error() {
        let attempt = AttemptFields { error_code: Reported::Value("routing_error"), ..AttemptFields::default() };
        let message = reported(&RowFields {
            id: "m",
            status: Reported::Value("created"),
            attempts: Reported::Value(vec![attempt]),
            ..RowFields::default()
        });
        assert_eq!(message.error(), None);
    }

    #[test]
    fn an_error_of_older_answers_is_not_lost() {
        let message = reported(&RowFields {
            id: "m",
            status: Reported::Value("failure"),
            legacy_error: Reported::Value("message_expired"),
            ..RowFields::default()
        });
        assert_eq!(message.error(), Some(DeliveryError::new("", "message_expired")));
    }

    #[test]
    fn a_message_with_an_id_alone_is_shown() {
        let message = reported(&RowFields { id: "m", ..RowFields::default() });
        assert_eq!(message, Message::new(MessageId::new("m")));
        assert_eq!((message.tried(), message.text(), message.progress(at(0))), (None, None, Progress::Open));
    }
}
