//! What the store knows about single messages: whole ones, and the cells that a list shows.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::attempts::{self, time};
use super::columns::ReportedBy;
use super::counts::{self, Contribution};
use super::{AnswerKind, RowNumber, Store};
use crate::delivery::{
    BatchId, CampaignId, DeliveryError, Message, MessageId, Progress, Recipient, RetryAdvice, Status, TELCO_SILENCE, progress,
};

/// After this long with the telco no further report is likely.
const SILENCE: SignedDuration = SignedDuration::from_secs(TELCO_SILENCE.as_secs() as i64);

/// The cells of a row. Making them allocates nothing, except for requested texts.
#[derive(Clone, Copy)]
pub struct Cells<'a> {
    /// The latest status; `None` if it was not given.
    pub status: Option<&'a Status>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When its record last changed, according to the API.
    pub updated_at: Option<Timestamp>,
    /// The recipient, as written by the API: in full, so mask it before showing it.
    pub recipient: Option<&'a str>,
    /// Why it failed; `None` unless it has failed and the API said why.
    pub error: Option<&'a DeliveryError>,
    /// Whether it is worth a retry; `None` unless it has failed.
    pub retry: Option<RetryAdvice>,
    /// How many attempts were made, as far as given.
    pub tried: Option<u32>,
    /// The batch's id; `None` for a single send or if it was not given.
    pub batch: Option<&'a str>,
    /// The batch's file name.
    pub file_name: Option<&'a str>,
    /// The text's language.
    pub language: Option<&'a str>,
    /// The template's text with its `{{variables}}`: what a masked screen shows.
    pub template_body: Option<&'a str>,
    /// The template's id; the id of its text if only that was given.
    pub template: Option<&'a str>,
    /// When its newest attempt began, as far as given; else when it was created.
    pub begun_at: Option<Timestamp>,
    /// Whether its number is abroad.
    pub abroad: bool,
    /// How long its delivery took. A step without a time ended at the latest when the attempt, or else the record, last
    /// changed.
    pub delivered_after: Option<SignedDuration>,
    /// The latest time anywhere in the message.
    pub last_change: Option<Timestamp>,
    /// When the newest answer with this message was requested.
    pub read_at: Timestamp,
    /// Whether it is in the unbroken stretch; an island otherwise.
    pub covered: bool,
    store: &'a Store,
    row: RowNumber,
}

impl fmt::Debug for Cells<'_> {
    /// Only the row and the status: the rest is personal.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Cells({}, {:?})", self.row.index(), self.status)
    }
}

impl<'a> Cells<'a> {
    /// The values that fill the template, as given; none if they were not given.
    pub fn values(&self) -> impl Iterator<Item = &'a str> {
        self.store.columns.values_of(self.row.index()).into_iter().flatten().map(|(_, value)| value)
    }

    /// The text for a list: when masked, the template's text, so that no value is shown; else the text as sent. Empty
    /// if nothing was given.
    pub fn text(&self, masked: bool) -> String {
        self.store.text(self.row, masked).unwrap_or_default()
    }
}

impl Store {
    /// How many messages are known, including islands.
    pub fn len(&self) -> usize {
        self.columns.ids.len()
    }

    /// Whether nothing is known yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A message's row.
    pub fn row(&self, id: &MessageId) -> Option<RowNumber> {
        self.columns.ids.find(id.as_str())
    }

    /// A row's message id.
    pub fn id(&self, row: RowNumber) -> MessageId {
        MessageId::new(self.columns.ids.text(row))
    }

    /// How many other loaded messages go to the same recipient, including islands; `None` if none was given. It
    /// looks at every message.
    pub fn others_to(&self, row: RowNumber) -> Option<usize> {
        self.columns.recipients.others_like(row.index())
    }

    /// A complete message.
    pub fn message(&self, row: RowNumber) -> Message {
        let columns = &self.columns;
        let at = row.index();
        let (legacy_error, attempt_count, _) = columns.attempts_parts(at);
        let origin = columns.names.origin_of(columns.origin[at]).cloned().unwrap_or_default();
        let values = columns.values_of(at);
        let attempts = columns.attempts_of(at);
        Message {
            id: self.id(row),
            recipient: columns.recipients.get(at).map(Recipient::new),
            status: self.status(row).cloned(),
            created_at: time(columns.created[at]),
            updated_at: time(columns.updated[at]),
            language: origin.language.as_deref().map(str::to_owned),
            campaign_id: origin.campaign_id.map(CampaignId::new),
            batch: columns.batches.batch(columns.batch[at]),
            values: values.map(|values| values.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()),
            full_text: columns.full_text(at).map(std::borrow::Cow::into_owned),
            template: columns.template_of(at).map(|known| known.template.clone()),
            creator: origin.creator.as_deref().map(str::to_owned),
            attempts: attempts.map(|attempts| attempts.into_iter().map(|attempt| attempt.to_attempt(&columns.names)).collect()),
            attempt_count,
            legacy_error: columns.names.error_of(legacy_error).map(|error| error.code.to_string()),
        }
    }

    /// The cells of a row.
    pub fn cells(&self, row: RowNumber) -> Cells<'_> {
        let columns = &self.columns;
        let at = row.index();
        let tried = columns.tried(at);
        let status = self.status(row);
        let error = self.error(row);
        let origin = columns.names.origin_of(columns.origin[at]);
        let template = columns.template_of(at).map(|known| &known.template);
        Cells {
            status,
            created_at: time(columns.created[at]),
            updated_at: time(columns.updated[at]),
            recipient: columns.recipients.get(at),
            error,
            retry: (status == Some(&Status::Failure)).then(|| RetryAdvice::of(error)),
            tried: tried.count(),
            batch: columns.batches.id(columns.batch[at]),
            file_name: columns.batches.file_name(columns.batch[at]),
            language: origin.and_then(|origin| origin.language.as_deref()),
            template_body: template.and_then(|template| template.body.as_deref()),
            template: template.and_then(|template| template.template_id.as_deref().or(template.id.as_deref())),
            begun_at: counts::started(columns, at, &tried).and_then(time),
            abroad: columns.marks[at].abroad,
            delivered_after: Contribution::of(columns, at, &tried).delivered_after().map(SignedDuration::from_millis),
            last_change: time(tried.last_change),
            read_at: self.read_at(row),
            covered: columns.marks[at].covered,
            store: self,
            row,
        }
    }

    /// The latest status; `None` if it was not given.
    pub fn status(&self, row: RowNumber) -> Option<&Status> {
        self.columns.names.status_of(self.columns.status[row.index()])
    }

    /// Why a message failed; `None` unless it has failed and the API said why.
    pub fn error(&self, row: RowNumber) -> Option<&DeliveryError> {
        self.columns.names.error_of(self.columns.error[row.index()])
    }

    /// When the newest answer with this message was requested, to the hundredth of a second.
    pub fn read_at(&self, row: RowNumber) -> Timestamp {
        self.columns.asked.time(self.columns.asked.newest(row.index()))
    }

    /// Which kind of answer gave the known attempts. Numbers of attempts compare only within one kind.
    pub fn attempts_from(&self, row: RowNumber) -> AnswerKind {
        let at = row.index();
        if self.columns.aside(at).is_some_and(|aside| aside.bare_attempts.is_some()) {
            return AnswerKind::Single;
        }
        match self.columns.marks[at].attempts_by {
            ReportedBy::List => AnswerKind::List,
            ReportedBy::Single => AnswerKind::Single,
            ReportedBy::Batch => {
                self.columns.batches.id(self.columns.batch[at]).map_or(AnswerKind::List, |id| AnswerKind::Batch(BatchId::new(id)))
            }
        }
    }

    /// Whether a message can still change at `now`.
    pub fn progress(&self, row: RowNumber, now: Timestamp) -> Progress {
        let at = row.index();
        let Some(status) = self.status(row) else { return Progress::Open };
        let changed = match status {
            // The last change is no earlier than the creation, so a young message needs no closer look.
            Status::SentToTelco => time(self.columns.created[at])
                .filter(|created| now.duration_since(*created) <= SILENCE)
                .or_else(|| time(self.columns.tried(at).last_change)),
            _ => None,
        };
        progress(status, !self.columns.marks[at].abroad, changed, now)
    }

    /// When masked, the template's text with its `{{variables}}`, so that no value is shown; else the text as sent,
    /// or the template filled with the values. `None` if that was not given.
    pub fn text(&self, row: RowNumber, masked: bool) -> Option<String> {
        let at = row.index();
        let template = self.columns.template_of(at);
        if masked {
            return template?.template.body.clone();
        }
        let text = self.columns.full_text(at).map(std::borrow::Cow::into_owned);
        text.or_else(|| {
            let values = self.columns.values_of(at)?;
            template?.filled(|wanted| values.clone().find(|(name, _)| *name == wanted).map(|(_, value)| value))
        })
    }

    /// When the newest attempt began; `None` if no attempt with a time was given.
    pub fn newest_attempt_at(&self, row: RowNumber) -> Option<Timestamp> {
        self.columns.tried(row.index()).newest.and_then(|newest: attempts::StoredAttempt| time(newest.created))
    }
}
