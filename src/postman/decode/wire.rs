//! A message as written by any generation of the API, and its fields.

use std::borrow::Cow;

use serde::de::MapAccess;

use super::lenient::{FromFields, Lenient, Object, Objects, read_leniently, wire_struct};
use super::scalar::{ManyLines, Number, OneLine, Opaque, Time, Values};
use crate::delivery::{AttemptFields, BadRow, BatchFields, Reported, RowFields, RowsBuilder, TemplateFields, needs_cleaning};
use crate::postman::secrets;

wire_struct!(
    /// A message.
    WireMessage {
        id: Opaque<'a> = "id",
        recipient: OneLine<'a> = "recipient",
        status: OneLine<'a> = "latestStatus",
        created_at: Time = "createdAt",
        updated_at: Time = "updatedAt",
        language: OneLine<'a> = "language",
        campaign_id: OneLine<'a> = "campaignId",
        values: Values<'a> = "values",
        full_text: ManyLines<'a> = "fullMessage",
        template_body_id: OneLine<'a> = "templateBodyId",
        template: Object<WireTemplate<'a>> = "templateBody",
        creator_id: OneLine<'a> = "creatorId",
        creator_email: OneLine<'a> = "creatorEmail",
        batches: Objects<WireBatch<'a>> = "batches",
        /// Older pages give the batch's id outside the list.
        batch_id: Opaque<'a> = "batchId",
        /// When one message is read.
        attempts: Objects<WireAttempt<'a>> = "attempts",
        /// In pages.
        message_attempts: Objects<WireAttempt<'a>> = "messageAttempts",
        attempt_count: Number = "numAttempts",
        /// Older pages give the error outside the attempts.
        error: WireError<'a> = "error",
    }
);

wire_struct!(
    /// A template's text.
    WireTemplate {
        id: OneLine<'a> = "id",
        template_id: OneLine<'a> = "templateId",
        language: OneLine<'a> = "language",
        body: ManyLines<'a> = "body",
    }
);

wire_struct!(
    /// A batch, as given with a message.
    WireBatch {
        id: Opaque<'a> = "id",
        file_name: OneLine<'a> = "originalFileName",
        status: OneLine<'a> = "status",
        total: Number = "totalMessages",
        created_at: Time = "createdAt",
        /// The message's row in the batch; written with a capital.
        link: Object<WireBatchMessage<'a>> = "BatchMessage" | "batchMessage",
    }
);

wire_struct!(
    /// A message's row in its batch.
    WireBatchMessage {
        batch_id: Opaque<'a> = "batchId",
    }
);

wire_struct!(
    /// An attempt, in either spelling.
    WireAttempt {
        status: OneLine<'a> = "status",
        created_at: Time = "createdAt" | "created_at",
        updated_at: Time = "updatedAt" | "updated_at",
        sent_at: Time = "sentAt" | "sent_at",
        delivered_at: Time = "deliveredAt" | "delivered_at",
        error: WireError<'a> = "error",
        error_kind: OneLine<'a> = "errorType" | "error_type",
        error_code: OneLine<'a> = "errorCode" | "error_code",
    }
);

wire_struct!(
    /// An error as an object.
    WireErrorObject {
        kind: OneLine<'a> = "type",
        code: OneLine<'a> = "code",
    }
);

/// An error, as an object or just its code.
#[derive(Default)]
pub(super) struct WireError<'a> {
    kind: OneLine<'a>,
    code: OneLine<'a>,
}

impl<'de> Lenient<'de> for WireError<'de> {
    fn null() -> Self {
        Self { kind: OneLine::null(), code: OneLine::null() }
    }

    fn text(text: &str) -> Self {
        Self { kind: OneLine::default(), code: OneLine::text(text) }
    }

    fn borrowed(text: &'de str) -> Self {
        Self { kind: OneLine::default(), code: OneLine::borrowed(text) }
    }

    fn object<A: MapAccess<'de>>(entries: A) -> Result<Self, A::Error> {
        let WireErrorObject { kind, code } = WireErrorObject::fields(entries)?;
        Ok(Self { kind, code })
    }
}

read_leniently!(WireError<'de>);

wire_struct!(
    /// A message inside another object.
    Wrapper {
        message: Object<WireMessage<'a>> = "message",
        data: Object<WireMessage<'a>> = "data",
    }
);

/// Adds the message, or a bad row if it is not one. `index` is its index in the answer.
pub(super) fn push(rows: &mut RowsBuilder, index: usize, message: &Reported<WireMessage<'_>>) {
    let bad = |id: Option<String>, reason: &str| BadRow { index, id, reason: reason.to_owned() };
    let Reported::Value(message) = message else {
        return rows.push_bad(bad(None, "the row is not an object"));
    };
    match message.id.reported() {
        Reported::Value(id) if needs_cleaning(id) => {
            // Cleaned, it could not be requested again.
            rows.push_bad(bad(Some(secrets::reported(id)), "the id contains characters that no id may have"));
        }
        Reported::Value(id) if !id.is_empty() => rows.push(&reported(id, message)),
        _ => rows.push_bad(bad(None, "the row has no id")),
    }
}

fn reported<'b>(id: &'b str, message: &'b WireMessage<'_>) -> RowFields<'b> {
    let attempts = attempts(message);
    RowFields {
        id,
        recipient: message.recipient.reported(),
        status: message.status.reported(),
        created_at: message.created_at.0,
        updated_at: message.updated_at.0,
        language: message.language.reported(),
        campaign_id: message.campaign_id.reported(),
        batch: batch(message),
        values: pairs(&message.values.0),
        full_text: message.full_text.reported(),
        template: template(message),
        // An address is more useful than an id.
        creator: prefer_value(message.creator_email.reported(), message.creator_id.reported()),
        attempts,
        attempt_count: message.attempt_count.0,
        legacy_error: message.error.code.reported().map(short),
    }
}

fn pairs<'b>(values: &'b Reported<Vec<(Cow<'_, str>, Cow<'_, str>)>>) -> Reported<Vec<(&'b str, &'b str)>> {
    values.as_ref().map(|values| values.iter().map(|(name, value)| (&**name, &**value)).collect())
}

/// The batch: the first in the list that has an id, else the id that older pages give separately. An empty list means
/// there is none.
fn batch<'b>(message: &'b WireMessage<'_>) -> Reported<BatchFields<'b>> {
    let listed = match &message.batches.0 {
        Reported::Value(batches) if batches.is_empty() => Reported::Null,
        Reported::Value(batches) => batches.iter().find_map(batch_fields).into(),
        Reported::Null => Reported::Null,
        Reported::Absent => Reported::Absent,
    };
    let alone = usable_id(message.batch_id.reported()).map(|id| BatchFields { id, ..BatchFields::default() });
    prefer_value(listed, alone)
}

fn batch_fields<'b>(batch: &'b WireBatch<'_>) -> Option<BatchFields<'b>> {
    let link = batch.link.0.as_ref().value();
    let id = usable_id(batch.id.reported()).value().or_else(|| usable_id(link?.batch_id.reported()).value())?;
    Some(BatchFields {
        id,
        file_name: batch.file_name.reported(),
        status: batch.status.reported(),
        total: batch.total.0,
        created_at: batch.created_at.0,
    })
}

/// An id that can be sent back unchanged.
fn usable_id(id: Reported<&str>) -> Reported<&str> {
    id.and_then(|id| (!id.is_empty() && !needs_cleaning(id)).then_some(id))
}

fn template<'b>(message: &'b WireMessage<'_>) -> Reported<TemplateFields<'b>> {
    message.template.0.as_ref().map(|template| TemplateFields {
        id: template.id.reported().or(message.template_body_id.reported()),
        template_id: template.template_id.reported(),
        language: template.language.reported(),
        body: template.body.reported(),
    })
}

fn attempts<'b>(message: &'b WireMessage<'_>) -> Reported<Vec<AttemptFields<'b>>> {
    let (nested, flat) = (message.attempts.0.as_ref(), message.message_attempts.0.as_ref());
    let with_rows = |reported: &Reported<&Vec<WireAttempt<'_>>>| matches!(reported, Reported::Value(attempts) if !attempts.is_empty());
    let attempts = if with_rows(&nested) || !with_rows(&flat) { nested.or(flat) } else { flat };
    attempts.map(|attempts| attempts.iter().map(attempt_fields).collect())
}

fn attempt_fields<'b>(attempt: &'b WireAttempt<'_>) -> AttemptFields<'b> {
    AttemptFields {
        status: attempt.status.reported(),
        created_at: attempt.created_at.0,
        updated_at: attempt.updated_at.0,
        sent_at: attempt.sent_at.0,
        delivered_at: attempt.delivered_at.0,
        error_kind: prefer_value(attempt.error_kind.reported(), attempt.error.kind.reported()).map(short),
        error_code: prefer_value(attempt.error_code.reported(), attempt.error.code.reported()).map(short),
    }
}

/// An error's word, cut short because an answer can contain any number of them.
fn short(word: &str) -> &str {
    secrets::beginning(word, secrets::LONGEST)
}

/// Of two spellings the one with a value, else the one that was given at all.
fn prefer_value<T>(first: Reported<T>, second: Reported<T>) -> Reported<T> {
    match (first, second) {
        (first @ Reported::Value(_), _) => first,
        (_, second @ Reported::Value(_)) => second,
        (first, second) => first.or(second),
    }
}
