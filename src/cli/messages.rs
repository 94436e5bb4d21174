//! `postwatch messages`: lists or exports what a campaign, or a batch, has.

mod criteria;
pub(super) mod output;

use std::collections::HashSet;
use std::io::{BufWriter, IsTerminal as _, Stdout};
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use self::output::{MessageTable, MessageWriter, value_names};
use super::context::{CommandContext, counted, grouped, is_coloured, table_width};
use super::moment::back_to;
use super::open_journal::{is_masked, used_up};
use super::progress::ProgressLine;
use super::status::server_now;
use super::window::{AttemptWindow, NOT_GIVEN, WindowOptions, loaded_back_to};
use super::{Common, EarlyExit, Exit, Failure, Format};
use crate::delivery::{BatchId, Class, Message, MessageId, RecipientQuery, agreeing};
use crate::monitor::{ListRequest, Pages, ReadError};
use crate::postman::record::{Field, RecordFormat};
use crate::postman::{CallError, CallErrorKind, Explanation, PageAnswer, PageRequest};
use crate::store::{AnswerKind, Reach, RowNumber, Store};

pub(super) use self::criteria::{Fit, MessageFilter, SeenValues, StatusArgument, code, did_not_search, looked_for};

/// What `messages` takes.
#[derive(Debug, Clone, Args)]
pub struct MessagesArguments {
    /// The campaign, by its name in the configuration or by its id
    pub campaign: String,
    /// Only this batch
    #[arg(long, value_name = "ID", value_parser = batch)]
    pub batch: Option<BatchId>,
    /// Only recipients that contain these digits or letters
    #[arg(long, value_name = "DIGITS")]
    pub search: Option<String>,
    /// Only this status (delivered, failed, queued, … or the API's word; other for all that are not in its table); may be
    /// repeated
    #[arg(long, value_name = "S", value_parser = criteria::status)]
    pub status: Vec<StatusArgument>,
    /// Only this class: delivered, failed, on-the-way, stuck (not with the telco after longer than is usual), unconfirmed
    /// (the telco's report is overdue), sent-abroad, handed-over, other; may be repeated. A message is overdue after
    /// longer than 99 % of the finished ones took, measured among the messages that are loaded for this list: 10 minutes
    /// at least, and 30 (stuck) or 60 (unconfirmed) at most. So all of them are loaded before the first one is written
    #[arg(long, value_name = "CLASS", value_parser = criteria::class)]
    pub class: Vec<Class>,
    /// Only who did not get it: failed, stuck and unconfirmed; with --class, those as well
    #[arg(long)]
    pub not_delivered: bool,
    /// Only failures with this error code; may be repeated
    #[arg(long, value_name = "CODE", value_parser = code)]
    pub error: Vec<String>,
    /// Only messages created or last attempted at this time or later: a time, a date, today, 2h, 3d. An older message
    /// attempted since then is found if it was created within the configured history
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
    /// Only messages created or last attempted before this time; a date includes its whole day
    #[arg(long, value_name = "T")]
    pub until: Option<String>,
    /// Only the newest N
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Only these fields, in this order: id, recipient, latestStatus, values.NAME, …
    #[arg(long, value_name = "a,b,…", value_delimiter = ',', value_parser = field)]
    pub fields: Vec<FieldName>,
}

/// A known field's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldName(Field);

fn field(text: &str) -> Result<FieldName, String> {
    Field::parse(text.trim()).map(FieldName).map_err(|expected| match expected.nearest {
        Some(nearest) => format!("expected {}; did you mean `{nearest}`?", expected.expected),
        None => format!("expected {}", expected.expected),
    })
}

/// A batch's id.
///
/// # Errors
/// It is empty.
pub(super) fn batch(text: &str) -> Result<BatchId, String> {
    match text.trim() {
        "" => Err("expected the id of a batch; `postwatch status` lists them".to_owned()),
        id => Ok(BatchId::new(id)),
    }
}

/// The requested fields, each once.
fn fields_of(names: &[FieldName]) -> Result<Vec<Field>, Failure> {
    let mut fields: Vec<Field> = Vec::with_capacity(names.len());
    for FieldName(field) in names {
        if fields.contains(field) {
            return Err(Failure::usage(format!("`--fields` has `{}` twice.", field.name()), "Name each field once."));
        }
        fields.push(field.clone());
    }
    Ok(if fields.is_empty() { Field::all() } else { fields })
}

/// Lists the messages.
///
/// # Errors
/// Wrong usage, a page that could not be read, an output that could not be written.
pub(super) async fn run(arguments: &MessagesArguments, common: &Common) -> Result<Exit, EarlyExit> {
    let context = CommandContext::load(common, std::slice::from_ref(&arguments.campaign))?;
    let campaign = context.campaign(&arguments.campaign)?;
    let now = Timestamp::now();
    let wanted = wanted_of(arguments, campaign.settings.history, context.zone(), now)?;
    let typed = arguments.search.as_deref().map(RecipientQuery::parse);
    let search = typed.map(|typed| looked_for(Some("--search"), typed)).transpose()?;
    let fields = fields_of(&arguments.fields)?;
    let listing = ListRequest {
        batch: arguments.batch.clone(),
        search,
        page_size: page_size(arguments.limit, &wanted),
        to_the_end: (arguments.limit.is_none() || !wanted.classes.is_empty()) && wanted.window.horizon.is_none(),
    };
    let mut reader = context.reader(campaign)?;
    let masked = is_masked(common, campaign, "messages on the output")?;
    let layout = RecordFormat {
        fields: fields.clone(),
        masked,
        one_time: campaign.settings.one_time_password,
        searched: listing.search.clone(),
        zone: context.zone().clone(),
        campaign: campaign.settings.id.clone(),
        batch: listing.batch.clone(),
    };
    let format = context.format();
    let streams = wanted.classes.is_empty() && MessageWriter::<Stdout>::streams(format, &layout.fields);
    let mut table = MessageTable::new(&layout, !arguments.fields.is_empty(), table_width());
    table.colour = is_coloured(common);
    if format == Format::Table {
        table.used_up = used_up(&context, campaign);
    }
    let mut work = Work {
        batch: listing.batch.clone(),
        wanted,
        limit: arguments.limit.unwrap_or(usize::MAX),
        progress: ProgressLine::start(common.quiet, streams && std::io::stdout().is_terminal()),
        zone: context.zone().clone(),
        now,
        loaded: LoadTotals::wanting(&fields),
    };
    let is_search = listing.search.is_some();
    let mut pages = reader.pages(listing);
    let out = BufWriter::new(std::io::stdout());
    if streams {
        let mut output = MessageWriter::begin(out, format, layout, &[], table)?;
        work.stream(&mut pages, &mut output).await?;
    } else {
        let store = work.collect(&mut pages, campaign.store()).await?;
        // The progress line is cleared before anything else is printed.
        work.progress = ProgressLine::off();
        let names = if format == Format::Csv { work.value_names(&store) } else { Vec::new() };
        let mut output = MessageWriter::begin(out, format, layout, &names, table)?;
        work.write(&store, &mut output)?;
    }
    let Work { loaded, wanted, limit, progress, .. } = work;
    drop(progress);
    context.notice(&loaded.summary(&wanted, limit, masked, context.zone()));
    if loaded.written > 0 && !loaded.missing.is_empty() {
        context.notice(&format!("None of the loaded messages has a value {}.", loaded.missing.join(", ")));
    }
    match loaded.seen.check(&wanted) {
        // Messages beyond the limit may have it.
        Err(failure) if loaded.end == Some(ReadEnd::Limit) => context.notice(&failure.text.reason()),
        checked => checked?,
    }
    if is_search && loaded.is_nothing_known() {
        context.notice("So it is not known whether there is a message to this recipient.");
        return Ok(Exit::Failed);
    }
    Ok(Exit::Done)
}

fn wanted_of(arguments: &MessagesArguments, history: Duration, zone: &TimeZone, now: Timestamp) -> Result<MessageFilter, Failure> {
    let asked = WindowOptions { since: arguments.since.as_deref(), until: arguments.until.as_deref(), usual: None };
    let window = AttemptWindow::asked(asked, history, zone, now)?;
    let window = if arguments.batch.is_some() { window.whole() } else { window };
    let not_delivered = Class::NOT_DELIVERED.into_iter().filter(|_| arguments.not_delivered);
    let classes = arguments.class.iter().copied().chain(not_delivered).collect();
    Ok(MessageFilter { statuses: arguments.status.clone(), classes, errors: arguments.error.clone(), window })
}

/// A page holds a thousand, unless only a few of the newest are needed.
fn page_size(limit: Option<usize>, wanted: &MessageFilter) -> u16 {
    match limit {
        Some(limit) if wanted.is_all() => u16::try_from(limit).unwrap_or(u16::MAX).clamp(1, PageRequest::LARGEST),
        _ => PageRequest::LARGEST,
    }
}

/// Why a list could not be read to its end.
pub(super) fn unread(error: ReadError, batch: Option<&BatchId>) -> Failure {
    match error {
        ReadError::Call(error) if error.is_not_found() => match (batch, &error.kind) {
            // In the API's own words: a proxy's 404 says nothing about a batch.
            (Some(batch), CallErrorKind::Api { .. }) => no_such_batch(error, batch),
            _ => error.into(),
        },
        ReadError::Call(error) => error.into(),
        ReadError::NoEnd => Failure::new(
            Exit::Failed,
            "The list could not be read to its end.",
            "The server's cursors lead nowhere: to a page that was read already, to none, or from one empty page to the next.",
            "Try again. If it persists, ask Postman's support.",
        ),
    }
}

/// The API knows no such batch, or no such campaign: its answer to both is the same.
fn no_such_batch(error: CallError, batch: &BatchId) -> Failure {
    let failure = Failure::from(error);
    let text = Explanation {
        what: format!("There is no batch `{batch}` in this campaign"),
        why: "Postman cannot find it.".to_owned(),
        next: "`postwatch status` lists the batches. If every batch is missing, check the campaign's id and the base URL in the configuration."
            .to_owned(),
        ..failure.text
    };
    Failure { text, ..failure }
}

/// What has been loaded.
#[derive(Debug, Default)]
struct LoadTotals {
    messages: usize,
    written: usize,
    bad: usize,
    /// Messages to other numbers that the server gave although one number was requested.
    others: usize,
    /// Those that would be listed if the deciding time were given.
    untimed: usize,
    oldest: Option<Timestamp>,
    seen: SeenValues,
    end: Option<ReadEnd>,
    /// Template values that were requested by name and that no message has had so far.
    missing: Vec<String>,
}

/// Why loading stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReadEnd {
    /// There is nothing older.
    List,
    /// All older messages are outside the window.
    Window,
    /// The limit is reached, and there may be more.
    Limit,
}

impl LoadTotals {
    /// Nothing yet, for these fields.
    fn wanting(fields: &[Field]) -> Self {
        Self { missing: fields.iter().filter_map(Field::value).map(str::to_owned).collect(), ..Self::default() }
    }

    /// Whether none is listed while some, any of which might match, could not be read.
    fn is_nothing_known(&self) -> bool {
        self.written == 0 && self.bad > 0
    }

    /// The sentence at the end: how many of how many, and how far back.
    fn summary(&self, wanted: &MessageFilter, limit: usize, masked: bool, zone: &TimeZone) -> String {
        let of = if wanted.is_all() { String::new() } else { format!(" of {} loaded", grouped(self.messages)) };
        let mut line = counted(self.written, "message") + &of;
        match self.end {
            Some(ReadEnd::Limit) if limit == 0 => line.push_str(": --limit 0 asks for none."),
            Some(ReadEnd::Limit) if !wanted.classes.is_empty() => line.push_str(&format!("; --limit {limit} leaves out the older ones.")),
            Some(ReadEnd::Limit) if wanted.is_all() => line.push_str(&format!(", the newest; --limit {limit} leaves out the older ones.")),
            Some(ReadEnd::Limit) => {
                let back = back_to(self.oldest, zone);
                line.push_str(&format!("{back}; --limit {limit} stops there, and there may be more."));
            }
            Some(ReadEnd::Window) => {
                let back = loaded_back_to(&wanted.window, self.oldest, false, zone).unwrap_or_default();
                line.push_str(&format!(". {back}"));
            }
            Some(ReadEnd::List) | None => line.push('.'),
        }
        if self.untimed > 0 {
            line.push_str(&format!(" Left out, {NOT_GIVEN}: {}.", counted(self.untimed, "message")));
        }
        if self.bad > 0 {
            let are_not = agreeing(self.bad, "is not", "are not");
            line.push_str(&format!(" {} could not be read and {are_not} listed.", counted(self.bad, "row")));
        }
        if self.others > 0 {
            line.push(' ');
            line.push_str(&did_not_search(self.others));
        }
        if masked && self.written > 0 {
            line.push_str(" Recipients and texts are masked: --reveal shows them.");
        }
        line
    }
}

/// The pages on their way to the output.
struct Work {
    /// The batch whose messages they are; `None` for the campaign's.
    batch: Option<BatchId>,
    wanted: MessageFilter,
    limit: usize,
    progress: ProgressLine,
    zone: TimeZone,
    /// The server's time at the latest page.
    now: Timestamp,
    loaded: LoadTotals,
}

impl Work {
    /// Writes messages as they come in, each once.
    async fn stream(&mut self, pages: &mut Pages<'_>, output: &mut MessageWriter<BufWriter<Stdout>>) -> Result<(), EarlyExit> {
        let mut seen: HashSet<MessageId> = HashSet::new();
        while let Some(answer) = self.next(pages).await? {
            let mut more = false;
            for message in answer.rows.iter().map(Message::from_row) {
                if seen.insert(message.id.clone()) && self.takes(&message) {
                    more |= output.written() >= self.limit;
                    if !more {
                        output.message(&message)?;
                    }
                }
            }
            self.note(&answer, seen.len());
            self.note_limit(output.written(), more, pages);
            output.flush()?;
        }
        output.finish()?;
        self.loaded.written = output.written();
        Ok(())
    }

    /// Loads all messages first, into an empty store. Which of them are overdue is known only then, so no limit ends
    /// the loading where classes are requested.
    async fn collect(&mut self, pages: &mut Pages<'_>, mut store: Store) -> Result<Store, EarlyExit> {
        let kind = self.batch.clone().map_or(AnswerKind::List, AnswerKind::Batch);
        let mut wanted = 0;
        while let Some(answer) = self.next(pages).await? {
            let merged = store.merge(&answer.rows, &kind, answer.asked_at);
            for row in merged.added {
                wanted += usize::from(self.takes(&store.message(row)));
            }
            self.note(&answer, store.len());
            if self.wanted.classes.is_empty() {
                self.note_limit(wanted, wanted > self.limit, pages);
            }
        }
        if !self.wanted.classes.is_empty() {
            store.set_reach(Reach { oldest: None, complete: true, gap: None });
            self.loaded.untimed = self.of_class(&store).filter(|message| self.wanted.fit(message) == Fit::NotGiven).count();
            let found = self.of_class(&store).filter(|message| self.wanted.fit(message) == Fit::Yes).count();
            self.loaded.end = self.loaded.end.filter(|_| found <= self.limit).or(Some(ReadEnd::Limit));
        }
        Ok(store)
    }

    /// Whether a message that has just been loaded is selected.
    fn takes(&mut self, message: &Message) -> bool {
        self.loaded.seen.note(message);
        self.loaded.missing.retain(|wanted| !message.values.iter().flatten().any(|(name, _)| name == wanted));
        let fit = self.wanted.fit(message);
        self.loaded.untimed += usize::from(fit == Fit::NotGiven);
        fit == Fit::Yes
    }

    /// The names of all values, in order of appearance.
    fn value_names(&self, store: &Store) -> Vec<String> {
        value_names(self.chosen(store))
    }

    fn write(&mut self, store: &Store, output: &mut MessageWriter<BufWriter<Stdout>>) -> Result<(), EarlyExit> {
        for message in self.chosen(store) {
            output.message(&message)?;
        }
        output.finish()?;
        self.loaded.written = output.written();
        Ok(())
    }

    fn chosen<'a>(&'a self, store: &'a Store) -> impl Iterator<Item = Message> + 'a {
        self.of_class(store).filter(|message| self.wanted.fit(message) == Fit::Yes).take(self.limit)
    }

    /// The messages in the requested classes, in the order of the list.
    fn of_class<'a>(&'a self, store: &'a Store) -> impl Iterator<Item = Message> + 'a {
        let (classes, patience) = (&self.wanted.classes, store.patience(self.now));
        let is_wanted = move |row: &RowNumber| classes.is_empty() || classes.contains(&store.class(*row, self.now, patience));
        store.rows().filter(is_wanted).map(|row| store.message(row))
    }

    /// The next page, unless no more is needed.
    async fn next(&mut self, pages: &mut Pages<'_>) -> Result<Option<PageAnswer>, Failure> {
        if self.limit == 0 {
            self.loaded.end = Some(ReadEnd::Limit);
        }
        if self.loaded.end.is_some() {
            return Ok(None);
        }
        let answer = pages.next().await.map_err(|error| unread(error, self.batch.as_ref()))?;
        match &answer {
            Some(answer) => self.now = server_now(answer.server_date, Timestamp::now()),
            None => self.loaded.end = Some(ReadEnd::List),
        }
        Ok(answer)
    }

    fn note(&mut self, answer: &PageAnswer, messages: usize) {
        let rows = &answer.rows;
        let created = || rows.iter().filter_map(|row| row.created_at().value());
        let last = created().next_back();
        self.loaded.oldest = created().chain(self.loaded.oldest).min();
        self.loaded.messages = messages;
        self.loaded.bad += answer.unreadable();
        self.loaded.others += answer.beside.others;
        if last.is_some_and(|last| self.wanted.window.is_past(last)) {
            self.loaded.end = Some(ReadEnd::Window);
        }
        self.progress.loaded(messages, self.loaded.oldest, &self.zone);
    }

    /// The limit is reached. `more` says that there are more among what was loaded.
    fn note_limit(&mut self, found: usize, more: bool, pages: &Pages<'_>) {
        if more || (found >= self.limit && self.loaded.end.is_none() && !pages.are_over()) {
            self.loaded.end = Some(ReadEnd::Limit);
        }
    }
}
