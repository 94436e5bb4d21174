//! Prints what was found, in one of the four formats.

use std::io::{self, Write};
use std::iter;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::super::Format;
use super::super::context::{CommandContext, counted, is_coloured, table_width};
use super::super::exit::below;
use super::super::messages::output::{MessageTable, csv_fields, value_names};
use super::super::moment::exact;
use super::super::open_journal::used_up;
use super::super::records::{RecordWriter, write_document};
use super::result::{CampaignAnswer, FindResult, NotAsked, SearchAnswer};
use crate::delivery::{Beside, Message, full_stop};
use crate::postman::record::{Field, Record, RecordFormat};

/// A message with the campaign it was found in.
#[derive(Serialize)]
struct FoundRecord<'a> {
    campaign: &'a str,
    #[serde(flatten)]
    message: Record<'a>,
}

/// All that was found, as one document.
#[derive(Serialize)]
struct Document<'a> {
    messages: Vec<FoundRecord<'a>>,
    #[serde(flatten)]
    summary: Summary<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary<'a> {
    asked: Vec<AskedPart<'a>>,
    not_asked: Vec<NotAskedPart>,
    sentence: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AskedPart<'a> {
    campaign: &'a str,
    id: &'a str,
    found: usize,
    more: bool,
    /// Whether the server searched; if not, it also gave messages to other numbers.
    searched: bool,
    other_numbers: usize,
    unreadable: usize,
    asked_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NotAskedPart {
    campaign: String,
    reason: String,
    next: String,
    trace_id: Option<String>,
}

/// Writes what was found. CSV holds only the messages: the rest goes to standard error, as the
/// sentence does with each format for programs.
pub(super) fn write(found: &FindResult, format: Format, context: &CommandContext, out: &mut impl Write) -> io::Result<()> {
    let zone = context.zone();
    if format == Format::Table {
        table(found, context, out)?;
        return out.flush();
    }
    if format == Format::Json {
        let document = Document { messages: messages(found).map(record).collect(), summary: summary(found, zone) };
        write_document(out, format, &document)?;
    } else {
        let mut fields = Field::all();
        if format == Format::Csv {
            fields = csv_fields(fields, &value_names(messages(found).map(|(_, message)| message)));
        }
        let mut records = RecordWriter::new(out, format, iter::once("campaign".to_owned()).chain(fields.iter().map(Field::name)));
        for (answer, asked) in found.asked() {
            let layout = RecordFormat { fields: fields.clone(), ..answer.layout.clone() };
            for message in &asked.messages {
                records.record(&FoundRecord { campaign: &answer.campaign.settings.name, message: layout.json(message) })?;
            }
        }
        records.summary(&summary(found, zone))?;
        records.finish()?;
    }
    for line in not_asked(found) {
        context.notice(&line);
    }
    context.notice(&found.sentence(zone));
    Ok(())
}

fn messages(found: &FindResult) -> impl Iterator<Item = (&CampaignAnswer, &Message)> {
    found.asked().flat_map(|(answer, asked)| asked.messages.iter().map(move |message| (answer, message)))
}

fn record<'a>((answer, message): (&'a CampaignAnswer, &'a Message)) -> FoundRecord<'a> {
    FoundRecord { campaign: &answer.campaign.settings.name, message: answer.layout.json(message) }
}

fn summary<'a>(found: &'a FindResult, zone: &TimeZone) -> Summary<'a> {
    let asked = found.asked().map(|(answer, asked)| AskedPart {
        campaign: &answer.campaign.settings.name,
        id: answer.campaign.settings.id.as_str(),
        found: asked.messages.len(),
        more: asked.more,
        searched: asked.beside.others == 0,
        other_numbers: asked.beside.others,
        unreadable: asked.beside.unreadable,
        asked_at: exact(asked.at, zone),
    });
    let not_asked = found.not_asked().into_iter().map(|not_asked| NotAskedPart {
        campaign: not_asked.campaign,
        reason: not_asked.why.text.reason(),
        next: not_asked.why.text.next,
        trace_id: not_asked.why.text.trace_id,
    });
    Summary { asked: asked.collect(), not_asked: not_asked.collect(), sentence: found.sentence(zone) }
}

fn table(found: &FindResult, context: &CommandContext, out: &mut impl Write) -> io::Result<()> {
    for (answer, asked) in found.asked() {
        writeln!(out, "{}", heading(answer, asked))?;
        if !asked.messages.is_empty() {
            let mut table = MessageTable::new(&answer.layout, false, table_width());
            table.colour = is_coloured(&context.common);
            table.used_up = used_up(context, &answer.campaign);
            for message in &asked.messages {
                table.message(&answer.layout, message);
            }
            writeln!(out, "{table}")?;
        }
        writeln!(out)?;
    }
    let not_asked = not_asked(found);
    for line in &not_asked {
        writeln!(out, "{line}")?;
    }
    if !not_asked.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "{}", found.sentence(context.zone()))
}

fn heading(answer: &CampaignAnswer, asked: &SearchAnswer) -> String {
    let found = asked.messages.len();
    let count = match found {
        0 if !asked.is_certain() => "not known".to_owned(),
        0 => "nothing found".to_owned(),
        found => counted(found, "message"),
    };
    let more = if asked.more && found > 0 { ", the newest of more (`postwatch messages` with `--search` lists all)" } else { "" };
    let more = if asked.is_empty_of_more() {
        ", the page was empty, but there is more (`postwatch messages` with `--search` lists all)"
    } else {
        more
    };
    let Beside { others, unreadable } = asked.beside;
    let bad = if unreadable > 0 { format!(", {} could not be read", counted(unreadable, "row")) } else { String::new() };
    let others = match others {
        0 => String::new(),
        others => {
            let whole = if asked.more { " (`postwatch messages` with `--search` searches all)" } else { "" };
            format!("; the server did not search: {} to other numbers left out{whole}", counted(others, "message"))
        }
    };
    format!("{} ({}): {count}{more}{bad}{others}", answer.campaign.settings.name, answer.campaign.settings.host_kind.word())
}

/// A paragraph for each campaign that could not be asked: that is not the same as nothing found.
fn not_asked(found: &FindResult) -> Vec<String> {
    let paragraph = |not_asked: NotAsked| {
        let text = not_asked.why.text;
        format!("{}: NOT ASKED. {}{}", not_asked.campaign, full_stop(&text.what), below(&text))
    };
    found.not_asked().into_iter().map(paragraph).collect()
}
