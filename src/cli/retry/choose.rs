//! From a selection to a plan, and what is left out of it: the messages are read from the server first.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::super::Failure;
use super::super::campaigns::ConfiguredCampaign;
use super::super::context::{CommandContext, counted};
use super::super::messages::{Fit, MessageFilter, SeenValues, did_not_search, unread};
use super::super::open_journal::{folder, unreadable};
use super::super::progress::ProgressLine;
use super::super::window::{ListedBack, loaded_back_to};
use super::RetryArguments;
use super::selection::{FailureSelection, Selection};
use crate::action::{BatchEvidence, BatchPlan, BatchReading, LastRead, Plan, Planner, one_time_hint};
use crate::delivery::{Batch, BatchId, Message, MessageId, agreeing, grouped, how_much_shows, sentences};
use crate::monitor::{ListRequest, Reader};
use crate::postman::{Call, CallError, OUT_OF_ATTEMPTS, PageRequest};
use crate::state::{self, ActionState, Holder, JournalAccess, Server};
use crate::store::AnswerKind;

/// A selected message that is not retried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LeftOutLine {
    /// The id of the message, or of the batch.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// What would be retried.
#[derive(Debug)]
pub(super) enum Agenda {
    /// Single messages, with a call for each.
    Messages(Plan),
    /// A batch as a whole, with one call.
    Batch {
        /// The plan.
        plan: BatchPlan,
        /// Its failures.
        failures: Vec<MessageId>,
        /// When the oldest and the newest of them were recorded.
        ages: Option<(Timestamp, Timestamp)>,
    },
}

/// The result of a selection.
#[derive(Debug)]
pub(super) struct Chosen {
    /// Exactly what would be retried.
    pub agenda: Agenda,
    /// The others.
    pub left_out: Vec<LeftOutLine>,
    /// What the user should know first.
    pub warnings: Vec<String>,
    /// Whether each was named: then leaving one out means that the request was not fully met.
    pub by_name: bool,
    /// The selection in words.
    pub words: String,
    /// How far back the list was loaded, as a sentence.
    pub loaded: Option<String>,
}

impl Chosen {
    /// How many messages would be retried.
    pub fn count(&self) -> usize {
        match &self.agenda {
            Agenda::Messages(plan) => plan.items.len(),
            Agenda::Batch { plan, .. } if plan.refusal.is_none() => plan.failures,
            Agenda::Batch { .. } => 0,
        }
    }

    /// The messages that would be retried.
    pub fn messages(&self) -> Vec<&MessageId> {
        match &self.agenda {
            Agenda::Messages(plan) => plan.items.iter().map(|item| &item.message).collect(),
            Agenda::Batch { plan, failures, .. } if plan.refusal.is_none() => failures.iter().collect(),
            Agenda::Batch { .. } => Vec::new(),
        }
    }

    /// How many calls it needs.
    pub fn calls(&self) -> usize {
        match &self.agenda {
            Agenda::Messages(plan) => plan.calls(),
            Agenda::Batch { plan, .. } => usize::from(plan.refusal.is_none()),
        }
    }

    /// When the oldest and the newest message of it were recorded.
    pub fn ages(&self) -> Option<(Timestamp, Timestamp)> {
        match &self.agenda {
            Agenda::Messages(plan) => plan.ages(),
            Agenda::Batch { plan, ages, .. } => ages.filter(|_| plan.refusal.is_none()),
        }
    }

    /// When the plan was made.
    pub fn planned_at(&self) -> Timestamp {
        match &self.agenda {
            Agenda::Messages(plan) => plan.planned_at,
            Agenda::Batch { plan, .. } => plan.planned_at,
        }
    }
}

/// A message as it was read, when its request left, and the page that gave it.
type ReadMessage = (Message, Timestamp, Option<Arc<Call>>);

/// What a list gave.
#[derive(Default)]
struct Listed {
    /// The selected messages.
    read: Vec<ReadMessage>,
    /// Its first message, selected or not.
    first: Option<Message>,
    /// How many messages were loaded, each once.
    messages: usize,
    /// How many would be selected if they were not too old.
    older: usize,
    /// How far back it went.
    back: ListedBack,
    /// Whether there is nothing older.
    is_whole: bool,
}

impl Listed {
    /// Says that failures are older than the last 24 hours, if no time was given.
    fn older(&self, is_usual: bool) -> Option<String> {
        let were = agreeing(self.older, "was", "were");
        let reported = || {
            format!(
                "Of the loaded failures, {} {were} last attempted more than 24 hours ago: --since includes older ones.",
                grouped(self.older)
            )
        };
        (is_usual && self.older > 0).then(reported)
    }
}

/// Reads the selected messages and makes the plan.
///
/// # Errors
/// It could not be read, or the journal cannot be used.
pub(super) async fn choose(
    context: &CommandContext,
    campaign: &ConfiguredCampaign,
    selection: &Selection,
    arguments: &RetryArguments,
) -> Result<Chosen, Failure> {
    let (planner, warnings) = planner(context, campaign, arguments)?;
    let mut reader = context.reader(campaign)?;
    let mut choosing = Choosing { context, campaign, planner, warnings, left_out: Vec::new(), untimed: Vec::new(), loaded: None };
    let words = selection.words(context.zone());
    let by_name = !matches!(selection, Selection::Failures(_));
    let agenda = match selection {
        Selection::Named(messages) => {
            let read = choosing.named(&mut reader, messages).await?;
            Agenda::Messages(choosing.plan(&read, &AnswerKind::Single))
        }
        Selection::Failures(failures) => {
            let (read, kind) = choosing.failures(&mut reader, failures).await?;
            Agenda::Messages(choosing.plan(&read, &kind))
        }
        Selection::WholeBatch(batch) => choosing.whole_batch(&mut reader, batch).await?,
    };
    let Choosing { left_out, warnings, loaded, .. } = choosing;
    Ok(Chosen { agenda, left_out, warnings, by_name, words, loaded })
}

/// What is needed to make a plan.
struct Choosing<'a> {
    context: &'a CommandContext,
    campaign: &'a ConfiguredCampaign,
    planner: Planner,
    warnings: Vec<String>,
    left_out: Vec<LeftOutLine>,
    /// Failures that might be selected, but whose time is not given.
    untimed: Vec<Message>,
    /// How far back a list was loaded.
    loaded: Option<String>,
}

impl Choosing<'_> {
    /// Reads named messages one by one; a missing one is left out.
    async fn named(&mut self, reader: &mut Reader, messages: &[MessageId]) -> Result<Vec<ReadMessage>, Failure> {
        let progress = ProgressLine::start(self.context.common.quiet, false);
        let mut read = Vec::with_capacity(messages.len());
        for (index, id) in messages.iter().enumerate() {
            progress.tell(|| format!("{} of {} loaded", index, counted(messages.len(), "message")));
            let mut leave_out = |reason: &str| self.left_out.push(LeftOutLine { id: id.as_str().to_owned(), reason: reason.to_owned() });
            match reader.message(id).await {
                Ok(answer) => match answer.rows.get(0).map(Message::from_row) {
                    // The id in the answer decides what is retried: a different one would be a mix-up.
                    Some(message) if message.id == *id => read.push((message, answer.asked_at, None)),
                    _ => leave_out("the server gave another message"),
                },
                Err(error) if is_missing(&error) => leave_out("there is no such message in this campaign"),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(read)
    }

    /// Reads failures from lists, with the call that gave each.
    async fn failures(&mut self, reader: &mut Reader, failures: &FailureSelection) -> Result<(Vec<ReadMessage>, AnswerKind), Failure> {
        let kind = match (&failures.batch, &failures.search) {
            (Some(batch), _) => AnswerKind::Batch(batch.clone()),
            (None, Some(_)) => AnswerKind::Search,
            (None, None) => AnswerKind::List,
        };
        let listing = ListRequest {
            batch: failures.batch.clone(),
            search: failures.search.clone(),
            page_size: PageRequest::LARGEST,
            to_the_end: false,
        };
        let mut listed = self.listed(reader, listing, &failures.wanted).await?;
        let loaded = match &failures.batch {
            Some(batch) => Some(self.reported_of(reader, batch, &mut listed, failures.search.is_some()).await?),
            None => loaded_back_to(&failures.wanted.window, listed.back.oldest, listed.is_whole, self.context.zone()),
        };
        let older = listed.older(failures.is_usual);
        self.loaded = Some(sentences(loaded.iter().chain(&older).map(String::as_str))).filter(|reported| !reported.is_empty());
        Ok((listed.read, kind))
    }

    /// Completes the failures of a batch with what a message that is read singly says about it; says how much of the
    /// batch is loaded.
    async fn reported_of(&self, reader: &mut Reader, batch: &BatchId, listed: &mut Listed, is_searched: bool) -> Result<String, Failure> {
        let messages = || listed.read.iter().map(|(message, ..)| message).chain(&listed.first);
        let reported = match reported_batch(reader, batch, messages()).await {
            // Needed only to know how much is loaded; without that, nothing is retried.
            Err(_) if listed.read.is_empty() => None,
            reported => Some(reported?),
        };
        for (message, ..) in &mut listed.read {
            message.batch = message.batch.take().or_else(|| reported.clone());
        }
        if is_searched {
            return Ok(format!("Loaded what the search finds in the batch, {}.", counted(listed.messages, "message")));
        }
        Ok(how_much_shows(reported.and_then(|reported| reported.total), listed.messages))
    }

    /// The plan for a batch as a whole, from a reading of all its pages.
    async fn whole_batch(&mut self, reader: &mut Reader, batch: &BatchId) -> Result<Agenda, Failure> {
        let (reading, read) = self.read_whole(reader, batch).await?;
        let messages = || read.iter().map(|(message, ..)| message);
        let reported = reported_batch(reader, batch, messages()).await?;
        self.loaded = Some(how_much_shows(reported.total, reading.len()));
        let plan = BatchPlan::new(&reported, messages(), Some(&reading), &self.planner, self.context.clock.now());
        if let Some(refusal) = &plan.refusal {
            self.left_out.push(LeftOutLine { id: batch.as_str().to_owned(), reason: refusal.clone() });
        }
        let failed: Vec<&Message> = messages().filter(|message| reading.has_failed(&message.id)).collect();
        self.hint_at_passwords(failed.iter().copied());
        let created = || failed.iter().filter_map(|message| message.created_at);
        let ages = created().min().zip(created().max());
        let failures = plan.evidence.iter().flat_map(BatchEvidence::failures).map(|seen| seen.message.clone()).collect();
        Ok(Agenda::Batch { plan, failures, ages })
    }

    /// Reads every page of a batch. If a message comes twice, the last one counts.
    async fn read_whole(&mut self, reader: &mut Reader, batch: &BatchId) -> Result<(BatchReading, Vec<ReadMessage>), Failure> {
        let progress = ProgressLine::start(self.context.common.quiet, false);
        let listing = ListRequest { batch: Some(batch.clone()), search: None, page_size: PageRequest::LARGEST, to_the_end: true };
        let mut pages = reader.pages(listing);
        let (mut reading, mut read) = (BatchReading::default(), HashMap::new());
        while let Some(answer) = pages.next().await.map_err(|error| unread(error, Some(batch)))? {
            let messages: Vec<Message> = answer.rows.iter().map(Message::from_row).collect();
            let lines = messages.iter().map(|message| (message.clone(), false));
            reading.add(lines, answer.rows.bad().len(), answer.asked_at, self.context.clock.now());
            read.extend(messages.into_iter().map(|message| (message.id.clone(), (message, answer.asked_at, None))));
            progress.tell(|| format!("loading the batch: {}", counted(reading.len(), "message")));
        }
        let mut read: Vec<ReadMessage> = read.into_values().collect();
        read.sort_by(|left, right| left.0.id.cmp(&right.0.id));
        Ok((reading, read))
    }

    /// Loads the selected messages of a list, each once, until all further ones are older.
    async fn listed(&mut self, reader: &mut Reader, listing: ListRequest, wanted: &MessageFilter) -> Result<Listed, Failure> {
        let progress = ProgressLine::start(self.context.common.quiet, false);
        let batch = listing.batch.clone();
        let mut pages = reader.pages(listing);
        let (mut ids, mut seen, mut bad, mut others) = (HashSet::new(), SeenValues::default(), 0, 0);
        let mut listed = Listed { is_whole: true, ..Listed::default() };
        while let Some(answer) = pages.next().await.map_err(|error| unread(error, batch.as_ref()))? {
            let page = pages.asked();
            bad += answer.unreadable();
            others += answer.beside.others;
            for message in answer.rows.iter().map(Message::from_row) {
                listed.back.note(message.created_at);
                if !ids.insert(message.id.clone()) {
                    continue;
                }
                seen.note(&message);
                listed.first.get_or_insert_with(|| message.clone());
                match wanted.fit(&message) {
                    Fit::Yes => listed.read.push((message, answer.asked_at, page.clone())),
                    Fit::NotGiven => self.untimed.push(message),
                    Fit::Older => listed.older += 1,
                    Fit::No => {}
                }
            }
            listed.messages = ids.len();
            progress.loaded(ids.len(), listed.back.oldest, self.context.zone());
            listed.is_whole = !listed.back.is_past(&wanted.window);
            if !listed.is_whole {
                break;
            }
        }
        seen.check(wanted)?;
        if bad > 0 {
            self.warnings.push(format!("{} could not be read and cannot be retried.", counted(bad, "row")));
        }
        if others > 0 {
            self.warnings.push(did_not_search(others));
        }
        Ok(listed)
    }

    fn plan(&mut self, read: &[ReadMessage], kind: &AnswerKind) -> Plan {
        let now = self.context.clock.now();
        let mut plan = self.planner.plan(
            read.iter().map(|(message, asked_at, page)| (message, LastRead { at: *asked_at, from: kind.clone(), page: page.clone() })),
            now,
        );
        plan.leave_out_untimed(&self.untimed);
        let left = plan.left_out.iter().map(|left| LeftOutLine { id: left.message.as_str().to_owned(), reason: left.reason.to_string() });
        self.left_out.extend(left);
        let planned: HashSet<&MessageId> = plan.items.iter().map(|item| &item.message).collect();
        self.hint_at_passwords(read.iter().map(|(message, ..)| message).filter(|message| planned.contains(&message.id)));
        plan
    }

    /// Says so if the texts look like one-time passwords and the campaign is not configured as such.
    fn hint_at_passwords<'a>(&mut self, messages: impl Iterator<Item = &'a Message>) {
        if !self.campaign.settings.one_time_password && one_time_hint(messages) {
            let hint = "Most of these look like one-time passwords, which are useless once they are old: see `one_time_password` in the configuration.";
            self.warnings.push(hint.to_owned());
        }
    }
}

/// What is known of a batch. A batch's own list does not give its status and size: only its
/// messages, read one by one, do.
async fn reported_batch<'a>(
    reader: &mut Reader,
    batch: &BatchId,
    mut messages: impl Iterator<Item = &'a Message> + Clone,
) -> Result<Batch, Failure> {
    let unknown = || Batch { id: batch.clone(), file_name: None, status: None, total: None, created_at: None };
    let fits = |message: &Message| message.batch.clone().filter(|reported| reported.id == *batch);
    if let Some(reported) = messages.clone().find_map(fits) {
        return Ok(reported);
    }
    let Some(message) = messages.next() else { return Ok(unknown()) };
    let answer = reader.message(&message.id).await?;
    Ok(answer.rows.get(0).map(Message::from_row).as_ref().and_then(fits).unwrap_or_else(unknown))
}

/// Whether the server knows no such message. A 404 for the whole campaign looks the same from
/// here; `check` tells them apart.
fn is_missing(error: &CallError) -> bool {
    error.is_not_found() && !error.is_access_refused()
}

/// A planner that knows from the journal what is under way, and what the API refused.
fn planner(context: &CommandContext, campaign: &ConfiguredCampaign, arguments: &RetryArguments) -> Result<(Planner, Vec<String>), Failure> {
    let mut planner = Planner {
        include_useless: arguments.include_useless,
        valid_for: campaign.settings.one_time_password.then_some(campaign.settings.valid_for),
        ..Planner::default()
    };
    let folder = folder(&context.common).map_err(|error| unreadable(&error))?;
    // A plan alone must neither need nor create a journal.
    let access = match JournalAccess::look(&folder) {
        Ok(None) => return Ok((planner, Vec::new())),
        Ok(Some(access)) => Some(access),
        Err(_) => None,
    };
    let Some(journal) = access.as_ref().and_then(JournalAccess::readable) else {
        return Ok((planner, vec!["The journal cannot be read, so it is unknown what is under way elsewhere.".to_owned()]));
    };
    let (server, id) = (Server::of(campaign.base.as_str()), &campaign.settings.id);
    let open = journal.open_actions(&server, id).map_err(|error| unreadable(&error))?;
    // A request that a dead run only intended never left; the worker clears it at its start.
    let blocks =
        |action: &&state::OpenAction| action.holder == Holder::Alive || action.entry.state == ActionState::Unknown || has_try(action);
    planner.under_way = open.iter().filter(blocks).filter_map(|action| action.entry.action.message().cloned()).collect();
    planner.batches_under_way = open.iter().filter(blocks).filter_map(|action| action.entry.action.batch().cloned()).collect();
    planner.out_of_attempts = journal.messages_refused_with(&server, id, OUT_OF_ATTEMPTS).map_err(|error| unreadable(&error))?;
    Ok((planner, Vec::new()))
}

/// Whether a try of it was started without a recorded outcome.
fn has_try(action: &state::OpenAction) -> bool {
    action.last_try.as_ref().is_some_and(|last| last.outcome.is_none())
}
