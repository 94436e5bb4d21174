//! What would be sent: in JSON for scripts, in sentences for people.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::super::Format;
use super::super::campaigns::ConfiguredCampaign;
use super::super::context::{CommandContext, counted};
use super::super::moment::{exact, shown};
use super::super::records::{write_document, write_records};
use super::prepare::{Prepared, field_word};
use crate::action::{RemarkWeight, SameMessage, SendPlan};
use crate::delivery::{Mask, MessageId, Recipient, full_stop, phone_number};
use crate::postman::record::HIDDEN;

/// How many messages that say the same are named.
const MOST_SAME: usize = 3;

/// The plan as it is shown.
pub(super) struct Shown<'a> {
    prepared: &'a Prepared,
    campaign: &'a ConfiguredCampaign,
    context: &'a CommandContext,
    /// Whether number and values are hidden.
    masked: bool,
}

#[derive(Serialize)]
struct PlanDocument<'a> {
    send: SendPart<'a>,
    remarks: Vec<RemarkPart<'a>>,
    same: Vec<SamePart>,
    /// Why it would be refused, whatever the answer.
    refused: Option<&'static str>,
}

/// The plan in one line.
#[derive(Serialize)]
struct PlanRecord<'a> {
    #[serde(flatten)]
    send: SendPart<'a>,
    same: Vec<SamePart>,
    refused: Option<&'static str>,
}

#[derive(Serialize)]
struct SendPart<'a> {
    recipient: Option<String>,
    language: &'a str,
    values: BTreeMap<&'a str, &'a str>,
    text: Option<String>,
    /// These are not known where the header and footer are not.
    characters: Option<usize>,
    coding: Option<&'static str>,
    segments: Option<u32>,
    charge: Option<String>,
}

#[derive(Serialize)]
struct RemarkPart<'a> {
    field: String,
    weight: &'static str,
    message: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SamePart {
    /// None where only a person says that it went.
    id: Option<String>,
    created_at: String,
    status: Option<String>,
}

impl<'a> Shown<'a> {
    pub fn new(prepared: &'a Prepared, campaign: &'a ConfiguredCampaign, context: &'a CommandContext, masked: bool) -> Self {
        Self { prepared, campaign, context, masked }
    }

    /// The same with number and values, unless these are one-time passwords.
    pub fn unmasked(&self) -> Self {
        Self { masked: false, ..*self }
    }

    /// Writes the plan to the output.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        match self.context.format() {
            format @ (Format::Json | Format::Ndjson) => write_document(out, format, &BTreeMap::from([("plan", self.document())])),
            Format::Csv => {
                let heads = ["recipient", "language", "values", "text", "characters", "coding", "segments", "charge", "same", "refused"];
                let PlanDocument { send, same, refused, .. } = self.document();
                write_records(out, Format::Csv, &heads, &[PlanRecord { send, same, refused }])
            }
            Format::Table => {
                writeln!(out, "{}", self.announcement())?;
                out.flush()
            }
        }
    }

    fn document(&self) -> PlanDocument<'_> {
        let Prepared { check, plan, .. } = self.prepared;
        let weight = |weight| if weight == RemarkWeight::Mistake { "mistake" } else { "advice" };
        let remark = |remark: &'a crate::action::Remark| RemarkPart {
            field: field_word(&remark.field),
            weight: weight(remark.weight),
            message: &remark.words,
        };
        let size = check.size.filter(|_| check.is_whole);
        PlanDocument {
            send: SendPart {
                recipient: self
                    .recipient()
                    .map(|recipient| if self.masked { recipient.shown(Mask::On) } else { recipient.as_str().to_owned() }),
                language: check.draft.as_ref().map_or(&self.prepared.typed.language, |draft| &draft.language),
                values: self.values().collect(),
                text: self.text(),
                characters: size.map(|size| size.characters),
                coding: size.map(|size| size.coding.word()),
                segments: size.map(|size| size.segments),
                charge: self.campaign.settings.charges.filter(|_| check.draft.is_some()).map(|charges| charges.words(&check.segments)),
            },
            remarks: check.remarks.iter().map(remark).collect(),
            same: self.same().iter().map(|same| self.same_part(same)).collect(),
            refused: plan.as_ref().and_then(SendPlan::refusal),
        }
    }

    fn same_part(&self, same: &SameMessage) -> SamePart {
        SamePart {
            id: same.message.as_ref().map(|id| id.as_str().to_owned()),
            created_at: exact(same.created_at, self.context.zone()),
            status: same.status.as_ref().map(|status| status.api_word().to_owned()),
        }
    }

    fn same(&self) -> &'a [SameMessage] {
        self.prepared.plan.as_ref().map_or(&[], |plan| &plan.reading().same)
    }

    fn recipient(&self) -> Option<Recipient> {
        phone_number(&self.prepared.typed.to).ok()
    }

    fn hides(&self) -> bool {
        self.masked || self.campaign.settings.one_time_password
    }

    fn values(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let Prepared { check, typed, .. } = self.prepared;
        let values = check.draft.as_ref().map_or(&typed.values, |draft| &draft.values);
        let hides = self.hides();
        values.iter().map(move |(name, value)| (name.as_str(), if hides { HIDDEN } else { value.as_str() }))
    }

    /// The text as it will arrive; the template's text where the values are hidden.
    fn text(&self) -> Option<String> {
        let Prepared { check, known, typed, .. } = self.prepared;
        if !self.hides() {
            return check.text.clone();
        }
        known.of(&typed.language.trim().to_lowercase()).map(|text| text.body.clone())
    }

    /// What will happen, in sentences: environment, campaign, number, text, size, cost, and reasons against it.
    pub fn announcement(&self) -> String {
        let Prepared { check, plan, typed, .. } = self.prepared;
        let settings = &self.campaign.settings;
        let to = self.recipient().map_or("no number".to_owned(), |recipient| {
            let number = recipient.shown(if self.masked { Mask::On } else { Mask::Off });
            format!("{number} ({})", recipient.place())
        });
        let language = check.draft.as_ref().map_or_else(|| typed.language.clone(), |draft| draft.language.clone());
        let language = crate::delivery::clean_line(&language).into_owned();
        let mut lines =
            vec![format!("{} · {}: send 1 message to {to}, {language}.", settings.host_kind.word().to_uppercase(), settings.name)];
        match self.text() {
            Some(text) => lines.extend(text.lines().map(|line| format!("  {line}").trim_end().to_owned())),
            None => {
                lines.extend(self.values().map(|(name, value)| {
                    let [name, value] = [name, value].map(crate::delivery::clean_line);
                    format!("  {name}: {value}")
                }));
                lines.push("Its template is not known: no message in this language is among the newest ones.".to_owned());
            }
        }
        match check.size {
            Some(size) if check.is_whole => lines.push(format!("{}.", size.words())),
            Some(size) => lines.push(format!("{}, without header and footer, which are not known.", size.words())),
            None => {}
        }
        if check.draft.is_some() {
            let charges = settings.charges;
            lines.extend(charges.map(|charges| charges.words(&check.segments)));
            lines.extend(charges.and_then(|charges| charges.source(&check.segments)));
        }
        lines.extend(check.remarks.iter().map(|remark| format!("{}: {}", field_word(&remark.field), full_stop(&remark.words))));
        lines.extend(self.same_lines());
        lines.extend(plan.as_ref().and_then(SendPlan::refusal).map(|why| format!("It cannot be sent: {why}.")));
        lines.join("\n")
    }

    /// The messages that say the same, in a line each; none where there is no such message.
    pub fn same_lines(&self) -> Vec<String> {
        let line = |same: &SameMessage| {
            let status = same.status.as_ref().map(|status| format!(", {}", status.word())).unwrap_or_default();
            let created = shown(same.created_at, self.context.zone());
            let which = same.message.as_ref().map_or("a person says so", MessageId::as_str);
            format!("The same message was sent to this number on {created}: {which}{status}.")
        };
        let more = self.same().len().saturating_sub(MOST_SAME);
        let more = (more > 0).then(|| format!("And {} that say the same, within 24 hours.", counted(more, "more message")));
        self.same().iter().take(MOST_SAME).map(line).chain(more).collect()
    }
}
