//! Messages as JSON, field by field as the API writes them in each of its calls.

use super::campaign::{Campaign, Message};
use super::course::{Course, Status};
use super::dice::{Dice, For};
use super::texts::{Frame, Template};
use super::wire::{id_text, write_escaped, write_number, write_stamp, write_string, write_uuid};
use crate::simulator::options::SimulatedLanguage;

/// The call that a message answers. Each leaves out different fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Reading one: `attempts` with nested errors.
    One,
    /// The list of a campaign: `messageAttempts` with flat errors.
    Listed,
    /// The list of a batch: as above, with `numAttempts`, without `batches`.
    InBatch,
    /// The answer to a send or a retry: no attempts, no batches, no template.
    Accepted,
}

/// What is the same in every message of a campaign, rendered once.
pub(super) struct Fragments {
    campaign_id: Vec<u8>,
    creator_id: Vec<u8>,
    /// `,"creatorId":…,"creatorEmail":…`
    creator: Vec<u8>,
    /// By language: `,"templateBodyId":…`
    body_ids: [Vec<u8>; 4],
    /// By language: `,"templateBody":{…}`
    bodies: [Vec<u8>; 4],
    /// The header and footer around a body in `fullMessage`, by language.
    frames: [(Vec<u8>, Vec<u8>); 4],
    /// By variable: `"name":"`, with a comma in front of all but the first.
    variables: Vec<Vec<u8>>,
}

impl Fragments {
    pub(super) fn new(campaign_id: &str, template: &Template, frames: &[Frame; 4], dice: Dice, started: i64) -> Self {
        let creator = id_text("user_", dice.uuid(For::Creator, 0));
        let template_id = id_text("template_", dice.uuid(For::TemplateId, 0));
        // Written a good month before the first message.
        let written = started - 40 * 86_400_000 - dice.between(For::TemplateId, 1, 0, 9_000_000);
        let body_id = |language: SimulatedLanguage| id_text("template_body_", dice.uuid(For::BodyId, language as u64));
        let quoted = |text: &str| {
            let mut out = Vec::new();
            write_string(&mut out, text);
            out
        };
        let bodies = SimulatedLanguage::ALL.map(|language| {
            let mut out = b",\"templateBody\":{\"id\":".to_vec();
            write_string(&mut out, &body_id(language));
            out.extend_from_slice(b",\"templateId\":");
            write_string(&mut out, &template_id);
            out.extend_from_slice(b",\"language\":");
            write_string(&mut out, language.as_str());
            out.extend_from_slice(b",\"body\":");
            write_string(&mut out, &template.body(language).text);
            out.extend_from_slice(b",\"creatorId\":");
            write_string(&mut out, &creator);
            out.extend_from_slice(b",\"createdAt\":\"");
            write_stamp(&mut out, written);
            out.extend_from_slice(b"\",\"updatedAt\":\"");
            write_stamp(&mut out, written);
            out.extend_from_slice(b"\"}");
            out
        });
        let body_ids = SimulatedLanguage::ALL.map(|language| {
            let mut out = b",\"templateBodyId\":".to_vec();
            write_string(&mut out, &body_id(language));
            out
        });
        let mut creator_fields = b",\"creatorId\":".to_vec();
        write_string(&mut creator_fields, &creator);
        creator_fields.extend_from_slice(b",\"creatorEmail\":\"officer");
        write_number(&mut creator_fields, 1 + dice.below(For::Creator, 1, 9));
        creator_fields.extend_from_slice(b"@agency.example\"");
        let variables = template.variables.iter().enumerate().map(|(at, variable)| {
            let mut out = if at == 0 { Vec::new() } else { b",".to_vec() };
            write_string(&mut out, &variable.name);
            out.extend_from_slice(b":\"");
            out
        });
        let escaped = |text: &str| {
            let mut out = Vec::new();
            write_escaped(&mut out, text);
            out
        };
        Self {
            campaign_id: quoted(campaign_id),
            frames: frames.each_ref().map(|frame| (escaped(&frame.before), escaped(&frame.after))),
            creator_id: quoted(&creator),
            creator: creator_fields,
            body_ids,
            bodies,
            variables: variables.collect(),
        }
    }
}

/// Appends messages of one campaign at one time.
pub(super) struct Renderer<'a> {
    campaign: &'a Campaign,
    now: i64,
    courses: Vec<Course>,
}

impl<'a> Renderer<'a> {
    pub(super) fn new(campaign: &'a Campaign, now: i64) -> Self {
        Self { campaign, now, courses: Vec::new() }
    }

    pub(super) fn write(&mut self, out: &mut Vec<u8>, serial: u32, shape: Shape) {
        let campaign = self.campaign;
        let Some(message) = campaign.message(serial) else {
            out.extend_from_slice(b"{}");
            return;
        };
        let fragments = &campaign.fragments;
        campaign.attempts(serial, &mut self.courses);
        let recipient = campaign.recipient(serial);
        let (language, values) = campaign.values(serial, message);

        out.extend_from_slice(b"{\"id\":\"message_");
        write_uuid(out, message.dice.uuid(For::MessageId, 0));
        out.extend_from_slice(b"\",\"createdAt\":\"");
        write_stamp(out, message.created);
        out.extend_from_slice(b"\",\"updatedAt\":\"");
        write_stamp(out, self.updated(message));
        out.extend_from_slice(b"\",\"recipient\":\"");
        out.extend_from_slice(recipient.as_bytes());
        out.extend_from_slice(b"\",\"values\":{");
        for (variable, value) in fragments.variables.iter().zip(&values) {
            out.extend_from_slice(variable);
            write_escaped(out, value);
            out.push(b'"');
        }
        out.extend_from_slice(b"},\"fullMessage\":\"");
        let (before, after) = &fragments.frames[language as usize];
        out.extend_from_slice(before);
        campaign.template.body(language).write(out, &values);
        out.extend_from_slice(after);
        out.extend_from_slice(b"\",\"latestStatus\":\"");
        let status = self.courses.last().map_or(Status::Created, |course| course.at(self.now).0);
        out.extend_from_slice(status.as_str().as_bytes());
        out.push(b'"');
        out.extend_from_slice(&fragments.body_ids[language as usize]);
        out.extend_from_slice(b",\"campaignId\":");
        out.extend_from_slice(&fragments.campaign_id);
        out.extend_from_slice(b",\"language\":\"");
        out.extend_from_slice(language.as_str().as_bytes());
        out.push(b'"');
        out.extend_from_slice(&fragments.creator);
        if shape != Shape::Accepted {
            out.extend_from_slice(&fragments.bodies[language as usize]);
        }
        match shape {
            Shape::One => {
                self.batches(out, serial, message);
                self.nested_attempts(out);
            }
            Shape::Listed => {
                self.batches(out, serial, message);
                self.flat_attempts(out, message);
            }
            Shape::InBatch => {
                self.flat_attempts(out, message);
                out.extend_from_slice(b",\"numAttempts\":");
                write_number(out, self.courses.len() as u64);
            }
            Shape::Accepted => {}
        }
        out.push(b'}');
    }

    /// The time of the last change, or for one message in twelve an older one: the real API now and
    /// then leaves `updatedAt` behind the newest attempt.
    fn updated(&self, message: &Message) -> i64 {
        if message.dice.below(For::Stale, 0, 12) == 0 {
            return message.created;
        }
        self.courses.last().map_or(message.created, |course| course.at(self.now).1)
    }

    fn batches(&self, out: &mut Vec<u8>, serial: u32, message: &Message) {
        out.extend_from_slice(b",\"batches\":[");
        if let Some((_, batch)) = self.campaign.batch_of(message) {
            let id = batch.dice.uuid(For::BatchId, 0);
            out.extend_from_slice(b"{\"id\":\"batch_");
            write_uuid(out, id);
            out.extend_from_slice(b"\",\"originalFileName\":");
            write_string(out, &batch.file_name);
            out.extend_from_slice(b",\"status\":\"");
            out.extend_from_slice(batch.status.as_str().as_bytes());
            out.extend_from_slice(b"\",\"totalMessages\":");
            write_number(out, batch.total);
            out.extend_from_slice(b",\"campaignId\":");
            out.extend_from_slice(&self.campaign.fragments.campaign_id);
            out.extend_from_slice(b",\"creatorId\":");
            out.extend_from_slice(&self.campaign.fragments.creator_id);
            out.extend_from_slice(b",\"createdAt\":\"");
            write_stamp(out, batch.created);
            out.extend_from_slice(b"\",\"updatedAt\":\"");
            write_stamp(out, batch.created);
            out.extend_from_slice(b"\",\"BatchMessage\":{\"id\":\"");
            write_number(out, self.campaign.row_number(serial));
            out.extend_from_slice(b"\",\"batchId\":\"batch_");
            write_uuid(out, id);
            out.extend_from_slice(b"\",\"messageId\":\"message_");
            write_uuid(out, message.dice.uuid(For::MessageId, 0));
            out.extend_from_slice(b"\",\"createdAt\":\"");
            write_stamp(out, message.created);
            out.extend_from_slice(b"\",\"updatedAt\":\"");
            write_stamp(out, message.created);
            out.extend_from_slice(b"\"}}");
        }
        out.push(b']');
    }

    /// `attempts`, newest first, with the error as an object of its own.
    fn nested_attempts(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"attempts\":[");
        for (n, course) in self.courses.iter().rev().enumerate() {
            if n > 0 {
                out.push(b',');
            }
            let (status, _) = course.at(self.now);
            out.extend_from_slice(b"{\"status\":\"");
            out.extend_from_slice(status.as_str().as_bytes());
            out.extend_from_slice(b"\",\"createdAt\":\"");
            write_stamp(out, course.start);
            out.push(b'"');
            if let Some(cause) = course.cause(self.now) {
                out.extend_from_slice(b",\"error\":{\"type\":\"");
                out.extend_from_slice(cause.kind().as_bytes());
                out.extend_from_slice(b"\",\"code\":\"");
                out.extend_from_slice(cause.code().as_bytes());
                out.extend_from_slice(b"\"}");
            }
            out.push(b'}');
        }
        out.push(b']');
    }

    /// `messageAttempts`, newest first, with the error in two fields.
    fn flat_attempts(&self, out: &mut Vec<u8>, message: &Message) {
        out.extend_from_slice(b",\"messageAttempts\":[");
        for (n, course) in self.courses.iter().enumerate().rev() {
            if n + 1 < self.courses.len() {
                out.push(b',');
            }
            let (status, changed) = course.at(self.now);
            out.extend_from_slice(b"{\"id\":\"message_attempt_");
            write_uuid(out, message.dice.uuid(For::AttemptId, n as u64));
            out.extend_from_slice(b"\",\"messageId\":\"message_");
            write_uuid(out, message.dice.uuid(For::MessageId, 0));
            out.extend_from_slice(b"\",\"status\":\"");
            out.extend_from_slice(status.as_str().as_bytes());
            out.extend_from_slice(b"\",\"createdAt\":\"");
            write_stamp(out, course.start);
            out.extend_from_slice(b"\",\"updatedAt\":\"");
            write_stamp(out, changed);
            out.extend_from_slice(b"\",\"sentAt\":");
            match course.sent_at(self.now) {
                Some(at) => {
                    out.push(b'"');
                    write_stamp(out, at);
                    out.push(b'"');
                }
                None => out.extend_from_slice(b"null"),
            }
            // The real API leaves these two empty even after a delivery.
            out.extend_from_slice(b",\"deliveredAt\":null,\"externalAttemptId\":\"\"");
            match course.cause(self.now) {
                Some(cause) => {
                    out.extend_from_slice(b",\"errorType\":\"");
                    out.extend_from_slice(cause.kind().as_bytes());
                    out.extend_from_slice(b"\",\"errorCode\":\"");
                    out.extend_from_slice(cause.code().as_bytes());
                    out.push(b'"');
                }
                None => out.extend_from_slice(b",\"errorType\":null,\"errorCode\":null"),
            }
            out.extend_from_slice(b",\"metadata\":{},\"creatorId\":");
            out.extend_from_slice(&self.campaign.fragments.creator_id);
            out.push(b'}');
        }
        out.push(b']');
    }
}
