//! `postwatch messages`: lists or exports what a campaign, or a batch, has.

mod output;
pub(super) mod table;
mod wanted;

use std::collections::HashSet;
use std::io::{BufWriter, IsTerminal as _, Stdout};

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use self::output::Output;
use self::table::MessageTable;
pub(super) use self::wanted::{Wanted, doubt};
use super::context::{Context, counted, grouped};
use super::moment::{self, DayEnd};
use super::progress::Progress;
use super::{Common, End, Exit, Failure, Format, journal};
use crate::delivery::{BatchId, Message, MessageId, RecipientQuery, Status};
use crate::monitor::{Listing, ReadError};
use crate::postman::PageRequest;
use crate::postman::record::{Field, Layout};
use crate::store::{AnswerKind, Store};

/// What `messages` takes.
#[derive(Debug, Clone, Args)]
pub struct MessagesArguments {
    /// The campaign, by its name in the configuration or by its id
    pub campaign: String,
    /// Only this batch
    #[arg(long, value_name = "ID")]
    pub batch: Option<String>,
    /// Only recipients with these digits or letters in them
    #[arg(long, value_name = "DIGITS")]
    pub search: Option<String>,
    /// Only this status (delivered, failed, queued, … or the API's word); may be given again
    #[arg(long, value_name = "S", value_parser = wanted::status)]
    pub status: Vec<Status>,
    /// Only failures with this error code; may be given again
    #[arg(long, value_name = "CODE")]
    pub error: Vec<String>,
    /// Only messages created then or later: a time, a date, today, 2h, 3d
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
    /// Only messages created before; a date has its whole day in it
    #[arg(long, value_name = "T")]
    pub until: Option<String>,
    /// The newest N of them
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Only these fields, in this order: id, recipient, latestStatus, values.NAME, …
    #[arg(long, value_name = "a,b,…", value_delimiter = ',', value_parser = field)]
    pub fields: Vec<FieldName>,
}

/// A field's name that is known to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldName(Field);

fn field(text: &str) -> Result<FieldName, String> {
    Field::parse(text.trim()).map(FieldName).map_err(|expected| match expected.nearest {
        Some(nearest) => format!("expected {}; did you mean `{nearest}`?", expected.expected),
        None => format!("expected {}", expected.expected),
    })
}

/// Lists the messages.
///
/// # Errors
/// Wrong usage, a page that could not be read, an output that could not be written.
pub(super) async fn run(arguments: &MessagesArguments, common: &Common) -> Result<Exit, End> {
    let context = Context::load_for(common, std::slice::from_ref(&arguments.campaign))?;
    let campaign = context.campaign(&arguments.campaign)?;
    let now = Timestamp::now();
    let wanted = wanted_of(arguments, context.zone(), now)?;
    for doubt in arguments.error.iter().filter_map(|code| doubt(code)) {
        context.notice(&doubt);
    }
    let search = searched(arguments.search.as_deref())?;
    let listing = Listing {
        batch: arguments.batch.as_deref().map(BatchId::new),
        search,
        page_size: page_size(arguments.limit, &wanted),
        to_the_end: arguments.limit.is_none() && wanted.since.is_none(),
    };
    let mut reader = context.reader(campaign)?;
    let masked = journal::is_masked(common, campaign, "messages on the output")?;
    let fields: Vec<Field> = arguments.fields.iter().map(|name| name.0.clone()).collect();
    let layout = Layout {
        fields: if fields.is_empty() { Field::all() } else { fields },
        masked,
        one_time: campaign.config.one_time_password,
        searched: listing.search.clone(),
        zone: context.zone().clone(),
        campaign: campaign.config.id.clone(),
        batch: listing.batch.clone(),
    };
    let format = context.format();
    let streams = Output::<Stdout>::streams(format, &layout.fields);
    let table = MessageTable::new(&layout, !arguments.fields.is_empty(), super::context::table_width())
        .coloured(super::context::is_coloured(common));
    let mut work = Work {
        wanted,
        limit: arguments.limit.unwrap_or(usize::MAX),
        kind: listing.batch.clone().map_or(AnswerKind::List, AnswerKind::Batch),
        progress: Progress::start(common.quiet, streams && std::io::stdout().is_terminal()),
        zone: context.zone().clone(),
        read: Read::default(),
    };
    let mut pages = reader.pages(listing);
    let out = BufWriter::new(std::io::stdout());
    if streams {
        let mut output = Output::begin(out, format, layout, &[], table)?;
        work.stream(&mut pages, &mut output).await?;
    } else {
        let store = work.collect(&mut pages).await?;
        // The line goes away before anything stands in its place.
        work.progress = Progress::off();
        let names = if format == Format::Csv { work.value_names(&store) } else { Vec::new() };
        let mut output = Output::begin(out, format, layout, &names, table)?;
        work.write(&store, &mut output)?;
    }
    let Work { read, wanted, progress, .. } = work;
    drop(progress);
    context.notice(&read.summary(&wanted, masked, context.zone()));
    Ok(Exit::Done)
}

fn wanted_of(arguments: &MessagesArguments, zone: &TimeZone, now: Timestamp) -> Result<Wanted, Failure> {
    let time = |option, text: &Option<String>, day| text.as_deref().map(|text| moment::parse(option, text, day, zone, now)).transpose();
    Ok(Wanted {
        statuses: arguments.status.clone(),
        errors: arguments.error.clone(),
        since: time("--since", &arguments.since, DayEnd::Start)?,
        until: time("--until", &arguments.until, DayEnd::End)?,
    })
}

pub(super) fn searched(typed: Option<&str>) -> Result<Option<RecipientQuery>, Failure> {
    let Some(typed) = typed else { return Ok(None) };
    let query = RecipientQuery::new(typed);
    if !query.is_askable() {
        let what = format!("`--search` needs {} digits or letters at least.", RecipientQuery::SHORTEST);
        return Err(Failure::usage(what, "With fewer nearly every recipient fits. Give more of the number."));
    }
    Ok(Some(query))
}

/// A page holds a thousand, unless a few of the newest are all that is wanted.
fn page_size(limit: Option<usize>, wanted: &Wanted) -> u16 {
    match limit {
        Some(limit) if wanted.is_all() => u16::try_from(limit).unwrap_or(u16::MAX).clamp(1, PageRequest::LARGEST),
        _ => PageRequest::LARGEST,
    }
}

/// What has been read.
#[derive(Debug, Default)]
struct Read {
    messages: usize,
    written: usize,
    bad: usize,
    oldest: Option<Timestamp>,
    /// Whether the list came to its end, or to messages older than wanted.
    whole: bool,
}

impl Read {
    fn summary(&self, wanted: &Wanted, masked: bool, zone: &TimeZone) -> String {
        let of = if wanted.is_all() { String::new() } else { format!(" of {} read", grouped(self.messages)) };
        let reach = match self.oldest {
            Some(oldest) if !self.whole => format!(", back to {}", moment::shown(oldest, zone)),
            _ => String::new(),
        };
        let mut line = format!("{}{of}{reach}.", counted(self.written, "message"));
        if self.bad > 0 {
            line.push_str(&format!(" {} could not be read and stand nowhere.", counted(self.bad, "more row")));
        }
        if masked && self.written > 0 {
            line.push_str(" Recipients and texts are masked: --reveal shows them.");
        }
        line
    }
}

/// The pages on their way to the output.
struct Work {
    wanted: Wanted,
    limit: usize,
    kind: AnswerKind,
    progress: Progress,
    zone: TimeZone,
    read: Read,
}

impl Work {
    /// Writes messages as they come in, each once.
    async fn stream(&mut self, pages: &mut crate::monitor::Pages<'_>, output: &mut Output<BufWriter<Stdout>>) -> Result<(), End> {
        let mut seen: HashSet<MessageId> = HashSet::new();
        while output.written() < self.limit {
            let Some(answer) = self.next(pages).await? else { break };
            for row in answer.rows.iter() {
                let message = Message::from_row(row);
                if output.written() < self.limit && seen.insert(message.id.clone()) && self.wanted.has(&message) {
                    output.message(&message)?;
                }
            }
            self.note(&answer.rows, seen.len());
            output.flush()?;
        }
        output.finish()?;
        self.read.written = output.written();
        Ok(())
    }

    /// Reads all messages first.
    async fn collect(&mut self, pages: &mut crate::monitor::Pages<'_>) -> Result<Store, End> {
        let mut store = Store::new();
        let mut wanted = 0;
        while wanted < self.limit {
            let Some(answer) = self.next(pages).await? else { break };
            let merged = store.merge(&answer.rows, &self.kind, answer.asked_at);
            wanted += merged.added.iter().filter(|row| self.wanted.has(&store.message(**row))).count();
            self.note(&answer.rows, store.len());
        }
        Ok(store)
    }

    /// The names of all values, in the order in which they come up.
    fn value_names(&self, store: &Store) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for message in self.chosen(store) {
            for (name, _) in message.values.iter().flatten() {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        names
    }

    fn write(&mut self, store: &Store, output: &mut Output<BufWriter<Stdout>>) -> Result<(), End> {
        for message in self.chosen(store) {
            output.message(&message)?;
        }
        output.finish()?;
        self.read.written = output.written();
        Ok(())
    }

    fn chosen<'a>(&'a self, store: &'a Store) -> impl Iterator<Item = Message> + 'a {
        store.rows().map(|row| store.message(row)).filter(|message| self.wanted.has(message)).take(self.limit)
    }

    /// The next page, unless the last one came to messages older than wanted.
    async fn next(&mut self, pages: &mut crate::monitor::Pages<'_>) -> Result<Option<crate::postman::PageAnswer>, Failure> {
        if self.read.whole {
            return Ok(None);
        }
        let answer = pages.next().await.map_err(unread)?;
        self.read.whole = answer.is_none();
        Ok(answer)
    }

    fn note(&mut self, rows: &crate::delivery::Rows, messages: usize) {
        let created = rows.iter().filter_map(|row| row.created_at().value());
        self.read.oldest = created.chain(self.read.oldest).min();
        self.read.messages = messages;
        self.read.bad += rows.bad().len();
        self.read.whole |= rows.iter().next_back().is_some_and(|row| self.wanted.is_past(&Message::from_row(row)));
        self.progress.tell(|| {
            let back = self.read.oldest.map(|oldest| format!(", back to {}", moment::shown(oldest, &self.zone))).unwrap_or_default();
            format!("{} read{back}", counted(messages, "message"))
        });
    }
}

/// Why a list could not be read to its end.
pub(super) fn unread(error: ReadError) -> Failure {
    match error {
        ReadError::Call(error) => error.into(),
        ReadError::NoEnd => Failure::new(
            Exit::Failed,
            "The list could not be read to its end.",
            "The server's cursors lead nowhere: to a page that was read already, to none, or from one empty page to the next.",
            "Try again. If it lasts, ask Postman's support.",
        ),
    }
}
